"""What a worker can be asked to do.

The page's process imports this file and never Keras: every import that brings Keras in stands inside a function, and so
happens in the worker. Arguments and results are plain data, as they cross processes and, on a cluster, machines.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np


def warm_up(niceness: int = 0) -> float:
    """Import Keras and compile a first small network, so that the first real job need not wait; returns seconds."""
    began = time.perf_counter()
    if niceness and hasattr(os, "nice"):
        # Training must not make the page slow: at nice 0 the page answered in seconds, at 10 in 73 ms.
        os.nice(niceness)
    # Without it every start prints several lines about the graphics card that this machine does not have.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from model import acquisition, recording, tracing  # noqa: F401
    from model.building import build
    from model.networks import CNN

    build(CNN)(np.zeros((1, *CNN.input_shape), np.float32))
    return time.perf_counter() - began


def train(run_path: Path) -> None:
    """Train the run in `run_path` to its end; everything it says is in that folder."""
    from model.recording import record
    from model.runs import Run

    record(Run(run_path))


def trace(run_path: Path, step: int, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Every layer's activations for `pixels`; see model.tracing.trace."""
    from model import tracing

    return tracing.trace(run_path, step, pixels)
