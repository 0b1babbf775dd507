"""What becomes of a run whose worker died or hung: it never lets two write one folder, and never tries for ever."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from filelock import FileLock
from loky.process_executor import BrokenProcessPool

from model import lanes as lanes_module
from model.lanes import Lanes, WorkerHung
from model.networks import MLP_25
from model.pools import PoolStanding, WorkerError
from model.records import RunState, Status
from model.run import Run
from model.runs import Runs
from model.settings import Settings
from model.trainings import Pulse, Trainings
from tests.waiting import DEADLINE_SECONDS, wait


class Worker:
    """A lane without a process: what is submitted waits until the test answers it."""

    is_warm, warming_seconds, is_taken = True, 0.0, False

    def __init__(self, megabytes: float = 1.0) -> None:
        self.answers: list[Future[Any]] = []
        self.given: list[tuple[Any, ...]] = []
        self.ended: list[str] = []
        self.megabytes = megabytes

    def warm_up(self) -> Future[float]:
        self.ended.append("warm_up")
        return Future()

    def submit(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
        self.given.append(args)
        self.answers.append(Future())
        return self.answers[-1]

    def standing(self) -> PoolStanding:
        return PoolStanding(1, True, 0, 0, (1,), (self.megabytes,))

    def renew(self) -> None:
        raise AssertionError("lanes replace their workers between two jobs")

    def kill_workers(self, job: Future[Any]) -> bool:
        self.ended.append("kill")
        assert job is self.answers[-1]
        job.set_exception(BrokenProcessPool("killed"))
        return True

    def shutdown(self) -> None:
        self.ended.append("shutdown")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes_module, "LOOK_SECONDS", 0.02)


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def lanes(worker: Worker) -> Iterator[Lanes]:
    lanes = Lanes("training", lambda: [worker], most_megabytes=100.0)
    yield lanes
    for answer in worker.answers:
        if not answer.done():
            answer.set_result(None)
    lanes.shutdown()


def _run(root: Path) -> Run:
    return Runs(root).create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})


@pytest.mark.parametrize(("resumed", "handed_on"), [("", True), ("here", False), ("elsewhere", False)])
def test_a_run_that_waited_is_handed_on_unless_somebody_resumed_it(
    tmp_path: Path, lanes: Lanes, worker: Worker, resumed: Literal["", "here", "elsewhere"], handed_on: bool
) -> None:
    trainings, run = Trainings(lanes), _run(tmp_path)
    trainings.submit(run)
    if resumed == "here":
        trainings.submit(run)
    wait(lambda: len(worker.answers) == 1)
    with FileLock(tmp_path / ".owners" / "other.lock"):
        if resumed == "elsewhere":
            run.write_status(Status(RunState.QUEUED, owner="other"))
        worker.answers[0].set_exception(BrokenProcessPool("killed"))
        wait(lambda: len(trainings) == (0 if resumed == "elsewhere" else 1))
        if resumed != "elsewhere":
            wait(lambda: len(worker.given) == 2)
    assert len(worker.given) == (1 if resumed == "elsewhere" else 2)
    assert (len(trainings) == 1) is (handed_on or resumed == "here")


def test_a_run_whose_worker_was_ended_from_outside_waits_for_resume(
    tmp_path: Path, lanes: Lanes, worker: Worker
) -> None:
    trainings, run = Trainings(lanes), _run(tmp_path)
    trainings.submit(run)
    wait(lambda: len(worker.answers) == 1)
    run.write_status(Status(RunState.TRAINING, step=40, owner="dead"))
    worker.answers[0].set_exception(BrokenProcessPool("killed"))
    wait(lambda: len(trainings) == 0)
    assert run.status().state is RunState.INTERRUPTED


def test_a_training_that_hangs_goes_on_and_after_three_times_says_so(
    tmp_path: Path, lanes: Lanes, worker: Worker
) -> None:
    trainings, run = Trainings(lanes, quiet_seconds=0.05), _run(tmp_path)
    trainings.submit(run)
    with FileLock(tmp_path / ".owners" / "worker.lock"):
        for tries in (1, 2, 3):
            wait(lambda: len(worker.given) == tries)  # noqa: B023  it is over before the next
            run.write_status(Status(RunState.TRAINING, step=40, images_per_second=1e9, owner="worker"))
            wait(lambda: run.owner() != "worker")
            assert worker.ended.count("kill") == tries
            words = run.status().message
            assert words.startswith("The training at step 40 gave no sign of life for ")
            if tries < 3:
                assert run.status().state is RunState.QUEUED
                assert words.endswith("It goes on from its last checkpoint.")
    assert run.status().state is RunState.FAILED
    assert "It was tried 3 times and came no further." in words
    wait(lambda: len(trainings) == 0)


def test_a_run_that_lost_its_worker_is_before_those_thatwait(tmp_path: Path, lanes: Lanes, worker: Worker) -> None:
    trainings = Trainings(lanes, goes_on=True)
    lost, second, third = _run(tmp_path), _run(tmp_path), _run(tmp_path)
    for run in (lost, second, third):
        trainings.submit(run)
    wait(lambda: len(worker.answers) == 1)
    lost.write_status(Status(RunState.TRAINING, step=40, owner="dead"))
    assert lost.status().message.endswith("It had no snapshot yet. It goes on by itself within a minute.")
    worker.answers[0].set_exception(BrokenProcessPool("killed"))
    wait(lambda: len(worker.given) == 2)
    assert worker.given[1] == (lost.path,)
    assert [trainings.place(run) for run in (lost, second, third)] == [0, 1, 2]
    for number, run in ((1, lost), (2, second), (3, third)):
        wait(lambda: len(worker.answers) > number)  # noqa: B023  it is over before the next
        worker.answers[number].set_result(None)
        run.write_status(Status(RunState.TRAINING, step=40, owner="dead"))
        wait(lambda: run.status().message.endswith("Resume it, or train anew."))  # noqa: B023


def test_a_worker_that_does_not_begin_is_replaced_and_the_run_waits_no_longer(
    tmp_path: Path, lanes: Lanes, worker: Worker
) -> None:
    trainings, run = Trainings(lanes, quiet_seconds=0.05), _run(tmp_path)
    trainings.submit(run)
    wait(lambda: len(worker.given) == 2)
    assert worker.ended[0] == "kill"
    assert run.status().state is RunState.QUEUED
    assert re.fullmatch(r"Its worker did not begin within \d+ s, and was ended\.", run.status().message)


def test_a_worker_that_is_at_another_servers_job_gets_none_and_what_it_has_is_not_silent(
    tmp_path: Path, lanes: Lanes, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    taken = True

    def is_taken(_: Worker) -> bool:
        looks.append(taken)
        return taken

    monkeypatch.setattr(Worker, "is_taken", property(is_taken))
    asked: list[str] = []
    waiting = lanes.submit(len, "a", verdict=lambda: asked.append("a") or "It hangs.")  # type: ignore[func-returns-value]
    wait(lambda: len(looks) > 5)
    assert not worker.given
    taken = False
    wait(lambda: len(worker.given) == 1)
    with pytest.raises(WorkerHung):
        waiting.result(DEADLINE_SECONDS)
    asked.clear()
    lanes.submit(len, "b", verdict=lambda: asked.append("b") or "")  # type: ignore[func-returns-value]
    wait(lambda: len(asked) > 2)
    taken = True
    looks.clear()
    wait(lambda: len(looks) > 2)  # one look may have begun before
    heard = len(asked)
    wait(lambda: len(looks) > 7)
    assert len(asked) == heard
    taken = False
    wait(lambda: len(asked) > heard)


def test_a_run_is_silent_only_while_somebody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[-1])
    pulse = Pulse(_run(tmp_path))
    assert pulse.silence() == 0.0
    heard = []
    for second in (1.0, 2.0, 602.0, 603.0):
        clock.append(second)
        heard.append(pulse.silence())
    assert heard == [1.0, 2.0, 2.0, 3.0]


def test_a_worker_that_hangs_with_a_run_that_was_stopped_holds_up_no_other(
    tmp_path: Path, lanes: Lanes, worker: Worker
) -> None:
    trainings, stopped, waiting = Trainings(lanes, quiet_seconds=0.05), _run(tmp_path), _run(tmp_path)
    trainings.submit(stopped)
    stopped.request_stop()
    trainings.submit(waiting)
    wait(lambda: (waiting.path,) in worker.given)
    assert worker.ended[0] == "kill"
    assert stopped.status().state is RunState.STOPPED


def test_the_end_leaves_no_training_that_looks_lost(tmp_path: Path, lanes: Lanes, worker: Worker) -> None:
    trainings = Trainings(lanes)
    late, deleted, waiting = _run(tmp_path), _run(tmp_path), _run(tmp_path)
    for run in (late, deleted, waiting):
        trainings.submit(run)
    wait(lambda: len(worker.answers) == 1)
    late.write_status(Status(RunState.TRAINING, step=40, owner="dead"))
    late.write_snapshot(32, {"output/kernel": np.zeros((1, 1))})
    shutil.rmtree(deleted.path)
    trainings.stop_all(grace_seconds=0.0)
    worker.answers[0].set_exception(BrokenProcessPool("killed"))
    trainings.settle_left()
    status = late.status()
    assert (status.state, status.step) == (RunState.STOPPED, 32)
    assert status.message.endswith("What it had learned up to step 32 is kept.")
    assert waiting.status().state is RunState.STOPPED
    wait(lambda: len(trainings) == 0)


def test_a_training_that_comes_at_the_end_is_refused_and_does_not_look_lost(tmp_path: Path, lanes: Lanes) -> None:
    trainings, run = Trainings(lanes), _run(tmp_path)
    trainings.ask_all_to_stop()
    with pytest.raises(WorkerError, match=r"The server is ending\. Expected no more training"):
        trainings.submit(run)
    assert len(trainings) == 0
    assert run.status().state is RunState.STOPPED


def test_a_job_that_cannot_be_handed_over_is_told(
    lanes: Lanes, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "submit", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lanes.submit(len, "a").result(DEADLINE_SECONDS)


def test_a_training_that_is_slow_or_still_starts_is_left_alone(tmp_path: Path, lanes: Lanes) -> None:
    trainings, run = Trainings(lanes, quiet_seconds=10.0), _run(tmp_path)

    class Silent:
        def silence(self) -> float:
            return 45.0

    def verdict(status: Status) -> str:
        run.write_status(status)
        return trainings._verdict(run, Silent())  # type: ignore[arg-type]

    with FileLock(tmp_path / ".owners" / "worker.lock"):
        at_work = Status(RunState.TRAINING, owner="worker", images_per_second=1000.0)
        assert "no sign of life for 45 s" in verdict(at_work)
        assert not verdict(replace(at_work, images_per_second=100.0))  # 20 parts of 500 images take it 100 s
        assert not verdict(replace(at_work, state=RunState.STARTING))
        assert not verdict(replace(at_work, state=RunState.FINISHED))
        assert "did not begin within 45 s" in verdict(replace(at_work, state=RunState.QUEUED))


def test_a_worker_that_has_grown_is_replaced_between_two_jobs(lanes: Lanes, worker: Worker) -> None:
    first, second = lanes.submit(len, "a"), lanes.submit(len, "b")
    wait(lambda: len(worker.answers) == 1)
    worker.megabytes = 101.0
    worker.answers[0].set_result(1)
    assert first.result(DEADLINE_SECONDS) == 1
    wait(lambda: len(worker.answers) == 2)
    assert worker.ended == ["shutdown", "warm_up"]
    worker.answers[1].set_result(2)
    assert second.result(DEADLINE_SECONDS) == 2


def test_a_job_that_hangs_is_ended_and_the_next_one_starts(lanes: Lanes, worker: Worker) -> None:
    hanging = lanes.submit(len, "a", verdict=lambda: "It hangs.")
    after = lanes.submit(len, "b")
    with pytest.raises(WorkerHung, match=r"^It hangs\.$"):
        hanging.result(DEADLINE_SECONDS)
    wait(lambda: len(worker.answers) == 2)
    worker.answers[1].set_result(1)
    assert after.result(DEADLINE_SECONDS) == 1


def test_short_jobs_pass_a_long_one_on_a_second_lane() -> None:
    first, second = Worker(), Worker()
    lanes = Lanes("analysis", lambda: [first, second], spare_seconds=0.2)
    try:
        long, short = lanes.submit(len, "long"), lanes.submit(len, "short")
        wait(lambda: len(second.given) == 1)
        assert first.given == [("long",)] and second.given == [("short",)]
        second.answers[0].set_result(0)
        assert short.result(DEADLINE_SECONDS) == 0
        assert not long.done()
        first.answers[0].set_result(1)
        assert long.result(DEADLINE_SECONDS) == 1
    finally:
        lanes.shutdown()


def test_what_waits_is_cancelled_at_the_end(lanes: Lanes, worker: Worker) -> None:
    lanes.submit(len, "a")
    waiting = lanes.submit(len, "b")
    wait(lambda: len(worker.answers) == 1)
    lanes.close()
    assert waiting.cancelled()
    with pytest.raises(WorkerError, match="The server is ending"):
        lanes.submit(len, "c")
