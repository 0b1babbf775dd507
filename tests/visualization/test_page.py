"""The page by Streamlit's AppTest, with real workers: what each view says, and what clicks and bad input do to it."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from data import samples
from model import engine as engine_module
from model.engine import Engine
from model.networks import CNN
from model.records import RunState, Status
from model.runs import PRETRAINED, Run
from model.settings import Settings
from tests.golden.write_drawing import message
from visualization import bundle, traces

APP = Path(__file__).resolve().parents[2] / "app.py"
DEADLINE_SECONDS = 120


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for the module: starting Keras takes seconds."""
    engine = Engine(tmp_path_factory.mktemp("runs"))
    engine.warm_up()
    wait(lambda: engine.is_warm)
    yield engine
    engine.shutdown(grace_seconds=0)


@pytest.fixture
def page(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with no run yet; the browser's part is not drawn by AppTest and need not be built."""
    from visualization import state
    from visualization.views import controls, frame

    monkeypatch.setattr(engine.runs, "root", tmp_path / "runs")
    for module in (engine_module, state, frame, controls, traces):
        monkeypatch.setattr(module, "engine", lambda: engine)
    monkeypatch.setattr(bundle, "is_fresh", lambda: True)
    monkeypatch.setattr(bundle, "version", lambda: "test")
    return AppTest.from_file(str(APP), default_timeout=60)


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def words(page: AppTest) -> str:
    """All that the page says."""
    assert not page.exception, page.exception[0].value
    elements = [*page.caption, *page.markdown, *page.info, *page.error]
    return "\n".join(str(element.value) for element in elements)


def component(page: AppTest, name: str) -> dict[str, Any]:
    """The data that the page sends to a browser component, by the end of its key."""
    found = [block for block in _blocks(page._tree) if getattr(block, "type", "") == "bidi_component"]
    for block in found:
        if block.proto.component_name.endswith(name):
            return json.loads(block.proto.json)
    raise AssertionError(f"no component {name}; there are {[block.proto.component_name for block in found]}")


def progress(page: AppTest) -> str:
    """The words on the progress bar."""
    (bar,) = (block for block in _blocks(page._tree) if getattr(block, "type", "") == "progress")
    return str(bar.proto.text)


def _blocks(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", {}).values():
        yield from _blocks(child)


def test_the_first_visit_shows_the_pretrained_network_and_what_it_reads(page: AppTest) -> None:
    page.run()
    said = words(page)
    assert "Pretrained · MNIST · CNN 32-64-128 · step 1,875 of 1,875 · 98.9\u00a0% on validation" in said
    assert "Reads **7**" in said and "true label 7" in said
    data = component(page, "scene")
    assert data["run"] == "pretrained"
    assert data["network"]["layers"][1]["output_shape"] == [26, 26, 32]


def test_without_keras_the_scene_is_there_and_the_page_says_what_it_waits_for(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "is_warm", property(lambda self: False))
    page.run()
    assert "Keras is starting, about" in words(page)
    assert component(page, "scene")["run"] == "pretrained"


@pytest.mark.parametrize("digit", [0, 4])
def test_another_sample_is_read_in_every_view(page: AppTest, digit: int) -> None:
    page.run()
    page.session_state["sample"] = digit
    page.run()
    assert f"Reads **{digit}**" in words(page)
    assert component(page, "scene")["image"]["label"] == digit


def test_surfaces_show_the_network_that_is_shown(page: AppTest, engine: Engine) -> None:
    page.session_state["view"] = "Surfaces"
    page.run()
    figure = json.loads(component(page, "figure")["figure"])
    assert [trace["name"] for trace in figure["data"]] == ["conv 1", "pool 1", "conv 2", "pool 2"]
    page.session_state["channels_conv_1"] = [3]
    page.run()
    figure = json.loads(component(page, "figure")["figure"])
    assert figure["data"][0]["surfacecolor"]["shape"] == "26, 26"


def test_a_click_on_a_map_is_known_to_the_page(page: AppTest) -> None:
    page.session_state["view"] = "Surfaces"
    page.run()
    page.session_state["surfaces"] = {"click": {"name": "conv 1", "point_number": [30, 2]}}
    page.run()
    # Row 30 lies in the second row of tiles (26 rows and a gap each): row 3 of map 6.
    assert "conv 1, map 6, row 3, column 2: " in words(page)


def test_train_stop_and_what_was_learned_stays(page: AppTest, engine: Engine) -> None:
    page.run()
    page.session_state["dataset"] = "digits"
    page.session_state["epochs"] = 100
    page.session_state["batch_size"] = 8
    button(page, "Train & Visualize").click()
    page.run()
    (run,) = engine.runs.all()
    assert page.query_params["run"] == [run.id] or page.query_params["run"] == run.id
    wait(lambda: run.status().step > 0)
    page.run()
    assert "Digits · CNN 32-64-128 · step" in words(page)
    assert component(page, "scene")["run"] == run.id
    button(page, "Stop").click()
    page.run()
    wait(lambda: not run.status().state.is_active)
    page.run()
    assert "Stopped; what it learned up to step" in words(page)
    assert button(page, "Train & Visualize")
    assert component(page, "scene")["step"] == run.snapshot_steps()[-1]


def test_a_second_training_sees_its_place_and_can_be_stopped_there(page: AppTest, engine: Engine) -> None:
    first = engine.train(Settings(dataset="digits", epochs=100, batch_size=8))
    second = engine.train(Settings(dataset="digits", epochs=1))
    try:
        page.query_params["run"] = second.id
        page.run()
        assert "Waiting: 1 training before this one" in progress(page)
        button(page, "Stop").click()
        page.run()
        assert "Stopped before its turn came." in words(page)
    finally:
        first.request_stop()
        second.request_stop()
    wait(lambda: not first.status().state.is_active)


def test_a_second_visitor_finds_the_run(page: AppTest, engine: Engine) -> None:
    run = _finished_run(engine)
    page.run()
    assert component(page, "scene")["run"] == run.id


def test_a_link_to_a_run_that_is_gone_says_so_and_shows_something(page: AppTest) -> None:
    page.query_params["run"] = "gone"
    page.run()
    assert "There is no run 'gone'" in words(page)
    assert component(page, "scene")["run"] == "pretrained"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("status.json", "{"),
        ("config.json", "{"),
        ("config.json", '{"settings": {"epochs": 0}, "network": {}, "created": 0, "versions": {}}'),
        ("data.json", "[]"),
        ("metrics.jsonl", "no metrics\n"),
    ],
)
def test_a_broken_run_does_not_keep_the_page_from_opening(
    page: AppTest, engine: Engine, name: str, content: str
) -> None:
    run = _finished_run(engine)
    (run.path / name).write_text(content)
    page.run()
    assert "Pretrained" in words(page)
    assert component(page, "scene")["run"] == "pretrained"
    page.query_params["run"] = run.id
    page.run()
    assert f"Run {run.id} cannot be read: {name}" in words(page)
    assert component(page, "scene")["run"] == "pretrained"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"no picture at all", "Expected"), (b"", "Expected"), (b"\x89PNG\r\n\x1a\n broken", "Expected")],
)
def test_a_broken_upload_is_refused_and_the_last_picture_stays(page: AppTest, content: bytes, reason: str) -> None:
    page.run()
    page.session_state["picture_source"] = "Upload"
    page.run()
    page.file_uploader[0].upload("broken.png", content, "image/png")
    page.run()
    assert reason in page.error[0].value
    assert "Reads **7**" in words(page)
    assert component(page, "scene")["image"]["caption"] == "sample 7, drawn for this page"


