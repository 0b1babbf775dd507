"""What a configuration is made of: names, keys, shapes and what was used in training, each looked at by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from typing import Any

from model.uploads import limits
from model.uploads.classes import STRANGERS, TRAINING
from model.uploads.limits import quoted, refuse

Record = dict[str, Any]

_MODULE = re.compile(r"keras(\.[a-z0-9_]+)*")
_SAVE = "Save the model anew with model.save('model.keras') and upload that file."
_OWN_LAYERS = "Use Keras's own layers."


def named(record: object) -> str:
    """What a record calls its class, for a message."""
    name = record.get("class_name") if isinstance(record, dict) else None
    return f"the class {quoted(name)}" if isinstance(name, str) else "something that names no class"


def check_built_in(record: Record) -> None:
    """Raise UploadError unless the record says that its class is Keras's own."""
    module, registered, name = record.get("module", "keras"), record.get("registered_name"), record.get("class_name")
    if not isinstance(module, str) or not _MODULE.fullmatch(module):
        raise refuse(
            f"Class {quoted(name)} comes from the module {quoted(module)}.", "Keras's own modules", _OWN_LAYERS
        )
    if registered is not None and registered != name:
        raise refuse(f"Class {quoted(name)} is registered as {quoted(registered)}.", "Keras's own", _OWN_LAYERS)


def check_training(value: Any, depth: int) -> None:
    """Raise UploadError where what was used for training (losses, initialisers) is not Keras's own."""
    if depth > 12:
        raise refuse("The configuration is too deep.", "what Keras writes", _SAVE)
    if isinstance(value, list):
        for one in value:
            check_training(one, depth + 1)
    elif isinstance(value, dict):
        name = value.get("class_name")
        if name is not None:
            initial = str(value.get("module")).startswith(("keras.init", "keras.regul", "keras.constr"))
            own = isinstance(name, str) and name.isidentifier() and name.isascii() and name not in STRANGERS
            if not own or (initial and name not in TRAINING):
                raise refuse(f"The model was trained with {named(value)}.", "Keras's own", _SAVE)
            if name != "function" or value.get("module") != "builtins":
                check_built_in(value)
        for key, one in value.items():
            if key not in {"registered_name", "class_name", "module"}:
                check_training(one, depth + 1)
    elif isinstance(value, str) and (len(value) > 200 or ">" in value):
        raise refuse(f"The model was trained with {quoted(value)}.", "Keras's own", "Save it with compile left out.")


def among(value: object, known: Collection[str]) -> bool:
    """Whether it is one of these words; what cannot be looked up is not."""
    return isinstance(value, str) and value in known


def name_of(value: object) -> str:
    """The same name, if it is one; raises UploadError."""
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable() or "/" in value:
        raise refuse(f"A layer is named {quoted(value)}.", "a printable name without a slash", "Rename it.")
    return value


def key_of(key: object) -> str:
    """The same key of a configuration, if it is a plain word; raises UploadError."""
    if not isinstance(key, str) or not key.isascii() or not key.isidentifier() or key.startswith("__"):
        raise refuse(f"A configuration has the key {quoted(key)}.", "a word", _SAVE)
    return key


def shape_of(value: object) -> list[int | None]:
    """A batch's shape: nothing or a number, then numbers that can be."""
    if not isinstance(value, list) or not 1 <= len(value) <= 5:
        raise refuse(f"An input has the shape {quoted(value)}.", "(batch, rows, columns, channels)", _SAVE)
    for side in value:
        if side is not None and (isinstance(side, bool) or not isinstance(side, int) or not 0 < side <= 2**16):
            raise refuse(f"An input has the shape {quoted(value)}.", "sides from 1 to 64", "Use a smaller picture.")
    if math.prod(side or 1 for side in value[1:]) > limits.ACTIVATIONS:
        raise refuse(f"An input has the shape {quoted(value)}.", "a picture of at most 64x64x3", "Use smaller ones.")
    return list(value)


def dimensions_of(value: Any, depth: int) -> Any:
    """The shapes of a build configuration: lists and objects of shapes."""
    if depth < 3 and isinstance(value, dict):
        return {key_of(key): dimensions_of(one, depth + 1) for key, one in value.items()}
    if depth < 3 and isinstance(value, list) and any(isinstance(one, list) for one in value):
        return [dimensions_of(one, depth + 1) for one in value]
    return None if value is None else shape_of(value)
