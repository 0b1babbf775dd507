"""Any picture on a square of 28, 32, 48 or 64 pixels, by the one rule that own data sets and their uploads follow.

The picture keeps its proportions: its longer side becomes the square's. What shrinks takes the mean over the area of
each new pixel, what grows is linear between pixel centres (`data.resampling`). It lies in the middle, rounded up and to
the left, on its background: the median of its border, channel by channel. Transparent parts are white.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from data import ink
from data.resampling import divide, resample

__all__ = ["RULE", "SIDES", "background", "has_colour", "in_channels", "side_for", "square"]

Bytes = npt.NDArray[np.uint8]

SIDES: Final = (28, 32, 48, 64)
COLOURED: Final = 8  # of 255; channels of a pixel that differ by no more are a scanner's or JPEG's noise
COARSE: Final = 4  # times as large as wanted: from here on whole blocks are averaged first, which is much faster
RULE: Final = (
    "keeps its proportions, in the middle of a square of its border's median; areas are averaged when it shrinks; "
    "transparent parts are white"
)


def square(picture: Bytes, side: int) -> Bytes:
    """The picture, uint8 (h, w, 3) RGB or (h, w, 4) RGBA, as uint8 (side, side, 3); sides of both at least 1."""
    colours = picture[..., :3]
    if picture.shape[2] == 4:
        alpha = np.ascontiguousarray(picture[..., 3])
        colours = np.stack([ink.over(colours[..., channel], alpha, 255) for channel in range(3)], axis=-1)
    paper = background(colours)
    longest = max(colours.shape[:2])
    height, width = np.maximum(divide(np.array(colours.shape[:2], np.int64) * side, longest), 1)
    if longest > COARSE * side:
        block = longest // (COARSE // 2 * side)
        colours = np.asarray(Image.fromarray(colours).reduce(block))
    fitted = np.stack([resample(colours[..., channel], int(height), int(width)) for channel in range(3)], axis=-1)
    result = np.empty((side, side, 3), np.uint8)
    result[:] = paper
    top, left = (side - int(height)) // 2, (side - int(width)) // 2
    result[top : top + int(height), left : left + int(width)] = fitted
    return result


def background(colours: Bytes) -> Bytes:
    """The lower median of the outermost pixels of uint8 (h, w, channels), channel by channel: uint8 (channels,)."""
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    middle = (len(border) - 1) // 2
    lower: Bytes = np.partition(border, middle, axis=0)[middle]
    return lower


def has_colour(pictures: Bytes) -> bool:
    """Whether any pixel of uint8 (n, h, w, 3) is clearly no grey: its channels differ by more than COLOURED."""
    return any(int(np.ptp(picture.astype(np.int16), axis=-1).max()) > COLOURED for picture in pictures)


def in_channels(pictures: Bytes, channels: int) -> Bytes:
    """Pictures, uint8 (..., 3) RGB, with 1 channel (luma, as `data.ink.grey`) or 3: uint8 (..., channels)."""
    return ink.grey(pictures)[..., None] if channels == 1 else pictures


def side_for(longer_sides: npt.NDArray[np.int64]) -> int:
    """The smallest of SIDES that the median of the pictures' longer sides fits into; the largest for larger ones."""
    median = float(np.median(longer_sides))
    return next((side for side in SIDES if median <= side), SIDES[-1])
