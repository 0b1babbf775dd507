"""The picture that all views show: where it came from, its pixels and, where known, what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data import datasets, drawing, inputs, samples
from data.ink import grey
from visualization.pad import PadDrawing

DRAWN = "your drawing"  # the pad says the same while the pen moves
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """What the network is asked to read.

    pixels: uint8 (rows, columns, channels), 0..255, read-only; label: the true class, or None where nobody knows;
    caption: where it came from, in words.
    """

    pixels: np.ndarray
    label: int | None
    caption: str

    @property
    def shades(self) -> np.ndarray:
        """How bright each pixel is, whatever its colour: uint8 (rows, columns)."""
        return shades(self.pixels)


def shades(pixels: np.ndarray) -> np.ndarray:
    """Grey values of pictures, uint8 (..., channels) to (...): luma of three channels, else the first."""
    return grey(pixels) if pixels.shape[-1] == 3 else pixels[..., 0]


def with_channels(pictures: np.ndarray, axes: int) -> np.ndarray:
    """Pictures of so many axes, the last of which earlier versions of a kept result left out where it was 1."""
    return pictures if pictures.ndim == axes else pictures[..., None]


def sample(digit: int, shape: Shape = drawing.MNIST, class_names: Sequence[str] = tuple("0123456789")) -> Picture:
    """One of the project's own ten hand-drawn digits, as the pad would give it to a network for `shape`.

    Its label is known where a class has the digit's name.
    """
    chosen = samples.samples()[digit]
    pixels = chosen.pixels
    if shape != drawing.MNIST:
        pixels = drawing.from_ink(samples.draw(chosen.strokes, chosen.width), shape=shape).pixels
    name = str(chosen.label)
    label = class_names.index(name) if name in class_names else None
    return Picture(pixels, label, f"sample {chosen.label}, drawn for this page")


def test_image(dataset: str, index: int) -> Picture:
    """Image `index` of a dataset's test set; raises DatasetMissing where the data is not on this machine."""
    data = datasets.load(dataset)
    label = int(data.y_test[index])
    return Picture(data.x_test[index], label, f"{data.title} test image {index:,}")


def drawn(given: PadDrawing, shape: Shape = drawing.MNIST) -> Picture:
    """What the user drew on the pad, for a network that reads `shape`."""
    return Picture(drawing.from_ink(given.ink, given.switches, shape).pixels, None, DRAWN)


def upload(name: str, content: bytes, shape: Shape = drawing.MNIST, dataset: str = "") -> Picture:
    """A user's own picture, brought to the input of a network trained on `dataset`; raises PictureError."""
    return Picture(inputs.picture_input(content, shape, dataset), None, name[:60])
