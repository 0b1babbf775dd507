"""Random small networks on which Keras and the engine must agree: one layer each, or graphs.

How a case of one layer is drawn, all from one seed: a picture of 3 to 12 rows and columns and 1 to 3 channels goes
through a linear convolution, so that the layer under test sees values of both signs, then through that layer. Its
windows are 1 to 4 cells each way (never more than there are), its strides 1 to 3 or its cells 1 to 3 apart, its padding
valid or same, its filters, units and depth multipliers 1 to 12 (so that whole blocks of eight outputs and what is left
of them both occur), with a bias or, in a third of the draws, without; its epsilon 1e-5 to 1e-2, its dropout rate 0 to
0.9. A dense layer reads the picture flattened; batch normalization, dropout, rescaling and an activation stand behind
the convolution or, in half of the draws, behind a flatten layer. A merge reads the convolution, the same through an
activation, and in half of the draws the picture's largest values, map by map.

The graphs, benchmarks.parity_graphs, are made of several.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np

from benchmarks import parity_graphs
from model.layers import KINDS, ActivationName, KerasLayer, Layer, Merge, Pair
from model.networks import Activation, Conv2D, Flatten, GlobalMaxPool2D, Network, PlacedLayer, Wires

DRAWS = 12
"""Networks for a kind of layer; a kind with an activation gets three for every activation."""
ACTIVATIONS: tuple[ActivationName, ...] = get_args(ActivationName)
COMPUTED: tuple[str, ...] = tuple(kind for kind, layer in KINDS.items() if layer is not KerasLayer)
"""The kinds that the engine claims: all but Keras's own layers."""
_ACTIVATED = ("conv2d", "depthwise_conv2d", "separable_conv2d", "dense", "activation")
_ANYWHERE = ("batch_normalization", "dropout", "activation", "rescaling")


def networks() -> Iterator[Network]:
    """All cases, the same every time."""
    for place, kind in enumerate(COMPUTED):
        if kind in _ACTIVATED:
            for draw in range(3 * len(ACTIVATIONS)):
                yield network(kind, 1000 * place + draw, ACTIVATIONS[draw % len(ACTIVATIONS)])
        else:
            yield from (network(kind, 1000 * place + draw) for draw in range(DRAWS))
    yield from parity_graphs.networks()


def network(kind: str, seed: int, activation: ActivationName = "relu") -> Network:
    """The case of this seed; `activation` where the kind has one."""
    random = np.random.default_rng(seed)
    rows, columns, channels = _integers(random, 3, 12), _integers(random, 3, 12), _integers(random, 1, 3)
    layers: list[Layer] = [Conv2D("before", _integers(random, 1, 9), _pair(random, 2), activation="linear")]
    shape = layers[0].output_shape((rows, columns, channels))
    if kind == "dense" or (kind in _ANYWHERE and random.random() < 0.5):
        layers.append(Flatten("row"))
        shape = layers[1].output_shape(shape)
    wires: Wires = ()
    if issubclass(KINDS[kind], Merge):
        layers.append(Activation("bent", "tanh"))
        read = ["bent", "before"]
        if kind not in ("subtract", "concatenate") and random.random() < 0.5:
            layers.append(GlobalMaxPool2D("largest", keepdims=True))
            read.insert(_integers(random, 0, 2), "largest")
        wires = (("largest", ("before",)),) * (len(read) > 2) + (("tested", tuple(read)),)
    layers.append(KINDS[kind](name="tested", **_fields(kind, random, activation, shape)))
    title = f"{kind} {seed}"
    return Network(f"{kind}_{seed}", title, (rows, columns, channels), tuple(layers), wires)


def weights(network: Network, seed: int) -> dict[str, np.ndarray]:
    """float32 by name: kernels whose sums stay near 1, moving variances 0.1 to 2, everything else normal."""
    random = np.random.default_rng(seed)
    return {name: values for placed in network.placed() for name, values in _weights(placed, random)}


