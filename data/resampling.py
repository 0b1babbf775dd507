"""Exact resizing of grey pictures: whole numbers only, so that any language gets the same pixels.

Every value is an integer that a float64 holds exactly (below 2**53), and the one division rounds half up:
round(a / b) = floor((2a + b) / 2b). The order of the additions therefore does not matter.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["divide", "resample", "surface"]

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

BLOCK = 512  # columns at a time, which bounds the memory that a large upload takes


def divide(numerator: Integers, denominator: int) -> Integers:
    """numerator / denominator rounded half up: floor((2 numerator + denominator) / (2 denominator))."""
    return (2 * numerator + denominator) // (2 * denominator)


def resample(picture: Bytes, height: int, width: int) -> Bytes:
    """The grey picture, uint8 (h, w), at another size, uint8 (height, width).

    An axis that shrinks takes the mean over the area that each new pixel covers (the anti-aliasing of a pixel that
    is partly covered is its exact share); an axis that grows interpolates linearly between pixel centres, clamped at
    the border. An axis that stays is copied. Both axes are summed before the one rounding.
    """
    old_height, old_width = picture.shape
    parts = (picture[:, start : start + BLOCK] for start in range(0, old_width, BLOCK))
    rows = np.concatenate([_axis(part.astype(np.int64), height) for part in parts], axis=1)  # (height, w)
    both = _axis(rows.T, width).T  # (height, width); values are times both scales
    return divide(both, _scale(old_height, height) * _scale(old_width, width)).astype(np.uint8)


def surface(grid: Integers, height: int, width: int) -> Integers:
    """The linear surface through a coarse grid, int64 (a, b) to (height, width), rounded, going on straight outside.

    The grid's values belong to the centres of its cells, which divide the height and width evenly. Sides at least a, b.
    """
    rows = _grow(grid, height, onward=True)
    both = _grow(rows.T, width, onward=True).T
    return divide(both, 4 * height * width)


def _scale(old: int, new: int) -> int:
    """What `_axis` has multiplied its values by."""
    return old if new <= old else 2 * new


def _axis(values: Integers, new: int) -> Integers:
    """The first axis resampled from n to `new` pixels; values (n, m) to (new, m), times `_scale(n, new)`."""
    old = values.shape[0]
    return _shrink(values, new) if new <= old else _grow(values, new)


def _shrink(values: Integers, new: int) -> Integers:
    """Sums over areas, in units of 1/new of an old pixel.

    New pixel i covers [i old, (i + 1) old) of these units. The sum over [0, i old) is new times the first k pixels
    plus r times pixel k, with k = floor(i old / new) and r the remainder; neighbouring sums are subtracted.
    """
    old, columns = values.shape
    before = np.zeros((old + 1, columns), np.int64)  # before[k]: sum of the first k pixels
    np.cumsum(values, axis=0, out=before[1:])
    whole, rest = np.divmod(np.arange(new + 1, dtype=np.int64) * old, new)
    edge = values[np.minimum(whole, old - 1)]  # where whole is old, rest is 0
    sums: Integers = new * before[whole] + rest[:, None] * edge
    return sums[1:] - sums[:-1]


def _grow(values: Integers, new: int, *, onward: bool = False) -> Integers:
    """Linear interpolation, in units of 1 / (2 new) of the distance between two old pixel centres.

    The centre of new pixel i lies at ((2i + 1) old - new) of these units from that of old pixel 0. Outside of the
    old centres the values stay those of the outermost, or go on straight if `onward`.
    """
    old = values.shape[0]
    unit = 2 * new
    place = (2 * np.arange(new, dtype=np.int64) + 1) * old - new
    if not onward or old == 1:
        place = np.clip(place, 0, (old - 1) * unit)
    before = np.clip(place // unit, 0, max(old - 2, 0))
    rest = (place - before * unit)[:, None]
    after = np.minimum(before + 1, old - 1)
    between: Integers = (unit - rest) * values[before] + rest * values[after]
    return between
