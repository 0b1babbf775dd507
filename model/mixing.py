"""How a layer adds up its input's channels: the whole sum, and one channel's own share of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from model import layers

_CHANNELWISE = (
    layers.MaxPool2D
    | layers.AveragePool2D
    | layers.GlobalMaxPool2D
    | layers.GlobalAveragePool2D
    | layers.BatchNormalization
    | layers.Dropout
    | layers.ZeroPadding2D
    | layers.UpSampling2D
    | layers.Rescaling
)


@dataclass(frozen=True)
class Mixing:
    """What a layer that mixes channels adds up: of all of them, and the share of one."""

    whole: Callable[[tf.Tensor], tf.Tensor]
    share: Callable[[tf.Tensor, int], tf.Tensor]


def is_channelwise(layer: layers.Layer) -> bool:
    """Whether it makes each channel of the same channel alone."""
    if isinstance(layer, layers.Activation):
        return layer.activation != "softmax"
    return isinstance(layer, _CHANNELWISE)


def mixing(layer: layers.Layer, made: keras.Layer, shape: tuple[int, ...]) -> Mixing | None:
    """The sums of a layer over channels of `shape`, before its activation; None where it is not such a layer.

    made: Keras's, with its weights. shape: (rows, columns, channels) or (channels,), before any flatten layer.
    """
    weights = made.get_weights()
    if isinstance(layer, layers.Conv2D) and len(shape) == 3:
        kernel, bias = tf.constant(weights[0]), _bias(layer, weights)
        slide = functools.partial(
            tf.nn.conv2d, strides=layer.strides, padding=layer.padding.upper(), dilations=layer.dilation_rate
        )
        return Mixing(
            lambda values: slide(values, kernel) + bias,
            lambda values, channel: slide(values, kernel[:, :, channel : channel + 1]),
        )
    if isinstance(layer, layers.Dense):
        bias, channels = _bias(layer, weights), shape[-1]
        # (inputs, units) to (places, channels, units): a flattened input lies place by place, its channels together.
        by_channel = tf.constant(weights[0].reshape(-1, channels, layer.units))
        whole = tf.constant(weights[0])
        return Mixing(
            lambda values: _flat(values) @ whole + bias,
            lambda values, channel: _flat(values) @ by_channel[:, channel],
        )
    return None


def all_channels(channels: int) -> Mixing:
    """Nothing is added up: the one channel is put into its place."""
    return Mixing(lambda values: values, lambda values, channel: values * tf.one_hot(channel, channels))


def activation(layer: layers.Layer) -> Callable[[tf.Tensor], tf.Tensor]:
    """Keras's activation function of a layer that adds up."""
    assert isinstance(layer, layers.Conv2D | layers.Dense)
    found: Callable[[tf.Tensor], tf.Tensor] = keras.activations.get(layer.activation)
    return found


def _bias(layer: layers.Conv2D | layers.Dense, weights: list[np.ndarray]) -> tf.Tensor:
    return tf.constant(weights[1] if layer.use_bias else np.float32(0))


def _flat(values: tf.Tensor) -> tf.Tensor:
    return tf.reshape(values, [tf.shape(values)[0], -1])
