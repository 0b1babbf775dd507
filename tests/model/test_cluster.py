"""A real Dask scheduler and two workers, each a process of its own: what is asked, lost and found again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from model import cluster_faults, cluster_jobs, cluster_worker, jobs
from model.analyses import Analysis
from model.api.health_routes import of as health_of
from model.cluster import Cluster
from model.cluster_jobs import Place, Probe
from model.engine import Engine
from model.networks import MLP_25
from model.pools import WorkerError
from model.recording import record
from model.records import RunState
from model.runs import PRETRAINED, Run
from model.settings import Settings

pytest.importorskip("distributed", reason="NOT RUN, for Dask is not installed: make install-dev")

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 120
LONG = Settings(dataset="digits", network="mlp_25", epochs=100, batch_size=8)


@dataclass(slots=True)
class Machines:
    """A scheduler and its workers, by what they are called here."""

    folder: Path
    port: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        self._start(
            "scheduler", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
            "--no-dashboard", "--no-jupyter", "--no-show",
        )  # fmt: skip

    def start_worker(self, name: str, roles: str) -> None:
        self._start(name, "model.cluster_worker", self.address, "--roles", roles, "--name", name)

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env={**os.environ, "STRATA_RUNS": str(self.folder / "runs"), "TMPDIR": str(self.folder)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As if the machine had lost its power, as far as this process goes; its children notice."""
        os.kill(self.processes[name].pid, signal.SIGKILL)
        self.processes.pop(name).wait()

    def end(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    machines = Machines(tmp_path_factory.mktemp("cluster"), port)
    (machines.folder / "runs").mkdir()
    try:
        machines.start_scheduler()
        machines.start_worker("one", "inference,training")
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


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def _worker_of(engine: Engine, run: Run) -> str:
    """The name of the worker that trains `run`."""
    assert engine.cluster is not None
    (lane,) = [lane for lane, job in engine._training._working.items() if job.arguments == (run.path,)]
    return next(w.name for w in engine.cluster.workers() if lane in w.lanes.values())


def test_a_picture_is_read_on_a_worker(engine: Engine) -> None:
    _wait(lambda: engine.is_warm)
    assert engine.problem == ""
    pretrained = Run(PRETRAINED)
    pixels = np.zeros((1, 28, 28, 1), np.uint8)
    there = engine.call(jobs.predict, pretrained.path, pretrained.snapshot_steps()[-1], pixels)
    here = jobs.predict(pretrained.path, pretrained.snapshot_steps()[-1], pixels)
    np.testing.assert_allclose(there, here, atol=1e-6)


def test_health_tells_workers_and_their_memory(engine: Engine) -> None:
    assert engine.cluster is not None
    _wait(lambda: len([1 for worker in engine.cluster.workers() if worker.standing]) == 2)
    health = health_of(engine)
    assert health.status == "ok" and health.cluster is not None
    assert health.cluster.connected and health.cluster.problem == ""
    assert {worker.name: worker.roles for worker in health.cluster.workers} == {
        "one": ["inference", "training"],
        "two": ["training"],
    }
    (megabytes,) = health.workers["inference"].memory_mb
    assert megabytes is not None and megabytes > 100


def test_trainings_outlast_the_scheduler_and_the_page_says_that_it_is_away(engine: Engine, machines: Machines) -> None:
    _wait(lambda: engine.is_warm)
    run = engine.train(replace(LONG, network="cnn"))
    _wait(lambda: run.status().step > 0)
    machines.kill("scheduler")
    _wait(lambda: engine.problem != "")
    assert engine.problem.startswith(f"The Dask scheduler at {machines.address} does not answer (")
    assert health_of(engine).status == "degraded"
    with pytest.raises(WorkerError, match="does not answer"):
        engine.call(jobs.predict, PRETRAINED, 1875, np.zeros((1, 28, 28, 1), np.uint8))
    step = run.status().step
    _wait(lambda: run.status().step > step)
    waiting = engine.train(replace(LONG, epochs=1))
    machines.start_scheduler()
    _wait(lambda: engine.problem == "")
    run.request_stop()
    _wait(lambda: run.status().state is RunState.STOPPED)
    _wait(lambda: waiting.status().state is RunState.FINISHED)
    _wait(lambda: engine.queued_trainings == 0)


def test_a_run_whose_worker_is_killed_goes_on_on_the_other_to_the_same_bits(
    engine: Engine, machines: Machines, tmp_path: Path
) -> None:
    run = engine.train(LONG)
    _wait(lambda: run.checkpoint() is not None and run.status().step > 0)
    machines.kill(_worker_of(engine, run))
    _wait(lambda: run.status().state is RunState.QUEUED)
    assert "was lost. It goes on from its last checkpoint." in run.status().message
    _wait(lambda: run.status().state is RunState.FINISHED)
    undisturbed = Engine(tmp_path).runs.create(LONG, MLP_25, {})
    record(undisturbed)
    assert run.status().weights_hash == undisturbed.status().weights_hash


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("localhost", "STRATA_SCHEDULER is 'localhost'. Expected an address such as tcp://host:8786."),
        ("tcp://127.0.0.1:1", "The Dask scheduler at tcp://127.0.0.1:1 does not answer ("),
    ],
)
def test_a_wrong_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, words: str) -> None:
    monkeypatch.setattr("model.cluster.ANSWER_SECONDS", 0.2)
    cluster = Cluster(address, tmp_path)
    try:
        cluster.start()
        _wait(lambda: cluster.problem.startswith(words))
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
        (["host:8786"], "expected an address such as tcp://host:8786, received 'host:8786'"),
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
