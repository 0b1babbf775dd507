"""What stands at / where the API is a server of its own: a health check, and a picture with all it becomes."""

from __future__ import annotations

import random
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from data import datasets
from model.api import answers, bodies, examples, health_routes
from model.api.answers import TRACE_CONTENT, Health
from model.api.arriving import is_empty
from model.api.asking import ServerBatches, ServerEngine, check_warm, class_names, data_name, input_shape
from model.api.problems import documented
from model.run import Run
from model.runs import RunError

router = APIRouter(tags=["own server"])


@router.get("/", responses=documented())
async def check(engine: ServerEngine) -> Health:
    """Whether the server answers; the same as /api/health."""
    return health_routes.of(engine)


_TRACED: dict[str, Any] = {
    "description": "The prediction, the activations of every layer by name, and the picture",
    "content": dict(reversed(TRACE_CONTENT.items())),
}


@router.post(
    "/",
    openapi_extra={"requestBody": examples.pictures(1, required=False)},
    response_class=Response,
    responses={200: _TRACED, **documented(400, 404, 413, 415, 422, 503)},
)
async def show(request: Request, engine: ServerEngine, batches: ServerBatches) -> Response:
    """Prediction, every layer's activations and the picture: a random test picture, or the one in the body.

    The network is the newest snapshot of the run that the server was started with, by default the pretrained one.
    """
    run = await run_in_threadpool(engine.runs.find, request.app.state.run_id)
    steps = run.snapshot_steps()
    if not steps:
        raise RunError(f"Run {run.id} has no snapshot yet. Expected one. Ask again once it has trained a little.")
    extra: dict[str, Any] = {}
    if is_empty(request.headers):
        picture, extra = await run_in_threadpool(_random_picture, run)
    else:
        (picture,) = await bodies.pictures(request, input_shape(run), 1, data_name(run))
    check_warm(engine)
    file = await batches.trace(engine, run.path, steps[-1], picture)
    if not answers.wants_json(request, default=True):
        return answers.octets(file)
    content = await run_in_threadpool(answers.traced_json, file, run, steps[-1], class_names(run), extra)
    return Response(content, media_type=bodies.JSON)


def _random_picture(run: Run) -> tuple[Any, dict[str, Any]]:
    """A test picture of the run's data, or of the digits, which are always here."""
    data = run.data()
    name = data.name if data and datasets.is_here(data.name) else "digits"
    dataset = datasets.load(name)
    if dataset.x_test.shape[1:] != input_shape(run):
        raise RunError(
            f"The test pictures that run {run.id} reads are not on this machine. Expected a picture of "
            f"{input_shape(run)} in the body. Send one."
        )
    place = random.randrange(len(dataset.y_test))
    source = f"picture {place:,} of {len(dataset.y_test):,} in the test set of {dataset.title}"
    return dataset.x_test[place], {"source": source, "label": int(dataset.y_test[place])}
