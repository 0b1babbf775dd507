"""What OpenAPI says of bodies, with examples: a test sends each of them and holds the answer against what is said."""

from __future__ import annotations

import dataclasses
from typing import Any

from data import datasets
from model.api.bodies import JSON, OCTETS, PICTURE_FILES
from model.networks import PRESETS
from model.recipes import RECIPES
from model.settings import BOUNDS, CHOICES, Settings

SEVEN = [
    [255 if (row in (5, 6) and 8 <= column <= 19) or (7 <= row <= 23 and 0 <= column - 19 + (row - 7) // 2 <= 2) else 0
     for column in range(28)]
    for row in range(28)
]  # fmt: skip
"""A seven in 28x28 pixels: a bar, and a stroke that falls to the left."""

_PIXEL = {"type": "integer", "minimum": 0, "maximum": 255}
_VALUE = {"type": "number", "minimum": 0, "maximum": 1}
_BINARY = {"type": "string", "format": "binary"}


def _picture(number: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 28, "maxItems": 28, "items": {
        "type": "array", "minItems": 28, "maxItems": 28, "items": number}}  # fmt: skip


def _pictures(number: dict[str, Any], most: int) -> dict[str, Any]:
    """One picture, or up to `most` of them."""
    one = _picture(number)
    return one if most == 1 else {"oneOf": [one, {"type": "array", "minItems": 1, "maxItems": most, "items": one}]}


def pictures(most: int, required: bool = True) -> dict[str, Any]:
    """The body of whoever sends up to `most` pictures."""
    forms = [
        {"type": "object", "required": [name], "properties": {name: _pictures(number, most)},
         "additionalProperties": False}
        for name, number in (("pixels", _PIXEL), ("values", _VALUE))
    ]  # fmt: skip
    content: dict[str, Any] = {
        JSON: {"schema": {"oneOf": forms}, "examples": {"a seven": {"value": {"pixels": SEVEN}}}},
        OCTETS: {"schema": _BINARY},
        **{kind: {"schema": _BINARY} for kind in PICTURE_FILES},
    }
    many = "one picture" if most == 1 else f"1 to {most} pictures"
    return {
        "required": required,
        "description": f"{many[0].upper()}{many[1:]}: as `pixels` 0..255 or `values` 0..1 in the network's input "
        "shape, as octets (uint8, rows, columns, channels), or one picture file of any size, which is cropped, fitted "
        "and centred as an upload on the page is. Values between two of the 256 grey levels stay as they are.",
        "content": content,
    }


PREDICTIONS: dict[str, Any] = {
    "run": "pretrained",
    "step": 1875,
    "predictions": [{"class_index": 7, "class_name": "7", "probabilities": [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]}],
}
"""What the pretrained network says of SEVEN, to two digits."""


def settings() -> dict[str, Any]:
    """The body of whoever starts a training."""
    properties: dict[str, Any] = {"recipe": {"type": "string", "enum": list(RECIPES), "description": "to start from"}}
    for field in dataclasses.fields(Settings):
        kind = {int: "integer", float: "number", str: "string"}[type(field.default)]
        properties[field.name] = {"type": kind, "default": field.default}
        if bound := BOUNDS.get(field.name):
            properties[field.name] |= {"minimum": bound.low, "maximum": bound.high, "description": bound.reason}
        if choices := CHOICES.get(field.name):
            properties[field.name]["enum"] = list(choices)
    own = {"pattern": "^own-[0-9a-f]{12}$", "description": "one of your own, as the page or data.adding named it"}
    properties["dataset"]["anyOf"] = [{"enum": list(datasets.NAMES)}, own]
    properties["network"]["enum"] = list(PRESETS)
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    example = {"recipe": "quick", "dataset": "digits", "network": "mlp_25", "epochs": 2, "seed": 7}
    return {"required": False, "content": {JSON: {"schema": schema, "examples": {"two epochs": {"value": example}}}}}


def further_epochs() -> dict[str, Any]:
    """The body of whoever goes on with a run."""
    most = int(BOUNDS["epochs"].high)
    properties = {"further_epochs": {"type": "integer", "minimum": 0, "maximum": most, "default": 0}}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {
        "required": False,
        "content": {JSON: {"schema": schema, "examples": {"one more epoch": {"value": {"further_epochs": 1}}}}},
    }
