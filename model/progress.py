"""A training in the terminal: one line that changes where there is somebody to see it, else a line an epoch."""

from __future__ import annotations

import shutil
from typing import TextIO

from model.records import Evaluation
from model.reports import Began, Epoch, Group, Report, Validating
from model.runs import Run


class Progress:
    """Writes what a run says to `stream`."""

    def __init__(self, run: Run, stream: TextIO) -> None:
        self._run, self._stream = run, stream
        self._epochs = run.config().epochs
        self._total_steps = 0

    def take(self, report: Report) -> None:
        """Tell one report."""
        match report:
            case Began():
                self._total_steps = report.total_steps
                go_on = f" from step {report.step:,}" if report.step else ""
                self.say(f"Training on {report.train_images:,} images, {report.total_steps:,} steps{go_on}")
            case Group():
                self._tell_group(report)
            case Validating():
                words = f"validating: {report.done:,} of {report.images:,} images"
                self._change(f"Epoch {report.epoch} of {self._epochs} · {words}")
            case Epoch():
                self._tell_epoch(report)

    def _tell_epoch(self, report: Epoch) -> None:
        training = f"loss {report.loss:.4f} · {100 * report.accuracy:.2f} %"
        validation = f"validation loss {report.val_loss:.4f} · {100 * report.val_accuracy:.2f} %"
        seconds = self._run.status().seconds
        self.say(f"Epoch {report.epoch} of {self._epochs} · {training} · {validation} · {seconds:.1f} s")

    def _tell_group(self, report: Group) -> None:
        if not self._stream.isatty():
            return
        status = self._run.status()
        left = f" · about {status.seconds_left:.0f} s left" if status.seconds_left is not None else ""
        self._change(
            f"Epoch {report.epoch} of {self._epochs} · step {report.step:,} of {self._total_steps:,} · "
            f"loss {report.loss:.4f} · {100 * report.accuracy:.1f} % · {status.images_per_second:,.0f} images/s{left}"
        )

    def ended(self, evaluation: Evaluation) -> None:
        """Tell what became of it."""
        status = self._run.status()
        self.say(
            f"{100 * evaluation.accuracy:.2f} % on the {evaluation.images:,} test images at step {status.step:,} · "
            f"weights {status.weights_hash} · {status.seconds:.1f} s · run {self._run.id}"
        )

    def say(self, line: str) -> None:
        """A line that stays."""
        self._stream.write(f"{self._line_start()}{line}\n")
        self._stream.flush()

    def _change(self, line: str) -> None:
        """A line that the next one replaces, cut to the terminal's width."""
        if self._stream.isatty():
            self._stream.write(self._line_start() + line[: shutil.get_terminal_size().columns - 1])
            self._stream.flush()

    def _line_start(self) -> str:
        """Back to the margin and everything there erased, in a terminal."""
        return "\r\x1b[K" if self._stream.isatty() else ""
