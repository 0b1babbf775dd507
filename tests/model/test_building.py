"""Weights into Keras models and out of them."""

import keras
import numpy as np
import pytest

from benchmarks import parity_cases
from model.building import build, set_weights, weights_of
from model.networks import BatchNormalization, Dropout, Flatten, Network, NetworkError


@pytest.mark.parametrize("kind", parity_cases.COMPUTED)
def test_weights_come_out_as_they_went_in(kind: str) -> None:
    network = parity_cases.network(kind, seed=3)
    weights = parity_cases.weights(network, seed=3)
    model = build(network)
    set_weights(model, weights)
    found = weights_of(model)
    assert found.keys() == weights.keys()
    for name, values in weights.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_moving_statistics_are_among_the_weights_and_follow_the_batches() -> None:
    model = build(Network("n", "N", (1, 4, 1), (Flatten("flatten"), BatchNormalization("norm"))))
    before = weights_of(model)
    assert sorted(before) == ["norm/beta", "norm/gamma", "norm/moving_mean", "norm/moving_variance"]
    model(np.full((8, 1, 4, 1), 3, np.float32), training=True)
    np.testing.assert_array_equal(before["norm/moving_mean"], 0)  # a copy
    assert (weights_of(model)["norm/moving_mean"] > 0).all()


def test_batch_normalization_is_what_numpy_computes_and_dropout_lets_everything_through() -> None:
    random = np.random.default_rng(2)
    network = Network("n", "N", (3, 2, 5), (Dropout("drop", 0.9), BatchNormalization("norm", epsilon=0.07)))
    weights = parity_cases.weights(network, seed=2)
    model = build(network)
    set_weights(model, weights)
    values = random.normal(0, 1, (4, 3, 2, 5)).astype(np.float32)
    normal = (values - weights["norm/moving_mean"]) / np.sqrt(weights["norm/moving_variance"] + 0.07)
    expected = normal * weights["norm/gamma"] + weights["norm/beta"]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(values, training=False)), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("found", "received"), [({}, "nothing"), ({"norm/gamma": np.ones(3, np.float32)}, r"the shape \(3,\)")]
)
def test_weights_of_another_network_are_refused(found: dict[str, np.ndarray], received: str) -> None:
    model = build(Network("n", "N", (1, 4, 1), (Flatten("flatten"), BatchNormalization("norm"))))
    message = rf"Weights norm/gamma do not fit the network n\. Expected the shape \(4,\), received {received}\."
    with pytest.raises(NetworkError, match=message):
        set_weights(model, found)
