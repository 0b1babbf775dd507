"""What a worker can be asked to do.

The page's process imports this file and never Keras: every import that brings Keras in stands inside a function, and so
happens in the worker. Arguments and results are plain data, as they cross processes and, on a cluster, machines.
"""

from __future__ import annotations

import functools
import gc
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from model.analyses import Analysis
from model.quiet_start import quiet_start
from model.records import Evaluation

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_at_work = 0


def _working(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Count a job as at work for as long as it runs."""

    @functools.wraps(function)
    def counted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        global _at_work
        _at_work += 1
        try:
            return function(*args, **kwargs)
        finally:
            _at_work -= 1

    return counted


def _leave_after_the_server(outlives: bool) -> None:
    """End this worker once its server was killed and, if it `outlives` that, its job, a training for one, is done.

    A server that is killed cannot end its workers, and each holds 0.7 GB.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent or (outlives and _at_work):
            time.sleep(1.0 if outlives else 0.2)
        os._exit(0)

    threading.Thread(target=watch, name="leave-after-the-server", daemon=True).start()


def warm_up(niceness: int = 0, outlives: bool = True) -> float:
    """Import Keras and compile a first small network, so that the first real job need not wait; returns seconds.

    outlives: whether the worker may finish its job where the process that started it was killed.
    """
    began = time.perf_counter()
    if niceness and hasattr(os, "nice"):
        # Training must not make the page slow: at nice 0 the page answered in seconds, at 10 in 73 ms.
        os.nice(niceness)
    with quiet_start():
        from model import acquisition, analysing, evaluation, exporting, recording, tracing  # noqa: F401
        from model.building import build
        from model.networks import CNN

        _leave_after_the_server(outlives)
        build(CNN)(np.zeros((1, *CNN.input_shape), np.float32))
    # loky collects garbage every second, which took 200 ms with all of TensorFlow in it; none of that is garbage.
    gc.collect()
    gc.freeze()
    return time.perf_counter() - began


@_working
def train(run_path: Path) -> None:
    """Train the run in `run_path` to its end; everything it says is in that folder."""
    from model.recording import record
    from model.runs import Run

    record(Run(run_path))


@_working
def trace(run_path: Path, step: int, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer's activations for `pixels`; see model.tracing.trace."""
    from model import tracing

    return tracing.trace(run_path, step, pixels)


@_working
def trace_files(run_path: Path, step: int, pixels: np.ndarray) -> list[bytes]:
    """For each picture of `pixels` its activations as a safetensors file, without the batch axis.

    Written here and not in the server, whose one interpreter has every request to answer.
    """
    import safetensors.numpy

    from model import tracing

    traced = tracing.trace(run_path, step, pixels)
    # A row of a contiguous batch is contiguous itself, as safetensors needs it.
    return [
        safetensors.numpy.save({name: values[place] for name, values in traced.items()}) for place in range(len(pixels))
    ]


@_working
def outputs(run_path: Path, step: int, pixels: np.ndarray) -> list[bytes]:
    """For each picture of `pixels` the outputs of all layers, one after the other, float32 little-endian in C order."""
    from model import tracing

    layers = list(tracing.trace(run_path, step, pixels).values())[1:]  # without the picture itself
    little = [np.ascontiguousarray(values, "<f4") for values in layers]
    return [b"".join(values[place].tobytes() for values in little) for place in range(len(pixels))]


@_working
def predict(run_path: Path, step: int, pixels: np.ndarray) -> np.ndarray:
    """The values of the last layer for each picture of `pixels`, float32 (batch, classes)."""
    from model import tracing

    return list(tracing.trace(run_path, step, pixels).values())[-1]


@_working
def evaluate(run_path: Path, step: int) -> Evaluation:
    """What the test set says of a snapshot; see model.evaluation.evaluate."""
    from model import evaluation

    return evaluation.evaluate(run_path, step)


@_working
def analyse(analysis: Analysis, folder: Path) -> None:
    """Compute an analysis into its folder; see model.analyses."""
    from model import analysing

    analysing.compute(analysis, folder)


@_working
def export(run_path: Path, step: int) -> bytes:
    """The network at a step as Keras's own file; see model.exporting.export."""
    from model import exporting

    return exporting.export(run_path, step)


@_working
def export_onnx(run_path: Path, step: int) -> bytes:
    """The network at a step as an ONNX file; see model.exporting.export_onnx."""
    from model import exporting

    return exporting.export_onnx(run_path, step)
