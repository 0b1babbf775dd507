"""Receptive fields against what Keras does when each pixel is moved."""

import keras
import numpy as np
import pytest

from model.building import build
from model.fields import field
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
    upto = keras.Model(model.inputs[0], model.get_layer(layer).output)
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
