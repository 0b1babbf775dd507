"""One run directory: the one record of a training, written as it goes and read by everyone.

    runs/<id>/config.json         what was asked for: settings, network, versions, further epochs
    runs/<id>/title.json          the name that somebody gave it
    runs/<id>/data.json           which data it trains on, where that came from, its hash
    runs/<id>/status.json         where it stands
    runs/<id>/metrics.jsonl       one line a batch group, one line an epoch
    runs/<id>/snapshots/*.safetensors   the weights at a step, "<layer>/kernel" and "<layer>/bias"
    runs/<id>/checkpoint.safetensors    all that is needed to go on from a step
    runs/<id>/evaluations/*.json  the test set's figures at a step, once somebody asked
    runs/<id>/stop                there once somebody asked it to stop

Whole files appear by write-then-rename; a line that has no end yet is not read. So nobody ever reads half of anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from data import datasets
from data.errors import DatasetError, StrataError
from model import ownership
from model.networks import Network
from model.records import Config, DataRecord, Evaluation, Metrics, RunState, Status
from model.reports import Checkpoint, Position
from model.run_folder import START_FILE, RunError, RunFolder
from model.settings import Settings

LONGEST_TITLE = 80
RESERVE_BYTES = 64 * 1024
"""Kept free in each run's folder while it trains, so that a full disk leaves room to say that it is full."""

_watched: set[Path] = set()
"""The runs that this process lets go on when their worker is lost."""


