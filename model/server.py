"""The HTTP API, mounted under /api on the page's port: what runs there are, their weights, and what Keras computes.

Reading only: nothing here changes a run.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse

from data.errors import PictureError, StrataError
from model import jobs
from model.engine import engine

api = FastAPI(
    title="Strata",
    summary="Runs of small convolutional networks: metrics, snapshots and weights.",
    # FastAPI's pages load their scripts from other hosts; /openapi.json says the same.
    docs_url=None,
    redoc_url=None,
)


@api.exception_handler(StrataError)
async def _not_there(request: Request, error: Exception) -> JSONResponse:
    return _problem(404, "The run or snapshot cannot be given", str(error))


@api.exception_handler(PictureError)
async def _not_readable(request: Request, error: Exception) -> JSONResponse:
    return _problem(422, "The picture cannot be read", str(error))


def _problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Problem details (RFC 9457)."""
    problem = {"title": title, "status": status, "detail": detail}
    return JSONResponse(problem, status_code=status, media_type="application/problem+json", headers=headers)


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
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        # Else Streamlit packs it: 16 ms of a processor that may be training, for 8 % of the bytes.
        "Content-Encoding": "identity",
    }
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


_PIXELS = {
    "requestBody": {
        "required": True,
        "description": "uint8 pixels of one picture in the network's input shape: rows, columns, channels, 0..255",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@api.post("/runs/{run_id}/snapshots/{step}/trace", openapi_extra=_PIXELS)
async def trace(run_id: str, step: int, request: Request) -> Response:
    """What Keras computes for one picture: float32 activations of every layer by name, as safetensors.

    The body is the picture's pixels, uint8, in the shape of the network's input. Whoever computes the same network
    elsewhere can hold it against this.
    """
    run = engine().runs.find(run_id)
    run.snapshot_path(step)
    shape = run.config().network.input_shape
    pixels = np.frombuffer(await _body(request, math.prod(shape)), np.uint8).reshape(1, *shape)
    if not engine().is_warm:
        return _not_ready()
    traced = await run_in_threadpool(engine().call, jobs.trace, run.path, step, pixels)
    content = safetensors.numpy.save({name: np.ascontiguousarray(values[0]) for name, values in traced.items()})
    return Response(content, media_type="application/octet-stream")


@api.get("/runs/{run_id}/snapshots/{step}/evaluation", response_model=None)
async def evaluation(run_id: str, step: int, request: Request) -> Mapping[str, Any] | JSONResponse:
    """What the test set says of a snapshot: mean cross-entropy in nats and accuracy 0..1; computed at the first asking.

    One at a time: the worker answers every page's traces too, and each waits for one evaluation at most.
    """
    run = engine().runs.find(run_id)
    run.snapshot_path(step)
    known = run.evaluation(step)
    if known is None:
        if not engine().is_warm:
            return _not_ready()
        async with _evaluating:
            if await request.is_disconnected():  # the reader has gone on to another step
                return _problem(499, "Nobody waits any more", "The connection was closed before its turn came.")
            known = await run_in_threadpool(engine().call, jobs.evaluate, run.path, step)
    return dataclasses.asdict(known)


_evaluating = asyncio.Lock()


def _not_ready() -> JSONResponse:
    left = math.ceil(engine().seconds_until_warm)
    detail = f"Keras is starting in its worker. Expected it to be ready in about {left} s. Ask again then."
    return _problem(503, "Keras is not ready", detail, {"Retry-After": str(left)})


async def _body(request: Request, size: int) -> bytes:
    """Exactly `size` bytes; more are refused before they are all here."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > size:
            break
    if len(body) != size:
        received = f"more than {size:,}" if len(body) > size else f"{len(body):,}"
        raise PictureError(
            f"Pixels have the wrong size. Expected {size:,} bytes, one for each value of the network's input. "
            f"Received {received}. Send the picture in the input's shape."
        )
    return bytes(body)


def _status(run_id: str) -> Mapping[str, Any]:
    status = dataclasses.asdict(engine().runs.find(run_id).status())
    del status["owner"]
    return status
