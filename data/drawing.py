"""A picture of any size becomes the network's input, 28x28 pixels the way MNIST was made, other sizes alike.

The recipe of http://yann.lecun.com/exdb/mnist/: fit to a 20x20 box with the proportions kept and anti-aliased, then
move the centre of mass to the centre of 28x28. MNIST's own centres of mass all lie within half a pixel of the centre
of pixel (14, 14), and the longer side is 20 in 9,997 of its 10,000 test pictures; `centre` and `fit` do the same.
Before that `data.ink` finds the ink of a picture; the drawing pad's canvas is ink already. Every step is whole-number
arithmetic with halves rounded up, so that a copy in another language can agree on every pixel: the pad's is
frontend/src/drawing/preprocessing.ts, and tests/golden/drawing.json holds the two together.

For another size, the box is 20/28 of the shorter side, rounded, and the centre the pixel at half of each side, rounded
down; where the network reads colours, every channel gets the same grey values.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from data import ink
from data.errors import PictureError
from data.pictures import MAX_SIDE, MIN_SIDE, check_sides, read_picture
from data.resampling import divide, resample

__all__ = [
    "MAX_SIDE", "MIN_SIDE", "MNIST", "STEPS", "Drawing", "Step", "Switches", "box_of", "centre", "crop", "fit",
    "from_ink", "read_picture", "to_input",
]  # fmt: skip

Bytes = npt.NDArray[np.uint8]

SIDE: Final = 28  # px, MNIST's pictures
BOX: Final = 20  # px of these, the box that the digit is fitted to
MNIST: Final = (SIDE, SIDE, 1)
INK: Final = 64  # of 255; the crop is around values of at least this (MNIST's own boxes stay as they are)
CONTRAST: Final = 16  # of 255; ink that differs less from its paper is taken for none
STEPS: Final = ("grey", "ink", "clean", "crop", "fit", "centre")


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step: its name (of STEPS), a sentence on what it did, and the picture after it, uint8 (h, w), read-only."""

    name: str
    words: str
    pixels: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """The network's input, uint8 (rows, columns, channels), 0 = background, read-only, and the steps that led to it."""

    pixels: Bytes
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Switches:
    """Which steps `from_ink` takes; what each is without is said there."""

    crop: bool = True
    fit: bool = True
    centre: bool = True


def box_of(sides: tuple[int, int]) -> int:
    """Pixels of the box that is fitted into an input of these sides: 20 of 28, 23 of 32, 46 of 64."""
    return (2 * min(sides) * BOX + SIDE) // (2 * SIDE)


