"""Shapes, weights, parameter counts and refusals of network descriptions, with Keras as the judge."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import parity_cases
from model.building import build
from model.layers import Layer
from model.networks import (
    CNN,
    PRESETS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalMaxPool2D,
    MaxPool2D,
    Network,
    NetworkError,
)
from tests.golden.write import NETWORKS as GOLDEN


def test_the_standard_network_has_225034_parameters() -> None:
    assert CNN.parameters == 225_034


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mlp_sigmoid", 785 * 32 + 33 * 32 + 33 * 10),
        ("mlp_relu", 785 * 128 + 129 * 64 + 65 * 10),
        ("mlp_25", 785 * 25 + 26 * 25 + 26 * 10),
    ],
)
def test_the_perceptrons_have_a_weight_for_every_pair_of_units_and_a_bias_each(name: str, parameters: int) -> None:
    assert PRESETS[name].parameters == parameters


@pytest.mark.parametrize("network", [*PRESETS.values(), *GOLDEN], ids=lambda network: network.name)
def test_keras_agrees_on_every_shape_weight_and_parameter_count(network: Network) -> None:
    assert_keras_agrees(network)


@settings(max_examples=25, deadline=None)
@given(kind=st.sampled_from(sorted(parity_cases.COMPUTED)), seed=st.integers(0, 2**32 - 1))
def test_keras_agrees_on_random_layers(kind: str, seed: int) -> None:
    assert_keras_agrees(parity_cases.network(kind, seed))


def assert_keras_agrees(network: Network) -> None:
    model = build(network)
    for placed in network.placed():
        layer = model.get_layer(placed.layer.name)
        assert placed.output_shape == layer.output.shape[1:], placed.layer.name
        assert placed.parameters == layer.count_params(), placed.layer.name
        weights = {f"{layer.name}/{weight.name}": tuple(weight.shape) for weight in layer.weights}
        assert placed.weight_shapes == weights


@pytest.mark.parametrize("network", GOLDEN, ids=lambda network: network.name)
def test_a_description_survives_its_json(network: Network) -> None:
    assert Network.from_json(json.loads(json.dumps(network.to_json()))) == network


def test_a_description_from_before_there_were_more_layers_is_read() -> None:
    layers = [
        {"name": "conv_1", "filters": 2, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid",
         "activation": "relu", "kind": "conv2d"},
        {"name": "pool_1", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid", "kind": "max_pool2d"},
        {"name": "flatten", "kind": "flatten"},
        {"name": "output", "units": 3, "activation": "softmax", "kind": "dense"},
    ]  # fmt: skip
    record = {"name": "n", "title": "N", "input_shape": [8, 8, 1], "layers": layers}
    expected = (Conv2D("conv_1", 2), MaxPool2D("pool_1"), Flatten("flatten"), Dense("output", 3, "softmax"))
    assert Network.from_json(record) == Network("n", "N", (8, 8, 1), expected)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            Conv2D("conv_1", 2, kernel_size=(5, 5)),
            "Layer conv_1 has a 5x5 window. Expected at most its input's 4x4. "
            "Make the window smaller or pool less before it.",
        ),
        (Conv2D("c", 0), "Layer c: expected filters of at least 1, received 0."),
        (Conv2D("c", 1, strides=(1, 0)), "Layer c: expected window and strides of at least 1, received 0."),
        (Conv2D("c", 1, padding="full"), "Layer c: expected the padding valid or same, received 'full'."),  # type: ignore[arg-type]
        (
            DepthwiseConv2D("d", strides=(1, 2)),
            "Layer d is a depthwise convolution. Expected equal strides, which is all that TensorFlow computes, "
            "received 1x2. Make them equal.",
        ),
        (DepthwiseConv2D("d", depth_multiplier=0), "Layer d: expected depth_multiplier of at least 1, received 0."),
        (
            Dense("d", 2),
            "Layer d is dense. Expected one row of values, received the shape (4, 4, 1). "
            "Put a flatten layer before it.",
        ),
        (Dropout("d", 1.0), "Layer d: expected a rate from 0 to below 1, received 1.0."),
        (BatchNormalization("b", 0.0), "Layer b: expected an epsilon above 0, received 0.0."),
        (
            Activation("a", "swish"),  # type: ignore[arg-type]
            "Layer a: expected an activation among linear, relu, sigmoid, tanh, softmax, elu, selu, gelu, silu, "
            "leaky_relu, softplus, relu6, hard_sigmoid, hard_silu, exponential, softsign, mish, received 'swish'.",
        ),
        (Flatten("a/b"), "Network N has a layer named 'a/b'. Expected a name without a slash that is not input. "),
        (Flatten("input"), "Network N has a layer named 'input'. Expected a name without a slash that is not input. "),
    ],
)
def test_a_layer_that_cannot_be_is_refused(layer: Layer, message: str) -> None:
    with pytest.raises(NetworkError) as refusal:
        Network("n", "N", (4, 4, 1), (layer,)).placed()
    assert str(refusal.value).removesuffix("Give it another.") == message


@pytest.mark.parametrize("layer", [MaxPool2D("p"), GlobalMaxPool2D("p"), DepthwiseConv2D("p")])
def test_layers_that_slide_need_a_picture(layer: Layer) -> None:
    with pytest.raises(NetworkError) as refusal:
        Network("n", "N", (4, 4, 1), (Flatten("f"), layer)).placed()
    assert str(refusal.value) == ("Layer p slides over a picture. Expected (rows, columns, channels), received (16,).")


def test_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(NetworkError, match=r"a layer named 'a'\. Expected a name without a slash that is not a, input"):
        Network("n", "N", (4, 4, 1), (Dropout("a"), Flatten("a"))).placed()


@pytest.mark.parametrize(
    "record", [{}, {"name": "n", "title": "N", "input_shape": [1, 1, 1], "layers": [{"kind": "x"}]}]
)
def test_a_broken_description_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(NetworkError, match="A network description is broken"):
        Network.from_json(record)
