"""What happens on a worker of a Dask cluster: its own warm processes do the jobs, and say what they are at.

A Dask worker hands a job to a child process of the same kind as the server has on one machine. So Keras's start does
not silence the worker, a hanging job can be ended, a training runs at low priority, and nothing of one job stays for
the next. The children end with their worker: their runs go on elsewhere.

The server imports this file too; functions cross by name, so both sides need the same version of Strata.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import multiprocessing
import pickle
import platform
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from data import datasets
from model import ownership
from model.analyses import Analysis
from model.pools import Pool, PoolStanding
from model.runs import PRETRAINED, default_root

ROLES: Final = ("inference", "analysis", "training")
_NICENESS = {"inference": 0, "analysis": 5, "training": 10}

_pools: dict[str, Pool] = {}
_given: dict[str, dict[str, Future[Any]]] = {}
"""The jobs of each kind that have not ended, by their keys, the oldest first: that one is at work."""
_name = uuid.uuid4().hex
_roles: tuple[str, ...] = ROLES
_heard: str | None = None
_say: Callable[[str], object] = logging.getLogger(__name__).info


@dataclass(frozen=True, slots=True)
class Place:
    """A path below the runs' folder or the pretrained run, which each machine may have elsewhere."""

    base: str
    below: str

    @classmethod
    def of(cls, path: Path, root: Path) -> Place | Path:
        """Where `path` is, `root` being the runs' folder here; `path` itself where it is in neither."""
        for base, folder in (("runs", root), ("pretrained", PRETRAINED)):
            if path.is_relative_to(folder):
                return cls(base, path.relative_to(folder).as_posix())
        return path

    @property
    def path(self) -> Path:
        """Where it is on this machine."""
        return (default_root() if self.base == "runs" else PRETRAINED) / self.below


def portable(value: Any, root: Path) -> Any:
    """An argument as another machine can have it."""
    if isinstance(value, Path):
        return Place.of(value, root)
    if isinstance(value, Analysis):
        return value, Place.of(value.run_path, root)
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, Place):
        return value.path
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Analysis):
        return replace(value[0], run_path=_unpacked(value[1]))
    return value


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    """What each process of a worker is at, by role, and the built-in data sets that are on its machine.

    given: the keys of the jobs that have not ended, by role, that at work first. name: the worker's own, which it keeps
    when it comes back to a scheduler under another address.
    """

    pools: dict[str, PoolStanding] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a worker is. sees: what it reads in the file it was asked for; empty where it does not see it.

    standing: what it is at already, for other servers or for this one before the scheduler went.
    """

    roles: tuple[str, ...]
    machine: str
    root: str
    sees: str
    versions: dict[str, str]
    daemon: bool
    standing: WorkerStanding = field(default_factory=WorkerStanding)


def versions() -> dict[str, str]:
    """What must be the same on both sides, by name."""
    packages = ("distributed", "tensorflow", "keras", "numpy")
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Strata": _code(), "Python": python, **{package: version(package) for package in packages}}


@functools.cache
def _code() -> str:
    """A short hash of the code that both sides run."""
    project = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(path for package in ("data", "model") for path in (project / package).rglob("*.py")):
        digest.update(path.relative_to(project).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def probe(file: Place) -> Probe:
    """What this worker is, and what it reads in `file`."""
    try:
        sees = file.path.read_text(encoding="utf-8")
    except OSError:
        sees = ""
    daemon = bool(multiprocessing.current_process().daemon)
    return Probe(_roles, ownership.machine(), str(default_root()), sees, versions(), daemon, standing())


def listen(say: Callable[[str], object]) -> None:
    """Let what servers tell this worker be said by `say`."""
    global _say, _heard
    _say, _heard = say, None


def hear(problem: str) -> None:
    """Say whether a server uses this worker, and if not why; the same words once."""
    global _heard
    if problem != _heard:
        _heard = problem
        _say(f"Not used: {problem}" if problem else f"At work, runs in {default_root()}")


def _datasets() -> tuple[str, ...]:
    return tuple(name for name in datasets.NAMES if datasets.is_here(name))


def hush() -> None:
    """Let Dask's own log be silent: it tells at length what the server and its page tell in words."""
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def take(roles: tuple[str, ...]) -> None:
    """Say which kinds of jobs this worker takes."""
    global _roles
    _roles = roles


async def warm(role: str) -> float:
    """Start the process for a kind of jobs; returns once Keras is ready in it."""
    return await asyncio.wrap_future(_pool(role).warm_up())


async def work(role: str, packed: bytes, key: str) -> Any:
    """Do a job in the process for its kind; packed: a function of model.jobs and its arguments, pickled.

    key: what orders call it by. Raises BrokenProcessPool where the process dies of it.
    """
    function, arguments = pickle.loads(packed)  # noqa: S301  the server's, whom a worker obeys in everything
    future = _pool(role).submit(function, *map(_unpacked, arguments))
    given = _given.setdefault(role, {})
    given[key] = future
    # Not at this coroutine's end: Dask cancels it when the scheduler goes, and the process stays at its job.
    future.add_done_callback(lambda _: given.pop(key, None))
    return await asyncio.wrap_future(future)


def standing() -> WorkerStanding:
    """What each process is at, and which data is here."""
    pools = {role: pool.standing() for role, pool in list(_pools.items())}
    return WorkerStanding(pools, _datasets(), {role: tuple(given) for role, given in list(_given.items())}, _name)


# Orders: coroutines, for Dask runs nothing else without waiting for its end; in threads, for they may take seconds, and
# the worker's event loop has the scheduler to answer.


async def kill(role: str, key: str) -> None:
    """End the process of a kind of jobs, which hangs at the job of that key; nothing where it is at another one."""
    given = dict(_given.get(role, {}))
    if next(iter(given), None) == key:
        threading.Thread(target=_pool(role).kill_workers, args=(given[key],), name=f"kill-{role}", daemon=True).start()


async def renew(role: str) -> None:
    """Put a new process in the place of one that has grown too large."""
    threading.Thread(target=_pool(role).renew, name=f"renew-{role}", daemon=True).start()


async def close(role: str) -> None:
    """End the process of a kind of jobs; where it is at one, which is another server's, a new one follows it."""
    end = _pool(role).renew if _given.get(role) else _pool(role).shutdown
    threading.Thread(target=end, name=f"close-{role}", daemon=True).start()


def close_all() -> None:
    """End all processes; returns when they have ended."""
    for pool in list(_pools.values()):
        pool.shutdown()


def _pool(role: str) -> Pool:
    if role not in _pools:
        _pools[role] = Pool(role, workers=1, niceness=_NICENESS[role], outlives=False)
    return _pools[role]
