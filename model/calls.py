"""Questions to the worker that answers at once: one after the other, with a limit of time for each and of memory."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from loky.process_executor import BrokenProcessPool

from model.pools import WorkerError, Workers

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)
MEMORY_SECONDS = 10.0
"""How often the worker's memory is looked at."""
MOST_WORKER_MEGABYTES = 3000.0
"""It has 700 MB to begin with, and 1,000 with several networks compiled."""


class Calls:
    """What is asked of the worker; one that dies, hangs or has grown too large is replaced."""

    def __init__(self, inference: Workers, longest_seconds: float) -> None:
        self._inference, self._longest_seconds = inference, longest_seconds
        self._looked_at_memory = time.monotonic()
        self._lock = threading.Lock()
        self._newest: Future[None] = Future()
        self._newest.set_result(None)

    def call(self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Run a function of model.jobs in the worker; raises WorkerError when it dies of it or hangs."""
        for attempt in (1, 2):
            wait([self._inference.warm_up()])  # Keras's start is no hanging
            try:
                result = self._answer(function, *args, **kwargs)
                self._renew_if_large()
                return result
            except BrokenProcessPool as error:
                _log.warning("the inference worker died: %s", error)
                if attempt == 2:
                    raise WorkerError(
                        "The worker that runs the network ended twice at this. Expected an answer. Is the machine out "
                        "of memory? A new worker is starting; try again."
                    ) from error
        raise AssertionError("unreachable")

    def _answer(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """One attempt: the worker has so long from when the calls before this one have ended."""
        with self._turn() as before:
            future = self._inference.submit(function, *args, **kwargs)
            waited: list[Future[Any]] = [before, future]
            wait(waited, return_when=FIRST_COMPLETED)
            try:
                return future.result(self._longest_seconds)
            except FutureTimeout as error:
                if future.done():  # it is the function's own
                    raise
                if self._inference.kill_workers(future):
                    _log.error("the inference worker hangs and is replaced")
                self._inference.warm_up()
                raise WorkerError(
                    f"The worker that runs the network gave no answer in {self._longest_seconds:g} s. Expected "
                    "one within a second. It was ended and a new one is starting; try again in half a minute."
                ) from error

    @contextmanager
    def _turn(self) -> Iterator[Future[None]]:
        """For as long as a call lasts; gives what ends once the call before it has ended."""
        mine: Future[None] = Future()
        with self._lock:
            before, self._newest = self._newest, mine
        try:
            yield before
        finally:
            mine.set_result(None)

    def _renew_if_large(self) -> None:
        """Replace a worker that has grown too large, before the machine is out of memory."""
        if time.monotonic() - self._looked_at_memory < MEMORY_SECONDS:
            return
        self._looked_at_memory = time.monotonic()
        held = [megabytes or 0.0 for megabytes in self._inference.standing().memory_megabytes]
        if max(held, default=0.0) > MOST_WORKER_MEGABYTES:
            _log.warning("the inference worker holds %.0f MB and is replaced", max(held))
            self._inference.renew()
