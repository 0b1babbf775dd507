"""The page with somebody's own data set: its pictures, names and colours, its upload, and its being gone. No Keras."""

import base64
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import datasets, own
from data.preparation import prepare
from data.throwaway import Preparation
from model import engine as engine_module
from model.engine import Engine
from model.networks import MLP_25
from model.records import DataRecord, RunState, Status
from model.run import Run
from model.settings import Settings
from tests.data.good_pictures import class_files, zipped
from tests.visualization.page import button, component, words
from visualization import bundle, traces

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page on an engine whose workers nobody starts."""
    from visualization import run_state, verdicts
    from visualization.views import controls, frame, own_data, runs, training, waiting

    monkeypatch.setenv("STRATA_RUNS", str(tmp_path / "runs"))
    engine = Engine(tmp_path / "runs")
    for module in (engine_module, run_state, frame, controls, own_data, runs, training, traces, verdicts, waiting):
        monkeypatch.setattr(module, "engine", lambda: engine)
    monkeypatch.setattr(bundle, "is_fresh", lambda: True)
    monkeypatch.setattr(bundle, "version", lambda: "test")
    return AppTest.from_file(str(APP), default_timeout=60)


@pytest.fixture
def kept(page: AppTest, tmp_path: Path) -> str:
    """An own data set of three classes in colour, 32x32."""
    upload, staged = tmp_path / "upload.zip", own.staging()
    upload.write_bytes(zipped(class_files(3, 6)))
    prepare(upload, "things.zip", staged, 32, lambda done, total: None)
    return own.keep(staged, "My things").name


@pytest.fixture
def run(page: AppTest, kept: str) -> Run:
    """A run on it with weights by chance, as if it had been trained."""
    made = engine_module.engine().runs.create(Settings(dataset=kept, network="mlp_25"), MLP_25, {})
    assert made.config().network.input_shape == (32, 32, 3)
    random = np.random.default_rng(0)
    shapes = {name: shape for placed in made.config().network.placed() for name, shape in placed.weight_shapes.items()}
    made.write_snapshot(7, {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})
    data = datasets.load(kept)
    record = DataRecord(kept, data.title, data.origin, data.sha256, data.class_names, 12, 3)
    made.write_data(record)
    made.write_status(Status(RunState.FINISHED, step=7, total_steps=7))
    return made


def test_its_test_pictures_names_and_colours_are_shown(page: AppTest, run: Run, kept: str) -> None:
    page.query_params["run"] = run.id
    page.run()
    data = datasets.load(kept)
    scene = component(page, "scene")
    assert scene["class_names"] == ["class 0", "class 1", "class 2"]
    assert scene["image"]["shape"] == [32, 32, 3] and scene["image"]["label"] == int(data.y_test[0])
    assert base64.b64decode(scene["image"]["pixels"]) == data.x_test[0].tobytes()
    said = words(page)
    assert "My things · MLP 25-25, ReLU · step 7 of 7" in said and "My things test image 0" in said
    page.session_state["picture_source"] = "Sample"
    page.run()
    scene = component(page, "scene")
    assert scene["image"]["shape"] == [32, 32, 3] and scene["image"]["label"] is None
    pixels = np.frombuffer(base64.b64decode(scene["image"]["pixels"]), np.uint8).reshape(32, 32, 3)
    assert pixels.max() > 200 and (pixels[..., 0] == pixels[..., 2]).all()


def test_what_larger_data_allowed_is_settled(page: AppTest, run: Run) -> None:
    page.query_params["run"] = run.id
    page.session_state["picture_source"] = "Test set"
    page.session_state["test_index"], page.session_state["test_class"] = 9999, 9
    page.run()
    assert "My things test image 0" in words(page)


def test_a_run_whose_data_is_gone_says_so_and_stays(page: AppTest, run: Run, kept: str) -> None:
    own.delete(kept)
    page.query_params["run"] = run.id
    page.session_state["view"] = "Evaluation"
    page.run()
    assert "My things was deleted, or is on another machine, so its test pictures cannot be read." in words(page)
    assert button(page, "Train & Visualize")
    page.session_state["view"] = "Network"
    page.session_state["picture_source"] = "Test set"
    page.run()
    assert f"The data set {kept} is not here" in words(page)
    assert component(page, "scene")["class_names"] == ["class 0", "class 1", "class 2"]


def test_an_upload_is_previewed_named_and_kept(page: AppTest) -> None:
    """What the dialog shows once a file is read; AppTest draws no dialog, the browser test does."""
    reading = Preparation(zipped({**class_files(2, 6), "class 0/broken.png": b"no"}), "two_kinds.zip", None)
    reading.wait(60)
    shown = AppTest.from_function(_preview)
    shown.session_state["own_preparation"] = reading
    shown.run()
    assert "**2 classes** · 10 training and 2 test pictures · 28 x 28 pixels, colour" in words(shown)
    classes, refused = (table.value for table in shown.dataframe)
    assert classes["Class"].tolist() == ["class 0", "class 1"] and classes["Training"].tolist() == [5, 5]
    assert refused["File"].tolist() == ["class 0/broken.png"]
    shown.text_input[0].set_value("Two kinds of things")
    button(shown, "Use it").click()
    shown.session_state["own_preparation"] = reading
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("visualization.views.own_data.st.rerun", lambda: None)
        shown.run()
    assert [datasets.title(name) for name in own.names()] == ["Two kinds of things"]
    assert shown.session_state["dataset_to_be"] == own.names()[0]


def _kept() -> None:
    from visualization.views import own_data

    own_data._draw_kept()


def test_a_data_set_is_deleted_by_name_of_its_runs_and_never_under_a_training(
    page: AppTest, run: Run, kept: str
) -> None:
    run.rename("The first of them")
    training, ended = Status(RunState.TRAINING, total_steps=7), Status(RunState.FINISHED, step=7, total_steps=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "status", lambda run: training)
        shown = AppTest.from_function(_kept, default_timeout=60).run()
    assert "1 run used it: The first of them. Without it they keep their weights, and say so." in words(shown)
    assert shown.checkbox[0].disabled and button(shown, "Delete for good").disabled
    assert shown.checkbox[0].help == "The first of them: trains on it, or waits to. Stop it first."
    shown.run()
    assert not shown.checkbox[0].disabled and button(shown, "Delete for good").disabled
    shown.checkbox[0].check().run()
    with pytest.MonkeyPatch.context() as patch:  # a training begins between the drawing and the press
        answers = iter([ended, training])
        patch.setattr(Run, "status", lambda run: next(answers))
        button(shown, "Delete for good").click().run()
        assert "trains on this data set by now" in shown.exception[0].message
    assert own.names() == (kept,)
    shown.run()
    button(shown, "Delete for good").click().run()
    assert own.names() == ()


def _preview() -> None:
    from visualization.views import own_data

    own_data._draw_reading()
