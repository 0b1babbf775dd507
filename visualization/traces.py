"""Every layer's activations of a picture, asked of the inference worker and kept: a snapshot never changes."""

from __future__ import annotations

import functools
import math
import time
from pathlib import Path

import numpy as np

from model import jobs
from model.engine import engine
from model.records import Status
from model.runs import Run
from visualization.pictures import Picture

FOLLOWING_SECONDS = 4.0
"""Another answer, and its chart in the browser, with each snapshot would take its time from the training."""

_followed: dict[Path, tuple[int, float]] = {}


def is_ready() -> bool:
    """Whether Keras is ready to answer."""
    return engine().is_warm


def is_moving(status: Status) -> bool:
    """Whether there is more to come without a click: from a training, or from Keras that is still starting."""
    return status.state.is_active or not is_ready()


def waiting_words() -> str:
    """What is being waited for, and about how long."""
    if engine().problem:
        return "Waiting for the cluster"
    if engine().is_stuck:
        return "Keras does not start in its worker process. See the server's log for why, and start the server again"
    left = engine().seconds_until_warm
    if left < 0:
        return f"Keras is still starting, {math.ceil(-left)} s longer than the last time"
    return f"Keras is starting, about {max(1, math.ceil(left))} s left"


def step_to_trace(run: Run, newest: int) -> int:
    """What a page that follows `run` traces: its `newest` snapshot, of one that trains the one of a few seconds ago."""
    if not run.status().state.is_active:
        _followed.pop(run.path, None)
        return newest
    step, since = _followed.get(run.path, (newest, -math.inf))
    if step > newest or time.monotonic() - since >= FOLLOWING_SECONDS:
        _followed[run.path] = newest, time.monotonic()
        return newest
    return step


def trace(run: Run, step: int, picture: Picture) -> dict[str, np.ndarray]:
    """float32 activations by layer name, without the batch axis, "input" (0..1) first.

    Raises RunError for a missing snapshot, WorkerError when the worker dies of it.
    """
    return _trace(run.path, step, picture.pixels.tobytes(), picture.pixels.shape)


# 64 of 150 KB each: a class of thirty looks at a handful of pictures at a handful of steps.
@functools.lru_cache(maxsize=64)
def _trace(run_path: Path, step: int, pixels: bytes, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    batch = np.frombuffer(pixels, np.uint8).reshape(1, *shape)  # (1, rows, columns, channels)
    activations = engine().call(jobs.trace, run_path, step, batch)
    for array in activations.values():
        array.setflags(write=False)
    return {name: array[0] for name, array in activations.items()}
