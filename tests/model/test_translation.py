"""A Keras model becomes our description: the answers are Keras's own, and what cannot be described is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from benchmarks import architectures
from model.building import build, set_weights
from model.uploads import checking, reader
from model.uploads.limits import UploadError
from model.uploads.results import UPLOAD
from model.uploads.translation import translate
from model.uploads.values import RANGES, Range

SMALL = (
    "lenet",
    "grouped",
    "depthwise_separable",
    "strided",
    "residual",
    "branching",
    "squeeze_and_excite",
    "mixer_like",
)


def answers(model: keras.Model, values: Range = "0..1") -> tuple[np.ndarray, np.ndarray]:
    """Keras's own answers on pictures of noise, and those of our description of the same model."""
    translated = translate(model, "tested", values)
    pictures = np.random.default_rng(3).random((3, *translated.network.input_shape), np.float32)
    read = pictures.reshape(3, *model.input_shape[1:])
    ours = build(translated.network)
    set_weights(ours, translated.weights)
    scale, offset = RANGES[values]
    return np.asarray(model(read * scale + offset, training=False)), np.asarray(ours(pictures, training=False))


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


@pytest.mark.parametrize(
    ("shape", "picture", "first"),
    [
        ((28, 28), (28, 28, 1), "reshape"), ((8, 12), (8, 12, 1), "reshape"), ((64,), (8, 8, 1), "flatten"),
        ((784,), (28, 28, 1), "flatten"), ((3072,), (32, 32, 3), "flatten"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("values", ["0..1", "-1..1"])
def test_pictures_without_channels_are_brought_to_their_shape(
    shape: tuple[int, ...], picture: tuple[int, int, int], first: str, values: Range
) -> None:
    keras.utils.set_random_seed(4)
    model = keras.Sequential([
        keras.Input(shape), layers.Rescaling(0.5, 0.1), layers.Dense(6, "tanh"), layers.Flatten(),
        layers.Dense(3, "softmax"),
    ])  # fmt: skip
    theirs, ours = answers(model, values)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    translated = translate(model, "tested", values)
    assert translated.network.input_shape == picture
    assert [layer.kind for layer in translated.network.layers[:2]] == ["rescaling", first]
    assert any("values" in note for note in translated.notes)


def test_a_rescaling_by_column_stays_where_it_is() -> None:
    by = list(np.linspace(0.5, 2, 8))
    model = keras.Sequential([
        keras.Input((8, 8)), layers.Rescaling(by), layers.Flatten(), layers.Dense(3, "softmax"),
    ])  # fmt: skip
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, of NumPy's copies, as it reads weights
def test_layers_around_others_are_keras_own(tmp_path: Path) -> None:
    keras.utils.set_random_seed(5)
    model = keras.Sequential([
        keras.Input((12, 10)), layers.TimeDistributed(layers.Dense(6, "relu")),
        layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode="sum"),
        layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3, activation="relu", go_backwards=True)),
        layers.Dense(4, "softmax"),
    ])  # fmt: skip
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert [layer.kind for layer in translate(model, "tested").network.layers].count("keras_layer") == 3
    model.save(tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / UPLOAD)
    read = reader.built(checking.check(tmp_path))  # Keras names what it has read otherwise than what it has made
    reread, ours = answers(read)
    np.testing.assert_allclose(reread, theirs, atol=1e-6)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, of NumPy's copies, as it reads weights
def test_augmentation_in_a_graph_is_left_out_although_keras_writes_that_it_trains(tmp_path: Path) -> None:
    keras.utils.set_random_seed(5)
    picture = keras.Input((16, 12, 3))
    x = layers.RandomFlip()(layers.Resizing(12, 12)(picture))
    x = layers.CenterCrop(10, 10)(layers.RandomContrast(0.5)(layers.RandomRotation(0.3)(x)))
    model = keras.Model(picture, layers.Dense(3, "softmax")(layers.Flatten()(layers.Conv2D(4, 3)(x))))
    calls = [node["kwargs"] for layer in model.get_config()["layers"] for node in layer["inbound_nodes"]]
    assert {"training": True} in calls
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    model.save(tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / UPLOAD)
    reread, ours = answers(reader.built(checking.check(tmp_path)))
    np.testing.assert_allclose(reread, theirs, atol=1e-6)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the same, as it writes them
def test_a_dropout_that_always_drops_is_refused(tmp_path: Path) -> None:
    picture = keras.Input((8, 8, 1))
    x = layers.Dropout(0.5)(layers.Flatten()(picture), training=True)
    keras.Model(picture, layers.Dense(3)(x)).save(tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / UPLOAD)
    with pytest.raises(UploadError, match=r"called with 'training'\. Expected a call with its input alone"):
        checking.check(tmp_path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the same, as it writes them
def test_an_operation_that_is_not_read_is_not_called_code_of_ones_own(tmp_path: Path) -> None:
    picture = keras.Input((8, 8, 3))
    x = keras.ops.mean(layers.Conv2D(4, 3)(picture), axis=(1, 2))
    keras.Model(picture, layers.Dense(3)(x)).save(tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / UPLOAD)
    with pytest.raises(UploadError, match=r"Few operations of keras\.ops are read\. Use a layer in its place"):
        checking.check(tmp_path)


def test_several_sigmoids_stay_what_they_are_and_it_is_told() -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(5), layers.Activation("sigmoid")])
    theirs, ours = answers(model)
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert abs(ours.sum(axis=1) - 1).min() > 0.1
    translated = translate(model, "tested")
    assert translated.network.layers[-1].activation == "sigmoid"
    assert any("5 sigmoids" in note and "need not add up to 1" in note for note in translated.notes)


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
        (lambda: _of((8, 8, 1), layers.Flatten(), layers.Dense(1000)), "1,000 classes apart. Expected 2 to 100"),
        (lambda: _of((8, 8, 1), layers.Flatten(), layers.Dense(1000)), "classes=10"),
        (lambda: _of((8, 8, 1), layers.Conv2D(3, 3)), "2 to 100 classes"),
        (lambda: _of((65, 65, 1), layers.Flatten(), layers.Dense(3)), "65, 65, 1"),
        (lambda: _of((8, 8, 4), layers.Flatten(), layers.Dense(3)), "8, 8, 4"),
        (lambda: _of((None, None, 3), layers.GlobalAveragePooling2D(), layers.Dense(3)), "None"),
        (lambda: _of((65,), layers.Dense(3)), "(65,)"),
        (lambda: _of((9,), layers.Dense(3)), "(9,)"),
        (lambda: _of((64, 7, 1), layers.Flatten(), layers.Dense(3)), "no side more than eight times the other"),
        (lambda: _of((4225,), layers.Dense(3)), "(4225,)"),
        (lambda: _of((None, 28), layers.LSTM(4), layers.Dense(3)), "None"),
        (lambda: _of((8, 8, 1), layers.RandomFlip()), "2 to 100 classes|no layers"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(make: Callable[[], keras.Model], reason: str) -> None:
    with pytest.raises(UploadError, match=reason.replace("(", r"\(").replace(")", r"\)")):
        translate(make(), "tested")
