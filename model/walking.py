"""A network's Keras layers one after another, each on what it reads: to change values on their way, or watch them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import keras
import tensorflow as tf

from model import layers
from model.foreign import SELF_ATTENTION
from model.networks import Network, PlacedLayer

Change = Callable[[str, tf.Tensor], tf.Tensor]
"""A layer's name and its output to what the layers behind it read instead."""


@dataclass(frozen=True)
class Step:
    """A layer, and Keras's with its weights in it."""

    placed: PlacedLayer
    layer: keras.Layer

    @property
    def name(self) -> str:
        """The layer's."""
        return self.placed.layer.name

    def __call__(self, read: Sequence[tf.Tensor]) -> tf.Tensor:
        """What the layer makes of what it reads, (batch, …) each, as after training."""
        described = self.placed.layer
        if isinstance(described, layers.Merge):
            return self.layer(list(read), training=False)
        if isinstance(described, layers.KerasLayer) and described.class_name in SELF_ATTENTION:
            return self.layer(read[0], read[0], training=False)
        return self.layer(read[0], training=False)


def steps(model: keras.Model, network: Network) -> tuple[Step, ...]:
    """Every layer of `network` in its order; model: as model.building makes it."""
    found = {layer.name: layer for layer in model.layers}
    return tuple(Step(placed, found[placed.layer.name]) for placed in network.placed())


def walk(
    way: Sequence[Step],
    values: Mapping[str, tf.Tensor],
    *,
    change: Change = lambda name, value: value,
    keep: Collection[str] = (),
) -> dict[str, tf.Tensor]:
    """Run the steps on `values`, by name; returns the values of `keep` and of the last step.

    All that a step reads is among `values` or comes before it on the way. What nothing reads any more is let go.
    """
    last = {name: at for at, step in enumerate(way) for name in step.placed.inputs}
    wanted = {*keep, *([way[-1].name] if way else [])}
    found = {name: value for name, value in values.items() if name in last or name in wanted}
    for at, step in enumerate(way):
        read = [found[name] for name in step.placed.inputs]
        found[step.name] = change(step.name, step(read))
        for name in {*step.placed.inputs, step.name}:
            if last.get(name, -1) <= at and name not in wanted:
                del found[name]
    return found
