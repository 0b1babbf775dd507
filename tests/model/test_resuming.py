"""The same settings give the same bits: at once, stopped and resumed, or trained on later."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import datasets
from model.networks import (
    CNN,
    MLP_25,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePool2D,
    Network,
)
from model.recording import record
from model.records import RunState
from model.reports import Checkpoint, Group, Report, Snapshot, Validating
from model.runs import Run, RunError, Runs
from model.settings import CHOICES, Optimizer, Settings
from model.snapshots import weights_hash
from model.training_loop import train

SETTINGS = Settings(
    dataset="digits",
    epochs=2,
    batch_size=128,
    optimizer="adamw",
    schedule="one_cycle",
    label_smoothing=0.1,
    shift_pixels=2,
    rotation_degrees=10,
    scale_percent=10,
    seed=5,
)


def _hash(reports: Iterator[Report] | list[Report]) -> str:
    return weights_hash([report for report in reports if isinstance(report, Snapshot)][-1].weights)


@pytest.fixture(scope="module")
def straight() -> list[Report]:
    return list(train(SETTINGS, CNN, datasets.load("digits")))


def test_the_same_seed_gives_the_same_bits_and_another_others(straight: list[Report]) -> None:
    assert _hash(train(SETTINGS, CNN, datasets.load("digits"))) == _hash(straight)
    assert _hash(train(replace(SETTINGS, seed=6), CNN, datasets.load("digits"))) != _hash(straight)


def _stop_at(step: int) -> Callable[[Report], bool]:
    return lambda report: isinstance(report, Group) and report.step >= step


def _in_validation(report: Report) -> bool:
    return isinstance(report, Validating)


@pytest.mark.parametrize("left", [_stop_at(1), _stop_at(4), _stop_at(9), _in_validation], ids=["1", "4", "9", "val"])
def test_left_and_resumed_gives_the_same_bits(straight: list[Report], left: Callable[[Report], bool]) -> None:
    heard: list[Report] = []
    for report in train(SETTINGS, CNN, datasets.load("digits"), lambda: left(heard[-1])):
        heard.append(report)
    checkpoint = heard[-2]
    assert isinstance(checkpoint, Checkpoint)
    resumed = list(train(SETTINGS, CNN, datasets.load("digits"), checkpoint=checkpoint))
    assert _hash(resumed) == _hash(straight) != _hash(heard)
    last, expected = (_last_figures(reports) for reports in (resumed, straight))
    assert last == expected


def _last_figures(reports: list[Report]) -> Report:
    return reports[-3]  # before the last checkpoint and the end: the last epoch


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def _finished(runs: Runs, settings: Settings, further_epochs: tuple[int, ...] = ()) -> Run:
    run = runs.create(settings, CNN, {}, further_epochs)
    assert record(run) is RunState.FINISHED
    return run


def test_dropout_and_batch_statistics_go_on_where_they_were() -> None:
    layers = (
        Conv2D("conv_1", 4),
        BatchNormalization("norm_1"),
        GlobalAveragePool2D("average"),
        Dropout("dropout_1", 0.5),
        Dropout("dropout_2", 0.2),
        Dense("output", 10, activation="softmax"),
    )
    network, digits = Network("tiny", "Tiny", (28, 28, 1), layers), datasets.load("digits")
    straight = list(train(SETTINGS, network, digits))
    asked = iter([False, True])
    checkpoint = list(train(SETTINGS, network, digits, lambda: next(asked)))[-2]
    assert isinstance(checkpoint, Checkpoint)
    assert _hash(train(SETTINGS, network, digits, checkpoint=checkpoint)) == _hash(straight)
    first, last = (report.weights for report in straight if isinstance(report, Snapshot) if report.step in {0, 18})
    assert not np.array_equal(first["norm_1/moving_mean"], last["norm_1/moving_mean"])


@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
def test_every_optimiser_goes_on_where_it_was(optimizer: Optimizer) -> None:
    settings, digits = replace(SETTINGS, optimizer=optimizer, epochs=1), datasets.load("digits")
    asked = iter([False, True])
    checkpoint = list(train(settings, MLP_25, digits, lambda: next(asked)))[-2]
    assert isinstance(checkpoint, Checkpoint)
    resumed = train(settings, MLP_25, digits, checkpoint=checkpoint)
    assert _hash(resumed) == _hash(train(settings, MLP_25, digits))


def test_trained_on_equals_trained_at_once_where_the_rate_is_constant(runs: Runs) -> None:
    settings = replace(SETTINGS, schedule="constant", epochs=1)
    run = _finished(runs, settings)
    first = run.status()
    runs.queue_again(run, 1)
    assert record(run) is RunState.FINISHED
    at_once = _finished(runs, replace(settings, epochs=2))
    status = run.status()
    assert status.weights_hash == at_once.status().weights_hash != first.weights_hash
    assert status.weights_hash == weights_hash(run.weights(status.step))
    assert status.seconds > first.seconds
    assert [line.step for line in run.metrics() if line.val_loss is not None] == [9, 18]


def test_a_schedule_begins_again_where_a_run_is_trained_on_and_again_repeats_that(runs: Runs) -> None:
    run = _finished(runs, replace(SETTINGS, epochs=1))
    runs.queue_again(run, 1)
    assert record(run) is RunState.FINISHED
    rates = [line.learning_rate for line in run.metrics()]
    assert rates[-1] < 0.1 * max(rates) and run.config().parts == (1, 1)
    again = _finished(runs, run.config().settings, run.config().further_epochs)
    assert again.status().weights_hash == run.status().weights_hash


def _kill_after(steps: int) -> Callable[[Report], None]:
    def on_report(report: Report) -> None:
        if isinstance(report, Group) and report.step >= steps:
            raise KeyboardInterrupt  # leaves everything as it lies, as a kill would

    return on_report


@pytest.mark.parametrize("steps", [1, 10, 15])
def test_what_was_ended_from_outside_goes_on_to_the_same_bits(
    runs: Runs, straight: list[Report], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.training_loop.CHECKPOINT_SECONDS", 0.0)
    run = runs.create(SETTINGS, CNN, {})
    with pytest.raises(KeyboardInterrupt):
        record(run, _kill_after(steps))
    status = run.status()
    run.write_status(replace(status, owner="nobody"))
    with (run.path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2, "epo')
    assert run.status().state is RunState.INTERRUPTED
    runs.queue_again(run)
    assert record(run) is RunState.FINISHED
    assert run.status().weights_hash == _hash(straight)
    groups = [line.step for line in run.metrics() if line.val_loss is None]
    assert groups == sorted(set(groups))
    assert sum(line.val_loss is not None for line in run.metrics()) == 2
    assert not list(run.path.rglob(".*"))


def test_what_cannot_go_on_is_refused_in_words(runs: Runs) -> None:
    run = runs.create(SETTINGS, CNN, {})
    with pytest.raises(RunError, match=r"is queued\. Expected one that has ended\. Stop it first"):
        runs.queue_again(run)
    assert record(run) is RunState.FINISHED
    with pytest.raises(
        RunError, match=r"finished with 2 epochs asked for\. Expected 1 to 98 further epochs, received 0"
    ):
        runs.queue_again(run)
    with pytest.raises(RunError, match="received 99"):
        runs.queue_again(run, 99)
    with pytest.raises(RunError, match="comes with Strata and cannot be trained on"):
        runs.queue_again(runs.find("pretrained"), 1)


def test_other_images_than_before_are_refused(runs: Runs) -> None:
    run = _finished(runs, replace(SETTINGS, epochs=1))
    data = run.data()
    assert data is not None
    run.write_data(replace(data, sha256="0" * 64))
    runs.queue_again(run, 1)
    assert record(run) is RunState.FAILED
    assert "began with Digits of SHA-256 00000000. Expected the same images" in run.status().message


def test_a_foreign_checkpoint_is_refused(runs: Runs) -> None:
    run = _finished(runs, replace(SETTINGS, epochs=1))
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    variables = {**checkpoint.variables, "model/000": np.zeros(3, np.float32)}
    run.write_checkpoint(replace(checkpoint, variables=variables))
    runs.queue_again(run, 1)
    assert record(run) is RunState.FAILED
    assert "model/000 has the shape (3,). Expected (3, 3, 1, 32)" in run.status().message
