"""Real workers: they answer, they train in turn, and their deaths hurt nobody else."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model import calls, jobs
from model.engine import Engine
from model.memory import resident_megabytes
from model.networks import MLP_25, NetworkError
from model.pools import PoolStanding, WorkerError
from model.records import RunState
from model.runs import PRETRAINED, Run
from model.settings import Settings
from tests.waiting import wait

LONG = Settings(dataset="digits", epochs=100, batch_size=8)
SHORT = Settings(dataset="digits", epochs=1, batch_size=256)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("runs"))
    engine.warm_up()
    yield engine
    engine.shutdown(grace_seconds=0)


def _pretrained_trace(engine: Engine) -> dict[str, np.ndarray]:
    pretrained = Run(PRETRAINED)
    pixels = np.zeros((1, 28, 28, 1), np.uint8)
    return engine.call(jobs.trace, pretrained.path, pretrained.snapshot_steps()[-1], pixels)


def _worker_process(pool: object) -> int:
    (process_id,) = pool._executor._processes  # type: ignore[attr-defined]  # what a kill from outside would aim at
    return int(process_id)


def test_a_trace_comes_from_another_process(engine: Engine) -> None:
    assert _pretrained_trace(engine)["output"].sum() == pytest.approx(1.0, abs=1e-5)
    assert engine.is_warm
    assert engine.seconds_until_warm == 0.0
    assert _worker_process(engine._inference) != os.getpid()


def test_a_killed_inference_worker_is_replaced_unnoticed(engine: Engine) -> None:
    before = _pretrained_trace(engine)["output"]
    os.kill(_worker_process(engine._inference), signal.SIGKILL)
    np.testing.assert_array_equal(_pretrained_trace(engine)["output"], before)


def test_a_worker_that_is_killed_while_it_starts_is_replaced_and_a_shutdown_leaves_none(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.warm_up()
    try:
        wait(lambda: len(engine._inference._executor._processes) == 1)
        first = _worker_process(engine._inference)
        os.kill(first, signal.SIGKILL)
        wait(lambda: engine.is_warm)
        second = _worker_process(engine._inference)
        assert second != first
        assert not engine.is_stuck
    finally:
        engine.shutdown(grace_seconds=0)
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_trainings_wait_in_line_and_a_stop_moves_the_line(engine: Engine) -> None:
    first, second = engine.train(LONG), engine.train(SHORT)
    third = engine.train(LONG)
    assert [engine.place_in_queue(run) for run in (first, second, third)] == [0, 1, 2]
    wait(lambda: first.status().step > 0)
    third.request_stop()
    assert third.status().state is RunState.STOPPED
    first.request_stop()
    wait(lambda: not first.status().state.is_active)
    status = first.status()
    assert status.state is RunState.STOPPED
    assert first.snapshot_steps()[-1] == status.step
    wait(lambda: second.status().state is RunState.FINISHED)
    assert engine.place_in_queue(second) == 0


def test_a_killed_training_worker_costs_only_its_own_run(engine: Engine) -> None:
    victim, waiting = engine.train(LONG), engine.train(SHORT)
    wait(lambda: len(victim.snapshot_steps()) > 5)
    os.kill(_worker_process(engine._training.lanes()[0]), signal.SIGKILL)
    wait(lambda: not victim.status().state.is_active)
    assert victim.status().state is RunState.INTERRUPTED
    assert victim.weights(victim.snapshot_steps()[-1])
    wait(lambda: waiting.status().state is RunState.FINISHED)
    afterwards = engine.train(SHORT)
    wait(lambda: afterwards.status().state is RunState.FINISHED)


def test_a_run_is_resumed_trained_on_and_repeated(engine: Engine) -> None:
    stopped = engine.train(LONG)
    wait(lambda: stopped.status().step > 0)
    stopped.request_stop()
    wait(lambda: not stopped.status().state.is_active)
    left_at = stopped.status().step
    engine.resume(stopped)
    wait(lambda: stopped.status().step > left_at)
    stopped.request_stop()
    wait(lambda: not stopped.status().state.is_active)

    run = engine.train(SHORT)
    wait(lambda: run.status().state is RunState.FINISHED)
    engine.resume(run, further_epochs=1)
    wait(lambda: run.status().state is RunState.FINISHED)
    again = engine.again(run)
    wait(lambda: again.status().state is RunState.FINISHED)
    assert again.config().parts == run.config().parts == (1, 1)
    assert again.status().weights_hash == run.status().weights_hash


def test_a_network_of_ones_own_is_trained_and_evaluated_and_exported(engine: Engine) -> None:
    network = replace(MLP_25, name="mine", layers=(*MLP_25.layers[:1], *MLP_25.layers[2:]))
    run = engine.train(replace(SHORT, network="mine"), network)
    wait(lambda: run.status().state is RunState.FINISHED)
    step = run.status().step
    assert run.config().network == network
    evaluation = engine.call(jobs.evaluate, run.path, step)
    assert evaluation == run.evaluation(step)
    assert engine.call(jobs.export, run.path, step).startswith(b"PK")  # a .keras file is a zip
    with pytest.raises(NetworkError, match="There is no network 'mine'"):
        engine.train(replace(SHORT, network="mine"))


def test_a_worker_that_hangs_is_replaced_and_its_caller_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait(lambda: engine.is_warm)
    monkeypatch.setattr(engine._calls, "_longest_seconds", 1.0)
    hanging = _worker_process(engine._inference)
    with pytest.raises(WorkerError, match=r"gave no answer in 1 s\. Expected one within a second\. It was ended"):
        engine.call(time.sleep, 3600)
    wait(lambda: engine.is_warm)
    assert _worker_process(engine._inference) != hanging
    with pytest.raises(ProcessLookupError):
        os.kill(hanging, 0)


def test_the_time_behind_other_calls_is_not_counted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    wait(lambda: engine.is_warm)
    monkeypatch.setattr(engine._calls, "_longest_seconds", 4.0)
    worker = _worker_process(engine._inference)
    with ThreadPoolExecutor(4) as callers:
        for call in [callers.submit(engine.call, time.sleep, 2.0) for _ in range(4)]:
            call.result()  # the last has its answer 8 s after it was asked
    assert _worker_process(engine._inference) == worker


def test_the_standing_of_the_pools_counts_jobs(engine: Engine, tmp_path: Path) -> None:
    assert Engine(tmp_path).standing()["inference"] == PoolStanding(1, False, 0, 0, ())
    wait(lambda: engine.is_warm)
    futures = [engine._inference.submit(time.sleep, 1.0) for _ in range(3)]
    standing = engine.standing()["inference"]
    assert (standing.busy, standing.waiting) == (1, 2)
    for future in futures:
        future.result()
    wait(lambda: engine.standing()["inference"].busy == 0)
    assert engine.standing()["inference"].process_ids == (_worker_process(engine._inference),)


@pytest.mark.skipif(resident_megabytes() is None, reason="NOT RUN, for this system does not say what a process holds")
def test_a_worker_that_grows_too_large_is_replaced_while_it_answers(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MEMORY_SECONDS", 0.0)
    before = _pretrained_trace(engine)["output"]
    large = _worker_process(engine._inference)
    monkeypatch.setattr(calls, "MOST_WORKER_MEGABYTES", 1.0)
    _pretrained_trace(engine)
    monkeypatch.undo()

    def is_replaced() -> bool:
        assert engine.is_warm, "nobody waits for the new one"
        np.testing.assert_array_equal(_pretrained_trace(engine)["output"], before)
        return _worker_process(engine._inference) != large

    wait(is_replaced)
    np.testing.assert_array_equal(_pretrained_trace(engine)["output"], before)
    wait(lambda: not Path(f"/proc/{large}").exists())
