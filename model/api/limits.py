"""How much one address may ask: a token bucket each, so that bursts pass and floods do not."""

from __future__ import annotations

import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable

from data.errors import StrataError

DEFAULT_RATE = 1000.0
"""Requests a second. A page that plays through a training asks 60 in a second, and a class is often one address."""
BURST_SECONDS = 3.0
MOST_ADDRESSES = 10_000
"""Remembered at a time, 100 bytes each: nobody fills the memory with addresses."""
MOST_BODY_BYTES = 10 * 2**20
"""The largest picture file, see data.pictures; nothing larger can be meant."""


class LimitError(StrataError):
    """STRATA_API_RATE is not a rate."""


class Buckets:
    """A bucket an address: `rate` tokens a second flow in, BURST_SECONDS of them fit, a request takes one."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._most, self._now = rate, rate * BURST_SECONDS, now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # (tokens, at which time)

    def wait(self, address: str) -> int:
        """0 if the address may ask now, and a token is taken; else the seconds until it may, at least 1."""
        if self._rate == 0:
            return 0
        now = self._now()
        level, since = self._levels.pop(address, (self._most, now))
        level = min(self._most, level + (now - since) * self._rate)
        allowed = level >= 1.0
        self._levels[address] = (level - 1.0 if allowed else level, now)
        if len(self._levels) > MOST_ADDRESSES:
            self._levels.popitem(last=False)
        return 0 if allowed else math.ceil((1.0 - level) / self._rate)


def rate() -> float:
    """Requests a second and address that STRATA_API_RATE allows, 0 for any number; raises LimitError."""
    asked_for = os.environ.get("STRATA_API_RATE") or str(DEFAULT_RATE)
    try:
        found = float(asked_for)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and (found == 0 or found >= 1)):
        raise LimitError(
            f"STRATA_API_RATE is {asked_for!r}. Expected requests a second for each address, from 1, or 0 for no "
            "limit. Correct it or unset it, and start again."
        )
    return found
