"""The layers that leave one value of many: windows over maps, and whole maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.shapes import Padding, Pair, Shape, Weightless, picture, window_shape


@dataclass(frozen=True, slots=True)
class _Pool2D(Weightless):
    """Windows over each channel, of which one value each is left."""

    name: str
    pool_size: Pair = (2, 2)
    strides: Pair = (2, 2)
    padding: Padding = "valid"

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (fewer rows, fewer columns, channels)."""
        return (*window_shape(self.name, shape, self.pool_size, self.strides, self.padding), shape[-1])


@dataclass(frozen=True, slots=True)
class MaxPool2D(_Pool2D):
    """The largest value of each window, channel by channel."""

    kind: Literal["max_pool2d"] = "max_pool2d"


@dataclass(frozen=True, slots=True)
class AveragePool2D(_Pool2D):
    """The mean of each window, channel by channel; cells of padding are not counted."""

    kind: Literal["average_pool2d"] = "average_pool2d"


@dataclass(frozen=True, slots=True)
class _GlobalPool2D(Weightless):
    """One value of each whole map; with `keepdims` as a map of one cell."""

    name: str
    keepdims: bool = False

    def output_shape(self, shape: Shape) -> Shape:
        """(rows, columns, channels) to (channels,), or to (1, 1, channels)."""
        channels = picture(self.name, shape)[-1:]
        return (1, 1, *channels) if self.keepdims else channels


@dataclass(frozen=True, slots=True)
class GlobalMaxPool2D(_GlobalPool2D):
    """The largest value of each whole map."""

    kind: Literal["global_max_pool2d"] = "global_max_pool2d"


@dataclass(frozen=True, slots=True)
class GlobalAveragePool2D(_GlobalPool2D):
    """The mean of each whole map."""

    kind: Literal["global_average_pool2d"] = "global_average_pool2d"
