"""What filters and units are worth: the test set read again without them.

Muting sets the output of a channel, after its activation, to zero or to its mean over the test set (Morcos et al. 2018,
"On the importance of single directions for generalization", https://arxiv.org/abs/1803.06959).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from data import datasets
from model import layers, muting
from model.analyses import Analysis, Arrays, Report
from model.building import build, set_weights
from model.muting import MutingError
from model.networks import Network
from model.runs import Run

_BATCH = 1000
_CHANNELWISE = (
    layers.MaxPool2D
    | layers.AveragePool2D
    | layers.GlobalMaxPool2D
    | layers.GlobalAveragePool2D
    | layers.BatchNormalization
    | layers.Dropout
)


def knockout(analysis: Analysis, report: Report) -> Arrays:
    """The test set read without the channels of the option `muted`, a text of model.muting.encoded.

    Option `replacement`: see model.muting. Returns "images" and "hits", int64 (classes,): how many there are of each
    class, and how many of these are read right; "loss", float64 (1,): mean cross-entropy in nats. Raises MutingError
    for channels that the network does not have, RunError and DatasetMissing as model.evaluation.
    """
    reading = _reading(analysis.run_path, analysis.step)
    options = dict(analysis.options)
    choice = muting.decoded(str(options["muted"]), reading.network)
    instead = reading.replacements(str(options["replacement"]), choice, report)
    tally = _Tally(reading)
    for start, images, labels in reading.batches():
        report("test images", start, len(reading.data.y_test))
        values = images
        for layer in reading.layers:
            values = layer(values, training=False)
            if layer.name in choice:
                keeps, says = _masks(values.shape[-1], choice[layer.name], instead[layer.name])
                values = values * keeps + says
        tally.add(0, values, labels)
    return {"images": tally.images, "hits": tally.hits[0], "loss": tally.losses / len(reading.data.y_test)}


def ranking(analysis: Analysis, report: Report) -> Arrays:
    """The test set read without each channel of the option `layer` in turn, that one alone.

    Option `replacement`: see model.muting. Returns "images", int64 (classes,); "hits", int64 (channels, classes), and
    "loss", float64 (channels,), as `knockout` for every channel. What comes before the layer is computed once for all
    of its channels, and so is what the next layer makes of it: of that, only a channel's own share is taken away.
    Raises as `knockout`.
    """
    reading = _reading(analysis.run_path, analysis.step)
    options = dict(analysis.options)
    layer = str(options["layer"])
    channels = reading.channels(layer)
    instead = reading.replacements(str(options["replacement"]), {layer: tuple(range(channels))}, report)[layer]
    split = _split(reading, layer)
    tally = _Tally(reading, channels)
    total = channels * -(-len(reading.data.y_test) // _BATCH)
    silent = _run(split.channelwise, _constant(split, instead))
    for start, images, labels in reading.batches():
        plain = _run(split.channelwise, _run(split.before, images))
        mixed = split.mixing.whole(plain)
        for channel in range(channels):
            report("channels times batches of test images", start // _BATCH * channels + channel, total)
            difference = silent[..., channel : channel + 1] - plain[..., channel : channel + 1]
            tally.add(channel, _run(split.after, mixed + split.mixing.share(difference, channel)), labels)
    return {"images": tally.images, "hits": tally.hits, "loss": tally.losses / len(reading.data.y_test)}


@dataclass(frozen=True)
class _Mixing:
    """What the next layer that mixes channels adds up: of all of them, and the share of one."""

    whole: Callable[[tf.Tensor], tf.Tensor]
    share: Callable[[tf.Tensor, int], tf.Tensor]


@dataclass(frozen=True)
class _Split:
    """A network around a layer: up to it, what follows channel by channel, the sum over channels, and the rest."""

    before: Sequence[Callable[..., tf.Tensor]]
    channelwise: Sequence[Callable[..., tf.Tensor]]
    mixing: _Mixing
    after: Sequence[Callable[..., tf.Tensor]]
    shape: tuple[int, ...]  # of the layer's output


def _split(reading: _Reading, name: str) -> _Split:
    placed = reading.network.placed()
    place = next(place for place, found in enumerate(placed) if found.layer.name == name)
    end = place + 1
    while end < len(placed) and _is_channelwise(placed[end].layer):
        end += 1
    flat = end < len(placed) and isinstance(placed[end].layer, layers.Flatten)
    mixer = end + flat
    while mixer < len(placed) and isinstance(placed[mixer].layer, layers.Dropout):
        mixer += 1  # lets all through when it is not trained
    mixing = _mixing(reading, mixer, placed[end - 1].output_shape)
    if mixing is None:
        mixing, after = _all_channels(placed[end - 1].output_shape[-1]), reading.layers[end:]
    else:
        after = [_activation(placed[mixer].layer), *reading.layers[mixer + 1 :]]
    return _Split(
        reading.layers[: place + 1], reading.layers[place + 1 : end], mixing, after, placed[place].output_shape
    )


def _is_channelwise(layer: layers.Layer) -> bool:
    """Whether it makes each channel of the same channel alone."""
    if isinstance(layer, layers.Activation):
        return layer.activation != "softmax"
    return isinstance(layer, _CHANNELWISE)


def _mixing(reading: _Reading, place: int, shape: tuple[int, ...]) -> _Mixing | None:
    """The sums of the layer in `place` over channels of `shape`; None where it is no convolution or dense layer."""
    if place >= len(reading.layers):
        return None
    layer, weights = reading.network.layers[place], reading.layers[place].get_weights()
    if isinstance(layer, layers.Conv2D):
        kernel, bias = map(tf.constant, weights)
        slide = functools.partial(tf.nn.conv2d, strides=layer.strides, padding=layer.padding.upper())
        return _Mixing(
            lambda values: slide(values, kernel) + bias,
            lambda values, channel: slide(values, kernel[:, :, channel : channel + 1]),
        )
    if isinstance(layer, layers.Dense):
        bias, channels = tf.constant(weights[1]), shape[-1]
        # (inputs, units) to (places, channels, units): a flattened input lies place by place, its channels together.
        by_channel = tf.constant(weights[0].reshape(-1, channels, layer.units))
        whole = tf.constant(weights[0])
        return _Mixing(
            lambda values: _flat(values) @ whole + bias,
            lambda values, channel: _flat(values) @ by_channel[:, channel],
        )
    return None


def _all_channels(channels: int) -> _Mixing:
    """Nothing is added up: the one channel is put into its place."""
    return _Mixing(lambda values: values, lambda values, channel: values * tf.one_hot(channel, channels))


def _flat(values: tf.Tensor) -> tf.Tensor:
    return tf.reshape(values, [tf.shape(values)[0], -1])


def _activation(layer: layers.Layer) -> Callable[..., tf.Tensor]:
    assert isinstance(layer, layers.Conv2D | layers.Dense)
    function = keras.activations.get(layer.activation)
    return lambda values, training=False: function(values)


def _constant(split: _Split, instead: np.ndarray) -> tf.Tensor:
    """The layer's output, (1, rows, columns, channels) or (1, units), were all its channels muted."""
    return tf.constant(np.broadcast_to(instead, (1, *split.shape)).astype(np.float32))


