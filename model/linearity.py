"""Whether a network is piecewise linear, and what stands before its last softmax or sigmoid: no Keras."""

from __future__ import annotations

from typing import Final

from model.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    KerasLayer,
    Multiply,
    Rescaling,
    SeparableConv2D,
)
from model.networks import Network, PlacedLayer

PIECEWISE_LINEAR: Final = frozenset({"linear", "relu", "leaky_relu", "relu6", "hard_sigmoid"})
"""Activations of straight pieces: near any picture, a network of these is one sum over its pixels and constants."""
_CONSTANT: Final = {"relu6": "sixes", "hard_sigmoid": "halves and ones"}
"""What these activations add by themselves: relu6 its limit, hard_sigmoid the half in its middle and its limit."""
_ANSWERING: Final = frozenset({"softmax", "sigmoid"})
_CONVOLUTIONS = Conv2D | DepthwiseConv2D | SeparableConv2D


def activation_of(layer: object) -> str:
    """The name of a layer's activation; "linear" where it has none."""
    return layer.activation if isinstance(layer, Activation | Dense | _CONVOLUTIONS) else "linear"


def answering_activation(network: Network) -> str:
    """The last layer's activation where it turns logits into an answer, softmax or sigmoid; else ""."""
    last = activation_of(network.layers[-1])
    return last if last in _ANSWERING else ""


def bent(network: Network) -> tuple[tuple[str, str], ...]:
    """(layer, what bends in it) wherever what comes before the logits is not of straight pieces.

    That is an activation's name; of a layer that multiplies its inputs "a product"; and of one of Keras's own its
    class, of which Strata does not know whether it bends.
    """
    found = []
    for layer in network.layers:
        is_answer = layer.name == network.layers[-1].name and bool(answering_activation(network))
        if isinstance(layer, Multiply):
            found.append((layer.name, "a product"))
        elif isinstance(layer, KerasLayer):
            found.append((layer.name, f"Keras's {layer.class_name}"))
        elif not is_answer and activation_of(layer) not in PIECEWISE_LINEAR:
            found.append((layer.name, activation_of(layer)))
    return tuple(found)


def last_convolution(network: Network) -> str:
    """The name of the last convolution, of those whose maps have more than one place if there are any; "" for none."""
    found = [placed for placed in network.placed() if isinstance(placed.layer, _CONVOLUTIONS)]
    # The 1 x 1 maps of squeeze and excitation have no place that could be pointed at.
    wide = [placed.layer.name for placed in found if placed.output_shape[:2] != (1, 1)]
    return (wide or [placed.layer.name for placed in found] or [""])[-1]


def adds_constants(layer: object) -> bool:
    """Whether a layer, before its activation, adds what does not depend on its inputs."""
    if isinstance(layer, Rescaling):
        return any(layer.offset) if isinstance(layer.offset, tuple) else layer.offset != 0
    if isinstance(layer, Dense | _CONVOLUTIONS):
        return layer.use_bias
    return isinstance(layer, BatchNormalization)


def constant_names(network: Network) -> tuple[str, ...]:
    """What adds constants to a logit, from the picture on: "biases of conv 1", "constants of norm 1", …"""
    return tuple(name for placed in network.placed() for name in _constants_of(placed))


def _constants_of(placed: PlacedLayer) -> list[str]:
    names = []
    if adds_constants(placed.layer):
        has_biases = isinstance(placed.layer, Dense | _CONVOLUTIONS)
        names.append(f"{'biases' if has_biases else 'constants'} of {placed.title}")
    activation = activation_of(placed.layer)
    return [*names, f"{_CONSTANT[activation]} of {placed.title}"] if activation in _CONSTANT else names
