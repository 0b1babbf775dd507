"""What Keras computes for pictures: probabilities, and every layer's activations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from model import jobs
from model.api import answers, bodies, examples
from model.api.answers import TRACE_CONTENT, Predictions
from model.api.asking import (
    RunId,
    ServerBatches,
    ServerEngine,
    Step,
    check_warm,
    class_names,
    data_name,
    found,
    input_shape,
)
from model.api.problems import documented

MOST_PREDICTED = 256
"""Pictures of one request; their answer has 30 KB, their forward pass takes 60 ms."""

router = APIRouter(tags=["predictions"])
_REFUSALS = documented(400, 404, 413, 415, 422, 503)


@router.post(
    "/runs/{run_id}/snapshots/{step}/predict",
    openapi_extra={"requestBody": examples.pictures(MOST_PREDICTED)},
    responses={200: {"content": {"application/json": {"example": examples.PREDICTIONS}}}, **_REFUSALS},
)
async def predict(run_id: RunId, step: Step, request: Request, engine: ServerEngine) -> Predictions:
    """What the network says of one picture or of a batch: the likeliest class, and a value for each class."""
    run = found(engine, run_id, step)
    pictures = await bodies.pictures(request, input_shape(run), MOST_PREDICTED, data_name(run))
    check_warm(engine)
    rows = await run_in_threadpool(engine.call, jobs.predict, run.path, step, pictures)
    names = class_names(run)
    return Predictions(run.id, step, [answers.prediction(row, names) for row in rows])


_TRACED: dict[str, Any] = {"description": "Every layer's activations by name, float32", "content": TRACE_CONTENT}


@router.post(
    "/runs/{run_id}/snapshots/{step}/trace",
    openapi_extra={"requestBody": examples.pictures(1)},
    response_class=Response,
    responses={200: _TRACED, **_REFUSALS},
)
async def trace(run_id: RunId, step: Step, request: Request, engine: ServerEngine, batches: ServerBatches) -> Response:
    """What Keras computes for one picture: the activations of every layer by name, and the picture itself as `input`.

    As safetensors, or, where `Accept: application/json` asks for it, in a readable form. Whoever computes the same
    network elsewhere can hold it against this.
    """
    run = found(engine, run_id, step)
    (picture,) = await bodies.pictures(request, input_shape(run), 1, data_name(run))
    check_warm(engine)
    file = await batches.trace(engine, run.path, step, picture)
    if not answers.wants_json(request, default=False):
        return answers.octets(file)
    content = await run_in_threadpool(answers.traced_json, file, run, step, class_names(run), {})
    return Response(content, media_type=bodies.JSON)
