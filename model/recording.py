"""Drain a training into its run directory: the one writer of a run while it trains."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from data.datasets import Dataset
from data.errors import StrataError
from model import ownership
from model.acquisition import AcquisitionStopped, acquire
from model.records import DataRecord, Metrics, RunState, Status
from model.runs import Run
from model.training import Began, Epoch, Group, Report, Snapshot, Validating, train


@dataclass(slots=True)
class _Clock:
    """Speed and time left. Images/s over the last groups only: the first ones compile."""

    began: float
    total_images: int = 0
    rate: float = 0.0
    images: int = 0
    validation_seconds: float = 0.0

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


class Recorder:
    """Turns reports into the files of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.settings = run.config().settings
        self.status = Status(RunState.STARTING, owner=ownership.claim(run.path.parent))
        self.clock = _Clock(time.perf_counter())
        self._validation_began = 0.0

    def say(self, state: RunState, message: str = "", **changes: Any) -> None:
        """Write where the run stands."""
        seconds = time.perf_counter() - self.clock.began
        self.status = replace(self.status, state=state, message=message, seconds=seconds, **changes)
        self.run.write_status(self.status)

    def take(self, report: Report, dataset: Dataset, note: str) -> None:
        """Write one report down."""
        match report:
            case Began():
                self.clock.total_images = report.train_images * self.settings.epochs
                self.run.write_data(_data_record(report, dataset, note))
                self.clock.began = time.perf_counter()
                self.say(RunState.TRAINING, total_steps=report.total_steps)
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
                self.run.write_snapshot(report.step, report.weights)

    def _metrics(self, report: Group | Epoch) -> Metrics:
        return Metrics(
            step=report.step,
            epoch=report.epoch,
            seconds=time.perf_counter() - self.clock.began,
            loss=report.loss,
            accuracy=report.accuracy,
            images_per_second=self.clock.rate,
            val_loss=report.val_loss if isinstance(report, Epoch) else None,
            val_accuracy=report.val_accuracy if isinstance(report, Epoch) else None,
        )

    def _progress(self, state: RunState, step: int, epoch: int, message: str = "") -> None:
        left = self.clock.seconds_left(self.settings.epochs - epoch + 1)
        self.say(state, message, step=step, epoch=epoch, images_per_second=self.clock.rate, seconds_left=left)


def record(run: Run, on_report: Callable[[Report], None] = lambda report: None) -> RunState:
    """Train `run` to its end, or until it is asked to stop, and say how it ended.

    `on_report` sees every report after it is written. A StrataError ends the run as failed with its message; any other
    error is a bug: it is recorded too, and raised.
    """
    recorder = Recorder(run)
    if run.stop_requested():
        recorder.say(RunState.STOPPED, "Stopped before its turn came.")
        return RunState.STOPPED
    recorder.say(RunState.STARTING, "Loading the data")
    try:
        state, message = _drain(recorder, on_report)
    except AcquisitionStopped as stopped:
        state, message = RunState.STOPPED, str(stopped)
    except StrataError as error:
        state, message = RunState.FAILED, str(error)
    except OSError as error:
        state, message = RunState.FAILED, f"The run's folder cannot be written any more: {error}. Free some space."
    except Exception as error:
        recorder.say(RunState.FAILED, f"A bug in the training: {error!r}. The server's log has the details.")
        raise
    recorder.say(state, message, seconds_left=0.0)
    return state


def _drain(recorder: Recorder, on_report: Callable[[Report], None]) -> tuple[RunState, str]:
    run, config = recorder.run, recorder.run.config()
    say = functools.partial(recorder.say, RunState.STARTING)
    dataset, note = acquire(config.settings.dataset, say, run.stop_requested)
    recorder.say(RunState.STARTING, "Building the network")
    last: Report | None = None
    for report in train(config.settings, config.network, dataset, run.stop_requested):
        recorder.take(report, dataset, note)
        on_report(report)
        last = report
    if isinstance(last, Epoch):
        return RunState.FINISHED, ""
    return RunState.STOPPED, f"Stopped; what it learned up to step {recorder.status.step:,} is kept."


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
