"""The networks: what they are made of, with every shape and parameter count, and no Keras.

A network is described here as plain data, so that the page, the API and the browser can talk about it in a process
that never imports TensorFlow. `model.building` turns a description into a Keras model; a test holds the two together.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from data.errors import StrataError

Activation = Literal["linear", "relu", "sigmoid", "tanh", "softmax"]
Padding = Literal["valid", "same"]
Shape = tuple[int, ...]


class NetworkError(StrataError):
    """A network that cannot be built: the message names the layer, what it expected and what it received."""


@dataclass(frozen=True, slots=True)
class Conv2D:
    """A convolution over all input channels, kernel (height, width, channels in, filters), channels last."""

    name: str
    filters: int
    kernel_size: tuple[int, int] = (3, 3)
    strides: tuple[int, int] = (1, 1)
    padding: Padding = "valid"
    activation: Activation = "relu"
    kind: Literal["conv2d"] = "conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, filters)."""
        return (*_window_shape(self.name, shape, self.kernel_size, self.strides, self.padding), self.filters)

    def parameters(self, shape: Shape) -> int:
        """One kernel value per window cell, channel and filter, and one bias per filter."""
        return math.prod(self.kernel_size) * shape[-1] * self.filters + self.filters


@dataclass(frozen=True, slots=True)
class MaxPool2D:
    """The largest value of each window, channel by channel."""

    name: str
    pool_size: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    padding: Padding = "valid"
    kind: Literal["max_pool2d"] = "max_pool2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (fewer rows, fewer columns, channels)."""
        return (*_window_shape(self.name, shape, self.pool_size, self.strides, self.padding), shape[-1])

    def parameters(self, shape: Shape) -> int:
        """None: there is nothing to learn in a maximum."""
        return 0


@dataclass(frozen=True, slots=True)
class Flatten:
    """All values in one row: row by row, column by column, channel by channel."""

    name: str
    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows * columns * channels,)."""
        return (math.prod(shape),)

    def parameters(self, shape: Shape) -> int:
        """None: the values are only put in another order."""
        return 0


@dataclass(frozen=True, slots=True)
class Dense:
    """Every unit weighs every input: kernel (inputs, units)."""

    name: str
    units: int
    activation: Activation = "relu"
    kind: Literal["dense"] = "dense"

    def output_shape(self, shape: Shape) -> Shape:
        """(inputs,) to (units,)."""
        if len(shape) != 1:
            raise NetworkError(
                f"Layer {self.name} is dense. Expected one row of values, received the shape {shape}. "
                "Put a flatten layer before it."
            )
        return (self.units,)

    def parameters(self, shape: Shape) -> int:
        """One weight per input and unit, and one bias per unit."""
        return shape[-1] * self.units + self.units


Layer = Conv2D | MaxPool2D | Flatten | Dense
_KINDS: dict[str, type[Conv2D] | type[MaxPool2D] | type[Flatten] | type[Dense]] = {
    "conv2d": Conv2D,
    "max_pool2d": MaxPool2D,
    "flatten": Flatten,
    "dense": Dense,
}


def _window_shape(
    name: str, shape: Shape, window: tuple[int, int], strides: tuple[int, int], padding: Padding
) -> tuple[int, int]:
    """Rows and columns left when a window slides over `shape`, as Keras counts them."""
    if len(shape) != 3:
        raise NetworkError(f"Layer {name} slides over a picture. Expected (rows, columns, channels), received {shape}.")
    if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
        raise NetworkError(
            f"Layer {name} has a {window[0]}x{window[1]} window. Expected at most its input's "
            f"{shape[0]}x{shape[1]}. Make the window smaller or pool less before it."
        )
    lost = window if padding == "valid" else (1, 1)
    rows, columns = ((shape[axis] - lost[axis]) // strides[axis] + 1 for axis in (0, 1))
    return rows, columns


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """A layer where it stands in its network: shapes without the batch axis, and how many parameters it learns."""

    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int

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
        """Every layer with its shapes; raises NetworkError where one does not fit its input."""
        shape: Shape = self.input_shape
        placed = []
        for layer in self.layers:
            output_shape = layer.output_shape(shape)
            placed.append(PlacedLayer(layer, shape, output_shape, layer.parameters(shape)))
            shape = output_shape
        return tuple(placed)

    @property
    def parameters(self) -> int:
        """How many numbers training adjusts."""
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
    return _KINDS[record["kind"]](**fields)


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

PRESETS: dict[str, Network] = {network.name: network for network in (CNN,)}
