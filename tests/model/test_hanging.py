"""Workers that really hang or leak, in processes of their own: they are replaced, and what they did is told."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import jobs, ownership, pools
from model import lanes as lanes_module
from model.analyses import Analysis, AnalysisState, Folder
from model.analysis_queue import Analyses
from model.lanes import Lanes
from model.memory import resident_megabytes
from model.networks import MLP_25
from model.pools import Pool
from model.records import RunState
from model.run import Run
from model.runs import Runs
from model.settings import Settings
from model.trainings import Trainings
from tests.model.statuses import record_statuses
from tests.waiting import DEADLINE_SECONDS, is_there, wait

STEP = 40


@pytest.fixture(autouse=True)
def _without_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that start in a moment, looked at often."""
    monkeypatch.setattr(jobs, "warm_up", max)
    monkeypatch.setattr(lanes_module, "LOOK_SECONDS", 0.1)


@contextmanager
def _lanes(most_megabytes: float = 3000.0) -> Iterator[Lanes]:
    pools = [Pool("test", workers=1)]
    lanes = Lanes("test", lambda: pools, most_megabytes=most_megabytes)
    try:
        yield lanes
    finally:
        lanes.shutdown()


def _hang_then_work(analysis: Analysis, folder: Path) -> None:
    """Reports once and hangs, the first time; gives a result the second time."""
    files, name = Folder(folder), analysis.file_name
    if not (folder / "tried").exists():
        (folder / "tried").touch()
        files.report(name, "test images", 10, 40)
        time.sleep(3600)
    files.write(name, {"x": np.ones(3)})


def _train_then_hang(run_path: Path) -> None:
    """Begins, and hangs at a step, the first time; comes to its end the second time."""
    run = Run(run_path)
    at_work = replace(run.status(), state=RunState.TRAINING, owner=ownership.claim(run_path.parent), message="")
    if run.status().step == 0:
        run.write_status(replace(at_work, step=STEP, images_per_second=1e9))
        time.sleep(3600)
    run.write_status(replace(at_work, state=RunState.FINISHED))


def _finish(run_path: Path) -> None:
    run = Run(run_path)
    run.write_status(replace(run.status(), state=RunState.FINISHED, owner=ownership.claim(run_path.parent)))


def _freeze_the_first_time(niceness: int, outlives: bool) -> float:
    tried = Path(os.environ["STRATA_TEST_TRIED"])
    if not tried.exists():
        tried.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGSTOP)
    return 0.0


def test_an_analysis_that_hangs_is_ended_and_told_and_works_when_tried_again(tmp_path: Path) -> None:
    run = Runs(tmp_path).create(Settings(dataset="digits"), MLP_25, {})
    asked = Analysis.of("anything", run, 0)
    with _lanes() as lanes:
        analyses = Analyses(
            lambda analysis, folder, verdict: lanes.submit(_hang_then_work, analysis, folder, verdict=verdict),
            tmp_path,
            quiet_seconds=3.0,
        )
        analyses.start(asked)
        wait(lambda: analyses.standing(asked).state is AnalysisState.WORKING)
        (hanging,) = lanes.standing().process_ids
        wait(lambda: not analyses.standing(asked).state.is_active)
        standing = analyses.standing(asked)
        assert standing.state is AnalysisState.FAILED
        assert standing.message.startswith("The worker reported nothing for 3 s. Expected a word within 3 s.")
        with pytest.raises(ProcessLookupError):
            os.kill(hanging, 0)
        analyses.start(asked)
        wait(lambda: analyses.standing(asked).state is AnalysisState.DONE)


def test_a_training_that_hangs_is_ended_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "train", _train_then_hang)
    run = Runs(tmp_path).create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    said = record_statuses(monkeypatch)
    with _lanes() as lanes:
        trainings = Trainings(lanes)
        trainings.submit(run)
        wait(lambda: run.status().step == STEP)
        (hanging,) = lanes.standing().process_ids
        with monkeypatch.context() as patched:  # from then on: on a busy machine the next worker begins later
            patched.setattr(trainings, "_quiet_seconds", 1.0)
            wait(lambda: not is_there(hanging))
        wait(lambda: run.status().state is RunState.FINISHED)
    (told,) = said
    assert told.state is RunState.QUEUED
    assert told.message.startswith(f"The training at step {STEP} gave no sign of life for ")
    assert told.message.endswith("its worker was ended. It goes on from its last checkpoint.")


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN, for Windows cannot freeze a process")
def test_a_worker_that_is_frozen_before_a_training_begins_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "train", _finish)
    run = Runs(tmp_path).create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    with _lanes() as lanes:
        frozen = lanes.submit(os.getpid).result(DEADLINE_SECONDS)
        os.kill(frozen, signal.SIGSTOP)
        trainings = Trainings(lanes)
        with monkeypatch.context() as patched:
            patched.setattr(trainings, "_quiet_seconds", 0.5)
            trainings.submit(run)
            wait(lambda: not is_there(frozen))
        wait(lambda: run.status().state is RunState.FINISHED)


@pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN, for Windows cannot freeze a process")
def test_a_worker_that_is_frozen_while_it_starts_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "warm_up", _freeze_the_first_time)
    monkeypatch.setattr(jobs, "train", _finish)
    monkeypatch.setattr(pools, "LONGEST_START_SECONDS", 2.0)
    monkeypatch.setenv("STRATA_TEST_TRIED", str(tmp_path / "tried"))
    run = Runs(tmp_path).create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    with _lanes() as lanes:
        Trainings(lanes).submit(run)
        wait(lambda: run.status().state is RunState.FINISHED)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "tried").read_text()), 0)


@pytest.mark.skipif(resident_megabytes() is None, reason="NOT RUN, for this system does not say what a process holds")
def test_a_worker_that_leaks_is_replaced_before_the_next_job() -> None:
    with _lanes(most_megabytes=400.0) as lanes:
        first = lanes.submit(os.getpid).result(DEADLINE_SECONDS)
        assert lanes.submit(os.getpid).result(DEADLINE_SECONDS) == first
        lanes.submit(exec, "import builtins; builtins.kept = b'x' * 500_000_000").result(DEADLINE_SECONDS)
        assert lanes.submit(os.getpid).result(DEADLINE_SECONDS) != first
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
