"""One layer's activations, and the answers, for many pictures at a snapshot."""

from __future__ import annotations

import functools

import keras
import numpy as np
import tensorflow as tf

from data import datasets
from data.datasets import Dataset
from model.analyses import AnalysisError, Report
from model.building import build, set_weights
from model.networks import Network
from model.run import Run

_BATCH = 500


def dataset_of(run: Run) -> Dataset:
    """The data that a run trains on; raises RunError if it never loaded it, DatasetMissing if it is not here."""
    data = run.needed_data()
    return datasets.load(data.name)


def read(
    run: Run, step: int, pixels: np.ndarray, report: Report, words: str, layer: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """What `layer` and the whole network make of `pixels`: float32 (pictures, units), float32 (pictures, classes).

    pixels: uint8 (pictures, rows, columns, channels). words: what is counted in the report ("test images"). layer: one
    whose output is a row of values; None for the answers twice. Raises AnalysisError for a layer that is not there or
    has maps, RunError for a missing snapshot.
    """
    reader = _reader(run.config().network, layer)
    set_weights(reader.model, run.weights(step))
    parts = []
    batch = run.config().network.pictures_at_once(_BATCH)
    for start in range(0, len(pixels), batch):
        report(words, start, len(pixels))
        parts.append([output.numpy() for output in reader.compiled(pixels[start : start + batch])])
    activations, answers = (np.concatenate(column) for column in zip(*parts, strict=True))
    return activations, answers


class _Reader:
    """The compiled pass of one architecture to one layer and to the answers; compiling takes longer than reading."""

    def __init__(self, network: Network, layer: str | None) -> None:
        self.model = build(network)
        answer = self.model.outputs[0]
        joined = keras.Model(self.model.inputs, [answer if layer is None else _output(self.model, layer), answer])
        signature = [tf.TensorSpec([None, *network.input_shape], tf.uint8)]
        self.compiled = tf.function(
            lambda images: joined(tf.cast(images, tf.float32) / 255.0, training=False), input_signature=signature
        )


@functools.lru_cache(maxsize=8)
def _reader(network: Network, layer: str | None) -> _Reader:
    return _Reader(network, layer)


def _output(model: keras.Model, layer: str) -> keras.KerasTensor:
    known = {found.name: found.output for found in model.layers if len(found.output.shape) == 2}
    if layer not in known:
        raise AnalysisError(
            f"Network {model.name} has no layer {layer!r} whose output is a row of values. "
            f"Expected one of {', '.join(known)}. Choose one of these."
        )
    return known[layer]
