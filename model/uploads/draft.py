"""A network while it is translated: its layers so far, how they are wired, and what there is to tell of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

import keras
import numpy as np

from model.layers import Layer
from model.placing import INPUT
from model.uploads import kinds


@dataclass(slots=True)
class Draft:
    """The network as it grows; for the proof's fields see translation.Translated."""

    layers: list[Layer] = field(default_factory=list)
    wires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    places: list[tuple[str, keras.KerasTensor]] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=lambda: {INPUT: INPUT})
    """By the name of a call, the name of our layer whose output is the call's."""
    input_scale: tuple[float, float] = (1.0, 0.0)
    was_probable: bool = True
    one_unit: bool = False

    def add(self, part: kinds.Part) -> None:
        """One more layer, wired, with its weights."""
        self.layers.append(part.layer)
        self.wires[part.layer.name] = part.reads
        self.weights |= {f"{part.layer.name}/{name}": array for name, array in part.weights.items()}


def free(taken: Iterable[str], name: str) -> str:
    """The name, or the first of its kind that is not taken."""
    known = set(taken)
    others = (f"{name}_{place}" for place in itertools.count(2))
    return next(one for one in itertools.chain((name,), others) if one not in known)
