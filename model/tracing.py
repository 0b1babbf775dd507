"""Every layer's activations for pictures, computed by Keras from a snapshot."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from model.building import build, set_weights
from model.networks import Network, NetworkError
from model.runs import Run


def trace(run_path: Path, step: int, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """What each layer makes of `pixels`.

    pixels: uint8 (batch, rows, columns, channels), 0..255. Returns float32 arrays by layer name, the batch first, with
    the picture itself, 0..1, as "input". Raises RunError for a snapshot that is not there, NetworkError for pixels of
    another shape than the network's input.
    """
    network, forward = _forward(run_path, step)
    if pixels.shape[1:] != network.input_shape or pixels.dtype != np.uint8:
        raise NetworkError(
            f"Network {network.title} reads uint8 pictures of shape {network.input_shape}. "
            f"Received {pixels.dtype} of shape {pixels.shape[1:]}."
        )
    images = pixels.astype(np.float32) / np.float32(255)
    outputs = forward(tf.constant(images))
    names = [layer.name for layer in network.layers]
    return {"input": images, **{name: output.numpy() for name, output in zip(names, outputs, strict=True)}}


@functools.lru_cache(maxsize=8)
def _forward(run_path: Path, step: int) -> tuple[Network, Callable[[tf.Tensor], list[tf.Tensor]]]:
    """The compiled forward pass of one snapshot; a snapshot never changes, so it can be kept."""
    run = Run(run_path)
    network = run.config().network
    model = build(network)
    set_weights(model, run.weights(step))
    layers = keras.Model(model.inputs, [layer.output for layer in model.layers])
    signature = [tf.TensorSpec([None, *network.input_shape], tf.float32)]
    # predict() costs 34-47 ms for one picture, the compiled function 0.5 ms.
    return network, tf.function(lambda images: layers([images], training=False), input_signature=signature)