def _run(steps: Sequence[Callable[..., tf.Tensor]], values: tf.Tensor) -> tf.Tensor:
    for step in steps:
        values = step(values, training=False)
    return values


def _masks(channels: int, muted: Sequence[int], instead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a layer's output is multiplied by, and what is added to it, float32 (channels,)."""
    keeps = np.ones(channels, np.float32)
    keeps[list(muted)] = 0
    return keeps, np.where(keeps == 0, instead, 0).astype(np.float32)


class _Tally:
    """Hits by class and summed cross-entropy of several readings of the test set."""

    def __init__(self, reading: _Reading, readings: int = 1) -> None:
        classes = reading.network.placed()[-1].output_shape[-1]
        self.images = np.bincount(reading.data.y_test, minlength=classes)
        self.hits = np.zeros((readings, classes), np.int64)
        self.losses = np.zeros(readings)

    def add(self, place: int, probabilities: tf.Tensor, labels: np.ndarray) -> None:
        """Count a batch of the reading in `place`; labels uint8."""
        right = labels[probabilities.numpy().argmax(-1) == labels]
        self.hits[place] += np.bincount(right, minlength=self.hits.shape[1])
        losses = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
        self.losses[place] += float(losses.numpy().sum(dtype=np.float64))


class _Reading:
    """A snapshot with its weights in, and the test set it reads."""

    def __init__(self, run_path: Path, step: int) -> None:
        run = Run(run_path)
        data = run.needed_data()
        self.data = datasets.load(data.name)
        self.network: Network = run.config().network
        model = build(self.network)
        set_weights(model, run.weights(step))
        self.layers: list[keras.Layer] = model.layers
        self._means: dict[str, np.ndarray] = {}

    def channels(self, layer: str) -> int:
        """How many channels a layer has; raises MutingError where it cannot be muted."""
        known = {placed.layer.name: placed.output_shape[-1] for placed in muting.mutable(self.network)}
        if layer not in known:
            raise MutingError(f"Layer {layer!r} cannot be muted. Expected one of {', '.join(known) or 'none'}.")
        return known[layer]

    def batches(self) -> Iterator[tuple[int, tf.Tensor, np.ndarray]]:
        """(number of the first, images float32 0..1, labels uint8) over the test set."""
        for start in range(0, len(self.data.y_test), _BATCH):
            part = slice(start, start + _BATCH)
            yield (
                start,
                tf.constant(self.data.x_test[part].astype(np.float32) / np.float32(255)),
                self.data.y_test[part],
            )

    def replacements(self, how: str, choice: Mapping[str, tuple[int, ...]], report: Report) -> dict[str, np.ndarray]:
        """What each channel of the layers in `choice` says once it is muted, float32 (channels,) by layer."""
        if how == "zero":
            return {layer: np.zeros(self.channels(layer), np.float32) for layer in choice}
        if any(layer not in self._means for layer in choice):
            self._means = self._measure(report)
        return {layer: self._means[layer] for layer in choice}

    def _measure(self, report: Report) -> dict[str, np.ndarray]:
        """Every layer's mean by channel over all places and test images, of the network as it is."""
        sums: dict[str, np.ndarray] = {}
        for start, images, _ in self.batches():
            report("test images for the means", start, len(self.data.y_test))
            values = images
            for layer in self.layers:
                values = layer(values, training=False)
                share = len(images) / len(self.data.y_test)
                mean = values.numpy().mean(axis=tuple(range(len(values.shape) - 1)), dtype=np.float64) * share
                sums[layer.name] = sums.get(layer.name, 0.0) + mean
        return {name: mean.astype(np.float32) for name, mean in sums.items()}


@functools.lru_cache(maxsize=2)
def _reading(run_path: Path, step: int) -> _Reading:
    """A snapshot never changes, so what is asked of it several times is built once."""
    return _Reading(run_path, step)
