"""From a network's description to the Keras model, and weights in and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from model import layers
from model.foreign_building import call, foreign, weight_names
from model.networks import INPUT, Network, NetworkError


def build(network: Network) -> keras.Model:
    """The Keras model of `network` with fresh weights: input float32 (batch, rows, columns, channels), values 0..1.

    Layers have their names of the description. Raises NetworkError where a keras_layer is not what it says.
    """
    placed = network.placed()
    if network.is_chain and network.computable_in_browser:
        return keras.Sequential(
            [keras.Input(network.input_shape), *(_keras_layer(each.layer) for each in placed)], name=network.name
        )
    tensors = {INPUT: keras.Input(network.input_shape, name=INPUT)}
    for each in placed:
        read = [tensors[name] for name in each.inputs]
        tensors[each.layer.name] = _output(each.layer, read)
    return keras.Model(tensors[INPUT], tensors[placed[-1].layer.name], name=network.name)


def outputs(model: keras.Model, network: Network, names: Sequence[str] = ()) -> keras.Model:
    """The same model with the outputs of the layers `names`, in that order; of all layers without names."""
    found = {layer.name: layer.output for layer in model.layers}
    wanted = names or [layer.name for layer in network.layers]
    return keras.Model(model.inputs[0], [found[name] for name in wanted])


def _output(layer: layers.Layer, read: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
    if isinstance(layer, layers.KerasLayer):
        return call(layer, foreign(layer), read[0])
    return _keras_layer(layer)(list(read) if isinstance(layer, layers.Merge) else read[0])


def _keras_layer(layer: layers.Layer) -> keras.Layer:
    match layer:
        case layers.Conv2D() | layers.SeparableConv2D() | layers.DepthwiseConv2D():
            return _convolution(layer)
        case layers.Dense():
            return keras.layers.Dense(
                layer.units, activation=layer.activation, use_bias=layer.use_bias, name=layer.name
            )
        case layers.BatchNormalization():
            return keras.layers.BatchNormalization(epsilon=layer.epsilon, name=layer.name)
        case layers.MaxPool2D():
            return keras.layers.MaxPooling2D(layer.pool_size, layer.strides, layer.padding, name=layer.name)
        case layers.AveragePool2D():
            return keras.layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding, name=layer.name)
        case layers.GlobalMaxPool2D():
            return keras.layers.GlobalMaxPooling2D(keepdims=layer.keepdims, name=layer.name)
        case layers.GlobalAveragePool2D():
            return keras.layers.GlobalAveragePooling2D(keepdims=layer.keepdims, name=layer.name)
        case layers.Concatenate():
            return keras.layers.Concatenate(name=layer.name)
        case layers.Merge():
            return _MERGES[layer.kind](name=layer.name)
        case layers.KerasLayer():
            return foreign(layer)
        case _:
            return _weightless(layer)


_MERGES = {
    "add": keras.layers.Add,
    "subtract": keras.layers.Subtract,
    "multiply": keras.layers.Multiply,
    "average": keras.layers.Average,
    "maximum": keras.layers.Maximum,
    "minimum": keras.layers.Minimum,
}


def _convolution(layer: layers.Conv2D | layers.DepthwiseConv2D | layers.SeparableConv2D) -> keras.Layer:
    fields = {
        "strides": layer.strides,
        "padding": layer.padding,
        "dilation_rate": layer.dilation_rate,
        "activation": layer.activation,
        "use_bias": layer.use_bias,
        "name": layer.name,
    }
    match layer:
        case layers.Conv2D():
            return keras.layers.Conv2D(layer.filters, layer.kernel_size, **fields)
        case layers.DepthwiseConv2D():
            return keras.layers.DepthwiseConv2D(layer.kernel_size, depth_multiplier=layer.depth_multiplier, **fields)
        case layers.SeparableConv2D():
            return keras.layers.SeparableConv2D(
                layer.filters, layer.kernel_size, depth_multiplier=layer.depth_multiplier, **fields
            )


def _weightless(layer: layers.Layer) -> keras.Layer:
    match layer:
        case layers.Flatten():
            return keras.layers.Flatten(name=layer.name)
        case layers.Reshape():
            return keras.layers.Reshape(layer.target_shape, name=layer.name)
        case layers.ZeroPadding2D():
            return keras.layers.ZeroPadding2D(layer.padding, name=layer.name)
        case layers.UpSampling2D():
            return keras.layers.UpSampling2D(layer.size, name=layer.name)
        case layers.Rescaling():
            return keras.layers.Rescaling(_numbers(layer.scale), _numbers(layer.offset), name=layer.name)
        case layers.Dropout():
            return keras.layers.Dropout(layer.rate, name=layer.name)
        case layers.Activation():
            return keras.layers.Activation(layer.activation, name=layer.name)
    raise AssertionError(f"There is no Keras layer for the kind {layer.kind}.")


def _numbers(found: float | tuple[float, ...]) -> float | list[float]:
    return list(found) if isinstance(found, tuple) else found


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """Copies of all weights, float32, by "<layer>/<variable>", as snapshots keep them; with moving statistics."""
    return {
        name: variable.value.numpy().copy()  # the variable goes on training
        for name, variable in _variables(model)
    }


def set_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Put `weights` into `model`; raises NetworkError where they are not this network's."""
    for name, variable in _variables(model):
        found = weights.get(name)
        if found is None or found.shape != tuple(variable.shape):
            received = "nothing" if found is None else f"the shape {found.shape}"
            raise NetworkError(
                f"Weights {name} do not fit the network {model.name}. "
                f"Expected the shape {tuple(variable.shape)}, received {received}."
            )
        variable.assign(found)


def _variables(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    return [
        (f"{layer.name}/{name}", variable)
        for layer in model.layers
        for name, variable in zip(weight_names(layer), layer.weights, strict=True)
    ]
