"""One worker of a cluster that is already at a training: of another server, or of before the scheduler went."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import pytest
from filelock import FileLock
from loky.process_executor import BrokenProcessPool

from model import cluster, cluster_jobs, cluster_roster, cluster_sending, jobs, lanes
from model.cluster import Cluster
from model.cluster_lanes import ClusterLane
from model.cluster_sending import Sending
from model.engine import Engine
from model.networks import MLP_25
from model.pools import Pool
from model.records import RunState, Status
from model.run import Run
from model.runs import Runs
from model.settings import Settings
from model.trainings import Trainings
from tests.model.cluster_machines import Machines, free_port
from tests.model.statuses import record_statuses, wait_until_queued
from tests.waiting import is_there, wait

pytest.importorskip("distributed", reason="NOT RUN, for Dask is not installed: make install-dev")

LONG = Settings(dataset="digits", network="cnn", epochs=100, batch_size=8)
SHORT = Settings(dataset="digits", network="mlp_25", epochs=1)
LOOKS = 20


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    machines = Machines(tmp_path_factory.mktemp("shared"), free_port())
    (machines.folder / "runs").mkdir()
    try:
        machines.start_scheduler()
        machines.start_worker("one", "training")
        yield machines
    finally:
        machines.end()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at often, and a training that has not begun is given up soon."""
    monkeypatch.setattr(lanes, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.1)
    allowed = Trainings._allowed

    def soon(self: Trainings, run: Run, status: Status) -> float:
        return 0.5 if status.state is RunState.QUEUED else allowed(self, run, status)

    monkeypatch.setattr(Trainings, "_allowed", soon)


def _engine(machines: Machines) -> Engine:
    root = machines.folder / "runs"
    engine = Engine(root, cluster=Cluster(machines.address, root))
    engine.warm_up()
    return engine


def _process(engine: Engine) -> int:
    """The process in which the worker trains."""
    assert engine.cluster is not None
    found: list[int] = []

    def is_told() -> bool:
        assert engine.cluster is not None
        found[:] = [number for lane in engine.cluster.lanes("training") for number in lane.standing().process_ids]
        return bool(found)

    wait(is_told)
    return found[0]


def _wait_for_looks(engine: Engine) -> None:
    """Until the engine has looked at its workers so often that it would have ended one that it takes to hang."""
    assert engine.cluster is not None
    wait(lambda: engine.cluster is not None and bool(engine.cluster.lanes("training")))
    roster = engine.cluster._roster
    before = roster._looks
    wait(lambda: roster._looks >= before + LOOKS)


def test_a_training_goes_on_while_another_waits_for_its_worker(machines: Machines) -> None:
    first_server, second_server = _engine(machines), _engine(machines)
    try:
        first = first_server.train(LONG)
        wait(lambda: first.status().step > 0)
        process, owner = _process(first_server), first.owner()
        second = second_server.train(SHORT)
        _wait_for_looks(second_server)
        assert second.status().state is RunState.QUEUED and second_server._training.waiting == 1

        machines.kill("scheduler")
        wait(lambda: first_server.problem.startswith("The Dask scheduler"))
        machines.start_scheduler()
        third = first_server.train(SHORT)
        _wait_for_looks(first_server)
        _wait_for_looks(second_server)
        assert third.status().state is RunState.QUEUED
        assert first_server._training.waiting == second_server._training.waiting == 1

        assert is_there(process) and first.owner() == owner
        step = first.status().step
        wait(lambda: first.status().step > step)
        first.request_stop()
        wait(lambda: first.status().state is RunState.STOPPED)
        assert first.owner() == owner and first.status().weights_hash
        for waiting in (second, third):
            wait(lambda: waiting.status().state is RunState.FINISHED)  # noqa: B023  it is over before the next
        assert _process(first_server) == process
    finally:
        first_server.shutdown(grace_seconds=0)
        second_server.shutdown(grace_seconds=0)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN, for Windows cannot freeze a process")
def test_a_training_whose_whole_worker_is_frozen_is_taken_away_and_the_worker_is_used_again_when_it_thaws(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_sending, "UNHEARD_SECONDS", 0.5)
    for module in (cluster_roster, cluster):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 0.5)
    engine = _engine(machines)
    group = machines.processes["one"].pid
    try:
        run = engine.train(LONG)
        wait(lambda: run.checkpoint() is not None and run.status().images_per_second > 0)
        owner = run.owner()
        os.killpg(group, signal.SIGSTOP)
        with monkeypatch.context() as patched:  # for a start it would be too short
            said = record_statuses(patched)
            patched.setattr(engine._trainings, "_allowed", lambda run, status: 0.5)
            words = wait_until_queued(said)
        assert words.startswith("The training at step ")
        assert words.endswith("It goes on from its last checkpoint.")
        wait(lambda: "does not answer. Expected one that does." in engine.problem)
        os.killpg(group, signal.SIGCONT)
        wait(lambda: "does not answer." not in engine.problem)
        assert run.owner() != owner
        run.request_stop()
        wait(lambda: run.status().state is RunState.STOPPED)
        wait(lambda: engine.queued_trainings == 0)
    finally:
        os.killpg(group, signal.SIGCONT)
        engine.shutdown(grace_seconds=0)


