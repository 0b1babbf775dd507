"""Which picture a model reads, of the shape of its input."""

from __future__ import annotations

import math

from model.uploads.limits import PICTURE_CHANNELS, PICTURE_SIDE

EXPECTED = (
    f"(rows, columns, channels) with up to {PICTURE_SIDE}x{PICTURE_SIDE} pixels and 1 or 3 channels, (rows, columns), "
    "or a square picture's pixels in a row"
)
_LEAST_IN_A_ROW = 8
"""A row of 64 values is scikit-learn's digits; shorter ones are of tables, not of pictures."""


def picture_of(shape: tuple[int | None, ...]) -> tuple[int, int, int] | None:
    """(rows, columns, channels) of what a model with an input of `shape`, without the batch, reads; None if no picture.

    A row of values is a square picture, row by row: n * n values of one channel, or 3 * n * n of three.
    """
    match shape:
        case (int(rows), int(columns), int(channels)):
            least = 1
        case (int(rows), int(columns)):
            channels, least = 1, 1
        case (int(count),) if count > 0:
            channels = 1 if math.isqrt(count) ** 2 == count else PICTURE_CHANNELS
            rows = columns = math.isqrt(count // channels)
            least = _LEAST_IN_A_ROW if rows * columns * channels == count else PICTURE_SIDE + 1
        case _:
            return None
    fits = least <= min(rows, columns) and max(rows, columns) <= PICTURE_SIDE and channels in (1, PICTURE_CHANNELS)
    return (rows, columns, channels) if fits else None
