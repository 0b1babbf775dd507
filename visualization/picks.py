"""What is picked in the network, a layer, a channel or a neuron: checked here, as a browser can send anything.

The other half is frontend/src/scene/picks.ts.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from data.errors import StrataError
from model.networks import Network
from visualization.messages import MAX_SERIAL, is_whole

SCHEMA: Final = 1


class PickError(StrataError):
    """What came is no place in the network; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A layer by its name; of its channels one, or None for all; of that channel one neuron by row and column.

    Units of a dense or flatten layer are channels that have no row and column; tokens and features are one map, 0,
    whose rows are the tokens.
    """

    layer: str
    channel: int | None = None
    row: int | None = None
    column: int | None = None

    @property
    def words(self) -> str:
        """For people, counted from 0 as Keras does: "conv 2, map 17, row 4, column 9"."""
        title = self.layer.replace("_", " ")
        if self.channel is None:
            return title
        if self.row is None:
            return f"{title}, unit {self.channel}"
        channel = "" if self.layer == "input" else f", map {self.channel}"
        return f"{title}{channel}, row {self.row}, column {self.column}"

    def value(self, activations: Mapping[str, np.ndarray]) -> float | None:
        """The neuron's activation; None where these layers have no such neuron.

        activations: by layer name, (rows, columns, channels), (tokens, features) or (units,).
        """
        found = activations.get(self.layer)
        if found is None or self.channel is None:
            return None
        place = (self.channel,) if self.row is None else (self.row, self.column or 0, self.channel)
        if len(place) == 3 and found.ndim == 2:  # tokens and features are one map
            found = found[:, :, None]
        if len(place) != found.ndim or any(at >= length for at, length in zip(place, found.shape, strict=True)):
            return None
        return float(found[place])


@dataclass(frozen=True, slots=True)
class ScenePick:
    """A neuron touched in the scene, or let go of. serial: the browser's count, tells a new touch from a known one."""

    serial: int
    pick: Pick | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What another view wishes to see in the scene. serial: tells the browser a new wish from one it has followed.

    muted: (layer, channel) of each filter or unit to be muted there, these and no others; None leaves that as it is.
    """

    serial: int
    pick: Pick
    muted: tuple[tuple[str, int], ...] | None = None

    def fields(self) -> dict[str, Any]:
        """As the browser reads it."""
        muted = None
        if self.muted is not None:
            muted = [{"layer": layer, "channel": channel} for layer, channel in self.muted]
        return {"serial": self.serial, **dataclasses.asdict(self.pick), "muted": muted}


def at(layer: str, shape: tuple[int, ...], index: int) -> Pick:
    """The neuron at a place in the flat activations of a layer of `shape`."""
    place = [int(number) for number in np.unravel_index(index, shape)]
    if len(shape) == 2:
        return Pick(layer, 0, place[0], place[1])
    return Pick(layer, place[2], place[0], place[1]) if len(shape) == 3 else Pick(layer, place[0])


def place_of(pick: Pick, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Where in a layer's activations of `shape` a pick of a channel is; at row and column 0 where it names none."""
    row, column, channel = pick.row or 0, pick.column or 0, pick.channel or 0
    return {1: (channel,), 2: (row, column)}.get(len(shape), (row, column, channel))


def shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Every layer's output shape by name, the picture as "input"."""
    return {"input": network.input_shape, **{placed.layer.name: placed.output_shape for placed in network.placed()}}


def read(value: object, network: Network) -> ScenePick:
    """The touch in what a browser sent; raises PickError for anything that the scene of `network` does not send."""
    if not isinstance(value, Mapping) or value.get("schema") != SCHEMA:
        raise _refusal("itself", f"an object of schema {SCHEMA}")
    serial = value.get("serial")
    if not is_whole(serial, 1, MAX_SERIAL):
        raise _refusal("serial", f"a whole number from 1 to {MAX_SERIAL}")
    layer, index = value.get("layer"), value.get("index")
    assert isinstance(serial, int)
    if layer is None:
        return ScenePick(serial, None)
    known = shapes(network)
    if not isinstance(layer, str) or layer not in known:
        raise _refusal("layer", f"one of {', '.join(known)}")
    count = math.prod(known[layer])
    if not is_whole(index, 0, count - 1):
        raise _refusal("index", f"a whole number from 0 to {count - 1:,}")
    assert isinstance(index, int)
    return ScenePick(serial, at(layer, known[layer], index))


def _refusal(what: str, expected: str) -> PickError:
    return PickError(
        f"A neuron touched in the scene cannot be read: {what}. Expected {expected}. "
        "Touch it again; if that does not help, reload the page."
    )
