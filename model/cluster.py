"""A Dask cluster as the place where work runs: STRATA_SCHEDULER=tcp://host:8786.

One thread looks after it: connects, and again when the scheduler was away; checks each worker once it appears (the
same versions, the same runs' folder, by a file with a random content); notices those that are gone. The engine gives
each job to one worker, so Dask's own queues stay empty, and what a lost worker was at is known at once.

When the scheduler goes, trainings go on where they are: their run's folder says how they end.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model import cluster_faults, cluster_jobs
from model.cluster_faults import ANSWER_SECONDS
from model.cluster_jobs import Place
from model.cluster_lanes import Adrift, ClusterLane, ClusterWorker, SchedulerLost, Spread
from model.pools import PoolStanding
from model.run import Run

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
_PROBE_SECONDS = 20.0
_STANDING_LOOKS = 4
_AGAIN_LOOKS = 10
"""Every how many looks workers are asked for their memory, and those that were no use are probed again."""


@dataclass(frozen=True, slots=True)
class _Sent:
    lane: ClusterLane
    dask: Any
    run: Run | None


class Cluster:
    """The workers of a Dask cluster, and what they were given."""

    def __init__(self, address: str, root: Path) -> None:
        self.address, self.root = address, root
        self.inference = Spread(lambda: self.lanes("inference"), lambda: self.problem)
        self._workers: dict[str, ClusterWorker] = {}
        self._sent: dict[Future[Any], _Sent] = {}
        self._adrift = Adrift()
        self._client: Client | None = None
        self._trouble = f"Connecting to the Dask scheduler at {address}."
        self._probe: Place | None = None
        self._probe_content = secrets.token_hex(16)
        self._looks = 0
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
        """Why nothing can run on it, and what to do; empty where it can."""
        if self._trouble:
            return self._trouble
        workers = self.workers()
        if any(not worker.problem for worker in workers):
            return ""
        if workers:
            return workers[0].problem
        return cluster_faults.of_no_worker(self.address)

    @property
    def is_connected(self) -> bool:
        """Whether the scheduler answers."""
        return self._client is not None

    def workers(self) -> list[ClusterWorker]:
        """All that the scheduler has."""
        with self._lock:
            return list(self._workers.values())

    def lanes(self, role: str) -> list[ClusterLane]:
        """The lane of each usable worker that takes such jobs."""
        return [worker.lanes[role] for worker in self.workers() if role in worker.lanes]

    def close(self) -> None:
        """Let go of the cluster; its workers stay, for others and for the next start."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(2 * ANSWER_SECONDS)
        self._lose_scheduler("The server is ending.", for_good=True)
        if self._probe is not None:
            with contextlib.suppress(OSError):
                (self.root / self._probe.below).unlink(missing_ok=True)

    # What lanes ask for

    def pack(self, value: Any) -> Any:
        """An argument as another machine can have it."""
        return cluster_jobs.portable(value, self.root)

    def told(self, lane: ClusterLane) -> PoolStanding | None:
        """What the lane's process was at a few seconds ago."""
        worker = self._workers.get(lane.address)
        return worker.standing.get(lane.role) if worker else None

    def send(
        self, lane: ClusterLane, function: Callable[..., Any], *arguments: Any, trains: Path | None = None
    ) -> Future[Any]:
        """Run a function of model.cluster_jobs on the lane's worker; trains: the run that it trains, if any."""
        run = Run(trains) if trains is not None else None
        answer: Future[Any] = Future()
        answer.set_running_or_notify_cancel()
        with self._lock:
            client = self._client
            if client is None or lane.is_lost:
                answer.set_exception(SchedulerLost(self.problem or "The worker has left the cluster. Try again."))
                return answer
            key = f"strata-{lane.role}-{uuid.uuid4().hex}"
            sent = client.submit(function, *arguments, key=key, workers=[lane.address], pure=False)
            self._sent[answer] = _Sent(lane, sent, run)
        sent.add_done_callback(lambda done: self._answered(answer, done))
        return answer

    def order(self, lane: ClusterLane, function: Callable[..., Any]) -> None:
        """Run a function of model.cluster_jobs on the lane's worker, past all that waits there, without an answer."""
        client = self._client
        if client is not None and not lane.is_lost and not self._closing.is_set():
            with contextlib.suppress(OSError, RuntimeError):
                client.run(function, lane.role, workers=[lane.address], wait=False, on_error="ignore")

    def _answered(self, answer: Future[Any], done: Any) -> None:
        """Hand on what Dask says. What it calls cancelled or lost is settled by the thread that looks after it."""
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

    # The thread that looks after it

    def _look_after(self) -> None:
        while not self._closing.is_set():
            try:
                if self._client is not None:
                    self._look()
                else:
                    self._connect()
                self._adrift.look()
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
        except (OSError, ValueError, RuntimeError) as error:
            self._trouble = cluster_faults.of_silence(self.address, error)
            return
        try:
            trouble = cluster_faults.of_scheduler(self.address, client)
            self._put_probe()
        except (OSError, StrataError) as error:
            trouble = (
                f"The check of the cluster failed: {error}. Expected a runs folder that can be written, {self.root}."
            )
        if trouble:
            self._trouble = trouble
            client.close(timeout=ANSWER_SECONDS)
            return
        with self._lock:
            self._client, self._trouble, self._looks = client, "", 0
        _log.info("connected to the Dask scheduler at %s", self.address)
        self._look()

    def _put_probe(self) -> None:
        """A file with a random content below the runs' folder: who reads the same sees the same folder."""
        (self.root / ".owners").mkdir(parents=True, exist_ok=True)
        self._probe = Place("runs", f".owners/probe-{self._probe_content[:8]}")
        (self.root / self._probe.below).write_text(self._probe_content, encoding="utf-8")

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
        with self._lock:
            gone = [worker for address, worker in self._workers.items() if address not in there]
        for worker in gone:
            self._lose_worker(worker)
        for address, said in there.items():
            known = self._workers.get(address)
            if known is None or (known.problem and self._looks % _AGAIN_LOOKS == 0):
                self._greet(client, address, str(said.get("name", address)))
        if self._looks % _STANDING_LOOKS == 0:
            self._ask_standing(client)
        self._looks += 1

    def _greet(self, client: Client, address: str, name: str) -> None:
        """Probe a worker, and start its processes if it is one of ours."""
        assert self._probe is not None
        worker = ClusterWorker(address, name)
        try:
            probe = client.run(
                cluster_jobs.probe, self._probe, workers=[address], callback_timeout=_PROBE_SECONDS, on_error="return"
            )[address]
        except Exception as error:  # it left while it was asked, or does not answer
            probe = error
        worker.problem = cluster_faults.of_worker(address, self.address, probe, self.root, self._probe_content)
        if not worker.problem:
            worker.lanes = {role: ClusterLane(self, address, role) for role in probe.roles}
        with self._lock:
            self._workers[address] = worker
        if worker.problem:
            _log.warning("%s", worker.problem)
        # One after the other, as on one machine: analyses start with the first question.
        for role in ("inference", "training"):
            if role in worker.lanes:
                worker.lanes[role].warm_up()

    def _ask_standing(self, client: Client) -> None:
        usable = [worker.address for worker in self.workers() if worker.lanes]
        if not usable:
            return
        with contextlib.suppress(Exception):  # figures only; who does not answer is noticed elsewhere
            answers = client.run(
                cluster_jobs.standing, workers=usable, callback_timeout=ANSWER_SECONDS, on_error="ignore"
            )
            for address, standing in answers.items():
                if (worker := self._workers.get(address)) is not None:
                    worker.standing = standing

    def _lose_worker(self, worker: ClusterWorker) -> None:
        _log.warning("the Dask worker %s is gone", worker.address)
        with self._lock:
            del self._workers[worker.address]
            lost = [answer for answer, sent in self._sent.items() if sent.lane in worker.lanes.values()]
        for lane in worker.lanes.values():
            lane.is_lost = True
        for answer in lost:
            self._give_up(answer, BrokenProcessPool(f"The Dask worker {worker.address} is gone."))

    def _give_up(self, answer: Future[Any], error: Exception) -> None:
        sent = self._sent.get(answer)
        if sent is not None:
            with contextlib.suppress(Exception):
                sent.dask.cancel()
        self._settle(answer, None, error)

    def _lose_scheduler(self, words: str, for_good: bool = False) -> None:
        """Nothing can be asked any more; trainings are watched by their folders until it is back."""
        with self._lock:
            client, self._client, self._trouble = self._client, None, words
            workers, self._workers = self._workers, {}
            sent = dict(self._sent)
            if not for_good:
                for answer in [answer for answer, what in sent.items() if what.run is not None]:
                    run = sent.pop(answer).run
                    assert run is not None
                    del self._sent[answer]
                    self._adrift.take(answer, run)
        for worker in workers.values():
            for lane in worker.lanes.values():
                lane.is_lost = True
        for answer in sent:
            self._settle(answer, None, SchedulerLost(words))
        if client is not None:
            _log.warning("%s", words)
            with contextlib.suppress(Exception):
                client.close(timeout=ANSWER_SECONDS)
