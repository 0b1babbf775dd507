"""The pictures that a network is tried with when its test set is made harder; no Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from data import changes, drawing, own, squares
from data.datasets import Dataset
from model.points import evenly

SEED: Final = 4
PICTURES: Final = 1000
MOST_PIXELS: Final = 4.0
MOST_DEGREES: Final = 30.0
CONDITIONS: Final = ("untouched", "untouched_prepared", "moved", "moved_prepared")
"""Test pictures as they are and moved; each as it comes, and prepared as the drawing pad's pictures are."""
AS_THEY_COME: Final = ("untouched", "moved")
"""The same for pictures that are no ink on paper: own data sets, which nothing prepares so."""


BORDER: Final = "border"
"""What comes in where a picture is moved, if it is no ink on black: the median of its border, as `data.squares` has."""


def outside(name: str | None, channels: int) -> str:
    """BORDER for pictures of own data sets and all in colour, else "": black. name: the data set's, if there is one."""
    return BORDER if channels != 1 or (name is not None and own.is_own(name)) else ""


def background(pixels: np.ndarray, outside: str) -> tuple[int, ...]:
    """What comes in from outside of uint8 (rows, columns, channels), one value for each channel."""
    return tuple(squares.background(pixels).tolist()) if outside == BORDER else (0,) * pixels.shape[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Test pictures and what was done to each; the same for all networks.

    numbers int32 (pictures,); down, right float64 (pictures,) in pixels; degrees float64 (pictures,), with the clock.
    """

    numbers: np.ndarray
    down: np.ndarray
    right: np.ndarray
    degrees: np.ndarray


def trials(labels: np.ndarray) -> Trials:
    """PICTURES of a test set, all if there are fewer, the same share of each class, each with a movement, by SEED.

    Shifts are even within MOST_PIXELS each way, down and sideways, turns within MOST_DEGREES either way.
    """
    numbers = evenly(labels, PICTURES, SEED)
    draws = np.random.default_rng(SEED).uniform(-1, 1, (3, len(numbers)))
    return Trials(numbers, MOST_PIXELS * draws[0], MOST_PIXELS * draws[1], MOST_DEGREES * draws[2])


def conditions(data: Dataset) -> tuple[str, ...]:
    """What test pictures of this data set are tried in."""
    return AS_THEY_COME if own.is_own(data.name) else CONDITIONS


def picture(data: Dataset, tried: Trials, place: int, condition: str) -> np.ndarray:
    """The picture in `place` of the trials as a condition of CONDITIONS has it: uint8 (rows, columns, channels)."""
    pixels = data.x_test[tried.numbers[place]]
    if condition.startswith("moved"):
        movement = {name: float(getattr(tried, name)[place]) for name in ("down", "right", "degrees")}
        comes_in = background(pixels, outside(data.name, pixels.shape[-1]))
        pixels = changes.by_channel(
            lambda channel, value: changes.moved(channel, **movement, background=value), pixels, comes_in
        )
    return prepared(pixels) if condition.endswith("prepared") else pixels


def prepared(pixels: np.ndarray) -> np.ndarray:
    """Cropped to its ink, fitted to 20x20, centre of mass moved to the centre: uint8 (28, 28, 1) to the same."""
    return drawing.from_ink(pixels[:, :, 0]).pixels
