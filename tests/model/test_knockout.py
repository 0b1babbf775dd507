"""Muted filters and units: what Keras says of a network whose weights are zeroed, or that is cut open."""

from pathlib import Path

import keras
import numpy as np
import pytest
import sklearn.metrics

from data import datasets
from model import knockout, muting
from model.analyses import Analysis, Arrays
from model.building import build, set_weights
from model.layers import Add, Concatenate, SeparableConv2D, ZeroPadding2D
from model.muting import MutingError
from model.networks import (
    CNN,
    PRESETS,
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    MaxPool2D,
    Network,
)
from model.run import Run
from tests.model.snapshots import STEP, images, run_of

OUTPUT = Dense("output", 10, "softmax")
INPUT = (28, 28, 1)
POOLED = Network(
    "pooled",
    "Pooled",
    INPUT,
    (
        Conv2D("conv_1", 4, strides=(2, 2)),
        MaxPool2D("pool_1", padding="same"),
        Conv2D("conv_2", 5, (3, 2), (2, 1), "same", "leaky_relu"),
        Flatten("flatten"),
        Dropout("dropout"),
        Dense("dense_1", 6),
        OUTPUT,
    ),
)
NORMALIZED = Network(
    "normalized",
    "Normalized",
    INPUT,
    (
        Conv2D("conv_1", 3, strides=(3, 3), activation="linear"),
        BatchNormalization("norm_1"),
        Activation("activation_1", "softplus"),
        DepthwiseConv2D("depthwise_1", depth_multiplier=2, padding="same"),
        BatchNormalization("norm_2"),
        GlobalMaxPool2D("peak"),
        OUTPUT,
    ),
)
MIXED = Network(
    "mixed",
    "Mixed",
    INPUT,
    (
        Conv2D("conv_1", 3, (5, 5), (2, 2), "same", "sigmoid"),
        AveragePool2D("pool_1", (3, 3), (3, 3), "same"),
        Flatten("flatten"),
        BatchNormalization("norm_1"),
        Dense("dense_1", 5, "tanh"),
        Activation("shares", "softmax"),
        OUTPUT,
    ),
)
AVERAGED = Network(
    "averaged", "Averaged", INPUT, (Conv2D("conv_1", 4, strides=(2, 2)), GlobalAveragePool2D("mean"), OUTPUT)
)
BRANCHED = Network(
    "branched",
    "Branched",
    INPUT,
    (
        Conv2D("conv_1", 3, (3, 3), (3, 3)),
        Conv2D("conv_2", 4, (3, 3), padding="same", dilation_rate=(2, 2), use_bias=False),
        SeparableConv2D("separable_1", 4, padding="same", activation="tanh"),
        Add("add_1"),
        ZeroPadding2D("padding_1"),
        Conv2D("conv_3", 5, (3, 3), (2, 2)),
        Concatenate("concatenate_1"),
        GlobalAveragePool2D("mean"),
        Dense("dense_1", 6, use_bias=False),
        OUTPUT,
    ),
    (
        ("separable_1", ("conv_1",)),
        ("add_1", ("conv_2", "separable_1")),
        ("concatenate_1", ("conv_3", "conv_3")),
    ),
)
NETWORKS = (POOLED, NORMALIZED, MIXED, AVERAGED, PRESETS["mlp_sigmoid"], BRANCHED)
LAYERS = [(network, placed.layer.name) for network in NETWORKS for placed in muting.mutable(network)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    root = tmp_path_factory.mktemp("runs")
    return {network.name: run_of(network, root, seed) for seed, network in enumerate((*NETWORKS, CNN))}


def no_report(words: str, done: int, total: int) -> None:
    assert words and 0 <= done < total


def ask(run: Run, choice: muting.Choice, replacement: str = "zero") -> Arrays:
    asked = Analysis.of("knockout", run, STEP, muted=muting.encoded(choice), replacement=replacement)
    return knockout.knockout(asked, no_report)


def keras_model(run: Run) -> keras.Model:
    model = build(run.config().network)
    set_weights(model, run.weights(STEP))
    return model


def figures(probabilities: np.ndarray) -> tuple[float, np.ndarray, float]:
    """Accuracy, hits by class and mean cross-entropy by scikit-learn."""
    labels = datasets.load("digits").y_test
    predicted = probabilities.argmax(axis=-1)
    hits = np.diag(sklearn.metrics.confusion_matrix(labels, predicted, labels=range(10)))
    exact = probabilities.astype(np.float64) / probabilities.sum(axis=-1, keepdims=True, dtype=np.float64)
    loss = sklearn.metrics.log_loss(labels, exact, labels=range(10))
    return sklearn.metrics.accuracy_score(labels, predicted), hits, loss


def cut_open(network: Network, model: keras.Model, choice: muting.Choice, how: str) -> np.ndarray:
    """The answers of a network whose muted channels are overwritten in NumPy between its layers."""
    found = {"input": (images(), images())}
    for placed in network.placed():
        layer, read = model.get_layer(placed.layer.name), [found[name] for name in placed.inputs]
        values, whole = (
            np.array(layer([each[which] for each in read] if len(read) > 1 else read[0][which], training=False))
            for which in (0, 1)
        )
        for channel in choice.get(placed.layer.name, ()):
            values[..., channel] = whole[..., channel].mean(dtype=np.float64) if how == "mean" else 0.0
        found[placed.layer.name] = values, whole
    return found[network.layers[-1].name][0]


@pytest.mark.parametrize("replacement", ["zero", "mean"])
@pytest.mark.parametrize(("network", "layer"), LAYERS, ids=lambda value: getattr(value, "name", value))
def test_every_channel_alone_is_worth_what_the_opened_network_says(
    runs: dict[str, Run], network: Network, layer: str, replacement: str
) -> None:
    run = runs[network.name]
    ranked = knockout.ranking(Analysis.of("ranking", run, STEP, layer=layer, replacement=replacement), no_report)
    model = keras_model(run)
    for channel in range(min(len(ranked["loss"]), 6)):
        _, hits, loss = figures(cut_open(network, model, {layer: (channel,)}, replacement))
        np.testing.assert_array_equal(ranked["hits"][channel], hits)
        assert ranked["loss"][channel] == pytest.approx(loss, abs=1e-6)
        alone = ask(run, {layer: (channel,)}, replacement)
        np.testing.assert_array_equal(alone["hits"], hits)
        assert alone["loss"][0] == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("layer", ["conv_1", "conv_2", "dense_1"])
def test_a_muted_filter_is_one_with_zeroed_weights(runs: dict[str, Run], layer: str) -> None:
    run = runs["cnn"]
    ranked = knockout.ranking(Analysis.of("ranking", run, STEP, layer=layer, replacement="zero"), no_report)
    labels = datasets.load("digits").y_test
    for channel in (0, len(ranked["loss"]) - 1):
        weights = run.weights(STEP)
        weights[f"{layer}/kernel"][..., channel] = 0
        weights[f"{layer}/bias"][channel] = 0
        model = build(CNN)
        set_weights(model, weights)
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        loss, accuracy = model.evaluate(images(), labels, verbose=0)
        assert ranked["hits"][channel].sum() / len(labels) == pytest.approx(accuracy, abs=1e-6)
        assert ranked["loss"][channel] == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize("replacement", ["zero", "mean"])
def test_several_are_muted_across_layers(runs: dict[str, Run], replacement: str) -> None:
    choice = {"conv_1": (0, 2), "conv_2": (1,), "dense_1": (3, 4)}
    found = ask(runs["pooled"], choice, replacement)
    accuracy, hits, loss = figures(cut_open(POOLED, keras_model(runs["pooled"]), choice, replacement))
    np.testing.assert_array_equal(found["hits"], hits)
    assert found["hits"].sum() / found["images"].sum() == pytest.approx(accuracy)
    assert found["loss"][0] == pytest.approx(loss, abs=1e-6)


def test_nothing_muted_is_the_network_itself(runs: dict[str, Run]) -> None:
    _, hits, loss = figures(cut_open(MIXED, keras_model(runs["mixed"]), {}, "zero"))
    found = ask(runs["mixed"], {})
    np.testing.assert_array_equal(found["hits"], hits)
    np.testing.assert_array_equal(found["images"], np.bincount(datasets.load("digits").y_test))
    assert found["loss"][0] == pytest.approx(loss, abs=1e-6)


def test_the_answers_own_layer_and_what_has_no_channels_cannot_be_muted(runs: dict[str, Run]) -> None:
    assert [placed.layer.name for placed in muting.mutable(CNN)] == ["conv_1", "conv_2", "dense_1"]
    with pytest.raises(MutingError, match="Expected one of conv_1, conv_2, dense_1"):
        ask(runs["pooled"], {"output": (1,)})
    with pytest.raises(MutingError, match="Layer 'pool_1' cannot be muted"):
        knockout.ranking(Analysis.of("ranking", runs["pooled"], STEP, layer="pool_1", replacement="zero"), no_report)
    with pytest.raises(MutingError, match=r"conv_1 has the channels 0 to 3. Received 4"):
        ask(runs["pooled"], {"conv_1": (0, 4)})


def test_a_choice_is_the_same_text_in_any_order(tmp_path: Path) -> None:
    text = muting.encoded(muting.chosen([("conv_2", 3), ("conv_1", 2), ("conv_2", 1), ("conv_2", 3)]))
    assert text == muting.encoded({"conv_1": (2,), "conv_2": (1, 3), "dense_1": ()})
    assert muting.decoded(text, CNN) == {"conv_1": (2,), "conv_2": (1, 3)}
    assert muting.encoded({"conv_1": ()}) == "" and muting.decoded("", CNN) == {}
