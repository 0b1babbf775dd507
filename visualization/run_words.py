"""A run in words: its name, what it was asked for and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from data import datasets
from data.errors import StrataError
from model.records import Config
from model.runs import PRETRAINED, Run
from model.settings import Settings
from visualization import summary

_LABELS = {
    "dataset": "dataset",
    "network": "network",
    "epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate": "learning rate",
    "optimizer": "optimiser",
    "schedule": "schedule",
    "label_smoothing": "label smoothing",
    "shift_pixels": "shift",
    "rotation_degrees": "rotation",
    "scale_percent": "scale",
    "validation_fraction": "validation split",
    "target_accuracy": "target accuracy",
    "seed": "seed",
}
_UNITS = {"shift_pixels": " pixels", "rotation_degrees": "°", "scale_percent": " %"}
_SHARES = {"validation_fraction", "target_accuracy"}
_SELDOM = {"label_smoothing", "shift_pixels", "rotation_degrees", "scale_percent", "target_accuracy"}


def name(run: Run) -> str:
    """The name that somebody gave it, else when it began and what it trains, or that its folder is broken.

    It does not change while the run goes on: a label that changes makes a selectbox forget what was chosen.
    """
    if run.path == PRETRAINED:
        return "Pretrained, comes with Strata"
    try:
        config, data, title = run.config(), run.data(), run.title()
    except StrataError:
        return f"{run.id} (cannot be read)"
    if title:
        return title
    asked_for = config.settings.dataset
    dataset = data.title if data else datasets.title(asked_for)
    day, clock = run.id[4:8], run.id[9:15]
    when = f"{day[2:]}/{day[:2]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"
    epochs = config.settings.epochs
    return f"{when} · {dataset}, {epochs} epoch{'' if epochs == 1 else 's'}"


def names(runs: Iterable[Run]) -> dict[str, str]:
    """Their names by id, each another: of those alike the oldest keeps it, the others are numbered as they came.

    A selectbox knows its options by what it writes.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for run in sorted(runs, key=lambda run: run.id):
        own = numbered = name(run)
        count = 1
        while numbered in taken:
            count += 1
            numbered = f"{own} ({count})"
        taken.add(numbered)
        found[run.id] = numbered
    return found


def settings(config: Config) -> dict[str, str]:
    """What a run was asked for: labels and values for people, without what was left out."""
    words = {}
    for field in fields(Settings):
        value = getattr(config.settings, field.name)
        if field.name in _SELDOM and not value:
            continue
        if field.name == "network":
            value = f"{config.network.title}, {config.network.parameters:,} parameters"
        elif field.name in _SHARES:
            value = f"{100 * value:g} %"
        words[_LABELS[field.name]] = f"{value:g}" if isinstance(value, float) else f"{value}"
        words[_LABELS[field.name]] += _UNITS.get(field.name, "")
    if config.further_epochs:
        words["epochs"] = " + ".join(map(str, config.parts))
    return words


def asked_for(run: Run) -> dict[str, str]:
    """The settings of a run; of one that was loaded from a file its network, for the rest is not known."""
    words = settings(run.config())
    return {"network": words["network"]} if run.is_uploaded else words


def outcome(run: Run) -> dict[str, str]:
    """Where a run stands and what it left; raises RunError where it cannot be read."""
    status, data, config = run.status(), run.data(), run.config()
    steps = run.snapshot_steps()
    words = {
        "state": "loaded from a file"
        if run.is_uploaded
        else f"{status.state}, step {status.step:,} of {status.total_steps:,}",
        **({} if run.is_uploaded else {"time": f"{status.seconds:.1f} s"}),
        "weights hash": status.weights_hash or "told when the run has ended",
        "snapshots": f"{len(steps)}",
        "on disk": summary.megabytes(run.disk_bytes()),
    }
    if data and run.is_uploaded:
        words["data"] = f"{data.title}, to look at, {data.sha256[:8]}"
    elif data:
        words["data"] = f"{data.title}, {data.train_images:,} + {data.validation_images:,} images, {data.sha256[:8]}"
    if config.versions:
        words["versions"] = ", ".join(f"{package} {version}" for package, version in config.versions.items())
    return words
