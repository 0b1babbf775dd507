"""The run directory: the one record of a training, written as it goes and read by everyone.

    runs/<id>/config.json         what was asked for: settings, network, versions
    runs/<id>/data.json           which data it trains on, where that came from, its hash
    runs/<id>/status.json         where it stands
    runs/<id>/metrics.jsonl       one line a batch group, one line an epoch
    runs/<id>/snapshots/*.safetensors   the weights at a step, "<layer>/kernel" and "<layer>/bias"
    runs/<id>/stop                there once somebody asked it to stop

Whole files appear by write-then-rename; a line that has no end yet is not read. So nobody ever reads half of anything.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from data.errors import StrataError
from model import ownership
from model.networks import Network
from model.records import Config, DataRecord, Metrics, RunState, Status
from model.settings import Settings

PRETRAINED = Path(__file__).parent / "pretrained"
"""The run that comes with the project, shown before any training."""

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


class RunError(StrataError):
    """A run that is not there, cannot be read or cannot be written."""


class Run:
    """One run directory. Holds nothing but its path: every read is a read of the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def id(self) -> str:
        """The directory's name; sorts by creation."""
        return self.path.name

    def config(self) -> Config:
        """What was asked for; raises RunError if it cannot be read."""
        record = self._read_json("config.json")
        try:
            return Config(
                settings=Settings(**record["settings"]),
                network=Network.from_json(record["network"]),
                created=float(record["created"]),
                versions=record["versions"],
            )
        except (KeyError, TypeError, ValueError, StrataError) as error:
            raise self._broken("config.json", error) from error

    def data(self) -> DataRecord | None:
        """Which data it trains on; None until the worker has loaded it."""
        if not (self.path / "data.json").exists():
            return None
        record = self._read_json("data.json")
        try:
            return DataRecord(**{**record, "class_names": tuple(record["class_names"])})
        except (KeyError, TypeError) as error:
            raise self._broken("data.json", error) from error

    def class_names(self) -> tuple[str, ...]:
        """What the outputs stand for: digits until the data is known."""
        data = self.data()
        return data.class_names if data else tuple("0123456789")

    def status(self) -> Status:
        """Where it stands now: a run that nobody moves on any more is `interrupted`, whatever was written last."""
        record = self._read_json("status.json")
        try:
            status = Status(**{**record, "state": RunState(record["state"])})
        except (KeyError, TypeError, ValueError) as error:
            raise self._broken("status.json", error) from error
        if not status.state.is_active:
            return status
        if status.state is RunState.QUEUED and self.stop_requested():
            return replace(status, state=RunState.STOPPED, message="Stopped before its turn came.")
        if ownership.is_alive(self.path.parent, status.owner):
            return status
        # The owner may have written its last word between our read and the look at its lock.
        if self._read_json("status.json") != record:
            return self.status()
        return replace(status, state=RunState.INTERRUPTED, message=self._interrupted_message(status))

    def _interrupted_message(self, status: Status) -> str:
        if status.state is RunState.QUEUED:
            return "The server ended before this training's turn came. Press Train to start anew."
        steps = self.snapshot_steps()
        kept = f"Everything up to the snapshot at step {steps[-1]:,} is kept." if steps else "It had no snapshot yet."
        ended = f"The worker that trained this run was ended from outside at step {status.step:,}."
        return f"{ended} {kept} Press Train to start anew."

    def metrics(self) -> tuple[Metrics, ...]:
        """All lines written so far, oldest first."""
        try:
            text = (self.path / "metrics.jsonl").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        whole_lines = text[: text.rfind("\n") + 1].splitlines()
        try:
            return tuple(Metrics(**json.loads(line)) for line in whole_lines)
        except (TypeError, ValueError) as error:
            raise self._broken("metrics.jsonl", error) from error

    def snapshot_steps(self) -> tuple[int, ...]:
        """The steps at which weights were kept, ascending."""
        return tuple(sorted(int(path.stem) for path in (self.path / "snapshots").glob("[0-9]" * 8 + ".safetensors")))

    def snapshot_path(self, step: int) -> Path:
        """The file of the snapshot at `step`; raises RunError if there is none."""
        path = self.path / "snapshots" / f"{step:08d}.safetensors"
        if not path.is_file():
            kept = self.snapshot_steps()
            expected = f"one of {kept[0]:,} to {kept[-1]:,}" if kept else "none yet"
            raise RunError(f"Run {self.id} has no snapshot at step {step:,}. Expected {expected}.")
        return path

    def weights(self, step: int) -> dict[str, np.ndarray]:
        """The weights at `step` as float32, by "<layer>/kernel" and "<layer>/bias"."""
        try:
            weights = safetensors.numpy.load_file(self.snapshot_path(step))
        except (safetensors.SafetensorError, OSError) as error:
            raise self._broken(f"snapshots/{step:08d}.safetensors", error) from error
        return {name: array.astype(np.float32) for name, array in weights.items()}

    def stop_requested(self) -> bool:
        """Whether somebody asked this run to stop."""
        return (self.path / "stop").exists()

    def request_stop(self) -> None:
        """Ask the run to stop at its next batch group, on whatever machine it trains."""
        (self.path / "stop").touch()

    def write_status(self, status: Status) -> None:
        """Replace the status."""
        self._write("status.json", json.dumps(asdict(status)).encode())

    def write_data(self, data: DataRecord) -> None:
        """Record which data it trains on."""
        self._write("data.json", json.dumps(asdict(data), indent=1).encode())

    def append_metrics(self, metrics: Metrics) -> None:
        """Add a line to the curves."""
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(metrics), allow_nan=False) + "\n")

    def write_snapshot(self, step: int, weights: Mapping[str, np.ndarray]) -> None:
        """Keep the weights at `step`."""
        contiguous = {name: np.ascontiguousarray(array) for name, array in weights.items()}
        self._write(f"snapshots/{step:08d}.safetensors", safetensors.numpy.save(contiguous))

    def _write(self, name: str, content: bytes) -> None:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        half.write_bytes(content)
        half.replace(path)

    def _read_json(self, name: str) -> dict[str, Any]:
        try:
            record = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError) as error:
            raise self._broken(name, error) from error
        if not isinstance(record, dict):
            raise self._broken(name, TypeError(f"expected an object, received {type(record).__name__}"))
        return record

    def _broken(self, name: str, error: Exception) -> RunError:
        return RunError(
            f"Run {self.id} cannot be read: {name}: {error}. Expected the file that Strata wrote. "
            "Restore it, or delete the run's folder."
        )


