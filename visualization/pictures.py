"""The picture that all views show: where it came from, its pixels and, where known, what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data import datasets, drawing, samples
from visualization.pad import PadDrawing

DRAWN = "your drawing"  # the pad says the same while the pen moves


@dataclass(frozen=True, slots=True)
class Picture:
    """What the network is asked to read.

    pixels: uint8 (28, 28, 1), 0..255, read-only; label: the true class, or None where nobody knows; caption: where it
    came from, in words.
    """

    pixels: np.ndarray
    label: int | None
    caption: str


def sample(digit: int) -> Picture:
    """One of the project's own ten hand-drawn digits."""
    chosen = samples.samples()[digit]
    return Picture(chosen.pixels, chosen.label, f"sample {chosen.label}, drawn for this page")


def test_image(dataset: str, index: int) -> Picture:
    """Image `index` of a dataset's test set; raises DatasetMissing where the data is not on this machine."""
    data = datasets.load(dataset)
    label = int(data.y_test[index])
    return Picture(data.x_test[index], label, f"{data.title} test image {index:,}")


def drawn(given: PadDrawing) -> Picture:
    """What the user drew on the pad."""
    return Picture(drawing.from_ink(given.ink, given.switches).pixels, None, DRAWN)


def upload(name: str, content: bytes) -> Picture:
    """A user's own picture, brought to the input; raises PictureError with what is wrong with it."""
    return Picture(drawing.to_input(drawing.read_picture(content)).pixels, None, name[:60])
