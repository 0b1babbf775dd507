"""A disk that is full before or during a training: told in words, and nothing that was kept is hurt."""

import errno
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from model import ownership
from model.networks import MLP_25
from model.recording import record
from model.records import RunState
from model.reports import Group, Report
from model.run_folder import RunFolder
from model.runs import Run, RunError, Runs
from model.settings import Settings

SETTINGS = Settings(dataset="digits", network="mlp_25", epochs=2, batch_size=128, seed=9)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True
    )
    if not mounted or mounted.returncode != 0:
        pytest.skip("NOT RUN, for it mounts a small disk, which needs root on Linux; the next test plays a full one")
    yield folder
    ownership.release(folder / "runs")  # its lock lies on the disk
    subprocess.run(["umount", folder], check=True)


def _fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            while True:
                file.write(bytes(4096))
    return filler


def test_a_disk_that_fills_up_ends_the_run_in_words_and_hurts_no_other(small_disk: Path) -> None:
    runs = Runs(small_disk / "runs")
    other = runs.create(SETTINGS, MLP_25, {})
    assert record(other) is RunState.FINISHED
    run = runs.create(SETTINGS, MLP_25, {})
    fillers: list[Path] = []

    def fill(report: Report) -> None:
        if isinstance(report, Group) and not fillers:
            fillers.append(_fill(small_disk))

    assert record(run, fill) is RunState.FAILED
    status = run.status()
    assert status.state is RunState.FAILED
    assert "cannot be written any more: the disk is full. What was kept before is there." in status.message
    assert run.snapshot_steps()[0] == 0 and run.weights(0)
    with pytest.raises(RunError, match=r"has 0 MB left\. Expected room for about"):
        runs.create(SETTINGS, MLP_25, {})
    assert runs.all() == (run, other) or runs.all() == (other, run)
    assert other.weights(other.status().step)

    fillers[0].unlink()
    runs.queue_again(run)
    assert record(run) is RunState.FINISHED
    assert run.status().weights_hash == other.status().weights_hash


def _full_after(writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the given write on there is no room, until the reserve has been let go."""
    write, count, reserve = RunFolder.write, iter(range(10_000)), {"free": False}

    def limited(self: RunFolder, name: str, content: bytes) -> None:
        if next(count) >= writes and not reserve["free"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, name, content)

    def free(self: Run) -> None:
        reserve["free"] = True
        (self.path / ".reserve").unlink(missing_ok=True)

    monkeypatch.setattr(RunFolder, "write", limited)
    monkeypatch.setattr(Run, "free_room", free)


@pytest.mark.parametrize("writes", [0, 1, 2, 5, 9])
def test_whichever_write_fails_the_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    run = Runs(tmp_path).create(SETTINGS, MLP_25, {})
    _full_after(writes, monkeypatch)
    assert record(run) is RunState.FAILED
    assert "the disk is full" in run.status().message


def test_a_folder_that_takes_no_last_word_is_not_at_work_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Runs(tmp_path).create(SETTINGS, MLP_25, {})
    _full_after(9, monkeypatch)
    monkeypatch.setattr(Run, "free_room", lambda self: None)
    with pytest.raises(OSError, match="No space left"):
        record(run)
    assert run.status().state is RunState.INTERRUPTED
