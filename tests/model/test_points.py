"""Which pictures stand for a data set, and which layers can be shown as points."""

from dataclasses import replace

import numpy as np
import pytest

from model.layers import Activation, Add, Conv2D, Dense, Dropout, Flatten, GlobalAveragePool2D
from model.networks import PRESETS, Network, NetworkError
from model.points import evenly, last_hidden, layers


def test_every_class_has_the_same_share_and_fewer_are_among_more() -> None:
    labels = np.random.default_rng(0).integers(0, 5, 1000).astype(np.uint8)
    numbers = evenly(labels, 100, 7)
    assert numbers.dtype == np.int32 and np.array_equal(numbers, np.unique(numbers)) and len(numbers) == 100
    assert np.bincount(labels[numbers]).tolist() == [20] * 5
    assert set(evenly(labels, 37, 7)) < set(numbers)
    assert not np.array_equal(numbers, evenly(labels, 100, 8))
    assert not np.array_equal(numbers, np.arange(100))


def test_a_small_class_leaves_its_share_to_the_others() -> None:
    labels = np.array([0] * 2 + [1] * 50 + [2] * 50, np.uint8)
    assert np.bincount(labels[evenly(labels, 42, 0)]).tolist() == [2, 20, 20]
    assert evenly(labels, 1000, 0).tolist() == list(range(102))


@pytest.mark.parametrize(
    ("name", "rows", "last"),
    [
        ("cnn", ["flatten", "dense_1", "output"], "dense_1"),
        ("cnn_small", ["average", "output"], "average"),
        ("mlp_25", ["flatten", "dense_1", "dense_2", "output"], "dense_2"),
    ],
)
def test_the_presets_layers(name: str, rows: list[str], last: str) -> None:
    assert [found.layer.name for found in layers(PRESETS[name])] == rows
    assert last_hidden(PRESETS[name]).layer.name == last


def test_layers_that_end_otherwise() -> None:
    dropped = (Flatten("flatten"), Dense("dense_1", 7), Dropout("dropout"), Dense("output", 10), Activation("softmax"))
    network = Network("n", "N", (28, 28, 1), dropped)
    assert [found.layer.name for found in layers(network)] == ["flatten", "dense_1", "output", "softmax"]
    assert last_hidden(network).layer.name == "dense_1"
    layers_of = (Conv2D("a", 4), GlobalAveragePool2D("b"), Dense("c", 3), Dropout("d"), Dense("e", 3), Add("f"))
    wires = (("e", ("b",)), ("f", ("d", "e")))
    branched = Network("n", "N", (28, 28, 1), (*layers_of, Dropout("g"), Dense("output", 10)), wires)
    assert last_hidden(branched).layer.name == "f"
    assert last_hidden(replace(branched, layers=layers_of, wires=wires)).layer.name == "b"
    with pytest.raises(NetworkError, match="no layer whose output is a row of values"):
        last_hidden(Network("n", "N", (28, 28, 1), (Conv2D("a", 4),)))
    pooled = Network("n", "N", (28, 28, 1), (Conv2D("conv", 10), GlobalAveragePool2D("pool"), Activation("softmax")))
    assert last_hidden(pooled).layer.name == "pool"
