"""What a filter's mean activation by class says of it."""

from __future__ import annotations

import numpy as np

from model.layers import Activation, AveragePool2D, Dropout, Flatten, GlobalAveragePool2D, GlobalMaxPool2D, MaxPool2D
from model.networks import Network

_RECTIFIED = ("relu", "relu6")
_PASSING = (Activation, AveragePool2D, Dropout, Flatten, GlobalAveragePool2D, GlobalMaxPool2D, MaxPool2D)


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

    So it is where the values come straight from a ReLU; elsewhere values below zero say something too.
    """
    layers = list(network.layers)
    place = next(at for at, each in enumerate(layers) if each.name == layer)
    for each in reversed(layers[: place + 1]):
        activation = getattr(each, "activation", "linear")
        if activation != "linear" or not isinstance(each, _PASSING):
            return activation in _RECTIFIED
    return False
