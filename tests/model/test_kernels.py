"""Kernels as pictures: every weight is where Keras uses it, at every snapshot of a run."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from benchmarks import parity_cases
from model.building import build, outputs, set_weights, weights_of
from model.kernels import (
    even_steps,
    grid,
    growth,
    has_kernel,
    incoming,
    into,
    kernel_of,
    no_kernel_words,
    norms,
    parameters_of,
)
from model.layers import Concatenate, KerasLayer, SeparableConv2D
from model.networks import (
    CNN,
    CNN_SMALL,
    MLP_25,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
)
from model.runs import RunError, Runs
from model.settings import Settings
from model.snapshots import halved

KINDS = Network(
    "kinds",
    "Kinds",
    (9, 8, 1),
    (
        Conv2D("conv_1", 3, (2, 3), activation="linear"),
        DepthwiseConv2D("depthwise_1", (3, 3), activation="linear", depth_multiplier=2),
        MaxPool2D("pool_1"),
        Flatten("flatten"),
        Dropout("dropout_1"),
        Dense("dense_1", 7, activation="linear"),
        Dense("output", 10, activation="linear"),
    ),
)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(5)
    return build(KINDS)


def _inputs(model: keras.Model, layer: str) -> tuple[np.ndarray, np.ndarray]:
    """What goes into a layer and what comes out of it, for a random picture."""
    picture = np.random.default_rng(0).normal(size=(1, *KINDS.input_shape)).astype(np.float32)
    into_it = keras.Model(model.inputs[0], model.get_layer(layer).input)
    out_of_it = keras.Model(model.inputs[0], model.get_layer(layer).output)
    return into_it(picture).numpy()[0], out_of_it(picture).numpy()[0]


@pytest.mark.parametrize("layer", ["conv_1", "depthwise_1"])
def test_a_filters_pictures_times_its_patch_are_its_output(model: keras.Model, layer: str) -> None:
    lies = incoming(KINDS, layer)
    weights = weights_of(model)
    assert lies is not None
    values, outputs = _inputs(model, layer)
    for channel, pictures in enumerate(lies.pictures(weights[f"{layer}/kernel"])):
        rows, columns, sources = pictures.shape
        maps = [lies.source_of(channel, place) for place in range(sources)]
        patch = values[1 : 1 + rows, 2 : 2 + columns, maps]
        bias = parameters_of(weights, layer, channel)["bias"]
        assert (patch * pictures).sum() + bias == pytest.approx(outputs[1, 2, channel], abs=1e-5)


def test_a_separable_filters_pictures_times_its_patch_are_its_output() -> None:
    """Of both steps in one, and what a dense layer reads is known through branches."""
    network = Network(
        "branches",
        "Branches",
        (9, 8, 2),
        (
            Conv2D("conv_1", 3, (2, 2), activation="linear"),
            SeparableConv2D("separable_1", 4, (2, 2), activation="linear", depth_multiplier=2),
            Conv2D("conv_2", 4, (2, 2), activation="linear"),
            Concatenate("both"),
            Flatten("flatten"),
            Dense("dense_1", 3),
        ),
        (("conv_2", ("conv_1",)), ("both", ("separable_1", "conv_2"))),
    )
    model = build(network)
    weights = parity_cases.weights(network, 4)
    set_weights(model, weights)
    lies = incoming(network, "separable_1")
    assert lies is not None and (lies.shape, lies.source) == ((2, 2, 3), "conv 1")
    assert [incoming(network, name).source for name in ("conv_2", "dense_1")] == ["conv 1", "both"]  # type: ignore[union-attr]
    picture = np.random.default_rng(0).normal(size=(1, 9, 8, 2)).astype(np.float32)
    values, after = outputs(model, network, ["conv_1", "separable_1"])(picture)
    for filter_, pictures in enumerate(lies.pictures(kernel_of(weights, "separable_1"))):
        made = (values.numpy()[0, 1:3, 2:4] * pictures).sum() + weights["separable_1/bias"][filter_]
        assert made == pytest.approx(after.numpy()[0, 1, 2, filter_], abs=1e-5)


def test_the_weights_of_kerass_own_layers_are_not_drawn_and_it_says_why() -> None:
    own = KerasLayer("attention_1", "LayerNormalization", "{}", (4,), (("gamma", (4,)), ("beta", (4,))))
    placed = Network("own", "Own", (1, 1, 4), (Flatten("flatten"), own)).placed()[-1]
    assert not has_kernel(own) and incoming(Network("own", "Own", (1, 1, 4), (Flatten("f"), own)), own.name) is None
    assert no_kernel_words(placed) == (
        "The weights of attention 1 are not drawn: it is Keras's own LayerNormalization, which uses its 8 weights in a "
        "way that Strata does not know."
    )
    assert no_kernel_words(CNN.placed()[0]) == ""


def test_a_units_maps_times_the_maps_it_reads_are_its_output(model: keras.Model) -> None:
    lies = incoming(KINDS, "dense_1")
    assert lies is not None and lies.is_map
    assert (lies.shape, lies.source) == ((3, 2, 6), "pool 1")
    maps = _inputs(model, "flatten")[0]  # (rows, columns, channels)
    _, outputs = _inputs(model, "dense_1")
    for unit, pictures in enumerate(lies.pictures(weights_of(model)["dense_1/kernel"])):
        assert (maps * pictures).sum() == pytest.approx(outputs[unit], abs=1e-5)


def test_a_unit_that_reads_units_has_their_weights_in_a_tidy_grid(model: keras.Model) -> None:
    lies = incoming(KINDS, "output")
    kernel = weights_of(model)["output/kernel"]
    assert lies is not None and not lies.is_map
    assert (lies.shape, lies.blanks, lies.source) == ((7, 1, 1), 0, "dense 1")
    np.testing.assert_array_equal(into(KINDS, "output", 3, kernel), kernel[:, 3])
    prime = Network("prime", "Prime", (4, 4, 1), (Flatten("flatten"), Dense("dense_1", 37), Dense("output", 10)))
    lies = incoming(prime, "output")
    assert lies is not None and (lies.shape, lies.blanks) == ((10, 4, 1), 3)
    kernel = np.random.default_rng(1).normal(size=(37, 10)).astype(np.float32)
    assert np.isnan(lies.pictures(kernel)[2]).sum() == 3
    np.testing.assert_array_equal(into(prime, "output", 2, kernel), kernel[:, 2])


def test_where_the_weights_of_the_presets_come_from() -> None:
    def said(network: Network, layer: str) -> tuple[tuple[int, int, int], str] | None:
        lies = incoming(network, layer)
        return None if lies is None else (lies.shape, lies.source)

    assert said(CNN, "conv_1") == ((3, 3, 1), "the picture")
    assert said(CNN, "dense_1") == ((5, 5, 64), "pool 2")
    assert said(CNN, "pool_1") is None
    assert said(MLP_25, "dense_1") == ((28, 28, 1), "the picture")
    assert said(CNN_SMALL, "output") == ((16, 2, 1), "average")


@pytest.mark.parametrize(
    ("units", "expected"),
    [(10, (10, 1)), (32, (16, 2)), (128, (16, 8)), (25, (5, 5)), (200, (20, 10)), (37, (10, 4)), (1, (1, 1))],
)
def test_a_row_of_units_lies_in_a_tidy_grid(units: int, expected: tuple[int, int]) -> None:
    assert grid(units) == expected
    assert expected[0] * expected[1] >= units


def test_a_kernel_is_followed_through_the_snapshots_of_its_run(tmp_path: Path) -> None:
    layers = (*KINDS.layers[:-1], Dense("output", 10, activation="softmax"))
    network = dataclasses.replace(KINDS, input_shape=(28, 28, 1), layers=layers)
    run = Runs(tmp_path).create(Settings(dataset="digits"), network, {})
    kept = {}
    for step in (0, 3, 8):
        keras.utils.set_random_seed(step)
        kept[step] = weights_of(build(network))
        run.write_snapshot(step, halved(kept[step]))
    found = growth(run, "depthwise_1", 3, run.snapshot_steps())
    assert found.shape == (3, 3, 3, 1) and found.dtype == np.float32
    for picture, step in zip(found, (0, 3, 8), strict=True):
        np.testing.assert_allclose(picture[..., 0], kept[step]["depthwise_1/kernel"][:, :, 1, 1], atol=1e-3)
    expected = [np.linalg.norm(kept[step]["depthwise_1/kernel"][:, :, 1, 1]) for step in (0, 3, 8)]
    np.testing.assert_allclose(norms(found), expected, rtol=1e-3)
    with pytest.raises(RunError, match="has no snapshot at step 4"):
        growth(run, "conv_1", 0, [0, 4])
    run.snapshot_path(8).write_bytes(b"nothing")
    with pytest.raises(RunError, match=r"cannot be read: snapshots/00000008.safetensors"):
        growth(run, "conv_1", 0, [8])


def test_few_steps_of_many_are_even_and_keep_both_ends() -> None:
    assert even_steps(range(0, 100, 10), 4) == (0, 30, 60, 90)
    assert even_steps([1, 5], 4) == (1, 5)
