"""Knock-out and Why through the page, with real workers: what they say, mute, bring to the scene and refuse."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks import parity_cases
from data import datasets
from model import ownership
from model.engine import Engine
from model.foreign import KerasLayer
from model.networks import PRESETS, Conv2D, Dense, Flatten, GlobalAveragePool2D, MaxPool2D, Network
from model.records import RunState, Status
from model.reshaping import Reshape
from model.run import Run
from model.uploads import keeping
from model.uploads.admission import OwnModel
from tests.model.snapshots import STEP, run_of
from tests.visualization.page import button, component, settled, words
from visualization.views import ranking, waiting, why

SMALL = Network(
    "small",
    "Small",
    (28, 28, 1),
    (Conv2D("conv_1", 4, strides=(2, 2)), MaxPool2D("pool_1"), Flatten("flatten"), Dense("output", 10, "softmax")),
)


@pytest.fixture
def analyses(page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions of the page go to the one real engine."""
    monkeypatch.setattr(waiting, "engine", lambda: engine)


@pytest.fixture
def run(page: AppTest, engine: Engine, analyses: None) -> Run:
    """A run of a small network on the digits, shown by the page in its Causes."""
    run = run_of(SMALL, engine.runs.root)
    show(page, run, "Knock-out")
    return run


def show(page: AppTest, run: Run, section: str) -> None:
    page.query_params["run"] = run.id
    page.session_state["view"] = "Causes"
    page.session_state["causes"] = section


def until(page: AppTest, text: str) -> str:
    """The page's words once the workers are done, which hold `text`."""
    said = settled(page)
    assert text in said
    return said


def figures(page: AppTest) -> list[dict[str, Any]]:
    """Every figure on the page but the answer's, as Plotly's JSON."""
    from tests.visualization.page import _blocks

    blocks = [block for block in _blocks(page._tree) if getattr(block, "type", "") == "bidi_component"]
    found = [json.loads(block.proto.json) for block in blocks if block.proto.component_name.endswith("figure")]
    return [json.loads(data["figure"]) for data in found]


def test_muting_moves_the_accuracy_and_can_be_taken_to_the_scene(page: AppTest, run: Run) -> None:
    images = len(datasets.load("digits").y_test)
    until(page, f"% of the {images:,} test images right. Mute a map")
    control = next(found for found in page.multiselect if found.label == "Muted maps of conv 1, 0 to 3")
    control.set_value([2, 0])
    said = until(page, "Without conv 1 maps 0, 2 the network reads")
    assert "percentage points" in said and "Muted: conv 1 maps 0, 2" in said
    bars = next(figure for figure in figures(page) if len(figure["data"]) == 3)
    assert [trace["name"] for trace in bars["data"]] == ["with everything", "with muted ones", "difference"]
    button(page, "Mute in 3D").click()
    page.run()
    assert component(page, "scene")["wish"] == {
        "serial": 1, "layer": "conv_1", "channel": 0, "row": 6, "column": 6,
        "muted": [{"layer": "conv_1", "channel": 0}, {"layer": "conv_1", "channel": 2}],
    }  # fmt: skip
    page.session_state["view"] = "Causes"
    until(page, "Muted: conv 1 maps 0, 2")
    button(page, "Unmute all").click()
    page.run()
    assert "Mute a map or a unit" in words(page)


