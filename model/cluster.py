"""A Dask cluster as the place where work runs: STRATA_SCHEDULER=tcp://host:8786.

One thread looks after it: connects, and again when the scheduler was away; checks each worker once it appears (the
same versions, the same runs' folder, by a file with a random content); notices those that are gone. The engine gives
each job to one worker, so Dask's own queues stay empty, and what a lost worker was at is known at once.

When the scheduler goes, trainings go on where they are: their run's folder says how they end.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import StrataError
from model import cluster_faults, cluster_jobs
from model.cluster_faults import ANSWER_SECONDS
from model.cluster_lanes import ClusterLane, ClusterWorker, Spread
from model.cluster_roster import Roster
from model.cluster_sending import Sending
from model.pools import PoolStanding
from model.run import Run

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
CLOSE_SECONDS = 1.0
"""How long the end may wait for a scheduler that may hang; one that is well takes a tenth of it."""


class Cluster:
    """The workers of a Dask cluster, and what they were given."""

    def __init__(self, address: str, root: Path) -> None:
        self.address, self.root = address, root
        self._roster = Roster(address, root, self)
        self._sending = Sending()
        self.inference = Spread(lambda: self.lanes("inference"), lambda: self.problem, self.suits)
        self._client: Client | None = None
        self._trouble = f"Connecting to the Dask scheduler at {address}."
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look after the cluster; again is no harm."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._look_after, name="cluster", daemon=True)
                self._thread.start()

    @property
    def problem(self) -> str:
        """Why something cannot run on it, and what to do; empty where everything can."""
        return self._trouble or self._roster.problem

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler answers."""
        return self._client is not None

    def workers(self) -> list[ClusterWorker]:
        """All that the scheduler has."""
        return self._roster.workers()

    def lanes(self, role: str) -> list[ClusterLane]:
        """The lane of each usable worker that takes such jobs."""
        return self._roster.lanes(role)

    def suits(self, lane: Any, arguments: tuple[Any, ...]) -> bool:
        """Whether a lane of it is a good place for a job of model.jobs with such arguments: its data is there."""
        return self._roster.suits(lane, arguments)

    def no_data(self, run: Run) -> str:
        """Words for a training whose data no worker has; empty where one has it."""
        return self._roster.no_data(run)

    def give_no_more_orders(self) -> None:
        """Leave the workers' processes as they are from now on."""
        self._closing.set()

    def close(self) -> None:
        """Let go of the cluster within about CLOSE_SECONDS; its workers stay, for others and for the next start."""
        self.give_no_more_orders()
        deadline = time.monotonic() + CLOSE_SECONDS
        leaving = threading.Thread(
            target=self._lose_scheduler, args=("The server is ending.", True), name="leave-cluster", daemon=True
        )
        leaving.start()  # at once with the other, which may wait for a scheduler that does not answer
        for thread in filter(None, (leaving, self._thread)):
            thread.join(max(0.0, deadline - time.monotonic()))
        self._roster.remove_probe()

    # What lanes ask for

    def pack(self, value: Any) -> Any:
        """An argument as another machine can have it."""
        return cluster_jobs.portable(value, self.root)

    def told(self, lane: ClusterLane) -> PoolStanding | None:
        """What the lane's process was at a few seconds ago."""
        return self._roster.told(lane)

    def given(self, lane: ClusterLane) -> tuple[str, ...] | None:
        """The keys of the jobs that its process had then, that at work first; None of a worker that is not there."""
        return self._roster.given(lane)

    def send(
        self, lane: ClusterLane, function: Callable[..., Any], *arguments: Any, key: str, trains: Path | None = None
    ) -> Future[Any]:
        """Run a function of model.cluster_jobs on the lane's worker; trains: the run that it trains, if any."""
        with self._lock:
            return self._sending.send(
                self._client, lane, function, *arguments, key=key, trains=trains, trouble=self._trouble
            )

    def order(self, lane: ClusterLane, function: Callable[..., Any], *arguments: Any) -> None:
        """Run a function of model.cluster_jobs on the lane's worker, past all that waits there, without an answer."""
        client, address = self._client, self._roster.place(lane)
        if client is None or address is None or self._closing.is_set():
            return
        try:
            client.run(
                function,
                lane.role,
                *arguments,
                workers=[address],
                wait=False,
                on_error="ignore",
                callback_timeout=ANSWER_SECONDS,
            )
        except Exception as error:  # Dask's own kinds are many; who has gone is told elsewhere
            _log.warning("the order %s did not reach %s: %s", function.__name__, address, error)

    def expect_end(self, lane: ClusterLane, job: Future[Any]) -> None:
        """Take the lane for lost unless `job`, whose process was ordered to end, is answered soon."""
        self._sending.expect_end(lane, job)

    # The thread that looks after it

    def _look_after(self) -> None:
        while not self._closing.is_set():
            try:
                if self._client is not None:
                    self._look()
                else:
                    self._connect()
                self._sending.look(self._roster.given)
            except Exception:  # a bug; without this thread nobody would ever hear of anything
                _log.exception("looking after the cluster failed")
            self._closing.wait(LOOK_SECONDS)

    def _connect(self) -> None:
        if trouble := cluster_faults.of_setting(self.address):
            self._trouble = trouble
            return
        from distributed import Client

        cluster_jobs.hush()
        try:
            client = Client(self.address, timeout=ANSWER_SECONDS, set_as_default=False, name="strata")
        except Exception as error:  # whatever speaks there: what is no Dask is read as lengths of arrays, and more
            self._trouble = cluster_faults.of_silence(self.address, error)
            return
        try:
            trouble = cluster_faults.of_scheduler(self.address, client)
            self._roster.put_probe()
        except (OSError, StrataError) as error:
            trouble = (
                f"The check of the cluster failed: {error}. Expected a runs folder that can be written, {self.root}."
            )
        if trouble or self._closing.is_set():
            self._trouble = trouble or self._trouble
            client.close(timeout=ANSWER_SECONDS)
            return
        with self._lock:
            self._client, self._trouble = client, ""
        _log.info("connected to the Dask scheduler at %s", self.address)
        self._look()

    def _look(self) -> None:
        client = self._client
        if client is None:
            return
        try:
            if client.status != "running":  # Dask has seen the connection close, and tries by itself for a while
                raise OSError("the connection was closed")
            there = client.sync(client.scheduler.identity, callback_timeout=ANSWER_SECONDS)["workers"]
        except Exception as error:  # Dask's own kinds are many: closed streams, timeouts, cancelled questions
            self._lose_scheduler(cluster_faults.of_silence(self.address, error))
            return
        for worker in self._roster.forget_gone(there):
            _log.warning("the Dask worker %s is gone", worker.address)
            for lane in worker.lanes.values():
                lane.is_lost = True
            self._sending.lose_worker(worker.address, f"The Dask worker {worker.address} is gone.")
        self._roster.look(client, there)

    def _lose_scheduler(self, words: str, for_good: bool = False) -> None:
        """Nothing can be asked any more; trainings are watched by their folders until it is back."""
        with self._lock:
            client, self._client, self._trouble = self._client, None, words
            for worker in self._roster.forget_gone({}):
                for lane in worker.lanes.values():
                    lane.is_lost = True
        self._sending.lose_all(words, for_good)
        if client is not None:
            _log.warning("%s", words)
            with contextlib.suppress(Exception):
                client.close(timeout=ANSWER_SECONDS)
