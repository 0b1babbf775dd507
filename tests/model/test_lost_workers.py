"""What the engine does with a run whose worker died: it never lets two write one folder."""

from concurrent.futures import Future
from pathlib import Path
from typing import Literal

import pytest
from filelock import FileLock
from loky.process_executor import BrokenProcessPool

from model.engine import Engine
from model.networks import MLP_25
from model.records import RunState, Status
from model.run import Run
from model.settings import Settings


@pytest.mark.parametrize(("resumed", "handed_on"), [("", True), ("here", False), ("elsewhere", False)])
def test_a_run_that_waited_is_handed_on_unless_somebody_resumed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resumed: Literal["", "here", "elsewhere"], handed_on: bool
) -> None:
    engine = Engine(tmp_path)
    submitted: list[Run] = []
    monkeypatch.setattr(engine, "_submit_training", submitted.append)
    monkeypatch.setattr(engine._training, "warm_up", lambda: None)
    run = engine.runs.create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    lost: Future[None] = Future()
    lost.set_exception(BrokenProcessPool("killed"))
    engine._queue = [run, run] if resumed == "here" else [run]
    with FileLock(tmp_path / ".owners" / "other.lock"):
        if resumed == "elsewhere":
            run.write_status(Status(RunState.QUEUED, owner="other"))
        engine._training_ended(run, lost)
    assert submitted == ([run] if handed_on else [])
