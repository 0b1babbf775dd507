"""What can be wrong with a cluster before anything runs on it, in words that say what to do."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model import cluster_jobs

if TYPE_CHECKING:
    from distributed import Client

ANSWER_SECONDS = 5.0
"""How long the scheduler may take for an answer that takes it milliseconds."""
_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss)://(\S+):(\d{1,5})")
_COMMAND = "python -m model.cluster_worker"
_JOBS = {"inference": "readings of pictures", "analysis": "analyses", "training": "trainings"}


def parted(address: str) -> tuple[str, int] | None:
    """Host and port of what Dask can be reached at; None of anything else."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 1 <= int(found[2]) <= 65535:
        return None
    return found[1].strip("[]"), int(found[2])


def of_setting(address: str) -> str:
    """What is wrong with STRATA_SCHEDULER, or with this machine."""
    if importlib.util.find_spec("distributed") is None:
        return (
            "STRATA_SCHEDULER is set, but Dask is not installed. Expected the package distributed. "
            "Install it: pip install -r requirements-cluster.txt"
        )
    if parted(address) is None:
        return (
            f"STRATA_SCHEDULER is {address!r}. Expected an address such as tcp://host:8786, with a port from 1 to "
            "65535. Correct it and start again."
        )
    return ""


def of_silence(address: str, error: BaseException) -> str:
    """The scheduler does not answer."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].replace(f" trying to connect to {address}", "")
    return (
        f"The Dask scheduler at {address} does not answer ({reason[:160]}). Trainings that are at work go on. "
        "Start it, or correct STRATA_SCHEDULER; the connection is tried again every few seconds."
    )


def of_no_worker(address: str) -> str:
    """The scheduler is alone."""
    return (
        f"The Dask scheduler at {address} has no worker. Expected at least one. Start one in Strata's folder: "
        f"{_COMMAND} {address}"
    )


def of_no_role(address: str, roles: list[str]) -> str:
    """Its workers leave kinds of jobs to others that are not there."""
    return (
        f"No worker of the cluster takes {' or '.join(_JOBS[role] for role in roles)}. Expected at least one for each. "
        f"Start one in Strata's folder: {_COMMAND} {address} --roles {','.join(roles)}"
    )


def of_no_data(title: str, name: str) -> str:
    """A training waits whose data no worker has."""
    own = ", or set STRATA_MNIST there" if name == "mnist" else ""
    return (
        f"No worker has {title}: the one that trains downloads it, or without the internet trains on the small digits. "
        f"Put it into Keras's cache on a worker's machine{own}."
    )


def of_scheduler(address: str, client: Client) -> str:
    """What is wrong with the scheduler's versions; raises OSError where it does not say."""
    theirs: dict[str, Any] = client.sync(client.scheduler.versions, packages=None, callback_timeout=ANSWER_SECONDS)
    there = {**theirs["packages"], "Python": ".".join(theirs["host"]["python"].split(".")[:2])}
    here = cluster_jobs.versions()
    return _differs(f"The Dask scheduler at {address}", {name: here[name] for name in ("Python", "distributed")}, there)


def of_worker(address: str, scheduler: str, probe: Any, root: Path, content: str) -> str:
    """What is wrong with a worker that answered `probe`, a Probe or an error, where its file holds `content`."""
    if isinstance(probe, TimeoutError):
        return (
            f"The Dask worker {address} does not answer. Expected one that does. Trainings that hang there go on "
            "elsewhere. Look after its machine; it is asked again every few seconds."
        )
    if not isinstance(probe, cluster_jobs.Probe):
        return (
            f"The Dask worker {address} does not know this version of Strata ({type(probe).__name__}: {probe}). "
            f"Expected one that was started in its folder by: {_COMMAND} {scheduler}"
        )
    if differs := _differs(f"The Dask worker {address}", cluster_jobs.versions(), probe.versions):
        return differs
    if probe.sees != content:
        return (
            f"The Dask worker {address} does not see the runs folder {root}: it has {probe.root}. Expected the same "
            "folder on every machine. Share it, and start the worker with STRATA_RUNS set to it."
        )
    if probe.daemon:
        return (
            f"The Dask worker {address} may not start processes of its own. Expected one that was started by: "
            f"{_COMMAND} {scheduler}"
        )
    return ""


def _differs(who: str, ours: dict[str, str], theirs: dict[str, str]) -> str:
    """Words for versions that are not the same."""
    names = [name for name in ours if theirs.get(name) != ours[name]]
    if not names:
        return ""
    received = ", ".join(f"{name} {theirs.get(name, 'none')}" for name in names)
    expected = ", ".join(f"{name} {ours[name]}" for name in names)
    return f"{who} has {received}. Expected the server's {expected}. Install the same version of Strata everywhere."
