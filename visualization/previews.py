"""Strips of example pictures by class, as data URLs for a table."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

__all__ = ["png_url", "strips"]

_GAP = 2  # px between two pictures of a strip
_HEIGHT = 56  # px at least, so that a table shows pixels and not a blur


def png_url(pixels: np.ndarray, scale: int = 1) -> str:
    """uint8 (rows, columns) or (rows, columns, 1, 3 or 4) as a PNG's data URL, every pixel a square of `scale`."""
    flat = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    enlarged = flat.repeat(scale, axis=0).repeat(scale, axis=1)
    file = io.BytesIO()
    Image.fromarray(enlarged).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def strips(pictures: np.ndarray, labels: np.ndarray, classes: int, across: int = 6) -> Sequence[str]:
    """For each class a data URL of its first pictures side by side; uint8 (n, rows, columns, channels), labels (n,)."""
    scale = max(1, -(-_HEIGHT // pictures.shape[1]))
    return [png_url(_strip(pictures[np.flatnonzero(labels == label)[:across]]), scale) for label in range(classes)]


def _strip(pictures: np.ndarray) -> np.ndarray:
    """Side by side with transparent gaps: uint8 (rows, width, 4)."""
    count, rows, columns, channels = pictures.shape
    strip = np.zeros((rows, count * (columns + _GAP) - _GAP, 4), np.uint8)
    for place, picture in enumerate(pictures):
        left = place * (columns + _GAP)
        strip[:, left : left + columns, :3] = picture if channels == 3 else picture[..., :1]
        strip[:, left : left + columns, 3] = 255
    return strip
