"""Drain a training into its run directory: the one writer of a run while it trains."""

from __future__ import annotations

import errno
import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from data.datasets import Dataset
from data.errors import StrataError
from model import ownership
from model.acquisition import AcquisitionStopped, acquire
from model.records import DataRecord, Metrics, RunState
from model.reports import Began, Checkpoint, Ended, Epoch, Group, Report, Snapshot, Validating
from model.runs import Run, RunError
from model.snapshots import halved, weights_hash
from model.training_loop import train

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Clock:
    """Speed and time left. Images/s over the last groups only: the first ones compile."""

    began: float
    before: float = 0.0
    total_images: int = 0
    rate: float = 0.0
    images: int = 0
    validation_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """Spent on this run so far, in this process and, `before`, in those that left it."""
        return self.before + time.perf_counter() - self.began

    def trained(self, images: int, seconds: float) -> None:
        """A group of `images` took `seconds`."""
        newest = images / seconds
        self.rate = newest if not self.rate else 0.8 * self.rate + 0.2 * newest
        self.images += images

    def seconds_left(self, epochs_left: int) -> float | None:
        """Seconds to the end, validations included; None before anything is known."""
        if not self.rate:
            return None
        return (self.total_images - self.images) / self.rate + epochs_left * self.validation_seconds


class TakenOver(StrataError):
    """The run is another process's by now."""


class Recorder:
    """Turns reports into the files of one run."""

    def __init__(self, run: Run) -> None:
        self.run, self.config = run, run.config()
        owner = ownership.claim(run.path.parent)
        self.status = replace(run.status(), state=RunState.STARTING, message="", owner=owner, weights_hash="")
        self.checkpoint = run.checkpoint()
        self.clock = _Clock(time.perf_counter(), before=self.checkpoint.seconds if self.checkpoint else 0.0)
        self._validation_began = 0.0

    def check_own(self) -> None:
        """Raise TakenOver where somebody gave this run to another process, believing this one lost."""
        if self.run.owner() != self.status.owner:
            raise TakenOver(f"Run {self.run.id} goes on elsewhere. Expected to be the only one that trains it.")

    def say(self, state: RunState, message: str = "", **changes: Any) -> None:
        """Write where the run stands."""
        self.status = replace(self.status, state=state, message=message, seconds=self.clock.seconds, **changes)
        self.run.write_status(self.status)

    def take(self, report: Report, dataset: Dataset, note: str) -> None:
        """Write one report down."""
        self.check_own()
        match report:
            case Began():
                self._began(report, dataset, note)
            case Group():
                self.clock.trained(report.images, report.seconds)
                self.run.append_metrics(self._metrics(report))
                self._progress(RunState.TRAINING, report.step, report.epoch)
                self._validation_began = time.perf_counter()
            case Validating():
                self._progress(RunState.VALIDATING, report.step, report.epoch, f"{report.done:,} of {report.images:,}")
            case Epoch():
                self.clock.validation_seconds = time.perf_counter() - self._validation_began
                self.run.append_metrics(self._metrics(report))
            case Snapshot():
                self.run.write_snapshot(report.step, report.weights if report.last else halved(report.weights))
                if report.last:
                    self.status = replace(self.status, step=report.step, weights_hash=weights_hash(report.weights))
            case Checkpoint():
                self.run.write_checkpoint(replace(report, seconds=self.clock.seconds))
            case Ended():
                pass  # `record` says it, once everything is written

    def _began(self, report: Began, dataset: Dataset, note: str) -> None:
        self.clock.total_images = report.train_images * self.config.epochs
        # The last batch of an epoch is smaller: close enough for the time left.
        self.clock.images = round(self.clock.total_images * report.step / report.total_steps)
        self.run.write_data(_data_record(report, dataset, note))
        self.clock.began = time.perf_counter()
        self.say(RunState.TRAINING, step=report.step, total_steps=report.total_steps)

    def _metrics(self, report: Group | Epoch) -> Metrics:
        return Metrics(
            step=report.step,
            epoch=report.epoch,
            seconds=self.clock.seconds,
            loss=report.loss,
            accuracy=report.accuracy,
            images_per_second=self.clock.rate,
            learning_rate=report.learning_rate,
            val_loss=report.val_loss if isinstance(report, Epoch) else None,
            val_accuracy=report.val_accuracy if isinstance(report, Epoch) else None,
        )

    def _progress(self, state: RunState, step: int, epoch: int, message: str = "") -> None:
        left = self.clock.seconds_left(self.config.epochs - epoch + 1)
        self.say(state, message, step=step, epoch=epoch, images_per_second=self.clock.rate, seconds_left=left)


