"""What the record of an own data set may say: it was written beside somebody's upload, and is believed in nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from data.refusals import MOST_LISTED

__all__ = ["MOST_CLASSES", "MOST_RECORD", "check"]

MOST_RECORD: Final = 2**20  # bytes of about.json
_SIDES: Final = (8, 64)  # px
MOST_CLASSES: Final = 100
_MOST_PICTURES: Final = 10**6
_LONGEST: Final = 1000  # characters of a sentence
_TEXTS: Final = ("name", "title", "sha256", "split", "resized", "source")
_COUNTS: Final = ("train_counts", "test_counts")


def check(record: Mapping[str, Any]) -> None:
    """Raises KeyError, TypeError or ValueError for what is no record of a data set that can be."""
    for name in _TEXTS:
        _check_text(name, record[name])
    if record["name"][-12:] != record["sha256"][:12] or len(record["sha256"]) != 64:
        raise ValueError(f"the name {record['name']!r} is not that of its pictures")
    classes = record["class_names"]
    if not isinstance(classes, list) or not 2 <= len(classes) <= MOST_CLASSES:
        raise ValueError(f"class_names is no list of 2 to {MOST_CLASSES}")
    for name in classes:
        _check_text("a class name", name)
    rows, columns, channels = record["shape"]
    if not all(_is_count(side) and _SIDES[0] <= side <= _SIDES[1] for side in (rows, columns)):
        raise ValueError(f"the sides {rows!r} and {columns!r} are not within {_SIDES}")
    if not _is_count(channels) or channels not in (1, 3):
        raise ValueError(f"the channels are {channels!r}")
    for name in _COUNTS:
        counts = record[name]
        if not isinstance(counts, list) or len(counts) != len(classes) or not all(map(_is_count, counts)):
            raise ValueError(f"{name} is no list of a number for each class")
    refused = record.get("refused", [])
    if not isinstance(refused, list) or len(refused) > MOST_LISTED or not _is_count(record.get("refused_count", 0)):
        raise ValueError("what was refused is no list of it")
    for each in refused:
        _check_text("a refused file", each["name"])
        _check_text("a reason", each["reason"])


def _check_text(name: str, text: object) -> None:
    if not isinstance(text, str) or len(text) > _LONGEST or not text.isprintable():
        raise ValueError(f"{name} is no line of text")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _MOST_PICTURES
