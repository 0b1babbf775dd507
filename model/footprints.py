"""What a layer takes while it computes, of memory and of time: counted from its description, before anything is built.

What a layer makes of a picture is not all that it holds on the way: attention holds a score for every pair of places, a
separable convolution its first half. No Keras.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from model.foreign import SELF_ATTENTION, KerasLayer, checked_config
from model.layers import AveragePool2D, Layer, MaxPool2D
from model.placing import PlacedLayer
from model.shapes import Shape

RECURRENT: Final = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN"})
"""Keras's layers that read one place after the other, each with what came of those before it."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one picture takes in one layer, at most about.

    values: numbers held within it, beside what it reads and makes; multiply_adds: multiplications, each with its
    addition, or comparisons; steps: what must be done one after the other.
    """

    values: int
    multiply_adds: int
    steps: int = 1

    def times(self, count: int, steps: int = 1) -> Footprint:
        """Of so many of them, `steps` of which come one after the other."""
        return Footprint(self.values * count, self.multiply_adds * count, self.steps * steps)


def footprint(placed: PlacedLayer) -> Footprint:
    """What the layer takes where it stands; raises NetworkError for a keras_layer whose configuration is none."""
    layer, shape, made = placed.layer, placed.input_shape, placed.output_shape
    if isinstance(layer, KerasLayer):
        return _foreign(layer, shape)
    kernels = {name: sides for name, sides in layer.weight_shapes(shape).items() if name.endswith("kernel")}
    return _weighed(kernels, shape, made) if kernels else Footprint(0, math.prod(made) * _window(layer))


def _window(layer: Layer) -> int:
    """How many values each value of a layer without kernels is made of."""
    return math.prod(layer.pool_size) if isinstance(layer, MaxPool2D | AveragePool2D) else 1


def _weighed(kernels: Mapping[str, Shape], shape: Shape, made: Shape) -> Footprint:
    """Kernels that are applied whole at every place, of what is read or of what is made, whichever are more."""
    places = max(math.prod(shape[:-1]), math.prod(made[:-1]))
    depthwise = [sides for name, sides in kernels.items() if name.endswith("depthwise_kernel")]
    halfway = places * sum(math.prod(sides[-2:]) for sides in depthwise)
    count = places * sum(map(math.prod, kernels.values()))
    return Footprint(halfway, max(count, math.prod(made)))


@functools.lru_cache(maxsize=256)
def _foreign(layer: KerasLayer, shape: Shape) -> Footprint:
    config = checked_config(layer.name, layer.config)
    kernels = {name: sides for name, sides in layer.weights if name.endswith("kernel") and len(sides) > 1}
    if layer.class_name in SELF_ATTENTION:
        return _attention(config, kernels, shape)
    if layer.class_name in RECURRENT:
        return _recurrent(kernels, shape)
    if layer.class_name == "Bidirectional":
        both = _recurrent(kernels, shape)
        return replace(both, values=2 * both.values, steps=2 * both.steps)
    if layer.class_name == "TimeDistributed":
        return _every_row(layer, config, shape)
    copies = max(math.prod(shape), math.prod(layer.shape))
    if layer.class_name == "EinsumDense":
        return Footprint(copies, _einsum(str(config.get("equation")), kernels, shape, layer.shape))
    own = _weighed(kernels, shape, layer.shape) if kernels else Footprint(0, copies * _pool(config))
    return replace(own, values=own.values + copies)


def _pool(config: Mapping[str, Any]) -> int:
    size = config.get("pool_size", 1)
    sides = size if isinstance(size, list) else [size]
    return max(1, math.prod(side for side in sides if isinstance(side, int)))


def _attention(config: Mapping[str, Any], kernels: Mapping[str, Shape], shape: Shape) -> Footprint:
    """Queries, keys and values of every head, and a score for each pair of places, before and after the softmax.

    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
    """
    heads = max(_number(config, "num_heads"), _number(config, "num_query_heads"), 1)
    wide = max(_number(config, "key_dim") + _number(config, "value_dim"), 2 * _number(config, "head_dim"), 1)
    places = math.prod(shape[:-1])
    pairs = heads * places * _reached(config.get("attention_axes"), shape)
    projected = 2 * places * heads * wide  # queries and keys, values and their sums
    weighed = places * sum(map(math.prod, kernels.values()))
    return Footprint(2 * pairs + projected, weighed + pairs * wide)


def _number(config: Mapping[str, Any], key: str) -> int:
    found = config.get(key)
    return math.ceil(found) if isinstance(found, int | float) else 0


def _reached(axes: object, shape: Shape) -> int:
    """How many places each one attends to: those along the axes, which count the batch; all where none are named."""
    named = [axes] if isinstance(axes, int) else axes if isinstance(axes, list) else []
    sides = [shape[(axis if axis > 0 else axis + len(shape) + 1) - 1] for axis in named if _is_axis(axis, shape)]
    return math.prod(sides) if sides and len(sides) == len(named) else math.prod(shape[:-1])


def _is_axis(axis: object, shape: Shape) -> bool:
    return isinstance(axis, int) and 1 <= (axis if axis > 0 else axis + len(shape) + 1) < len(shape)


def _recurrent(kernels: Mapping[str, Shape], shape: Shape) -> Footprint:
    """All kernels at every step; what is read is turned over, and each step's gates and state are kept."""
    gates = max((sides[-1] for sides in kernels.values()), default=1)
    weighed = shape[0] * sum(map(math.prod, kernels.values()))
    return Footprint(math.prod(shape) + 2 * shape[0] * gates, weighed, steps=shape[0])


def _every_row(layer: KerasLayer, config: Mapping[str, Any], shape: Shape) -> Footprint:
    """The layer within, once for each row; all rows are computed together."""
    record = config.get("layer")
    inner = record if isinstance(record, dict) else {}
    text = json.dumps(inner.get("config", {}))
    one = KerasLayer(layer.name, str(inner.get("class_name")), text, layer.shape[1:] or (1,), layer.weights)
    return _foreign(one, shape[1:] or (1,)).times(shape[0])


def _einsum(equation: str, kernels: Mapping[str, Shape], shape: Shape, made: Shape) -> int:
    """A multiplication for each combination of the letters' values."""
    most = math.prod(shape) * max(1, sum(map(math.prod, kernels.values())))
    read, _, answer = equation.replace(" ", "").partition("->")
    first, _, second = read.partition(",")
    kernel = next(iter(kernels.values()), ())
    sides: dict[str, int] = {}
    for letters, lengths in ((first, (1, *shape)), (second, kernel), (answer, (1, *made))):
        if "..." in letters:  # the batch, or all but the last: whichever it is, no more than this
            return most
        sides |= dict(zip(letters, lengths, strict=False))
    return min(most, math.prod(sides.values())) if sides else most
