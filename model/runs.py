"""All runs below one folder: made, found, trained on, deleted. What a single run holds is in model.run."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import safetensors.numpy
from filelock import FileLock

from data import datasets, own
from model import ownership
from model.fitting import fitted
from model.networks import Network, NetworkError
from model.records import Config, RunState, Status
from model.run import Run
from model.run_folder import START_FILE, RunError
from model.settings import BOUNDS, Settings

__all__ = ["PRETRAINED", "Run", "RunError", "Runs", "check_trainable", "default_root", "expected_bytes", "is_run_id"]

PRETRAINED = Path(__file__).parent / "pretrained"
"""The run that comes with the project, shown before any training."""

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_KERAS_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_CURVES_BYTES = 2_000_000
INPUT_SHAPE, CLASSES = (28, 28, 1), 10
"""What the built-in data sets have."""


class Runs:
    """All runs below one folder, and the one that comes with the project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def create(
        self,
        settings: Settings,
        network: Network,
        versions: Mapping[str, str],
        further_epochs: tuple[int, ...] = (),
        start: Mapping[str, np.ndarray] | None = None,
    ) -> Run:
        """A new run of `network`, fitted to an own data set, queued and owned by this process.

        start: the weights it begins with, by "<layer>/<weight>", in place of random ones.
        Raises RunError where the folder cannot be written, NetworkError for a network that does not fit, DatasetError
        for a data set that is unknown or gone.
        """
        form = datasets.form(settings.dataset)
        if own.is_own(settings.dataset):
            network = fitted(network, form.shape, len(form.class_names))
        check_trainable(network, form.shape, len(form.class_names))
        created = time.time()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
        run = Run(self.root / f"{stamp}-{settings.dataset}-{_slug(network.name)}-{secrets.token_hex(2)}")
        config = Config(settings, network, created, versions, further_epochs)
        with self._writing(config):
            owner = ownership.claim(self.root)
            unfinished = Run(self.root / f".{run.id}")
            unfinished.path.mkdir(parents=True)
            unfinished.write("config.json", json.dumps(config.to_json(), indent=1).encode())
            if start is not None:
                unfinished.write(START_FILE, safetensors.numpy.save(dict(start)))
            unfinished.write_status(Status(RunState.QUEUED, owner=owner))
            unfinished.path.rename(run.path)
        return run

    def queue_again(self, run: Run, further_epochs: int = 0) -> None:
        """Queue a run that was left, to go on from its checkpoint, or a finished one for further epochs.

        Raises RunError for a run that is at work, that needs further epochs and gets none, or that cannot be written.
        """
        self._check_own(run, "trained on")
        if run.is_uploaded:
            raise RunError(
                f"Run {run.id} was loaded from a file, without what its training had come to. Expected a run that was "
                "trained here. Train on, on the page, makes a run of its own that begins with its weights."
            )
        with self._writing(run.config()):
            owner = ownership.claim(self.root)
            # One at a time: two tabs may press the same button.
            with FileLock(self.root / ".owners" / "queueing.lock"):
                self._queue_again(run, further_epochs, owner)

    def _queue_again(self, run: Run, further_epochs: int, owner: str) -> None:
        config, status, most = run.config(), run.status(), int(BOUNDS["epochs"].high)
        if status.state.is_active:
            raise RunError(f"Run {run.id} is {status.state}. Expected one that has ended. Stop it first.")
        least = 1 if status.state is RunState.FINISHED else 0
        if not least <= further_epochs <= most or config.epochs + further_epochs > most:
            raise RunError(
                f"Run {run.id} is {status.state} with {config.epochs} epochs asked for. Expected {least} to "
                f"{most - config.epochs} further epochs, received {further_epochs}."
            )
        if further_epochs:
            config = replace(config, further_epochs=(*config.further_epochs, further_epochs))
            run.write("config.json", json.dumps(config.to_json(), indent=1).encode())
        (run.path / "stop").unlink(missing_ok=True)
        run.write_status(replace(status, state=RunState.QUEUED, message="", owner=owner, seconds_left=None))

    def delete(self, run: Run) -> None:
        """Remove the run and all that it kept; raises RunError for one that is at work or cannot be removed."""
        self._check_own(run, "deleted")
        if run.is_active():  # a broken one is not: deleting is what its message advises
            raise RunError(f"Run {run.id} is at work. Expected one that has ended. Stop it first.")
        leaving = run.path.with_name(f".deleted-{run.id}")
        try:
            # Gone from the list at once, and whole until then.
            run.path.rename(leaving)
            for gone in self.root.glob(".deleted-*"):  # a kill may have left others half removed
                shutil.rmtree(gone)
        except OSError as error:
            raise RunError(
                f"Run {run.id} cannot be deleted: {error.strerror}. Expected a folder that can be changed. "
                f"Delete {run.path} by hand."
            ) from error

    def _check_own(self, run: Run, what: str) -> None:
        if run.path == PRETRAINED:
            raise RunError(f"The pretrained network comes with Strata and cannot be {what}. Train a network first.")
        self.find(run.id)

    @contextmanager
    def _writing(self, config: Config) -> Iterator[None]:
        """Turn what keeps a run from being written into words, before any training."""
        needed = expected_bytes(config)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.root).free
            if free < needed:
                raise RunError(
                    f"The runs folder {self.root} has {free / 1e6:,.0f} MB left. Expected room for about "
                    f"{needed / 1e6:,.0f} MB, which this run may need. Free some space, delete runs, or set "
                    "STRATA_RUNS to another folder."
                )
            yield
        except OSError as error:
            raise RunError(
                f"The runs folder {self.root} cannot be written: {error.strerror}. Expected a folder with room for "
                f"about {needed / 1e6:,.0f} MB. Free some space, or set STRATA_RUNS to another folder."
            ) from error

    def find(self, run_id: str) -> Run:
        """The run of that id; raises RunError for one that is not there or could not be an id."""
        if run_id == PRETRAINED.name:
            return Run(PRETRAINED)
        if not is_run_id(run_id) or not (self.root / run_id / "config.json").is_file():
            raise RunError(f"There is no run {run_id[:80]!r} in {self.root}. Choose one of the list.")
        return Run(self.root / run_id)

    def all(self) -> tuple[Run, ...]:
        """Every trained run, newest first, without the pretrained one."""
        if not self.root.is_dir():
            return ()
        names = sorted((path.name for path in self.root.iterdir()), reverse=True)
        runs = (Run(self.root / name) for name in names if is_run_id(name))
        return tuple(run for run in runs if (run.path / "status.json").exists())


