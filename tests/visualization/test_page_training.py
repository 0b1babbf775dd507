"""The page's controls of trainings, networks, runs and time: what each does to what is trained and shown."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from model.engine import Engine
from model.networks import CNN, MLP_25, PRESETS
from model.recipes import RECIPES
from model.records import DataRecord, Metrics, RunState, Status
from model.runs import PRETRAINED, Run
from model.settings import Settings
from tests.visualization.page import button, component, finished_run, words

STEPS = (0, 2, 5)
DATA = DataRecord("digits", "Digits", "here", "00" * 32, tuple("0123456789"), 1149, 288)


@pytest.fixture
def run(page: AppTest, engine: Engine) -> Run:
    """A finished run of three snapshots, each with weights of its own."""
    found = finished_run(engine)
    weights = Run(PRETRAINED).weights(Run(PRETRAINED).snapshot_steps()[-1])
    for step in STEPS[:-1]:
        found.write_snapshot(step, {name: array * (step / 5) for name, array in weights.items()})
    for line in (
        Metrics(2, 1, 1.0, 2.0, 0.25, 100.0),
        Metrics(2, 1, 1.5, 2.0, 0.25, 100.0, val_loss=1.5, val_accuracy=0.5),
        Metrics(5, 2, 2.5, 1.0, 0.75, 100.0, val_loss=0.5, val_accuracy=0.875),
    ):
        found.append_metrics(line)
    found.write_data(DATA)
    return found


@pytest.fixture
def asked_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What the page asks the engine for, without training anything."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def train(settings: Settings, network: Any = None) -> Run:
        asked.append(("train", (settings, network)))
        return engine.runs.create(settings, network, {})

    monkeypatch.setattr(engine, "train", train)
    monkeypatch.setattr(engine, "resume", lambda *given: asked.append(("resume", given)))
    monkeypatch.setattr(engine, "again", lambda run: asked.append(("again", (run,))) or run)
    return asked


def choose(page: AppTest, step: int | None, run: Run, serial: int = 1) -> None:
    """As the slider in the browser tells it."""
    page.session_state["timeline"] = {"moment": {"schema": 1, "serial": serial, "run": run.id, "step": step}}
    page.run()


def test_the_default_is_the_fields_usual_recipe(page: AppTest, asked_for: list[Any]) -> None:
    page.run()
    assert page.session_state["recipe_standard"] == "standard"
    button(page, "Train & Visualize").click()
    page.run()
    assert asked_for == [("train", (Settings(epochs=5, validation_fraction=0.2), CNN))]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_fills_every_control_and_leaves_dataset_and_seed(
    page: AppTest, asked_for: list[Any], name: str
) -> None:
    page.run()
    page.session_state["dataset"] = "digits"
    page.number_input(key="seed").set_value(9)
    page.run()
    if name != "standard":
        page.button_group(key="recipe_standard").set_value(name)
        page.run()
        assert page.session_state[f"recipe_{name}"] == name
    button(page, "Train & Visualize").click()
    page.run()
    (settings, network) = asked_for[0][1]
    assert settings == replace(RECIPES[name], dataset="digits", seed=9)
    assert network == PRESETS[settings.network]


def test_a_control_that_leaves_a_recipe_leaves_none_chosen_and_is_trained_with(
    page: AppTest, asked_for: list[Any]
) -> None:
    page.run()
    page.number_input(key="rotation_degrees").set_value(12.0)
    page.number_input(key="target_percent").set_value(98.5)
    page.run()
    assert page.session_state["recipe_None"] is None
    # What a browser sends that has not heard of it yet: it must not pass for the choice of a recipe.
    page.session_state["recipe_standard"] = "standard"
    page.run()
    button(page, "Train & Visualize").click()
    page.run()
    assert asked_for[0][1][0] == Settings(rotation_degrees=12.0, target_accuracy=0.985)


def test_a_network_is_edited_refused_where_it_does_not_fit_and_trained(page: AppTest, asked_for: list[Any]) -> None:
    page.run()
    page.button(key="edit_network").click()
    page.run()
    assert page.radio(key="draft_place").options[0] == "conv 1"
    assert page.radio(key="draft_place").proto.captions[0] == (
        "32 filters · 3 × 3 · relu  \n→ 26 × 26 × 32 · 320 parameters"
    )
    rows = next(field for field in page.number_input if field.label == "Kernel, rows")
    rows.set_value(28)
    page.run()
    reason = (
        "Layer pool_1 has a 2x2 window. Expected at most its input's 1x26. Make the window smaller or pool less "
        "before it."
    )
    assert any(reason in caption for caption in page.radio(key="draft_place").proto.captions)
    assert button(page, "Use this network").disabled
    assert "Own 32-64-128, the last that did, stays usable." in words(page)
    next(field for field in page.number_input if field.label == "Kernel, rows").set_value(5)
    page.run()
    next(field for field in page.number_input if field.label == "Filters").set_value(7)
    page.run()
    button(page, "Use this network").click()
    page.run()
    button(page, "Train & Visualize").click()
    page.run()
    (settings, network) = asked_for[0][1]
    assert settings.network == network.name == "own"
    assert network.title == "Own 7-64-128"
    assert network.layers[0].kernel_size == (5, 3) and network.layers[0].filters == 7
    assert network.layers[1:] == CNN.layers[1:]


def test_the_editor_starts_from_any_preset_and_adds_and_removes(page: AppTest) -> None:
    page.run()
    page.button(key="edit_network").click()
    page.run()
    page.selectbox(key="draft_start").select("mlp_25")
    page.run()
    assert page.radio(key="draft_place").options == ["flatten", "dense 1", "dense 2", "output"]
    page.selectbox(key="draft_kind").select("dropout")
    page.run()
    button(page, "Add").click()
    page.run()
    assert page.radio(key="draft_place").value == 1
    assert page.radio(key="draft_place").options[1] == "dropout 1"
    button(page, "Remove").click()
    page.run()
    assert len(page.radio(key="draft_place").options) == len(MLP_25.layers)


def test_the_slider_moves_the_whole_page_and_the_link(page: AppTest, run: Run) -> None:
    page.run()
    data = component(page, "timeline")
    assert (data["steps"], data["step"], data["following"], data["live"]) == ([0, 2, 5], 5, True, True)
    assert "step 5 of 5 · 87.5\u00a0% on validation" in words(page)
    choose(page, 2, run)
    assert component(page, "timeline")["step"] == component(page, "scene")["step"] == 2
    assert (component(page, "timeline")["following"], component(page, "timeline")["taken"]) == (False, 1)
    assert "step 2 of 5 · 50.0\u00a0% on validation" in words(page)
    assert dict(page.query_params) in ({"run": [run.id], "step": ["2"]}, {"run": run.id, "step": "2"})
    choose(page, 0, run, serial=2)
    assert "10.0\u00a0%" in words(page)  # without weights every class is as likely
    choose(page, None, run, serial=3)
    assert component(page, "scene")["step"] == 5
    assert "step" not in page.query_params


def test_a_request_of_before_the_choice_does_not_take_it_back(page: AppTest, run: Run) -> None:
    page.query_params["run"] = run.id
    page.run()
    choose(page, 2, run)
    page.query_params.clear()
    page.query_params["run"] = run.id  # as the browser sends it that has not heard of the choice yet
    page.run()
    assert component(page, "scene")["step"] == component(page, "timeline")["step"] == 2
    page.query_params["step"] = "0"  # never one of the page's: somebody else's link
    page.run()
    assert component(page, "scene")["step"] == 0


@pytest.mark.parametrize(("asked_for_step", "shown"), [("2", 2), ("4", 2), ("99", 5), ("nonsense", 5), ("-1", 5)])
def test_a_link_shows_its_step_or_the_last_before_it(page: AppTest, run: Run, asked_for_step: str, shown: int) -> None:
    page.query_params["step"] = asked_for_step
    page.run()
    assert component(page, "scene")["step"] == shown


def test_a_choice_that_cannot_be_is_refused_in_words(page: AppTest, run: Run) -> None:
    choose(page, -3, run)
    assert [error.value for error in page.error] == [
        "A step chosen on the slider cannot be read: step. Expected nothing or a whole number from 0 to "
        "9007199254740991. Choose it again; if that does not help, reload the page."
    ]


def test_the_curves_have_their_cursor_and_other_runs_over_them(page: AppTest, run: Run, engine: Engine) -> None:
    import json

    other = finished_run(engine)
    other.append_metrics(Metrics(3, 1, 1.0, 1.0, 0.5, 10.0))
    other.rename("the other")
    page.query_params["run"] = run.id
    page.query_params["step"] = "2"
    page.session_state["view"] = "Training"
    page.run()
    figure = json.loads(component(page, "figure")["figure"])
    assert figure["layout"]["shapes"][0]["x0"] == 2
    page.session_state["compared"] = [other.id]
    page.run()
    figure = json.loads(component(page, "figure")["figure"])
    assert "the other" in {trace["name"] for trace in figure["data"]}


def test_surfaces_of_a_network_without_maps_say_so_and_lead_to_the_scene(page: AppTest, engine: Engine) -> None:
    found = engine.runs.create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    import numpy as np

    shapes = {name: shape for placed in MLP_25.placed() for name, shape in placed.weight_shapes.items()}
    found.write_snapshot(1, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
    found.write_status(Status(RunState.FINISHED, step=1, total_steps=1))
    page.session_state["view"] = "Surfaces"
    page.run()
    assert "This network has no layer of maps" in words(page)
    button(page, "Show in the Network view").click()
    page.run()
    assert component(page, "scene")["run"] == found.id


def test_a_run_is_renamed_repeated_and_trained_on(page: AppTest, run: Run, asked_for: list[Any]) -> None:
    page.run()
    page.button(key="open_run").click()
    page.run()
    page.text_input(key=f"title_{run.id}").set_value("first try")
    page.run()
    assert run.title() == "first try"
    assert "first try" in next(box for box in page.selectbox if box.label == "Run").options
    page.number_input(key="further_epochs").set_value(3)
    button(page, "Train on").click()
    page.run()
    assert asked_for == [("resume", (run, 3))]
    page.button(key="open_run").click()
    page.run()
    button(page, "Run again").click()
    page.run()
    assert asked_for[1] == ("again", (run,))


def test_a_run_is_deleted_only_when_one_is_sure(page: AppTest, run: Run) -> None:
    page.run()
    page.button(key="open_run").click()
    page.run()
    assert button(page, "Delete for good").disabled
    page.checkbox(key=f"sure_{run.id}").check()
    page.run()
    button(page, "Delete for good").click()
    page.run()
    assert not run.path.exists()
    assert component(page, "scene")["run"] == "pretrained"


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED])
def test_a_run_that_was_left_offers_to_go_on(page: AppTest, run: Run, asked_for: list[Any], state: RunState) -> None:
    run.write_status(Status(state, "It was left.", step=5, total_steps=9))
    page.run()
    assert "It was left." in words(page)
    button(page, "Resume").click()
    page.run()
    assert asked_for == [("resume", (run,))]


def test_the_pretrained_run_shows_its_facts_and_cannot_be_changed(page: AppTest) -> None:
    page.run()
    page.button(key="open_run").click()
    page.run()
    labels = {found.label for found in page.button}
    assert not labels & {"Delete for good", "Train on", "Run again"}
