"""An uploaded model as an ordinary run: its network, one snapshot of its weights, and where it came from."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from data import datasets
from data.errors import DatasetError
from data.refusals import plain
from model.networks import Network
from model.records import Config, DataRecord, RunState, Status
from model.run import Run
from model.run_folder import UPLOAD_FILE, RunError
from model.settings import BOUNDS, Settings
from model.snapshots import weights_hash
from model.uploads.admission import OwnModel

STEP = 0
"""It was not trained here."""
NO_DATASET = ""
_GENTLE_RATE = 1e-4
"""A tenth of what random weights begin with, which would undo much of what a model has learned."""
_TRAINED_VALUES = 200 * 10**6
"""Of all layers and pictures of a step: 0.8 GB, and once more for the gradients."""


@dataclass(frozen=True, slots=True)
class UploadRecord:
    """Where a run came from: the file and its SHA-256, what pixels it read, and what was changed."""

    file_name: str
    sha256: str
    size: int
    values: str
    notes: tuple[str, ...]
    difference: float


def matching(network: Network) -> tuple[str, ...]:
    """The data sets whose pictures and number of classes are this network's."""
    classes = network.placed()[-1].output_shape[-1]
    found = []
    for name in datasets.names():
        try:
            form = datasets.form(name)
        except DatasetError:
            continue
        if form.shape == network.input_shape and len(form.class_names) == classes:
            found.append(name)
    return tuple(found)


def matching_here(network: Network) -> tuple[str, ...]:
    """Those of `matching` that are on this machine."""
    return tuple(name for name in matching(network) if datasets.is_here(name))


def keep(root: Path, model: OwnModel, dataset: str = NO_DATASET, versions: Mapping[str, str] | None = None) -> Run:
    """A finished run of `model` below `root`, looked at with `dataset` (one of `matching`, or none).

    Raises RunError where the folder cannot be written, DatasetError for a data set that is not there or does not fit.
    """
    data = _data(model, dataset)
    created = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    run = Run(root / f"{stamp}-own-{_slug(model.network.name)}-{secrets.token_hex(2)}")
    config = Config(Settings(dataset=dataset, network=model.network.name), model.network, created, versions or {})
    unfinished = Run(root / f".{run.id}")
    try:
        unfinished.path.mkdir(parents=True)
        unfinished.write("config.json", json.dumps(config.to_json(), indent=1).encode())
        unfinished.write_snapshot(STEP, model.weights)
        unfinished.write(UPLOAD_FILE, json.dumps(asdict(_record(model)), indent=1).encode())
        unfinished.rename(_shown_name(model.file_name))
        if data is not None:
            unfinished.write_data(data)
        unfinished.write_status(Status(RunState.FINISHED, step=STEP, weights_hash=weights_hash(model.weights)))
        unfinished.path.rename(run.path)
    except OSError as error:
        shutil.rmtree(unfinished.path, ignore_errors=True)
        raise RunError(
            f"The model cannot be kept in {root}: {error.strerror}. Expected a folder with room for about "
            f"{4 * model.network.parameters / 1e6:,.0f} MB. Free some space, or set STRATA_RUNS to another folder."
        ) from error
    return run


def _record(model: OwnModel) -> UploadRecord:
    return UploadRecord(
        _shown_name(model.file_name), model.sha256, model.size, model.values, model.notes, model.difference
    )


def _shown_name(file_name: str) -> str:
    """A file's name fit for lists: without folders, what does not print and markup, at most 80 characters."""
    printable = "".join(one for one in Path(file_name.replace("\\", "/")).name if one.isprintable())
    return plain(printable)[:80] or "own model"


def _slug(name: str) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "-" for one in name.lower()).strip("-")[:24] or "model"


def _data(model: OwnModel, dataset: str) -> DataRecord | None:
    """The data set whose pictures and class names go with the model; none was trained on here."""
    if dataset == NO_DATASET:
        return None
    if dataset not in matching(model.network):
        raise DatasetError(
            f"Data set {dataset[:40]!r} does not fit {model.network.title}. Expected one of "
            f"{', '.join(matching(model.network)) or 'none'}. Choose one of these, or none."
        )
    found = datasets.load(dataset)
    return DataRecord(found.name, found.title, found.origin, found.sha256, found.class_names, 0, 0)


def further(run: Run, epochs: int) -> tuple[Settings, Network, dict[str, np.ndarray]]:
    """How to train a loaded model on: gently, on the data set that goes with it, from its own weights.

    Raises RunError for a model without a data set. As many pictures a step as there is memory for: training keeps the
    values of all layers.
    """
    data, config = run.needed_data(), run.config()
    room = _TRAINED_VALUES // config.network.values
    batch = next((size for size in (32, 16) if size <= room), int(BOUNDS["batch_size"].low))
    settings = Settings(
        dataset=data.name, network=config.network.name, epochs=epochs, batch_size=batch, learning_rate=_GENTLE_RATE
    )
    return settings, config.network, run.weights(run.snapshot_steps()[-1])


def record_of(run: Run) -> UploadRecord | None:
    """Where an uploaded run came from; None for one that was trained here. Raises RunError for a broken record."""
    if not run.is_uploaded:
        return None
    found: dict[str, Any] = run.read_json(UPLOAD_FILE)
    try:
        return replace(UploadRecord(**found), notes=tuple(map(str, found["notes"])))
    except (KeyError, TypeError) as error:
        raise run.broken(UPLOAD_FILE, error) from error
