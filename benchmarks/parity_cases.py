"""Random small networks, each to test one layer, on which Keras and the engine must agree.

How a case is drawn, all from one seed: a picture of 3 to 12 rows and columns and 1 to 3 channels goes through a linear
convolution, so that the layer under test sees values of both signs, then through that layer. Its windows are 1 to 4
cells each way (never more than there are), its strides 1 to 3, its padding valid or same, its filters, units and depth
multipliers 1 to 12 (so that whole blocks of eight outputs and what is left of them both occur), its epsilon 1e-5 to
1e-2, its dropout rate 0 to 0.9. A dense layer reads the picture flattened; batch normalization, dropout and an
activation stand behind the convolution or, in half of the draws, behind a flatten layer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np

from model.layers import KINDS, ActivationName, Layer, Pair
from model.networks import Conv2D, Flatten, Network, PlacedLayer

DRAWS = 12
"""Networks for a kind of layer; a kind with an activation gets three for every activation."""
ACTIVATIONS: tuple[ActivationName, ...] = get_args(ActivationName)
_ACTIVATED = ("conv2d", "depthwise_conv2d", "dense", "activation")
_ANYWHERE = ("batch_normalization", "dropout", "activation")


def networks() -> Iterator[Network]:
    """All cases, the same every time."""
    for place, kind in enumerate(KINDS):
        if kind in _ACTIVATED:
            for draw in range(3 * len(ACTIVATIONS)):
                yield network(kind, 1000 * place + draw, ACTIVATIONS[draw % len(ACTIVATIONS)])
        else:
            yield from (network(kind, 1000 * place + draw) for draw in range(DRAWS))


def network(kind: str, seed: int, activation: ActivationName = "relu") -> Network:
    """The case of this seed; `activation` where the kind has one."""
    random = np.random.default_rng(seed)
    rows, columns, channels = _integers(random, 3, 12), _integers(random, 3, 12), _integers(random, 1, 3)
    before: list[Layer] = [Conv2D("before", _integers(random, 1, 9), _pair(random, 2), activation="linear")]
    shape = before[0].output_shape((rows, columns, channels))
    if kind == "dense" or (kind in _ANYWHERE and random.random() < 0.5):
        before.append(Flatten("row"))
    layer = KINDS[kind](name="tested", **_fields(kind, random, activation, (shape[0], shape[1])))
    return Network(f"{kind}_{seed}", f"{kind} {seed}", (rows, columns, channels), (*before, layer))


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


def _fields(kind: str, random: np.random.Generator, activation: ActivationName, most: Pair) -> dict[str, Any]:
    window = (min(most[0], _integers(random, 1, 4)), min(most[1], _integers(random, 1, 4)))
    padding = random.choice(("valid", "same")).item()
    sliding = {"strides": _pair(random, 3), "padding": padding}
    stride = _integers(random, 1, 3)
    fields: dict[str, dict[str, Any]] = {
        "conv2d": {"filters": _integers(random, 1, 12), "kernel_size": window, **sliding},
        "depthwise_conv2d": {
            "kernel_size": window, "strides": (stride, stride), "padding": padding,
            "depth_multiplier": _integers(random, 1, 3),
        },
        "dense": {"units": _integers(random, 1, 12)},
        "batch_normalization": {"epsilon": 10 ** random.uniform(-5, -2)},
        "max_pool2d": {"pool_size": window, **sliding},
        "average_pool2d": {"pool_size": window, **sliding},
        "dropout": {"rate": random.uniform(0, 0.9)},
    }  # fmt: skip
    named = {"activation": activation} if kind in _ACTIVATED else {}
    return fields.get(kind, {}) | named


def _integers(random: np.random.Generator, least: int, most: int) -> int:
    return int(random.integers(least, most, endpoint=True))


def _pair(random: np.random.Generator, most: int) -> Pair:
    return _integers(random, 1, most), _integers(random, 1, most)
