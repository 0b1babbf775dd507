"""Pixels, biases and constants add up to Keras's logits; the other methods against loops and short formulas."""

from collections.abc import Iterator
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks import parity_cases
from model import linearity
from model.analyses import Analysis
from model.attribution import Explained, attribution, contrast
from model.building import build, set_weights
from model.layers import KerasLayer
from model.networks import (
    CNN,
    PRESETS,
    Activation,
    AveragePool2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Layer,
    MaxPool2D,
    Network,
    NetworkError,
)
from tests.model.graphs import HOURGLASS, INCEPTION, RESIDUAL, SQUEEZE
from tests.model.snapshots import STEP, images, run_of

PIECES = sorted(linearity.PIECEWISE_LINEAR)


def straight(seed: int) -> Network:
    """A random network of straight pieces: every kind of layer, stride, padding and activation that has them."""
    random = np.random.default_rng(seed)

    def one(*among: object) -> object:
        return among[random.integers(len(among))]

    def slides() -> dict[str, object]:
        stride = int(random.integers(1, 3))
        return {"strides": (stride, stride), "padding": one("valid", "same")}

    activations = iter([str(one(*PIECES)) for _ in range(9)])
    pool = one(MaxPool2D, AveragePool2D)
    layers: list[Layer] = [
        Conv2D("conv_1", 5, (3, 4), (1, 2), str(one("valid", "same")), next(activations)),
        BatchNormalization("norm_1"),
        Activation("activation_1", next(activations)),
        pool("pool_1", (3, 2), (2, 2), str(one("valid", "same"))),
        DepthwiseConv2D("depthwise_1", (3, 3), activation=next(activations), depth_multiplier=2, **slides()),
        Conv2D("conv_2", 6, (2, 2), activation=next(activations), **slides()),
        one(Flatten, GlobalAveragePool2D, GlobalMaxPool2D)("row"),
        Dropout("dropout"),
        Dense("dense_1", 7, next(activations)),
        BatchNormalization("norm_2"),
        Dense("output", 10, str(one("softmax", "sigmoid", "linear"))),
    ]
    return Network(f"straight_{seed}", f"Straight {seed}", (28, 28, 1), tuple(layers))


def explained(network: Network, seed: int = 5, scale: float = 1.0) -> tuple[Explained, keras.Model]:
    """The network to explain, and Keras's own up to its logits."""
    weights = {name: values * np.float32(scale) for name, values in parity_cases.weights(network, seed).items()}
    last = network.layers[-1]
    assert isinstance(last, Dense)
    bare = Network(
        network.name,
        network.title,
        network.input_shape,
        (*network.layers[:-1], replace(last, activation="linear")),
        network.wires,
    )
    model = build(bare)
    set_weights(model, weights)
    return Explained(network, weights), model


