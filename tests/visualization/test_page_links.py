"""Neurons, Links: what the page sends to the browser, and what it makes of drawings and of nodes to show in 3D."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from data import samples
from model.engine import Engine
from model.runs import PRETRAINED, Run
from tests.golden.write_drawing import message
from tests.visualization.page import component, finished_run, words


@pytest.fixture
def links_page(page: AppTest) -> Iterator[AppTest]:
    page.session_state["view"] = "Neurons"
    page.session_state["neurons"] = "Links"
    page.run()
    yield page
    assert not page.exception


def test_the_links_are_of_the_chosen_picture_and_weights(links_page: AppTest) -> None:
    data = component(links_page, "links")
    step = Run(PRETRAINED).snapshot_steps()[-1]
    assert data["scene"]["step"] == step and f"/snapshots/{step}/weights" in data["scene"]["weights_url"]
    assert data["scene"]["image"]["label"] == 7
    assert data["settings"] == {"most": 8, "order": "number", "palette": "perceptual", "every_layer": False}
    said = words(links_page)
    assert "24 of 32 in conv 1" in said and "**Here** the largest sum in output is that of unit 7" in said


def test_the_settings_are_kept_while_another_view_is_shown(links_page: AppTest) -> None:
    links_page.slider(key="links_most").set_value(12)
    links_page.toggle(key="links_signs").set_value(True)
    links_page.session_state["links_order"] = "Most active first"
    links_page.run()
    changed = {"most": 12, "order": "activity", "palette": "sign", "every_layer": False}
    assert component(links_page, "links")["settings"] == changed
    links_page.session_state["view"] = "Surfaces"
    links_page.run()
    links_page.session_state["view"] = "Neurons"
    links_page.run()
    assert component(links_page, "links")["settings"] == changed


def test_a_drawing_becomes_the_chosen_picture_of_every_view(links_page: AppTest) -> None:
    sample = samples.samples()[1]
    links_page.session_state["links"] = {"drawing": message(samples.draw(sample.strokes, sample.width), 1)}
    links_page.run()
    assert links_page.session_state["picture_source"] == "Drawing"
    assert "Reads **1**" in words(links_page)
    assert component(links_page, "links")["scene"]["pad"] == {"taken": 1, "shown": True}


def test_a_node_is_shown_in_3d(links_page: AppTest) -> None:
    index = 64 * (11 * 4 + 9) + 17
    links_page.session_state["links"] = {"bring": {"schema": 1, "serial": 1, "layer": "conv_2", "index": index}}
    links_page.run()
    assert links_page.session_state["view"] == "Network"
    wish = component(links_page, "scene")["wish"]
    assert wish == {"serial": 1, "layer": "conv_2", "channel": 17, "row": 4, "column": 9, "muted": None}


def test_what_is_no_node_is_refused_in_words(links_page: AppTest) -> None:
    links_page.session_state["links"] = {"bring": {"schema": 1, "serial": 1, "layer": "conv_9", "index": 0}}
    links_page.run()
    assert [error.value for error in links_page.error] == [
        "A neuron touched in the scene cannot be read: layer. Expected one of input, conv_1, pool_1, conv_2, pool_2, "
        "flatten, dense_1, output. Touch it again; if that does not help, reload the page."
    ]
    assert links_page.session_state["view"] == "Neurons"


def test_the_slider_moves_the_links_without_waiting_for_the_page(links_page: AppTest, engine: Engine) -> None:
    run = finished_run(engine)
    run.write_snapshot(3, run.weights(5))
    links_page.query_params["run"] = run.id
    links_page.run()
    assert component(links_page, "timeline")["live"] is True
    links_page.query_params["step"] = "3"
    links_page.run()
    assert component(links_page, "links")["scene"]["step"] == 3
    links_page.session_state["neurons"] = "Answer"
    links_page.run()
    assert component(links_page, "timeline")["live"] is False
