"""Model, Load: a file is refused in words and the page goes on; a loaded model without a data set breaks no view."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.engine import Engine
from model.networks import Dense, Flatten, Network
from model.run import Run
from model.uploads import keeping
from model.uploads.admission import OwnModel
from model.uploads.arrival import FITTING, Arrival
from tests.visualization.page import button, words
from tests.waiting import DEADLINE_SECONDS
from visualization.views import own_model


@pytest.fixture
def loaded(engine: Engine, page: AppTest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A model of three classes on pictures of 12x9x3, which no data set has, on the page."""
    monkeypatch.setattr(own_model, "engine", lambda: engine)
    layers = (Flatten("flatten"), Dense("hidden", 4), Dense("output", 3, activation="softmax"))
    network = Network("three", "three", (12, 9, 3), layers)
    shapes = {name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()}
    random = np.random.default_rng(0)
    weights = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    model = OwnModel(network, weights, "three.keras", "ab" * 32, 5000, "0..255", ("A softmax was added.",), 2e-7)
    return keeping.keep(engine.runs.root, model)


def look(page: AppTest, run: str, view: str, **parameters: str) -> str:
    """Open a view of a run; all that it says. Raises what the page raised."""
    for name, value in {"run": run, "view": view, **parameters}.items():
        page.query_params[name] = value
    return words(page.run())


def test_what_was_loaded_is_told(page: AppTest, loaded: Run) -> None:
    said = look(page, loaded.id, "Model", model="Load")
    assert "All 3 layers are computed in your browser" in said
    assert "A softmax was added." in said
    assert "No data set · three · loaded · 1,315 parameters" in said
    assert "No data set goes with this model" in said


def test_of_two_with_one_name_the_chosen_one_stays(page: AppTest, loaded: Run, engine: Engine) -> None:
    network = Network("three", "three", (12, 9, 3), (Flatten("flatten"), Dense("output", 3, activation="softmax")))
    shapes = {name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()}
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    alike = keeping.keep(engine.runs.root, OwnModel(network, weights, "three.keras", "cd" * 32, 5000, "0..255", (), 0))
    (selector,) = (box for box in page.run().selectbox if box.label == "Run")
    assert len(set(selector.options)) == len(selector.options) == 3
    for run, parameters in ((alike, "975 parameters"), (loaded, "1,315 parameters")):
        page.query_params.clear()
        assert parameters in look(page, run.id, "Model", model="Summary")
        page.run()  # as any click has it drawn again
        assert run.id in page.query_params["run"]
        assert parameters in words(page)


def test_a_refusal_is_shown_in_full_and_the_page_goes_on(page: AppTest, engine: Engine) -> None:
    look(page, "pretrained", "Model", model="Load")
    coming = Arrival(engine.runs.root, b"import os", "evil.keras", "0..1", FITTING, {})
    coming.wait(DEADLINE_SECONDS)
    page.session_state["own_model"] = coming
    said = words(page.run())
    assert f"evil.keras is not loaded. {coming.problem}" in said
    assert "a .keras or .h5 file" in coming.problem
    assert "Pretrained" in said


def test_once_read_it_is_opened(page: AppTest, loaded: Run, engine: Engine) -> None:
    look(page, "pretrained", "Model", model="Load")
    coming = Arrival(engine.runs.root, b"", "three.keras", "0..1", FITTING, {})
    coming.wait(DEADLINE_SECONDS)
    coming.run, coming.problem = loaded, ""
    page.session_state["own_model"] = coming
    said = words(page.run())
    assert page.query_params["run"] in (loaded.id, [loaded.id])
    assert "three · loaded" in said
    assert "own_model" not in page.session_state


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        ("Surfaces", {}),
        ("Training", {}),
        ("Evaluation", {"evaluation": "Classes"}),
        ("Evaluation", {"evaluation": "Embedding"}),
        ("Neurons", {"neurons": "Answer"}),
        ("Neurons", {"neurons": "Filters"}),
        ("Causes", {"causes": "Knock-out"}),
        ("Causes", {"causes": "Stress"}),
        ("Model", {"model": "Summary"}),
        ("Model", {"model": "Export"}),
    ],
)
def test_no_view_breaks_without_a_data_set(view: str, parameters: dict[str, str], page: AppTest, loaded: Run) -> None:
    said = look(page, loaded.id, view, **parameters)
    assert "three · loaded" in said
    if view == "Evaluation" or "Knock-out" in parameters.values():
        assert "No data set goes with three" in said


def test_there_are_no_test_pictures_to_choose_from(page: AppTest, loaded: Run) -> None:
    page.session_state["picture_source"] = "Test set"
    assert "no test pictures to choose from" in look(page, loaded.id, "Network")


def test_training_on_begins_a_run_with_its_weights(
    page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is not offered to be run again, from random weights."""
    network = Network("own", "own", (28, 28, 1), (Flatten("flatten"), Dense("output", 10, activation="softmax")))
    weights = {"output/kernel": np.ones((784, 10), np.float32), "output/bias": np.arange(10, dtype=np.float32)}
    model = OwnModel(network, weights, "own.keras", "ab" * 32, 5000, "0..1", (), 0.0)
    run = keeping.keep(engine.runs.root, model, "digits")
    monkeypatch.setattr(type(engine._trainings), "submit", lambda *given: None)
    look(page, run.id, "Network")
    page.button(key="open_run").click()
    page.run()
    assert "Run again" not in {found.label for found in page.button}
    page.number_input(key="further_epochs").set_value(4)
    button(page, "Train on").click()
    page.run()
    begun = next(found for found in engine.runs.all() if found != run)
    start = begun.start()
    assert start is not None and begun.config().settings.epochs == 4
    np.testing.assert_array_equal(start["output/bias"], weights["output/bias"])
    assert page.query_params["run"] in (begun.id, [begun.id])
