"""What routes ask of the server they run in: its engine, its batches, and the run and step that a path names."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Path, Request

from model.api.batches import Batches
from model.api.problems import Refusal
from model.engine import Engine
from model.run import Run
from model.runs import PRETRAINED

LAST_STEP = 99_999_999
"""Snapshot files have eight digits in their name."""
_CLUSTER_AGAIN_SECONDS = 5


async def _engine(request: Request) -> Engine:
    """Async, as all dependencies here: FastAPI would start a thread for it."""
    engine: Callable[[], Engine] = request.app.state.engine
    return engine()


async def _batches(request: Request) -> Batches:
    batches: Batches = request.app.state.batches
    return batches


ServerEngine = Annotated[Engine, Depends(_engine)]
ServerBatches = Annotated[Batches, Depends(_batches)]
RunId = Annotated[str, Path(description="A run's id, or `pretrained`.", examples=[PRETRAINED.name])]
Step = Annotated[int, Path(ge=0, le=LAST_STEP, description="A step at which weights were kept.", examples=[1875])]


def found(engine: Engine, run_id: str, step: int) -> Run:
    """The run that has that snapshot; raises RunError."""
    run = engine.runs.find(run_id)
    run.snapshot_path(step)
    return run


@functools.lru_cache(maxsize=256)
def input_shape(run: Run) -> tuple[int, int, int]:
    """(rows, columns, channels) of a run's network, which never changes."""
    return run.config().network.input_shape


def data_name(run: Run) -> str:
    """The name of what it trains on; empty before that is known."""
    data = run.data()
    return data.name if data else ""


def class_names(run: Run) -> tuple[str, ...]:
    """What the classes of its data are called; none before it has loaded them."""
    data = run.data()
    return tuple(data.class_names) if data else ()


def check_warm(engine: Engine) -> None:
    """Raise the Refusal that says when to ask again, unless Keras is ready."""
    if engine.is_warm:
        return
    if engine.problem:
        raise Refusal(503, "The cluster cannot be used", engine.problem, {"Retry-After": str(_CLUSTER_AGAIN_SECONDS)})
    left = max(1, math.ceil(engine.seconds_until_warm))
    detail = f"Keras is starting in its worker. Expected it to be ready in about {left} s. Ask again then."
    raise Refusal(503, "Keras is not ready", detail, {"Retry-After": str(left)})
