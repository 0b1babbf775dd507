"""The training generator and its recorder, on the offline digits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import datasets
from model.building import build, set_weights
from model.footprints import footprint
from model.networks import CNN, MLP_25, PlacedLayer
from model.recording import record
from model.records import RunState
from model.reports import Began, Checkpoint, Ended, Epoch, Group, Report, Snapshot, Validating
from model.runs import Run, Runs
from model.settings import Settings
from model.training_loop import snapshot_steps, train

SETTINGS = Settings(dataset="digits", epochs=2, batch_size=64, seed=3)


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return list(train(SETTINGS, CNN, datasets.load("digits")))


def test_every_image_is_trained_on_once_an_epoch(reports: list[Report]) -> None:
    began = reports[0]
    assert isinstance(began, Began)
    total = len(datasets.load("digits").x_train)
    assert began.train_images + began.validation_images == total
    assert began.validation_images == pytest.approx(0.2 * total, abs=1)
    for epoch in (1, 2):
        images = sum(report.images for report in reports if isinstance(report, Group) and report.epoch == epoch)
        assert images == began.train_images


def test_snapshots_begin_before_the_first_step_and_end_after_the_last(reports: list[Report]) -> None:
    began = reports[0]
    assert isinstance(began, Began)
    steps = [report.step for report in reports if isinstance(report, Snapshot)]
    assert steps == sorted(snapshot_steps(began.total_steps // 2, (2,)))
    assert steps[0] == 0 and steps[-1] == began.total_steps


def test_the_last_epoch_says_what_keras_says_of_the_last_weights(reports: list[Report]) -> None:
    snapshot = [report for report in reports if isinstance(report, Snapshot)][-1]
    epoch = [report for report in reports if isinstance(report, Epoch)][-1]
    data = datasets.load("digits")
    validation = datasets.split(len(data.x_train), SETTINGS.validation_fraction)[1]
    model = build(CNN)
    set_weights(model, snapshot.weights)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    pixels = data.x_train[validation].astype(np.float32) / 255
    loss, accuracy = model.evaluate(pixels, data.y_train[validation], verbose=0)
    assert epoch.val_loss == pytest.approx(loss, abs=1e-5)
    assert epoch.val_accuracy == pytest.approx(accuracy, abs=1e-6)


def test_it_learns(reports: list[Report]) -> None:
    epochs = [report for report in reports if isinstance(report, Epoch)]
    assert epochs[-1].loss < epochs[0].loss
    assert epochs[-1].val_accuracy > 0.5


def test_a_stop_in_the_middle_keeps_what_was_learned() -> None:
    asked = iter([False, True])
    reports = list(train(SETTINGS, CNN, datasets.load("digits"), lambda: next(asked)))
    groups = [report for report in reports if isinstance(report, Group)]
    assert len(groups) == 2
    snapshot, checkpoint, ended = reports[-3:]
    assert isinstance(snapshot, Snapshot) and isinstance(checkpoint, Checkpoint)
    assert snapshot.step == checkpoint.step == groups[-1].step
    assert snapshot.last
    assert ended == Ended("stopped")


def test_a_stop_during_validation_is_heard() -> None:
    heard: list[Report] = []
    validating = lambda: bool(heard) and isinstance(heard[-1], Validating)  # noqa: E731
    for report in train(SETTINGS, CNN, datasets.load("digits"), validating):
        heard.append(report)
    assert heard[-1] == Ended("stopped")
    assert not any(isinstance(report, Epoch) for report in heard)


def test_a_target_ends_the_training_after_the_epoch_that_reached_it() -> None:
    reports = list(train(replace(SETTINGS, target_accuracy=0.05), CNN, datasets.load("digits")))
    assert reports[-1] == Ended("target_reached")
    (epoch,) = (report for report in reports if isinstance(report, Epoch))
    snapshot = [report for report in reports if isinstance(report, Snapshot)][-1]
    assert epoch.epoch == 1 and epoch.val_accuracy >= 0.05
    assert snapshot.last and snapshot.step == epoch.step


@pytest.mark.parametrize("total", [1, 2, 7, 100, 7500, 600_000])
def test_snapshots_are_few_and_dense_at_the_start(total: int) -> None:
    steps = sorted(snapshot_steps(total, (1,)))
    assert steps[0] == 0 and steps[-1] == total
    assert len(steps) <= 53
    if total >= 7500:
        assert len(steps) >= 40
        assert sum(step <= total / 10 for step in steps) > len(steps) / 3


def test_it_begins_with_the_weights_that_it_is_given(tmp_path: Path) -> None:
    """In the first snapshot, before any step; and so does a run that is begun again."""
    shapes = {name: shape for placed in MLP_25.placed() for name, shape in placed.weight_shapes.items()}
    random = np.random.default_rng(8)
    start = {  # numbers that snapshots, in half precision, keep as they are
        name: random.normal(size=shape).astype(np.float16).astype(np.float32) for name, shape in shapes.items()
    }
    run = Runs(tmp_path).create(Settings(dataset="digits", epochs=1, batch_size=512), MLP_25, {}, start=start)
    assert record(run) is RunState.FINISHED
    kept, first, last = run.start(), run.weights(0), run.weights(run.snapshot_steps()[-1])
    assert kept is not None
    for name, array in start.items():
        np.testing.assert_array_equal(first[name], array)
        np.testing.assert_array_equal(kept[name], array)
    assert any(np.abs(last[name] - start[name]).max() > 1e-4 for name in start)
    assert _recorded(tmp_path, SETTINGS).start() is None


def test_validation_in_small_parts_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer with many values is read a few pictures at a time; 7 does not divide the 359 of them."""
    settings, data = replace(SETTINGS, epochs=1, batch_size=512), datasets.load("digits")
    monkeypatch.setattr("model.networks._VALUES_AT_ONCE", 7 * max(map(_values, MLP_25.placed())))
    assert MLP_25.pictures_at_once(500) == 7
    found = list(train(settings, MLP_25, data))
    epoch = next(report for report in found if isinstance(report, Epoch))
    weights = [report for report in found if isinstance(report, Snapshot)][-1].weights
    validation = datasets.split(len(data.x_train), settings.validation_fraction)[1]
    model = build(MLP_25)
    set_weights(model, weights)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    pixels = data.x_train[validation].astype(np.float32) / 255
    assert (epoch.val_loss, epoch.val_accuracy) == pytest.approx(
        model.evaluate(pixels, data.y_train[validation], verbose=0), abs=1e-5
    )


