"""The run directory: what is written is read again, nothing half-written is, and a dead owner is noticed."""

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from model import ownership
from model.networks import CNN
from model.records import DataRecord, Metrics, RunState, Status
from model.runs import PRETRAINED, Run, RunError, Runs
from model.settings import Settings


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def _create(runs: Runs) -> Run:
    return runs.create(Settings(dataset="digits", epochs=2), CNN, {"keras": "3"})


def test_what_was_asked_for_is_read_again(runs: Runs) -> None:
    run = _create(runs)
    config = run.config()
    assert config.settings == Settings(dataset="digits", epochs=2)
    assert config.network == CNN
    assert config.versions == {"keras": "3"}
    assert run.status().state is RunState.QUEUED
    assert runs.all() == (run,)
    assert runs.find(run.id) == run


def test_metrics_data_and_weights_are_read_again(runs: Runs) -> None:
    run = _create(runs)
    line = Metrics(step=3, epoch=1, seconds=0.5, loss=1.5, accuracy=0.5, images_per_second=10.0)
    data = DataRecord("digits", "Digits", "here", "00", ("0", "1"), 8, 2, "a note")
    weights = {"conv_1/bias": np.arange(3, dtype=np.float16)}
    run.append_metrics(line)
    run.write_data(data)
    run.write_snapshot(3, weights)
    assert run.metrics() == (line,)
    assert run.data() == data
    assert run.snapshot_steps() == (3,)
    np.testing.assert_array_equal(run.weights(3)["conv_1/bias"], np.arange(3, dtype=np.float32))


def test_a_line_without_its_end_is_not_read(runs: Runs) -> None:
    run = _create(runs)
    run.append_metrics(Metrics(1, 1, 0.1, 2.0, 0.1, 5.0))
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2, "epo')
    assert [line.step for line in run.metrics()] == [1]


def test_a_half_written_snapshot_is_not_a_snapshot(runs: Runs) -> None:
    run = _create(runs)
    (run.path / "snapshots").mkdir()
    (run.path / "snapshots" / ".00000007.safetensors.123").write_bytes(b"half")
    assert run.snapshot_steps() == ()
    with pytest.raises(RunError, match=r"has no snapshot at step 7\. Expected none yet"):
        run.snapshot_path(7)


def _write_status_and_wait(path: Path, ready: object, end: object) -> None:
    Run(path).write_status(Status(RunState.TRAINING, step=40, owner=ownership.claim(path.parent)))
    ready.set()  # type: ignore[attr-defined]  # multiprocessing's events have no public type
    end.wait()  # type: ignore[attr-defined]


def test_a_run_whose_worker_was_killed_is_interrupted(runs: Runs) -> None:
    run = _create(runs)
    run.write_snapshot(32, {"conv_1/bias": np.zeros(1, np.float32)})
    spawn = multiprocessing.get_context("spawn")
    ready, end = spawn.Event(), spawn.Event()
    worker = spawn.Process(target=_write_status_and_wait, args=(run.path, ready, end))
    worker.start()
    assert ready.wait(30)
    assert run.status().state is RunState.TRAINING
    worker.kill()
    worker.join()
    status = run.status()
    assert status.state is RunState.INTERRUPTED
    assert status.message == (
        "The worker that trained this run was ended from outside at step 40. "
        "Everything up to the snapshot at step 32 is kept. Resume it, or train anew."
    )


def test_a_queued_run_that_is_asked_to_stop_counts_as_stopped(runs: Runs) -> None:
    run = _create(runs)
    run.request_stop()
    assert run.status().state is RunState.STOPPED


@pytest.mark.parametrize("run_id", ["", "..", "../runs", "a/b", "A", "x" * 100, "no-such-run", "a\x00b"])
def test_an_id_that_is_none_never_reaches_the_disk(runs: Runs, run_id: str) -> None:
    _create(runs)
    with pytest.raises(RunError, match="There is no run"):
        runs.find(run_id)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"state": "asleep"}', b'{"state": "queued", "x": 1}'])
def test_a_broken_status_is_named(runs: Runs, content: bytes) -> None:
    run = _create(runs)
    (run.path / "status.json").write_bytes(content)
    with pytest.raises(RunError, match=rf"Run {run.id} cannot be read: status.json"):
        run.status()


def test_broken_weights_are_named(runs: Runs) -> None:
    run = _create(runs)
    run.write_snapshot(1, {"conv_1/bias": np.zeros(4, np.float32)})
    path = run.snapshot_path(1)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(RunError, match=r"snapshots/00000001.safetensors"):
        run.weights(1)


def test_a_runs_folder_that_cannot_be_written_is_refused_before_training(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, not a folder")
    with pytest.raises(RunError, match="cannot be written"):
        _create(Runs(tmp_path / "runs"))


def test_the_pretrained_run_is_small_and_names_no_other_machine() -> None:
    run = Run(PRETRAINED)
    assert run.status().state is RunState.FINISHED
    assert run.snapshot_path(run.snapshot_steps()[-1]).stat().st_size < 500_000
    records = [json.loads((PRETRAINED / name).read_text()) for name in ("config.json", "data.json", "status.json")]
    assert not any("/" in str(value) for record in records for value in record.values() if isinstance(value, str))
