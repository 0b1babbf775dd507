"""What the ways of asking why cost, estimated from a network's description before anything is read. No Keras."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

from model.footprints import footprint
from model.foreign import KerasLayer, checked_config
from model.layers import DepthwiseConv2D, SeparableConv2D
from model.networks import Network
from model.placing import PlacedLayer

MOST_SECONDS: Final = 75.0
"""What all ways together may take on two processors by the estimate, of which deep networks need about two thirds."""

# Measured in single precision, of the networks of benchmarks.architectures and of single wide layers.
_MULTIPLY_ADD: Final = 1 / 80e9
_CHANNELWISE: Final = 40
"""Channels or groups of them, each with its own kernel, take this many times as long for a multiplication."""
_VALUE: Final = 1.1e-9
_LAYER: Final = 0.5e-3
"""For every layer and chunk of pictures, however few they are."""
_STEP: Final = 1e-3
"""The same, for every place that a recurrent layer reads."""
_WITH_SLOPES: Final = 3
"""A reading and the way back through all layers, in readings."""

_MOST_PICTURES: Final = 112
_MOST_VALUES: Final = 64_000_000
"""Values in memory together, 256 MB of float32; the way back holds as much again."""
_CHUNK_SECONDS: Final = 2.0
"""About how long a chunk may take, as its end is when one hears of progress, and when it can be cancelled."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking. pictures: how many it reads; seconds: what that is estimated to take."""

    name: str
    pictures: int
    seconds: float


def ways(network: Network, steps: int) -> tuple[Way, ...]:
    """Those that read more than the picture itself: "occlusion", and "integrated" gradients of so many steps."""
    rows, columns, _ = network.input_shape
    blanked, faded = chunk(network), chunk(network, slopes=True)
    picture, always = _seconds(network)
    return (
        Way("occlusion", rows * columns, rows * columns * (picture + always / blanked)),
        Way("integrated", steps, _WITH_SLOPES * steps * (picture + always / min(max(steps, 1), faded))),
    )


def left_out(network: Network, steps: int) -> tuple[Way, ...]:
    """The ways for which MOST_SECONDS has no room; those that take least have it first."""
    spent, found = 0.0, []
    for way in sorted(ways(network, steps), key=lambda each: each.seconds):
        if spent + way.seconds > MOST_SECONDS:
            found.append(way)
        else:
            spent += way.seconds
    return tuple(found)


def chunk(network: Network, *, slopes: bool = False) -> int:
    """How many pictures are read together, at least one; with `slopes`, what every layer made of them stays."""
    picture, _ = _seconds(network)
    values, readings = (network.values, _WITH_SLOPES) if slopes else (_held(network), 1)
    return max(1, min(_MOST_PICTURES, _MOST_VALUES // values, int(_CHUNK_SECONDS / (readings * picture))))


@functools.lru_cache(maxsize=64)  # hundreds of layers take a while, and are asked for several times
def _seconds(network: Network) -> tuple[float, float]:
    """(of one picture among others, of a chunk of them however few), for one reading."""
    placed = network.placed()
    work = sum(footprint(each).multiply_adds * (_CHANNELWISE if _is_channelwise(each) else 1) for each in placed)
    recurrent = sum(found.steps for found in map(footprint, placed) if found.steps > 1)
    return _MULTIPLY_ADD * work + _VALUE * network.values, _LAYER * len(placed) + _STEP * recurrent


def _is_channelwise(placed: PlacedLayer) -> bool:
    layer = placed.layer
    if isinstance(layer, KerasLayer):
        groups = checked_config(layer.name, layer.config).get("groups", 1)
        return "Depthwise" in layer.class_name or (isinstance(groups, int) and groups > 1)
    return isinstance(layer, DepthwiseConv2D | SeparableConv2D)


@functools.lru_cache(maxsize=64)
def _held(network: Network) -> int:
    """The most values of one picture that are in memory at once, where what nothing reads any more is let go."""
    placed = network.placed()
    last = {name: at for at, each in enumerate(placed) for name in each.inputs}
    held: dict[str, int] = {}
    most = math.prod(network.input_shape)
    for at, each in enumerate(placed):
        held[each.layer.name] = math.prod(each.output_shape)
        most = max(most, sum(held.values()) + footprint(each).values)
        held = {name: values for name, values in held.items() if last.get(name, -1) > at}
    return most
