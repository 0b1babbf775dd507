"""Receptive fields against what Keras does when each pixel is moved."""

import math

import keras
import numpy as np
import pytest

from model.building import build
from model.fields import field
from model.layers import (
    Add,
    Average,
    Concatenate,
    KerasLayer,
    Multiply,
    Rescaling,
    Reshape,
    SeparableConv2D,
    UpSampling2D,
    ZeroPadding2D,
)
from model.networks import (
    CNN,
    CNN_SMALL,
    MLP_25,
    Activation,
    AveragePool2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    MaxPool2D,
    Network,
    NetworkError,
)

ODD = Network(
    "odd",
    "Odd",
    (13, 12, 1),
    (
        Conv2D("conv_1", 3, (3, 4), activation="linear"),
        MaxPool2D("pool_1", (3, 2), (2, 2), padding="same"),
        DepthwiseConv2D("depthwise_1", (3, 3), padding="same", activation="linear", depth_multiplier=2),
        Conv2D("conv_2", 4, (2, 3), strides=(2, 1), padding="same", activation="linear"),
        GlobalMaxPool2D("global_1"),
        Dense("output", 10, activation="softmax"),
    ),
)
GAPS = Network(
    "gaps",
    "Gaps",
    (11, 13, 1),
    (
        Conv2D("conv_1", 2, (1, 2), strides=(3, 3), activation="tanh"),
        Conv2D("conv_2", 2, (2, 2), activation="linear"),
        AveragePool2D("pool_1", (2, 2), (2, 2)),
        Flatten("flatten"),
        Activation("activation_1", "linear"),
        Dense("dense_1", 3, activation="linear"),
    ),
)
GRAPH = Network(
    "graph",
    "Graph",
    (10, 9, 1),
    (
        ZeroPadding2D("pad", ((2, 0), (0, 1))),
        Conv2D("across", 2, (1, 3), padding="same", activation="linear", dilation_rate=(1, 2)),
        Conv2D("down", 2, (3, 1), padding="same", activation="linear"),
        Add("cross"),
        MaxPool2D("pool"),
        UpSampling2D("up", (2, 2)),
        Concatenate("both"),
        SeparableConv2D("separable", 3, (2, 2), (2, 2), activation="linear"),
        GlobalMaxPool2D("peak"),
        DepthwiseConv2D("depthwise", (3, 3), activation="linear"),
        GlobalAveragePool2D("worth", keepdims=True),
        Multiply("weighed"),
        Average("mean"),
        Rescaling("scaled", 2.0, 0.5),
        Reshape("tokens", (80, 4)),
        Reshape("row", (320,)),
        Concatenate("ends"),
        Dense("output", 3, activation="linear"),
    ),
    (
        ("down", ("pad",)), ("cross", ("across", "down")), ("both", ("up", "down")), ("depthwise", ("both",)),
        ("weighed", ("depthwise", "worth")), ("mean", ("weighed", "depthwise")), ("ends", ("peak", "row")),
    ),
)  # fmt: skip
AVERAGE = Network(
    "average", "Average", (6, 7, 1), (Conv2D("conv_1", 2, activation="linear"), GlobalAveragePool2D("average"))
)


def _moved(network: Network, layer: str) -> np.ndarray:
    """Whether a neuron changes with a pixel: bool (pixels, neurons), each pixel raised by much.

    All weights are well above zero, so that what is raised raises all behind it, above every other value of a window.
    """
    random = np.random.default_rng(3)
    model = build(network)
    model.set_weights([random.uniform(0.5, 1.5, array.shape) for array in model.get_weights()])
    return _moves(keras.Model(model.inputs[0], model.get_layer(layer).output), network, random)


def _moves(upto: keras.Model, network: Network, random: np.random.Generator) -> np.ndarray:
    rows, columns, _ = network.input_shape
    pixels = rows * columns
    picture = random.uniform(0, 1, pixels).astype(np.float32)
    before = upto(picture.reshape(1, rows, columns, 1)).numpy().reshape(1, -1)
    raised = (picture + 100 * np.eye(pixels, dtype=np.float32)).reshape(pixels, rows, columns, 1)
    return np.asarray(upto(raised).numpy().reshape(pixels, -1) > before * (1 + 1e-4))


