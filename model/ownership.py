"""Who works on a run, told in a way that survives kill -9, on one machine and on several that share a folder.

    .owners/<owner>.lock   locked by the process for as long as it lives; the system frees it when the process ends
    .owners/<owner>.beat   names its machine, and is touched every few seconds

On the same machine the lock decides, at once. From another machine locks cannot be relied on: network file systems
pass them on, keep them to themselves, or forget to free them, as they were set up. There an owner lives as long as its
beat is younger than SILENT_SECONDS, which is how long a run of a machine that fell silent is not taken over. Times are
those of the shared folder's server alone, so clocks that differ do no harm.

Neither can tell a process that is dead from one that is only cut off. So who takes a run over writes its own name into
the run's status, and who finds another name there writes no more; see model.recording.

A process id would not do: ids are reused, and another machine's say nothing here.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import threading
import time
import uuid
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

BEAT_SECONDS = 5.0
SILENT_SECONDS = 30.0
"""Six beats: Keras's start alone holds a process up for eight seconds."""

_held: dict[Path, BaseFileLock] = {}
"""This process's lock below each root. Kept, for a lock object that is garbage collected lets its lock go."""
_claiming = threading.Lock()


def claim(root: Path) -> str:
    """The name under which this process owns runs below `root`; its lock is held until the process ends."""
    with _claiming:
        held = _held.get(root)
        if held is None or not Path(held.lock_file).exists():  # somebody may have deleted the whole folder
            owners = root / ".owners"
            owners.mkdir(parents=True, exist_ok=True)
            held = FileLock(owners / f"{uuid.uuid4().hex}.lock")
            held.acquire(blocking=False)
            _beat_path(held).write_text(machine(), encoding="utf-8")
            _held[root] = held
            _start_beating()
    return Path(held.lock_file).stem


def release(root: Path) -> None:
    """Let go of all runs below `root`: what cannot be moved on must not look as if it were."""
    with _claiming:
        held = _held.pop(root, None)
    if held is not None:
        with contextlib.suppress(OSError):
            _beat_path(held).unlink(missing_ok=True)
        held.release()


def is_alive(root: Path, owner: str) -> bool:
    """Whether the process that claimed `owner` below `root` still runs."""
    path = root / ".owners" / f"{owner}.lock"
    if not path.exists():
        return False
    held = _held.get(root)
    if held is not None and Path(held.lock_file).stem == owner:
        return True  # this very process: pages ask it for every run that waits
    beat = path.with_suffix(".beat")
    if not _is_of_this_machine(beat):
        return _silence(beat) < SILENT_SECONDS
    lock = FileLock(path)
    try:
        with lock.acquire(blocking=False):
            path.unlink(missing_ok=True)
            beat.unlink(missing_ok=True)
    except Timeout:
        return True
    return False


@functools.cache
def machine() -> str:
    """What tells this machine, or rather its kernel since it booted, from others."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return f"{platform.node()}-{uuid.getnode():x}"


def _is_of_this_machine(beat: Path) -> bool:
    try:
        return beat.read_text(encoding="utf-8").strip() in {machine(), ""}
    except FileNotFoundError:
        return True  # claimed before there were beats


def _silence(beat: Path) -> float:
    """Seconds since the last beat, by the clock of the folder's server; infinite where there is none."""
    try:
        beaten = _changed(beat)
    except OSError:
        return float("inf")
    clock = beat.with_name(f".clock-{uuid.uuid4().hex}")
    try:
        clock.touch()
        return _changed(clock) - beaten
    except OSError:  # a folder that may only be read
        return time.time() - beaten
    finally:
        with contextlib.suppress(OSError):
            clock.unlink(missing_ok=True)


def _changed(path: Path) -> float:
    """When a file changed. Opened for it: a network file system answers anew then, and else for up to a minute not."""
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_mtime


def _beat_path(held: BaseFileLock) -> Path:
    return Path(held.lock_file).with_suffix(".beat")


@functools.cache
def _start_beating() -> None:
    """One thread a process, for all of its claims."""
    threading.Thread(target=_beat, name="owner-beats", daemon=True).start()


def _beat() -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        for held in list(_held.values()):
            with contextlib.suppress(OSError):  # deleted, or out of reach for now
                os.utime(_beat_path(held))
