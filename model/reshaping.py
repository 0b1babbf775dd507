"""The layers without weights that read one input: what moves values, scales them, or bends each alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from model.shapes import ActivationName, NetworkError, Pair, Shape, Weightless, at_least_one, known_activation, picture


@dataclass(frozen=True, slots=True)
class Flatten(Weightless):
    """All values in one row: row by row, column by column, channel by channel."""

    name: str
    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows * columns * channels,)."""
        return (math.prod(shape),)


@dataclass(frozen=True, slots=True)
class Reshape(Weightless):
    """The same values in the same order, counted otherwise."""

    name: str
    target_shape: Shape
    kind: Literal["reshape"] = "reshape"

    def output_shape(self, shape: Shape) -> Shape:
        """Any shape of as many values, of rank 1 to 3."""
        target = self.target_shape
        if not 1 <= len(target) <= 3 or min(target) < 1 or math.prod(target) != math.prod(shape):
            raise NetworkError(
                f"Layer {self.name} reshapes {shape}. Expected one to three sides whose product is "
                f"{math.prod(shape)}, received {target}."
            )
        return target


@dataclass(frozen=True, slots=True)
class ZeroPadding2D(Weightless):
    """Rows and columns of zeros around every map; padding: ((top, bottom), (left, right))."""

    name: str
    padding: tuple[Pair, Pair] = ((1, 1), (1, 1))
    kind: Literal["zero_padding2d"] = "zero_padding2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (more rows, more columns, channels)."""
        rows, columns, channels = picture(self.name, shape)
        if min(min(side) for side in self.padding) < 0:
            raise NetworkError(f"Layer {self.name}: expected a padding of at least 0, received {self.padding}.")
        return rows + sum(self.padding[0]), columns + sum(self.padding[1]), channels


@dataclass(frozen=True, slots=True)
class UpSampling2D(Weightless):
    """Every value repeated size[0] times down and size[1] times across."""

    name: str
    size: Pair = (2, 2)
    kind: Literal["up_sampling2d"] = "up_sampling2d"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (rows * size[0], columns * size[1], channels)."""
        rows, columns, channels = picture(self.name, shape)
        at_least_one(self.name, "size", min(self.size))
        return rows * self.size[0], columns * self.size[1], channels


@dataclass(frozen=True, slots=True)
class Rescaling(Weightless):
    """Every value times `scale` plus `offset`: one number each, or one for each channel."""

    name: str
    scale: float | tuple[float, ...] = 1.0
    offset: float | tuple[float, ...] = 0.0
    kind: Literal["rescaling"] = "rescaling"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        for field, numbers in (("scale", self.scale), ("offset", self.offset)):
            every = numbers if isinstance(numbers, tuple) else (numbers,)
            if isinstance(numbers, tuple) and len(numbers) != shape[-1]:
                raise NetworkError(
                    f"Layer {self.name}: expected one {field}, or one for each of {shape[-1]} channels, "
                    f"received {len(numbers)}."
                )
            if not all(math.isfinite(number) for number in every):
                raise NetworkError(f"Layer {self.name}: expected a finite {field}, received {numbers}.")
        return shape


@dataclass(frozen=True, slots=True)
class Dropout(Weightless):
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
class Activation(Weightless):
    """An activation function on its own, as after batch normalization."""

    name: str
    activation: ActivationName = "relu"
    kind: Literal["activation"] = "activation"

    def output_shape(self, shape: Shape) -> Shape:
        """Unchanged."""
        known_activation(self.name, self.activation)
        return shape
