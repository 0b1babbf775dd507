"""What the workers of a cluster were given and have not answered, and what becomes of it when they are lost.

Dask says when a job has ended. What it calls cancelled or lost is settled by the thread that looks after the cluster,
which knows why: a worker that is gone ends its jobs, a scheduler that is gone only cuts them off.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model.cluster_faults import ANSWER_SECONDS
from model.cluster_lanes import ClusterLane, SchedulerLost
from model.records import RunState
from model.run import Run

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True, slots=True)
class _Sent:
    lane: ClusterLane
    dask: Any
    run: Run | None


class Sending:
    """All jobs that are on their way."""

    def __init__(self) -> None:
        self._sent: dict[Future[Any], _Sent] = {}
        self._adrift: dict[Future[Any], Run] = {}
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

        key: no other job's. trains: the run that it trains, if any. trouble: why there may be no client.
        """
        answer: Future[Any] = Future()
        answer.set_running_or_notify_cancel()
        with self._lock:
            if client is None or lane.is_lost:
                answer.set_exception(SchedulerLost(trouble or "The worker has left the cluster. Try again."))
                return answer
            name = f"strata-{lane.role}-{key}"
            sent = client.submit(function, *arguments, key=name, workers=[lane.address], pure=False)
            self._sent[answer] = _Sent(lane, sent, Run(trains) if trains is not None else None)
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

    def lose_lanes(self, lanes: Collection[ClusterLane], words: str) -> None:
        """Their worker is gone, and with it all that they had."""
        for lane in lanes:
            lane.is_lost = True
        with self._lock:
            lost = [(answer, sent) for answer, sent in self._sent.items() if sent.lane in lanes]
        for answer, sent in lost:
            with contextlib.suppress(Exception):
                sent.dask.cancel()
            self._settle(answer, None, BrokenProcessPool(words))

    def lose_all(self, words: str, for_good: bool = False) -> None:
        """Nothing can be asked any more; trainings are watched by their folders, unless it is for good."""
        with self._lock:
            sent = dict(self._sent)
            for answer, what in sent.items():
                what.lane.is_lost = True
                if what.run is not None and not for_good:
                    del self._sent[answer]
                    self._adrift[answer] = what.run
        for answer in sent:
            self._settle(answer, None, SchedulerLost(words))

    def look(self) -> None:
        """Settle the trainings that the scheduler's end cut off, once their folders say how they ended."""
        for answer, run in list(self._adrift.items()):
            try:
                status = run.status()
            except StrataError as error:
                del self._adrift[answer]
                answer.set_exception(error)
                continue
            if status.state.is_active and status.state is not RunState.QUEUED:
                continue
            del self._adrift[answer]
            if status.state in {RunState.INTERRUPTED, RunState.QUEUED}:
                answer.set_exception(BrokenProcessPool("its worker ended while the scheduler was away"))
            else:
                answer.set_result(None)
