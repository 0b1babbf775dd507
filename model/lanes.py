"""Jobs that take a while: done in the order in which they were asked for, one at a time in each lane.

A lane is one worker process. A second one is opened when jobs have waited for a while, if there is one, and closed
when nothing has been asked of it for a minute. A worker that has grown too large is replaced between two jobs; one
whose job gives no sign of life any more is ended, and who waits for the job is told.

One thread does all of it, and hands the results on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from data.errors import StrataError
from model.pools import LONGEST_START_SECONDS, PoolStanding, WorkerError, Workers

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
"""How often jobs at work are looked at."""
IDLE_SECONDS = 60.0
MOST_LANE_MEGABYTES = 3000.0
"""A worker has 700 MB to begin with; a training of the standard network on MNIST brings it to 1,300."""


class WorkerHung(WorkerError):
    """A job that gave no sign of life any more, and was ended with its worker."""


@dataclass(slots=True, eq=False)
class _Job:
    """verdict: asked of a job at work; says in words that it hangs, or nothing."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    verdict: Callable[[], str]
    future: Future[Any] = field(default_factory=Future)
    asked: float = field(default_factory=time.monotonic)
    answer: Future[Any] = field(default_factory=Future)
    hung: str = ""


class Lanes:
    """Lanes, and the jobs that wait for one."""

    def __init__(
        self,
        name: str,
        lanes: Callable[[], Sequence[Workers]],
        *,
        spare_seconds: float = 0.0,
        most_megabytes: float = MOST_LANE_MEGABYTES,
        suits: Callable[[Any, tuple[Any, ...]], bool] = lambda lane, arguments: True,
    ) -> None:
        """lanes: those there are now, in the order in which they are used, always the same objects.

        spare_seconds: how long a job waits before another lane than the first is opened. most_megabytes: what a worker
        may hold between two jobs. suits: whether a lane may have a job with these arguments.
        """
        self.name, self.lanes = name, lanes
        self._spare_seconds, self._most_megabytes, self._suits = spare_seconds, most_megabytes, suits
        self._waiting: list[_Job] = []
        self._working: dict[Workers, _Job] = {}
        self._used: dict[Workers, float] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._news = self._closed = False

    def submit(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        verdict: Callable[[], str] = lambda: "",
        first: bool = False,
    ) -> Future[Result]:
        """Run a function of model.jobs when its turn comes; the future runs from then on, and can be cancelled before.

        verdict: asked every LOOK_SECONDS while a worker with Keras in it has the job; words of it end the job with
        WorkerHung. first: before all that wait.
        """
        job = _Job(function, arguments, verdict)
        with self._changed:
            if self._closed:
                raise WorkerError(f"The server is ending. Expected no more {self.name}. Ask the next one.")
            self._waiting.insert(0 if first else len(self._waiting), job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"lanes-{self.name}", daemon=True)
                self._thread.start()
        self._wake()
        return job.future

    def warm_up(self) -> None:
        """Start the workers of the lanes that are always open."""
        for lane in self.lanes()[: 1 if self._spare_seconds else None]:
            lane.warm_up()

    def standing(self) -> PoolStanding:
        """What the lanes are at, as if they were one pool."""
        lanes = self.lanes()
        each = [lane.standing() for lane in lanes]
        busy, waiting = len(self._working), self.waiting
        processes = tuple(number for standing in each for number in standing.process_ids)
        held = tuple(megabytes for standing in each for megabytes in standing.memory_megabytes)
        warm = any(standing.warm for standing in each)
        return PoolStanding(sum(standing.workers for standing in each), warm, busy, waiting, processes, held)

    @property
    def waiting(self) -> int:
        """How many jobs no worker has yet."""
        with self._changed:
            return sum(not job.future.cancelled() for job in self._waiting)

    def close(self) -> None:
        """Start no further job; what waits is cancelled."""
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, []
        for job in waiting:
            job.future.cancel()
        self._wake()

    def shutdown(self) -> None:
        """End all workers, at work or not."""
        self.close()
        # At once: each takes half a second to go.
        enders = [threading.Thread(target=lane.shutdown, daemon=True) for lane in self.lanes()]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self._wake()

    def _wake(self, _: object = None) -> None:
        with self._changed:
            self._news = True
            self._changed.notify_all()

    def _run(self) -> None:
        while not (self._closed and not self._working):
            with self._changed:
                if not self._news:
                    self._changed.wait(LOOK_SECONDS if self._is_watching() else None)
                self._news = False
            try:
                self._end_hanging()
                self._hand_on()
                self._close_idle()
                self._start_waiting()
            except Exception:  # a bug; without this thread everything would wait for ever
                _log.exception("the %s lanes stumbled", self.name)

    def _is_watching(self) -> bool:
        return bool(self._waiting or self._working or len(self._used) > 1)

    def _end_hanging(self) -> None:
        for lane, job in list(self._working.items()):
            if job.hung or job.answer.done() or not _is_watched(lane):
                continue
            job.hung = job.verdict()
            if job.hung:
                _log.error("a worker of the %s lanes hangs and is ended: %s", self.name, job.hung)
                lane.kill_workers(job.answer)

    def _hand_on(self) -> None:
        """Hand on what workers have answered, and replace the workers that have grown too large."""
        for lane, job in [(lane, job) for lane, job in self._working.items() if job.answer.done()]:
            held = max((megabytes or 0.0 for megabytes in lane.standing().memory_megabytes), default=0.0)
            if held > self._most_megabytes:
                _log.warning("a worker of the %s lanes holds %.0f MB and is replaced", self.name, held)
                lane.shutdown()
                if not self._closed:
                    lane.warm_up()
            with self._changed:
                del self._working[lane]
                self._used[lane] = time.monotonic()
            _settle(job, self._closed)

    def _close_idle(self) -> None:
        """End the workers of spare lanes that nobody has needed for a while: each holds 0.7 GB."""
        if not self._spare_seconds:
            return
        for lane in self.lanes()[1:]:
            used = self._used.get(lane)
            if lane not in self._working and used is not None and time.monotonic() - used > IDLE_SECONDS:
                del self._used[lane]
                lane.shutdown()

    def _start_waiting(self) -> None:
        for place, lane in enumerate(self.lanes()):
            if lane in self._working or lane.is_taken:
                continue
            with self._changed:
                job = self._next(place, lane)
            if job is not None:
                self._start(job, lane)

    def _next(self, place: int, lane: Workers) -> _Job | None:
        for job in list(self._waiting):
            if place and time.monotonic() - job.asked < self._spare_seconds:
                return None
            if not job.future.cancelled() and not self._suits(lane, job.arguments):
                continue
            self._waiting.remove(job)
            if job.future.set_running_or_notify_cancel():
                return job
        return None

    def _start(self, job: _Job, lane: Workers) -> None:
        try:
            job.answer = lane.submit(job.function, *job.arguments)
        except Exception as error:  # also a bug: who waits for it would wait for ever
            if not isinstance(error, StrataError):
                _log.exception("a job of the %s lanes did not start", self.name)
            job.future.set_exception(error)
            return
        with self._changed:
            self._working[lane] = job
        job.answer.add_done_callback(self._wake)


def _is_watched(lane: Workers) -> bool:
    """Whether a job's silence says anything: while Keras starts there is none, and the pool watches that.

    Nor while the worker is at another server's job, behind which this one waits.
    """
    return not lane.is_taken and (lane.is_warm or lane.warming_seconds > LONGEST_START_SECONDS)


def _settle(job: _Job, ended: bool) -> None:
    """Give a job's future what its worker answered. Whoever listens to it may ask for the next job at once."""
    error = CancelledError() if job.answer.cancelled() else job.answer.exception()
    if error is not None and job.hung:
        error = WorkerHung(job.hung)
    elif error is not None and ended:
        error = CancelledError()  # with its worker, by ourselves
    if error is not None:
        job.future.set_exception(error)
    else:
        job.future.set_result(job.answer.result())
