"""Many small pictures in one sheet, for the figure component to show the one under the pointer.

The form is frontend/src/figure/thumbnails.ts's: `layout.meta["thumbnails"]`, and the picture's number in the sheet as
the first number of a point's `customdata`.
"""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

_COLOURS = 64
_SHADES = 16
"""Grey levels that are sent, of 256: the eye misses none at this size, and it halves what is sent."""


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """A sheet of `count` pictures with sides of `side` pixels, `across` in a row; url: a PNG as a data URL."""

    url: str
    side: int
    across: int
    count: int

    def meta(self) -> dict[str, str | int]:
        """As the figure component takes it."""
        return {"url": self.url, "side": self.side, "across": self.across, "count": self.count}


def thumbnails(pictures: np.ndarray) -> Thumbnails:
    """The sheet of uint8 (count, side, side, channels), 255 = brightest, in 64 colours or 16 shades."""
    count, side, _, channels = pictures.shape
    across = max(1, math.ceil(math.sqrt(count)))
    down = math.ceil(count / across)
    cells = np.zeros((down * across, side, side, channels), np.uint8)
    cells[:count] = pictures
    sheet = cells.reshape(down, across, side, side, channels).swapaxes(1, 2)
    sheet = sheet.reshape(down * side, across * side, channels)
    file = io.BytesIO()
    if channels == 3:
        Image.fromarray(sheet).quantize(_COLOURS).save(file, "PNG", optimize=True)
    else:
        image = Image.fromarray(np.rint(sheet[..., 0] / 255 * (_SHADES - 1)).astype(np.uint8)).convert("L")
        image.putpalette([level * 255 // (_SHADES - 1) for level in range(_SHADES) for _ in "rgb"])
        image.save(file, "PNG", bits=4, optimize=True)
    return Thumbnails(f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}", side, across, count)
