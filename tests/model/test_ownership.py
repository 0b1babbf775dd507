"""Who owns a run: the lock on this machine, the beat from another; and who lost a run writes no more."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from model import ownership
from model.networks import MLP_25
from model.recording import record
from model.records import RunState
from model.reports import Group, Report
from model.run import Run
from model.runs import Runs
from model.settings import Settings

SETTINGS = Settings(dataset="digits", network="mlp_25", epochs=100, batch_size=64)


def _elsewhere(root: Path, silent_seconds: float) -> str:
    """An owner on another machine whose last beat is so long ago, and whose lock nobody holds here."""
    owners = root / ".owners"
    owners.mkdir(exist_ok=True)
    (owners / "far.lock").touch()
    (owners / "far.beat").write_text("another machine")
    then = time.time() - silent_seconds
    os.utime(owners / "far.beat", (then, then))
    return "far"


@pytest.mark.parametrize(
    ("silent_seconds", "alive"), [(0.0, True), (ownership.SILENT_SECONDS - 10, True), (60.0, False)]
)
def test_an_owner_on_another_machine_lives_as_long_as_it_beats(
    tmp_path: Path, silent_seconds: float, alive: bool
) -> None:
    assert ownership.is_alive(tmp_path, _elsewhere(tmp_path, silent_seconds)) is alive
    assert not list((tmp_path / ".owners").glob(".clock-*"))


def test_an_owner_on_this_machine_is_dead_with_its_lock_whatever_it_beat(tmp_path: Path) -> None:
    owner = _elsewhere(tmp_path, 0.0)
    (tmp_path / ".owners" / "far.beat").write_text(ownership.machine())
    assert not ownership.is_alive(tmp_path, owner)
    assert ownership.is_alive(tmp_path, ownership.claim(tmp_path))


def test_what_this_process_owns_beats(tmp_path: Path) -> None:
    beat = tmp_path / ".owners" / f"{ownership.claim(tmp_path)}.beat"
    assert beat.read_text() == ownership.machine()
    os.utime(beat, (0, 0))
    deadline = time.monotonic() + 20 * ownership.BEAT_SECONDS
    while beat.stat().st_mtime == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ownership.release(tmp_path)
    assert not beat.exists()


def test_a_training_that_lost_its_run_writes_no_more(tmp_path: Path) -> None:
    run = Runs(tmp_path).create(SETTINGS, MLP_25, {})
    written: dict[str, bytes] = {}

    def take_over(report: Report) -> None:
        if isinstance(report, Group) and not written:
            run.write_status(replace(run.status(), owner=_elsewhere(tmp_path, 0.0)))
            written.update(_files(run))

    assert record(run, take_over) is RunState.TRAINING  # it goes on elsewhere
    assert _files(run) == written
    assert run.owner() == "far"


def _files(run: Run) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
