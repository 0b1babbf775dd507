"""The layers that Strata knows: Keras's names and fields, with every shape and weight, and no Keras.

Each is a frozen dataclass that says what it makes of a shape (`output_shape`) and which weights it keeps
(`weight_shapes`, by Keras's own names). Shapes leave the batch axis out; pictures are (rows, columns, channels).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal, get_args

from data.errors import StrataError

ActivationName = Literal[
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "silu", "leaky_relu", "softplus", "relu6"
]
"""Keras's activations with Keras's defaults; softmax is over the last axis."""
Padding = Literal["valid", "same"]
Shape = tuple[int, ...]
Pair = tuple[int, int]


class NetworkError(StrataError):
    """A network that cannot be built: the message names the layer, what it expected and what it received."""


@dataclass(frozen=True, slots=True)
class Conv2D:
    """A convolution over all input channels, kernel (height, width, channels in, filters), channels last."""

    name: str
    filters: int
    kernel_size: Pair = (3, 3)
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: ActivationName = "relu"
    kind: Literal["conv2d"] = "conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, filters)."""
        _at_least_one(self.name, "filters", self.filters)
        _known_activation(self.name, self.activation)
        return (*_window_shape(self.name, shape, self.kernel_size, self.strides, self.padding), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One kernel value per window cell, channel and filter, and one bias per filter."""
        return {"kernel": (*self.kernel_size, shape[-1], self.filters), "bias": (self.filters,)}


@dataclass(frozen=True, slots=True)
class DepthwiseConv2D:
    """A convolution of every channel by kernels of its own, (height, width, channels, depth_multiplier).

    Output channel `channel * depth_multiplier + m` comes from that one input channel and its m-th kernel.
    """

    name: str
    kernel_size: Pair = (3, 3)
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: ActivationName = "relu"
    depth_multiplier: int = 1
    kind: Literal["depthwise_conv2d"] = "depthwise_conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, channels * depth_multiplier)."""
        _at_least_one(self.name, "depth_multiplier", self.depth_multiplier)
        _known_activation(self.name, self.activation)
        if self.strides[0] != self.strides[1]:
            raise NetworkError(
                f"Layer {self.name} is a depthwise convolution. Expected equal strides, which is all that TensorFlow "
                f"computes, received {self.strides[0]}x{self.strides[1]}. Make them equal."
            )
        rows, columns = _window_shape(self.name, shape, self.kernel_size, self.strides, self.padding)
        return rows, columns, shape[-1] * self.depth_multiplier

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One kernel value per window cell and output channel, and one bias per output channel."""
        kernel = (*self.kernel_size, shape[-1], self.depth_multiplier)
        return {"kernel": kernel, "bias": (shape[-1] * self.depth_multiplier,)}


@dataclass(frozen=True, slots=True)
class Dense:
    """Every unit weighs every input: kernel (inputs, units)."""

    name: str
    units: int
    activation: ActivationName = "relu"
    kind: Literal["dense"] = "dense"

    def output_shape(self, shape: Shape) -> Shape:
        """(inputs,) to (units,)."""
        _at_least_one(self.name, "units", self.units)
        _known_activation(self.name, self.activation)
        if len(shape) != 1:
            raise NetworkError(
                f"Layer {self.name} is dense. Expected one row of values, received the shape {shape}. "
                "Put a flatten layer before it."
            )
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One weight per input and unit, and one bias per unit."""
        return {"kernel": (shape[-1], self.units), "bias": (self.units,)}


@dataclass(frozen=True, slots=True)
class BatchNormalization:
    """Every channel less its moving mean, over its moving deviation, times gamma, plus beta.

    gamma and beta are trained by gradients; moving_mean and moving_variance only follow the batches.
    Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
    """

    name: str
    epsilon: float = 1e-3  # added to the variance, so that it is never zero
    kind: Literal["batch_normalization"] = "batch_normalization"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        if not (math.isfinite(self.epsilon) and self.epsilon > 0):
            raise NetworkError(f"Layer {self.name}: expected an epsilon above 0, received {self.epsilon}.")
        return shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Four numbers a channel. Keras counts all four as parameters, and so does Strata."""
        return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), shape[-1:])


class _Weightless:
    """A layer that keeps nothing."""

    __slots__ = ()

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """None: there is nothing to learn here."""
        return {}


@dataclass(frozen=True, slots=True)
class _Pool2D(_Weightless):
    """Windows over each channel, of which one value each is left."""

    name: str
    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (fewer rows, fewer columns, channels)."""
        return (*_window_shape(self.name, shape, self.pool_size, self.strides, self.padding), shape[-1])


@dataclass(frozen=True, slots=True)
class MaxPool2D(_Pool2D):
    """The largest value of each window, channel by channel."""

    kind: Literal["max_pool2d"] = "max_pool2d"


@dataclass(frozen=True, slots=True)
class AveragePool2D(_Pool2D):
    """The mean of each window, channel by channel; cells of padding are not counted."""

    kind: Literal["average_pool2d"] = "average_pool2d"


@dataclass(frozen=True, slots=True)
class _GlobalPool2D(_Weightless):
    """One value of each whole map."""

    name: str

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (channels,)."""
        return _picture(self.name, shape)[-1:]


@dataclass(frozen=True, slots=True)
class GlobalMaxPool2D(_GlobalPool2D):
    """The largest value of each whole map."""

    kind: Literal["global_max_pool2d"] = "global_max_pool2d"


@dataclass(frozen=True, slots=True)
class GlobalAveragePool2D(_GlobalPool2D):
    """The mean of each whole map."""

    kind: Literal["global_average_pool2d"] = "global_average_pool2d"


@dataclass(frozen=True, slots=True)
class Flatten(_Weightless):
    """All values in one row: row by row, column by column, channel by channel."""

    name: str
    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows * columns * channels,)."""
        return (math.prod(shape),)


@dataclass(frozen=True, slots=True)
class Dropout(_Weightless):
    """Sets a random share `rate` of the values to zero while training; afterwards it lets all through."""

    name: str
    rate: float = 0.5
    kind: Literal["dropout"] = "dropout"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        if not 0 <= self.rate < 1:
            raise NetworkError(f"Layer {self.name}: expected a rate from 0 to below 1, received {self.rate}.")
        return shape


@dataclass(frozen=True, slots=True)
class Activation(_Weightless):
    """An activation function on its own, as after batch normalization."""

    name: str
    activation: ActivationName = "relu"
    kind: Literal["activation"] = "activation"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        _known_activation(self.name, self.activation)
        return shape


Layer = (
    Conv2D
    | DepthwiseConv2D
    | Dense
    | BatchNormalization
    | MaxPool2D
    | AveragePool2D
    | GlobalMaxPool2D
    | GlobalAveragePool2D
    | Flatten
    | Dropout
    | Activation
)
KINDS: dict[str, type[Layer]] = {
    str(field.default): layer for layer in get_args(Layer) for field in fields(layer) if field.name == "kind"
}
"""Every kind of layer by the name that descriptions and the browser use."""


def _at_least_one(name: str, field: str, number: int) -> None:
    if number < 1:
        raise NetworkError(f"Layer {name}: expected {field} of at least 1, received {number}.")


def _known_activation(name: str, activation: str) -> None:
    if activation not in get_args(ActivationName):
        known = ", ".join(get_args(ActivationName))
        raise NetworkError(f"Layer {name}: expected an activation among {known}, received {activation!r}.")


def _picture(name: str, shape: Shape) -> Shape:
    if len(shape) != 3:
        raise NetworkError(f"Layer {name} slides over a picture. Expected (rows, columns, channels), received {shape}.")
    return shape


def _window_shape(name: str, shape: Shape, window: Pair, strides: Pair, padding: Padding) -> Pair:
    """Rows and columns left when a window slides over `shape`, as Keras counts them."""
    _picture(name, shape)
    _at_least_one(name, "window and strides", min(*window, *strides))
    if padding not in get_args(Padding):
        raise NetworkError(f"Layer {name}: expected the padding valid or same, received {padding!r}.")
    if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
        raise NetworkError(
            f"Layer {name} has a {window[0]}x{window[1]} window. Expected at most its input's "
            f"{shape[0]}x{shape[1]}. Make the window smaller or pool less before it."
        )
    lost = window if padding == "valid" else (1, 1)
    rows, columns = ((shape[axis] - lost[axis]) // strides[axis] + 1 for axis in (0, 1))
    return rows, columns
