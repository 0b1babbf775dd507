"""Descriptions of graphs against the same models written for Keras by hand, and through their JSON."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmarks import parity_cases, parity_graphs
from model.building import build, outputs, set_weights, weights_of
from model.exporting import export
from model.foreign_building import described
from model.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    KerasLayer,
    Layer,
    MaxPool2D,
    Multiply,
    Padding,
    Rescaling,
    Reshape,
    Subtract,
)
from model.learner import _skip_before_1x1
from model.networks import CNN, GlobalAveragePool2D, Network, NetworkError, Wires
from model.tracing import trace
from tests.model.graphs import PAIRS, RESIDUAL, Pair
from tests.model.snapshots import STEP, run_of

TOKENS = keras.Input((49, 6))


def _random(network: Network, pictures: int = 3) -> np.ndarray:
    return np.random.default_rng(7).uniform(0, 1, (pictures, *network.input_shape)).astype(np.float32)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.network.name)
def test_a_description_computes_what_keras_computes_from_calls_written_by_hand(pair: Pair) -> None:
    network, by_hand = pair.network, pair.keras_model()
    weights = parity_cases.weights(network, seed=3)
    for layer in by_hand.layers:
        for variable in layer.weights:
            variable.assign(weights[f"{layer.name}/{variable.name}"])
    model = build(network)
    set_weights(model, weights)
    assert network.parameters == by_hand.count_params() == model.count_params()
    assert network.placed()[-1].output_shape == by_hand.output.shape[1:]
    pictures = _random(network)
    np.testing.assert_array_equal(model(pictures, training=False), by_hand(pictures, training=False))
    found = outputs(model, network)(pictures, training=False)
    assert [tuple(values.shape[1:]) for values in found] == [placed.output_shape for placed in network.placed()]


@pytest.mark.parametrize("graph", list(parity_graphs.networks())[:7], ids=lambda graph: graph.name)
def test_every_shape_and_weight_of_a_graph_is_keras_own(graph: Network) -> None:
    model = build(graph)
    for placed in graph.placed():
        layer = model.get_layer(placed.layer.name)
        assert placed.output_shape == layer.output.shape[1:], placed.layer.name
        found = {f"{layer.name}/{weight.name}": tuple(weight.shape) for weight in layer.weights}
        assert placed.weight_shapes == found
    assert graph.parameters == model.count_params()
    assert Network.from_json(json.loads(json.dumps(graph.to_json()))) == graph


def _keras_layers() -> list[keras.Layer]:
    attention = keras.layers.MultiHeadAttention(2, 3, value_dim=4)
    attention(TOKENS, TOKENS)
    single = [
        keras.layers.LayerNormalization(epsilon=1e-5),
        keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True)),
        keras.layers.TimeDistributed(keras.layers.Dense(4, activation="gelu")),
        keras.layers.LSTM(5),
    ]
    for layer in single:
        layer(TOKENS)
    return [attention, *single]


@pytest.mark.parametrize("place", range(5))
def test_keras_own_layers_are_described_and_built_again(place: int) -> None:
    layer = _keras_layers()[place]
    found = described(layer, "own", (49, 6))
    ending: tuple[Layer, ...] = (Flatten("flatten"), Dense("output", 10, "softmax"))
    front = (Conv2D("conv", 6, (4, 4), (4, 4), activation="tanh"), Reshape("tokens", (49, 6)))
    network = Network("own", "Own", (28, 28, 1), (*front, found, *ending))
    assert not network.computable_in_browser and network.keras_layers == ("own",)
    assert Network.from_json(json.loads(json.dumps(network.to_json()))) == network
    model = build(network)
    weights = weights_of(model)
    assert {name: values.shape for name, values in weights.items()} == {
        name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()
    }
    own = dict(zip((f"own/{name}" for name, _ in found.weights), layer.get_weights(), strict=True))
    set_weights(model, {**weights, **own})
    tokens, after = outputs(model, network, ["tokens", "own"])(_random(network), training=False)
    by_keras = layer(tokens, tokens) if place == 0 else layer(tokens)
    np.testing.assert_allclose(after, by_keras, atol=1e-6)
    assert network.parameters == model.count_params()


# Keras 3.15 turns variables into arrays in a way that NumPy 2 will not take for ever; nothing of ours.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_a_graph_is_exported_as_keras_own_file(tmp_path: Path) -> None:
    network = RESIDUAL.network
    run = run_of(network, tmp_path)
    (tmp_path / "exported.keras").write_bytes(export(run.path, STEP))
    loaded = keras.models.load_model(tmp_path / "exported.keras")
    traced = trace(run.path, STEP, _random(network))
    assert list(traced) == ["input", *(layer.name for layer in network.layers)]
    np.testing.assert_allclose(loaded(_random(network), training=False), traced["output"], atol=1e-6)


def test_a_description_of_a_keras_layer_that_lies_is_refused() -> None:
    layer = keras.layers.LayerNormalization()
    layer(keras.Input((28, 28, 1)))
    found = described(layer, "own", (28, 28, 1))
    for lie in (
        dataclasses.replace(found, shape=(28, 28, 2)),
        dataclasses.replace(found, weights=found.weights[:1]),
        dataclasses.replace(found, weights=((found.weights[0][0], (7,)), found.weights[1])),
    ):
        with pytest.raises(NetworkError, match=r"Layer own makes \(28, 28, 1\) with the weights gamma"):
            build(Network("lie", "Lie", (28, 28, 1), (lie, Flatten("flatten"))))
    broken = dataclasses.replace(found, config='{"axis": "nothing"}')
    with pytest.raises(NetworkError, match="Layer own, Keras's LayerNormalization, cannot be made"):
        build(Network("broken", "Broken", (28, 28, 1), (broken, Flatten("flatten"))))


def test_a_chain_is_read_and_built_as_before_there_were_graphs() -> None:
    record = CNN.to_json()
    assert record.pop("wires") == {}
    found = Network.from_json(record)
    assert found == CNN and found.is_chain and found.computable_in_browser
    assert isinstance(build(found), keras.Sequential)
    assert [placed.inputs for placed in CNN.placed()][:3] == [("input",), ("conv_1",), ("pool_1",)]
    assert not RESIDUAL.network.is_chain


def test_who_reads_a_layer_and_what_lies_behind_it() -> None:
    network = RESIDUAL.network
    assert [placed.layer.name for placed in network.readers("relu_2")] == ["short", "conv_2"]
    assert [placed.layer.name for placed in network.readers("input")] == ["stem"]
    assert network.behind("short") == {"add_2", "pool", "dropout", "flatten", "output"}
    assert network.behind("output") == frozenset()


def _one(*layers: Layer, wires: Wires = ()) -> Network:
    return Network("n", "N", (4, 4, 2), layers, wires)


CONV = Conv2D("a", 2, padding="same")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            _one(CONV, Add("sum"), wires=(("sum", ("a", "later")),)),
            "Layer sum reads 'later', which is not there. Expected the picture, input, or a layer listed before it.",
        ),
        (
            _one(Add("sum"), CONV, wires=(("sum", ("a", "input")),)),
            "Layer sum reads 'a', which does not stand before it. Expected the picture, input, or a layer listed "
            "before it.",
        ),
        (
            _one(CONV, wires=(("a", ("a",)),)),
            "Layer a reads 'a', which does not stand before it. Expected the picture, input, or a layer listed before "
            "it.",
        ),
        (_one(CONV, Add("sum")), "Layer sum merges. Expected at least two inputs, received one. Wire another."),
        (
            _one(CONV, MaxPool2D("b"), wires=(("b", ("a", "input")),)),
            "Layer b of the kind max_pool2d reads one input, received 2. Merge them before it.",
        ),
        (
            _one(CONV, MaxPool2D("b"), Add("sum"), wires=(("sum", ("a", "b")),)),
            "Layer sum merges value by value. Expected inputs of one shape, or of (1, 1, channels) beside it, received "
            "(4, 4, 2) and (2, 2, 2).",
        ),
        (
            _one(CONV, Conv2D("b", 3), GlobalAveragePool2D("c", keepdims=True), Multiply("product"),
                 wires=(("product", ("a", "c")),)),
            "Layer product merges value by value. Expected inputs of one shape, or of (1, 1, channels) beside it, "
            "received (4, 4, 2) and (1, 1, 3).",
        ),
        (
            _one(CONV, Reshape("tokens", (16, 2)), GlobalAveragePool2D("c", keepdims=True), Multiply("product"),
                 wires=(("c", ("a",)), ("product", ("tokens", "c")))),
            "Layer product merges value by value. Expected inputs of one shape, or of (1, 1, channels) beside it, "
            "received (16, 2) and (1, 1, 2).",
        ),
        (
            _one(CONV, MaxPool2D("b"), Concatenate("both"), wires=(("both", ("a", "b")),)),
            "Layer both puts channels behind each other. Expected inputs that differ in channels alone, received "
            "(4, 4, 2) and (2, 2, 2).",
        ),
        (
            _one(CONV, Subtract("less"), wires=(("less", ("a", "a", "input")),)),
            "Layer less subtracts. Expected two inputs, received 3.",
        ),
        (
            _one(CONV, Conv2D("b", 2), wires=(("b", ("input",)),)),
            "Layer a of N is read by no other. Expected one output, that of the last layer. Wire it or leave it out.",
        ),
        (
            _one(CONV, wires=(("b", ("a",)),)),
            "Network N wires a layer 'b', which is not there. Expected the name of a layer.",
        ),
        (_one(CONV, wires=(("a", ()),)), "Layer a reads nothing. Expected at least one input in its wires."),
        (_one(CONV, wires=(("a", ("input",)),) * 2), "Network N wires a layer twice. Expected each once."),
        (
            _one(Conv2D("a", 2, strides=(2, 2), dilation_rate=(1, 2))),
            "Layer a has strides 2x2 and is dilated 1x2. Expected one or the other, which is all that Keras computes. "
            "Set strides or dilation_rate to 1.",
        ),
        (
            _one(Reshape("r", (4, 9))),
            "Layer r reshapes (4, 4, 2). Expected one to three sides whose product is 32, received (4, 9).",
        ),
        (
            _one(Rescaling("r", (1.0, 2.0, 3.0))),
            "Layer r: expected one scale, or one for each of 2 channels, received 3.",
        ),
        (
            _one(KerasLayer("l", "Lambda", "{}", (4,))),
            "Layer l: expected one of Keras's own classes that Strata runs, received 'Lambda'. Leave it out or take "
            "another.",
        ),
    ],
)  # fmt: skip
def test_a_graph_that_cannot_be_is_refused(network: Network, message: str) -> None:
    with pytest.raises(NetworkError) as refusal:
        network.placed()
    assert str(refusal.value) == message


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_1x1_convolution_that_skips_before_it_slides_makes_the_same(padding: Padding) -> None:
    layers = (Conv2D("short", 3, (1, 1), (2, 3), padding), Flatten("flatten"), Dense("output", 10, "softmax"))
    model = build(Network("skips", "Skips", (7, 9, 2), layers))
    pictures = np.random.default_rng(1).uniform(-1, 1, (4, 7, 9, 2)).astype(np.float32)
    before = np.asarray(model(pictures))
    _skip_before_1x1(model)
    np.testing.assert_allclose(model(pictures), before, atol=1e-6)
    assert model.get_layer("short").strides == (1, 1)
