"""Pictures changed by known amounts: moved, turned, resized, drawn with another pen, covered with noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["CHANGES", "NOISE_SEED", "Change", "apply", "apply_to_channels", "by_channel", "moved"]

Bytes = npt.NDArray[np.uint8]

NOISE_SEED: Final = 20_250
"""Of the one field of noise that all amounts scale, so that a curve over the amount is of the same noise."""
_FINE: Final = 4
"""Cells a pixel is split into before its pen is made thicker or thinner: amounts are quarters of a pixel."""


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change a picture.

    name: for people, in an option's place ("turned"). verb: what was done to it ("turned"), said before an amount.
    unit: of an amount ("°"). amounts: ascending, with the one that changes nothing, `neutral`, among them. direction:
    what an amount below and one above neutral mean.
    """

    name: str
    unit: str
    amounts: tuple[float, ...]
    neutral: float
    direction: tuple[str, str]


def _steps(first: float, last: float, step: float) -> tuple[float, ...]:
    return tuple(first + step * place for place in range(round((last - first) / step) + 1))


CHANGES: Final[dict[str, Change]] = {
    "shift_x": Change("Shift sideways", "px", _steps(-10, 10, 1), 0, ("to the left", "to the right")),
    "shift_y": Change("Shift up or down", "px", _steps(-10, 10, 1), 0, ("up", "down")),
    "rotate": Change("Rotate", "°", _steps(-90, 90, 5), 0, ("against the clock", "with the clock")),
    "scale": Change("Scale", "%", _steps(40, 160, 5), 100, ("smaller", "larger")),
    "pen": Change("Thicken or thin", "px", _steps(-1.5, 2.5, 0.25), 0, ("thinner", "thicker")),
    "noise": Change("Noise", "%", _steps(0, 100, 5), 0, ("", "of full ink")),
}
"""Every change by its key; amounts are pixels moved, degrees turned, per cent of the size, pixels added to the pen's
radius, and the noise's standard deviation in per cent of full ink."""


def apply(picture: Bytes, name: str, amount: float, background: int = 0) -> Bytes:
    """`picture` changed by `amount` of CHANGES[name]; the neutral amount leaves every pixel as it is.

    picture: uint8 (rows, columns). background: what comes in from outside, 0..255. Moved, turned and resized about the
    middle of the picture, linear between pixels (scipy.ndimage.affine_transform, order 1).
    """
    if amount == CHANGES[name].neutral:
        return picture.copy()
    return _FUNCTIONS[name](picture, amount, background)


def apply_to_channels(picture: Bytes, name: str, amount: float, background: Sequence[int] = ()) -> Bytes:
    """The same for uint8 (rows, columns, channels): every channel is changed alike; thickening is of bright strokes.

    background: a value for each channel; 0 if none is given.
    """
    return by_channel(lambda channel, outside: apply(channel, name, amount, outside), picture, background)


def by_channel(change: Callable[[Bytes, int], Bytes], picture: Bytes, background: Sequence[int] = ()) -> Bytes:
    """What `change` makes of each channel of uint8 (rows, columns, channels) and its background, put together again."""
    outside = [int(value) for value in background] or [0] * picture.shape[-1]
    return np.stack([change(picture[..., channel], value) for channel, value in enumerate(outside)], axis=-1)


def moved(
    picture: Bytes,
    *,
    down: float = 0.0,
    right: float = 0.0,
    degrees: float = 0.0,
    scale: float = 1.0,
    background: int = 0,
) -> Bytes:
    """The picture resized by `scale` and turned by `degrees` with the clock about its middle, then moved by pixels."""
    from scipy import ndimage  # a tenth of a second to import: only when asked for

    angle = math.radians(degrees)
    cosine, sine = math.cos(angle) / scale, math.sin(angle) / scale
    # For each pixel of the result, where in the picture it comes from: the inverse of the movement. Rows go down.
    back = np.array([[cosine, -sine], [sine, cosine]])
    middle = (np.array(picture.shape) - 1) / 2
    offset = middle - back @ (middle + np.array([down, right]))
    found = ndimage.affine_transform(picture.astype(np.float64), back, offset, order=1, cval=background)
    return _bytes(found)


def _pen(picture: Bytes, amount: float, background: int) -> Bytes:
    """Ink grown (or shrunk, below 0) by a disc of radius `amount` pixels: grey dilation or erosion in finer cells."""
    from scipy import ndimage

    reach = round(abs(amount) * _FINE)
    rows, columns = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    disc = rows**2 + columns**2 <= reach**2
    fine = np.kron(picture, np.ones((_FINE, _FINE), np.uint8))
    change = ndimage.grey_dilation if amount > 0 else ndimage.grey_erosion
    grown = change(fine, footprint=disc, mode="constant", cval=background)
    cells = grown.reshape(picture.shape[0], _FINE, picture.shape[1], _FINE)
    return _bytes(cells.mean(axis=(1, 3)))


def _noise(picture: Bytes, amount: float, background: int) -> Bytes:
    field = np.random.default_rng(NOISE_SEED).standard_normal(picture.shape)
    return _bytes(picture + 255 * amount / 100 * field)


def _bytes(values: npt.NDArray[np.float64]) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


_FUNCTIONS: Final[dict[str, Callable[[Bytes, float, int], Bytes]]] = {
    "shift_x": lambda picture, amount, background: moved(picture, right=amount, background=background),
    "shift_y": lambda picture, amount, background: moved(picture, down=amount, background=background),
    "rotate": lambda picture, amount, background: moved(picture, degrees=amount, background=background),
    "scale": lambda picture, amount, background: moved(picture, scale=amount / 100, background=background),
    "pen": _pen,
    "noise": _noise,
}
