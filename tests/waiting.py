"""Waiting for what other threads and processes do."""

import os
import time
from collections.abc import Callable

DEADLINE_SECONDS = 120
"""Far longer than anything waited for takes, on a machine that does much else as well."""


def wait(condition: Callable[[], bool]) -> None:
    """Until it is true; fails once DEADLINE_SECONDS are over."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def is_there(process_id: int) -> bool:
    """Whether the process still runs."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
