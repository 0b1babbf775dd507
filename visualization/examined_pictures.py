"""Test pictures as a gallery, each with what it is and what it is read as; and as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from model.readings import Readings
from visualization import class_words, galleries

_DOWN, _LONG_DOWN = 4, 3
_ACROSS, _NARROW_ACROSS, _LONG_ACROSS = 6, 4, 3
_WORDS_PIXELS = 11
_WORD = 8
"""Characters of a class name below a picture; what hover says has all."""
_SHORT_NAME = 2
"""Characters of a class name that leave room for six pictures side by side."""


def across(names: Sequence[str], *, narrow: bool = False) -> int:
    """How many pictures stand side by side, so that their words have room; narrow: in a third of the window."""
    if max(map(len, names)) > _SHORT_NAME:
        return _LONG_ACROSS
    return _NARROW_ACROSS if narrow else _ACROSS


def down(names: Sequence[str]) -> int:
    """How many rows of pictures a page has: fewer of larger ones where names are long."""
    return _LONG_DOWN if max(map(len, names)) > _SHORT_NAME else _DOWN


def tile(names: Sequence[str]) -> int:
    """Height of a picture with its words, CSS pixels."""
    return 152 if max(map(len, names)) > _SHORT_NAME else 96


def gallery(
    pictures: np.ndarray, numbers: Sequence[int], readings: Readings, names: Sequence[str], side_by_side: int
) -> go.Figure:
    """The test pictures of these numbers, each over "4→9 87 %": true class, what it is read as, with which confidence.

    pictures: uint8 (count, rows, columns, channels), the pictures themselves, `side_by_side` in a row.
    """
    channels = pictures.shape[-1]
    figure = galleries.gallery(
        pictures,
        [words(number, readings, names) for number in numbers],
        measure=class_words.measure(channels),
        across=side_by_side,
        strongest=255,
    )
    figure.update_annotations(font_size=_WORDS_PIXELS)
    (cells,) = figure.data
    places = cells.customdata  # (rows, columns, 3): picture, row, column
    known = np.append(np.asarray(numbers, np.int64), -1)  # what lies beside the pictures has the place -1
    cells.customdata = np.concatenate([places, known[places[..., :1]]], axis=-1)
    cells.hovertemplate = (
        "test image %{customdata[3]:,}, row %{customdata[1]}, column %{customdata[2]}: "
        + ("ink" if channels == 1 else "brightness")
        + " %{z} of 255<extra></extra>"
    )
    return figure


def words(number: int, readings: Readings, names: Sequence[str]) -> str:
    """ "4→9 87 %", the per cents rounded down: only what is certain is 100 %."""
    cut = class_words.shorts(names, _WORD)
    true, read = (cut[int(place)] for place in (readings.labels[number], readings.probabilities[number].argmax()))
    return f"{true}→{read} {math.floor(100 * float(readings.probabilities[number].max()))}\u00a0%"


def table(numbers: Sequence[int], readings: Readings, names: Sequence[str]) -> str:
    """As CSV: number in the test set, true class, what it is read as, confidence and margin (0..1), in this order."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["test image", "true class", "read as", "confidence", "margin"])
    read_as, confidence, margin = readings.read_as, readings.confidence, readings.margin
    for number in numbers:
        true, read = names[int(readings.labels[number])], names[int(read_as[number])]
        writer.writerow([number, true, read, round(float(confidence[number]), 6), round(float(margin[number]), 6)])
    return text.getvalue()