class Dask:
    """A client that counts what it is given and never answers."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def submit(self, function: object, *arguments: object, key: str, **options: object) -> "Dask":
        self.given.append(key)
        return self

    def add_done_callback(self, callback: object) -> None:
        """Never called."""

    def cancel(self) -> None:
        """As if it had been."""


def _sent(run: Run) -> tuple[Sending, Dask, Future[Any]]:
    sending, dask = Sending(), Dask()
    lane = ClusterLane(Cluster("tcp://one:8786", run.path.parent), "tcp://one:1", "training")
    answer = sending.send(cast(Any, dask), lane, cluster_jobs.work, key="its", trains=run.path)
    return sending, dask, answer


def _new(root: Path) -> Run:
    return Runs(root).create(SHORT, MLP_25, {})


def test_a_training_that_was_sent_and_has_not_begun_is_lost_once_its_worker_says_so(tmp_path: Path) -> None:
    run = _new(tmp_path)
    sending, _, answer = _sent(run)
    sending.lose_all("The scheduler is away.")
    for told in (None, ("its",), ("other", "its")):
        sending.look(lambda lane: told)  # noqa: B023  it is asked at once
        assert not answer.done()
    sending.look(lambda lane: ("other",))
    assert isinstance(answer.exception(), BrokenProcessPool)


def test_a_training_whose_worker_does_not_come_back_is_lost_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, _, answer = _sent(_new(tmp_path))
    sending.lose_all("The scheduler is away.")
    sending.look(lambda lane: None)
    assert not answer.done()
    monkeypatch.setattr(cluster_sending, "LONGEST_START_SECONDS", 0.0)
    sending.look(lambda lane: None)
    assert isinstance(answer.exception(), BrokenProcessPool)


def test_a_training_that_begins_elsewhere_while_it_waits_is_not_started_twice(tmp_path: Path) -> None:
    run = _new(tmp_path)
    with FileLock(tmp_path / ".owners" / "other.lock"):
        run.write_status(Status(RunState.TRAINING, step=40, owner="other"))
        sending, dask, answer = _sent(run)
        sending.look(lambda lane: ())
        assert not dask.given and not answer.done()
        run.write_status(Status(RunState.FINISHED, step=80, owner="other"))
        sending.look(lambda lane: ())
    assert answer.result() is None
    sending, dask, answer = _sent(_new(tmp_path))
    assert dask.given == ["strata-training-its"] and not answer.done()


def test_an_order_to_end_a_job_ends_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "warm_up", max)
    pool = Pool("training", workers=1)
    monkeypatch.setattr(cluster_jobs, "_pools", {"training": pool})
    monkeypatch.setattr(cluster_jobs, "_given", {})

    async def give() -> None:
        packed = cluster_jobs.pickle.dumps((time.sleep, (3600.0,)))
        first = asyncio.ensure_future(cluster_jobs.work("training", packed, "first"))
        second = asyncio.ensure_future(cluster_jobs.work("training", packed, "second"))
        await asyncio.sleep(0)
        assert cluster_jobs.standing().given == {"training": ("first", "second")}
        await asyncio.wrap_future(pool.warm_up())
        (process,) = pool.standing().process_ids
        for key in ("second", "of another server"):
            await cluster_jobs.kill("training", key)
        assert not [thread for thread in cluster_jobs.threading.enumerate() if thread.name == "kill-training"]
        os.kill(process, 0)
        await cluster_jobs.kill("training", "first")
        for job in (first, second):
            with pytest.raises(BrokenProcessPool):
                await job
        assert cluster_jobs.standing().given == {"training": ()}

    try:
        asyncio.run(give())
    finally:
        pool.shutdown()


def test_requests_that_wait_for_one_that_hangs_end_its_process_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "warm_up", max)
    pool = Pool("inference", workers=1)
    try:
        waiting = [pool.submit(time.sleep, 3600.0) for _ in range(5)]
        pool.warm_up().result()
        assert [pool.kill_workers(job) for job in waiting] == [True, False, False, False, False]
        fresh = pool.submit(os.getpid)
        assert not pool.kill_workers(waiting[0])
        assert fresh.result() != os.getpid()
    finally:
        pool.shutdown()
