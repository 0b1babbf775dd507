"""Train one network: a generator of reports; who drains it is the caller's business.

The loop is our own and small, because `Model.fit` cannot be stopped inside a validation, and copies every batch from
NumPy. Keras's layers, losses and optimiser do the arithmetic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from data.datasets import Dataset, split
from model.building import build, weights_of
from model.networks import Network
from model.settings import Settings

GROUP_SECONDS = 0.25
"""A batch group takes about this long, so that a stop is heard at once and reports stay few."""
VALIDATION_BATCH = 500


@dataclass(frozen=True, slots=True)
class Began:
    """The network stands and the first step is next."""

    total_steps: int
    train_images: int
    validation_images: int


@dataclass(frozen=True, slots=True)
class Group:
    """A batch group is done: means over its images; cross-entropy in nats, accuracy 0..1, seconds since it began."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    images: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Validating:
    """A part of the validation is done: `done` of `images` validation images."""

    step: int
    epoch: int
    done: int
    images: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is done: training means over it, and the validation at its end."""

    step: int
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The weights at `step`, float32 by "<layer>/<variable>"."""

    step: int
    weights: dict[str, np.ndarray]


Report = Began | Group | Validating | Epoch | Snapshot


def train(
    settings: Settings, network: Network, dataset: Dataset, should_stop: Callable[[], bool] = lambda: False
) -> Iterator[Report]:
    """Train `network` on `dataset`.

    Yields Began first, a Snapshot at each of `snapshot_steps` (the first before the first step, the last after the
    last) and an Epoch after each epoch. `should_stop` is asked after every batch group and every part of a validation;
    once it says yes, a Snapshot of what was learned so far is the last report.
    """
    keras.utils.set_random_seed(settings.seed)
    training_part, validation_part = split(len(dataset.x_train), settings.validation_fraction)
    model = build(network)
    fit = _compile_training(model, settings, dataset.x_train[training_part], dataset.y_train[training_part])
    check = _compile_validation(model, dataset.x_train[validation_part], dataset.y_train[validation_part])
    train_images = len(dataset.x_train[training_part])
    steps_per_epoch = -(-train_images // settings.batch_size)
    total_steps = steps_per_epoch * settings.epochs
    yield Began(total_steps, train_images, len(dataset.x_train[validation_part]))
    yield Snapshot(0, weights_of(model))

    marks = snapshot_steps(total_steps)
    shuffle = np.random.default_rng(settings.seed)
    group_steps = 1
    for epoch in range(1, settings.epochs + 1):
        order = shuffle.permutation(train_images).astype(np.int32)
        totals = np.zeros(3)  # loss times images, images right, images
        first_step = (epoch - 1) * steps_per_epoch
        done = step = 0
        while done < steps_per_epoch:
            to_mark = min(mark for mark in marks if mark > first_step + done) - first_step - done
            began = time.perf_counter()
            sums, steps = _run_group(fit, order, done, min(group_steps, to_mark), settings.batch_size)
            seconds = time.perf_counter() - began
            # Twice as long at the most, so that one hiccup does not make the next group slow to stop.
            group_steps = max(1, min(2 * group_steps, round(steps * GROUP_SECONDS / seconds)))
            done += steps
            totals += sums
            step = first_step + done
            yield Group(step, epoch, sums[0] / sums[2], sums[1] / sums[2], int(sums[2]), seconds)
            stopping = should_stop()
            if step in marks or stopping:
                yield Snapshot(step, weights_of(model))
            if stopping:
                return
        for report in _validate(check, len(dataset.x_train[validation_part]), step, epoch, totals):
            yield report
            if should_stop():
                yield Snapshot(step, weights_of(model))
                return


def snapshot_steps(total_steps: int) -> frozenset[int]:
    """When to keep the weights: evenly over the run, and log-spaced at its start, where learning is fast.

    At most 52 steps, the first 0 and the last `total_steps`.
    """
    evenly = np.linspace(0, total_steps, 21)
    early = np.geomspace(1, total_steps, 32)
    return frozenset(int(step) for step in np.concatenate([evenly, early]).round())


def _compile_training(model: keras.Model, settings: Settings, images: np.ndarray, labels: np.ndarray) -> tf.Function:
    """A function of int32 (steps, batch) image indices: trains a step on each row, returns summed loss and hits."""
    optimizer = keras.optimizers.Adam(settings.learning_rate)
    optimizer.build(model.trainable_variables)
    all_images, all_labels = tf.constant(images), tf.constant(labels.astype(np.int32))

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
    def fit(batches: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        losses, hits = tf.constant(0.0), tf.constant(0)
        for batch in batches:
            pixels, label = _scaled(tf.gather(all_images, batch)), tf.gather(all_labels, batch)
            with tf.GradientTape() as tape:
                probabilities = model(pixels, training=True)
                loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(label, probabilities))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)
            losses += loss * tf.cast(tf.size(batch), tf.float32)
            hits += _hits(probabilities, label)
        return losses, hits

    return fit


def _run_group(fit: tf.Function, order: np.ndarray, first: int, steps: int, batch_size: int) -> tuple[np.ndarray, int]:
    """Train up to `steps` batches from batch `first` of the epoch; the short last batch is a group of its own."""
    indices = order[first * batch_size : (first + steps) * batch_size]
    full = len(indices) // batch_size
    batches = indices[: full * batch_size].reshape(full, batch_size) if full else indices[None, :]
    loss, hits = fit(batches)
    return np.array([float(loss), float(hits), batches.size]), len(batches)


def _compile_validation(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> tf.Function:
    """A function of a start index: summed loss and hits of the next VALIDATION_BATCH images, without training."""
    all_images, all_labels = tf.constant(images), tf.constant(labels.astype(np.int32))

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def check(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        part = slice(start, start + VALIDATION_BATCH)
        pixels, label = _scaled(all_images[part]), all_labels[part]
        probabilities = model(pixels, training=False)
        losses = keras.losses.sparse_categorical_crossentropy(label, probabilities)
        return tf.reduce_sum(losses), _hits(probabilities, label)

    return check


def _validate(check: tf.Function, images: int, step: int, epoch: int, totals: np.ndarray) -> Iterator[Report]:
    """Validate in parts, so that a stop need not wait for the end; `totals`: the epoch's loss sum, hits, images."""
    losses = hits = 0.0
    for start in range(0, images, VALIDATION_BATCH):
        part_losses, part_hits = check(start)
        losses, hits = losses + float(part_losses), hits + float(part_hits)
        yield Validating(step, epoch, min(start + VALIDATION_BATCH, images), images)
    yield Epoch(step, epoch, totals[0] / totals[2], totals[1] / totals[2], losses / images, hits / images)


def _scaled(pixels: tf.Tensor) -> tf.Tensor:
    """uint8 0..255 to float32 0..1."""
    return tf.cast(pixels, tf.float32) / 255.0


def _hits(probabilities: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """How many of the pictures are read right."""
    return tf.reduce_sum(tf.cast(tf.argmax(probabilities, -1, tf.int32) == labels, tf.int32))