def is_run_id(name: str) -> bool:
    """Whether a run could be called this: what is not never reaches the disk."""
    return _RUN_ID.fullmatch(name) is not None


def check_trainable(network: Network, shape: tuple[int, int, int] = INPUT_SHAPE, classes: int = CLASSES) -> None:
    """Raise NetworkError unless `network` turns a picture of `shape` into probabilities of so many classes."""
    placed = network.placed()
    for name in (network.name, *(layer.name for layer in network.layers)):
        if not _KERAS_NAME.fullmatch(name):
            raise NetworkError(
                f"Network {network.title} has the name {name!r} in it. Expected letters of the English alphabet, "
                "digits, dots, dashes and underscores, the first a letter or digit. Give it another."
            )
    if not placed or network.input_shape != shape or placed[-1].output_shape != (classes,):
        made = placed[-1].output_shape if placed else network.input_shape
        raise NetworkError(
            f"Network {network.title} makes {made} of {network.input_shape}. Expected ({classes},) of {shape}: a value "
            f"for each class of a picture. End with a flatten layer and a dense layer of {classes} units."
        )
    activation = getattr(placed[-1].layer, "activation", "linear")
    if activation not in {"softmax", "sigmoid"}:
        raise NetworkError(
            f"Network {network.title} ends with the activation {activation}. Expected softmax or sigmoid, whose values "
            "lie between 0 and 1. Change the last layer's."
        )


def _slug(name: str) -> str:
    """A network's name as a part of a folder's."""
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:24] or "network"


def expected_bytes(config: Config) -> int:
    """At most how much room a run takes: its snapshots in half precision, one checkpoint and its next, its curves."""
    snapshots = 53 + 20 * len(config.further_epochs)
    checkpoints = 2 * 3  # weights and two moments each; the next stands beside the last until it is whole
    return config.network.parameters * (2 * snapshots + 4 * checkpoints) + _CURVES_BYTES


def default_root() -> Path:
    """Where runs are kept: STRATA_RUNS, else `runs` in the working directory."""
    return Path(os.environ.get("STRATA_RUNS") or "runs").resolve()
