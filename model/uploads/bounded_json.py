"""JSON that somebody else wrote: read only if it is small, shallow and says every thing once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from model.uploads.limits import CONFIG_BYTES, JSON_DEPTH, UploadError, quoted, refuse

_ADVICE = "Save the model anew with model.save('model.keras') and upload that file."
_LONGEST_NUMBER = 40
_LARGEST = 3.4028234663852886e38  # of float32


def read(content: bytes, name: str) -> dict[str, Any]:
    """The object in `content`; name: of the file it stands in, for the message. Raises UploadError.

    Its depth is counted before it is parsed, for a parser that recurses has a stack to lose; a key that comes twice
    could be read in two ways by two readers, and numbers that are none (NaN, Infinity) are not JSON at all.
    """
    if len(content) > CONFIG_BYTES:
        raise refuse(f"{name} has {len(content):,} bytes.", f"at most {CONFIG_BYTES:,}", _ADVICE)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse(f"{name} is no UTF-8 text: {error.reason}.", "JSON in UTF-8", _ADVICE) from error
    depth = _depth(content)
    if depth > JSON_DEPTH:
        raise refuse(f"{name} is nested {depth:,} deep.", f"at most {JSON_DEPTH}", _ADVICE)
    try:
        record = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_number,
            parse_int=lambda digits: int(_short(digits)),
            parse_float=_finite,
        )
    except UploadError as error:
        raise UploadError(f"{name}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise refuse(f"{name} is no JSON: {quoted(error, 100)}.", "what Keras writes", _ADVICE) from error
    if not isinstance(record, dict):
        raise refuse(f"{name} holds a {type(record).__name__}.", "a JSON object", _ADVICE)
    return record


def _depth(content: bytes) -> int:
    """How deep objects and lists stand in each other; brackets within strings do not count."""
    deepest = depth = 0
    within, escaped = False, False
    for byte in content:
        if within:
            if escaped:
                escaped = False
            elif byte == 0x5C:  # backslash
                escaped = True
            elif byte == 0x22:  # quotation mark
                within = False
        elif byte == 0x22:
            within = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise refuse(f"The key {quoted(twice)} stands twice in one object.", "each key once", _ADVICE)
    return record


def _no_number(word: str) -> NoReturn:
    raise refuse(f"It holds {word}.", "finite numbers that float32 can hold", _ADVICE)


def _finite(digits: str) -> float:
    number = float(_short(digits))
    return number if abs(number) <= _LARGEST else _no_number(digits)


def _short(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER:
        raise refuse(f"It holds a number of {len(digits):,} digits.", f"at most {_LONGEST_NUMBER}", _ADVICE)
    return digits
