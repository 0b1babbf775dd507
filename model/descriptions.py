"""Reading a network's description from plain data that anyone may have written: all but the expected is refused."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from model.foreign import KerasLayer
from model.layers import KINDS, Layer
from model.placing import Wires
from model.shapes import NetworkError

LAYERS_MOST: Final = 2000
PARAMETERS_MOST: Final = 200_000_000
VALUES_MOST: Final = 64_000_000
"""Activations of one picture, all layers together: 256 MB of float32."""
_NAME_MOST: Final = 200
_TEXT_MOST: Final = 100_000
_ITEMS_MOST: Final = 16_384
_INTEGER_MOST: Final = 100_000_000
_NUMBER_MOST: Final = 1e9


def broken(what: str) -> NetworkError:
    """The refusal of a description."""
    return NetworkError(f"A network description is broken: {what}. Expected what Strata wrote.")


def record_of(value: Any, what: str, known: frozenset[str], needed: frozenset[str]) -> Mapping[str, Any]:
    """The value as a record with these fields; raises NetworkError for another, a missing or an unknown field."""
    if not isinstance(value, dict):
        raise broken(f"{what} is {shown(value)}, expected a record")
    missing = sorted(needed - value.keys())
    if missing:
        raise broken(f"{what} has no {missing[0]}")
    unknown = [key for key in value if key not in known]
    if unknown:
        raise broken(f"{what} has the unknown field {shown(unknown[0])}")
    return value


def list_of(value: Any, what: str, most: int) -> tuple[Any, ...]:
    """The value as a tuple of at most `most`."""
    if not isinstance(value, list | tuple) or len(value) > most:
        raise broken(f"{what} is {shown(value)}, expected a list of at most {most}")
    return tuple(value)


def text_of(value: Any, what: str, most: int = _NAME_MOST) -> str:
    """The value as printable text; a name with control characters could pretend to be another."""
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise broken(f"{what} is {shown(value)}, expected printable text of at most {most} letters")
    return value


def layer_of(value: Any) -> Layer:
    """The layer of a record: its kind, and exactly that kind's fields in their types."""
    if not isinstance(value, dict):
        raise broken(f"a layer is {shown(value)}, expected a record")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise broken(f"a layer's kind is {shown(kind)}, expected one of {', '.join(KINDS)}")
    hints, needed = _fields_of(kind)
    record = record_of(value, f"a layer of the kind {kind}", frozenset(hints), needed)
    found = {key: _value(f"{key} of a {kind}", hints[key], each) for key, each in record.items()}
    return KINDS[kind](**found)


def wires_of(value: Any) -> Wires:
    """What each layer of a record reads."""
    if not isinstance(value, dict) or len(value) > LAYERS_MOST:
        raise broken(f"wires is {shown(value)}, expected a record of layers")
    return tuple(
        (
            text_of(name, "a layer in wires"),
            tuple(text_of(each, "an input in wires") for each in list_of(inputs, "wires of a layer", LAYERS_MOST)),
        )
        for name, inputs in value.items()
    )


@functools.cache
def _fields_of(kind: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a kind's fields, and which have no default."""
    layer = KINDS[kind]
    hints = get_type_hints(layer)
    needed = frozenset(field.name for field in fields(layer) if field.default is MISSING)
    return {field.name: hints[field.name] for field in fields(layer)}, needed


def _value(what: str, hint: Any, value: Any) -> Any:
    """The value as its field's type says."""
    origin, within = get_origin(hint), get_args(hint)
    if origin is Literal:
        if not isinstance(value, str) or value not in within:
            raise broken(f"{what} is {shown(value)}, expected one of {', '.join(within)}")
        return value
    if origin is UnionType:  # one number, or one for each channel
        is_list = isinstance(value, list | tuple)
        return _value(what, next(each for each in within if (get_origin(each) is tuple) == is_list), value)
    if origin is tuple:
        return _tuple(what, within, value)
    if hint is str:
        return text_of(value, what, _TEXT_MOST if what == f"config of a {_KERAS_KIND}" else _NAME_MOST)
    if hint is bool:
        if not isinstance(value, bool):
            raise broken(f"{what} is {shown(value)}, expected true or false")
        return value
    return _number(what, hint, value)


_KERAS_KIND: Final = str(next(field.default for field in fields(KerasLayer) if field.name == "kind"))


def _tuple(what: str, within: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    items = list_of(value, what, _ITEMS_MOST)
    if within[-1] is Ellipsis:
        return tuple(_value(what, within[0], item) for item in items)
    if len(items) != len(within):
        raise broken(f"{what} is {shown(value)}, expected a list of {len(within)}")
    return tuple(_value(what, hint, item) for hint, item in zip(within, items, strict=True))


def _number(what: str, hint: Any, value: Any) -> int | float:
    if hint is int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _INTEGER_MOST:
            raise broken(f"{what} is {shown(value)}, expected a whole number from 0 to {_INTEGER_MOST:,}")
        return value
    assert hint is float, f"{what} has a type that descriptions do not have: {hint}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_NUMBER_MOST <= value <= _NUMBER_MOST:
        raise broken(f"{what} is {shown(value)}, expected a number between a thousand million and its negative")
    return float(value)


def shown(value: Any) -> str:
    """The value in a few words: it may be huge, or nested without end."""
    if isinstance(value, str):
        return repr(value[:40])
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return str(value) if isinstance(value, float) or abs(value) < 10**15 else "a huge number"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return f"a record of {len(value)} fields" if isinstance(value, dict) else type(value).__name__
