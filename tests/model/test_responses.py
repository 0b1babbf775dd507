"""What filters answer to over the test set, against loops over Keras's traces; what is said of it, worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import datasets
from model.activity import activities
from model.analyses import Analysis, Arrays, Cancelled
from model.layers import Add
from model.networks import (
    CNN,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    MaxPool2D,
    Network,
)
from model.recording import record
from model.responses import TOP, responses
from model.runs import Run, RunError, Runs
from model.selectivity import can_die, selectivity
from model.settings import Settings
from model.tracing import trace

SMALL = Network(
    "small",
    "Small",
    (28, 28, 1),
    (
        Conv2D("conv_1", 4, strides=(2, 2)),
        BatchNormalization("norm_1"),
        MaxPool2D("pool_1"),
        DepthwiseConv2D("depthwise_1", depth_multiplier=2),
        Dropout("dropout_1"),
        Flatten("flatten"),
        Dense("dense_1", 12),
        Dense("output", 10, activation="softmax"),
    ),
)
LAYERS = [layer.name for layer in SMALL.layers]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Runs(tmp_path_factory.mktemp("runs")).create(Settings(dataset="digits", epochs=1, batch_size=64), SMALL, {})
    record(run)
    return run


@pytest.fixture(scope="module")
def traced(run: Run) -> dict[str, np.ndarray]:
    return trace(run.path, run.snapshot_steps()[-1], datasets.load("digits").x_test)


def _asked(run: Run, layer: str, words: list[tuple[str, int, int]] | None = None) -> Arrays:
    def report(what: str, done: int, total: int) -> None:
        if words is not None:
            words.append((what, done, total))

    return responses(Analysis.of("responses", run, run.snapshot_steps()[-1], layer=layer), report)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_strongest_pictures_and_places_are_what_a_loop_finds(
    run: Run, traced: dict[str, np.ndarray], layer: str
) -> None:
    found = _asked(run, layer)
    values = traced[layer].reshape(len(traced[layer]), -1, traced[layer].shape[-1])  # (pictures, neurons, channels)
    for channel in range(values.shape[-1]):
        best = sorted(range(len(values)), key=lambda number: -values[number, :, channel].max())[:TOP]
        strongest = [values[number, :, channel].max() for number in best]
        np.testing.assert_allclose(found["top_values"][channel], strongest, atol=1e-5)
        # Two that differ in the last bit alone may change places between one batch size and another.
        for number, place, value in zip(
            found["top_pictures"][channel], found["top_places"][channel], strongest, strict=True
        ):
            assert values[number, place, channel] == pytest.approx(value, abs=1e-5)
            assert values[number, :, channel].max() == pytest.approx(value, abs=1e-5)
        assert len(set(found["top_pictures"][channel])) == TOP


@pytest.mark.parametrize("layer", LAYERS)
def test_class_means_and_shares_are_what_pandas_says(run: Run, traced: dict[str, np.ndarray], layer: str) -> None:
    found = _asked(run, layer)
    values = traced[layer]
    spatial = tuple(range(1, values.ndim - 1))
    frame = pd.DataFrame(values.mean(spatial, dtype=np.float64))
    expected = frame.groupby(datasets.load("digits").y_test).mean().to_numpy().T
    np.testing.assert_allclose(found["class_means"], expected, atol=1e-5)
    np.testing.assert_allclose(found["active"], (values > 0).mean((0, *spatial)), atol=1e-4)
    np.testing.assert_allclose(found["pictures"], (values.max(spatial) > 0).mean(0), atol=1e-2)
    assert found["images"].tolist() == [len(values)]


def test_a_filter_that_never_answers_is_found_dead(run: Run, tmp_path: Path) -> None:
    weights = run.weights(run.snapshot_steps()[-1])
    killed = {**weights, "conv_1/bias": weights["conv_1/bias"] - np.array([0, 99, 0, 0], np.float32)}
    step = run.snapshot_steps()[-1] + 1
    run.write_snapshot(step, killed)
    try:
        found = responses(Analysis.of("responses", run, step, layer="conv_1"), lambda words, done, total: None)
    finally:
        run.snapshot_path(step).unlink()
    assert (found["top_values"][:, 0] > 0).tolist() == [True, False, True, True]
    assert found["active"][1] == found["pictures"][1] == 0
    assert found["top_pictures"][1].tolist() == list(range(TOP))


def test_it_says_how_far_it_is_and_ends_when_asked(run: Run) -> None:
    words: list[tuple[str, int, int]] = []
    _asked(run, "pool_1", words)
    images = len(datasets.load("digits").y_test)
    assert words == [("test pictures", done, images) for done in range(0, images, 250)]

    def end(words: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        responses(Analysis.of("responses", run, 0, layer="conv_1"), end)


def test_a_run_without_data_is_refused(tmp_path: Path) -> None:
    empty = Runs(tmp_path).create(Settings(dataset="digits"), CNN, {})
    with pytest.raises(RunError, match="has not loaded its data"):
        responses(Analysis.of("responses", empty, 0, layer="conv_1"), lambda words, done, total: None)


def test_selectivity_is_worked_by_hand() -> None:
    """4 of the best class against 2 of the others: (4 - 2) / (4 + 2)."""
    assert selectivity(np.array([1, 3, 4, np.nan], np.float32)) == pytest.approx(1 / 3)
    assert selectivity(np.array([0, 0, 2], np.float32)) == 1
    assert selectivity(np.full(10, 0.5, np.float32)) == 0
    assert selectivity(np.zeros(10, np.float32)) is None
    assert selectivity(np.array([-1, 2], np.float32)) is None


def test_only_what_comes_from_a_relu_can_die() -> None:
    found = {layer: can_die(SMALL, layer) for layer in LAYERS}
    assert found == {
        "conv_1": True, "norm_1": False, "pool_1": False, "depthwise_1": True, "dropout_1": True, "flatten": True,
        "dense_1": True, "output": False,
    }  # fmt: skip
    late = Network(
        "late",
        "Late",
        (28, 28, 1),
        (Conv2D("conv_1", 2, activation="linear"), Activation("activation_1"), GlobalAveragePool2D("global_1")),
    )
    assert [can_die(late, layer.name) for layer in late.layers] == [False, True, True]


def test_branches_of_relus_die_together_and_one_that_is_not_keeps_a_layer_alive() -> None:
    ends = (Add("sum"), GlobalAveragePool2D("mean"))
    for activation, dies in (("relu", True), ("tanh", False)):
        layers = (Conv2D("a", 2), Conv2D("b", 2, activation=activation), *ends)
        network = Network("n", "N", (9, 9, 1), layers, (("b", ("input",)), ("sum", ("a", "b"))))
        assert [can_die(network, name) for name in ("a", "b", "sum", "mean")] == [True, dies, dies, dies]
    skip = Network("n", "N", (9, 9, 1), (Conv2D("a", 1, padding="same"), *ends), (("sum", ("a", "input")),))
    assert not can_die(skip, "sum")


def test_activities_are_the_traces_own(run: Run, traced: dict[str, np.ndarray]) -> None:
    first = {name: values[0] for name, values in traced.items()}
    found = activities(SMALL, first)
    assert [each.title for each in found] == ["conv 1", "norm 1", "pool 1", "depthwise 1", "dense 1", "output"]
    for each in found:
        values = first[each.layer].ravel().tolist()
        assert each.neurons == len(values)
        assert each.mean == pytest.approx(sum(values) / len(values), abs=1e-6)
        assert each.maximum == max(values)
        assert each.above == sum(value > 0 for value in values) / len(values)
