"""The Evaluation view by AppTest with real workers: classes, mistakes, confidence, and what the sidebar makes of it."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from data import datasets
from model.analyses import Analysis, AnalysisState
from model.engine import Engine
from model.networks import MLP_25
from model.readings import Readings
from model.recording import record
from model.records import RunState, Status
from model.runs import PRETRAINED, Run, Runs
from model.settings import Settings
from model.tracing import trace
from tests.visualization.page import button, component, words
from tests.waiting import wait
from visualization import pictures, verdicts
from visualization.state import Shown


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A small network after a few steps on the digits: right about half of the time."""
    run = Runs(tmp_path_factory.mktemp("trained")).create(Settings(dataset="digits", epochs=2), MLP_25, {})
    record(run)
    return run


@pytest.fixture
def run(trained: Run, page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The page shows that run, in the Evaluation view."""
    monkeypatch.setattr(engine.runs, "root", trained.path.parent)
    page.query_params["run"] = trained.id
    page.session_state["view"] = "Evaluation"
    return trained


@pytest.fixture
def readings(trained: Run) -> Readings:
    """The whole test set as Keras reads it."""
    digits = datasets.load("digits")
    return Readings(trace(trained.path, trained.snapshot_steps()[-1], digits.x_test)["output"], digits.y_test)


def settle(page: AppTest, engine: Engine, run: Run, *kinds: str) -> None:
    """Run the page until what it asked for is there."""
    page.run()
    step = run.snapshot_steps()[-1]
    for kind in kinds:
        asked = Analysis.of(kind, run, step)
        wait(functools.partial(_is_done, engine, asked))
        page.run()


def _is_done(engine: Engine, asked: Analysis) -> bool:
    standing = engine.analyses.standing(asked)
    assert standing.state not in {AnalysisState.FAILED, AnalysisState.ABSENT}, standing.message
    return standing.state is AnalysisState.DONE


def figures(page: AppTest) -> Iterator[dict[str, Any]]:
    """Every figure on the page."""
    from tests.visualization.page import _blocks

    for block in _blocks(page._tree):
        if getattr(block, "type", "") == "bidi_component" and block.proto.component_name.endswith("figure"):
            yield json.loads(json.loads(block.proto.json)["figure"])


def test_classes_shows_accuracy_loss_and_the_confusion_matrix(
    page: AppTest, engine: Engine, run: Run, readings: Readings
) -> None:
    settle(page, engine, run, "answers")
    assert f"Confusion matrix · accuracy {100 * readings.right.mean():.1f}\u00a0%" in words(page)
    assert page.metric[1].value == f"{readings.evaluation().loss:.3f} nats"
    (matrix,) = (figure for figure in figures(page) if figure["data"][0].get("name") == "cells")
    expected = readings.confusion()
    shown = [[int(text.replace("·", "0")) for text in row] for row in matrix["data"][0]["text"]]
    assert shown == expected.tolist()
    table = page.dataframe[0].value
    np.testing.assert_allclose(table["Recall"], 100 * readings.by_class()[:, 1])
    assert table["Pictures"].tolist() == expected.sum(axis=1).tolist()


def test_a_click_on_a_cell_shows_its_pictures_and_one_on_a_picture_chooses_it_everywhere(
    page: AppTest, engine: Engine, run: Run, readings: Readings
) -> None:
    settle(page, engine, run, "answers")
    matrix = readings.confusion() * (1 - np.eye(10, dtype=int))
    true, read = (int(place) for place in np.unravel_index(matrix.argmax(), matrix.shape))
    page.session_state["confusion"] = {"click": {"name": "cells", "point_number": [true, read]}}
    page.run()
    numbers = readings.cell(true, read)
    said = words(page)
    assert f"True {true}, read as {read}: {len(numbers)} picture" in said
    del page.session_state["confusion"]
    page.session_state["cell_pictures"] = {"click": {"name": None, "point_number": [3, 3]}}
    page.run()
    assert page.session_state["picture_source"] == "Test set"
    assert page.session_state["test_index"] == int(numbers[0])
    assert f"Digits test image {int(numbers[0]):,}" in words(page)
    del page.session_state["cell_pictures"]
    button(page, "All classes").click()
    page.run()
    assert page.dataframe[0].value.shape[0] == 10


def test_mistakes_are_turned_over_by_pages(page: AppTest, engine: Engine, run: Run, readings: Readings) -> None:
    page.session_state["evaluation"] = "Mistakes"
    settle(page, engine, run, "answers")
    assert f"The worst of {np.count_nonzero(~readings.right):,} mistakes" in words(page)

    def least_sure() -> list[int]:
        *_, gallery = (figure for figure in figures(page) if figure["layout"].get("annotations"))
        texts = [note["text"] for note in gallery["layout"]["annotations"]]
        return [int(text[0]) for text in texts]

    order = readings.least_sure()
    assert least_sure() == readings.labels[order[:24]].tolist()
    assert "1 to 24 of 360" in words(page)
    page.button(key="Further least_sure").click()
    page.run()
    assert least_sure() == readings.labels[order[24:48]].tolist()
    assert "25 to 48 of 360" in words(page)


def test_confidence_measures_the_threshold_and_the_sidebar_uses_it(page: AppTest, engine: Engine, run: Run) -> None:
    page.session_state["evaluation"] = "Confidence"
    settle(page, engine, run, "answers", "strangers")
    said = words(page)
    assert "Reliability · calibration error" in said and "**None of these**" in said
    step = run.snapshot_steps()[-1]
    standing = engine.analyses.standing(Analysis.of("strangers", run, step))
    assert standing.result is not None
    distances = standing.result["test"][:, 0]
    limit = np.quantile(standing.result["validation"][:, 0], 0.99, method="higher")
    assert page.dataframe[0].value["distance"][0] == pytest.approx(100 * (distances > limit).mean())
    # The strangest test picture is refused where one is, the most usual one is read.
    page.session_state["picture_source"] = "Test set"
    page.session_state["test_index"] = int(distances.argmin())
    page.run()
    assert "Reads **" in words(page)
    page.session_state["test_index"] = int(distances.argmax())
    page.run()
    page.slider(key="share_slider").set_value(90.0)
    page.run()
    tighter = np.quantile(standing.result["validation"][:, 0], 0.9, method="higher")
    assert distances.max() > tighter
    assert "None of these, most like **" in words(page)


def test_the_verdict_is_the_same_for_a_picture_as_for_the_test_set(page: AppTest, engine: Engine, run: Run) -> None:
    step = run.snapshot_steps()[-1]
    shown = Shown(run, step)
    activations = {name: array[0] for name, array in trace(run.path, step, datasets.load("digits").x_test[:1]).items()}
    other = run.snapshot_steps()[0]
    assert verdicts.passes(Shown(run, other), activations, 0.99) is None
    page.session_state["evaluation"] = "Confidence"
    settle(page, engine, run, "answers", "strangers")
    result = engine.analyses.standing(verdicts.question(shown)).result
    assert result is not None
    for share in (0.1, 0.99):
        limit = np.quantile(result["validation"][:, 0], share, method="higher")
        assert verdicts.passes(shown, activations, share) is bool(result["test"][0, 0] <= limit)


def test_each_answer_is_kept_once_and_can_be_forgotten(page: AppTest, engine: Engine, run: Run) -> None:
    page.session_state["evaluation"] = "Confidence"
    settle(page, engine, run, "answers")
    for digit in (3, 4, 3):
        page.session_state["sample"] = digit
        page.run()
    known = list(page.session_state["predictions"].values())
    assert [one.picture for one in known] == [pictures.sample(digit).caption for digit in (7, 3, 4)]
    assert "Your last 3 answers" in words(page)
    page.query_params["step"] = "0"
    page.run()
    assert [one.step for one in page.session_state["predictions"].values()] == [*[known[0].step] * 3, 0]
    button(page, "Clear").click()
    page.run()
    assert "Your last 4 answers" not in words(page)


def test_while_a_run_trains_the_test_set_is_read_when_somebody_asks(
    page: AppTest, engine: Engine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "status", lambda self: Status(RunState.TRAINING, step=5, total_steps=50))
    page.run()
    assert "none looked at yet" in words(page)
    button(page, "Look at this step").click()
    settle(page, engine, run, "answers")
    assert f"what follows is step {run.snapshot_steps()[-1]:,}" in words(page)
    assert "Confusion matrix · accuracy" in words(page)


def test_without_the_test_set_the_view_says_so(page: AppTest, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_MNIST", "")
    monkeypatch.setenv("KERAS_HOME", str(Path(engine.runs.root) / "nothing"))
    monkeypatch.setattr(datasets, "is_here", lambda name: False)
    page.query_params["run"] = PRETRAINED.name
    page.session_state["view"] = "Evaluation"
    for section in ("Classes", "Mistakes", "Confidence"):
        page.session_state["evaluation"] = section
        page.run()
        assert "MNIST is not on this machine, so its test pictures cannot be read." in words(page)
    assert component(page, "figure")