def test_an_upload_is_read(page: AppTest) -> None:
    one = np.full((200, 160, 3), 250, np.uint8)
    one[30:170, 74:88] = (20, 30, 90)  # an upright bar, dark blue on light
    file = io.BytesIO()
    Image.fromarray(one).save(file, "PNG")
    page.run()
    page.session_state["picture_source"] = "Upload"
    page.run()
    page.file_uploader[0].upload("one.png", file.getvalue(), "image/png")
    page.run()
    assert "Reads **1**" in words(page)
    assert component(page, "scene")["image"]["label"] is None


def draw_on_the_pad(page: AppTest, label: int, serial: int = 1) -> None:
    sample = samples.samples()[label]
    page.session_state["scene"] = {"drawing": message(samples.draw(sample.strokes, sample.width), serial)}
    page.run()


def test_a_drawing_becomes_the_chosen_picture_of_every_view(page: AppTest) -> None:
    page.run()
    assert component(page, "scene")["pad"] == {"taken": None, "shown": False}
    draw_on_the_pad(page, 1)
    assert page.session_state["picture_source"] == "Drawing"
    assert "your drawing" in words(page) and "Reads **1**" in words(page)
    data = component(page, "scene")
    assert data["pad"] == {"taken": 1, "shown": True}
    assert (data["image"]["label"], data["image"]["caption"]) == (None, "your drawing")
    page.session_state["view"] = "Surfaces"
    page.run()
    assert "your drawing" in words(page) and "Reads **1**" in words(page)


