"""Write what pytest and Vitest both check: scene.json, one tiny network, picture and answer as the page gets them, and
layers.json, what the contract knows and networks that have all of it; timeline.json, the slider over a run's snapshots;
links.json, the same network as nodes and links.

python -m tests.golden.write
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import safetensors.numpy

from model.layers import (
    KINDS,
    Activation,
    ActivationName,
    Add,
    Average,
    AveragePool2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Maximum,
    MaxPool2D,
    Minimum,
    Multiply,
    Rescaling,
    Reshape,
    SeparableConv2D,
    Subtract,
    UpSampling2D,
    ZeroPadding2D,
)
from model.networks import Network
from model.records import Config, RunState, Status
from model.runs import Run
from model.settings import Settings
from visualization.links import LinksSettings, links
from visualization.pictures import Picture
from visualization.scene import layers, scene
from visualization.timeline import timeline

PATH = Path(__file__).with_name("scene.json")
LAYERS_PATH = Path(__file__).with_name("layers.json")
TIMELINE_PATH = Path(__file__).with_name("timeline.json")
LINKS_PATH = Path(__file__).with_name("links.json")
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
AVERAGE = Network(
    name="golden_average",
    title="Golden average",
    input_shape=(9, 8, 1),
    layers=(
        Conv2D("conv_1", 3, padding="same", activation="linear"),
        BatchNormalization("norm_1"),
        Activation("activation_1", "leaky_relu"),
        DepthwiseConv2D("depthwise_1", strides=(2, 2), padding="same", activation="silu", depth_multiplier=2),
        AveragePool2D("average_1", pool_size=(2, 3), strides=(2, 1), padding="same"),
        Dropout("dropout_1", 0.3),
        Conv2D("conv_2", 9, kernel_size=(1, 1), activation="gelu"),
        GlobalAveragePool2D("average_2"),
        Dense("dense_1", 3, activation="elu"),
        Dense("output", 4, activation="softmax"),
    ),
)
MAXIMUM = Network(
    name="golden_maximum",
    title="Golden maximum",
    input_shape=(8, 9, 1),
    layers=(
        Conv2D("conv_1", 2, kernel_size=(2, 3), activation="selu"),
        DepthwiseConv2D("depthwise_1", kernel_size=(2, 2), activation="relu6"),
        AveragePool2D("average_1", strides=(1, 1)),
        MaxPool2D("pool_1"),
        GlobalMaxPool2D("maximum_1"),
        Dense("dense_1", 3, activation="softplus"),
        Dense("output", 4, activation="tanh"),
    ),
)
PERCEPTRON = Network(
    name="golden_perceptron",
    title="Golden 5",
    input_shape=(3, 4, 1),
    layers=(
        Flatten("flatten"),
        Dense("dense_1", 5, activation="sigmoid"),
        BatchNormalization("norm_1", epsilon=1e-5),
        Dropout("dropout_1"),
        Dense("logits", 4, activation="linear"),
        Activation("output", "softmax"),
    ),
)
RESIDUAL = Network(
    name="golden_residual",
    title="Golden residual",
    input_shape=(9, 8, 3),
    layers=(
        Rescaling("scaled", (2.0, 1.0, 0.5), -0.5),
        ZeroPadding2D("padding_1", ((1, 0), (2, 1))),
        Conv2D("conv_1", 4, activation="linear", use_bias=False),
        BatchNormalization("norm_1"),
        Activation("activation_1", "hard_silu"),
        SeparableConv2D("separable_1", 4, padding="same", activation="mish", depth_multiplier=2),
        Add("add_1"),
        GlobalAveragePool2D("squeeze", keepdims=True),
        Conv2D("excite", 4, (1, 1), activation="hard_sigmoid"),
        Multiply("multiply_1"),
        Conv2D("conv_2", 5, (3, 2), padding="same", activation="softsign", dilation_rate=(2, 3)),
        AveragePool2D("pool_1", strides=(1, 1), padding="same"),
        Concatenate("concatenate_1"),
        GlobalMaxPool2D("maximum_1"),
        Dense("output", 4, activation="softmax", use_bias=False),
    ),
    wires=(
        ("add_1", ("activation_1", "separable_1")),
        ("multiply_1", ("excite", "add_1")),
        ("concatenate_1", ("pool_1", "multiply_1", "conv_1")),
    ),
)
BRANCHES = Network(
    name="golden_branches",
    title="Golden branches",
    input_shape=(6, 8, 1),
    layers=(
        Reshape("reshape_1", (6, 4, 2)),
        DepthwiseConv2D("depthwise_1", padding="same", activation="exponential", dilation_rate=(1, 2), use_bias=False),
        SeparableConv2D("separable_1", 2, (2, 2), (2, 2), "same", "tanh", use_bias=False),
        UpSampling2D("up_1", (2, 2)),
        Subtract("subtract_1"),
        Average("average_1"),
        Maximum("maximum_1"),
        Minimum("minimum_1"),
        Reshape("tokens", (6, 8)),
        Reshape("reshape_2", (48,)),
        Dense("output", 4, activation="softmax"),
    ),
    wires=(
        ("subtract_1", ("depthwise_1", "up_1")),
        ("average_1", ("reshape_1", "subtract_1", "up_1")),
        ("maximum_1", ("average_1", "depthwise_1")),
        ("minimum_1", ("up_1", "maximum_1", "reshape_1")),
    ),
)
NETWORKS = (NETWORK, AVERAGE, MAXIMUM, PERCEPTRON, RESIDUAL, BRANCHES)
STEP = 12


def run(root: Path, network: Network = NETWORK) -> Run:
    """A run below `root` with seeded weights at STEP: no training, the contract does not care how they came about."""
    golden = Run(root / network.name)
    golden.path.mkdir(parents=True)
    config = Config(Settings(), network)
    record = {"settings": {}, "network": network.to_json(), "created": config.created, "versions": {}}
    (golden.path / "config.json").write_text(json.dumps(record))
    golden.write_status(Status(RunState.FINISHED, step=STEP, total_steps=STEP))
    random = np.random.default_rng(4)
    weights: dict[str, np.ndarray] = {}
    for placed in network.placed():
        for name, shape in placed.weight_shapes.items():
            if name.endswith("kernel"):
                weights[name] = random.normal(0, 0.4, shape).astype(np.float16)
            elif name.endswith("/moving_variance"):
                weights[name] = random.uniform(0.2, 2, shape).astype(np.float32)
            else:
                weights[name] = random.normal(0, 0.2, shape).astype(np.float32)
    golden.write_snapshot(STEP, weights)
    return golden


def picture(network: Network = NETWORK) -> Picture:
    """A seeded picture of noise with a known label."""
    pixels = np.random.default_rng(5).integers(0, 256, network.input_shape, dtype=np.uint8)
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


def timeline_record(root: Path) -> dict[str, Any]:
    """What timeline.json holds: the slider of a run at work, of which nothing was chosen yet."""
    return timeline(
        Run(root / NETWORK.name), (0, 1, STEP), 1, total_steps=20, following=False, active=True, live=True,
        testable=True, taken=None,
    )  # fmt: skip


def links_record(root: Path) -> dict[str, Any]:
    """What links.json holds: the links of the same network and picture, with settings other than the usual ones."""
    whole = scene(Run(root / NETWORK.name), STEP, NETWORK, CLASS_NAMES, picture())
    record = links(whole, LinksSettings(4, "activity", "sign", every_layer=True))
    return dict(json.loads(json.dumps(record, allow_nan=False)))


def layers_record(root: Path) -> dict[str, Any]:
    """What layers.json holds: every kind and activation, and for each further network its layers, a picture, and its
    weights and Keras's activations as base64 safetensors."""
    return {
        "kinds": ["input", *KINDS],
        "activations": list(get_args(ActivationName)),
        "networks": [_network_record(root, network) for network in NETWORKS[1:]],
    }


def _network_record(root: Path, network: Network) -> dict[str, Any]:
    from model.tracing import trace

    golden, pixels = run(root, network), picture(network).pixels
    activations = {name: values[0] for name, values in trace(golden.path, STEP, pixels[None]).items()}
    return {
        "network": json.loads(json.dumps({"title": network.title, "layers": layers(network)}, allow_nan=False)),
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
        "weights": base64.b64encode(golden.snapshot_path(STEP).read_bytes()).decode(),
        "activations": base64.b64encode(safetensors.numpy.save(activations)).decode(),
    }


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for path, content in (
            (PATH, record(Path(folder))),
            (LAYERS_PATH, layers_record(Path(folder))),
            (TIMELINE_PATH, timeline_record(Path(folder))),
            (LINKS_PATH, links_record(Path(folder))),
        ):
            path.write_text(json.dumps(content, indent=1) + "\n")
            print(f"wrote {path}")
