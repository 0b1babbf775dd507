"""The workers of a Dask cluster as the engine sees them: a lane for each role of each worker, and one that spreads."""

from __future__ import annotations

import itertools
import pickle
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from model import cluster_jobs, jobs
from model.cluster_jobs import WorkerStanding
from model.pools import PoolStanding, WorkerError, Workers

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_ABSENT = PoolStanding(1, False, 0, 0, ())


class SchedulerLost(WorkerError):
    """The cluster's scheduler does not answer, or has no worker for this."""


class Line(Protocol):
    """How a lane reaches its worker."""

    def send(
        self, lane: ClusterLane, function: Callable[..., Any], *arguments: Any, key: str, trains: Path | None = None
    ) -> Future[Any]:
        """Run a function of model.cluster_jobs on the lane's worker; trains: the run that it trains, if any."""

    def order(self, lane: ClusterLane, function: Callable[..., Any], *arguments: Any) -> None:
        """The same past all that waits there, without an answer."""

    def expect_end(self, lane: ClusterLane, job: Future[Any]) -> None:
        """Take the lane for lost unless `job`, whose process was ordered to end, is answered soon."""

    def pack(self, value: Any) -> Any:
        """An argument as another machine can have it."""

    def told(self, lane: ClusterLane) -> PoolStanding | None:
        """What the lane's process was at when its worker was asked last."""

    def given(self, lane: ClusterLane) -> tuple[str, ...] | None:
        """The keys of the jobs that its process had then, that at work first; None of a worker that is not there."""