def _weights(placed: PlacedLayer, random: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    for name, shape in placed.weight_shapes.items():
        if name.endswith("/moving_variance"):
            values = random.uniform(0.1, 2, shape)
        else:
            values = random.normal(0, math.prod(shape[:-1]) ** -0.5, shape)
        yield name, values.astype(np.float32)


def _fields(
    kind: str, random: np.random.Generator, activation: ActivationName, shape: tuple[int, ...]
) -> dict[str, Any]:
    """Of a layer that reads `shape`."""
    most = shape if len(shape) == 3 else (1, 1)
    window = (min(most[0], _integers(random, 1, 4)), min(most[1], _integers(random, 1, 4)))
    padding = random.choice(("valid", "same")).item()
    sliding = {"strides": _pair(random, 3), "padding": padding}
    stride = _integers(random, 1, 3)
    even = {"strides": (stride, stride), "padding": padding}
    channelwise = {"kernel_size": window, **even, "depth_multiplier": _integers(random, 1, 3)}
    fields: dict[str, dict[str, Any]] = {
        "conv2d": {"filters": _integers(random, 1, 12), "kernel_size": window, **sliding},
        "depthwise_conv2d": channelwise,
        "separable_conv2d": {"filters": _integers(random, 1, 12), **channelwise},
        "dense": {"units": _integers(random, 1, 12)},
        "batch_normalization": {"epsilon": 10 ** random.uniform(-5, -2)},
        "max_pool2d": {"pool_size": window, **sliding},
        "average_pool2d": {"pool_size": window, **sliding},
        "global_max_pool2d": {"keepdims": random.random() < 0.5},
        "global_average_pool2d": {"keepdims": random.random() < 0.5},
        "reshape": {"target_shape": _other_shape(random, shape)},
        "zero_padding2d": {"padding": (_border(random), _border(random))},
        "up_sampling2d": {"size": _pair(random, 3)},
        "rescaling": {"scale": _numbers(random, shape[-1]), "offset": _numbers(random, shape[-1])},
        "dropout": {"rate": random.uniform(0, 0.9)},
    }
    own = fields.get(kind, {})
    if kind.endswith("conv2d"):
        own |= _dilated(random, window, most, own["strides"])
    if kind.endswith("conv2d") or kind == "dense":
        own |= {"use_bias": random.random() < 2 / 3}
    return own | ({"activation": activation} if kind in _ACTIVATED else {})


def _dilated(random: np.random.Generator, window: Pair, most: tuple[int, ...], strides: Pair) -> dict[str, Pair]:
    """In half of the draws cells that are apart, as far as the window then fits; strides are 1 there."""
    if random.random() < 0.5:
        return {"strides": strides}
    apart = _pair(random, 3)
    fits = [(cells - 1) * gap < side for cells, gap, side in zip(window, apart, most, strict=False)]
    return {"strides": (1, 1), "dilation_rate": (apart[0] if fits[0] else 1, apart[1] if fits[1] else 1)}


def _other_shape(random: np.random.Generator, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The same values in one row, as tokens, or in other rows and columns."""
    if len(shape) == 1:
        return shape
    rows, columns, channels = shape
    shapes = ((rows * columns * channels,), (rows * columns, channels), (channels, columns, rows))
    return shapes[_integers(random, 0, 2)]


def _border(random: np.random.Generator) -> Pair:
    return _integers(random, 0, 3), _integers(random, 0, 3)


def _numbers(random: np.random.Generator, channels: int) -> float | tuple[float, ...]:
    """One for all channels, or one for each."""
    return random.uniform(-2, 2) if random.random() < 0.5 else tuple(random.uniform(-2, 2, channels).tolist())


def _integers(random: np.random.Generator, least: int, most: int) -> int:
    return int(random.integers(least, most, endpoint=True))


def _pair(random: np.random.Generator, most: int) -> Pair:
    return _integers(random, 1, most), _integers(random, 1, most)
