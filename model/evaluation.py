"""What the test set says of a snapshot: asked for when somebody looks at that step, kept in the run's folder."""

from __future__ import annotations

import functools
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from data import datasets
from model.analyses import Analysis, Arrays, Report
from model.building import build, set_weights
from model.networks import Network
from model.records import Evaluation
from model.runs import PRETRAINED, Run, RunError

_BATCH = 1000


def evaluate(run_path: Path, step: int) -> Evaluation:
    """Mean cross-entropy and accuracy over the whole test set of the run's data, at a snapshot.

    Computed once, then read from the run's folder. Raises RunError for a snapshot that is not there or a run that never
    loaded its data, DatasetMissing where the test set is not on this machine.
    """
    run = Run(run_path)
    known = run.evaluation(step)
    if known is not None:
        return known
    data = run.data()
    if data is None:
        raise RunError(f"Run {run.id} has not loaded its data. Expected a snapshot to evaluate. Wait for the first.")
    dataset = datasets.load(data.name)
    losses, hits = _evaluator(run.config().network).sums(run.weights(step), dataset)
    images = len(dataset.y_test)
    evaluation = Evaluation(images, losses / images, hits / images)
    if run.path != PRETRAINED:  # a part of the program, not of what it writes
        run.write_evaluation(step, evaluation)
    return evaluation


def answers(analysis: Analysis, report: Report) -> Arrays:
    """What the network says of every test image at a snapshot: {"probabilities": float32 (images, classes)}.

    Raises RunError for a snapshot that is not there or a run that never loaded its data, DatasetMissing where the test
    set is not on this machine.
    """
    run = Run(analysis.run_path)
    data = run.data()
    if data is None:
        raise RunError(f"Run {run.id} has not loaded its data. Expected a snapshot to evaluate. Wait for the first.")
    images = datasets.load(data.name).x_test
    model = build(run.config().network)
    set_weights(model, run.weights(analysis.step))
    compiled = tf.function(lambda pixels: model(tf.cast(pixels, tf.float32) / 255.0, training=False))
    parts = []
    for start in range(0, len(images), _BATCH):
        report("test images", start, len(images))
        parts.append(compiled(images[start : start + _BATCH]).numpy())
    return {"probabilities": np.concatenate(parts)}


class _Evaluator:
    """The compiled evaluation of one architecture."""

    def __init__(self, network: Network) -> None:
        self._model = build(network)
        signature = [tf.TensorSpec([None, *network.input_shape], tf.uint8), tf.TensorSpec([None], tf.uint8)]
        self._compiled = tf.function(self._sums, input_signature=signature)

    def _sums(self, pixels: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = self._model(tf.cast(pixels, tf.float32) / 255.0, training=False)
        classes = tf.cast(labels, tf.int32)
        losses = keras.losses.sparse_categorical_crossentropy(classes, probabilities)
        hits = tf.argmax(probabilities, -1, tf.int32) == classes
        return tf.reduce_sum(losses), tf.math.count_nonzero(hits)

    def sums(self, weights: dict[str, np.ndarray], dataset: datasets.Dataset) -> tuple[float, float]:
        """Summed cross-entropy in nats, and how many test images are read right."""
        set_weights(self._model, weights)
        losses = hits = 0.0
        for start in range(0, len(dataset.y_test), _BATCH):
            part = slice(start, start + _BATCH)
            part_losses, part_hits = self._compiled(dataset.x_test[part], dataset.y_test[part])
            losses, hits = losses + float(part_losses), hits + float(part_hits)
        return losses, hits


@functools.lru_cache(maxsize=4)
def _evaluator(network: Network) -> _Evaluator:
    return _Evaluator(network)