class Runs:
    """All runs below one folder, and the one that comes with the project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(self, settings: Settings, network: Network, versions: Mapping[str, str]) -> Run:
        """A new run, queued and owned by this process; raises RunError where the folder cannot be written."""
        created = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
        run = Run(self.root / f"{stamp}-{settings.dataset}-{network.name}-{secrets.token_hex(2)}")
        config = {
            "settings": asdict(settings),
            "network": network.to_json(),
            "created": created,
            "versions": dict(versions),
        }
        try:
            owner = ownership.claim(self.root)
            run.path.mkdir(parents=True)
            run._write("config.json", json.dumps(config, indent=1).encode())
            run.write_status(Status(RunState.QUEUED, owner=owner))
        except OSError as error:
            raise RunError(
                f"The runs folder {self.root} cannot be written: {error.strerror}. Expected a folder with room for "
                "about 40 MB a run. Free some space, or set STRATA_RUNS to another folder."
            ) from error
        return run

    def find(self, run_id: str) -> Run:
        """The run of that id; raises RunError for one that is not there or could not be an id."""
        if run_id == PRETRAINED.name:
            return Run(PRETRAINED)
        if not _RUN_ID.fullmatch(run_id) or not (self.root / run_id / "config.json").is_file():
            raise RunError(f"There is no run {run_id[:80]!r} in {self.root}. Choose one of the list.")
        return Run(self.root / run_id)

    def all(self) -> tuple[Run, ...]:
        """Every trained run, newest first, without the pretrained one."""
        if not self.root.is_dir():
            return ()
        names = sorted((path.name for path in self.root.iterdir()), reverse=True)
        runs = (Run(self.root / name) for name in names if _RUN_ID.fullmatch(name))
        return tuple(run for run in runs if (run.path / "status.json").exists())


def default_root() -> Path:
    """Where runs are kept: STRATA_RUNS, else `runs` in the working directory."""
    return Path(os.environ.get("STRATA_RUNS") or "runs").resolve()
