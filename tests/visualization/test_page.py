"""The page by Streamlit's AppTest, with real workers: what each view says, and what clicks and bad input do to it."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from data import samples
from model.engine import Engine
from model.pools import WorkerError
from model.records import RunState, Status
from model.runs import PRETRAINED, Run
from model.settings import Settings
from model.snapshots import weights_hash
from tests.visualization.page import button, component, finished_run, progress, words
from tests.waiting import wait
from visualization import components, exports, traces
from visualization.views import frame


def test_the_first_visit_shows_the_pretrained_network_and_what_it_reads(page: AppTest) -> None:
    page.run()
    said = words(page)
    assert "Pretrained · MNIST · CNN 32-64-128 · step 1,875 of 1,875 · 98.9\u00a0% on validation" in said
    assert "Reads **7**" in said and "true label 7" in said
    data = component(page, "scene")
    assert "Train & Visualize keeps at least 40 snapshots" in words(page)
    assert data["run"] == "pretrained"
    assert data["network"]["layers"][1]["output_shape"] == [26, 26, 32]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (3.2, "Keras is starting, about 4 s left"),
        (0.0, "Keras is starting, about 1 s left"),
        (-59.0, "Keras is still starting, 59 s longer than the last time"),
    ],
)
def test_the_wait_for_keras_is_told_as_it_is(
    left: float, said: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "engine", lambda: engine)
    monkeypatch.setattr(Engine, "seconds_until_warm", property(lambda self: left))
    assert traces.waiting_words() == said


def test_the_bar_and_the_view_are_there_while_keras_answers_others(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def none_yet(*_: object) -> dict[str, np.ndarray]:
        drawn.append("asked")
        raise WorkerError("Keras is at work for others.")

    for name in ("draw", "_draw_view"):
        original = getattr(frame, name)
        monkeypatch.setattr(frame, name, lambda *given, o=original, n=name: (o(*given), drawn.append(n))[0])
    monkeypatch.setattr(traces, "trace", none_yet)
    page.run()
    assert drawn == ["_draw_view", "draw", "asked"], "nothing that waits for a worker comes before what does not"
    assert "Keras is at work for others." in words(page)


def test_without_keras_the_scene_is_there_and_the_page_says_what_it_waits_for(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "is_warm", property(lambda self: False))
    monkeypatch.setattr(Engine, "seconds_until_warm", property(lambda self: 3.2))
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
    page.session_state["channels_conv_1_32"] = [3]
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
    run = finished_run(engine)
    page.run()
    assert component(page, "scene")["run"] == run.id


def test_what_one_looks_at_stays_when_somebody_else_trains(page: AppTest, engine: Engine) -> None:
    page.run()
    assert component(page, "scene")["run"] == "pretrained"
    finished_run(engine)
    page.run()
    assert component(page, "scene")["run"] == "pretrained"


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
    run = finished_run(engine)
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


def test_the_end_of_a_worker_is_said_and_everything_before_it_is_shown(page: AppTest, engine: Engine) -> None:
    run = finished_run(engine)
    run.write_status(Status(RunState.TRAINING, step=9, total_steps=20, owner="dead"))
    page.run()
    assert "was ended from outside at step 9. Everything up to the snapshot at step 5 is kept" in words(page)
    assert component(page, "scene")["step"] == 5


def test_the_note_on_the_data_is_shown(page: AppTest, engine: Engine) -> None:
    from model.records import DataRecord

    run = finished_run(engine)
    names = tuple("0123456789")
    run.write_data(DataRecord("digits", "Digits", "here", "00", names, 10, 2, note="MNIST is not on this machine."))
    page.run()
    assert "MNIST is not on this machine." in words(page)


def test_the_model_view_sums_the_network_up(page: AppTest) -> None:
    page.session_state["view"] = "Model"
    page.run()
    table = page.dataframe[0].value
    assert list(table["layer"]) == ["conv 1", "pool 1", "conv 2", "pool 2", "flatten", "dense 1", "output"]
    assert table["parameters"].sum() == 225_034
    assert table["inputs"][0] == "input" and table["output shape"][2] == "11 × 11 × 64"
    said = "\n".join(str(found.value) for found in page.table)
    assert "2,631,040 for one picture" in said
    assert f"step 1,875, hash {weights_hash(Run(PRETRAINED).weights(1875))}" in said


def test_the_model_view_offers_every_file_and_what_needs_keras_waits_for_it(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "page_bytes", lambda run, step: 1_400_000)  # the front end need not be built here
    page.session_state["view"], page.session_state["model"] = "Model", "Export"
    page.run()
    assert "One .html file of about 1.40 MB" in words(page)
    offered = {found.label: found.disabled for found in page.download_button}
    assert offered == dict.fromkeys(("Network in 3D", "Keras", "ONNX", "Weights", "Activations", "Figure"), False)
    monkeypatch.setattr(Engine, "is_warm", property(lambda self: False))
    monkeypatch.setattr(Engine, "seconds_until_warm", property(lambda self: 3.2))
    page.run()
    assert {found.label for found in page.download_button if found.disabled} == {
        *("Keras", "ONNX", "Activations", "Figure"),
    }
    assert "Keras is starting, about" in words(page)


def test_a_file_that_was_lost_to_a_new_drawing_is_told(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "page_bytes", lambda run, step: 1_400_000)  # the front end need not be built here
    heard = [False]
    monkeypatch.setattr(components, "hear_failed_downloads", lambda *, key: heard[0])
    page.session_state["view"], page.session_state["model"] = "Model", "Export"
    page.run()
    assert not page.error
    heard[0] = True
    page.run()
    (lost,) = page.error
    assert lost.value == "No file was made, as the page was drawn anew just when you clicked. Click again."


def test_the_model_view_gives_the_addresses_of_this_page(page: AppTest) -> None:
    page.session_state["view"], page.session_state["model"] = "Model", "API"
    page.run()
    assert "`GET /runs/pretrained/snapshots/1875/weights`" in "\n".join(str(found.value) for found in page.table)
    curl, python = (found.value for found in page.code)
    assert "/api/runs/pretrained/snapshots/1875/predict" in curl and "bytes(28 * 28 * 1)" in python


def test_the_small_picture_is_in_the_page_and_not_fetched(page: AppTest) -> None:
    page.run()
    ((url,),) = (small.value for small in page.get("image"))
    form, content = url.split(",")
    assert form == "data:image/png;base64"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    np.testing.assert_array_equal(shown[::5, ::5], samples.samples()[7].pixels[..., 0])
