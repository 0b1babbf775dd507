"""The layers that keep weights: convolutions, dense layers and batch normalization, by Keras's names and fields."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from model.shapes import (
    ActivationName,
    NetworkError,
    Padding,
    Pair,
    Shape,
    at_least_one,
    dilated,
    equal_strides,
    known_activation,
    window_shape,
)


@dataclass(frozen=True, slots=True)
class Conv2D:
    """A convolution over all input channels, kernel (height, width, channels in, filters), channels last."""

    name: str
    filters: int
    kernel_size: Pair = (3, 3)
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: ActivationName = "relu"
    dilation_rate: Pair = (1, 1)
    use_bias: bool = True
    kind: Literal["conv2d"] = "conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, filters)."""
        at_least_one(self.name, "filters", self.filters)
        known_activation(self.name, self.activation)
        span = dilated(self.name, self.kernel_size, self.strides, self.dilation_rate)
        return (*window_shape(self.name, shape, span, self.strides, self.padding), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One kernel value per window cell, channel and filter, and one bias per filter."""
        return _with_bias({"kernel": (*self.kernel_size, shape[-1], self.filters)}, self.use_bias, self.filters)


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
    dilation_rate: Pair = (1, 1)
    use_bias: bool = True
    kind: Literal["depthwise_conv2d"] = "depthwise_conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, channels * depth_multiplier)."""
        at_least_one(self.name, "depth_multiplier", self.depth_multiplier)
        known_activation(self.name, self.activation)
        equal_strides(self.name, "depthwise convolution", self.strides)
        span = dilated(self.name, self.kernel_size, self.strides, self.dilation_rate)
        rows, columns = window_shape(self.name, shape, span, self.strides, self.padding)
        return rows, columns, shape[-1] * self.depth_multiplier

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One kernel value per window cell and output channel, and one bias per output channel."""
        kernel = (*self.kernel_size, shape[-1], self.depth_multiplier)
        return _with_bias({"kernel": kernel}, self.use_bias, shape[-1] * self.depth_multiplier)


@dataclass(frozen=True, slots=True)
class SeparableConv2D:
    """A depthwise convolution without bias, then a sum of its channels at each place: one weight a channel and filter.

    Chollet 2017, https://arxiv.org/abs/1610.02357
    """

    name: str
    filters: int
    kernel_size: Pair = (3, 3)
    strides: Pair = (1, 1)
    padding: Padding = "valid"
    activation: ActivationName = "relu"
    depth_multiplier: int = 1
    dilation_rate: Pair = (1, 1)
    use_bias: bool = True
    kind: Literal["separable_conv2d"] = "separable_conv2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows, columns, filters)."""
        at_least_one(self.name, "filters", self.filters)
        at_least_one(self.name, "depth_multiplier", self.depth_multiplier)
        known_activation(self.name, self.activation)
        equal_strides(self.name, "separable convolution", self.strides)
        span = dilated(self.name, self.kernel_size, self.strides, self.dilation_rate)
        return (*window_shape(self.name, shape, span, self.strides, self.padding), self.filters)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """Kernels of every channel, (height, width, channels, depth_multiplier), then (1, 1, all of these, filters)."""
        kernels: dict[str, Shape] = {
            "depthwise_kernel": (*self.kernel_size, shape[-1], self.depth_multiplier),
            "pointwise_kernel": (1, 1, shape[-1] * self.depth_multiplier, self.filters),
        }
        return _with_bias(kernels, self.use_bias, self.filters)


@dataclass(frozen=True, slots=True)
class Dense:
    """Every unit weighs every input: kernel (inputs, units)."""

    name: str
    units: int
    activation: ActivationName = "relu"
    use_bias: bool = True
    kind: Literal["dense"] = "dense"

    def output_shape(self, shape: Shape) -> Shape:
        """(inputs,) to (units,)."""
        at_least_one(self.name, "units", self.units)
        known_activation(self.name, self.activation)
        if len(shape) != 1:
            raise NetworkError(
                f"Layer {self.name} is dense. Expected one row of values, received the shape {shape}. "
                "Put a flatten layer before it."
            )
        return (self.units,)

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """One weight per input and unit, and one bias per unit."""
        return _with_bias({"kernel": (shape[-1], self.units)}, self.use_bias, self.units)


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


def _with_bias(kernels: dict[str, Shape], use_bias: bool, count: int) -> dict[str, Shape]:
    return {**kernels, "bias": (count,)} if use_bias else kernels
