"""Write scene.json: one tiny network, picture and answer that pytest and Vitest both check.

python -m tests.golden.write
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from model.networks import Conv2D, Dense, Flatten, MaxPool2D, Network
from model.records import Config, RunState, Status
from model.runs import Run
from model.settings import Settings
from visualization.pictures import Picture
from visualization.scene import scene

PATH = Path(__file__).with_name("scene.json")
CLASS_NAMES = ("0", "1", "2", "3")
NETWORK = Network(
    name="golden",
    title="Golden 3-4-5",
    input_shape=(13, 12, 1),
    layers=(
        Conv2D("conv_1", 3),
        MaxPool2D("pool_1"),
        Conv2D("conv_2", 4, kernel_size=(3, 2), strides=(2, 1), padding="same"),
        MaxPool2D("pool_2", pool_size=(2, 2), strides=(1, 2), padding="same"),
        Flatten("flatten"),
        Dense("dense_1", 5),
        Dense("output", 4, activation="softmax"),
    ),
)
STEP = 12


def run(root: Path) -> Run:
    """A run below `root` with seeded weights at STEP: no training, the contract does not care how they came about."""
    golden = Run(root / "golden")
    golden.path.mkdir(parents=True)
    config = Config(Settings(), NETWORK)
    record = {"settings": {}, "network": NETWORK.to_json(), "created": config.created, "versions": {}}
    (golden.path / "config.json").write_text(json.dumps(record))
    golden.write_status(Status(RunState.FINISHED, step=STEP, total_steps=STEP))
    random = np.random.default_rng(4)
    weights: dict[str, np.ndarray] = {}
    for placed in NETWORK.placed():
        layer = placed.layer
        if isinstance(layer, Conv2D):
            shape: tuple[int, ...] = (*layer.kernel_size, placed.input_shape[-1], layer.filters)
        elif isinstance(layer, Dense):
            shape = (placed.input_shape[0], layer.units)
        else:
            continue
        weights[f"{layer.name}/kernel"] = random.normal(0, 0.4, shape).astype(np.float16)
        weights[f"{layer.name}/bias"] = random.normal(0, 0.2, shape[-1:]).astype(np.float32)
    golden.write_snapshot(STEP, weights)
    return golden


def picture() -> Picture:
    """A seeded picture of noise with a known label."""
    pixels = np.random.default_rng(5).integers(0, 256, NETWORK.input_shape, dtype=np.uint8)
    return Picture(pixels, 2, "seeded noise")


def record(root: Path) -> dict[str, Any]:
    """What the file holds: the scene, its weights as base64 safetensors, and Keras's activations by layer, in a row."""
    from model.tracing import trace

    golden = run(root)
    activations = trace(golden.path, STEP, picture().pixels[None])
    return {
        "scene": json.loads(json.dumps(scene(golden, STEP, NETWORK, CLASS_NAMES, picture()), allow_nan=False)),
        "weights": base64.b64encode(golden.snapshot_path(STEP).read_bytes()).decode(),
        "activations": {name: [float(value) for value in array.ravel()] for name, array in activations.items()},
    }


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        PATH.write_text(json.dumps(record(Path(folder)), indent=1) + "\n")
    print(f"wrote {PATH}")
