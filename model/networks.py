"""The networks: what they are made of, with every shape and parameter count, and no Keras.

A network is described here as plain data, so that the page, the API and the browser can talk about it in a process
that never imports TensorFlow. `model.building` turns a description into a Keras model; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from typing import Any, Final

from model import descriptions
from model.footprints import footprint
from model.layers import (
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
    KerasLayer,
    Layer,
    MaxPool2D,
    NetworkError,
)
from model.placing import INPUT, PlacedLayer, Wires, place

__all__ = [
    "CNN",
    "CNN_SMALL",
    "INPUT",
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
    "Wires",
]


_VALUES_AT_ONCE: Final = 50_000_000
"""Values of one layer that are in memory for a batch, 200 MB of float32."""


@dataclass(frozen=True, slots=True)
class Network:
    """Layers over pictures of `input_shape` (rows, columns, channels), values 0..1.

    layers: each after all that it reads, the answer last. wires: what a layer reads where that is not the one listed
    before it.
    """

    name: str
    title: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]
    wires: Wires = ()

    def placed(self) -> tuple[PlacedLayer, ...]:
        """Every layer with its shapes; raises NetworkError where one does not fit its input or its name is taken."""
        return place(self.title, self.input_shape, self.layers, self.wires)

    @property
    def parameters(self) -> int:
        """How many numbers it keeps; batch normalization's moving statistics are among them."""
        return sum(placed.parameters for placed in self.placed())

    @property
    def is_chain(self) -> bool:
        """Whether each layer reads the one before it and nothing else."""
        before = (INPUT, *(layer.name for layer in self.layers))
        return all(placed.inputs == (name,) for placed, name in zip(self.placed(), before, strict=False))

    @property
    def keras_layers(self) -> tuple[str, ...]:
        """The names of the layers that only Keras computes."""
        return tuple(layer.name for layer in self.layers if isinstance(layer, KerasLayer))

    @property
    def computable_in_browser(self) -> bool:
        """Whether the browser's engine knows every layer."""
        return not self.keras_layers

    def readers(self, name: str) -> tuple[PlacedLayer, ...]:
        """The layers that read the one of that name, or the picture, "input"."""
        return tuple(placed for placed in self.placed() if name in placed.inputs)

    def pictures_at_once(self, most: int) -> int:
        """How many pictures are read together, 1 to `most`: as many as the largest layer's values have room for.

        What a layer holds while it computes counts, too: attention's scores are more than all that it makes.
        """
        return max(1, min(most, _VALUES_AT_ONCE // max(map(_values, self.placed()))))

    @property
    def values(self) -> int:
        """How many numbers one picture becomes in all layers together, with those that layers hold within them."""
        return sum(map(_values, self.placed()))

    def behind(self, name: str) -> frozenset[str]:
        """The names of all layers that the output of the one of that name goes into, directly or not."""
        found = {name}
        for placed in self.placed():
            if not found.isdisjoint(placed.inputs):
                found.add(placed.layer.name)
        return frozenset(found - {name})

    def to_json(self) -> dict[str, Any]:
        """Plain data, for the run directory; `from_json` is its inverse."""
        return {**dataclasses.asdict(self), "wires": {name: list(inputs) for name, inputs in self.wires}}

    @classmethod
    def from_json(cls, record: Any) -> Network:
        """Read what `to_json` wrote; raises NetworkError, and nothing else, for what it could not have written.

        Also for a network that cannot be placed, or is larger than model.descriptions allows.
        """
        needed = frozenset({"name", "title", "input_shape", "layers"})
        found = descriptions.record_of(record, "it", needed | {"wires"}, needed)
        sides = descriptions.list_of(found["input_shape"], "input_shape", 3)
        if len(sides) != 3 or any(type(side) is not int or not 1 <= side <= 4096 for side in sides):
            raise descriptions.broken("input_shape is not rows, columns and channels")
        layers = descriptions.list_of(found["layers"], "layers", descriptions.LAYERS_MOST)
        if not layers:
            raise descriptions.broken("it has no layers")
        network = cls(
            descriptions.text_of(found["name"], "name"),
            descriptions.text_of(found["title"], "title"),
            (sides[0], sides[1], sides[2]),
            tuple(descriptions.layer_of(layer) for layer in layers),
            descriptions.wires_of(found.get("wires", {})),
        )
        _check_size(network)
        return network


def _values(placed: PlacedLayer) -> int:
    """What a layer makes of a picture, and what it holds meanwhile."""
    return math.prod(placed.output_shape) + footprint(placed).values


@functools.lru_cache(maxsize=64)  # asked for with every reading of a run's config; long for hundreds of layers
def _check_size(network: Network) -> None:
    """Raise NetworkError for a description whose network no machine here should build."""
    placed = network.placed()
    parameters = sum(each.parameters for each in placed)
    values = network.values
    if parameters > descriptions.PARAMETERS_MOST or values > descriptions.VALUES_MOST:
        raise NetworkError(
            f"Network {network.title} has {parameters:,} parameters and {values:,} values of a picture. Expected "
            f"at most {descriptions.PARAMETERS_MOST:,} and {descriptions.VALUES_MOST:,}. Make it smaller."
        )


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
