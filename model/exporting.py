"""A trained network as a file for Keras itself, and as ONNX for others."""

from __future__ import annotations

import tempfile
from pathlib import Path

from model.building import build, set_weights
from model.onnx_graph import onnx_model
from model.run import Run


def export(run_path: Path, step: int) -> bytes:
    """The network with its weights at `step` as a .keras file, which `keras.models.load_model` reads.

    It reads float32 pictures (batch, rows, columns, channels), 0..1. Raises RunError for a snapshot that is not there.
    """
    run = Run(run_path)
    model = build(run.config().network)
    set_weights(model, run.weights(step))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.keras"
        model.save(path)
        return path.read_bytes()


def export_onnx(run_path: Path, step: int) -> bytes:
    """The network with its weights at `step` as an .onnx file; see model.onnx_graph.onnx_model.

    Raises RunError for a snapshot that is not there, NetworkError for a network with layers that only Keras knows.
    """
    run = Run(run_path)
    return onnx_model(run.config().network, run.weights(step))
