"""The test set's figures and the exported file are what Keras says they are."""

from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from data import datasets, scribbles
from model import analyses, evaluation, rejection, tracing
from model.analyses import Analysis
from model.exporting import export
from model.layers import Activation, Conv2D, Dense, Flatten, GlobalAveragePool2D, Layer
from model.networks import CNN, Network
from model.readings import Readings
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
    monkeypatch.setattr(evaluation, "_reader", None)
    assert evaluation.evaluate(run.path, 0) == run.evaluation(0) == first
    assert isinstance(first, Evaluation) and first.accuracy < 0.5


def _silent(words: str, done: int, total: int) -> None:
    pass


def test_the_test_set_is_read_once_a_snapshot(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks first: the answers leave the figures, and figures are made of answers that are there."""
    step = run.snapshot_steps()[1]
    asked = Analysis.of("answers", run, step)
    analyses.compute(asked, run.path / "analyses", evaluation.answers)
    recorded = run.evaluation(step)
    assert recorded is not None
    monkeypatch.setattr(evaluation, "_reader", None)
    assert evaluation.evaluate(run.path, step) == recorded
    (run.path / "evaluations" / f"{step:08d}.json").unlink()
    assert evaluation.evaluate(run.path, step) == recorded == run.evaluation(step)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_answers_are_keras_own_and_say_what_follows(run: Run, tmp_path: Path) -> None:
    digits, step = datasets.load("digits"), run.snapshot_steps()[-1]
    found = evaluation.answers(Analysis.of("answers", run, step), _silent)
    expected = _exported(run, step, tmp_path)(digits.x_test.astype(np.float32) / 255).numpy()
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-6)
    readings = Readings(found["probabilities"], digits.y_test)
    np.testing.assert_array_equal(found["confusion"], readings.confusion())
    np.testing.assert_array_equal(found["by_class"], readings.by_class())


def test_strangers_are_further_away_than_digits_and_none_of_them_was_seen(run: Run) -> None:
    digits, step = datasets.load("digits"), run.snapshot_steps()[-1]
    found = evaluation.strangers(Analysis.of("strangers", run, step), _silent)
    training, validation = datasets.split(len(digits.x_train), run.config().settings.validation_fraction)
    count = len(digits.x_train[validation])
    assert len(found["validation"]) == count and len(found["test"]) == len(digits.y_test)
    assert len(found["reference"]) == len(digits.x_train[training])
    hidden = rejection.unit(tracing.trace(run.path, step, digits.x_test)["dense_1"])
    # scikit-learn over all training pictures, in single precision.
    known = rejection.unit(tracing.trace(run.path, step, digits.x_train[training])["dense_1"])
    nearest = NearestNeighbors(n_neighbors=5).fit(known).kneighbors(hidden)[0][:, -1]
    np.testing.assert_allclose(found["test"][:, 0], nearest, atol=5e-3)
    probabilities = tracing.trace(run.path, step, digits.x_test)["output"]
    np.testing.assert_allclose(found["test"][:, 1], probabilities.max(axis=1), atol=1e-6)
    per_kind = np.split(found["other_test"][:, 0], len(scribbles.KINDS))
    assert all(np.median(kind) > np.median(found["test"][:, 0]) for kind in per_kind)
    closest = found["closest_places"]
    assert (np.diff(found["other_test"][closest, 0]) >= 0).all()
    pictures = scribbles.strangers(digits.x_test[:count], digits.y_test[:count], scribbles.TEST_SEED)
    np.testing.assert_array_equal(found["closest"], pictures[closest])
    said = tracing.trace(run.path, step, pictures[closest])["output"]
    np.testing.assert_allclose(found["closest_probabilities"], said, atol=1e-6)


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten("flatten"), Dense("wide", 3000), Dense("output", 10, activation="sigmoid")),
        (Conv2D("maps", 10, strides=(3, 3)), GlobalAveragePool2D("average"), Activation("soft", "softmax")),
        (Flatten("flatten"), Dense("output", 10, activation="softmax")),
    ],
    ids=["sigmoids over a wide layer", "no dense layer", "dense alone"],
)
def test_networks_of_the_editor_are_compared_too(tmp_path: Path, layers: tuple[Layer, ...]) -> None:
    network = Network("own", "Own", (28, 28, 1), layers)
    run = Runs(tmp_path).create(Settings(dataset="digits", epochs=1, batch_size=256), network, {})
    record(run)
    step = run.snapshot_steps()[-1]
    found = evaluation.strangers(Analysis.of("strangers", run, step), _silent)
    assert len(found["reference"]) >= 500
    assert found["reference"].size <= max(320_000, 500 * found["reference"].shape[1])
    hidden = tracing.trace(run.path, step, datasets.load("digits").x_test[:50])[rejection.hidden_layer(network)]
    own = rejection.distances(rejection.unit(hidden), found["reference"])
    np.testing.assert_allclose(own, found["test"][:50, 0], atol=1e-3)


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
