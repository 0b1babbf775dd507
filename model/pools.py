"""Warm worker processes that outlive their own deaths, so that the page's own process never imports Keras."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

import loky
from loky.backend.utils import kill_process_tree
from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model import jobs
from model.memory import resident_megabytes

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)
_KILL_SECONDS = 5.0
LONGEST_START_SECONDS = 180.0
"""Keras starts in 5 to 15 s; on a machine that is busy with much else it takes a minute and more."""


class WorkerError(StrataError):
    """A worker process ended while it was at work."""


@dataclass(frozen=True, slots=True)
class PoolStanding:
    """What a pool is at: how many workers it may have and has, whether one is warm, and what is asked of them.

    busy: jobs at work; waiting: jobs behind these; process_ids: of the workers there are; memory_megabytes: what each
    of these holds, None where its system does not say.
    """

    workers: int
    warm: bool
    busy: int
    waiting: int
    process_ids: tuple[int, ...]
    memory_megabytes: tuple[float | None, ...] = ()


class Workers(Protocol):
    """What the engine needs of workers, wherever they are."""

    @property
    def is_warm(self) -> bool:
        """Whether Keras is ready in a worker."""

    @property
    def warming_seconds(self) -> float:
        """How long the workers have been starting."""

    def warm_up(self) -> Future[float]:
        """Start the workers if they are not there; the future ends when Keras is ready in one of them."""

    def submit(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run a top-level function of model.jobs in a worker; BrokenProcessPool comes of one that dies."""

    @property
    def is_taken(self) -> bool:
        """Whether the worker is at a job that somebody else gave it; what it gets waits for that one's end."""

    def standing(self) -> PoolStanding:
        """What the workers are at now."""

    def renew(self) -> None:
        """Put new workers in the place of those there are, once Keras is ready in them; nobody waits for it."""

    def kill_workers(self, job: Future[Any]) -> bool:
        """End the workers that hang, at least that which has `job`: their jobs fail as if they had died.

        Returns whether there was anything to end: whoever waits for other jobs of theirs may have asked before.
        """

    def shutdown(self) -> None:
        """End the workers, at work or not."""


