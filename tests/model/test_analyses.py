"""Analyses in a real worker: computed once, kept with the run, ended when asked, clear when they fail."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from data import datasets
from model import analyses, analysis_queue, jobs
from model.analyses import Analysis, AnalysisError, AnalysisState, Arrays, Cancelled, Folder, Report
from model.analysis_queue import Analyses
from model.engine import Engine
from model.networks import MLP_25
from model.recording import record
from model.runs import PRETRAINED, Run, Runs
from model.settings import Settings
from tests.waiting import wait


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("runs"))
    yield engine
    engine.shutdown(grace_seconds=0)


@pytest.fixture(scope="module")
def run(engine: Engine) -> Run:
    run = engine.runs.create(Settings(dataset="digits", epochs=1, batch_size=64), MLP_25, {})
    record(run)
    return run


def _finished(engine: Engine, analysis: Analysis) -> analyses.Standing:
    engine.analyses.start(analysis)
    wait(lambda: not engine.analyses.standing(analysis).state.is_active)
    return engine.analyses.standing(analysis)


def test_a_result_is_what_the_network_says_and_is_kept(engine: Engine, run: Run) -> None:
    step = run.snapshot_steps()[-1]
    asked = Analysis.of("answers", run, step)
    assert engine.analyses.standing(asked).state is AnalysisState.ABSENT
    standing = _finished(engine, asked)
    assert standing.state is AnalysisState.DONE, standing.message
    assert standing.result is not None
    answers = standing.result["probabilities"]
    digits = datasets.load("digits")
    traced = jobs.trace(run.path, step, digits.x_test)["output"]
    np.testing.assert_allclose(answers, traced, atol=1e-6)
    assert not answers.flags.writeable
    # Another server finds it without computing.
    other = Analyses(_refuse, engine.runs.root)
    again = other.standing(asked).result
    assert again is not None
    np.testing.assert_array_equal(again["probabilities"], answers)
    assert not list((run.path / "analyses").glob("*.progress"))


def _refuse(analysis: Analysis, folder: Path, verdict: Callable[[], str]) -> Future[None]:
    raise AssertionError("it is there already")


def test_a_failure_says_why_and_can_be_tried_again(engine: Engine, run: Run) -> None:
    asked = Analysis.of("answers", run, 99_999)
    for _ in range(2):
        standing = _finished(engine, asked)
        assert standing.state is AnalysisState.FAILED
        assert "has no snapshot at step 99,999" in standing.message


def test_a_question_to_the_pretrained_network_is_kept_outside_the_program(engine: Engine) -> None:
    pretrained = Run(PRETRAINED)
    asked = Analysis.of("answers", pretrained, pretrained.snapshot_steps()[-1])
    engine.analyses.start(asked)
    engine.analyses.cancel(asked)
    wait(lambda: not engine.analyses.standing(asked).state.is_active)
    assert not (PRETRAINED / "analyses").exists()
    assert (engine.runs.root / ".pretrained" / "analyses").is_dir()


def test_a_picture_and_an_option_are_part_of_the_question(run: Run) -> None:
    picture = np.zeros((28, 28, 1), np.uint8)
    asked = [
        Analysis.of("kind", run, 1),
        Analysis.of("kind", run, 2),
        Analysis.of("kind", run, 1, picture),
        Analysis.of("kind", run, 1, picture + np.uint8(1)),
        Analysis.of("kind", run, 1, picture, layer="conv_1"),
        Analysis.of("other", run, 1),
    ]
    assert len({analysis.file_name for analysis in asked}) == len(asked)
    assert Analysis.of("kind", run, 1, b=1, a=2) == Analysis.of("kind", run, 1, a=2, b=1)


def test_who_waits_sees_how_far_it_is_and_can_end_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyses, "_REPORT_SECONDS", 0.0)
    asked = Analysis.of("anything", run, 0)
    folder = run.path / "analyses"
    folder.mkdir(exist_ok=True)
    seen = []

    def function(analysis: Analysis, report: Report) -> Arrays:
        report("test images", 10, 40)
        seen.append(Folder(folder).progress(analysis.file_name))
        Folder(folder).ask_to_end(analysis.file_name)
        report("test images", 20, 40)
        return {}

    with pytest.raises(Cancelled):
        analyses.compute(asked, folder, function)
    assert seen == [("test images", 10, 40)]
    assert not list(folder.glob("*anything*"))


def test_a_deleted_run_is_not_made_again(tmp_path: Path) -> None:
    run = Runs(tmp_path).create(Settings(dataset="digits"), MLP_25, {})
    asked = Analysis.of("anything", run, 0)
    Runs(tmp_path).delete(_stopped(run))
    with pytest.raises(AnalysisError, match="it was deleted"):
        analyses.compute(asked, run.path / "analyses", lambda analysis, report: {"x": np.zeros(1)})
    assert not run.path.exists()


def _stopped(run: Run) -> Run:
    run.request_stop()
    return run


def test_the_oldest_results_make_room(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(analyses, "_KEPT_RESULTS", 3)
    for step in range(5):
        asked = Analysis.of("anything", run, step)
        analyses.compute(asked, tmp_path, lambda analysis, report: {"x": np.full(1, analysis.step)})
        time.sleep(0.01)  # so that their times of change differ
    kept = sorted(int(path.name[:8]) for path in tmp_path.glob("*.safetensors"))
    assert kept == [2, 3, 4]


def test_what_waits_for_a_view_that_was_left_is_taken_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, futures = 0.0, dict[str, Future[None]]()

    def submit(analysis: Analysis, folder: Path, verdict: Callable[[], str]) -> Future[None]:
        futures[analysis.kind] = Future()
        return futures[analysis.kind]

    monkeypatch.setattr(analysis_queue.time, "monotonic", lambda: clock)
    queue = Analyses(submit, tmp_path)
    at_work, left, looked_at = (Analysis.of(kind, run, 0) for kind in ("at work", "left", "looked at"))
    for each in (at_work, left, looked_at):
        queue.start(each)
    futures["at work"].set_running_or_notify_cancel()
    assert queue.standing(looked_at).words == "2 before this one"
    for _ in range(4):  # a page of a tab in the background
        clock += analysis_queue.LEFT_SECONDS * 2 / 3
        standing = queue.standing(looked_at)
        assert standing.state is AnalysisState.WAITING
    assert standing.words == "1 before this one"
    assert futures["left"].cancelled() and not futures["at work"].done()
    assert queue.standing(left).state is AnalysisState.ABSENT, "nobody cancelled it: it begins when it is looked at"
    queue.start(left)
    assert queue.standing(left).words == "2 before this one"
    queue.cancel(left)
    assert queue.standing(left).state is AnalysisState.CANCELLED