def logits(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    return np.asarray(model(pictures.astype(np.float32), training=False), np.float64)


def _cases() -> Iterator[object]:
    for seed in range(12):
        yield pytest.param(straight(seed), 4.0 if seed % 2 else 1.0, id=f"random {seed}")
    for name in ("cnn", "cnn_small", "mlp_relu"):
        yield pytest.param(PRESETS[name], 1.0, id=name)


@pytest.mark.parametrize(("network", "scale"), list(_cases()))
def test_the_parts_add_up_to_keras_logits(network: Network, scale: float) -> None:
    found, model = explained(network, scale=scale)
    pictures = images()[:5]
    expected = logits(model, pictures)
    np.testing.assert_allclose(found.logits(pictures), expected, atol=1e-5)
    for goal in (0, 7):
        parts = found.parts(pictures.astype(np.float64), contrast(goal, -1, 10))
        assert parts.constants.shape == (5, len(linearity.constant_names(network)))
        np.testing.assert_allclose(parts.sums, expected[:, goal], atol=1e-4)
    against = found.parts(pictures.astype(np.float64), contrast(3, 8, 10))
    np.testing.assert_allclose(against.sums, expected[:, 3] - expected[:, 8], atol=1e-4)
    assert not linearity.bent(network)


def test_relu6_at_its_limit_is_a_constant_of_its_own() -> None:
    network = Network(
        "six", "Six", (28, 28, 1), (Flatten("row"), Dense("dense_1", 8, "relu6"), Dense("output", 10, "softmax"))
    )
    found, model = explained(network, scale=9.0)
    before = build(Network("b", "B", (28, 28, 1), (Flatten("row"), Dense("dense_1", 8, "linear"))))
    weights = {name: values * np.float32(9) for name, values in parity_cases.weights(network, 5).items()}
    set_weights(before, weights)
    picture = images()[:1]
    full = np.asarray(before(picture))[0] > 6
    assert 0 < full.sum() < 8
    parts = found.parts(picture.astype(np.float64), contrast(2, -1, 10))
    assert linearity.constant_names(network) == ("biases of dense 1", "sixes of dense 1", "biases of output")
    assert parts.constants[0, 1] == pytest.approx(6 * weights["output/kernel"][full, 2].sum(), abs=1e-5)
    assert parts.constants[0, 2] == pytest.approx(weights["output/bias"][2], abs=1e-6)
    assert parts.sums[0] == pytest.approx(logits(model, picture)[0, 2], abs=1e-4)


def test_a_dense_networks_pixels_are_its_weights_along_the_open_units() -> None:
    """For one hidden ReLU layer: pixel · Σ over open units of weight in · weight out."""
    network = Network("one", "One", (28, 28, 1), (Flatten("row"), Dense("dense_1", 9), Dense("output", 10, "softmax")))
    found, _ = explained(network)
    weights = parity_cases.weights(network, 5)
    picture = images()[3].astype(np.float64)
    hidden = picture.ravel() @ weights["dense_1/kernel"].astype(np.float64) + weights["dense_1/bias"]
    way = weights["dense_1/kernel"][:, hidden > 0] @ weights["output/kernel"][hidden > 0, 4].astype(np.float64)
    parts = found.parts(picture[None], contrast(4, -1, 10))
    np.testing.assert_allclose(parts.pixels[0], (picture.ravel() * way).reshape(28, 28), atol=1e-6)
    bias = weights["dense_1/bias"][hidden > 0] @ weights["output/kernel"][hidden > 0, 4]
    np.testing.assert_allclose(parts.constants[0], [bias, weights["output/bias"][4]], atol=1e-6)


def test_a_bent_network_leaves_something_over_and_integrated_gradients_do_not() -> None:
    network = PRESETS["mlp_sigmoid"]
    assert linearity.bent(network) == (("dense_1", "sigmoid"), ("dense_2", "sigmoid"))
    found, model = explained(network, scale=3.0)
    picture = images()[:1].astype(np.float64)
    goal = contrast(1, -1, 10)
    expected = logits(model, picture)[0, 1]
    assert abs(found.parts(picture, goal).sums[0] - expected) > 0.1
    integrated, black = found.integrated(picture, goal, 256), found.black(goal)
    assert black == pytest.approx(logits(model, np.zeros_like(picture))[0, 1], abs=1e-5)
    assert integrated.sum() + black == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("network", [PRESETS["mlp_sigmoid"], straight(3)], ids=["sigmoid", "straight"])
def test_integrated_gradients_are_a_fine_sum_of_keras_gradients(network: Network) -> None:
    found, model = explained(network)
    picture = images()[7:8]
    way = tf.constant((np.arange(400, dtype=np.float32).reshape(-1, 1, 1, 1) + 0.5) / 400 * picture)
    with tf.GradientTape() as tape:
        tape.watch(way)
        answers = model(way, training=False)
        total = tf.reduce_sum(answers[:, 2] - answers[:, 6])
    expected = np.asarray(tape.gradient(total, way)).mean(axis=0)[:, :, 0]
    integrated = found.integrated(picture.astype(np.float64), contrast(2, 6, 10), 400)
    np.testing.assert_allclose(integrated, expected * picture[0, :, :, 0], atol=1e-4)


@pytest.mark.parametrize("patch", [1, 5])
def test_occlusion_is_a_loop_of_questions_to_keras(patch: int) -> None:
    found, model = explained(straight(2))
    picture = images()[11:12]
    occluded = found.occlusion(picture.astype(np.float64), contrast(5, -1, 10), patch)
    whole = logits(model, picture)[0, 5]
    for row, column in ((0, 0), (14, 13), (27, 20), (9, 27), (13, 14)):
        blank = picture.copy()
        for away in np.ndindex(patch, patch):
            at = row + away[0] - patch // 2, column + away[1] - patch // 2
            if min(at) >= 0 and max(at) < 28:
                blank[0, at[0], at[1], 0] = 0
        assert occluded[row, column] == pytest.approx(whole - logits(model, blank)[0, 5], abs=1e-4)


def test_grad_cam_is_the_papers_formula() -> None:
    found, model = explained(CNN)
    picture = images()[2:3]
    maps = keras.Model(model.inputs, model.get_layer("conv_2").output)
    values = np.asarray(maps([picture]), np.float64)  # (1, 11, 11, 64)
    weights = parity_cases.weights(CNN, 5)
    # By hand, back from the logit: the dense layers' open units, then each pool's winner.
    pooled = values[0, :10, :10].reshape(5, 2, 5, 2, 64)
    best = pooled.max(axis=(1, 3), keepdims=True)
    row = best.reshape(-1)
    hidden = row @ weights["dense_1/kernel"] + weights["dense_1/bias"]
    way = weights["dense_1/kernel"] @ np.where(hidden > 0, weights["output/kernel"][:, 8], 0)
    slopes = np.zeros_like(values[0])
    # A window of zeros has its winner in its first cell, as TensorFlow takes it.
    for down, across, channel in np.ndindex(5, 5, 64):
        window = values[0, 2 * down : 2 * down + 2, 2 * across : 2 * across + 2, channel]
        inner = np.unravel_index(window.argmax(), (2, 2))
        slopes[2 * down + inner[0], 2 * across + inner[1], channel] = way.reshape(5, 5, 64)[down, across, channel]
    expected = np.maximum((values[0] * slopes.mean(axis=(0, 1))).sum(axis=-1), 0)
    seen = found.grad_cam(picture.astype(np.float64), contrast(8, -1, 10))
    assert seen is not None and expected.max() > 0
    np.testing.assert_allclose(seen, expected, atol=1e-5)


def test_without_a_convolution_there_is_no_grad_cam() -> None:
    found, _ = explained(PRESETS["mlp_relu"])
    assert found.grad_cam(images()[:1].astype(np.float64), contrast(0, -1, 10)) is None
    assert linearity.last_convolution(PRESETS["mlp_relu"]) == "" and linearity.last_convolution(CNN) == "conv_2"


def test_the_analysis_explains_what_is_read_unless_a_class_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    run = run_of(CNN, tmp_path_factory.mktemp("runs"))
    pixels = np.round(images()[0] * 255).astype(np.uint8)
    asked = {"patch": 3, "steps": 8, "against": -1}
    result = attribution(Analysis.of("attribution", run, STEP, pixels, goal=-1, **asked), lambda *_: None)
    goal = int(result["goal"][0])
    assert goal == result["logits"].argmax()
    parts = result["pixels"].sum() + result["constants"].sum()
    assert parts == pytest.approx(result["logits"][goal], abs=1e-4)
    assert result["grad_cam"].shape == (11, 11) and result["occlusion"].shape == (28, 28)
    with pytest.raises(NetworkError, match="two different classes from 0 to 9"):
        attribution(Analysis.of("attribution", run, STEP, pixels, goal=2, **{**asked, "against": 2}), lambda *_: None)
    with pytest.raises(NetworkError, match="odd patch from 1 to 28"):
        attribution(Analysis.of("attribution", run, STEP, pixels, goal=2, **{**asked, "patch": 4}), lambda *_: None)
    with pytest.raises(NetworkError, match="Received 0 bytes"):
        attribution(Analysis.of("attribution", run, STEP, goal=2, **asked), lambda *_: None)


@pytest.mark.parametrize("network", [RESIDUAL.network, INCEPTION.network], ids=["residual", "inception"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_parts_of_a_graph_of_straight_pieces_add_up(network: Network, scale: float) -> None:
    """Through sums, means, the larger and the smaller, dilated and separable windows, borders and rescaling."""
    found, model = explained(network, scale=scale)
    pictures = np.random.default_rng(3).uniform(0, 1, (6, *network.input_shape)).astype(np.float32)
    expected = logits(model, pictures)
    assert linearity.bent(network) == ()
    for goal in (0, 7):
        parts = found.parts(pictures.astype(np.float64), contrast(goal, -1, 10))
        assert parts.constants.shape == (6, len(linearity.constant_names(network)))
        np.testing.assert_allclose(parts.sums, expected[:, goal], atol=1e-4)


def test_constants_of_a_graph_are_named() -> None:
    assert linearity.constant_names(RESIDUAL.network) == (
        "constants of norm 1", "biases of conv 1", "constants of norm 2", "biases of short", "biases of conv 2",
        "biases of output",
    )  # fmt: skip
    assert linearity.constant_names(INCEPTION.network) == (
        "constants of scaled", "biases of a", "biases of b", "sixes of b", "biases of d", "halves and ones of d",
        "biases of e 2",
    )  # fmt: skip


def test_products_and_kerass_own_layers_are_named_as_what_does_not_add_up() -> None:
    assert linearity.bent(SQUEEZE.network) == (("conv", "mish"), ("worth", "sigmoid"), ("weighed", "a product"))
    assert linearity.bent(HOURGLASS.network) == (
        ("fine", "softsign"), ("coarse", "exponential"), ("bent", "hard_silu"),
    )  # fmt: skip
    own = KerasLayer("own", "LayerNormalization", "{}", (28, 28, 1))
    network = Network("own", "Own", (28, 28, 1), (own, Flatten("flatten"), Dense("output", 10, "softmax")))
    assert linearity.bent(network) == (("own", "Keras's LayerNormalization"),)


def test_a_product_leaves_something_over_and_grad_cam_looks_at_maps_with_places() -> None:
    network = SQUEEZE.network
    found, model = explained(network, scale=3.0)
    picture = np.random.default_rng(4).uniform(0, 1, (1, *network.input_shape))
    goal = contrast(1, -1, 5)
    expected = logits(model, picture)[0, 1]
    assert abs(found.parts(picture, goal).sums[0] - expected) > 0.01
    integrated, black = found.integrated(picture, goal, 256), found.black(goal)
    assert integrated.sum() + black == pytest.approx(expected, abs=1e-3)
    seen = found.grad_cam(picture, goal)
    assert linearity.last_convolution(network) == "conv" and seen is not None and seen.shape == (7, 6)