def from_ink(ink: Bytes, switches: Switches = Switches(), shape: tuple[int, int, int] = MNIST) -> Drawing:
    """The network's input from a drawing pad's canvas, uint8 (h, w), 0 = background to 255 = ink; sides at least 1.

    shape: of the input, (rows, columns, channels); what follows says it for MNIST's. Nothing is cleaned and nothing
    refused: a blank canvas becomes a blank input. Each step can be switched off, to see what it is for:

    * crop takes the box of all values of at least INK. Off: the whole canvas.
    * fit resamples that to a longer side of BOX (20). Off: to one of SIDE (28), which fills the input.
    * centre places that with its centre of mass on pixel (14, 14). Off: in the middle, rounded down.

    Centring moves as far as nothing leaves the input. Of a canvas that was not cropped, the outer rows and columns of
    zeros may leave it, for otherwise there would be no room to move; they are trimmed before.
    """
    cropped = crop(ink) if switches.crop else ink
    sides = shape[:2]
    box = box_of(sides) if switches.fit else min(sides)
    fitted = fit(cropped, box)
    if switches.centre:
        placed = centre(fitted if switches.crop else _trim(fitted), sides)
    else:
        placed = _place(fitted, (sides[0] - fitted.shape[0]) // 2, (sides[1] - fitted.shape[1]) // 2, sides)
    height, width = fitted.shape
    steps = (
        Step("canvas", f"The canvas, {ink.shape[1]}x{ink.shape[0]}.", ink.copy()),
        Step("crop", f"{'Cropped to the ink' if switches.crop else 'Not cropped'}, {_size(cropped)}.", cropped.copy()),
        Step("fit", f"Fitted to {box}x{box} with its proportions kept, {width}x{height}.", fitted),
        Step(
            "centre", f"{'Centre of mass' if switches.centre else 'Middle'} moved to that of {_size(placed)}.", placed
        ),
    )
    return _drawing(steps, shape[2])


def to_input(picture: Bytes, shape: tuple[int, int, int] = MNIST) -> Drawing:
    """The network's input from a picture, uint8 (h, w), (h, w, 1), (h, w, 3) RGB or (h, w, 4) RGBA.

    shape: of the input, as in `from_ink`. Sides are 8 to 4096 px. Dark on light, light on dark, or opaque on
    transparent. Raises PictureError when the array has another form, or when nothing is on it.
    """
    visible, raw, why = ink.to_ink(_rgba(picture))
    cleaned, contrast = ink.clean(raw if ink.is_even(raw) else ink.flatten(raw))
    if contrast < CONTRAST:
        raise PictureError(
            f"Picture is blank: what is on it differs from its background by {contrast} of 255 grey levels. "
            f"Expected at least {CONTRAST}. Draw a digit, or take a picture with more contrast."
        )
    cropped = crop(cleaned)
    box = box_of(shape[:2])
    fitted = fit(cropped, box)
    centred = centre(fitted, shape[:2])
    steps = (
        Step("grey", f"Grey values from red, green and blue, {visible.shape[1]}x{visible.shape[0]}.", visible),
        Step("ink", why, raw),
        Step("clean", f"Shading and noise of the background removed, contrast {contrast} stretched to 255.", cleaned),
        Step("crop", f"Cropped to the ink, {cropped.shape[1]}x{cropped.shape[0]}.", cropped),
        Step("fit", f"Fitted to {box}x{box} with its proportions kept, {fitted.shape[1]}x{fitted.shape[0]}.", fitted),
        Step("centre", f"Its centre of mass moved to the centre of {_size(centred)}.", centred),
    )
    return _drawing(steps, shape[2])


def _drawing(steps: tuple[Step, ...], channels: int) -> Drawing:
    """The last step is the input, the same in every channel; nobody may write into any."""
    for step in steps:
        step.pixels.setflags(write=False)
    pixels = steps[-1].pixels[:, :, None]
    if channels > 1:
        pixels = np.repeat(pixels, channels, axis=2)
        pixels.setflags(write=False)
    return Drawing(pixels, steps)


def crop(values: Bytes) -> Bytes:
    """The bounding box of all values of at least INK, uint8 (h, w); the whole picture if there are none."""
    rows = np.flatnonzero((values >= INK).any(axis=1))
    columns = np.flatnonzero((values >= INK).any(axis=0))
    if rows.size == 0:
        return values
    return values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(values: Bytes, box: int = BOX) -> Bytes:
    """Resampled so that the longer side is `box`, the other in proportion, at least 1: uint8 (<= box, <= box)."""
    longest = max(values.shape)
    height, width = np.maximum(divide(np.array(values.shape, np.int64) * box, longest), 1)
    return resample(values, int(height), int(width))


def centre(values: Bytes, sides: tuple[int, int] = (SIDE, SIDE)) -> Bytes:
    """Placed in 28x28 so that the centre of mass lies on pixel (14, 14): uint8 (<= 28, <= 28) to (28, 28).

    sides: of another size, rows and columns, whose middle is the pixel at half of each, rounded down.

    Moved by whole pixels, as MNIST is: with S the sum of all values and M the sum of row times value, the top row is
    (14 S - M) / S, rounded, kept so that nothing leaves the picture. The same for columns. Of nothing but
    zeros the box is put in the middle, rounded down.
    """
    height, width = values.shape
    weights = values.astype(np.int64)
    total = int(weights.sum())
    top, left = (sides[0] - height) // 2, (sides[1] - width) // 2
    if total:
        top = int(divide(sides[0] // 2 * total - (weights.sum(axis=1) * np.arange(height)).sum(), total))
        left = int(divide(sides[1] // 2 * total - (weights.sum(axis=0) * np.arange(width)).sum(), total))
    return _place(values, min(max(top, 0), sides[0] - height), min(max(left, 0), sides[1] - width), sides)


def _place(values: Bytes, top: int, left: int, sides: tuple[int, int]) -> Bytes:
    """The values in zeros of these sides, their first row and column at `top` and `left`."""
    pixels = np.zeros(sides, np.uint8)
    pixels[top : top + values.shape[0], left : left + values.shape[1]] = values
    return pixels


def _trim(values: Bytes) -> Bytes:
    """Without the outer rows and columns of zeros; as it is if there is nothing else."""
    rows, columns = np.flatnonzero(values.any(axis=1)), np.flatnonzero(values.any(axis=0))
    return values[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if rows.size else values


def _size(values: Bytes) -> str:
    return f"{values.shape[1]}x{values.shape[0]}"


def _rgba(picture: Bytes) -> Bytes:
    """Any picture that `to_input` takes, as uint8 (h, w, 4); raises PictureError."""
    grey_or_colour = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (1, 3, 4))
    if picture.dtype != np.uint8 or not grey_or_colour:
        raise PictureError(
            f"Picture is {picture.dtype} {picture.shape}. Expected uint8 of shape (height, width), or with 1, 3 or 4 "
            "channels behind. Convert it to values from 0 to 255."
        )
    check_sides(picture.shape[1], picture.shape[0])
    if picture.ndim == 2:
        picture = picture[:, :, None]
    if picture.shape[2] == 1:
        picture = np.repeat(picture, 3, axis=2)
    if picture.shape[2] == 4:
        return picture
    return np.concatenate([picture, np.full((*picture.shape[:2], 1), 255, np.uint8)], axis=2)
