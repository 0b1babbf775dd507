"""Answer and Filters by Streamlit's AppTest, with real workers: what they say, and what clicks do."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import datasets, samples
from model.engine import Engine
from model.networks import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
)
from model.recording import record
from model.runs import PRETRAINED, Run
from model.settings import Settings
from model.tracing import trace
from tests.visualization import page as pages
from tests.visualization.page import button, settled, words
from visualization.picks import Pick
from visualization.views import waiting

SMALL = Network(
    "small",
    "Small",
    (28, 28, 1),
    (
        Conv2D("conv_1", 6, (5, 5), strides=(2, 2)),
        BatchNormalization("norm_1"),
        MaxPool2D("pool_1"),
        DepthwiseConv2D("depthwise_1", depth_multiplier=2),
        Dropout("dropout_1"),
        Flatten("flatten"),
        Dense("dense_1", 32),
        Dense("dense_2", 32, "tanh"),
        Dense("output", 10, activation="softmax"),
    ),
)


@pytest.fixture
def page(page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(waiting, "engine", lambda: engine)
    page.session_state["view"] = "Neurons"
    return page


@pytest.fixture(scope="module")
def trained(engine: Engine) -> Run:
    run = engine.runs.create(Settings(dataset="digits", epochs=1, batch_size=64), SMALL, {})
    record(run)
    return run


@pytest.fixture
def run(trained: Run, engine: Engine, page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A small trained run, chosen on the page."""
    monkeypatch.setattr(engine.runs, "root", trained.path.parent)
    page.query_params["run"] = trained.id
    return trained


def figures(page: AppTest) -> dict[str, dict]:
    """Every figure on the page by its key."""
    found = {}
    for block in pages._blocks(page._tree):
        if getattr(block, "type", "") == "bidi_component" and block.proto.component_name.endswith("figure"):
            key = block.proto.id.rsplit("-", 1)[-1]
            found[key] = json.loads(json.loads(block.proto.json)["figure"])
    return found


def _filters(page: AppTest, layer: str, channel: int | None = None) -> str:
    page.session_state["neurons"] = "Filters"
    page.session_state["filter_to_be"] = (layer, channel)
    return settled(page)


def test_the_answer_says_what_is_read_and_whether_it_is_right(page: AppTest) -> None:
    page.run()
    said = words(page)
    assert "true label **7** · :material/check: right" in said
    found = figures(page)
    assert {"answer_picture", "answer_probabilities", "answer_layers", "answer_weights"} <= set(found)
    assert {"answer_units_dense_1", "answer_units_output"} <= set(found)
    assert found["answer_layers"]["data"][0]["y"] == ["conv 1", "pool 1", "conv 2", "pool 2", "dense 1", "output"]
    run = Run(PRETRAINED)
    kernel = run.weights(run.snapshot_steps()[-1])["output/kernel"]
    counted = [annotation["text"] for annotation in found["answer_weights"]["layout"]["annotations"]]
    assert counted == [f"{(kernel[:, 7] < 0).sum()} negative", f"{(kernel[:, 7] > 0).sum()} positive"]
    page.session_state["answer_class"] = 3
    page.run()
    assert f"**Weights into 3 · mean {kernel[:, 3].mean():.3f}**" in words(page)


def test_dense_layers_are_grids_also_of_a_network_of_another_kind(page: AppTest, run: Run) -> None:
    page.run()
    found = figures(page)
    shapes = {key: found[f"answer_units_{key}"]["data"][0]["z"]["shape"] for key in ("dense_1", "dense_2", "output")}
    assert shapes == {"dense_1": "16, 2", "dense_2": "16, 2", "output": "10, 1"}
    assert found["answer_units_dense_2"]["layout"]["meta"]["palettes"]["coloraxis"] == "diverging"


def test_galleries_say_how_many_are_dead_and_a_click_opens_one(page: AppTest, run: Run) -> None:
    said = _filters(page, "conv_1")
    assert "of the 6 filters of conv 1 is dead on the test set" in said or "of 6 filters of conv 1" in said
    found = figures(page)
    assert {"kernels_of_conv_1", "maps_of_conv_1"} <= set(found)
    page.session_state["kernels_of_conv_1"] = {"click": {"name": "trace 0", "point_number": [1, 7]}}
    page.run()
    said = settled(page)
    assert "**conv 1, filter 1**" in said
    assert {"kernel_conv_1", "map_conv_1", "classes_conv_1", "growth_conv_1", "norm_conv_1"} <= set(figures(page))
    button(page, "All filters").click()
    page.run()
    assert "maps_of_conv_1" in figures(page)


