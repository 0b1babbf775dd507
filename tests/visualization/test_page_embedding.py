"""The sections Embedding and Stress in the page, with real workers: what they show, and what clicks do."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import datasets
from model.engine import Engine
from model.networks import Dense, Flatten, Network
from model.records import DataRecord
from model.runs import Run
from tests.model.snapshots import run_of
from tests.visualization.page import button, settled, words
from tests.waiting import wait
from visualization.views import embedding, waiting


@pytest.fixture
def run(page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A small network on the digits; the page shows it."""
    monkeypatch.setattr(waiting, "engine", lambda: engine)
    layers = (Flatten("flatten"), Dense("dense_1", 12), Dense("output", 10, "softmax"))
    run, digits = run_of(Network("tiny", "Tiny", (28, 28, 1), layers), engine.runs.root), datasets.load("digits")
    page.query_params["run"] = run.id
    record = DataRecord(digits.name, digits.title, digits.origin, digits.sha256, digits.class_names, 1149, 288)
    run.write_data(record)
    return run


def _figures(page: AppTest) -> dict[str, dict[str, Any]]:
    """Every figure of the page by the title above it."""
    found: list[tuple[str, dict[str, Any]]] = []

    def walk(node: Any, title: str) -> str:
        if getattr(node, "type", "") == "markdown" and str(node.value).startswith("**"):
            title = str(node.value).strip("*")
        if getattr(node, "type", "") == "bidi_component" and node.proto.component_name.endswith("figure"):
            found.append((title, json.loads(json.loads(node.proto.json)["figure"])))
            title = ""  # the next figure has its own, or none
        for child in getattr(node, "children", {}).values():
            title = walk(child, title)
        return title

    walk(page._tree, "")
    return dict(found)


def _shows(page: AppTest, title: str) -> bool:
    return any(name.startswith(title) and _is_drawn(figure) for name, figure in _figures(page).items())


def _is_drawn(figure: dict[str, Any]) -> bool:
    """Whether there is more in it than axes."""
    return any(trace["type"] != "scatter3d" or trace.get("hovertext") for trace in figure["data"])


def test_points_are_drawn_and_a_click_chooses_their_picture(page: AppTest, run: Run) -> None:
    page.session_state["view"], page.session_state["evaluation"] = "Evaluation", "Embedding"
    title = "Test pictures as dense 1 sees them, by PCA"
    settled(page)
    assert _shows(page, title) and _shows(page, "Nearest of 1,149 training pictures")
    figure = _figures(page)[title]
    names = [trace["name"] for trace in figure["data"]]
    assert names[0] == "0" and "this picture" in names
    assert figure["layout"]["scene"]["xaxis"]["title"]["text"].startswith("component 1 (")
    assert figure["layout"]["meta"]["thumbnails"]["count"] == len(datasets.load("digits").y_test)
    assert "of them the network reads wrong, each in a ring" in words(page)
    assert "1,149 images that this network was trained on" in words(page)
    third = next(trace for trace in figure["data"] if trace["name"] == "3")
    number = int(third["hovertext"][4].split(":")[0].removeprefix("test image ").replace(",", ""))
    page.session_state["embedding"] = {"click": {"name": "3", "point_number": 4}}
    page.run()
    assert f"Digits test image {number:,}" in words(page) and "true label 3" in words(page)


def test_t_sne_begins_when_asked(page: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_NEIGHBOURHOODS", 50)
    page.session_state["view"], page.session_state["evaluation"] = "Evaluation", "Embedding"
    page.session_state["embedding_method"] = "t-SNE"
    page.run()
    assert "t-SNE of 50 test images" in words(page)
    button(page, "Compute").click()
    assert "Kullback-Leibler divergence of" in settled(page)
    assert _shows(page, "Test pictures as dense 1 sees them, by t-SNE")
    wait(lambda: "this picture" in json.dumps(_figures(page.run())))  # once Keras has said where it lies


def test_the_picture_is_changed_step_by_step_and_the_trials_are_counted(page: AppTest, run: Run) -> None:
    page.session_state["view"], page.session_state["causes"] = "Causes", "Stress"
    said = settled(page)
    assert _shows(page, "Rotate: sample 7") and _shows(page, "Accuracy on 360 moved test pictures")
    assert "against the clock." in said and "with the clock." in said
    assert "360 test pictures, the same share of each class, each shifted by up to 4 pixels" in said
    page.session_state["stress"] = "noise"
    page.run()
    figure = _figures(page)["Noise: sample 7, drawn for this page"]
    assert figure["layout"]["xaxis"]["title"]["text"] == "standard deviation of the noise (% of full ink)"
    assert "of full ink." in words(page)
    assert np.array(figure["data"][0]["y"]["bdata"]).size


@pytest.mark.parametrize(
    ("view", "section", "sentence"),
    [
        ("Evaluation", "Embedding", "MNIST is not on this machine, so there are no points"),
        ("Causes", "Stress", "MNIST is not on this machine, so the accuracy on moved"),
    ],
)
def test_without_the_test_set_the_page_says_so(
    page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch, view: str, section: str, sentence: str
) -> None:
    monkeypatch.setattr(waiting, "engine", lambda: engine)
    monkeypatch.setattr(datasets, "is_here", lambda name: False)
    page.session_state["view"], page.session_state[view.lower()] = view, section
    page.run()
    assert sentence in words(page)