@pytest.mark.parametrize(
    ("network", "layer"),
    [(network, layer.name) for network in (ODD, GAPS, AVERAGE) for layer in network.layers if layer.name != "output"],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_neuron_moves_with_the_pixels_of_its_field_and_no_others(network: Network, layer: str) -> None:
    seen = _moved(network, layer)  # (pixels, neurons)
    shape = next(placed.output_shape for placed in network.placed() if placed.layer.name == layer)
    for neuron, place in enumerate(np.ndindex(shape)):
        row, column, channel = place if len(place) == 3 else (0, 0, *place)
        found = field(network, layer, row, column, channel)
        mask = found.mask.ravel()
        np.testing.assert_array_equal(mask, seen[:, neuron], err_msg=f"{layer} {place}")


def test_a_neuron_where_branches_meet_moves_with_the_pixels_of_all_of_them() -> None:
    random = np.random.default_rng(3)
    model = build(GRAPH)
    model.set_weights([random.uniform(0.5, 1.5, array.shape) for array in model.get_weights()])
    shapes_of = {placed.layer.name: placed.output_shape for placed in GRAPH.placed()}
    crosses = 0
    for layer, shape in shapes_of.items():
        seen = _moves(keras.Model(model.inputs[0], model.get_layer(layer).output), GRAPH, np.random.default_rng(4))
        for neuron in random.choice(math.prod(shape), min(24, math.prod(shape)), replace=False):
            place = np.unravel_index(neuron, shape)
            row, column, channel = {3: place, 2: (place[0], 0, place[-1]), 1: (0, 0, place[-1])}[len(shape)]
            found = field(GRAPH, layer, int(row), int(column), int(channel))
            np.testing.assert_array_equal(found.mask.ravel(), seen[:, neuron], err_msg=f"{layer} {place}")
            assert not found.presumed
            crosses += layer == "cross" and not found.is_box
            cut = found.cut(np.ones(GRAPH.input_shape[:2]))
            assert np.nansum(cut) == found.mask.sum()
    assert crosses > 10


def test_of_kerass_own_layers_all_is_presumed() -> None:
    own = KerasLayer("own", "LayerNormalization", '{"axis":[-1]}', (6, 7, 2))
    network = Network("own", "Own", (6, 7, 1), (Conv2D("conv", 2, (1, 1)), own, Flatten("flatten")))
    found = field(network, "flatten", channel=3)
    assert found.is_whole and found.presumed == ("own",)
    assert field(network, "conv", 2, 3).mask.sum() == 1 and field(network, "conv").presumed == ()


def test_a_neuron_in_a_border_of_zeros_sees_nothing() -> None:
    found = field(GRAPH, "pad", 0, 4)
    assert not found.mask.any() and found.cut(np.ones((10, 9))).shape == (1, 1)
    assert np.isnan(found.cut(np.ones((10, 9)))).all()
    assert (found.rows.first, found.rows.end) == (0, 0)


def test_a_softmax_sees_what_any_of_its_inputs_sees() -> None:
    found = field(ODD, "output", channel=4)
    assert (found.rows.mask.sum(), found.columns.mask.sum()) == (13, 12)
    assert found.is_whole


def test_the_second_layer_of_the_standard_network_sees_8_by_8() -> None:
    """Worked by hand: 3 of pool 1 are 6 of conv 1, and one less than 3 more of the picture."""
    found = field(CNN, "conv_2", 4, 9)
    assert (found.rows.first, found.rows.end) == (8, 16)
    assert (found.columns.first, found.columns.end) == (18, 26)
    assert not found.is_whole
    assert field(MLP_25, "dense_1", channel=3).is_whole
    assert field(CNN_SMALL, "norm_1", 2, 3).rows.length == 3


def test_a_cut_out_has_the_whole_windows_size_and_is_blank_beyond_the_border() -> None:
    same = Network("same", "Same", (5, 5, 1), (Conv2D("conv_1", 1, (3, 3), padding="same"),))
    picture = np.arange(25, dtype=np.float32).reshape(5, 5)
    corner = field(same, "conv_1", 0, 0).cut(picture)
    np.testing.assert_array_equal(
        corner, np.array([[np.nan, np.nan, np.nan], [np.nan, 0, 1], [np.nan, 5, 6]], np.float32)
    )
    np.testing.assert_array_equal(field(same, "conv_1", 2, 3).cut(picture), picture[1:4, 2:5])


def test_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"has no layer 'conv_9'. Expected one of conv_1, average."):
        field(AVERAGE, "conv_9")
