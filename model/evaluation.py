"""What the test set says of a snapshot: asked for when somebody looks at that step, kept in the run's folder."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from data import datasets, scribbles
from data.datasets import Dataset
from model import rejection
from model.analyses import Analysis, Arrays, Folder, Report
from model.building import build, set_weights
from model.networks import Network
from model.readings import Readings
from model.records import Evaluation
from model.runs import PRETRAINED, Run

_BATCH = 1000
_MOST_VALIDATION = 4000
_STRANGERS = 500
"""Pictures of each kind, made of as many validation or test pictures."""
_REFERENCE_VALUES = 320_000
"""Numbers kept of training pictures to compare with: 2,500 pictures of 128 values, 0.6 MB."""
_LEAST_REFERENCES, _MOST_REFERENCES = 500, 2500
_CLOSEST = 12


def evaluate(run_path: Path, step: int) -> Evaluation:
    """Mean cross-entropy and accuracy over the whole test set of the run's data, at a snapshot.

    Computed once, then read from the run's folder, as figures or as the answers that they follow from. Raises RunError
    for a snapshot that is not there or a run that never loaded its data, DatasetMissing where the test set is not on
    this machine.
    """
    run = Run(run_path)
    known = run.evaluation(step)
    if known is not None:
        return known
    dataset = _dataset(run)
    kept = Folder(run.path / "analyses").read(Analysis.of("answers", run, step).file_name)
    probabilities = kept["probabilities"] if kept else _probabilities(run, step, dataset, _silent)
    return _keep(run, step, Readings(probabilities, dataset.y_test))


def answers(analysis: Analysis, report: Report) -> Arrays:
    """What the network says of every test image at a snapshot, and what follows by class.

    {"probabilities": float32 (images, classes), "confusion" and "by_class": see model.readings}. Raises RunError for a
    snapshot that is not there or a run that never loaded its data, DatasetMissing where the test set is not on this
    machine.
    """
    run = Run(analysis.run_path)
    dataset = _dataset(run)
    readings = Readings(_probabilities(run, analysis.step, dataset, report), dataset.y_test)
    _keep(run, analysis.step, readings)
    return {
        "probabilities": readings.probabilities,
        "confusion": readings.confusion(),
        "by_class": readings.by_class(),
    }


def strangers(analysis: Analysis, report: Report) -> Arrays:
    """How far real pictures and others are from the training pictures, as the network sees them (model.rejection).

    "validation" and "test" (pictures, 2), "other_validation" and "other_test" (3 kinds of as many pictures, 2),
    float32: the distance and the largest probability. "reference": float16 (training pictures, values), vectors of
    length 1. "closest": uint8 (12, rows, columns, channels), those of "other_test" that are least far, "closest_places"
    which they are, "closest_probabilities" what is said of them. Raises as `answers` does.
    """
    run = Run(analysis.run_path)
    dataset = _dataset(run)
    training, validation = datasets.split(len(dataset.x_train), run.config().settings.validation_fraction)
    reader = _reader(run.config().network)
    reader.take(run.weights(analysis.step))
    checked = dataset.x_train[validation][:_MOST_VALIDATION]
    part = slice(min(_STRANGERS, len(checked), len(dataset.y_test)))
    report("scribbles", 0, 2 * _STRANGERS)
    other_validation = scribbles.strangers(checked[part], dataset.y_train[validation][part], scribbles.VALIDATION_SEED)
    other_test = scribbles.strangers(dataset.x_test[part], dataset.y_test[part], scribbles.TEST_SEED)
    count = max(_LEAST_REFERENCES, min(_MOST_REFERENCES, _REFERENCE_VALUES // reader.values))
    seen = dataset.x_train[training][:count]
    reference = np.concatenate([vectors for vectors, _ in reader.read(seen, _silent)]).astype(np.float16)
    result = {"reference": reference}
    for name, pictures in {
        "validation": checked,
        "test": dataset.x_test,
        "other_validation": other_validation,
        "other_test": other_test,
    }.items():
        result[name] = _scores(reader, pictures, reference, report)
    closest = np.argsort(result["other_test"][:, 0], kind="stable")[:_CLOSEST]
    pictures = other_test[closest]
    (said,) = (probabilities for _, probabilities in reader.read(pictures, _silent))
    return {**result, "closest": pictures, "closest_places": closest, "closest_probabilities": said}


def _scores(reader: _Reader, pictures: np.ndarray, reference: np.ndarray, report: Report) -> np.ndarray:
    """Distance and largest probability of each picture, float32 (pictures, 2)."""
    parts = [
        np.stack([rejection.distances(vectors, reference), probabilities.max(axis=1)], axis=1)
        for vectors, probabilities in reader.read(pictures, report)
    ]
    return np.concatenate(parts)


def _dataset(run: Run) -> Dataset:
    data = run.needed_data()
    return datasets.load(data.name)


def _probabilities(run: Run, step: int, dataset: Dataset, report: Report) -> np.ndarray:
    reader = _reader(run.config().network)
    reader.take(run.weights(step))
    return np.concatenate([probabilities for _, probabilities in reader.read(dataset.x_test, report)])


def _keep(run: Run, step: int, readings: Readings) -> Evaluation:
    evaluation = readings.evaluation()
    if run.path != PRETRAINED and run.evaluation(step) is None:  # a part of the program, not of what it writes
        run.write_evaluation(step, evaluation)
    return evaluation


def _silent(words: str, done: int, total: int) -> None:
    """What reports to nobody."""


class _Reader:
    """The compiled forward pass of one architecture, with what its last dense layer sees."""

    def __init__(self, network: Network) -> None:
        self._model = build(network)
        self._batch = network.pictures_at_once(_BATCH)
        layer = rejection.hidden_layer(network)
        hidden = self._model.inputs[0] if layer == "input" else self._model.get_layer(layer).output
        both = keras.Model(self._model.inputs, [hidden, self._model.outputs[0]])
        self.values = int(np.prod(hidden.shape[1:]))
        signature = [tf.TensorSpec([None, *network.input_shape], tf.uint8)]
        self._compiled: Callable[..., list[tf.Tensor]] = tf.function(
            lambda pixels: both([tf.cast(pixels, tf.float32) / 255.0], training=False), input_signature=signature
        )

    def take(self, weights: Mapping[str, np.ndarray]) -> None:
        """Read with these weights from now on."""
        set_weights(self._model, weights)

    def read(self, pictures: np.ndarray, report: Report) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(vectors of length 1, probabilities) of some pictures of uint8 (n, rows, columns, channels) at a time."""
        for start in range(0, len(pictures), self._batch):
            report("pictures", start, len(pictures))
            hidden, probabilities = self._compiled(pictures[start : start + self._batch])
            yield rejection.unit(hidden.numpy()), probabilities.numpy()


@functools.lru_cache(maxsize=4)
def _reader(network: Network) -> _Reader:
    return _Reader(network)