def test_the_ranking_is_asked_for_and_its_rows_can_be_muted(
    page: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(page, "Mute a map or a unit")
    assert "Mute each of the 4 maps of conv 1 alone and rank them" in words(page)
    button(page, "Compute").click()
    until(page, "What the maps of conv 1 are worth")
    (table,) = page.dataframe
    frame = table.value
    assert sorted(frame["map"]) == [0, 1, 2, 3]
    np.testing.assert_array_equal(frame["lost"], sorted(frame["lost"], reverse=True))
    # AppTest cannot select rows of a table: as if the first and the third had been.
    whole = ranking._table
    monkeypatch.setattr(ranking, "_table", lambda *given: [whole(*given), [0, 2]][1])
    page.run()
    button(page, "Mute the selected 2").click()
    page.run()
    chosen = sorted([frame["map"][0], frame["map"][2]])
    until(page, f"Without conv 1 maps {chosen[0]}, {chosen[1]} the network reads")


def test_another_run_begins_with_nothing_muted(page: AppTest, run: Run, engine: Engine) -> None:
    until(page, "Mute a map or a unit")
    page.multiselect[0].set_value([1])
    until(page, "Without conv 1 map 1 the network")
    other = run_of(SMALL, engine.runs.root, seed=2)
    page.query_params["run"] = other.id
    until(page, "Mute a map or a unit")


def test_what_cannot_be_muted_or_read_is_told(page: AppTest, analyses: None, engine: Engine) -> None:
    alone = run_of(
        Network("alone", "Alone", (28, 28, 1), (Flatten("flatten"), Dense("output", 10, "softmax"))), engine.runs.root
    )
    show(page, alone, "Knock-out")
    page.run()
    assert "This network has its output layer only. A knock-out needs a layer before it." in words(page)
    sides = (("lstm_cell.kernel", (28, 16)), ("lstm_cell.recurrent_kernel", (4, 16)), ("lstm_cell.bias", (16,)))
    recurrent = KerasLayer("lstm", "LSTM", '{"units": 4}', (4,), sides)
    rows = Network("rows", "Rows", (28, 28, 1), (Reshape("rows", (28, 28)), recurrent, Dense("output", 10, "softmax")))
    show(page, run_of(rows, engine.runs.root), "Knock-out")
    page.run()
    assert "No layer before this network's output can be muted." in words(page)


def test_without_the_test_images_it_says_so(page: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "is_here", lambda name: False)
    page.run()
    assert "is not on this machine, so its test images cannot be read, which a knock-out needs" in words(page)


def test_while_the_run_trains_the_test_set_waits_for_a_click(page: AppTest, run: Run) -> None:
    owner = ownership.claim(run.path.parent)
    run.write_status(Status(RunState.TRAINING, step=STEP, total_steps=9, owner=owner))
    try:
        page.run()
        assert "Mute a map or a unit" not in words(page)
        button(page, "Look at this step").click()
        until(page, "Mute a map or a unit")
    finally:
        run.write_status(Status(RunState.STOPPED, step=STEP, total_steps=9))
        ownership.release(run.path.parent)


def test_the_pixels_and_biases_add_up_on_the_page(page: AppTest, run: Run) -> None:
    show(page, run, "Why")
    said = until(page, "The difference is 0.0000")
    assert "Pixels " in said and " and biases " in said
    titles = ("Pixels that add up", "From the pixels to the logit of", "Occlusion", "Integrated gradients", "Grad-CAM")
    assert all(f"**{title}" in said for title in titles)
    kinds = [figure["data"][0]["type"] for figure in figures(page)]
    assert kinds.count("heatmap") == 4 and kinds.count("waterfall") == 1
    page.session_state["why_goal"] = 3
    page.session_state["why_against"] = 8
    until(page, "the logit of 3 less that of 8 is")
    page.session_state["why_against"] = 3  # against itself is against none
    until(page, "the logit of 3 is")


def test_a_bent_network_says_what_holds(page: AppTest, analyses: None, engine: Engine) -> None:
    run = run_of(PRESETS["mlp_sigmoid"], engine.runs.root)
    show(page, run, "Why")
    said = until(page, "is left over")
    assert "this network is not of straight pieces (sigmoid). Integrated gradients add up here" in said
    assert "**Pixels that do not add up**" in said
    assert "has no convolution, and Grad-CAM weighs the maps of the last one: there is none here." in said


def test_a_way_that_takes_too_long_is_left_out_in_words(page: AppTest, analyses: None, engine: Engine) -> None:
    layers = (Conv2D("conv", 4000, (1, 1)), GlobalAveragePool2D("average"), Dense("output", 2, "softmax"))
    network = Network("wide", "Wide", (64, 64, 3), layers)
    own = OwnModel(network, parity_cases.weights(network, 1), "wide.keras", "ab" * 32, 1000, "0..1", (), 1e-7)
    show(page, keeping.keep(engine.runs.root, own, keeping.NO_DATASET), "Why")
    page.session_state["why_steps"] = 8
    said = until(page, "Left out, as it takes too long: ")
    assert "would read 4,096 pictures for it, about 78 s on two processors, and 79 s with all other ways." in said
    assert "Expected at most 75 s together. Use smaller pictures, fewer filters, or pool earlier." in said
    assert said.count("Left out") == 1
    assert all(f"**{title}**" in said for title in ("Occlusion", "Integrated gradients", "Grad-CAM"))
    kinds = [figure["data"][0]["type"] for figure in figures(page)]
    assert kinds.count("heatmap") == 3 and kinds.count("waterfall") == 1


def test_why_waits_for_keras(page: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why.traces, "is_ready", lambda: False)
    show(page, run, "Why")
    page.run()
    assert "Keras" in words(page)
