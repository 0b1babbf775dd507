"""Numbers in what browsers send: checked in one place, as anybody can send anything."""

from __future__ import annotations

from typing import Final

MAX_SERIAL: Final = 2**53 - 1  # JavaScript's last whole number


def is_whole(value: object, least: int, most: int = MAX_SERIAL) -> bool:
    """Whether `value` is a whole number from `least` to `most`; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
