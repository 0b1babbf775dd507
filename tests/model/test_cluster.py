"""A real Dask scheduler and two workers, each a process of its own: what is asked, lost and found again."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from model import cluster_faults, cluster_jobs, cluster_worker, jobs
from model.analyses import Analysis
from model.api.health_routes import of as health_of
from model.cluster import Cluster
from model.cluster_jobs import Place, Probe
from model.cluster_lanes import ClusterLane, ClusterWorker
from model.cluster_roster import Roster
from model.engine import Engine
from model.networks import MLP_25
from model.pools import WorkerError
from model.recording import record
from model.records import RunState
from model.runs import PRETRAINED, Run, Runs, default_root
from model.settings import Settings
from tests.model.cluster_machines import Machines, free_port
from tests.model.statuses import record_statuses, wait_until_queued
from tests.waiting import DEADLINE_SECONDS, is_there, wait

pytest.importorskip("distributed", reason="NOT RUN, for Dask is not installed: make install-dev")

LONG = Settings(dataset="digits", network="mlp_25", epochs=100, batch_size=8)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    machines = Machines(tmp_path_factory.mktemp("cluster"), free_port())
    (machines.folder / "runs").mkdir()
    try:
        machines.start_scheduler()
        machines.start_worker("one", "inference,analysis,training")
        machines.start_worker("two", "training")
        yield machines
    finally:
        machines.end()


@pytest.fixture(scope="module")
def engine(machines: Machines) -> Iterator[Engine]:
    root = machines.folder / "runs"
    engine = Engine(root, cluster=Cluster(machines.address, root))
    engine.warm_up()
    yield engine
    engine.shutdown(grace_seconds=0)


def _worker_of(engine: Engine, run: Run) -> str:
    """The name of the worker that trains `run`."""
    assert engine.cluster is not None
    (lane,) = [lane for lane, job in engine._training._working.items() if job.arguments == (run.path,)]
    return next(w.name for w in engine.cluster.workers() if lane in w.lanes.values())


def _training_process(engine: Engine, name: str) -> int:
    """The process in which the worker of that name trains."""
    cluster = engine.cluster
    assert cluster is not None
    (worker,) = [worker for worker in cluster.workers() if worker.name == name]
    found: list[int] = []

    def is_told() -> bool:
        found[:] = worker.standing["training"].process_ids if "training" in worker.standing else ()
        return len(found) == 1 and is_there(found[0])

    wait(is_told)
    return found[0]


def test_a_picture_is_read_on_a_worker(engine: Engine) -> None:
    wait(lambda: engine.is_warm)
    assert engine.problem == ""
    pretrained = Run(PRETRAINED)
    pixels = np.zeros((1, 28, 28, 1), np.uint8)
    there = engine.call(jobs.predict, pretrained.path, pretrained.snapshot_steps()[-1], pixels)
    here = jobs.predict(pretrained.path, pretrained.snapshot_steps()[-1], pixels)
    np.testing.assert_allclose(there, here, atol=1e-6)


def test_health_tells_workers_and_their_memory(engine: Engine) -> None:
    cluster = engine.cluster
    assert cluster is not None
    wait(lambda: len([1 for worker in cluster.workers() if worker.standing]) == 2)
    health = health_of(engine)
    assert health.status == "ok" and health.cluster is not None
    assert health.cluster.connected and health.cluster.problem == ""
    assert {worker.name: worker.roles for worker in health.cluster.workers} == {
        "one": ["inference", "analysis", "training"],
        "two": ["training"],
    }
    (megabytes,) = health.workers["inference"].memory_mb
    assert megabytes is not None and megabytes > 100


def test_trainings_outlast_the_scheduler_and_the_page_says_that_it_is_away(engine: Engine, machines: Machines) -> None:
    wait(lambda: engine.is_warm)
    run = engine.train(replace(LONG, network="cnn"))
    wait(lambda: run.status().step > 0)
    machines.kill("scheduler")
    wait(lambda: engine.problem != "")
    assert engine.problem.startswith(f"The Dask scheduler at {machines.address} does not answer (")
    assert health_of(engine).status == "degraded"
    with pytest.raises(WorkerError, match="does not answer"):
        engine.call(jobs.predict, PRETRAINED, 1875, np.zeros((1, 28, 28, 1), np.uint8))
    step = run.status().step
    wait(lambda: run.status().step > step)
    waiting = engine.train(replace(LONG, epochs=1))
    machines.start_scheduler()
    wait(lambda: engine.problem == "")
    run.request_stop()
    wait(lambda: run.status().state is RunState.STOPPED)
    wait(lambda: waiting.status().state is RunState.FINISHED)
    wait(lambda: engine.queued_trainings == 0)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN, for Windows cannot freeze a process")
def test_a_training_whose_process_is_frozen_goes_on_in_a_new_one(
    engine: Engine, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = engine.train(replace(LONG, network="cnn"))
    wait(lambda: run.checkpoint() is not None and run.status().images_per_second > 0)
    name, owner = _worker_of(engine, run), run.owner()
    frozen = _training_process(engine, name)
    os.kill(frozen, signal.SIGSTOP)
    with monkeypatch.context() as patched:  # for a start it would be too short
        said = record_statuses(patched)
        patched.setattr(engine._trainings, "_allowed", lambda run, status: 1.0)
        words = wait_until_queued(said)
    assert "gave no sign of life for " in words
    assert words.endswith("It goes on from its last checkpoint.")
    kept = run.checkpoint()
    assert kept is not None and kept.step > 0
    wait(lambda: not is_there(frozen))  # the order to end it has arrived
    wait(lambda: run.status().state is RunState.TRAINING and run.status().step > kept.step)
    assert run.owner() != owner
    assert min(line.step for line in run.metrics()) <= kept.step, "what it had learned before is kept"
    run.request_stop()
    wait(lambda: run.status().state is RunState.STOPPED)
    wait(lambda: engine.queued_trainings == 0)


def test_workers_renew_and_close_their_processes_when_told(engine: Engine, machines: Machines) -> None:
    cluster = engine.cluster
    assert cluster is not None
    # The process that an order ended in the test before is started by the next job, which may go to the other worker.
    wait(lambda: len([1 for lane in cluster.lanes("training") if lane.warm_up() and lane.is_warm]) == 2)
    lane = next(worker.lanes["training"] for worker in cluster.workers() if worker.name == "two")
    first = _training_process(engine, "two")
    lane.renew()
    wait(lambda: not is_there(first))
    second = _training_process(engine, "two")
    assert second != first and is_there(second)
    lane.shutdown()
    wait(lambda: not is_there(second))
    lane.warm_up()
    wait(lambda: lane.is_warm)


def test_a_run_whose_worker_is_killed_goes_on_on_the_other_to_the_same_bits(
    engine: Engine, machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = engine.train(LONG)
    wait(lambda: run.checkpoint() is not None and run.status().step > 0)
    said = record_statuses(monkeypatch)
    machines.kill(_worker_of(engine, run))
    assert "was lost. It goes on from its last checkpoint." in wait_until_queued(said)
    wait(lambda: run.status().state is RunState.FINISHED)
    undisturbed = Engine(tmp_path).runs.create(LONG, MLP_25, {})
    record(undisturbed)
    assert run.status().weights_hash == undisturbed.status().weights_hash


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("localhost", "STRATA_SCHEDULER is 'localhost'. Expected an address such as tcp://host:8786, with"),
        ("tcp://localhost:99999", "STRATA_SCHEDULER is 'tcp://localhost:99999'. Expected an address"),
        ("tcp://127.0.0.1:1", "The Dask scheduler at tcp://127.0.0.1:1 does not answer ("),
    ],
)
def test_a_wrong_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str) -> None:
    monkeypatch.setattr("model.cluster.ANSWER_SECONDS", 0.2)
    cluster = Cluster(address, tmp_path)
    try:
        cluster.start()
        wait(lambda: cluster.problem.startswith(words))
        assert not cluster.inference.is_warm
        with pytest.raises(WorkerError):
            cluster.inference.submit(jobs.predict, PRETRAINED, 1, np.zeros(0)).result()
    finally:
        cluster.close()


def test_a_worker_that_cannot_be_used_is_told_why(tmp_path: Path) -> None:
    good = Probe(cluster_jobs.ROLES, "machine", "/other/runs", "secret", cluster_jobs.versions(), False)

    def fault(probe: object) -> str:
        return cluster_faults.of_worker("tcp://two:1", "tcp://one:8786", probe, tmp_path, "secret")

    assert fault(good) == ""
    assert fault(replace(good, sees="")).startswith(
        f"The Dask worker tcp://two:1 does not see the runs folder {tmp_path}: it has /other/runs."
    )
    assert "has keras 2.0. Expected the server's keras " in fault(
        replace(good, versions={**good.versions, "keras": "2.0"})
    )
    assert "may not start processes" in fault(replace(good, daemon=True))
    assert "(ModuleNotFoundError: No module named 'model')" in fault(ModuleNotFoundError("No module named 'model'"))


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN, for Windows cannot freeze a process")
def test_the_end_waits_for_no_scheduler_that_is_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.cluster.ANSWER_SECONDS", 3600.0)
    machines = Machines(tmp_path, free_port())
    try:
        machines.start_scheduler()
        cluster = Cluster(machines.address, tmp_path / "runs")
        engine = Engine(tmp_path / "runs", cluster=cluster)
        engine.warm_up()
        wait(lambda: cluster.is_connected)
        os.kill(machines.processes["scheduler"].pid, signal.SIGSTOP)
        ending = threading.Thread(target=engine.shutdown, daemon=True)
        ending.start()
        ending.join(DEADLINE_SECONDS)  # 2 s are promised, but a loaded machine may need more; the answer never comes
        assert not ending.is_alive()
        assert not cluster.is_connected
    finally:
        machines.end()


def test_a_worker_says_whom_it_does_not_reach_and_whether_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    words = asyncio.run(cluster_worker._silence("tcp://127.0.0.1:1"))
    assert words.startswith("The scheduler at tcp://127.0.0.1:1 does not answer (")
    assert "it is tried again every second until Ctrl-C." in words
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert not asyncio.run(cluster_worker._silence(f"tcp://127.0.0.1:{listening.getsockname()[1]}"))
    say = cluster_worker._once()
    for line in ("a", "a", "b", "a"):
        say(line)
    assert capsys.readouterr().out == "a\nb\na\n"
    said: list[str] = []
    cluster_jobs.listen(said.append)
    for problem in ("It does not see the runs folder.", "It does not see the runs folder.", "", ""):
        cluster_jobs.hear(problem)
    assert said == ["Not used: It does not see the runs folder.", f"At work, runs in {default_root()}"]


def _roster(tmp_path: Path, **workers: ClusterWorker) -> Roster:
    """A cluster's workers without the cluster."""
    roster = Roster("tcp://one:8786", tmp_path, Cluster("tcp://one:8786", tmp_path))
    roster._workers = workers
    return roster


