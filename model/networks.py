"""The networks: what they are made of, with every shape and parameter count, and no Keras.

A network is described here as plain data, so that the page, the API and the browser can talk about it in a process
that never imports TensorFlow. `model.building` turns a description into a Keras model; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from model.layers import (
    KINDS,
    Activation,
    ActivationName,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Layer,
    MaxPool2D,
    NetworkError,
    Shape,
)

__all__ = [
    "CNN",
    "CNN_SMALL",
    "MLP_25",
    "PRESETS",
    "Activation",
    "AveragePool2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePool2D",
    "GlobalMaxPool2D",
    "Layer",
    "MaxPool2D",
    "Network",
    "NetworkError",
    "PlacedLayer",
]


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """A layer where it stands in its network; shapes without the batch axis."""

    layer: Layer
    input_shape: Shape
    output_shape: Shape

    @property
    def weight_shapes(self) -> dict[str, Shape]:
        """The shape of each of its weights, by "<layer>/<weight>" as snapshots keep them."""
        shapes = self.layer.weight_shapes(self.input_shape)
        return {f"{self.layer.name}/{weight}": shape for weight, shape in shapes.items()}

    @property
    def parameters(self) -> int:
        """How many numbers it keeps, as Keras's count_params counts them."""
        return sum(math.prod(shape) for shape in self.weight_shapes.values())

    @property
    def title(self) -> str:
        """The layer's name for people: "conv 1"."""
        return self.layer.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Network:
    """A stack of layers over pictures of `input_shape` (rows, columns, channels), values 0..1."""

    name: str
    title: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]

    def placed(self) -> tuple[PlacedLayer, ...]:
        """Every layer with its shapes; raises NetworkError where one does not fit its input or its name is taken."""
        shape: Shape = self.input_shape
        placed = []
        taken = {"input"}  # what the picture itself is called
        for layer in self.layers:
            if not layer.name or "/" in layer.name or layer.name in taken:
                raise NetworkError(
                    f"Network {self.title} has a layer named {layer.name!r}. Expected a name without a slash that is "
                    f"not {', '.join(sorted(taken))}. Give it another."
                )
            taken.add(layer.name)
            output_shape = layer.output_shape(shape)
            placed.append(PlacedLayer(layer, shape, output_shape))
            shape = output_shape
        return tuple(placed)

    @property
    def parameters(self) -> int:
        """How many numbers it keeps; batch normalization's moving statistics are among them."""
        return sum(placed.parameters for placed in self.placed())

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the run directory; `from_json` is its inverse."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Network:
        """Read what `to_json` wrote; raises NetworkError on an unknown kind of layer or a missing field."""
        try:
            layers = tuple(_layer_from_json(layer) for layer in record["layers"])
            rows, columns, channels = record["input_shape"]
            return cls(record["name"], record["title"], (rows, columns, channels), layers)
        except (KeyError, TypeError, ValueError) as error:
            raise NetworkError(f"A network description is broken: {error!r}. Expected what Strata wrote.") from error


def _layer_from_json(record: dict[str, Any]) -> Layer:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    return KINDS[record["kind"]](**fields)


CNN = Network(
    name="cnn",
    title="CNN 32-64-128",
    input_shape=(28, 28, 1),
    layers=(
        Conv2D("conv_1", 32),
        MaxPool2D("pool_1"),
        Conv2D("conv_2", 64),
        MaxPool2D("pool_2"),
        Flatten("flatten"),
        Dense("dense_1", 128),
        Dense("output", 10, activation="softmax"),
    ),
)

CNN_SMALL = Network(
    name="cnn_small",
    title="CNN small 8-16-16-24-32",
    input_shape=(28, 28, 1),
    layers=(
        Conv2D("conv_1", 8),
        BatchNormalization("norm_1"),
        Conv2D("conv_2", 16),
        BatchNormalization("norm_2"),
        MaxPool2D("pool_1"),
        Conv2D("conv_3", 16),
        BatchNormalization("norm_3"),
        Conv2D("conv_4", 24),
        BatchNormalization("norm_4"),
        MaxPool2D("pool_2"),
        Conv2D("conv_5", 32),
        BatchNormalization("norm_5"),
        GlobalAveragePool2D("average"),
        Dense("output", 10, activation="softmax"),
    ),
)


def _mlp(name: str, title: str, hidden: tuple[int, ...], activation: ActivationName) -> Network:
    """The picture in a row, hidden dense layers, ten outputs."""
    layers = [Dense(f"dense_{place}", units, activation) for place, units in enumerate(hidden, start=1)]
    return Network(name, title, (28, 28, 1), (Flatten("flatten"), *layers, Dense("output", 10, activation="softmax")))


MLP_SIGMOID = _mlp("mlp_sigmoid", "MLP 32-32, sigmoid", (32, 32), "sigmoid")
MLP_RELU = _mlp("mlp_relu", "MLP 128-64, ReLU", (128, 64), "relu")
MLP_25 = _mlp("mlp_25", "MLP 25-25, ReLU", (25, 25), "relu")

PRESETS: dict[str, Network] = {network.name: network for network in (CNN, CNN_SMALL, MLP_SIGMOID, MLP_RELU, MLP_25)}
