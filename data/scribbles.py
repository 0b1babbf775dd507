"""Pictures of nothing in particular: random scribbles, and real pictures taken apart, by a seed.

They are what a network should know nothing of. Scribbles take the way of a drawing on the pad: strokes of a round pen,
cropped, fitted and centred (`data.drawing.from_ink`).
"""

from functools import lru_cache
from itertools import permutations
from typing import Final

import numpy as np
import numpy.typing as npt

from data import samples
from data.drawing import MNIST, from_ink

__all__ = ["KINDS", "TEST_SEED", "VALIDATION_SEED", "blends", "scribbles", "shuffled", "strangers"]

Bytes = npt.NDArray[np.uint8]

KINDS: Final = ("scribbles", "shuffled quarters", "blends of two")
VALIDATION_SEED: Final = 2017  # of what a threshold is chosen on
TEST_SEED: Final = 2022  # of what it is measured on
CANVAS: Final = 84  # px, three times MNIST's input, and so for others: fine enough for smooth edges, 1 ms a scribble
MOST_STROKES: Final = 4
POINTS: Final = (2, 7)  # of a stroke, least and most
PEN: Final = (0.05, 0.12)  # width, of the canvas's side: a ballpoint's to MNIST's thickest
ORDERS: Final = [order for order in permutations(range(4)) if all(taken != place for place, taken in enumerate(order))]


def strangers(pictures: Bytes, labels: Bytes, seed: int) -> Bytes:
    """As many of each of KINDS as there are pictures, kind after kind: uint8 (3 n, rows, columns, channels), read-only.

    pictures: uint8 (n, rows, columns, channels), of two classes at least; labels: (n,).
    """
    _, rows, columns, channels = pictures.shape
    made = [
        scribbles(len(pictures), seed, (rows, columns, channels)),
        shuffled(pictures, seed),
        blends(pictures, labels, seed),
    ]
    result = np.concatenate(made)
    result.setflags(write=False)
    return result


@lru_cache(maxsize=4)
def scribbles(count: int, seed: int, shape: tuple[int, int, int] = MNIST) -> Bytes:
    """Random strokes as the input of a network for `shape`, uint8 (count, rows, columns, channels), read-only.

    One to MOST_STROKES strokes with a pen of one width, a smooth curve through POINTS random points each.
    """
    random = np.random.default_rng(seed)
    result = np.stack([_scribble(random, shape) for _ in range(count)])
    result.setflags(write=False)
    return result


def _scribble(random: np.random.Generator, shape: tuple[int, int, int]) -> Bytes:
    strokes = []
    for _ in range(random.integers(1, MOST_STROKES, endpoint=True)):
        points = random.integers(*POINTS, endpoint=True)
        strokes.append(samples.curve(random.uniform(0.1, 0.9, (points, 2))))
    canvas = CANVAS * max(shape[:2]) // MNIST[0]
    return from_ink(samples.draw(tuple(strokes), random.uniform(*PEN), canvas), shape=shape).pixels


def shuffled(pictures: Bytes, seed: int) -> Bytes:
    """Each of uint8 (n, rows, columns, channels) with its four quarters in another order, none where it was."""
    random = np.random.default_rng(seed)
    rows, columns = pictures.shape[1] // 2, pictures.shape[2] // 2
    quarters = [(slice(row, row + rows), slice(left, left + columns)) for row in (0, rows) for left in (0, columns)]
    result = np.zeros_like(pictures)
    for picture, made in zip(pictures, result, strict=True):
        for place, taken in enumerate(ORDERS[random.integers(len(ORDERS))]):
            made[quarters[place]] = picture[quarters[taken]]
    return result


def blends(pictures: Bytes, labels: Bytes, seed: int) -> Bytes:
    """Each of uint8 (n, rows, columns, channels) and one of another class over each other, the brighter each."""
    random = np.random.default_rng(seed)
    partners = np.arange(len(pictures))
    for label in np.unique(labels):
        mine, others = np.flatnonzero(labels == label), np.flatnonzero(labels != label)
        partners[mine] = random.choice(others, len(mine))
    return np.maximum(pictures, pictures[partners])
