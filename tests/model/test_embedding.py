"""Points in space: what scikit-learn and NumPy say of the activations that Keras gives."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from data import datasets
from model import embedding, tracing
from model.analyses import Analysis, AnalysisError, Cancelled
from model.building import build, weights_of
from model.layers import Dense, Flatten
from model.networks import MLP_25, PRESETS, Network
from model.points import SEED, evenly, last_hidden
from model.recording import record
from model.records import DataRecord
from model.runs import Run, RunError, Runs
from model.settings import Settings


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Runs(tmp_path_factory.mktemp("runs")).create(Settings(dataset="digits", epochs=4), MLP_25, {})
    record(run)
    return run


@pytest.fixture(scope="module")
def step(run: Run) -> int:
    return run.snapshot_steps()[-1]


def _silent(words: str, done: int, total: int) -> None:
    pass


def _activations(run: Run, step: int, layer: str, pixels: np.ndarray) -> np.ndarray:
    return tracing.trace(run.path, step, pixels)[layer]


def test_components_are_scikit_learns_and_place_any_other_picture(run: Run, step: int) -> None:
    digits = datasets.load("digits")
    found = embedding.components(Analysis.of("x", run, step, layer="dense_2", drawn=100), _silent)
    activations = _activations(run, step, "dense_2", digits.x_test)
    numbers = found["numbers"]
    np.testing.assert_array_equal(numbers, evenly(digits.y_test, 100, SEED))
    oracle = PCA(3, svd_solver="full").fit(activations)
    np.testing.assert_allclose(found["variance"], oracle.explained_variance_ratio_, atol=1e-4)
    expected = oracle.transform(activations[numbers])
    expected *= np.sign((expected * found["points"]).sum(axis=0))  # an axis may point either way
    np.testing.assert_allclose(found["points"], expected, atol=1e-2)
    projected = (activations[numbers] - found["mean"]) @ found["axes"].T
    np.testing.assert_allclose(projected, found["points"], atol=1e-4)
    answers = tracing.trace(run.path, step, digits.x_test[numbers])["output"]
    np.testing.assert_array_equal(found["answers"], answers.argmax(axis=1))
    np.testing.assert_allclose(found["confidences"], answers.max(axis=1), atol=1e-5)
    assert found["fitted"][0] == len(digits.y_test)


def test_near_in_the_layer_is_near_by_t_sne_and_its_progress_is_its_own(run: Run, step: int) -> None:
    said: list[tuple[str, int, int]] = []
    found = embedding.neighbourhoods(
        Analysis.of("x", run, step, layer="dense_2", drawn=120), lambda *report: said.append(report)
    )
    digits = datasets.load("digits")
    activations = _activations(run, step, "dense_2", digits.x_test[found["numbers"]])
    assert trustworthiness(activations, found["points"], n_neighbors=8) > 0.9
    assert trustworthiness(activations, np.random.default_rng(0).normal(size=(120, 3)), n_neighbors=8) < 0.7
    iterations = [done for words, done, _ in said if words == "iterations" and done]
    assert {50, 100, 150, 200, 250, 300} <= set(iterations) and iterations == sorted(iterations)
    assert found["iterations"][0] >= max(iterations)


def test_t_sne_ends_when_asked_to(run: Run, step: int) -> None:
    def ask_to_end(words: str, done: int, total: int) -> None:
        if words == "iterations" and done >= 100:
            raise Cancelled

    with pytest.raises(Cancelled):
        embedding.neighbourhoods(Analysis.of("x", run, step, layer="dense_2", drawn=120), ask_to_end)


@pytest.mark.parametrize("among", ["training", "test"])
def test_the_nearest_are_those_of_the_smallest_differences(run: Run, step: int, among: str) -> None:
    digits = datasets.load("digits")
    picture = digits.x_test[5]
    asked = Analysis.of("x", run, step, picture, layer="dense_2", among=among, searched=400, count=6)
    found = embedding.nearest(asked, _silent)
    trained = int(0.8 * len(digits.y_train))  # the rest only validates
    pixels = digits.x_train[:trained] if among == "training" else digits.x_test
    labels = digits.y_train[:trained] if among == "training" else digits.y_test
    numbers = evenly(labels, 400, SEED)
    there = _activations(run, step, "dense_2", pixels[numbers])
    here = _activations(run, step, "dense_2", picture[None])[0]
    distances = np.sqrt(((there - here) ** 2).sum(axis=1))
    order = np.argsort(distances)[:6]
    np.testing.assert_array_equal(found["numbers"], numbers[order])
    np.testing.assert_allclose(found["distances"], distances[order], atol=1e-3)
    assert (found["searched"][0], found["of"][0]) == (len(numbers), len(labels))
    # Another picture: the training set is not read again.
    other = Analysis.of("x", run, step, digits.x_test[6], layer="dense_2", among=among, searched=400, count=6)
    read: list[str] = []
    embedding.nearest(other, lambda words, done, total: read.append(words))
    assert read == ["picture"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_points(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    network = PRESETS[name]
    run = Runs(tmp_path_factory.mktemp("runs")).create(Settings(dataset="digits", network=name), network, {})
    _give_weights(run, weights_of(build(network)))
    layer = last_hidden(network).layer.name
    found = embedding.components(Analysis.of("x", run, 0, layer=layer, drawn=50), _silent)
    assert np.isfinite(found["points"]).all() and len(found["points"]) == 50


def _give_weights(run: Run, weights: dict[str, np.ndarray]) -> None:
    digits = datasets.load("digits")
    run.write_data(DataRecord("digits", digits.title, digits.origin, digits.sha256, digits.class_names, 1, 1))
    run.write_snapshot(0, weights)


def test_a_layer_of_two_dead_units_has_points_all_the_same(tmp_path: Path) -> None:
    network = Network(
        "dead", "Dead", (28, 28, 1), (Flatten("flatten"), Dense("dense_1", 2), Dense("output", 10, "softmax"))
    )
    run = Runs(tmp_path).create(Settings(dataset="digits", network="dead"), network, {})
    shapes = {name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()}
    _give_weights(run, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
    found = embedding.components(Analysis.of("x", run, 0, layer="dense_1", drawn=50), _silent)
    assert not found["points"].any() and not found["variance"].any() and found["axes"].shape == (3, 2)
    found = embedding.neighbourhoods(Analysis.of("x", run, 0, layer="dense_1", drawn=50), _silent)
    assert np.isfinite(found["points"]).all()


def test_what_cannot_be_looked_into_is_refused(run: Run, step: int) -> None:
    with pytest.raises(AnalysisError, match="has no layer 'conv_1' whose output is a row of values"):
        embedding.components(Analysis.of("x", run, step, layer="conv_1", drawn=10), _silent)
    with pytest.raises(RunError, match="has no snapshot at step 99,999"):
        embedding.components(Analysis.of("x", run, 99_999, layer="dense_1", drawn=10), _silent)
