"""The HTTP API, mounted under /api on the page's port: what runs there are, and their weights. Reading only."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse

from model.engine import engine
from model.runs import RunError

api = FastAPI(title="Strata", summary="Runs of small convolutional networks: metrics, snapshots and weights.")


@api.exception_handler(RunError)
async def _run_error(request: Request, error: Exception) -> JSONResponse:
    """Problem details (RFC 9457) for whatever is wrong with a run."""
    problem = {"title": "No such run or snapshot", "status": 404, "detail": str(error)}
    return JSONResponse(problem, status_code=404, media_type="application/problem+json")


@api.get("/health")
def health() -> Mapping[str, Any]:
    """Whether the server answers and Keras is ready in the worker."""
    return {"status": "ok", "keras_ready": engine().is_warm}


@api.get("/runs")
def runs() -> list[Mapping[str, Any]]:
    """All runs, newest first, with where they stand."""
    return [{"id": run.id, **_status(run.id)} for run in engine().runs.all()]


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
