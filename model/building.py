"""From a network's description to the Keras model, and weights in and out of it."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from model import layers
from model.networks import Network, NetworkError


def build(network: Network) -> keras.Model:
    """The Keras model of `network` with fresh weights: input float32 (batch, rows, columns, channels), values 0..1."""
    return keras.Sequential(
        [keras.Input(network.input_shape), *(_keras_layer(layer) for layer in network.layers)], name=network.name
    )


def _keras_layer(layer: layers.Layer) -> keras.Layer:
    match layer:
        case layers.Conv2D():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                strides=layer.strides,
                padding=layer.padding,
                activation=layer.activation,
                name=layer.name,
            )
        case layers.DepthwiseConv2D():
            return keras.layers.DepthwiseConv2D(
                layer.kernel_size,
                strides=layer.strides,
                padding=layer.padding,
                depth_multiplier=layer.depth_multiplier,
                activation=layer.activation,
                name=layer.name,
            )
        case layers.Dense():
            return keras.layers.Dense(layer.units, activation=layer.activation, name=layer.name)
        case layers.BatchNormalization():
            return keras.layers.BatchNormalization(epsilon=layer.epsilon, name=layer.name)
        case layers.MaxPool2D():
            return keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding, name=layer.name)
        case layers.AveragePool2D():
            return keras.layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding, name=layer.name)
        case layers.GlobalMaxPool2D():
            return keras.layers.GlobalMaxPooling2D(name=layer.name)
        case layers.GlobalAveragePool2D():
            return keras.layers.GlobalAveragePooling2D(name=layer.name)
        case layers.Flatten():
            return keras.layers.Flatten(name=layer.name)
        case layers.Dropout():
            return keras.layers.Dropout(layer.rate, name=layer.name)
        case layers.Activation():
            return keras.layers.Activation(layer.activation, name=layer.name)


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """Copies of all weights, float32, by "<layer>/<variable>", as snapshots keep them; with moving statistics."""
    return {
        f"{layer.name}/{variable.name}": variable.value.numpy().copy()  # the variable goes on training
        for layer in model.layers
        for variable in layer.weights
    }


def set_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Put `weights` into `model`; raises NetworkError where they are not this network's."""
    for layer in model.layers:
        for variable in layer.weights:
            name = f"{layer.name}/{variable.name}"
            found = weights.get(name)
            if found is None or found.shape != tuple(variable.shape):
                received = "nothing" if found is None else f"the shape {found.shape}"
                raise NetworkError(
                    f"Weights {name} do not fit the network {model.name}. "
                    f"Expected the shape {tuple(variable.shape)}, received {received}."
                )
            variable.assign(found)
