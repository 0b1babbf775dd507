"""While the page follows a training, no section computes by itself what takes the training's processors."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from data import datasets
from model.analyses import Analysis
from model.engine import Engine
from model.records import DataRecord, RunState
from model.runs import Run
from tests.visualization.page import button, finished_run, words

SECTIONS = {
    "Evaluation": ("Classes", "Mistakes", "Confidence", "Embedding"),
    "Neurons": ("Answer", "Links", "Filters"),
    "Causes": ("Knock-out", "Why", "Stress"),
}


@pytest.mark.parametrize(("view", "section"), [(view, each) for view in SECTIONS for each in SECTIONS[view]])
def test_nothing_is_computed_of_a_step_that_nobody_asked_for(
    view: str, section: str, page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished_run(engine)
    digits = datasets.load("digits")
    run.write_data(DataRecord("digits", digits.title, digits.origin, digits.sha256, digits.class_names, 1, 1))
    status = replace(run.status(), state=RunState.TRAINING)
    monkeypatch.setattr(Run, "status", lambda self: status)
    asked: list[Analysis] = []
    monkeypatch.setattr(engine.analyses, "start", asked.append)
    page.session_state["view"] = view
    page.session_state[view.lower()] = section
    page.run()
    words(page)
    assert not asked
    if section not in {"Answer", "Links"}:  # they need nothing but a trace
        button(page, "Look at this step").click()
        page.run()
        assert asked and all(analysis.step == run.snapshot_steps()[-1] for analysis in asked)


@pytest.mark.parametrize("view", SECTIONS)
def test_an_empty_section_in_the_link_is_the_first(view: str, page: AppTest) -> None:
    page.query_params["view"] = view
    page.query_params[view.lower()] = ""
    page.run()
    words(page)


def test_a_step_of_many_digits_in_the_link_is_none(page: AppTest) -> None:
    page.query_params["step"] = "9" * 5000
    page.run()
    assert "step 1,875 of 1,875" in words(page)
