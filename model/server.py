"""The HTTP API, mounted under /api on the page's port: what runs there are, and their weights. Reading only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse

from data.errors import StrataError
from model.engine import engine

api = FastAPI(
    title="Strata",
    summary="Runs of small convolutional networks: metrics, snapshots and weights.",
    # FastAPI's pages load their scripts from other hosts; /openapi.json says the same.
    docs_url=None,
    redoc_url=None,
)


@api.exception_handler(StrataError)
async def _problem(request: Request, error: Exception) -> JSONResponse:
    """Problem details (RFC 9457) for whatever is wrong with a run."""
    problem = {"title": "The run or snapshot cannot be given", "status": 404, "detail": str(error)}
    return JSONResponse(problem, status_code=404, media_type="application/problem+json")


@api.get("/health")
def health() -> Mapping[str, Any]:
    """Whether the server answers and Keras is ready in the worker."""
    return {"status": "ok", "keras_ready": engine().is_warm}


@api.get("/runs")
def runs() -> list[Mapping[str, Any]]:
    """All runs, newest first, with where they stand; of a run that cannot be read, why."""
    listed: list[Mapping[str, Any]] = []
    for run in engine().runs.all():
        try:
            listed.append({"id": run.id, **_status(run.id)})
        except StrataError as error:
            listed.append({"id": run.id, "error": str(error)})
    return listed


@api.get("/runs/{run_id}")
def run(run_id: str) -> Mapping[str, Any]:
    """One run: what was asked for, which data it trains on, where it stands and which snapshots it has."""
    found = engine().runs.find(run_id)
    config, data = found.config(), found.data()
    return {
        "id": found.id,
        "settings": dataclasses.asdict(config.settings),
        "network": config.network.to_json(),
        "versions": config.versions,
        "data": dataclasses.asdict(data) if data else None,
        "status": _status(run_id),
        "snapshots": found.snapshot_steps(),
    }


@api.get("/runs/{run_id}/metrics")
def metrics(run_id: str) -> list[Mapping[str, Any]]:
    """The curves of a run, a line a batch group and a line an epoch, oldest first."""
    return [dataclasses.asdict(line) for line in engine().runs.find(run_id).metrics()]


@api.get("/runs/{run_id}/snapshots/{step}/weights", response_class=FileResponse)
def weights(run_id: str, step: int) -> FileResponse:
    """The weights at a step, as safetensors. A snapshot never changes, so it may be kept for ever."""
    path = engine().runs.find(run_id).snapshot_path(step)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def _status(run_id: str) -> Mapping[str, Any]:
    status = dataclasses.asdict(engine().runs.find(run_id).status())
    del status["owner"]
    return status
