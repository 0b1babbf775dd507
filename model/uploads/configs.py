"""A model's configuration, walked through before Keras sees it: what comes out holds known classes and plain values.

Only what this file copies reaches Keras, so that a key nobody knows of can do nothing. Numbers are bounded, every
initialiser becomes zeros (the weights come from the file), and all is computed in float32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from model.uploads import limits, wiring
from model.uploads.classes import (
    ACTIVATION_LAYERS,
    ACTIVATIONS,
    DTYPES,
    LAYERS,
    MODELS,
    OPERATIONS,
    POLICIES,
    STRANGERS,
    WRAPPED,
    WRAPPERS,
)
from model.uploads.config_parts import (
    among,
    check_built_in,
    check_training,
    dimensions_of,
    key_of,
    name_of,
    named,
    shape_of,
)
from model.uploads.limits import UploadError, quoted, refuse
from model.uploads.pictures import EXPECTED, picture_of

Record = dict[str, Any]

_SAVE = "Save the model anew with model.save('model.keras') and upload that file."
_OWN_LAYERS = "Use Keras's own layers."
_ACTIVATION_KEYS = {"activation", "recurrent_activation"}
_UNBOUNDED = {"seed"}
_DROPPED = {"shared_object_id", "quantization_config", "rng", "synchronized", "trainable_dtype", "unroll"}
"""A recurrent layer unrolled is thousands of copies of itself, for the same values as its loop has."""
_MOST_VALUES = 20_000


@dataclass(slots=True)
class _Walk:
    """What is counted on the way through one configuration."""

    layers: int = 0
    values: int = 0
    half: bool = False
    names: list[str] = field(default_factory=list)


def checked(record: Record) -> tuple[Record, bool]:
    """The configuration that Keras may build, and whether it was to compute in less than float32.

    record: what config.json, or the attribute model_config of an .h5 file, holds. Raises UploadError.
    """
    walk = _Walk()
    if not among(record.get("class_name"), MODELS):
        raise refuse(
            f"The file holds {named(record)}.", "a Sequential or Functional model of Keras's own layers", _OWN_LAYERS
        )
    clean = _model(record, walk, nested=0)
    check_training(record.get("compile_config"), depth=0)
    _input(clean)
    return clean, walk.half


def _model(record: Record, walk: _Walk, nested: int) -> Record:
    """A model's record, its layers checked."""
    if nested > limits.NESTED_MODELS:
        raise refuse("Models stand within models.", f"at most {limits.NESTED_MODELS} of them", "Flatten the model.")
    check_built_in(record)
    config = record.get("config")
    if isinstance(config, list):  # a Sequential of old .h5 files
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list) or not config["layers"]:
        raise refuse("A model in the file lists no layers.", "at least one layer", _SAVE)
    sequential = record["class_name"] == "Sequential"
    layers = [_layer(layer, walk, nested) for layer in config["layers"]]
    clean: Record = {"name": name_of(config.get("name", "model")), "trainable": _flag(config), "layers": layers}
    if sequential:
        shape = config.get("build_input_shape", config.get("batch_input_shape"))
        clean |= {"build_input_shape": shape_of(shape)} if shape is not None else {}
    else:
        clean |= wiring.ends(config)
        wiring.check(layers, clean)
    found: Record = {"class_name": "Sequential" if sequential else "Functional", "config": clean}
    if "module" in record:
        found |= {"module": "keras" if sequential else "keras.src.models.functional"}
        found |= {"registered_name": None if sequential else "Functional", "build_config": None}
    return found | _placed(record)


def _placed(record: Record) -> Record:
    """What a layer's record in a Functional model says besides its class: its name there, and what it reads."""
    if "inbound_nodes" not in record:
        return {}
    calls = wiring.nodes(record["inbound_nodes"], record.get("class_name"))
    return {"name": name_of(record.get("name")), "inbound_nodes": calls}


