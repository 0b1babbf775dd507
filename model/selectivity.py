"""What a filter's mean activation by class says of it."""

from __future__ import annotations

import numpy as np

from model.layers import (
    Activation,
    Add,
    Average,
    AveragePool2D,
    Concatenate,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Maximum,
    MaxPool2D,
    Reshape,
    UpSampling2D,
    ZeroPadding2D,
)
from model.linearity import activation_of
from model.networks import Network

_RECTIFIED = ("relu", "relu6")
_PASSING = (
    Activation, Add, Average, AveragePool2D, Concatenate, Dropout, Flatten, GlobalAveragePool2D, GlobalMaxPool2D,
    MaxPool2D, Maximum, Reshape, UpSampling2D, ZeroPadding2D,
)  # fmt: skip


def selectivity(class_means: np.ndarray) -> float | None:
    """(largest - mean of the others) / (largest + mean of the others): 0 for all classes alike, 1 for one class alone.

    class_means: float32 (classes,), NaN for a class that was never seen. None where a mean is negative, for which it is
    not defined, and for a filter that never answers. Morcos et al. 2018, https://arxiv.org/abs/1803.06959
    """
    means = class_means[~np.isnan(class_means)].astype(np.float64)
    if len(means) < 2 or means.min() < 0 or means.max() <= 0:
        return None
    largest, others = means.max(), np.delete(means, means.argmax()).mean()
    return float((largest - others) / (largest + others))


def can_die(network: Network, layer: str) -> bool:
    """Whether a filter of `layer` that is never above zero passes nothing on, neither activation nor gradient.

    So it is where the values come straight from a ReLU, or are sums, means or the largest of such; elsewhere values
    below zero say something too.
    """
    placed = {each.layer.name: each for each in network.placed()}
    asked, seen = [layer], {layer}
    while asked:
        name = asked.pop()
        if name not in placed:  # the picture: nothing rectified it
            return False
        here = placed[name]
        activation = activation_of(here.layer)
        if activation in _RECTIFIED:
            continue
        if activation != "linear" or not isinstance(here.layer, _PASSING):
            return False
        asked += [each for each in here.inputs if each not in seen]
        seen |= set(here.inputs)
    return True
