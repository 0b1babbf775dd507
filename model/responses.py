"""What each filter or unit of a layer answers to, over the whole test set."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from data import datasets
from model.analyses import Analysis, Arrays, Report
from model.building import build, set_weights
from model.networks import Network
from model.runs import Run

TOP = 9
_BATCH = 250
_Forward = Callable[[tf.Tensor], tuple[tf.Tensor, ...]]


def responses(analysis: Analysis, report: Report) -> Arrays:
    """How every channel of the layer in the option `layer` answers to the test set; of dense layers, every unit.

    A channel's activation in a picture is its neurons' largest for the order of pictures, and their mean for classes.

    top_pictures: int32 (channels, pictures), the TOP test pictures with the largest activation, the largest first, the
        first of equal ones first. top_values: float32, that activation. top_places: int32, the neuron that has it, as
        row * columns + column, 0 in layers that have no rows.
    class_means: float32 (channels, classes), the mean over all neurons and all test pictures of a class; NaN for a
        class without pictures.
    active: float32 (channels,), the share of neurons and pictures above zero.
    pictures: float32 (channels,), the share of pictures in which any neuron is.
    images: int32 (1,), how many test pictures there are.

    Raises RunError for a snapshot that is not there or a run that never loaded its data, DatasetMissing where the test
    set is not on this machine, NetworkError for weights that do not fit.
    """
    run = Run(analysis.run_path)
    data = run.needed_data()
    dataset = datasets.load(data.name)
    layer = str(dict(analysis.options)["layer"])
    reader = _reader(run.config().network, layer)
    set_weights(reader.model, run.weights(analysis.step))
    maxima, means, active = reader.read(dataset.x_test, report)
    # stable: of equal pictures the first, as an oracle without sorting finds it
    top = np.argsort(-maxima, axis=0, kind="stable")[:TOP].T  # (channels, pictures)
    labels = dataset.y_test
    with np.errstate(invalid="ignore"):
        classes = range(len(dataset.class_names))
        class_means = np.stack([means[labels == label].sum(0) / (labels == label).sum() for label in classes], 1)
    return {
        "top_pictures": top.astype(np.int32),
        "top_values": np.take_along_axis(maxima.T, top, 1),
        "top_places": reader.places(dataset.x_test, top),
        "class_means": class_means.astype(np.float32),
        "active": active,
        "pictures": (maxima > 0).mean(0, dtype=np.float64).astype(np.float32),
        "images": np.array([len(labels)], np.int32),
    }


class _Reader:
    """The network up to a layer, compiled with what is kept of it."""

    def __init__(self, network: Network, layer: str) -> None:
        self.model = build(network)
        self._batch = network.pictures_at_once(_BATCH)
        self._layer = keras.Model(self.model.inputs[0], self.model.get_layer(layer).output)
        signature = [tf.TensorSpec([None, *network.input_shape], tf.uint8)]
        self._sums: _Forward = tf.function(self._kept, input_signature=signature)
        self._values = tf.function(self._forward, input_signature=signature)

    def _forward(self, pixels: tf.Tensor) -> tf.Tensor:
        """float32 (batch, neurons of a channel, channels)."""
        values = self._layer(tf.cast(pixels, tf.float32) / 255.0, training=False)
        neurons = math.prod(values.shape[1:-1])
        return tf.reshape(values, [-1, neurons, values.shape[-1]])

    def _kept(self, pixels: tf.Tensor) -> tuple[tf.Tensor, ...]:
        values = self._forward(pixels)
        above = tf.reduce_mean(tf.cast(values > 0, tf.float32), [0, 1])
        return tf.reduce_max(values, 1), tf.reduce_mean(values, 1), above

    def read(self, images: np.ndarray, report: Report) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Largest and mean activation, float32 (images, channels), and the share above zero, float32 (channels,)."""
        maxima, means = [], []
        active: np.ndarray | float = 0.0
        for start in range(0, len(images), self._batch):
            report("test pictures", start, len(images))
            part = images[start : start + self._batch]
            largest, mean, above = self._sums(part)
            maxima.append(largest.numpy())
            means.append(mean.numpy())
            active = active + above.numpy().astype(np.float64) * len(part) / len(images)
        return np.concatenate(maxima), np.concatenate(means), np.asarray(active, np.float32)

    def places(self, images: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        """The neuron with the largest activation of each channel in its own `pictures`: int32 (channels, pictures).

        Looked for in these pictures alone: over the whole test set it would take as long as everything else.
        """
        needed = np.unique(pictures)
        found = np.empty((len(needed), len(pictures)), np.int32)
        for start in range(0, len(needed), self._batch):
            part = slice(start, start + self._batch)
            found[part] = self._values(images[needed[part]]).numpy().argmax(1)
        channels = np.arange(len(pictures))[:, None]
        return found[np.searchsorted(needed, pictures), channels]


@functools.lru_cache(maxsize=8)
def _reader(network: Network, layer: str) -> _Reader:
    """Compiling takes 0.3 s; other weights 2 ms."""
    return _Reader(network, layer)