def _layer(record: object, walk: _Walk, nested: int) -> Record:
    walk.layers += 1
    if walk.layers > limits.LAYERS:
        raise refuse("The model has too many layers.", f"at most {limits.LAYERS:,}", "Use a smaller model.")
    if not isinstance(record, dict):
        raise refuse(f"A layer is {quoted(record)}.", "a layer's record", _SAVE)
    if among(record.get("class_name"), MODELS):
        return _model(record, walk, nested + 1)
    operation = _operation(record)
    name = str(record.get("class_name")) if operation else _class(record)
    config = record.get("config")
    if not isinstance(config, dict):
        raise refuse(f"Layer {name} has no configuration.", "one", _SAVE)
    if operation:
        clean: Record = {"name": name_of(config.get("name", name.lower()))}
    else:
        clean = {key_of(key): _value(key, value, walk, name) for key, value in config.items() if key not in _DROPPED}
        _options(name, clean)
    found: Record = {"class_name": name, "config": clean}
    if "module" in record:
        module = f"keras.src.ops.{operation}" if operation else "keras.layers"
        found |= {"module": module, "registered_name": name if operation else None}
        shape = record.get("build_config")
        if isinstance(shape, dict):
            found["build_config"] = {key_of(key): dimensions_of(value, depth=0) for key, value in shape.items()}
    return found | _placed(record)


def _operation(record: Record) -> str:
    """The part of keras.ops that an operation comes from; empty for a layer."""
    module = record.get("module")
    part = module.removeprefix("keras.src.ops.") if isinstance(module, str) else ""
    return part if part != module and among(record.get("class_name"), OPERATIONS.get(part, ())) else ""


def _why(record: Record) -> str:
    """What to do about a class that is not read, after the reason."""
    module = record.get("module")
    if isinstance(module, str) and module.startswith("keras.src.ops."):
        return "Few operations of keras.ops are read. Use a layer in its place, as GlobalAveragePooling2D for mean."
    own = "Layers of one's own are code, which is never run. " if isinstance(record.get("class_name"), str) else ""
    return own + _OWN_LAYERS


def _class(record: Record) -> str:
    """The class of a layer that is one of Keras's own."""
    name = record.get("class_name")
    if isinstance(name, str) and name in STRANGERS:
        raise refuse(f"The model holds a layer of the class {name}.", "Keras's own layers", STRANGERS[name])
    if not isinstance(name, str) or name not in LAYERS:
        raise refuse(f"The model holds {named(record)}.", "Keras's own layers that read pictures", _why(record))
    check_built_in(record)
    return name


def _value(key: str, value: Any, walk: _Walk, layer: str) -> Any:
    """One value of a layer's configuration, as Keras may see it."""
    if key == "dtype":
        return _dtype(value, walk)
    if key == "name":
        return name_of(value)
    if key in _ACTIVATION_KEYS:
        return _activation(value, walk)
    if key in WRAPPED and layer in WRAPPERS:
        return _wrapped(value, walk, layer)
    if key.endswith(("_initializer", "_regularizer", "_constraint")):
        check_training(value, depth=0)
        return "zeros" if key.endswith("_initializer") and value is not None else None
    if key == "data_format" and value not in (None, "channels_last"):
        raise refuse(f"Layer {layer} reads {quoted(value)}.", "channels_last", "Build the model channels last.")
    return _plain(key, value, walk, layer, depth=0)


def _wrapped(value: Any, walk: _Walk, wrapper: str) -> Record | None:
    """The record of the layer within another, walked through as any layer's is."""
    if value is None:
        return None  # a backward layer that is made of the forward one
    known = WRAPPERS[wrapper]
    if not isinstance(value, dict) or not among(value.get("class_name"), known):
        raise refuse(
            f"A {wrapper} layer holds {named(value)}.", f"one of {', '.join(sorted(known))}",
            "Put another layer into it, or leave the wrapper out.",
        )  # fmt: skip
    return _layer({key: one for key, one in value.items() if key != "inbound_nodes"}, walk, 0)


