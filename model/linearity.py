"""Whether a network is piecewise linear, and what stands before its last softmax or sigmoid: no Keras."""

from __future__ import annotations

from typing import Final

from model.layers import Activation, BatchNormalization, Conv2D, Dense, DepthwiseConv2D
from model.networks import Network

PIECEWISE_LINEAR: Final = frozenset({"linear", "relu", "leaky_relu", "relu6"})
"""Activations of straight pieces: near any picture, a network of these is one sum over its pixels and constants."""
_ANSWERING: Final = frozenset({"softmax", "sigmoid"})


def activation_of(layer: object) -> str:
    """The name of a layer's activation; "linear" where it has none."""
    return layer.activation if isinstance(layer, Activation | Conv2D | Dense | DepthwiseConv2D) else "linear"


def answering_activation(network: Network) -> str:
    """The last layer's activation where it turns logits into an answer, softmax or sigmoid; else ""."""
    last = activation_of(network.layers[-1])
    return last if last in _ANSWERING else ""


def bent(network: Network) -> tuple[tuple[str, str], ...]:
    """(layer, activation) wherever an activation before the logits is not of straight pieces."""
    found = [(layer.name, activation_of(layer)) for layer in network.layers]
    if answering_activation(network):
        found = found[:-1]
    return tuple((name, activation) for name, activation in found if activation not in PIECEWISE_LINEAR)


def last_convolution(network: Network) -> str:
    """The name of the last convolution; "" for a network without one."""
    names = [layer.name for layer in network.layers if isinstance(layer, Conv2D | DepthwiseConv2D)]
    return names[-1] if names else ""


def constant_names(network: Network) -> tuple[str, ...]:
    """What adds constants to a logit, from the picture on: "biases of conv 1", "constants of norm 1", …"""
    names = []
    for placed in network.placed():
        if isinstance(placed.layer, BatchNormalization):
            names.append(f"constants of {placed.title}")
        elif placed.parameters:
            names.append(f"biases of {placed.title}")
        if activation_of(placed.layer) == "relu6":
            names.append(f"sixes of {placed.title}")
    return tuple(names)