def _worker(name: str, *roles: str, datasets: tuple[str, ...] = ("digits",), problem: str = "") -> ClusterWorker:
    line = Cluster("tcp://one:8786", Path())
    lanes = {role: ClusterLane(line, name, role) for role in roles}
    return ClusterWorker(name, name, lanes, datasets=datasets, problem=problem)


def test_jobs_that_no_worker_takes_are_told(tmp_path: Path) -> None:
    reads, computes = _worker("reads", "inference"), _worker("computes", "analysis", "training")
    assert _roster(tmp_path, reads=reads, computes=computes).problem == ""
    assert _roster(tmp_path, computes=computes).problem == (
        "No worker of the cluster takes readings of pictures. Expected at least one for each. Start one in Strata's "
        "folder: python -m model.cluster_worker tcp://one:8786 --roles inference"
    )
    problem = _roster(tmp_path, reads=reads, useless=_worker("useless", problem="It does not see the folder.")).problem
    assert "takes analyses or trainings." in problem and "--roles analysis,training" in problem
    assert problem.endswith("It does not see the folder.")


def test_a_cluster_without_a_role_is_degraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster("tcp://one:8786", tmp_path)
    engine = Engine(tmp_path, cluster=cluster)
    monkeypatch.setattr(cluster, "_trouble", "")
    cluster._roster._workers = {"a": _worker("a", "inference", "training")}
    health = health_of(engine)
    assert health.status == "degraded" and health.cluster is not None
    assert health.cluster.problem == engine.problem
    assert "takes analyses." in engine.problem
    cluster._roster._workers["b"] = _worker("b", "analysis")
    assert health_of(engine).status == "ok"