def record(run: Run, on_report: Callable[[Report], None] = lambda report: None) -> RunState:
    """Train `run` to its end, or until it is asked to stop, and say how it ended; from its checkpoint if it has one.

    `on_report` sees every report after it is written. A StrataError or a folder that cannot be written any more ends
    the run as failed with its message; any other error is a bug: it is recorded too, and raised. Once the run is
    another process's, nothing is written any more.
    """
    try:
        return _record(run, on_report)
    except TakenOver as error:
        _log.warning("%s", error)
        return run.status().state


def _record(run: Run, on_report: Callable[[Report], None]) -> RunState:
    recorder = Recorder(run)
    if run.stop_requested():
        recorder.say(RunState.STOPPED, "Stopped before its turn came.")
        return RunState.STOPPED
    try:
        run.reserve_room()
        recorder.say(RunState.STARTING, "Loading the data")
        state, message = _drain(recorder, on_report)
    except TakenOver:
        raise
    except AcquisitionStopped as stopped:
        state, message = RunState.STOPPED, str(stopped)
    except StrataError as error:
        state, message = RunState.FAILED, str(error)
    except OSError as error:
        state, message = RunState.FAILED, _cannot_write(run, error)
    except Exception as error:  # a bug: the run says so
        run.free_room()
        recorder.say(RunState.FAILED, f"A bug in the training: {error!r}. The server's log has the details.")
        raise
    run.free_room()
    try:
        recorder.check_own()
        recorder.say(state, message, seconds_left=0.0)
    except (OSError, RunError):
        ownership.release(run.path.parent)
        raise
    return state


def _drain(recorder: Recorder, on_report: Callable[[Report], None]) -> tuple[RunState, str]:
    run, config = recorder.run, recorder.config
    say = functools.partial(recorder.say, RunState.STARTING)
    run.go_back_to(recorder.checkpoint)
    dataset, note = acquire(config.settings.dataset, say, run.stop_requested)
    _check_same_data(run, dataset)
    recorder.say(RunState.STARTING, "Building the network")
    report: Report | None = None
    training = train(
        config.settings, config.network, dataset, run.stop_requested, config.parts, recorder.checkpoint, run.start()
    )
    for report in training:
        recorder.take(report, dataset, note)
        on_report(report)
    assert isinstance(report, Ended)
    match report.outcome:
        case "finished":
            return RunState.FINISHED, ""
        case "target_reached":
            target = 100 * config.settings.target_accuracy
            return (
                RunState.FINISHED,
                f"Reached its target of {target:g} % on validation in epoch {recorder.status.epoch}.",
            )
        case "stopped":
            return RunState.STOPPED, f"Stopped; what it learned up to step {recorder.status.step:,} is kept."


def _check_same_data(run: Run, dataset: Dataset) -> None:
    """Raise RunError where a run would go on with other images than it began with."""
    before = run.data()
    if before is not None and before.sha256 != dataset.sha256:
        raise RunError(
            f"Run {run.id} began with {before.title} of SHA-256 {before.sha256[:8]}. Expected the same images to train "
            f"on with, received {dataset.title} of SHA-256 {dataset.sha256[:8]}. Put the data back, or train anew."
        )


def _cannot_write(run: Run, error: OSError) -> str:
    reason = "the disk is full" if error.errno == errno.ENOSPC else str(error)
    return (
        f"The run's folder {run.path} cannot be written any more: {reason}. What was kept before is there. "
        "Free some space and resume the run."
    )


def _data_record(report: Began, dataset: Dataset, note: str) -> DataRecord:
    return DataRecord(
        name=dataset.name,
        title=dataset.title,
        origin=dataset.origin,
        sha256=dataset.sha256,
        class_names=dataset.class_names,
        train_images=report.train_images,
        validation_images=report.validation_images,
        note=note,
    )
