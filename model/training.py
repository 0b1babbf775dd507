"""Train a network from the command line; its run appears in the page.

    python -m model.training --recipe quick
    python -m model.training --network mlp_relu --epochs 10 --optimizer sgd --learning-rate 0.01
    python -m model.training --resume 20261121-090000-mnist-cnn-1a2b --epochs 2

The training itself is in model.training_loop.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from data import datasets
from data.errors import StrataError
from model.engine import versions
from model.networks import PRESETS, Network, NetworkError
from model.progress import Progress
from model.quiet_start import quiet_start
from model.recipes import RECIPES
from model.records import RunState
from model.runs import Run, RunError, Runs, default_root
from model.settings import BOUNDS, CHOICES, Settings

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130

_EPILOGUE = """\
Runs are kept in the folder that STRATA_RUNS names, else in ./runs: the page lists them, and `make run RUN=name` opens
on one. The same settings and seed give the same weights on the same machine, bit for bit: compare the hash that is
printed last. Ctrl-C, or Stop on the page, ends the training and keeps what it learned; --resume goes on from there.

Exit codes: 0 trained to its end or stopped on the page, 1 failed, 2 bad input, 130 stopped by Ctrl-C."""

_MEANINGS = {
    "dataset": "what to train on: " + ", ".join(datasets.NAMES) + ", or own-… as data.adding printed it",
    "network": "one of " + ", ".join(PRESETS) + ", or a .json file with a network as a run's config.json holds it",
    "epochs": "passes over the training images; with --resume, how many more",
    "batch_size": "images a step",
    "learning_rate": "of the optimiser; its peak, where the schedule is not constant",
    "optimizer": "what turns gradients into steps",
    "schedule": "how the learning rate changes: not at all, falling to 0, or rising for a quarter and then falling",
    "label_smoothing": "share of each label that is given to all classes alike",
    "shift_pixels": "augmentation: training images are moved by up to this many pixels",
    "rotation_degrees": "augmentation: turned by up to this many degrees",
    "scale_percent": "augmentation: resized by up to this many per cent",
    "validation_fraction": "share of the training images, the last ones, that only validate",
    "target_accuracy": "validation accuracy at which an epoch is the last; 0 for none",
    "seed": "of initial weights, shuffling, augmentation and dropout",
}


def parser() -> argparse.ArgumentParser:
    """Every setting as an option, with its bounds."""
    found = argparse.ArgumentParser(
        prog="python -m model.training",
        description="Train a network without the page. Options not given are the recipe's.",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    found.add_argument("--recipe", choices=list(RECIPES), help="settings to start from (standard)")
    begun = found.add_mutually_exclusive_group()
    begun.add_argument("--resume", metavar="RUN", help="go on with a run that was left, or train a finished one on")
    begun.add_argument("--again", metavar="RUN", help="train a run's settings anew, from the start")
    for setting in fields(Settings):
        bound, words = BOUNDS.get(setting.name), _MEANINGS[setting.name]
        kind = type(setting.default)
        found.add_argument(
            "--" + setting.name.replace("_", "-"),
            type=kind,
            choices=CHOICES.get(setting.name),
            metavar=None if setting.name in CHOICES else {int: "N", float: "X", str: "NAME"}[kind],
            help=f"{words} ({bound.low:g} to {bound.high:g}; {setting.default})" if bound else words,
        )
    return found


def main(arguments: list[str] | None = None) -> int:
    """Train as the arguments say; returns the exit code."""
    options = vars(parser().parse_args(arguments))
    try:
        run = _queued(options)
    except StrataError as error:
        print(f"python -m model.training: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    return _train(run)


def _queued(options: dict[str, Any]) -> Run:
    """The run that the options ask for, owned by this process."""
    runs = Runs(default_root())
    given = {setting.name: options[setting.name] for setting in fields(Settings) if options[setting.name] is not None}
    recipe = {"recipe"} if options["recipe"] else set()
    if options["resume"]:
        _refuse(recipe | given.keys() - {"epochs"}, "--resume goes on with the run's own settings")
        run = runs.find(options["resume"])
        runs.queue_again(run, given.get("epochs", 0))
        return run
    if options["again"]:
        _refuse(recipe | given.keys(), "--again repeats the run's own settings")
        config = runs.find(options["again"]).config()
        return runs.create(config.settings, config.network, versions(), config.further_epochs)
    settings = {**asdict(RECIPES[options["recipe"] or "standard"]), **given}
    network = _network(settings["network"])
    return runs.create(Settings(**{**settings, "network": network.name}), network, versions())


def _refuse(names: set[str], why: str) -> None:
    if names:
        options = ", ".join("--" + name.replace("_", "-") for name in sorted(names))
        raise RunError(f"Received {options}, but {why}. Leave these out.")


def _network(name: str) -> Network:
    """A preset, or the network in a JSON file."""
    if name in PRESETS:
        return PRESETS[name]
    if not name.endswith(".json"):
        raise NetworkError(f"There is no network {name!r}. Expected one of {', '.join(PRESETS)}, or a .json file.")
    try:
        record = json.loads(Path(name).read_bytes())
    except (OSError, ValueError) as error:
        raise NetworkError(f"{name} cannot be read: {error}. Expected a JSON file with a network.") from error
    return Network.from_json(record)


def _train(run: Run) -> int:
    """Train in this process; Ctrl-C asks the run to stop, a second one ends it at once."""
    interrupted = False

    def stop(signal_number: int, frame: object) -> None:
        nonlocal interrupted
        interrupted = True
        run.request_stop()
        signal.signal(signal_number, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    progress = Progress(run, sys.stdout)
    try:
        progress.say(f"Run {run.id}: starting Keras, about 10 s")
        with quiet_start():
            from model.evaluation import evaluate
            from model.recording import record

        state = record(run, progress.take)
        if run.snapshot_steps() and state is not RunState.FAILED:
            progress.ended(evaluate(run.path, run.snapshot_steps()[-1]))
    finally:
        signal.signal(signal.SIGINT, before)
    status = run.status()
    if state is RunState.FAILED:
        print(status.message, file=sys.stderr)
        return EXIT_FAILED
    if status.message:
        progress.say(status.message)
    return EXIT_INTERRUPTED if interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
