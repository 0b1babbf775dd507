"""How active each layer is for one picture: from a trace alone, no Keras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.layers import Dropout, Flatten, Reshape
from model.networks import Network


@dataclass(frozen=True, slots=True)
class Activity:
    """One layer's activations in numbers. above: the share of its neurons above zero, 0..1."""

    layer: str
    title: str
    neurons: int
    mean: float
    maximum: float
    above: float


def activities(network: Network, activations: Mapping[str, np.ndarray]) -> tuple[Activity, ...]:
    """Every layer of `network`, in its order, but for flatten, reshape and dropout, which pass on what they get.

    activations: float32 by layer name, without the batch axis.
    """
    return tuple(
        Activity(
            placed.layer.name,
            placed.title,
            values.size,
            float(values.mean(dtype=np.float64)),
            float(values.max()),
            float((values > 0).mean()),
        )
        for placed in network.placed()
        if not isinstance(placed.layer, Flatten | Reshape | Dropout)
        for values in [activations[placed.layer.name]]
    )
