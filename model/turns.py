"""Calls of one worker take turns: the time that a call stands behind others is not its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager


class Turns:
    """Who comes after whom."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: Future[None] = Future()
        self._newest.set_result(None)

    @contextmanager
    def turn(self) -> Iterator[Future[None]]:
        """For as long as a call lasts; gives what ends once the call before it has ended."""
        mine: Future[None] = Future()
        with self._lock:
            before, self._newest = self._newest, mine
        try:
            yield before
        finally:
            mine.set_result(None)
