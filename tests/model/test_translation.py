"""A Keras model becomes our description: the answers are Keras's own, and what cannot be described is refused."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers

from benchmarks import architectures
from model.building import build, set_weights
from model.uploads.limits import UploadError
from model.uploads.translation import translate
from model.uploads.values import RANGES, Range

SMALL = ("lenet", "depthwise_separable", "strided", "residual", "branching", "squeeze_and_excite", "mixer_like")


def answers(model: keras.Model, values: Range = "0..1") -> tuple[np.ndarray, np.ndarray]:
    """Keras's own answers on pictures of noise, and those of our description of the same model."""
    pictures = np.random.default_rng(3).random((3, *model.input_shape[1:]), np.float32)
    translated = translate(model, "tested", values)
    ours = build(translated.network)
    set_weights(ours, translated.weights)
    scale, offset = RANGES[values]
    return np.asarray(model(pictures * scale + offset, training=False)), np.asarray(ours(pictures, training=False))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", SMALL)
def test_answers_are_keras_own(name: str) -> None:
    theirs, ours = answers(architectures.built(name))
    if not np.allclose(theirs.sum(axis=1), 1, atol=1e-5):
        theirs = softmax(theirs)
    assert ours.std() > 1e-4  # noise tells pictures or classes apart
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_first_rescaling_and_our_pixels_become_one_layer() -> None:
    model = keras.Sequential([
        keras.Input((8, 8, 1)), layers.Rescaling(1 / 127.5, offset=-1), layers.Flatten(), layers.Dense(3, "softmax"),
    ])  # fmt: skip
    translated = translate(model, "tested")
    first = translated.network.layers[0]
    assert (first.name, first.kind) == ("scaled", "rescaling")
    assert (first.scale, first.offset) == (pytest.approx(2), pytest.approx(-1))
    assert any("0 to 255" in note for note in translated.notes)
    by_255 = keras.Sequential([keras.Input((8, 8, 1)), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(3)])
    assert [layer.kind for layer in translate(by_255, "tested").network.layers] == ["flatten", "dense"]


@pytest.mark.parametrize("values", ["0..255", "-1..1"])
def test_the_pixels_it_was_trained_on_are_made_of_ours(values: Range) -> None:
    theirs, ours = answers(architectures.built("batch_normalized"), values)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_one_sigmoid_unit_becomes_two_classes() -> None:
    model = architectures.built("nested_augmented")
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, np.concatenate([1 - theirs, theirs], axis=1), atol=1e-5)
    translated = translate(model, "tested")
    assert any("two classes" in note for note in translated.notes)
    assert any("RandomRotation" in note and "left out" in note for note in translated.notes)


def test_what_the_browser_does_not_know_stays_keras_own() -> None:
    model = architectures.built("attention")
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    network = translate(model, "tested").network
    assert not network.computable_in_browser
    assert {layer.class_name for layer in network.layers if layer.kind == "keras_layer"} == {
        "LayerNormalization", "MultiHeadAttention", "Dense", "GlobalAveragePooling1D"}  # fmt: skip


def _layer_by_layer() -> keras.Model:
    """Options that few models use, each in its layer."""
    picture = keras.Input((12, 12, 3))
    x = layers.Normalization(mean=[0.2, 0.4, 0.6], variance=[0.1, 0.2, 0.3])(picture)
    x = layers.Conv2D(6, 3, activation=layers.LeakyReLU(0.05))(x)
    x = layers.BatchNormalization(scale=False, center=False)(x)
    x = layers.Dense(5, activation="swish")(x)
    x = layers.ReLU(6.0)(layers.ReLU(negative_slope=0.1)(x) * 3.0 - 1.0)
    y = layers.Maximum()([x, keras.ops.tanh(x)])
    x = layers.Minimum()([layers.Subtract()([x, y]), layers.Average()([x, y])])
    x = layers.Conv2D(8, 2, groups=1, activation="hard_swish", use_bias=False)(1.0 - x)
    x = layers.GaussianNoise(0.5)(layers.ELU()(layers.GlobalMaxPooling2D(keepdims=True)(x)))
    return keras.Model(picture, layers.Activation("softmax")(layers.Dense(4)(layers.Flatten()(x))))


def test_seldom_options_and_arithmetic_in_the_graph() -> None:
    keras.utils.set_random_seed(2)
    theirs, ours = answers(_layer_by_layer())
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert translate(_layer_by_layer(), "tested").network.computable_in_browser


def test_names_become_names_that_anything_can_bear() -> None:
    model = keras.Sequential([
        keras.Input((8, 8, 1)), layers.Flatten(name="input"), layers.Dense(4, name="über schicht"),
        layers.Dense(3, "softmax", name="Ω"),
    ])  # fmt: skip
    names = [layer.name for layer in translate(model, "tested").network.layers]
    assert names == ["input_2", "ber_schicht", "layer"]


def _shared() -> keras.Model:
    picture = keras.Input((4, 4, 1))
    dense = layers.Dense(16)
    return keras.Model(picture, dense(dense(layers.Flatten()(picture))))


def _two_inputs() -> keras.Model:
    first, second = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    return keras.Model([first, second], layers.Dense(3)(layers.Flatten()(layers.Add()([first, second]))))


def _of(shape: tuple[int | None, ...], *then: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(shape), *then])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_shared, "used in several places"),
        (_two_inputs, "2 inputs"),
        (lambda: _of((8, 8, 1), layers.Flatten(), layers.Dense(1000)), "2 to 100 classes"),
        (lambda: _of((8, 8, 1), layers.Conv2D(3, 3)), "2 to 100 classes"),
        (lambda: _of((65, 65, 1), layers.Flatten(), layers.Dense(3)), "65, 65, 1"),
        (lambda: _of((8, 8, 4), layers.Flatten(), layers.Dense(3)), "8, 8, 4"),
        (lambda: _of((None, None, 3), layers.GlobalAveragePooling2D(), layers.Dense(3)), "None"),
        (lambda: _of((64,), layers.Dense(3)), "(64,)"),
        (lambda: _of((8, 8, 1), layers.RandomFlip()), "2 to 100 classes|no layers"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(make: Callable[[], keras.Model], reason: str) -> None:
    with pytest.raises(UploadError, match=reason.replace("(", r"\(").replace(")", r"\)")):
        translate(make(), "tested")
