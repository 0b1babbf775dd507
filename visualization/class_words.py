"""Names of classes where there is little room, and pictures' values by their right name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

__all__ = ["LONGEST", "MOST_BARS", "leading", "measure", "short", "shorts", "ticks"]

LONGEST: Final = 16
"""Characters of a class's name beside a figure; hover says the whole."""
MOST_BARS: Final = 12
"""Classes with a bar of their own where a figure has room for no more."""
_MOST_TICKS: Final = 32


def short(name: str, most: int = LONGEST) -> str:
    """The name, cut to `most` characters: "equilateral tri…"."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def shorts(names: Sequence[str], most: int = LONGEST) -> list[str]:
    """All names cut, and still different: where two begin alike, their ends are kept too."""
    cut = [short(name, most) for name in names]
    half = most // 2
    return [
        each if cut.count(each) == 1 else f"{name[: most - half - 1].rstrip()}…{name[-half:].lstrip()}"
        for each, name in zip(cut, names, strict=True)
    ]


def leading(values: np.ndarray, always: int | None = None) -> list[int]:
    """The classes to draw of float (classes,), in their order: all of a few, else those with the largest values.

    always: one that is drawn whatever its value.
    """
    if len(values) <= MOST_BARS + 4:
        return list(range(len(values)))
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")[:MOST_BARS].tolist()
    return [*order, *([always] if always is not None and always not in order else [])]


def ticks(names: Sequence[str], most: int = LONGEST) -> tuple[list[int], list[str]]:
    """Places and words of an axis of classes; of very many, only every second, third … is named."""
    step = -(-len(names) // _MOST_TICKS)
    cut = shorts(names, most)
    return list(range(0, len(names), step)), cut[::step]


def measure(channels: int) -> str:
    """What a picture's values are: strokes of ink, or light where there are colours."""
    return "ink (0 none, 255 full)" if channels == 1 else "brightness (0 black, 255 white)"
