"""A network while it is edited: layers that may not fit together yet, and what is wrong where. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

from model.layers import KINDS, Dense, Layer, NetworkError, Shape
from model.networks import INPUT, Network, PlacedLayer
from model.runs import CLASSES, INPUT_SHAPE

Draft = tuple[Layer, ...]
"""The layers, the output last: a dense softmax over the classes, which nobody edits."""

OWN: Final = "own"
KIND_TITLES: Final = {
    "conv2d": "Convolution",
    "depthwise_conv2d": "Depthwise convolution",
    "max_pool2d": "Max pooling",
    "average_pool2d": "Average pooling",
    "global_max_pool2d": "Global max pooling",
    "global_average_pool2d": "Global average pooling",
    "batch_normalization": "Batch normalization",
    "dropout": "Dropout",
    "activation": "Activation",
    "flatten": "Flatten",
    "dense": "Dense",
}
_NAMES: Final = {
    "conv2d": "conv",
    "depthwise_conv2d": "depthwise",
    "max_pool2d": "pool",
    "average_pool2d": "pool",
    "global_max_pool2d": "global",
    "global_average_pool2d": "global",
    "batch_normalization": "norm",
}
_FIRST_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "conv2d": {"filters": 16},
    "dense": {"units": 32},
    "dropout": {"rate": 0.25},
}
_OUTPUT: Final = Dense("output", CLASSES, activation="softmax")


@dataclass(frozen=True, slots=True)
class Row:
    """A layer of a draft as the table shows it.

    output_shape: without the batch axis, None from the first layer on that does not fit; problem: why it does not, as
    the network says it; empty where it fits or only waits for one before it.
    """

    layer: Layer
    output_shape: Shape | None
    parameters: int
    problem: str = ""


def start_from(network: Network) -> Draft:
    """The layers of `network`, with an output that is a dense softmax over the classes."""
    return named((*network.layers[:-1], _OUTPUT))


def with_classes(draft: Draft, classes: int) -> Draft:
    """The same layers with an output for so many classes."""
    return (*draft[:-1], replace(_OUTPUT, units=classes))


def rows(draft: Draft, input_shape: Shape = INPUT_SHAPE) -> tuple[Row, ...]:
    """Every layer with its shape and parameters, or what is wrong with it, from pictures of `input_shape` on."""
    shape: Shape | None = input_shape
    before = INPUT
    found = []
    for layer in draft:
        problem = ""
        parameters = 0
        if shape is not None:
            try:
                placed = PlacedLayer(layer, (before,), (shape,), layer.output_shape(shape))
                shape, parameters = placed.output_shape, placed.parameters
            except NetworkError as error:
                shape, problem = None, str(error)
        before = layer.name
        found.append(Row(layer, shape, parameters, problem))
    return tuple(found)


def problems(draft: Draft, input_shape: Shape = INPUT_SHAPE) -> tuple[str, ...]:
    """What is wrong, nothing where the layers fit together."""
    return tuple(row.problem for row in rows(draft, input_shape) if row.problem)


def network(draft: Draft, input_shape: tuple[int, int, int] = INPUT_SHAPE) -> Network:
    """The network of a draft that fits together; its title names the widths of its layers."""
    widths = [str(width) for layer in draft[:-1] if (width := getattr(layer, "filters", getattr(layer, "units", 0)))]
    title = f"Own {'-'.join(widths)}" if widths else "Own, output only"
    return Network(OWN, title, input_shape, draft)


def named(draft: Draft) -> Draft:
    """The same layers with the names that go with their kinds and order: conv_1, pool_1, conv_2, … output."""
    counts: dict[str, int] = {}
    layers: list[Layer] = []
    for layer in draft[:-1]:
        stem = _NAMES.get(layer.kind, layer.kind)
        counts[stem] = counts.get(stem, 0) + 1
        # There is hardly ever a second flatten.
        alone = layer.kind == "flatten" and counts[stem] == 1
        layers.append(replace(layer, name=stem if alone else f"{stem}_{counts[stem]}"))
    return (*layers, draft[-1])


def add(draft: Draft, kind: str, after: int) -> Draft:
    """A new layer of `kind` after the one in place `after`, -1 for before all; never behind the output."""
    place = min(after + 1, len(draft) - 1)
    return named((*draft[:place], KINDS[kind](name=kind, **_FIRST_FIELDS.get(kind, {})), *draft[place:]))


def remove(draft: Draft, place: int) -> Draft:
    """Without the layer in `place`."""
    return named((*draft[:place], *draft[place + 1 :]))


def move(draft: Draft, place: int, by: int) -> Draft:
    """The layer in `place` moved among those before the output; where it cannot go, nothing changes."""
    goal = place + by
    last = len(draft) - 2
    if not (0 <= place <= last and 0 <= goal <= last):
        return draft
    layers = list(draft)
    layers.insert(goal, layers.pop(place))
    return named(tuple(layers))


def total_parameters(draft: Draft, input_shape: Shape = INPUT_SHAPE) -> int:
    """Of all layers that fit."""
    return sum(row.parameters for row in rows(draft, input_shape))


def shape_words(shape: Shape) -> str:
    """ "26 × 26 × 32", or "128 values"."""
    return " × ".join(map(str, shape)) if len(shape) > 1 else f"{math.prod(shape):,} values"