def _plain(key: str, value: Any, walk: _Walk, layer: str, depth: int) -> Any:
    """A number, word, nothing, or lists of them; raises UploadError for an object."""
    walk.values += 1
    if walk.values > _MOST_VALUES or depth > 6:
        raise refuse("The configuration holds too many values.", f"at most {_MOST_VALUES:,}", _SAVE)
    if isinstance(value, list):
        return [_plain(key, one, walk, layer, depth + 1) for one in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= 100 and value.isprintable() and value.isascii():
        return value
    most = math.inf if key in _UNBOUNDED else limits.LARGEST_NUMBER
    if isinstance(value, int) and abs(value) <= most:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, dict):
        raise refuse(f"Layer {layer} has {named(value)} as its {quoted(key)}.", "a plain value", _OWN_LAYERS)
    raise refuse(
        f"Layer {layer} has {quoted(value)} as its {quoted(key)}.", f"a number of at most {limits.LARGEST_NUMBER:,}",
        "Use a smaller model.",
    )  # fmt: skip


def _options(layer: str, config: Record) -> None:
    """Raise UploadError for options that make a layer more than a function of its picture."""
    for key in ("stateful", "return_state", "sparse", "ragged", "return_attention_scores"):
        if config.get(key):
            raise refuse(f"Layer {layer} is {key}.", "a layer whose output is one array", "Build it without that.")
    for key in ("batch_shape", "batch_input_shape"):
        if config.get(key) is not None:
            config[key] = shape_of(config[key])


def _activation(value: Any, walk: _Walk) -> Any:
    """The name of a function, or the record of an activation layer."""
    if value is None or (isinstance(value, str) and value in ACTIVATIONS):
        return value
    if isinstance(value, dict):
        if value.get("class_name") == "function" and among(value.get("config"), ACTIVATIONS):
            return value["config"]
        if among(value.get("class_name"), ACTIVATION_LAYERS):
            return _layer({key: one for key, one in value.items() if key != "inbound_nodes"}, walk, 0)
    shown = value if isinstance(value, str) else named(value)
    raise refuse(f"The model has the activation {quoted(shown)}.", "one of Keras's own", _OWN_LAYERS)


def _dtype(value: Any, walk: _Walk) -> str:
    name = value
    if isinstance(value, dict):
        check_built_in(value)
        if not among(value.get("class_name"), POLICIES) or not isinstance(value.get("config"), dict):
            raise refuse(f"The model has {named(value)} as its type.", "floating point", "Save it unquantised.")
        name = value["config"].get("name")
    if name is not None and not among(name, DTYPES):
        raise refuse(f"The model computes in {quoted(name)}.", "floating point", "Save it in float32.")
    walk.half |= name not in (None, "float32", "uint8")
    return "float32"


def _flag(config: Record) -> bool:
    return bool(config.get("trainable", True))


def _input(clean: Record) -> None:
    """Raise UploadError unless the outermost model reads one picture of a size that can be shown."""
    shape = _outermost(clean)
    if shape is None:
        return  # a Sequential that says nothing before it is built: Keras's own answer is checked then
    found = tuple(shape[1:])
    if picture_of(found) is not None:
        return
    if len(found) in (1, 2, 3) and None in found:
        raise refuse(
            f"The model reads the shape {tuple(shape)}, of any size.", EXPECTED, "Build it with a fixed input shape."
        )
    advice = "Build it for smaller ones: keras.applications take input_shape=(64, 64, 3)."
    raise refuse(
        f"The model reads the shape {tuple(shape)}.", EXPECTED, advice if len(found) == 3 else "Upload one of pictures."
    )


def _outermost(clean: Record) -> list[int | None] | None:
    config = clean["config"]
    if clean["class_name"] == "Functional":
        names, answers = wiring.input_names(config), wiring.output_count(config)
        if answers != 1:
            raise UploadError(f"The model has {answers} outputs. Expected one. Build a model of the part to be seen.")
        if len(names) != 1:
            raise UploadError(f"The model has {len(names)} inputs. Expected one picture. Build it with one input.")
        layer = next(one for one in config["layers"] if one.get("name", one["config"].get("name")) == names[0])
    else:
        layer = config["layers"][0]
        if layer["class_name"] in MODELS:
            return _outermost(layer)
    own = layer["config"]
    for shape in (own.get("batch_shape"), own.get("batch_input_shape"), config.get("build_input_shape")):
        if shape is not None:
            return list(shape)
    return None
