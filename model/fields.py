"""Which pixels of the picture a neuron is computed from: exact, from the shapes alone, and no Keras.

Such a set is a product of rows and columns: a window of windows is a window. So two short masks are carried back from
layer to layer. frontend/src/explain/fields.ts does the same in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.layers import (
    AveragePool2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    MaxPool2D,
)
from model.networks import Network, NetworkError, PlacedLayer


@dataclass(frozen=True, slots=True)
class Span:
    """The cells of one axis, rows or columns, that a neuron is computed from.

    mask: bool, one for each cell, read-only; with gaps where a stride is wider than the window before it.
    start, length: the whole window, which may begin before the first cell or end after the last.
    """

    mask: np.ndarray
    start: int
    length: int

    @property
    def first(self) -> int:
        """The first cell within the picture."""
        return int(self.mask.argmax())

    @property
    def end(self) -> int:
        """The cell after the last within the picture."""
        return len(self.mask) - int(self.mask[::-1].argmax())


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive field of a neuron in the picture: the pixels in a row of `rows` and a column of `columns`."""

    rows: Span
    columns: Span

    @property
    def is_whole(self) -> bool:
        """Whether the neuron sees every row and column."""
        return bool(self.rows.mask.all() and self.columns.mask.all())

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """What the neuron sees of `picture` (rows, columns): float32 of the whole window's size, NaN where nothing is.

        Pixels that lie in the window but have no part in the neuron are NaN as well.
        """
        window = np.full((self.rows.length, self.columns.length), np.nan, np.float32)
        rows, columns = np.flatnonzero(self.rows.mask), np.flatnonzero(self.columns.mask)
        window[np.ix_(rows - self.rows.start, columns - self.columns.start)] = picture[np.ix_(rows, columns)]
        return window


def field(network: Network, layer: str, row: int = 0, column: int = 0, channel: int = 0) -> Field:
    """The pixels that the neuron of `layer` at (row, column) of map `channel` is computed from.

    Of a layer whose output is one row of units, `channel` is the unit, and row and column do not count. Raises
    NetworkError for a layer that the network does not have.
    """
    placed = network.placed()
    names = [each.layer.name for each in placed]
    if layer not in names:
        raise NetworkError(f"Network {network.title} has no layer {layer!r}. Expected one of {', '.join(names)}.")
    place = names.index(layer)
    spans: tuple[Span, Span] | None = None
    if len(placed[place].output_shape) == 3:
        rows, columns, _ = placed[place].output_shape
        spans = _cell(rows, row), _cell(columns, column)
    for each in reversed(placed[: place + 1]):
        if len(each.output_shape) == 3:
            assert spans is not None
            spans = _sources(each, 0, spans[0]), _sources(each, 1, spans[1])
        elif len(each.input_shape) == 3:
            spans, channel = _unrolled(each, channel), 0
        elif isinstance(each.layer, Dense) or getattr(each.layer, "activation", "") == "softmax":
            channel = -1  # it sees every unit of the layer before it
    assert spans is not None  # the picture has rows and columns, so some layer took them
    return Field(*spans)


def _cell(size: int, at: int) -> Span:
    return Span(_mask(size, [at]), at, 1)


def _whole(size: int) -> Span:
    return Span(_mask(size, range(size)), 0, size)


def _mask(size: int, cells: range | list[int]) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[cells] = True
    mask.setflags(write=False)
    return mask


def _unrolled(placed: PlacedLayer, unit: int) -> tuple[Span, Span]:
    """What a layer that puts maps in a row sees of them for one unit; unit -1 for all units."""
    rows, columns, channels = placed.input_shape
    if isinstance(placed.layer, Flatten) and unit >= 0:
        row, column = divmod(unit // channels, columns)
        return _cell(rows, row), _cell(columns, column)
    assert isinstance(placed.layer, Flatten | GlobalMaxPool2D | GlobalAveragePool2D)
    return _whole(rows), _whole(columns)


def _sources(placed: PlacedLayer, axis: int, outputs: Span) -> Span:
    """The cells of the layer's input, along an axis, that these cells of its output are computed from."""
    layer = placed.layer
    if isinstance(layer, Conv2D | DepthwiseConv2D):
        window = layer.kernel_size[axis]
    elif isinstance(layer, MaxPool2D | AveragePool2D):
        window = layer.pool_size[axis]
    else:
        return outputs
    size, stride = placed.input_shape[axis], layer.strides[axis]
    missing = (placed.output_shape[axis] - 1) * stride + window - size
    # Keras puts the odd cell of its padding after the last.
    before = max(0, missing) // 2 if layer.padding == "same" else 0
    starts = np.flatnonzero(outputs.mask) * stride - before
    seen = (starts[:, None] + np.arange(window)).ravel()  # (outputs * window,)
    cells = [int(cell) for cell in np.unique(seen[(seen >= 0) & (seen < size)])]
    return Span(_mask(size, cells), outputs.start * stride - before, (outputs.length - 1) * stride + window)
