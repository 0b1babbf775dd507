"""Train one network: a generator of reports; who drains it is the caller's business.

Whatever happens at random is a pure function of the settings' seed and of the epoch or step it happens in, so that a
training resumed from a checkpoint gives the same bits as one that was never left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from data.datasets import Dataset
from data.errors import StrataError
from model.building import set_weights, weights_of
from model.learner import Learner
from model.networks import Network
from model.reports import (
    VALIDATION_BATCH,
    Began,
    Checkpoint,
    Ended,
    Epoch,
    Group,
    Position,
    Report,
    Snapshot,
    Validating,
)
from model.schedules import learning_rates
from model.settings import Settings

GROUP_SECONDS = 0.25
"""A batch group takes about this long, so that a stop is heard at once and reports stay few."""
CHECKPOINT_SECONDS = 2.0
"""A checkpoint is three times a snapshot: one every other second costs nothing that can be measured."""


class TrainingError(StrataError):
    """A training that cannot go on."""


def train(
    settings: Settings,
    network: Network,
    dataset: Dataset,
    should_stop: Callable[[], bool] = lambda: False,
    parts: tuple[int, ...] | None = None,
    checkpoint: Checkpoint | None = None,
    start: Mapping[str, np.ndarray] | None = None,
) -> Iterator[Report]:
    """Train `network` on `dataset`, from `checkpoint` if there is one.

    start: weights to begin with, by "<layer>/<weight>", in place of random ones.
    parts: the epochs first asked for, then those of each time the run was trained on; the settings' epochs by default.
    Yields Began first, a Snapshot at each of `snapshot_steps` (the first before the first step, the last after the
    last), an Epoch after each epoch, Checkpoints between, and Ended last. `should_stop` is asked after every batch
    group and every part of a validation; once it says yes, what was learned so far comes as a Snapshot and a
    Checkpoint before the end. Raises TrainingError when the loss is no number any more.
    """
    training = _Training(settings, network, dataset, should_stop, parts or (settings.epochs,))
    if start is not None:
        set_weights(training.learner.model, start)
    return training.reports(checkpoint)


def snapshot_steps(steps_per_epoch: int, parts: tuple[int, ...]) -> frozenset[int]:
    """When to keep the weights: evenly over each part, and log-spaced at the start, where learning is fast.

    At most 53 steps in the first part and 20 in each further one, the first 0 and the last after all epochs.
    """
    first = parts[0] * steps_per_epoch
    steps = [np.geomspace(1, first, 32)]
    begin = 0
    for epochs in parts:
        end = begin + epochs * steps_per_epoch
        steps.append(np.linspace(begin, end, 21))
        begin = end
    return frozenset(int(step) for step in np.concatenate(steps).round())


class _Training:
    """One training while it goes on: a learner, and how far it is."""

    def __init__(
        self,
        settings: Settings,
        network: Network,
        dataset: Dataset,
        should_stop: Callable[[], bool],
        parts: tuple[int, ...],
    ) -> None:
        self.settings, self.should_stop, self.parts = settings, should_stop, parts
        self.learner = Learner(settings, network, dataset)
        self.steps_per_epoch = math.ceil(self.learner.train_images / settings.batch_size)
        self.marks = sorted(snapshot_steps(self.steps_per_epoch, parts))
        self.rates = learning_rates(settings, parts, self.steps_per_epoch)
        self.position = Position()
        self.group_steps = 1
        self.kept_at = time.perf_counter()

    @property
    def step(self) -> int:
        return (self.position.epoch - 1) * self.steps_per_epoch + self.position.batches

    def reports(self, checkpoint: Checkpoint | None) -> Iterator[Report]:
        if checkpoint is not None:
            self.learner.restore(checkpoint.variables)
            self.position = checkpoint.position
        yield Began(self.step, len(self.rates), self.learner.train_images, self.learner.validation_images)
        if self.step == 0:
            yield self._snapshot()
        while self.position.epoch <= sum(self.parts):
            for report in self._epoch():
                yield report
                if isinstance(report, Group | Validating) and self.should_stop():
                    yield self._snapshot(last=True)
                    yield self._checkpoint()
                    yield Ended("stopped")
                    return
            assert isinstance(report, Epoch)
            if self._reached_target(report):
                yield self._snapshot(last=True)
                yield self._checkpoint()
                yield Ended("target_reached")
                return
        yield self._checkpoint()
        yield Ended("finished")

    def _reached_target(self, epoch: Epoch) -> bool:
        # Who trains a run on wants all of the further epochs.
        target = self.settings.target_accuracy
        return bool(target) and len(self.parts) == 1 and epoch.val_accuracy >= target

    def _epoch(self) -> Iterator[Report]:
        """What is left of the epoch at `position`: its batches, snapshots and checkpoints, its validation."""
        order = _order(self.settings.seed, self.position.epoch, self.learner.train_images)
        while self.position.batches < self.steps_per_epoch:
            yield self._group(order)
            if self.step in self.marks:
                yield self._snapshot(last=self.step == self.marks[-1])
                if time.perf_counter() - self.kept_at > CHECKPOINT_SECONDS:
                    yield self._checkpoint()
        yield from self._validation()

    def _group(self, order: np.ndarray) -> Group:
        """Train up to the next snapshot; the short last batch of an epoch is a group of its own."""
        position, step, size = self.position, self.step, self.settings.batch_size
        to_mark = next(mark for mark in self.marks if mark > step) - step
        indices = order[position.batches * size : (position.batches + min(self.group_steps, to_mark)) * size]
        full = len(indices) // size
        batches = indices[: full * size].reshape(full, size) if full else indices[None, :]
        rates = self.rates[step : step + len(batches)]
        began = time.perf_counter()
        loss, hits = self.learner.fit(batches, rates, step)
        seconds = time.perf_counter() - began
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss at step {step + len(batches):,} is {loss}. Expected a finite number: the training has "
                f"diverged. Choose a learning rate below {self.settings.learning_rate:g} and train anew."
            )
        # Twice as long at the most, so that one hiccup does not make the next group slow to stop.
        self.group_steps = max(1, min(2 * self.group_steps, round(len(batches) * GROUP_SECONDS / seconds)))
        self.position = Position(
            position.epoch,
            position.batches + len(batches),
            position.loss + loss,
            position.hits + hits,
            position.images + batches.size,
        )
        means = loss / batches.size, hits / batches.size
        return Group(self.step, position.epoch, *means, batches.size, seconds, float(rates[-1]))

    def _validation(self) -> Iterator[Report]:
        """Validate in parts, so that a stop need not wait for the end."""
        position, step, images = self.position, self.step, self.learner.validation_images
        losses = hits = 0.0
        for start in range(0, images, VALIDATION_BATCH):
            part_losses, part_hits = self.learner.check(start)
            losses, hits = losses + part_losses, hits + part_hits
            yield Validating(step, position.epoch, min(start + VALIDATION_BATCH, images), images)
        self.position = Position(position.epoch + 1)
        yield Epoch(
            step,
            position.epoch,
            position.loss / position.images,
            position.hits / position.images,
            losses / images,
            hits / images,
            float(self.rates[step - 1]),
        )

    def _snapshot(self, last: bool = False) -> Snapshot:
        return Snapshot(self.step, weights_of(self.learner.model), last)

    def _checkpoint(self) -> Checkpoint:
        self.kept_at = time.perf_counter()
        return Checkpoint(self.step, self.position, self.learner.variables())


def _order(seed: int, epoch: int, images: int) -> np.ndarray:
    """The order in which `epoch` shows the training images: int32 (images,), the same whenever it is asked for."""
    return np.random.default_rng([seed, epoch]).permutation(images).astype(np.int32)
