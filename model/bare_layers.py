"""Keras's layers up to the logits, each apart from its activation: what a sum over pixels and constants is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from model import linearity
from model.building import build, set_weights
from model.layers import KerasLayer
from model.networks import INPUT, Network
from model.walking import Step, steps


@dataclass(frozen=True)
class Bare:
    """A layer without its activation, and that."""

    step: Step
    activation: Callable[[tf.Tensor], tf.Tensor]
    name: str  # the activation's

    @property
    def has_constants(self) -> bool:
        """Whether it adds what does not depend on its inputs."""
        return linearity.adds_constants(self.step.placed.layer)

    def of_zeros(self, read: Sequence[tf.Tensor]) -> tf.Tensor:
        """What it makes of nothing, (1, …): its constants."""
        return tf.stop_gradient(self.step([tf.zeros_like(values[:1]) for values in read]))


def _half_and_one(values: tf.Tensor) -> tf.Tensor:
    """hard_sigmoid less slope times value: a half where it rises, one where it has risen."""
    half, one = tf.constant(0.5, values.dtype), tf.constant(1, values.dtype)
    return tf.where(values >= 3, one, tf.where(values > -3, half, tf.zeros_like(values)))


LEVELS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "relu6": lambda values: tf.where(values > 6, tf.constant(6, values.dtype), tf.zeros_like(values)),
    "hard_sigmoid": _half_and_one,
}
"""What activations of straight pieces add to slope times value."""


def forward(
    bares: Sequence[Bare], pictures: tf.Tensor, watch: Callable[[str, tf.Tensor], None] = lambda name, values: None
) -> tf.Tensor:
    """The logits; `watch` sees every layer's output as the next layers get it.

    What nothing reads any more is let go.
    """
    last = {name: at for at, bare in enumerate(bares) for name in bare.step.placed.inputs}
    found = {INPUT: pictures}
    for at, bare in enumerate(bares):
        values = bare.activation(bare.step([found[name] for name in bare.step.placed.inputs]))
        watch(bare.step.name, values)
        found[bare.step.name] = values
        found = {name: kept for name, kept in found.items() if last.get(name, -1) > at}
    return values


def bare_layers(network: Network, weights: dict[str, np.ndarray], precision: str) -> list[Bare]:
    """The layers up to the logits, in float32 or float64."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        model = build(network)
    finally:
        keras.config.set_dtype_policy(policy)
    set_weights(model, weights)
    bares = []
    for step in steps(model, network):
        described = step.placed.layer
        name = linearity.activation_of(described)
        if step.name == network.layers[-1].name and linearity.answering_activation(network):
            name = "linear"
        if hasattr(step.layer, "activation") and not isinstance(described, KerasLayer):
            step.layer.activation = keras.activations.linear
        bares.append(Bare(step, keras.activations.get(name), name))
    return bares