def test_another_picture_ends_the_pads_hold_and_the_drawing_can_be_chosen_again(page: AppTest) -> None:
    page.run()
    draw_on_the_pad(page, 1)
    page.session_state["picture_source"] = "Sample"
    page.run()  # the component still reports the drawing, which must not be taken again
    assert "Reads **7**" in words(page)
    assert component(page, "scene")["pad"] == {"taken": 1, "shown": False}
    page.session_state["picture_source"] = "Drawing"
    page.run()
    assert "Reads **1**" in words(page)
    draw_on_the_pad(page, 4, serial=2)
    assert "Reads **4**" in words(page)


def test_before_there_is_a_drawing_the_last_picture_stays(page: AppTest) -> None:
    page.run()
    page.session_state["picture_source"] = "Drawing"
    page.run()
    assert "Draw on the pad in the Network view." in words(page) and "Reads **7**" in words(page)


def test_what_is_no_drawing_is_refused_in_words_and_the_picture_stays(page: AppTest) -> None:
    page.run()
    page.session_state["scene"] = {"drawing": {"schema": 1, "serial": 1, "side": 5000}}
    page.run()
    assert [error.value for error in page.error] == [
        "Drawing cannot be read: side. Expected 280. Received 5000. Draw again; if that does not help, reload the page."
    ]
    assert "Reads **7**" in words(page)
    assert component(page, "scene")["pad"] == {"taken": None, "shown": False}


def test_the_end_of_a_worker_is_said_and_everything_before_it_is_shown(page: AppTest, engine: Engine) -> None:
    run = _finished_run(engine)
    run.write_status(Status(RunState.TRAINING, step=9, total_steps=20, owner="dead"))
    page.run()
    assert "was ended from outside at step 9. Everything up to the snapshot at step 5 is kept" in words(page)
    assert component(page, "scene")["step"] == 5


def test_the_note_on_the_data_is_shown(page: AppTest, engine: Engine) -> None:
    from model.records import DataRecord

    run = _finished_run(engine)
    names = tuple("0123456789")
    run.write_data(DataRecord("digits", "Digits", "here", "00", names, 10, 2, note="MNIST is not on this machine."))
    page.run()
    assert "MNIST is not on this machine." in words(page)


def button(page: AppTest, label: str) -> Any:
    return next(found for found in page.button if found.label == label)


def _finished_run(engine: Engine) -> Run:
    run = engine.runs.create(Settings(dataset="digits"), CNN, {})
    pretrained = Run(PRETRAINED)
    run.write_snapshot(5, pretrained.weights(pretrained.snapshot_steps()[-1]))
    run.write_status(Status(RunState.FINISHED, step=5, total_steps=5))
    return run
