"""What a layer needs of each of its inputs so that some of its outputs can be computed: no Keras, exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.layers import (
    Activation,
    AveragePool2D,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Elementwise,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    KerasLayer,
    MaxPool2D,
    Reshape,
    SeparableConv2D,
    Shape,
    UpSampling2D,
    ZeroPadding2D,
)
from model.placing import PlacedLayer

Extent = tuple[tuple[int, int], tuple[int, int]]
"""(first row, the row after the last), and the same of columns; may begin before the first or end after the last."""
_Windowed = Conv2D | DepthwiseConv2D | SeparableConv2D | MaxPool2D | AveragePool2D


@dataclass(frozen=True, slots=True)
class Need:
    """The values of a layer's output that something is computed from.

    cells: bool, of the output's shape. extent: the whole window, with what of it lies beyond the border; for an output
    without rows and columns of no meaning.
    """

    cells: np.ndarray
    extent: Extent

    def joined(self, other: Need) -> Need:
        """What either needs."""
        rows, columns = (
            (min(ours[0], theirs[0]), max(ours[1], theirs[1]))
            for ours, theirs in zip(self.extent, other.extent, strict=True)
        )
        return Need(self.cells | other.cells, (rows, columns))


def neuron(shape: Shape, row: int, column: int, channel: int) -> Need:
    """One neuron of an output: of a row of units the unit `channel`, of tokens the feature `channel` of token `row`."""
    cells = np.zeros(shape, bool)
    place = (row, column, channel) if len(shape) == 3 else (row, channel) if len(shape) == 2 else (channel,)
    cells[place] = True
    return Need(cells, ((row, row + 1), (column, column + 1)))


def needed(placed: PlacedLayer, need: Need) -> tuple[Need, ...]:
    """What the layer needs of each of its inputs, in their order."""
    layer, shape = placed.layer, placed.input_shape
    match layer:
        case Conv2D() | DepthwiseConv2D() | SeparableConv2D() | MaxPool2D() | AveragePool2D():
            return (_windows(placed, layer, need),)
        case Dense() | KerasLayer():
            return (_everything(shape),)
        case GlobalMaxPool2D() | GlobalAveragePool2D():
            return (_tight(np.broadcast_to(need.cells.reshape(1, 1, -1), shape)),)
        case Flatten() | Reshape():
            return (_tight(need.cells.reshape(shape)),)
        case ZeroPadding2D():
            (top, _), (left, _) = layer.padding
            rows, columns, _ = shape
            return (_shifted(need, need.cells[top : top + rows, left : left + columns], top, left),)
        case UpSampling2D():
            return (_shrunk(need, shape, layer.size),)
        case Concatenate():
            return _parted(placed, need)
        case Elementwise():
            return tuple(_of_all(need, each) for each in placed.input_shapes)
        case Activation() if layer.activation == "softmax":
            return (Need(np.broadcast_to(need.cells.any(axis=-1, keepdims=True), shape), need.extent),)
        case _:  # value by value
            return (need,)


def _windows(placed: PlacedLayer, layer: _Windowed, need: Need) -> Need:
    """Each needed output needs its window: of all channels, of its own, or of the one that its kernel reads."""
    window = layer.pool_size if isinstance(layer, MaxPool2D | AveragePool2D) else layer.kernel_size
    apart = (1, 1) if isinstance(layer, MaxPool2D | AveragePool2D) else layer.dilation_rate
    outputs = _channels_read(layer, need.cells, placed.input_shape[-1])
    padded, before = [], []
    for axis in (0, 1):
        span = (window[axis] - 1) * apart[axis] + 1
        reach = (placed.output_shape[axis] - 1) * layer.strides[axis] + span
        # Keras puts the odd cell of its padding after the last.
        before.append(max(0, reach - placed.input_shape[axis]) // 2 if layer.padding == "same" else 0)
        padded.append(max(reach, before[axis] + placed.input_shape[axis]))
    cells = np.zeros((*padded, placed.input_shape[-1]), bool)
    rows, columns, _ = placed.output_shape
    for down, across in np.ndindex(*window):
        first_row, first_column = down * apart[0], across * apart[1]
        cells[
            first_row : first_row + (rows - 1) * layer.strides[0] + 1 : layer.strides[0],
            first_column : first_column + (columns - 1) * layer.strides[1] + 1 : layer.strides[1],
        ] |= outputs
    inside = cells[before[0] : before[0] + placed.input_shape[0], before[1] : before[1] + placed.input_shape[1]]
    first, second = (
        (
            start * layer.strides[axis] - before[axis],
            (end - 1) * layer.strides[axis] - before[axis] + (window[axis] - 1) * apart[axis] + 1,
        )
        for axis, (start, end) in enumerate(need.extent)
    )
    return Need(inside, (first, second))


def _channels_read(layer: _Windowed, outputs: np.ndarray, channels: int) -> np.ndarray:
    """Which input channels each place of the outputs needs, bool (rows, columns, channels)."""
    if isinstance(layer, MaxPool2D | AveragePool2D):
        return outputs
    if isinstance(layer, DepthwiseConv2D):
        return np.asarray(outputs.reshape(*outputs.shape[:2], channels, layer.depth_multiplier).any(axis=-1))
    return np.broadcast_to(outputs.any(axis=-1, keepdims=True), (*outputs.shape[:2], channels))


def _parted(placed: PlacedLayer, need: Need) -> tuple[Need, ...]:
    """Of inputs whose channels lie behind each other, each its own."""
    ends = np.cumsum([shape[-1] for shape in placed.input_shapes])[:-1]
    parts = np.split(need.cells, ends, axis=-1)
    # A part of which nothing is needed must not widen the window.
    return tuple(Need(part, need.extent) if part.any() else _tight(part) for part in parts)


def _of_all(need: Need, shape: Shape) -> Need:
    """Of an input of a layer that merges value by value; a map of one cell counts everywhere."""
    if shape == need.cells.shape:
        return need
    return _tight(np.asarray(need.cells.any(axis=(0, 1), keepdims=True)))


def _shifted(need: Need, cells: np.ndarray, top: int, left: int) -> Need:
    (first_row, end_row), (first_column, end_column) = need.extent
    return Need(cells, ((first_row - top, end_row - top), (first_column - left, end_column - left)))


def _shrunk(need: Need, shape: Shape, size: tuple[int, int]) -> Need:
    """Of maps whose every value is repeated."""
    rows, columns, channels = shape
    cells = np.asarray(need.cells.reshape(rows, size[0], columns, size[1], channels).any(axis=(1, 3)))
    first, second = ((start // by, -(-end // by)) for (start, end), by in zip(need.extent, size, strict=True))
    return Need(cells, (first, second))


def _everything(shape: Shape) -> Need:
    return _tight(np.ones(shape, bool))


_NOWHERE: Extent = ((2**31, -(2**31)), (2**31, -(2**31)))
"""The extent of nothing: whatever it is joined with stays as it is."""


def _tight(cells: np.ndarray) -> Need:
    """With the smallest window around the cells."""
    if cells.ndim != 3 or not cells.any():
        return Need(cells, _NOWHERE)
    rows, columns = np.flatnonzero(cells.any(axis=(1, 2))), np.flatnonzero(cells.any(axis=(0, 2)))
    return Need(cells, ((int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)))
