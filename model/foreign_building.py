"""Keras's own layers from their descriptions and back: see model.foreign."""

from __future__ import annotations

import json
from typing import Any

import keras

from model.foreign import KERAS_CLASSES, SELF_ATTENTION, KerasLayer, checked_config
from model.shapes import NetworkError, Shape


def described(layer: keras.Layer, name: str, input_shape: Shape) -> KerasLayer:
    """The description, called `name`, of one of Keras's layers that reads `input_shape`.

    Its weights in that order are `layer.weights`. Raises NetworkError for a class that is not among KERAS_CLASSES, or
    one that cannot be made from its configuration alone.
    """
    class_name = type(layer).__name__
    if class_name not in KERAS_CLASSES or getattr(keras.layers, class_name, None) is not type(layer):
        raise NetworkError(
            f"Layer {name} is a {class_name[:60]}. Expected one of Keras's own classes that Strata runs."
        )
    config = _plain(keras.saving.serialize_keras_object(layer)["config"])
    config.pop("name", None)
    text = json.dumps(config, sort_keys=True, separators=(",", ":"))
    checked_config(name, text)
    first = KerasLayer(name, class_name, text, (1,))
    fresh = foreign(first)
    shape = tuple(_called(first, fresh, keras.Input(input_shape)).shape[1:])
    shapes = [tuple(variable.shape) for variable in fresh.weights]
    weights = tuple(zip(weight_names(fresh), shapes, strict=True))
    if shapes != [tuple(variable.shape) for variable in layer.weights]:
        raise NetworkError(f"Layer {name} has other weights than its configuration makes. Expected the same.")
    return KerasLayer(name, class_name, text, shape, weights)


def foreign(layer: KerasLayer) -> keras.Layer:
    """The layer with fresh weights once it is called; raises NetworkError where Keras cannot make it."""
    config = {**checked_config(layer.name, layer.config), "name": layer.name}
    record = {"module": "keras.layers", "class_name": layer.class_name, "config": config, "registered_name": None}
    try:
        made: keras.Layer = keras.saving.deserialize_keras_object(record, safe_mode=True)
    except Exception as error:  # whatever Keras raises for a configuration, the description is at fault
        raise _refused(layer, error) from error
    return made


def call(layer: KerasLayer, made: keras.Layer, values: keras.KerasTensor) -> keras.KerasTensor:
    """What the layer makes of `values`; raises NetworkError where shape or weights are not as described."""
    found = _called(layer, made, values)
    weights = tuple(zip(weight_names(made), (tuple(each.shape) for each in made.weights), strict=True))
    if tuple(found.shape[1:]) != layer.shape or weights != layer.weights:
        raise NetworkError(
            f"Layer {layer.name} makes {tuple(found.shape[1:])} with the weights {_listed(weights)}. Its description "
            f"says {layer.shape} with {_listed(layer.weights)}."
        )
    return found


def _called(layer: KerasLayer, made: keras.Layer, values: keras.KerasTensor) -> keras.KerasTensor:
    try:
        found = made(values, values) if layer.class_name in SELF_ATTENTION else made(values)
    except Exception as error:  # whatever Keras raises for a shape, the description is at fault
        raise _refused(layer, error) from error
    if not isinstance(found, keras.KerasTensor) or None in found.shape[1:]:
        raise NetworkError(f"Layer {layer.name} has several outputs, or one of open size. Expected one of fixed size.")
    return found


def weight_names(layer: keras.Layer) -> list[str]:
    """A name for each of `layer.weights`: its own, behind those of inner layers where it has any: "query.kernel"."""
    names = []
    for variable in layer.weights:
        path = variable.path.split("/")
        names.append(".".join(path[path.index(layer.name) + 1 :]) if layer.name in path else variable.name)
    for at, name in enumerate(names):
        earlier = names[:at].count(name)
        names[at] = f"{name}_{earlier + 1}" if earlier else name
    return names


def _plain(value: Any) -> Any:
    """A configuration without names and precisions, which the network gives."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if key not in {"dtype", "build_config"}}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _listed(weights: tuple[tuple[str, Shape], ...]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in weights) or "none"


def _refused(layer: KerasLayer, error: Exception) -> NetworkError:
    return NetworkError(f"Layer {layer.name}, Keras's {layer.class_name}, cannot be made: {str(error)[:300]}")
