"""Every layer's activations for pictures, computed by Keras from a snapshot."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf

from model.building import build, outputs, set_weights
from model.networks import Network, NetworkError
from model.runs import Run


def trace(run_path: Path, step: int, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """What each layer makes of `pixels`.

    pixels: (batch, rows, columns, channels), uint8 0..255 or float32 0..1. Returns float32 arrays by layer name, the
    batch first, with the picture itself, 0..1, as "input". Raises RunError for a snapshot that is not there,
    NetworkError for pixels of another shape than the network's input.
    """
    network, weights = _snapshot(run_path, step)
    if pixels.shape[1:] != network.input_shape or pixels.dtype not in (np.uint8, np.float32):
        raise NetworkError(
            f"Network {network.title} reads uint8 or float32 pictures of shape {network.input_shape}. "
            f"Received {pixels.dtype} of shape {pixels.shape[1:]}."
        )
    images = pixels.astype(np.float32) / np.float32(255) if pixels.dtype == np.uint8 else pixels
    found = _forward(network).run(weights, images)
    names = [layer.name for layer in network.layers]
    return {"input": images, **{name: output.numpy() for name, output in zip(names, found, strict=True)}}


# 32 of 0.9 MB: a class that looks at a few runs does not read the disk again.
@functools.lru_cache(maxsize=32)
def _snapshot(run_path: Path, step: int) -> tuple[Network, Mapping[str, np.ndarray]]:
    """A snapshot never changes, so it is read once."""
    run = Run(run_path)
    return run.config().network, run.weights(step)


class _Forward:
    """The compiled forward pass of one architecture; compiling takes 0.3 s, other weights 2 ms."""

    def __init__(self, network: Network) -> None:
        self._model = build(network)
        layers = outputs(self._model, network)
        signature = [tf.TensorSpec([None, *network.input_shape], tf.float32)]
        # predict() costs 34-47 ms for one picture, the compiled function 0.5 ms.
        self._compiled = tf.function(lambda images: layers(images, training=False), input_signature=signature)
        self._weights: Mapping[str, np.ndarray] = {}

    def run(self, weights: Mapping[str, np.ndarray], images: np.ndarray) -> list[tf.Tensor]:
        """Every layer's output for float32 (batch, rows, columns, channels)."""
        if weights is not self._weights:
            set_weights(self._model, weights)
            self._weights = weights
        found: list[tf.Tensor] = self._compiled(tf.constant(images))
        return found


@functools.lru_cache(maxsize=4)
def _forward(network: Network) -> _Forward:
    return _Forward(network)
