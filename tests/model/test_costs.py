"""Multiply-adds, counted by Keras itself: where all inputs and weights are one, each output is its own count."""

import numpy as np
import pytest

from model import costs, layers
from model.building import build, set_weights, weights_of
from model.networks import CNN, Network


def test_each_output_of_ones_counts_the_multiply_adds_behind_it() -> None:
    convolutions = (
        layers.Conv2D("conv", 5, (3, 2), activation="linear"),
        layers.DepthwiseConv2D("depthwise", (2, 2), (2, 2), activation="linear", depth_multiplier=2),
        layers.Conv2D("dilated", 3, (2, 2), dilation_rate=(2, 1), activation="linear"),
    )
    for first in convolutions:
        network = Network(
            "one", "One", (9, 8, 4), (first, layers.Flatten("flatten"), layers.Dense("output", 6, "linear"))
        )
        model = build(network)
        ones = {
            name: np.full(array.shape, float("bias" not in name), np.float32)
            for name, array in weights_of(model).items()
        }
        set_weights(model, ones)
        convolved = model.layers[0](np.ones((1, *network.input_shape), np.float32)).numpy()
        placed, _, dense = network.placed()
        assert costs.multiply_adds(placed) == convolved.sum()
        (inputs,) = dense.input_shape
        summed = model.layers[-1](np.ones((1, inputs), np.float32)).numpy()
        assert costs.multiply_adds(dense) == summed.sum()


def test_a_separable_convolution_costs_its_two_halves() -> None:
    whole = Network("whole", "Whole", (9, 8, 4), (layers.SeparableConv2D("both", 7, (3, 3), depth_multiplier=2),))
    halves = Network(
        "halves",
        "Halves",
        (9, 8, 4),
        (layers.DepthwiseConv2D("depthwise", (3, 3), depth_multiplier=2), layers.Conv2D("point", 7, (1, 1))),
    )
    assert costs.total_multiply_adds(whole) == costs.total_multiply_adds(halves)


def test_the_standard_network() -> None:
    by_hand = [26 * 26 * 32 * 9, 0, 11 * 11 * 64 * 9 * 32, 0, 0, 1600 * 128, 128 * 10]
    assert [costs.multiply_adds(placed) for placed in CNN.placed()] == by_hand
    assert costs.total_multiply_adds(CNN) == (sum(by_hand), True)
    assert sum(map(costs.weight_bytes, CNN.placed())) == 4 * 225_034
    assert costs.activation_bytes(CNN.placed()[0]) == 4 * 26 * 26 * 32


def test_what_only_keras_knows_is_not_counted_and_said_so() -> None:
    foreign = layers.KerasLayer("norm", "LayerNormalization", "{}", (4, 4, 2))
    network = Network("foreign", "Foreign", (4, 4, 2), (foreign, layers.Flatten("flatten"), layers.Dense("output", 2)))
    assert costs.total_multiply_adds(network) == (64, False)


@pytest.mark.parametrize("layer", [layers.BatchNormalization("norm"), layers.Rescaling("scaled", 2.0)])
def test_scaling_costs_one_for_each_value(layer: layers.Layer) -> None:
    network = Network("scaled", "Scaled", (5, 4, 3), (layer,))
    assert costs.multiply_adds(network.placed()[0]) == 60