class Pool:
    """Warm workers that outlive their own deaths."""

    def __init__(self, name: str, workers: int, niceness: int = 0, outlives: bool = True) -> None:
        """outlives: whether a job at work may still end where this process was killed."""
        self.name, self._workers, self._niceness, self._outlives = name, workers, niceness, outlives
        self._lock = threading.Lock()
        self._executor: loky.ProcessPoolExecutor | None = None
        self._warm: Future[float] | None = None
        self._warming_since = 0.0
        self._given: dict[Future[Any], loky.ProcessPoolExecutor] = {}
        self._jobs = 0
        self._renewing = False

    def warm_up(self) -> Future[float]:
        """Start the workers if they are not there; the future ends when Keras is ready in one of them."""
        with self._lock:
            if self._warm is not None and self._executor is not None:
                return self._warm
            executor, warming = self._start()
            self._executor, self._warm, self._warming_since = executor, warming[0], time.monotonic()
        warm: Future[float] = warming[0]
        for future in warming:  # outside the lock, which the callback takes
            future.add_done_callback(functools.partial(self._forget_if_broken, executor))
        self._watch_start(executor, warm)
        return warm

    def _watch_start(self, executor: loky.ProcessPoolExecutor, warm: Future[float]) -> None:
        """End new workers that never get as far as to be warm: what waits for them fails as if they had died."""

        def end() -> None:
            _log.error("the %s worker did not start in %g s and is ended", self.name, LONGEST_START_SECONDS)
            self._forget(executor)
            _kill(executor)

        timer = threading.Timer(LONGEST_START_SECONDS, end)
        timer.daemon = True
        timer.start()
        warm.add_done_callback(lambda _: timer.cancel())

    def _start(self) -> tuple[loky.ProcessPoolExecutor, list[Future[float]]]:
        """New workers, and for each the future that ends when Keras is ready in it."""
        # timeout=None: loky would else end an idle worker, and the next user would wait for Keras again.
        executor = loky.ProcessPoolExecutor(max_workers=self._workers, timeout=None)
        return executor, [executor.submit(jobs.warm_up, self._niceness, self._outlives) for _ in range(self._workers)]

    def renew(self) -> None:
        """Put new workers in the place of those there are, once Keras is ready in them; nobody waits for it."""
        with self._lock:
            if self._renewing or self._executor is None:
                return
            self._renewing = True
            executor, warming = self._start()
        warming[0].add_done_callback(functools.partial(self._take_over, executor))
        self._watch_start(executor, warming[0])

    def _take_over(self, executor: loky.ProcessPoolExecutor, warm: Future[float]) -> None:
        with self._lock:
            self._renewing = False
            left = executor
            if self._executor is not None and not warm.cancelled() and warm.exception() is None:
                left, self._executor, self._warm = self._executor, executor, warm
        # Ends once the jobs it has are done. In a thread, for this one has the new workers' answers to hand on.
        threading.Thread(target=left.shutdown, name=f"renew-{self.name}", daemon=True).start()

    @property
    def is_warm(self) -> bool:
        """Whether Keras is ready in a worker."""
        warm = self._warm
        return warm is not None and warm.done() and warm.exception() is None

    @property
    def warming_seconds(self) -> float:
        """How long the workers have been starting."""
        return time.monotonic() - self._warming_since if self._warm is not None else 0.0

    def submit(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run a top-level function of model.jobs in a worker; a dead executor is replaced first."""
        for _ in range(2):
            self.warm_up()
            executor = self._executor
            try:
                assert executor is not None
                future: Future[Result] = executor.submit(function, *args, **kwargs)
            except (BrokenProcessPool, loky.process_executor.ShutdownExecutorError):
                self._forget(executor)
                continue
            with self._lock:
                self._jobs += 1
                self._given[future] = executor
            future.add_done_callback(self._job_done)
            # First among the callbacks that others add: whoever hears of the broken executor next may submit at once.
            future.add_done_callback(functools.partial(self._forget_if_broken, executor))
            return future
        raise WorkerError(f"The {self.name} worker does not start. See the server's log for what ended it.")

    def _job_done(self, future: Future[Any]) -> None:
        with self._lock:
            self._jobs -= 1
            self._given.pop(future, None)

    is_taken = False
    """Nobody else reaches these workers."""

    def standing(self) -> PoolStanding:
        """What the pool is at now."""
        executor, jobs_now = self._executor, self._jobs
        processes = tuple(getattr(executor, "_processes", None) or ())  # by process id
        busy = min(jobs_now, self._workers)
        held = tuple(resident_megabytes(process_id) for process_id in processes)
        return PoolStanding(self._workers, self.is_warm, busy, jobs_now - busy, processes, held)

    def kill_workers(self, job: Future[Any]) -> bool:
        """End the workers that have `job`: their jobs fail as if they had died; others can be started at once.

        Returns False where these were ended before: a hundred requests may wait for one that hangs.
        """
        with self._lock:
            executor = self._given.get(job)
            self._given = {other: its for other, its in self._given.items() if its is not executor}
        if executor is None:
            return False
        self._forget(executor)
        _kill(executor)
        return True

    def _forget_if_broken(self, executor: loky.ProcessPoolExecutor, future: Future[Any]) -> None:
        if not future.cancelled() and isinstance(future.exception(), BrokenProcessPool):
            self._forget(executor)

    def _forget(self, executor: loky.ProcessPoolExecutor | None) -> None:
        """Let go of a dead executor if it is still the one in use; the next call starts another."""
        with self._lock:
            if executor is self._executor:
                self._executor = self._warm = None

    def shutdown(self) -> None:
        """End the workers, at work or not."""
        with self._lock:
            executor, self._executor, self._warm = self._executor, None, None
        if executor is not None:
            # loky kills in a thread of its own: without waiting for it, the process is gone first and workers stay.
            killer = threading.Thread(
                target=executor.shutdown, kwargs={"wait": True, "kill_workers": True}, daemon=True
            )
            killer.start()
            killer.join(_KILL_SECONDS)


def _kill(executor: loky.ProcessPoolExecutor | None) -> None:
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        kill_process_tree(process)
