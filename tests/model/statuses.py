"""What this process says of runs: a run that waits for another worker says so for a moment only."""

import pytest

from model.records import RunState, Status
from model.run import Run
from tests.waiting import wait


def record_statuses(monkeypatch: pytest.MonkeyPatch) -> list[Status]:
    """All statuses that this process writes from now on, as they come; workers write theirs elsewhere."""
    said: list[Status] = []
    write_status = Run.write_status

    def write(run: Run, status: Status) -> None:
        write_status(run, status)
        said.append(status)

    monkeypatch.setattr(Run, "write_status", write)
    return said


def wait_until_queued(said: list[Status]) -> str:
    """Until a run waits once more; the words that it said then."""
    wait(lambda: bool(said))
    assert said[0].state is RunState.QUEUED
    return said[0].message
