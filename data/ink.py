"""From any picture to clean ink: grey values with 0 for paper and 255 for the pen, whatever was which before.

Each step is a pure function of integer arithmetic, stated exactly, so that a copy in another language gets the same
pixels. "Percentile p" of n values is always the one at index floor((n - 1) p / 100) of the sorted values, from 0.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from data.resampling import divide, resample, surface

__all__ = ["clean", "flatten", "grey", "is_dark_on_light", "otsu", "over", "shrink", "to_ink"]

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WORK_SIDE = 1024  # px; a larger picture is reduced to this before its paper is looked at
FINE = 256  # the longer side over this is how far noise is smoothed, in pixels
TILES = 8  # the paper's shade is measured in 8x8 tiles
EVEN = 60  # per cent of the border that has the shade of the paper, if it has one
SHADE = 8  # grey levels that pass for one shade
ONE_TONE = 64  # grey levels; opaque pixels that differ by less are one colour of ink
SHEET = 60  # per cent of its own bounding box that an opaque sheet fills and pen strokes do not

TRANSPARENT = "The background is transparent, so what is opaque is ink."
DARK = "The background is lighter than what is on it, so dark is ink and the values are inverted."
LIGHT = "The background is darker than what is on it, so light is ink."


def grey(picture: Bytes) -> Bytes:
    """Luma of uint8 (h, w, 3 or more) as uint8 (h, w): (299 R + 587 G + 114 B) / 1000, rounded (ITU-R BT.601)."""
    total = picture[..., 0] * np.int32(299)  # 4 bytes a pixel: an upload may have 16 million
    total += picture[..., 1] * np.int32(587)
    total += picture[..., 2] * np.int32(114)
    return ((total + 500) // 1000).astype(np.uint8)


def over(values: Bytes, alpha: Bytes, paper: int) -> Bytes:
    """Grey values, uint8 (h, w), laid over paper of one grey value: (v a + paper (255 - a)) / 255, rounded."""
    if alpha.min() == 255:
        return values
    opacity = alpha.astype(np.int32)
    return ((2 * (values * opacity + paper * (255 - opacity)) + 255) // 510).astype(np.uint8)


def shrink(values: Bytes) -> Bytes:
    """The picture with its longer side reduced to WORK_SIDE and the other alike, rounded; a smaller one as it is."""
    longest = max(values.shape)
    if longest <= WORK_SIDE:
        return values
    height, width = divide(np.array(values.shape, np.int64) * WORK_SIDE, longest)
    return resample(values, max(1, int(height)), max(1, int(width)))


def to_ink(picture: Bytes) -> tuple[Bytes, Bytes, str]:
    """Grey picture, ink (0 = paper), and a sentence on how they were told apart, from uint8 RGBA (h, w, 4).

    A pixel is opaque if its alpha is at least half the greatest. Where at least half of the border is not opaque, what
    is opaque is ink of whatever colour, and alpha is its strength; but a sheet (opaque in SHEET % of its bounding box,
    percentiles 5 and 95 of its grey ONE_TONE or more apart, as a sticker is) is laid over its own median and
    read as paper. Any other picture is laid over white and read as paper.
    """
    shade, alpha = grey(picture), picture[..., 3]
    opaque = alpha >= (int(alpha.max()) + 1) // 2
    border = np.concatenate(_sides(opaque.astype(np.uint8)))
    paper = 255
    if 2 * int(border.sum()) <= border.size:
        tones = shade[opaque]
        spread = int(_percentile(tones, 95)) - int(_percentile(tones, 5))
        if spread < ONE_TONE or 100 * tones.size < SHEET * _box_area(opaque):
            return shrink(over(shade, alpha, 255)), shrink(alpha), TRANSPARENT
        paper = _percentile(tones, 50)
    visible = shrink(over(shade, alpha, paper))
    if is_dark_on_light(visible):
        return visible, 255 - visible, DARK
    return visible, visible, LIGHT


def is_even(values: Bytes) -> bool:
    """Whether the paper has one shade: EVEN % of the border differ by at most SHADE from the border's median."""
    border = np.concatenate(_sides(values)).astype(np.int64)
    alike = np.count_nonzero(np.abs(border - _percentile(border, 50)) <= SHADE)
    return bool(100 * alike >= EVEN * border.size)


