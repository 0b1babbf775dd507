"""Every view and section over a network like no other here: two classes by name, colour, layers of any name."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import datasets, own
from data.preparation import prepare
from model.engine import Engine
from model.layers import Conv2D, Dense, Flatten, MaxPool2D
from model.networks import Network
from model.records import DataRecord, RunState, Status
from model.run import Run
from model.settings import Settings
from tests.data.good_pictures import file_of, pixels, zipped
from tests.visualization.page import component, components, settled
from visualization import state
from visualization.views import causes, evaluation, frame, model, neurons, waiting

NETWORK = Network(
    "eyes", "Two eyes", (28, 28, 3),
    (
        Conv2D("looking", 4, strides=(2, 2)), MaxPool2D("smaller"), Flatten("in.a_row"),
        Dense("thinking", 6), Dense("animal", 2, "softmax"),
    ),
)  # fmt: skip
NAMES = ("cat", "old dog")
SECTIONS = {"Evaluation": evaluation, "Neurons": neurons, "Causes": causes, "Model": model}
SAYS = {
    ("Network", None): "My animals · Two eyes · step 3 of 3",
    ("Surfaces", None): "Click a map to keep its value here",
    ("Training", None): "My animals · Two eyes · step 3 of 3",
    ("Evaluation", "Classes"): "**Confusion matrix · accuracy ",
    ("Evaluation", "Mistakes"): "**The least sure**",
    ("Evaluation", "Confidence"): "**Reliability · calibration error ",
    ("Evaluation", "Embedding"): "**Test pictures as thinking sees them, by PCA**",
    ("Neurons", "Answer"): "**thinking · 6**",
    ("Neurons", "Links"): "**What feeds what**",
    ("Neurons", "Filters"): "**Kernels of looking**",
    ("Causes", "Knock-out"): "**Test accuracy of every class**",
    ("Causes", "Why"): "**Grad-CAM**",
    ("Causes", "Stress"): "**Accuracy on 8 moved test pictures**",
    ("Model", "Summary"): "**Two eyes**",
    ("Model", "Load"): "",
    ("Model", "Export"): "**Two eyes at step 3",
    ("Model", "API"): "",
}


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An own data set of two classes in colour, where the workers look for it too."""
    files = {f"{name}/{at}.png": file_of(pixels(50 * len(name) + at)) for name in NAMES for at in range(20)}
    upload, staged = tmp_path_factory.mktemp("upload") / "animals.zip", own.staging()
    upload.write_bytes(zipped(files))
    prepare(upload, "animals.zip", staged, 28, lambda done, total: None)
    kept = own.keep(staged, "My animals").name
    yield kept
    own.delete(kept)


@pytest.fixture
def run(page: AppTest, engine: Engine, animals: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of NETWORK on it with weights by chance, which the page shows."""
    for module in (waiting, model.own_model):
        monkeypatch.setattr(module, "engine", lambda: engine)
    made, data = engine.runs.create(Settings(dataset=animals), NETWORK, {}), datasets.load(animals)
    random = np.random.default_rng(0)
    shapes = {name: shape for placed in NETWORK.placed() for name, shape in placed.weight_shapes.items()}
    made.write_snapshot(3, {name: 0.2 * random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})
    made.write_data(DataRecord(animals, data.title, data.origin, data.sha256, data.class_names, 24, 8))
    made.write_status(Status(RunState.FINISHED, step=3, total_steps=3))
    page.query_params["run"] = made.id
    return made


def test_no_view_and_no_section_is_left_out() -> None:
    sections = {view: tuple(SECTIONS[view]._SECTIONS) if view in SECTIONS else (None,) for view in state.VIEWS}
    assert {(view, section) for view, found in sections.items() for section in found} == set(SAYS)
    assert set(frame._VIEWS) == set(state.VIEWS)


@pytest.mark.parametrize(("view", "section"), SAYS)
def test_every_section_is_drawn(view: str, section: str | None, page: AppTest, run: Run) -> None:
    page.session_state["view"] = view
    if section:
        page.session_state[view.lower()] = section
    said = settled(page)
    assert SAYS[view, section] in said and not page.error
    assert "true label old dog" in said or "true label cat" in said
    for data in components(page, "figure"):
        figure = json.loads(data["figure"])
        assert figure["data"] and figure["layout"]
    if view == "Network":
        scene = component(page, "scene")
        assert scene["class_names"] == list(NAMES) and scene["image"]["shape"] == [28, 28, 3]
    if section == "Links":
        assert component(page, "links")["scene"]["class_names"] == list(NAMES)
