"""Distances to training pictures and thresholds on them, against scikit-learn and by counting."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from model import rejection
from model.layers import Activation, Add, Conv2D, Dense, Flatten, GlobalAveragePool2D
from model.networks import CNN, CNN_SMALL, PRESETS, Network


@pytest.mark.parametrize("references", [3, 700])
def test_the_distance_is_that_to_the_fifth_nearest(references: int) -> None:
    random = np.random.default_rng(3)
    reference = rejection.unit(random.normal(size=(references, 20)))
    vectors = rejection.unit(random.normal(size=(1500, 20)))
    neighbours = NearestNeighbors(n_neighbors=min(5, references)).fit(reference)
    expected = neighbours.kneighbors(vectors)[0][:, -1]
    np.testing.assert_allclose(rejection.distances(vectors, reference), expected, atol=1e-4)
    halved = rejection.distances(vectors, reference.astype(np.float16))
    np.testing.assert_allclose(halved, expected, atol=2e-3)


def test_vectors_have_length_one_and_nothing_stays_nothing() -> None:
    activations = np.zeros((2, 3, 3, 4), np.float32)
    activations[0, 1, 1] = (3, 0, 0, 4)
    rows = rejection.unit(activations)
    assert rows.shape == (2, 36)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0])
    np.testing.assert_allclose(rejection.distances(rows, rows[:1]), [0, np.sqrt(2)])


@pytest.mark.parametrize("share", [0.9, 0.95, 0.99, 0.999, 1.0])
def test_the_threshold_lets_its_share_through_and_little_more(share: float) -> None:
    scores = np.random.default_rng(0).normal(size=777)
    limit = rejection.threshold(scores, share)
    passing = np.count_nonzero(scores <= limit)
    assert passing / 777 >= share
    assert (passing - 1) / 777 < share + 1 / 777


def test_false_alarms_and_misses_are_counted_on_either_side() -> None:
    found = rejection.rates(0.5, np.array([0.1, 0.5, 0.6, 0.2]), {"scribbles": np.array([0.4, 0.5, 0.9, 0.8])})
    assert found.false_alarms == 0.25
    assert found.misses == {"scribbles": 0.5}


def test_what_is_compared_is_what_the_last_dense_layer_sees() -> None:
    assert rejection.hidden_layer(CNN) == "dense_1"
    assert rejection.hidden_layer(CNN_SMALL) == "average"
    assert rejection.hidden_layer(PRESETS["mlp_25"]) == "dense_2"
    wires = (("b", ("input",)), ("output", ("a",)), ("sum", ("output", "b")))
    rows = (GlobalAveragePool2D("a"), GlobalAveragePool2D("b"), Dense("output", 1), Add("sum"))
    assert rejection.hidden_layer(Network("n", "N", (28, 28, 1), rows, wires)) == "a"
    direct = Network("direct", "Direct", (28, 28, 1), (GlobalAveragePool2D("only"),))
    assert rejection.hidden_layer(direct) == "input"
    split = (Flatten("flatten"), Dense("logits", 10, activation="linear"), Activation("softmax", "softmax"))
    assert rejection.hidden_layer(Network("split", "Split", (28, 28, 1), split)) == "flatten"
    maps = (Conv2D("maps", 10), GlobalAveragePool2D("average"), Activation("softmax", "softmax"))
    assert rejection.hidden_layer(Network("all_conv", "All conv", (28, 28, 1), maps)) == "average"
