"""Which pixels of the picture a neuron is computed from: exact, from the shapes alone, and no Keras.

What is needed of a layer's output is carried back to what the layer reads, from the last layer to the picture; where
ways meet, the pixels of both count. frontend/src/explain/fields.ts does the same in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model import backward
from model.backward import Extent, Need
from model.networks import INPUT, Network, NetworkError


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
        """The cell after the last within the picture; 0 where there is none."""
        return len(self.mask) - int(self.mask[::-1].argmax()) if self.mask.any() else 0


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive field of a neuron in the picture.

    mask: bool (rows, columns), read-only; along a chain of layers a product of rows and columns, where branches meet
    not always. presumed: layers on the way of which only Keras knows what they read; they count as reading everything.
    """

    mask: np.ndarray
    extent: Extent
    presumed: tuple[str, ...] = ()

    @property
    def rows(self) -> Span:
        """The rows in which there is any of its pixels."""
        return _span(np.asarray(self.mask.any(axis=1)), *self.extent[0])

    @property
    def columns(self) -> Span:
        """The columns in which there is any of its pixels."""
        return _span(np.asarray(self.mask.any(axis=0)), *self.extent[1])

    @property
    def is_whole(self) -> bool:
        """Whether the neuron sees every pixel."""
        return bool(self.mask.all())

    @property
    def is_box(self) -> bool:
        """Whether its pixels are a full rectangle."""
        rows, columns = self.rows, self.columns
        return bool(self.mask[rows.first : rows.end, columns.first : columns.end].all())

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """What the neuron sees of `picture` (rows, columns): float32 of the whole window's size, NaN where nothing is.

        Pixels that lie in the window but have no part in the neuron are NaN as well.
        """
        (top, bottom), (left, right) = self.extent
        window = np.full((bottom - top, right - left), np.nan, np.float32)
        rows, columns = np.nonzero(self.mask)
        window[rows - top, columns - left] = picture[rows, columns]
        return window


def _span(mask: np.ndarray, start: int, end: int) -> Span:
    mask.setflags(write=False)
    return Span(mask, start, end - start)


def field(network: Network, layer: str, row: int = 0, column: int = 0, channel: int = 0) -> Field:
    """The pixels that the neuron of `layer` at (row, column) of map `channel` is computed from.

    Of a layer whose output is one row of units, `channel` is the unit, and row and column do not count; of one of
    tokens and features, `row` is the token and `channel` the feature. Raises NetworkError for a layer that the network
    does not have.
    """
    placed = network.placed()
    names = [each.layer.name for each in placed]
    if layer not in names:
        raise NetworkError(f"Network {network.title} has no layer {layer!r}. Expected one of {', '.join(names)}.")
    place = names.index(layer)
    needs = {layer: backward.neuron(placed[place].output_shape, row, column, channel)}
    presumed = []
    for each in reversed(placed[: place + 1]):
        need = needs.pop(each.layer.name, None)
        if need is None:
            continue
        if each.layer.kind == "keras_layer":
            presumed.append(each.layer.name)
        for name, found in zip(each.inputs, backward.needed(each, need), strict=True):
            needs[name] = found if name not in needs else needs[name].joined(found)
    seen: Need = needs[INPUT]
    mask = np.asarray(seen.cells.any(axis=-1))
    mask.setflags(write=False)
    # A neuron over a border of zeros alone may have no window at all.
    extent = seen.extent if all(start <= end for start, end in seen.extent) else ((0, 0), (0, 0))
    return Field(mask, extent, tuple(reversed(presumed)))