def is_dark_on_light(values: Bytes) -> bool:
    """Whether the ink in uint8 (h, w) is darker than its paper; a draw counts as dark on light.

    Ink is what differs from the paper on the side, darker or lighter, where the fourth powers of the differences have
    the larger sum: ink is few pixels, far off. The paper is the median of the border if it is even (`is_even`),
    else what `flatten` finds it to be in the picture and in its negative.
    """
    if is_even(values):
        difference = values.astype(np.int64) - _percentile(np.concatenate(_sides(values)), 50)
        lighter, darker = np.maximum(difference, 0), np.maximum(-difference, 0)
    else:
        lighter, darker = flatten(values).astype(np.int64), flatten(255 - values).astype(np.int64)
    return int((darker**4).sum()) >= int((lighter**4).sum())  # at most 255^4 1024^2, which is below 2^53


def flatten(ink: Bytes) -> Bytes:
    """Takes the shade of uneven paper away: ink minus what the paper itself shows there, not below 0.

    First the paper is what is left when tiles brighter than all around them are taken down: their shades are opened
    (3x3 minimum, then 3x3 maximum; beyond an edge the shade goes on as steeply as it came: beyond a, b lies 2 a - b),
    but nowhere raised. What is above Otsu's threshold then, smoothed as in `clean`, and up to floor(longer side / 64)
    rows and columns around it, is ink; the shades are measured again without it.
    """
    shades = _shades(ink, np.ones(ink.shape, np.bool_), np.zeros((TILES, TILES), np.int64))
    opened = np.minimum(_around(_around(shades, np.minimum), np.maximum), shades)
    first = smooth(_above(ink, opened), max(ink.shape) // FINE)
    found = _spread(first > otsu(first), max(ink.shape) // 64)
    return _above(ink, _shades(ink, ~found, opened))


def _shades(ink: Bytes, paper: Mask, otherwise: Integers) -> Integers:
    """Medians of the paper in 8x8 tiles (fewer on a side below 8), int64; `otherwise` where under a quarter is paper.

    Tile i on a side of n pixels spans floor(i n / 8) to floor((i + 1) n / 8).
    """
    height, width = ink.shape
    rows, columns = min(TILES, height), min(TILES, width)
    shades = otherwise[:rows, :columns].copy()
    for row in range(rows):
        across = slice(row * height // rows, (row + 1) * height // rows)
        for column in range(columns):
            tile = (across, slice(column * width // columns, (column + 1) * width // columns))
            values = ink[tile][paper[tile]]
            if 4 * values.size >= ink[tile].size:
                shades[row, column] = _percentile(values, 50)
    return shades


def _above(ink: Bytes, shades: Integers) -> Bytes:
    """Ink minus the surface through the shades, which is kept within 0 and 255; not below 0."""
    return np.maximum(ink - np.clip(surface(shades, *ink.shape), 0, 255), 0).astype(np.uint8)


def otsu(values: Bytes) -> int:
    """Otsu's threshold t: values above t are one class, the others the other; 0 when all are equal.

    With n0 and s0 the number and sum of the values up to t, n and s those of all, and d = s0 / n0 - s / n, it is the
    first t for which d d n0 / (n - n0) is greatest, in float64 and in this order. Otsu 1979,
    doi:10.1109/TSMC.1979.4310076.
    """
    counts = np.bincount(values.ravel(), minlength=256)
    numbers, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    thresholds = np.flatnonzero((numbers > 0) & (numbers < values.size))
    if thresholds.size == 0:
        return 0
    n0, s0 = numbers[thresholds].astype(np.float64), sums[thresholds].astype(np.float64)
    distance = s0 / n0 - float(sums[-1]) / float(values.size)
    return int(thresholds[np.argmax(distance * distance * n0 / (values.size - n0))])


def clean(ink: Bytes) -> tuple[Bytes, int]:
    """Ink on black without the paper's noise and with the pen at 255, and the contrast it had, 0 to 255.

    Strong ink is above Otsu's threshold in the picture smoothed over floor(longer side / FINE) pixels. What is more
    than max(1, floor(longer side / 14)) rows or columns away from any becomes 0. Noise is percentile 99 of what is
    away; if it is above SHADE, the smoothed values take the place of the others and it is measured again; where
    nothing is away, it is the least value. Full ink is percentile 75 of the strong. The rest becomes
    (v - noise) 255 / (full - noise), rounded, kept within 0 and 255.
    """
    longest = max(ink.shape)
    smoothed = smooth(ink, longest // FINE)
    strong = smoothed > otsu(smoothed)
    near = _spread(strong, max(1, longest // 14))
    if _percentile(ink[~near], 99) > SHADE:
        ink = smoothed
    noise = int(ink.min()) if near.all() else _percentile(ink[~near], 99)
    full = _percentile(ink[strong], 75)
    if full <= noise:
        return np.zeros_like(ink), 0
    stretched = divide((ink.astype(np.int64) - noise) * 255, full - noise)
    return np.where(near, np.clip(stretched, 0, 255), 0).astype(np.uint8), full - noise


def smooth(values: Bytes, distance: int) -> Bytes:
    """Mean of the square of side 2 distance + 1 around each value, as far as inside; rounded after each axis."""
    for axis in (0, 1):
        sums, numbers = _window(values, distance, axis)
        values = ((2 * sums + numbers) // (2 * numbers)).astype(np.uint8)
    return values


def _percentile(values: npt.NDArray[np.integer], share: int) -> int:
    """Percentile of the values, as at the top of the file; 0 of none."""
    if values.size == 0:
        return 0
    place = (values.size - 1) * share // 100
    return int(np.partition(values, place, axis=None)[place])


def _sides(values: Bytes) -> list[Bytes]:
    """Top, bottom, left and right border, max(1, floor(shorter side / 32)) thick, flat; the corners are in two."""
    depth = max(1, min(values.shape) // 32)
    return [
        values[:depth].ravel(), values[-depth:].ravel(), values[:, :depth].ravel(), values[:, -depth:].ravel(),
    ]  # fmt: skip


def _box_area(mask: Mask) -> int:
    """Pixels in the bounding box of the mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)) if rows.size else 0


def _around(grid: Integers, choose: Callable[[Integers, Integers], Integers]) -> Integers:
    """Each value replaced by the chosen (least or greatest) of the 3x3 around it; beyond an edge as in `flatten`."""
    for _ in range(2):
        second = grid[[1, -2]] if len(grid) > 1 else grid[[0, 0]]
        first, last = 2 * grid[[0, -1]] - second
        padded = np.concatenate([first[None], grid, last[None]])
        grid = choose(choose(padded[:-2], padded[1:-1]), padded[2:]).T
    return grid


def _spread(mask: Mask, distance: int) -> Mask:
    """True within `distance` rows and columns of a true value: a square of side 2 distance + 1 around each."""
    for axis in (0, 1):
        mask = _window(mask, distance, axis)[0] > 0
    return mask


def _window(values: npt.NDArray[np.generic], distance: int, axis: int) -> tuple[Integers, Integers]:
    """Sums over what is at most `distance` away along the axis, and how many values (broadcast along it) that is."""
    length = values.shape[axis]
    before = np.concatenate([np.zeros_like(values.take([0], axis), np.int64), np.cumsum(values, axis, np.int64)], axis)
    first = np.maximum(np.arange(length) - distance, 0)
    last = np.minimum(np.arange(length) + distance + 1, length)
    return before.take(last, axis) - before.take(first, axis), np.expand_dims(last - first, 1 - axis)
