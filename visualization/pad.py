"""What the browser's drawing pad sends when the pen goes up: checked here, for anybody can send anything.

The other half is frontend/src/drawing/message.ts; tests/golden/drawing.json holds the two together. The canvas travels
as runs of equal values, a value and a length from 1 to 255 in turn, row after row, in base64: 3 to 8 KB for a digit,
where the canvas itself has 105 KB, which the browser would send along with every later click.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from data.drawing import Switches
from data.errors import PictureError
from visualization.messages import MAX_SERIAL, is_whole

SCHEMA: Final = 1
SIDE: Final = 280  # px of the canvas, both sides
MAX_TEXT: Final = 4 * -(-2 * SIDE * SIDE // 3)  # base64 characters of the longest runs that make sense, all of length 1
_STEPS: Final = ("crop", "fit", "centre")


@dataclass(frozen=True, slots=True, eq=False)
class PadDrawing:
    """A drawing as it was when the pen went up.

    serial: the browser's own count, which tells a new drawing from one already known. ink: uint8 (280, 280), 0 =
    background to 255 = full ink, read-only. switches: the steps of data.drawing.from_ink that it is to be given.
    """

    serial: int
    ink: np.ndarray
    switches: Switches


@dataclass(frozen=True, slots=True)
class PadReport:
    """What the browser's pad is told: the serial of the last drawing that Python took, and whether it is shown."""

    taken: int | None = None
    shown: bool = False


def read(value: object) -> PadDrawing:
    """The drawing in what a browser sent; raises PictureError for anything that the pad does not send."""
    if not isinstance(value, Mapping):
        raise _refusal("itself", "an object", value)
    if not is_whole(value.get("schema"), SCHEMA, SCHEMA):
        raise _refusal("schema", f"{SCHEMA}", value.get("schema"))
    serial, side = value.get("serial"), value.get("side")
    if not is_whole(serial, 1, MAX_SERIAL):
        raise _refusal("serial", f"a whole number from 1 to {MAX_SERIAL}", serial)
    if not is_whole(side, SIDE, SIDE):
        raise _refusal("side", f"{SIDE}", side)
    assert isinstance(serial, int)
    return PadDrawing(serial, _read_ink(value.get("ink")), _read_switches(value.get("switches")))


def _read_switches(value: object) -> Switches:
    if not isinstance(value, Mapping) or set(value) != set(_STEPS):
        raise _refusal("switches", f"an object of {', '.join(_STEPS)}", value)
    for name in _STEPS:
        if not isinstance(value[name], bool):
            raise _refusal(f"switches.{name}", "true or false", value[name])
    return Switches(**value)


def _read_ink(value: object) -> np.ndarray:
    """Runs to uint8 (SIDE, SIDE); their sum is checked before anything of that size is made."""
    if not isinstance(value, str):
        raise _refusal("ink", "base64 text", value)
    if len(value) > MAX_TEXT:
        raise _refusal("ink", f"at most {MAX_TEXT:,} characters", f"{len(value):,} characters")
    try:
        runs = np.frombuffer(base64.b64decode(value, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:  # ValueError: characters beyond ASCII
        raise _refusal("ink", "base64 text", value) from error
    if runs.size % 2:
        raise _refusal("ink", "pairs of a value and a length", f"{runs.size:,} bytes")
    values, lengths = runs[0::2], runs[1::2]
    if not lengths.all():
        raise _refusal("ink", "runs of 1 to 255 pixels", "a run of 0")
    total = int(lengths.sum(dtype=np.int64))
    if total != SIDE * SIDE:
        raise _refusal("ink", f"{SIDE * SIDE:,} pixels", f"{total:,} pixels")
    ink = np.repeat(values, lengths).reshape(SIDE, SIDE)
    ink.setflags(write=False)
    return ink


def _refusal(what: str, expected: str, received: Any) -> PictureError:
    return PictureError(
        f"Drawing cannot be read: {what}. Expected {expected}. Received {_words(received)}. "
        "Draw again; if that does not help, reload the page."
    )


def _words(value: object) -> str:
    """The value in a few words: what came may be of any size."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value if len(value) <= 40 else f"{value[:40]}…"
    if isinstance(value, bool | int | float):
        return repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a number of over 20 digits"
    if isinstance(value, Mapping):
        return f"an object of {len(value)}"
    return f"a {type(value).__name__}"
