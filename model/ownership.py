"""Who works on a run, told in a way that survives kill -9: a file lock that the system frees when its process ends.

A process id would not do: ids are reused, and another machine's say nothing here.
"""

from __future__ import annotations

import functools
import uuid
from pathlib import Path

from filelock import FileLock, Timeout


@functools.cache
def claim(root: Path) -> str:
    """The name under which this process owns runs below `root`; its lock is held until the process ends."""
    owners = root / ".owners"
    owners.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    lock = FileLock(owners / f"{name}.lock")
    lock.acquire(blocking=False)
    _held.append(lock)
    return name


# A lock object that is garbage collected lets its lock go.
_held: list[FileLock] = []


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
