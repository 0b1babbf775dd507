"""Who works on a run, told in a way that survives kill -9: a file lock that the system frees when its process ends.

A process id would not do: ids are reused, and another machine's say nothing here.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

_held: dict[Path, BaseFileLock] = {}
"""This process's lock below each root. Kept, for a lock object that is garbage collected lets its lock go."""


def claim(root: Path) -> str:
    """The name under which this process owns runs below `root`; its lock is held until the process ends."""
    held = _held.get(root)
    if held is None or not Path(held.lock_file).exists():  # somebody may have deleted the whole folder
        owners = root / ".owners"
        owners.mkdir(parents=True, exist_ok=True)
        held = FileLock(owners / f"{uuid.uuid4().hex}.lock")
        held.acquire(blocking=False)
        _held[root] = held
    return Path(held.lock_file).stem


def release(root: Path) -> None:
    """Let go of all runs below `root`: what cannot be moved on must not look as if it were."""
    held = _held.pop(root, None)
    if held is not None:
        held.release()


def is_alive(root: Path, owner: str) -> bool:
    """Whether the process that claimed `owner` below `root` still runs."""
    path = root / ".owners" / f"{owner}.lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        with lock.acquire(blocking=False):
            path.unlink(missing_ok=True)
    except Timeout:
        return True
    return False
