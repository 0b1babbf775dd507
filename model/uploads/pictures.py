"""Which picture a model reads, of the shape of its input."""

from __future__ import annotations

import math

from model.uploads.limits import PICTURE_CHANNELS, PICTURE_SIDE

EXPECTED = (
    f"(rows, columns, channels) with up to {PICTURE_SIDE}x{PICTURE_SIDE} pixels, no side more than "
    "eight times the other, and 1 or 3 channels, (rows, columns), "
    "or a square picture's pixels in a row"
)
_LONGEST = 8
"""Times the shorter side: of a picture that is narrower nothing can be seen beside the rest of the page."""
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
    short, long = sorted((rows, columns))
    fits = least <= short and long <= min(PICTURE_SIDE, _LONGEST * short) and channels in (1, PICTURE_CHANNELS)
    return (rows, columns, channels) if fits else None