class Run(RunFolder):
    """One run directory. Holds nothing but its path: every read is a read of the disk.

    But for one word of `status`: whether this process lets a lost run go on (`say_that_it_goes_on`).
    """

    def config(self) -> Config:
        """What was asked for; raises RunError if it cannot be read."""
        record = self.read_json("config.json")
        try:
            return Config(
                settings=Settings(**record["settings"]),
                network=Network.from_json(record["network"]),
                created=float(record["created"]),
                versions=record["versions"],
                further_epochs=tuple(record.get("further_epochs", ())),
            )
        except (KeyError, TypeError, ValueError, StrataError) as error:
            raise self.broken("config.json", error) from error

    def title(self) -> str:
        """The name that somebody gave this run; empty if nobody did."""
        if not (self.path / "title.json").exists():
            return ""
        return str(self.read_json("title.json").get("title", ""))

    def rename(self, title: str) -> None:
        """Give the run a name, or none again with an empty one; raises RunError for one that is too long."""
        title = " ".join(title.split())
        if len(title) > LONGEST_TITLE:
            raise RunError(
                f"The name has {len(title)} characters. Expected at most {LONGEST_TITLE}. Choose a shorter one."
            )
        self.write("title.json", json.dumps({"title": title}).encode())

    def data(self) -> DataRecord | None:
        """Which data it trains on; None until the worker has loaded it."""
        if not (self.path / "data.json").exists():
            return None
        record = self.read_json("data.json")
        try:
            return DataRecord(**{**record, "class_names": tuple(record["class_names"])})
        except (KeyError, TypeError) as error:
            raise self.broken("data.json", error) from error

    def needed_data(self) -> DataRecord:
        """Which data it trains on, for what reads its test set; raises RunError where there is none, or not yet."""
        data = self.data()
        if data is not None:
            return data
        if self.is_uploaded:
            raise RunError(
                f"Run {self.id} was loaded without a data set. Expected one with labelled test pictures. Load the "
                "model again with a data set of its picture size and number of classes."
            )
        raise RunError(f"Run {self.id} has not loaded its data. Expected a snapshot to read. Wait for the first.")

    def class_names(self) -> tuple[str, ...]:
        """What the outputs stand for, also before the worker has loaded the data."""
        data = self.data()
        if data:
            return data.class_names
        try:
            return datasets.form(self.config().settings.dataset).class_names
        except DatasetError:  # it is gone, or there never was one
            count = self.config().network.placed()[-1].output_shape[-1]
            return tuple(f"class {place}" if self.is_uploaded else f"{place}" for place in range(count))

    def status(self) -> Status:
        """Where it stands now: a run that nobody moves on any more is `interrupted`, whatever was written last."""
        record = self.read_json("status.json")
        try:
            status = Status(**{**record, "state": RunState(record["state"])})
        except (KeyError, TypeError, ValueError) as error:
            raise self.broken("status.json", error) from error
        if not status.state.is_active:
            return status
        if status.state is RunState.QUEUED and self.stop_requested():
            return replace(status, state=RunState.STOPPED, message="Stopped before its turn came.")
        if ownership.is_alive(self.path.parent, status.owner):
            return status
        # The owner may have written its last word between our read and the look at its lock.
        if self.read_json("status.json") != record:
            return self.status()
        return replace(status, state=RunState.INTERRUPTED, message=self._interrupted_message(status))

    def is_active(self) -> bool:
        """Whether more is to come of it; of one that cannot be read, or was deleted, nothing is."""
        try:
            return self.status().state.is_active
        except RunError:
            return False

    def owner(self) -> str:
        """The process that moves it on, as last written."""
        return str(self.read_json("status.json").get("owner", ""))

    def _interrupted_message(self, status: Status) -> str:
        if status.state is RunState.QUEUED:
            return "The server ended before this training's turn came. Resume it, or train anew."
        steps = self.snapshot_steps()
        kept = f"Everything up to the snapshot at step {steps[-1]:,} is kept." if steps else "It had no snapshot yet."
        ended = f"The worker that trained this run was ended from outside at step {status.step:,}."
        if self.path in _watched:
            return f"{ended} {kept} It goes on by itself within a minute."
        return f"{ended} {kept} Resume it, or train anew."

    def say_that_it_goes_on(self, goes_on: bool) -> None:
        """Whether this process lets it go on when its worker is lost, so that nobody is told to resume it."""
        (_watched.add if goes_on else _watched.discard)(self.path)

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
            raise self.broken("metrics.jsonl", error) from error

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
            raise self.broken(f"snapshots/{step:08d}.safetensors", error) from error
        return {name: array.astype(np.float32) for name, array in weights.items()}

    def start(self) -> dict[str, np.ndarray] | None:
        """The weights that its training begins with, by "<layer>/<weight>"; None where they are random."""
        path = self.path / START_FILE
        if not path.exists():
            return None
        try:
            return safetensors.numpy.load_file(path)
        except (safetensors.SafetensorError, OSError) as error:
            raise self.broken(START_FILE, error) from error

    def checkpoint(self) -> Checkpoint | None:
        """Where the training can go on; None if it was left before there was a checkpoint."""
        path = self.path / "checkpoint.safetensors"
        if not path.exists():
            return None
        try:
            with safetensors.safe_open(path, "numpy") as file:
                position = json.loads(file.metadata()["position"])
                variables = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a mapping
            return Checkpoint(
                position.pop("step"),
                variables=variables,
                seconds=position.pop("seconds"),
                position=Position(**position),
            )
        except (safetensors.SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise self.broken("checkpoint.safetensors", error) from error

    def evaluation(self, step: int) -> Evaluation | None:
        """The test set's figures at `step`; None until somebody asked for them, see model.evaluation."""
        name = f"evaluations/{step:08d}.json"
        if not (self.path / name).exists():
            return None
        try:
            return Evaluation(**self.read_json(name))
        except TypeError as error:
            raise self.broken(name, error) from error

    def stop_requested(self) -> bool:
        """Whether somebody asked this run to stop."""
        return (self.path / "stop").exists()

    def request_stop(self) -> None:
        """Ask the run to stop at its next batch group, on whatever machine it trains."""
        (self.path / "stop").touch()

    def write_status(self, status: Status) -> None:
        """Replace the status."""
        self.write("status.json", json.dumps(asdict(status)).encode())

    def write_data(self, data: DataRecord) -> None:
        """Record which data it trains on."""
        self.write("data.json", json.dumps(asdict(data), indent=1).encode())

    def append_metrics(self, metrics: Metrics) -> None:
        """Add a line to the curves."""
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(metrics), allow_nan=False) + "\n")

    def write_snapshot(self, step: int, weights: Mapping[str, np.ndarray]) -> None:
        """Keep the weights at `step`."""
        contiguous = {name: np.ascontiguousarray(array) for name, array in weights.items()}
        self.write(f"snapshots/{step:08d}.safetensors", safetensors.numpy.save(contiguous))

    def write_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint."""
        position = {"step": checkpoint.step, "seconds": checkpoint.seconds, **asdict(checkpoint.position)}
        content = safetensors.numpy.save(checkpoint.variables, {"position": json.dumps(position)})
        self.write("checkpoint.safetensors", content)

    def write_evaluation(self, step: int, evaluation: Evaluation) -> None:
        """Keep the test set's figures at `step`."""
        self.write(f"evaluations/{step:08d}.json", json.dumps(asdict(evaluation)).encode())

    def reserve_room(self) -> None:
        """Keep a little room on the disk for the run's last words."""
        self.write(".reserve", bytes(RESERVE_BYTES))

    def free_room(self) -> None:
        """Let go of what `reserve_room` kept."""
        (self.path / ".reserve").unlink(missing_ok=True)

    def go_back_to(self, checkpoint: Checkpoint | None) -> None:
        """Forget what the curves say after `checkpoint`, and the halves of files that a kill left behind."""
        self.remove_halves()
        if checkpoint is None:
            (self.path / "metrics.jsonl").unlink(missing_ok=True)
            return
        validated = checkpoint.position.batches == 0
        kept = [
            json.dumps(asdict(line)) + "\n"
            for line in self.metrics()
            if line.step < checkpoint.step or (line.step == checkpoint.step and (validated or line.val_loss is None))
        ]
        self.write("metrics.jsonl", "".join(kept).encode())
