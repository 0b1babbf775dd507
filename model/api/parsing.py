"""Bodies become values off the event loop, one at a time: ten large ones at once must not make everybody else wait.

Python reads JSON with its lock held; several threads at it would leave the loop a small share. Small bodies have a
lane of their own, so that a picture does not wait for a batch.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any, TypeVar

from model.api.problems import Refusal

Result = TypeVar("Result")

SMALL_BYTES = 400_000
MOST_WAITING = 32
"""In a lane; each holds its body in memory."""
DEEPEST = 64
_EXACT = 2**53  # up to here every whole number is one of JSON's, too
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Lane(StrEnum):
    """Where bodies wait for their turn."""

    SMALL = "small"
    LARGE = "large"
    PICTURES = "pictures"  # files, which Pillow reads without Python's lock


_threads = {lane: ThreadPoolExecutor(1 + (lane is Lane.PICTURES), f"read-{lane}") for lane in Lane}
_waiting: Counter[Lane] = Counter()


async def in_turn(lane: Lane, read: Callable[[], Result]) -> Result:
    """What `read` returns, once it is its turn; raises what it raises, and Refusal where too many wait."""
    if _waiting[lane] >= MOST_WAITING:
        raise Refusal(
            503,
            "Too many bodies are being read",
            f"{MOST_WAITING} bodies wait to be read. Expected fewer at a time. Send this one again in a few seconds.",
            {"Retry-After": "5"},
        )
    _waiting[lane] += 1
    reading = asyncio.get_running_loop().run_in_executor(_threads[lane], read)
    reading.add_done_callback(lambda _: _waiting.subtract([lane]))
    return await reading


def lane_for(body: bytes) -> Lane:
    """Of JSON."""
    return Lane.SMALL if len(body) <= SMALL_BYTES else Lane.LARGE


def check_amount(body: bytes, values: int, lists: int) -> None:
    """Raise Refusal for JSON of far more values, lists or texts than are meant; costs 2 ms a megabyte.

    An eighth more may come, to be told by what it is.
    """
    for what, found, most in (
        ("values", body.count(b",") + 1, values),
        ("lists", body.count(b"["), lists),
        ("texts", body.count(b'"') // 2, 8),
    ):
        if found > most + most // 8 + 100:
            detail = f"The body has about {found:,} {what}. Expected at most {most:,}. Send fewer pictures at a time."
            raise Refusal(422, "What was sent cannot be used", detail)


def parse(body: bytes) -> Any:
    """What JSON says, without its extensions: no NaN, no infinity, no number that is not exact; raises Refusal."""
    if _is_deep(body):
        raise unreadable(f"it is nested too deeply, over {DEEPEST} levels")
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite, parse_int=_exact)
    except RecursionError as error:
        raise unreadable("it is nested too deeply") from error
    except ValueError as error:  # UnicodeDecodeError among them
        raise unreadable(error) from error


def unreadable(reason: object) -> Refusal:
    """For a body that is no JSON."""
    detail = f"The body cannot be read as JSON: {reason}. Expected JSON in UTF-8 with finite numbers. Send it whole."
    return Refusal(400, "The body cannot be read", detail[:500])


def _is_deep(body: bytes) -> bool:
    """Whether brackets stand in each other beyond DEEPEST: so many times, all that hold nothing are taken out."""
    brackets = body.translate(None, _NO_BRACKETS)
    if len(brackets) <= DEEPEST:
        return False
    for _ in range(DEEPEST):
        shorter = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(brackets):  # balanced, and nothing left; or broken, which `json` tells
            return b"[" * DEEPEST in brackets
        brackets = shorter
    return bool(brackets)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> int | float:
    """15.0 is a whole number in JSON, where 15 and 15.0 are the same."""
    value = float(text)
    if not math.isfinite(value):
        return _no_number(text[:30])
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _exact(text: str) -> int | float:
    return int(text) if len(text) <= 17 and abs(int(text)) <= _EXACT else _no_number(text[:30])
