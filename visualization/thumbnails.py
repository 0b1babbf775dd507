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
    """The sheet of uint8 (count, side, side), 255 = brightest; shades are rounded to 16."""
    count, side, _ = pictures.shape
    across = max(1, math.ceil(math.sqrt(count)))
    down = math.ceil(count / across)
    cells = np.zeros((down * across, side, side), np.uint8)
    cells[:count] = np.rint(pictures / 255 * (_SHADES - 1))
    sheet = cells.reshape(down, across, side, side).swapaxes(1, 2).reshape(down * side, across * side)
    image = Image.fromarray(sheet).convert("L")
    image.putpalette([level * 255 // (_SHADES - 1) for level in range(_SHADES) for _ in "rgb"])
    file = io.BytesIO()
    image.save(file, "PNG", bits=4, optimize=True)
    return Thumbnails(f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}", side, across, count)
