"""Model, Load: a file is refused in words and the page goes on; a loaded model without a data set breaks no view."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from model.engine import engine
from model.networks import Dense, Flatten, Network
from model.run import Run
from model.uploads import keeping
from model.uploads.admission import OwnModel
from model.uploads.arrival import FITTING, Arrival
from tests.visualization.page import DEADLINE_SECONDS, words


@pytest.fixture(scope="module")
def loaded() -> Run:
    layers = (Flatten("flatten"), Dense("hidden", 4), Dense("output", 3, activation="softmax"))
    network = Network("three", "three", (12, 9, 3), layers)
    shapes = {name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()}
    random = np.random.default_rng(0)
    weights = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    model = OwnModel(network, weights, "three.keras", "ab" * 32, 5000, "0..255", ("A softmax was added.",), 2e-7)
    return keeping.keep(engine().runs.root, model)


def page(view: str, run: Run | None = None, **parameters: str) -> AppTest:
    app = AppTest.from_file("app.py", default_timeout=DEADLINE_SECONDS)
    app.query_params["view"] = view
    if run is not None:
        app.query_params["run"] = run.id
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def test_what_was_loaded_is_told(loaded: Run) -> None:
    said = words(page("Model", loaded, model="Load"))
    assert "All 3 layers are computed in your browser" in said
    assert "A softmax was added." in said
    assert "No data set · three · loaded · 1,319 parameters" in said
    assert "No data set goes with this model" in said


def test_a_refusal_is_shown_in_full_and_the_page_goes_on() -> None:
    app = page("Model", model="Load")
    coming = Arrival(engine().runs.root, b"import os", "evil.keras", "0..1", FITTING, {})
    coming.wait(DEADLINE_SECONDS)
    app.session_state["own_model"] = coming
    said = words(app.run())
    assert f"evil.keras is not loaded. {coming.problem}" in said
    assert "a .keras or .h5 file" in coming.problem
    assert "Pretrained" in said


def test_once_read_it_is_opened(loaded: Run) -> None:
    app = page("Model", model="Load")
    coming = Arrival(engine().runs.root, b"", "three.keras", "0..1", FITTING, {})
    coming.wait(DEADLINE_SECONDS)
    coming.run, coming.problem = loaded, ""
    app.session_state["own_model"] = coming
    app.run()
    assert app.query_params["run"] == [loaded.id]
    assert "own_model" not in app.session_state


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        ("Network", {}), ("Surfaces", {}), ("Training", {}), ("Evaluation", {}), ("Evaluation", {"evaluation": "Embedding"}),
        ("Neurons", {}), ("Neurons", {"neurons": "Links"}), ("Neurons", {"neurons": "Filters"}), ("Causes", {}),
        ("Causes", {"causes": "Why"}), ("Causes", {"causes": "Stress"}), ("Model", {}), ("Model", {"model": "Export"}),
        ("Model", {"model": "API"}),
    ],
)  # fmt: skip
def test_no_view_breaks_without_a_data_set(view: str, parameters: dict[str, str], loaded: Run) -> None:
    app = page(view, loaded, **parameters)
    said = words(app)  # raises what the page raised
    if view == "Evaluation" or (view == "Causes" and not parameters):
        assert "No data set goes with three" in said