def test_a_training_goes_where_its_data_is_and_is_told_where_that_is_nowhere(tmp_path: Path) -> None:
    with_it = _worker("with", "training", "analysis", datasets=("mnist", "digits"))
    without, other = _worker("without", "training", "analysis"), _worker("other", "inference", datasets=("mnist",))
    run = Runs(tmp_path).create(replace(LONG, dataset="mnist"), MLP_25, {})
    roster = _roster(tmp_path, without=without, other=other, **{"with": with_it})
    assert roster.no_data(run) == ""
    for arguments in ((run.path,), (Analysis("answers", run.path, 1),)):
        for role in ("training", "analysis"):
            assert roster.suits(with_it.lanes[role], arguments)
            assert not roster.suits(without.lanes[role], arguments)
    nowhere = _roster(tmp_path, without=without, other=other)
    assert nowhere.suits(without.lanes["training"], (run.path,)), "it is fetched there"
    assert nowhere.no_data(run).startswith("No worker has MNIST: the one that trains downloads it, or without")
    digits = Runs(tmp_path).create(LONG, MLP_25, {})
    assert roster.suits(without.lanes["training"], (digits.path,)) and roster.no_data(digits) == ""


def test_a_worker_that_is_no_use_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    roster = _roster(tmp_path)
    roster.put_probe()
    answers: dict[str, object] = {"a": ModuleNotFoundError("No module named 'model'")}

    class Client:
        def run(self, function: object, *arguments: object, **options: object) -> dict[str, object]:
            return answers if function is cluster_jobs.probe else {}

    def look() -> int:
        for _ in range(25):
            roster.look(cast(Any, Client()), {"a": {}})
        return len([line for line in caplog.records if line.levelname == "WARNING"])

    assert look() == 1
    answers["a"] = ModuleNotFoundError("No module named 'data'")
    assert look() == 2
    roster.remove_probe()
    assert not list((tmp_path / ".owners").glob("probe-*"))


def test_paths_are_where_each_machine_has_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_RUNS", "/mnt/shared/runs")
    asked = Analysis("answers", tmp_path / "run", 1)
    packed = cluster_jobs.portable(asked, tmp_path)
    assert packed[1] == Place("runs", "run")
    assert cluster_jobs._unpacked(packed).run_path == Path("/mnt/shared/runs/run")
    assert cluster_jobs._unpacked(cluster_jobs.portable(PRETRAINED, tmp_path)) == PRETRAINED
    assert cluster_jobs.portable(3, tmp_path) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["host:8786"],
            "expected an address such as tcp://host:8786, with a port from 1 to 65535, received 'host:8786'",
        ),
        (["tcp://host:99999"], "with a port from 1 to 65535, received 'tcp://host:99999'"),
        (["tcp://host:0"], "with a port from 1 to 65535, received 'tcp://host:0'"),
        (
            ["tcp://host:8786", "--roles", "cooking"],
            "expected some of inference, analysis, training, received 'cooking'",
        ),
    ],
)
def test_the_workers_command_refuses_what_it_cannot_use(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cluster_worker.main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
