"""One worker of a cluster that is already at a training: of another server, or of before the scheduler went."""

import asyncio
import os
import time
from collections.abc import Iterator

import pytest
from loky.process_executor import BrokenProcessPool

from model import cluster, cluster_jobs, jobs, lanes
from model.cluster import Cluster
from model.engine import Engine
from model.pools import Pool
from model.records import RunState, Status
from model.run import Run
from model.settings import Settings
from model.trainings import Trainings
from tests.model.cluster_machines import Machines, free_port, is_there, wait

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