class ClusterLane:
    """One role of one worker: a process with Keras in it, on another machine."""

    def __init__(self, line: Line, address: str, role: str, worker: str = "") -> None:
        """worker: its own name, which stays when its address does not."""
        self.address, self.role, self.worker, self._line = address, role, worker, line
        self._mark, self._numbers = uuid.uuid4().hex, itertools.count()
        self._given: dict[Future[Any], str] = {}
        self._warm: Future[float] | None = None
        self._since = 0.0
        self._jobs = 0
        self.is_lost = False

    @property
    def is_warm(self) -> bool:
        """Whether Keras is ready there."""
        warm = self._warm
        return warm is not None and warm.done() and warm.exception() is None and not self.is_lost

    @property
    def warming_seconds(self) -> float:
        """How long it has been starting."""
        return time.monotonic() - self._since if self._warm is not None else 0.0

    @property
    def jobs(self) -> int:
        """How many it was given and has not answered."""
        return self._jobs

    @property
    def is_taken(self) -> bool:
        """Whether its process is at a job that came another way: of another server, or before the scheduler went."""
        given = self._line.given(self) or ()
        return any(not key.startswith(self._mark) for key in given[:1])

    def _key(self) -> str:
        return f"{self._mark}-{next(self._numbers)}"

    def warm_up(self) -> Future[float]:
        """Start its process if it is not there; the future ends when Keras is ready in it."""
        if self._warm is None or (self._warm.done() and self._warm.exception() is not None):
            self._since = time.monotonic()
            self._warm = self._line.send(self, cluster_jobs.warm, self.role, key=self._key())
        return self._warm

    def submit(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run a top-level function of model.jobs there; BrokenProcessPool comes of a worker that is lost."""
        assert not kwargs, "the functions of model.jobs are called by position"
        # As bytes, for Dask would look through the arguments for tasks of its own.
        packed = pickle.dumps((function, tuple(map(self._line.pack, args))))
        self.warm_up()  # what a job does there is watched once Keras is ready
        self._jobs += 1
        trains = cast(Path, args[0]) if function is jobs.train else None
        key = self._key()
        future = self._line.send(self, cluster_jobs.work, self.role, packed, key, key=key, trains=trains)
        self._given[future] = key
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[Any]) -> None:
        self._jobs -= 1
        self._given.pop(future, None)

    def standing(self) -> PoolStanding:
        """What it is at: memory as of a few seconds ago."""
        told = self._line.told(self) or _ABSENT
        others = self.is_taken
        busy = int(self._jobs > 0 or others)
        return PoolStanding(1, self.is_warm, busy, self._jobs + others - busy, told.process_ids, told.memory_megabytes)

    def renew(self) -> None:
        """Put a new process in the place of the one there, once Keras is ready in it."""
        self._line.order(self, cluster_jobs.renew)

    def kill_workers(self, job: Future[Any]) -> bool:
        """End its process, which hangs at `job`; its worker leaves it alone where it is at another one by now."""
        key = self._given.get(job)
        if key is None:
            return False
        self._line.expect_end(self, job)
        self._line.order(self, cluster_jobs.kill, key)
        self._warm = None
        return True

    def shutdown(self) -> None:
        """End its process."""
        self._line.order(self, cluster_jobs.close)
        self._warm = None


class Spread:
    """All lanes of one role as one: each job goes to the warm one with the fewest."""

    def __init__(
        self,
        lanes: Callable[[], list[ClusterLane]],
        problem: Callable[[], str],
        suits: Callable[[ClusterLane, tuple[Any, ...]], bool],
    ) -> None:
        """suits: whether a lane is a good place for a job with these arguments."""
        self._lanes, self._problem, self._suits = lanes, problem, suits
        self._given: dict[Future[Any], ClusterLane] = {}

    @property
    def is_warm(self) -> bool:
        """Whether one of them is."""
        return any(lane.is_warm for lane in self._lanes())

    @property
    def warming_seconds(self) -> float:
        """How long the first of them has been starting."""
        return max((lane.warming_seconds for lane in self._lanes()), default=0.0)

    def warm_up(self) -> Future[float]:
        """Start all; the future is that of the best."""
        for lane in self._lanes():
            lane.warm_up()
        best = self._best()
        return best.warm_up() if best is not None else self._refused()

    is_taken = False
    """Pictures are read for all servers in turn."""

    def submit(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Run a top-level function of model.jobs on the best."""
        best = self._best(args if function is jobs.evaluate else ())  # the others read pictures that they are given
        if best is None:
            return self._refused()
        future = best.submit(function, *args, **kwargs)
        self._given[future] = best
        future.add_done_callback(lambda done: self._given.pop(done, None))
        return future

    def _best(self, arguments: tuple[Any, ...] = ()) -> ClusterLane | None:
        def distance(lane: ClusterLane) -> tuple[bool, bool, int]:
            return not self._suits(lane, arguments), not lane.is_warm, lane.jobs

        return min(self._lanes(), key=distance, default=None)

    def _refused(self) -> Future[Any]:
        refused: Future[Any] = Future()
        refused.set_exception(SchedulerLost(self._problem()))
        return refused

    def standing(self) -> PoolStanding:
        """What all of them are at."""
        each = [lane.standing() for lane in self._lanes()]
        return PoolStanding(
            len(each),
            any(standing.warm for standing in each),
            sum(standing.busy for standing in each),
            sum(standing.waiting for standing in each),
            tuple(number for standing in each for number in standing.process_ids),
            tuple(megabytes for standing in each for megabytes in standing.memory_megabytes),
        )

    def renew(self) -> None:
        """Renew the largest."""
        largest = max(
            self._lanes(),
            key=lambda lane: max((m or 0.0 for m in lane.standing().memory_megabytes), default=0.0),
            default=None,
        )
        if largest is not None:
            largest.renew()

    def kill_workers(self, job: Future[Any]) -> bool:
        """End the process that has `job`."""
        lane = self._given.get(job)
        return lane is not None and lane.kill_workers(job)

    def shutdown(self) -> None:
        """End all of them."""
        for lane in self._lanes():
            lane.shutdown()


@dataclass(slots=True)
class ClusterWorker:
    """A worker that the scheduler has. datasets: the built-in ones it has; problem: why it is not used, in words.

    own_name: that which it keeps under another address; given: see WorkerStanding.
    """

    address: str
    name: str
    lanes: dict[str, ClusterLane] = field(default_factory=dict)
    standing: dict[str, PoolStanding] = field(default_factory=dict)
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own_name: str = ""
    datasets: tuple[str, ...] = ()
    problem: str = ""

    def heard(self, standing: WorkerStanding) -> None:
        """It has said what it is at."""
        self.standing, self.given = standing.pools, standing.given
        self.datasets, self.own_name = standing.datasets, standing.name


def _conforms(lane: ClusterLane, spread: Spread) -> tuple[Workers, Workers]:
    """For the type checker."""
    return lane, spread
