"""What layers take while they compute, held against Keras's own arrays and NumPy's counts."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from model import layers
from model.footprints import Footprint, footprint
from model.foreign_building import described
from model.networks import CNN, Network, NetworkError
from model.placing import PlacedLayer
from model.shapes import Shape
from model.uploads import bounds, limits
from model.uploads.limits import UploadError


def of(layer: keras.Layer, shape: Shape) -> Footprint:
    """That of one of Keras's layers, called once so that its weights are there."""
    values = keras.Input(shape)
    layer(values, values) if isinstance(layer, keras.layers.MultiHeadAttention) else layer(values)
    found = described(layer, "tried", shape)
    return footprint(PlacedLayer(found, ("input",), (shape,), found.shape))


@pytest.mark.parametrize(("shape", "axes"), [((49, 6), None), ((5, 7, 6), None), ((5, 7, 6), (1,)), ((5, 7, 6), (2,))])
def test_attentions_scores_are_as_many_as_keras_makes(shape: Shape, axes: tuple[int, ...] | None) -> None:
    layer = keras.layers.MultiHeadAttention(3, 4, value_dim=5, attention_axes=axes)
    values = np.zeros((1, *shape), np.float32)
    _, scores = layer(values, values, return_attention_scores=True)
    places = int(np.prod(shape[:-1]))
    projected = 2 * places * 3 * (4 + 5)
    found = of(layer, shape)
    assert found.values == 2 * scores.numpy().size + projected
    weighed = places * sum(weight.numpy().size for weight in layer.weights if weight.name == "kernel")
    assert found.multiply_adds == weighed + scores.numpy().size * (4 + 5)


@pytest.mark.parametrize("kind", [keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN])
def test_a_recurrent_layer_multiplies_all_its_weights_at_every_step(kind: type[keras.layers.RNN]) -> None:
    layer = kind(5)
    found = of(layer, (12, 3))
    kernels = sum(weight.numpy().size for weight in layer.weights if weight.name.endswith("kernel"))
    assert (found.steps, found.multiply_adds) == (12, 12 * kernels)
    both = of(keras.layers.Bidirectional(kind(5)), (12, 3))
    assert (both.steps, both.multiply_adds) == (24, 24 * kernels)


@pytest.mark.parametrize(
    ("equation", "made"), [("abc,cd->abd", (9, 4)), ("abc,cde->abde", (9, 4, 2)), ("abc,bcd->ad", (4,))]
)
def test_a_dense_layer_by_an_equation_multiplies_as_numpy_counts(equation: str, made: Shape) -> None:
    layer = keras.layers.EinsumDense(equation, output_shape=made)
    found = of(layer, (9, 6))
    told = np.einsum_path(equation, np.zeros((1, 9, 6)), layer.kernel.numpy(), optimize=False)[1]
    count = re.search(r"Naive FLOP count: *([0-9.e+]+)", told)
    assert count is not None and found.multiply_adds == float(count[1]) / 2  # a product and a sum


def test_the_layer_within_counts_for_each_row() -> None:
    inner = keras.layers.Dense(7)
    found = of(keras.layers.TimeDistributed(inner), (10, 4))
    assert found.multiply_adds == 10 * 4 * 7


def test_a_separable_convolution_holds_its_first_half() -> None:
    network = Network("halves", "Halves", (9, 8, 2), (layers.SeparableConv2D("both", 3, depth_multiplier=50),))
    first = keras.layers.DepthwiseConv2D(3, depth_multiplier=50)(np.zeros((1, 9, 8, 2), np.float32))
    padded = 9 * 8 * first.shape[-1]  # as if its padding were picture, as everywhere in model.costs
    assert footprint(network.placed()[0]).values == padded


def _attending(heads: int) -> Network:
    """Attention over every pixel of MNIST."""
    reshape = layers.Reshape("pixels", (784, 1))
    layer = keras.layers.MultiHeadAttention(heads, 1)
    values = keras.Input((784, 1))
    layer(values, values)
    last = (layers.Flatten("flatten"), layers.Dense("output", 10, "softmax"))
    return Network("all", "All pixels", (28, 28, 1), (reshape, described(layer, "attention", (784, 1)), *last))


def test_scores_bound_how_many_pictures_are_read_together() -> None:
    network = _attending(16)
    bounds.check(network)  # it is read, two pictures at a time: 16 x 784 x 784 scores before and after the softmax
    assert network.pictures_at_once(1000) == 50_000_000 // (2 * 16 * 784 * 784 + 2 * 784 * 16 * 2 + 784) == 2
    assert CNN.pictures_at_once(1000) == 1000
    with pytest.raises(UploadError, match=r"'attention'.*Expected at most 40,000,000.*fewer attention heads"):
        bounds.check(_attending(40))


def test_nothing_is_unrolled() -> None:
    """What unrolls computes the same; its graph has every step in it."""
    config = '{"units": 2, "unroll": true}'
    with pytest.raises(NetworkError, match="unrolled"):
        layers.KerasLayer("lstm", "LSTM", config, (2,)).output_shape((4096, 1))


def test_a_map_may_be_four_times_the_largest_picture() -> None:
    def enlarging(factor: int) -> Network:
        ends = (layers.GlobalAveragePool2D("pool"), layers.Dense("output", 2, activation="softmax"))
        return Network("large", "Large", (64, 64, 3), (layers.UpSampling2D("enlarged", (factor, factor)), *ends))

    bounds.check(enlarging(4))
    with pytest.raises(UploadError, match=r"'enlarged' makes maps of 320 x 320\. Expected sides of at most 256\."):
        bounds.check(enlarging(5))


def test_multiplications_are_bounded() -> None:
    assert limits.MULTIPLY_ADDS == 2_000_000_000
    wide = Network("wide", "Wide", (64, 64, 3), (layers.Conv2D("wide", 64, (51, 51), padding="same"),))
    with pytest.raises(UploadError, match=r"multiplies 2,04\d,\d{3},\d{3} times.*'wide'.*tenth of a second"):
        bounds.check(wide)