def _values(placed: PlacedLayer) -> int:
    return int(np.prod(placed.output_shape)) + footprint(placed).values


def _recorded(folder: Path, settings: Settings) -> Run:
    return Runs(folder).create(settings, CNN, {})


def test_a_recorded_run_reads_as_it_was_trained(tmp_path: Path) -> None:
    run = _recorded(tmp_path, Settings(dataset="digits", epochs=1, batch_size=128))
    assert record(run) is RunState.FINISHED
    status, metrics, data = run.status(), run.metrics(), run.data()
    assert status.state is RunState.FINISHED
    assert status.step == status.total_steps == run.snapshot_steps()[-1]
    assert status.progress == 1.0
    assert data is not None and data.name == "digits" and data.sha256 == datasets.load("digits").sha256
    assert sum(line.val_loss is not None for line in metrics) == 1
    assert metrics[-1].step == status.step
    assert [line.seconds for line in metrics] == sorted(line.seconds for line in metrics)


def test_a_run_that_was_stopped_while_queued_never_trains(tmp_path: Path) -> None:
    run = _recorded(tmp_path, SETTINGS)
    run.request_stop()
    assert record(run) is RunState.STOPPED
    assert run.snapshot_steps() == ()


def test_a_wrong_file_ends_the_run_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "mnist.npz"
    wrong.write_bytes(b"not a zip")
    monkeypatch.setenv("STRATA_MNIST", str(wrong))
    run = _recorded(tmp_path / "runs", Settings(dataset="mnist", epochs=1))
    assert record(run) is RunState.FAILED
    status = run.status()
    assert status.state is RunState.FAILED
    assert str(wrong) in status.message
