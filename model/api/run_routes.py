"""What runs there are, their curves, snapshots and weights."""

from __future__ import annotations

import asyncio
import dataclasses

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from data.errors import StrataError
from model import jobs
from model.api.answers import BrokenRun, DescribedRun, ListedRun, RunStatus, Snapshot
from model.api.asking import RunId, ServerEngine, Step, check_warm, found
from model.api.problems import Refusal, documented
from model.records import Evaluation, Metrics
from model.run import Run

router = APIRouter(tags=["runs"])
_evaluating = asyncio.Lock()


@router.get("/runs", responses=documented())
def runs(engine: ServerEngine) -> list[ListedRun | BrokenRun]:
    """All runs, newest first, with where they stand; of a run that cannot be read, why."""
    return [_listed(run) for run in engine.runs.all()]


def _listed(run: Run) -> ListedRun | BrokenRun:
    try:
        return ListedRun(run.id, **dataclasses.asdict(RunStatus.of(run)))
    except StrataError as error:
        return BrokenRun(run.id, str(error))


@router.get("/runs/{run_id}", responses=documented(404, 422))
def run(run_id: RunId, engine: ServerEngine) -> DescribedRun:
    """One run: what was asked for, which data it trains on, where it stands and which snapshots it has."""
    return described(engine.runs.find(run_id))


def described(run: Run) -> DescribedRun:
    """All that the API says of a run; raises RunError where it cannot be read."""
    config = run.config()
    return DescribedRun(
        id=run.id,
        title=run.title(),
        settings=dataclasses.asdict(config.settings),
        network=config.network.to_json(),
        versions=dict(config.versions),
        data=run.data(),
        status=RunStatus.of(run),
        snapshots=list(run.snapshot_steps()),
    )


@router.get("/runs/{run_id}/metrics", responses=documented(404, 422))
def metrics(run_id: RunId, engine: ServerEngine) -> list[Metrics]:
    """The curves of a run, a line a batch group and a line an epoch, oldest first."""
    return list(engine.runs.find(run_id).metrics())


@router.get("/runs/{run_id}/snapshots", responses=documented(404, 422))
def snapshots(run_id: RunId, engine: ServerEngine, request: Request) -> list[Snapshot]:
    """The steps at which weights were kept, ascending, and where they are."""
    run, base = engine.runs.find(run_id), request.scope.get("root_path", "") + request.app.state.prefix
    return [
        Snapshot(step, run.snapshot_path(step).stat().st_size, f"{base}/runs/{run.id}/snapshots/{step}/weights")
        for step in run.snapshot_steps()
    ]


_WEIGHTS = {
    "description": "safetensors: `<layer>/kernel` and the like, kernels in half precision",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get(
    "/runs/{run_id}/snapshots/{step}/weights",
    response_class=FileResponse,
    responses={200: _WEIGHTS, **documented(404, 422)},
)
def weights(run_id: RunId, step: Step, engine: ServerEngine) -> FileResponse:
    """The weights at a step. A snapshot never changes, so it may be kept for ever."""
    path = found(engine, run_id, step).snapshot_path(step)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        # Else Streamlit packs it: 16 ms of a processor that may be training, for 8 % of the bytes.
        "Content-Encoding": "identity",
    }
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


@router.get("/runs/{run_id}/snapshots/{step}/evaluation", responses=documented(404, 422, 499, 503))
async def evaluation(run_id: RunId, step: Step, request: Request, engine: ServerEngine) -> Evaluation:
    """What the test set says of a snapshot: mean cross-entropy in nats and accuracy 0..1; computed at the first asking.

    One at a time: the worker answers every page's traces too, and each waits for one evaluation at most.
    """
    run = found(engine, run_id, step)
    known = run.evaluation(step)
    if known is not None:
        return known
    check_warm(engine)
    async with _evaluating:
        if await request.is_disconnected():  # the reader has gone on to another step
            raise Refusal(499, "Nobody waits any more", "The connection was closed before its turn came.")
        return await run_in_threadpool(engine.call, jobs.evaluate, run.path, step)
