"""The test set's figures and the exported file are what Keras says they are."""

from pathlib import Path

import keras
import numpy as np
import pytest

from data import datasets
from model import evaluation
from model.exporting import export
from model.networks import CNN
from model.recording import record
from model.records import Evaluation
from model.runs import Run, RunError, Runs
from model.settings import Settings
from model.snapshots import halved


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Runs(tmp_path_factory.mktemp("runs")).create(Settings(dataset="digits", epochs=2, batch_size=64), CNN, {})
    record(run)
    return run


def _exported(run: Run, step: int, folder: Path) -> keras.Model:
    path = folder / "network.keras"
    path.write_bytes(export(run.path, step))
    return keras.models.load_model(path)


# Keras 3.15 turns variables into arrays in a way that NumPy 2 will not take for ever; nothing of ours.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_keras_says_the_same_of_the_exported_file(run: Run, tmp_path: Path) -> None:
    digits = datasets.load("digits")
    step = run.snapshot_steps()[-1]
    model = _exported(run, step, tmp_path)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(digits.x_test.astype(np.float32) / 255, digits.y_test, verbose=0)
    found = evaluation.evaluate(run.path, step)
    assert found.images == len(digits.y_test)
    assert found.loss == pytest.approx(loss, abs=1e-5)
    assert found.accuracy == pytest.approx(accuracy, abs=1e-6)


def test_what_was_computed_once_is_read_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.evaluation(0) is None
    first = evaluation.evaluate(run.path, 0)
    monkeypatch.setattr(evaluation, "_evaluator", None)
    assert evaluation.evaluate(run.path, 0) == run.evaluation(0) == first
    assert isinstance(first, Evaluation) and first.accuracy < 0.5


def test_a_step_without_a_snapshot_is_refused(run: Run) -> None:
    with pytest.raises(RunError, match="has no snapshot at step 99,999"):
        evaluation.evaluate(run.path, 99_999)
    with pytest.raises(RunError, match="has no snapshot at step 99,999"):
        export(run.path, 99_999)


def test_half_precision_moves_kernels_by_its_last_digit_alone(run: Run) -> None:
    """float16 has 11 significant bits: rounding moves a weight by at most 2 ** -11 of the largest."""
    step = run.snapshot_steps()[-1]
    whole = run.weights(step)
    half = halved(whole)
    assert {name for name, array in half.items() if array.dtype == np.float16} == {
        name for name in whole if name.endswith("kernel")
    }
    for name, array in whole.items():
        assert np.abs(half[name].astype(np.float32) - array).max() <= 2**-11 * np.abs(array).max()
    assert all(array.dtype == np.float32 for array in whole.values())


def test_what_half_precision_cannot_hold_stays_whole() -> None:
    weights = {"dense/kernel": np.array([[1e6, 1.0]], np.float32)}
    assert halved(weights)["dense/kernel"].dtype == np.float32
