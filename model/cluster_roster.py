"""The workers of a cluster: each is checked once it appears, started, and asked every few seconds what it is at."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import datasets
from data.errors import StrataError
from model import cluster_faults, cluster_jobs
from model.analyses import Analysis
from model.cluster_faults import ANSWER_SECONDS
from model.cluster_jobs import ROLES, Place
from model.cluster_lanes import ClusterLane, ClusterWorker, Line
from model.pools import PoolStanding
from model.run import Run

if TYPE_CHECKING:
    from distributed import Client

_log = logging.getLogger(__name__)
_PROBE_SECONDS = 20.0
_FIGURES_SECONDS = 1.0
_STANDING_LOOKS = 4
_AGAIN_LOOKS = 10
"""Every how many looks workers are asked for their memory, and those that were no use are probed again."""


class Roster:
    """Who is there, what each is good for, and what is wrong with the others."""

    def __init__(self, address: str, root: Path, line: Line) -> None:
        self.address, self.root, self._line = address, root, line
        self._workers: dict[str, ClusterWorker] = {}
        self._probe: Place | None = None
        self._probe_content = secrets.token_hex(16)
        self._looks = 0
        self._wants: dict[Path, str] = {}
        self._lock = threading.RLock()

    def workers(self) -> list[ClusterWorker]:
        """All that the scheduler has."""
        with self._lock:
            return list(self._workers.values())

    def lanes(self, role: str) -> list[ClusterLane]:
        """The lane of each usable worker that takes such jobs."""
        lanes = [worker.lanes[role] for worker in self.workers() if role in worker.lanes]
        return [lane for lane in lanes if not lane.is_lost]

    @property
    def problem(self) -> str:
        """Which jobs nobody takes, why, and what to do; empty where there is somebody for each."""
        workers = self.workers()
        unusable = next((worker.problem for worker in workers if worker.problem), "")
        lacking = [role for role in ROLES if not self.lanes(role)]
        if len(lacking) == len(ROLES):
            return unusable or cluster_faults.of_no_worker(self.address)
        if not lacking:
            return ""
        return " ".join(filter(None, (cluster_faults.of_no_role(self.address, lacking), unusable)))

    def told(self, lane: ClusterLane) -> PoolStanding | None:
        """What the lane's process was at a few seconds ago."""
        worker = self._of(lane)
        return worker.standing.get(lane.role) if worker else None

    def given(self, lane: ClusterLane) -> tuple[str, ...] | None:
        """The keys of the jobs that its process had then, that at work first; None of a worker that is not there."""
        worker = self._of(lane)
        return worker.given.get(lane.role, ()) if worker else None

    def place(self, lane: ClusterLane) -> str | None:
        """Where the lane's worker is now; None where it is not there."""
        worker = self._of(lane)
        return worker.address if worker else None

    def _of(self, lane: ClusterLane) -> ClusterWorker | None:
        """The lane's worker, also where it has come back under another address since."""
        known = self._workers.get(lane.address)
        if known is not None or not lane.worker:
            return known
        return next((worker for worker in self.workers() if worker.own_name == lane.worker), None)

    # Which data is where

    def suits(self, lane: ClusterLane, arguments: tuple[Any, ...]) -> bool:
        """Whether the lane's worker has the data that the job reads, or nobody has it: then it has to be fetched."""
        name = self._wanted(arguments[0]) if arguments else ""
        if not name:
            return True
        having = [worker.address for worker in self.workers() if lane.role in worker.lanes and name in worker.datasets]
        return not having or lane.address in having

    def no_data(self, run: Run) -> str:
        """Words for a training whose data no worker has; empty where one has it, or where there is nobody to ask."""
        name = self._wanted(run.path)
        trainers = [worker for worker in self.workers() if "training" in worker.lanes]
        if not name or not trainers or any(name in worker.datasets for worker in trainers):
            return ""
        return cluster_faults.of_no_data(datasets.title(name), name)

    def _wanted(self, asked: Any) -> str:
        """The data set that a job with this first argument reads where its worker is; empty where that is no matter."""
        path = asked.run_path if isinstance(asked, Analysis) else asked
        if not isinstance(path, Path):
            return ""
        if path not in self._wants:
            try:
                name = Run(path).config().settings.dataset
            except StrataError:
                return ""  # its worker will say what is wrong with it
            self._wants[path] = name if name in datasets.NAMES else ""  # one's own is with the runs, which all see
        return self._wants[path]

    # What the thread that looks after the cluster does

    def put_probe(self) -> None:
        """A file with a random content below the runs' folder: who reads the same sees the same folder."""
        (self.root / ".owners").mkdir(parents=True, exist_ok=True)
        self._probe = Place("runs", f".owners/probe-{self._probe_content[:8]}")
        (self.root / self._probe.below).write_text(self._probe_content, encoding="utf-8")
        self._looks = 0

    def remove_probe(self) -> None:
        """Leave nothing behind."""
        if self._probe is not None:
            with contextlib.suppress(OSError):
                (self.root / self._probe.below).unlink(missing_ok=True)

    def look(self, client: Client, there: Mapping[str, Any]) -> None:
        """Greet those that have come, of all that are `there`, by address."""
        for address, said in there.items():
            known = self._workers.get(address)
            if known is None or (_is_no_use(known) and self._looks % _AGAIN_LOOKS == 0):
                self._greet(client, address, str(said.get("name", address)))
        if self._looks % _STANDING_LOOKS == 0:
            self._ask_standing(client)
        self._looks += 1

    def forget_gone(self, there: Mapping[str, Any]) -> list[ClusterWorker]:
        """Those that are not `there` any more."""
        with self._lock:
            gone = [address for address in self._workers if address not in there]
            return [self._workers.pop(address) for address in gone]

    def _greet(self, client: Client, address: str, name: str) -> None:
        """Probe a worker, and start its processes if it is one of ours."""
        assert self._probe is not None
        worker, before = ClusterWorker(address, name), self._workers.get(address)
        seconds = _PROBE_SECONDS if before is None else ANSWER_SECONDS  # one that is frozen holds up the others
        try:
            probe = client.run(
                cluster_jobs.probe, self._probe, workers=[address], callback_timeout=seconds, on_error="return"
            )[address]
        except Exception as error:  # it left while it was asked, or does not answer
            probe = error
        worker.problem = cluster_faults.of_worker(address, self.address, probe, self.root, self._probe_content)
        if not worker.problem:
            worker.heard(probe.standing)
            kept = {role: lane for role, lane in before.lanes.items() if not lane.is_lost} if before else {}
            new = {role: ClusterLane(self._line, address, role, worker.own_name) for role in probe.roles}
            worker.lanes = new | kept
        with self._lock:
            self._workers[address] = worker
        if worker.problem and (before is None or before.problem != worker.problem):
            _log.warning("%s", worker.problem)
        _tell(client, address, worker.problem)
        # One after the other, as on one machine: analyses start with the first question.
        for role in ("inference", "training"):
            if role in worker.lanes:
                worker.lanes[role].warm_up()

    def _ask_standing(self, client: Client) -> None:
        usable = [worker.address for worker in self.workers() if worker.lanes and not _is_no_use(worker)]
        if usable and not self._hear(client, usable, ANSWER_SECONDS):
            for address in usable:  # one that is frozen keeps Dask from handing on what the others say
                self._hear(client, [address], _FIGURES_SECONDS)

    def _hear(self, client: Client, addresses: list[str], seconds: float) -> bool:
        """Whether all that answer have been heard within that time."""
        try:
            answers = client.run(cluster_jobs.standing, workers=addresses, callback_timeout=seconds, on_error="ignore")
        except Exception:  # Dask's own kinds are many; who does not answer is noticed elsewhere
            return False
        for address, standing in answers.items():
            if (worker := self._workers.get(address)) is not None:
                worker.heard(standing)
        return True


def _is_no_use(worker: ClusterWorker) -> bool:
    """Whether it is to be probed again: something was wrong, or it did not answer an order."""
    return bool(worker.problem) or any(lane.is_lost for lane in worker.lanes.values())


def _tell(client: Client, address: str, problem: str) -> None:
    """Let the worker say on its own console whether it is used, and if not why."""
    with contextlib.suppress(Exception):  # one that is no worker of ours
        client.run(cluster_jobs.hear, problem, workers=[address], callback_timeout=ANSWER_SECONDS, on_error="ignore")