@pytest.mark.parametrize("layer", [layer.name for layer in SMALL.layers if layer.name not in {"dropout_1", "flatten"}])
def test_every_kind_of_layer_has_its_galleries_and_its_page(page: AppTest, run: Run, layer: str) -> None:
    assert "on the test set" in _filters(page, layer)
    galleries = set(figures(page))
    assert galleries & {f"maps_of_{layer}", f"units_of_{layer}"}
    has_kernel = f"{layer}/kernel" in run.weights(0)
    assert (f"kernels_of_{layer}" in galleries) == has_kernel
    assert f"{layer.replace('_', ' ')}, " in _filters(page, layer, 2)
    shown = set(figures(page))
    assert f"classes_{layer}" in shown
    assert ({f"kernel_{layer}", f"growth_{layer}"} <= shown) == has_kernel


def test_a_click_on_an_exciting_picture_makes_it_the_chosen_one(page: AppTest, run: Run) -> None:
    _filters(page, "depthwise_1", 3)
    exciting = figures(page)["exciting_depthwise_1"]["data"][0]
    traced = trace(run.path, run.snapshot_steps()[-1], datasets.load("digits").x_test)["depthwise_1"][..., 3]
    best = int(traced.max((1, 2)).argmax())
    page.session_state["exciting_depthwise_1"] = {"click": {"name": "trace 0", "point_number": [0, 0]}}
    page.run()
    said = settled(page)
    assert f"Digits test image {best}" in said
    assert exciting["coloraxis"] == "coloraxis"


def test_where_the_test_set_is_missing_the_rest_is_there(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "is_here", lambda name: False)
    said = _filters(page, "conv_2", 17)
    assert "The MNIST test set is not on this machine" in said
    assert "**conv 2, filter 17**" in said
    assert "this network came with one snapshot alone" in said
    assert {"kernel_conv_2", "map_conv_2"} <= set(figures(page))


def test_what_was_touched_elsewhere_is_opened_and_shown_in_3d(page: AppTest, run: Run) -> None:
    page.session_state["neurons"] = "Filters"
    page.session_state["pick"] = Pick(
        "flatten", 29
    )  # the third map's value at some place of what flatten puts in a row
    said = settled(page)
    assert "**depthwise 1, filter 5**" in said
    values = trace(run.path, run.snapshot_steps()[-1], samples.samples()[7].pixels[None])["depthwise_1"][0, ..., 5]
    assert f"for the chosen picture largest {values.max():.3g}" in said
    button(page, "Show in 3D").click()
    page.run()
    assert page.session_state["view"] == "Network"
    assert page.session_state["wish"].pick == Pick("depthwise_1", 5)


def test_while_it_trains_the_test_set_is_read_on_request(
    page: AppTest, run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from model.records import RunState

    status = run.status()
    monkeypatch.setattr(Run, "status", lambda self: replace(status, state=RunState.TRAINING))
    page.session_state["neurons"] = "Filters"
    page.session_state["filter_to_be"] = ("norm_1", None)
    for path in (run.path / "analyses").glob("*"):
        path.unlink()
    monkeypatch.setattr(engine.analyses, "_results", type(engine.analyses._results)())
    page.run()
    assert "none looked at yet" in words(page)
    assert not any(found.label == "Cancel" for found in page.button)
    assert "maps_of_norm_1" in figures(page)
    button(page, "Look at this step").click()
    page.run()
    assert "6 maps of norm 1" in settled(page)


def test_kernels_of_many_maps_say_which_is_drawn(page: AppTest, run: Run) -> None:
    _filters(page, "dense_1")
    kernel = run.weights(run.snapshot_steps()[-1])["dense_1/kernel"]
    maps = kernel.reshape(-1, 12, 32)  # (places, maps, units)
    strongest = int((maps**2).sum(0)[:, 0].argmax())
    figure = figures(page)["kernels_of_dense_1"]
    assert figure["layout"]["annotations"][0]["text"] == f"0 ← {strongest}"
    page.session_state["slice_dense_1"] = "Mean"
    page.run()
    assert figures(page)["kernels_of_dense_1"]["layout"]["annotations"][0]["text"] == "0"
    assert np.isfinite(kernel).all()
