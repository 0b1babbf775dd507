"""What the workers of a cluster were given and have not answered, and what becomes of it when they are lost.

Dask says when a job has ended. What it calls cancelled or lost is settled by the thread that looks after the cluster,
which knows why: a worker that is gone ends its jobs, a scheduler that is gone only cuts them off.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model.cluster_faults import ANSWER_SECONDS
from model.cluster_lanes import ClusterLane, SchedulerLost
from model.pools import LONGEST_START_SECONDS
from model.records import RunState
from model.run import Run

if TYPE_CHECKING:
    from distributed import Client


UNHEARD_SECONDS = 10.0
"""How long a worker may take to end a process: it takes it a second, and one that is cut off never answers."""


@dataclass(frozen=True, slots=True)
class _Sent:
    lane: ClusterLane
    key: str
    dask: Any
    run: Run | None


@dataclass(frozen=True, slots=True)
class _Adrift:
    """A training that nobody answers for; since: monotonic seconds."""

    lane: ClusterLane
    key: str
    run: Run
    since: float


class Sending:
    """All jobs that are on their way."""

    def __init__(self) -> None:
        self._sent: dict[Future[Any], _Sent] = {}
        self._adrift: dict[Future[Any], _Adrift] = {}
        self._ordered: dict[Future[Any], tuple[ClusterLane, float]] = {}
        self._lock = threading.RLock()

    def send(
        self,
        client: Client | None,
        lane: ClusterLane,
        function: Callable[..., Any],
        *arguments: Any,
        key: str,
        trains: Path | None = None,
        trouble: str = "",
    ) -> Future[Any]:
        """Run a function of model.cluster_jobs on the lane's worker.

        key: no other job's. trains: the run that it trains, if any; one that has begun elsewhere meanwhile is only
        watched. trouble: why there may be no client.
        """
        run = Run(trains) if trains is not None else None
        answer: Future[Any] = Future()
        answer.set_running_or_notify_cancel()
        with self._lock:
            if client is None or lane.is_lost:
                answer.set_exception(SchedulerLost(trouble or "The worker has left the cluster. Try again."))
                return answer
            if run is not None and _has_begun(run):
                self._adrift[answer] = _Adrift(lane, key, run, time.monotonic())
                return answer
            name = f"strata-{lane.role}-{key}"
            sent = client.submit(function, *arguments, key=name, workers=[lane.address], pure=False)
            self._sent[answer] = _Sent(lane, key, sent, run)
        sent.add_done_callback(lambda done: self._answered(answer, done))
        return answer

    def _answered(self, answer: Future[Any], done: Any) -> None:
        """Hand on what Dask says."""
        result: Any = None
        error: BaseException | None = None
        try:
            if done.status == "finished":
                result = done.result(timeout=ANSWER_SECONDS)
            elif done.status == "error":
                error = done.exception(timeout=ANSWER_SECONDS)
            else:
                return
        except Exception as lost:  # between its end and our question its worker or the scheduler went
            error = BrokenProcessPool(f"the answer of {done.key} was lost: {lost}")
        if type(error).__name__ in {"KilledWorker", "NoValidWorkerError"}:
            error = BrokenProcessPool(str(error))
        self._settle(answer, result, error)

    def _settle(self, answer: Future[Any], result: Any, error: BaseException | None) -> None:
        with self._lock:
            if self._sent.pop(answer, None) is None:
                return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    def lose_worker(self, address: str, words: str) -> None:
        """It is gone, and with it all that it had."""
        self._lose(lambda lane: lane.address == address, words)

    def _lose(self, is_lost: Callable[[ClusterLane], bool], words: str) -> None:
        with self._lock:
            lost = [(answer, sent) for answer, sent in self._sent.items() if is_lost(sent.lane)]
        for answer, sent in lost:
            sent.lane.is_lost = True
            with contextlib.suppress(Exception):
                sent.dask.cancel()
            self._settle(answer, None, BrokenProcessPool(words))

    def expect_end(self, lane: ClusterLane, answer: Future[Any]) -> None:
        """Its worker was ordered to end the process that has this job."""
        with self._lock:
            self._ordered[answer] = lane, time.monotonic()

    def lose_all(self, words: str, for_good: bool = False) -> None:
        """Nothing can be asked any more; trainings are watched by their folders, unless it is for good."""
        with self._lock:
            sent = dict(self._sent)
            for answer, what in sent.items():
                what.lane.is_lost = True
                if what.run is not None and not for_good:
                    del self._sent[answer]
                    self._adrift[answer] = _Adrift(what.lane, what.key, what.run, time.monotonic())
        for answer in sent:
            self._settle(answer, None, SchedulerLost(words))

    def look(self, given: Callable[[ClusterLane], tuple[str, ...] | None]) -> None:
        """Settle what was cut off, once it is known how it ended, and what a worker does not end in time.

        given: the keys of the jobs that a lane's process has; None where its worker is not there.
        """
        self._give_up_unheard()
        for answer, adrift in list(self._adrift.items()):
            try:
                status = adrift.run.status()
            except StrataError as error:
                self._adrift.pop(answer)
                answer.set_exception(error)
                continue
            if status.state is RunState.QUEUED:
                is_lost = _is_lost(adrift, given(adrift.lane))
            else:
                is_lost = status.state is RunState.INTERRUPTED
            if is_lost:
                self._adrift.pop(answer)
                answer.set_exception(BrokenProcessPool("its worker ended while the scheduler was away"))
            elif not status.state.is_active:
                self._adrift.pop(answer)
                answer.set_result(None)

    def _give_up_unheard(self) -> None:
        """Take those for lost whose workers were ordered to end them and do not answer: frozen, or cut off."""
        with self._lock:
            self._ordered = {answer: order for answer, order in self._ordered.items() if not answer.done()}
            ordered = list(self._ordered.items())
        for answer, (lane, since) in ordered:
            if time.monotonic() - since < UNHEARD_SECONDS:
                continue
            lane.is_lost = True
            words = f"The Dask worker {lane.address} did not answer the order to end a process."
            self._lose(lambda other, lost=lane: other is lost, words)  # type: ignore[misc]
            if self._adrift.pop(answer, None) is not None:
                answer.set_exception(BrokenProcessPool(words))


def _has_begun(run: Run) -> bool:
    """Whether a process that was taken for lost trains a run that waits here, or has trained it to its end."""
    try:
        state = run.status().state
    except StrataError:
        return False  # its worker will say what is wrong with it
    return state is RunState.FINISHED or (state.is_active and state is not RunState.QUEUED)


def _is_lost(adrift: _Adrift, given: tuple[str, ...] | None) -> bool:
    """Whether a training that has not said a word yet never will: while Keras starts none does."""
    if given is not None:
        return adrift.key not in given
    return time.monotonic() - adrift.since > LONGEST_START_SECONDS
