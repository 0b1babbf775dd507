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
from model import layers, mixing, muting
from model.analyses import Analysis, Arrays, Report
from model.building import build, set_weights
from model.mixing import Mixing
from model.muting import MutingError
from model.networks import INPUT, Network
from model.runs import Run
from model.walking import Step, steps, walk

_MOST_BATCH = 1000


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

    def muted(name: str, values: tf.Tensor) -> tf.Tensor:
        if name not in choice:
            return values
        keeps, says = _masks(values.shape[-1], choice[name], instead[name])
        return values * keeps + says

    for start, images, labels in reading.batches():
        report("test images", start, len(reading.data.y_test))
        values = walk(reading.steps, {INPUT: images}, change=muted)
        tally.add(0, values[reading.last], labels)
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
    total = channels * -(-len(reading.data.y_test) // reading.batch)
    silent = _straight(split.channelwise, _constant(reading, layer, instead))
    for start, images, labels in reading.batches():
        values = walk(split.before, {INPUT: images}, keep=split.kept)
        plain = _straight(split.channelwise, values[layer])
        mixed = split.mixing.whole(plain)
        for channel in range(channels):
            report("channels times batches of test images", start // reading.batch * channels + channel, total)
            difference = silent[..., channel : channel + 1] - plain[..., channel : channel + 1]
            without = split.activation(mixed + split.mixing.share(difference, channel))
            answers = walk(split.after, {**values, split.at: without}, keep=(reading.last,))
            tally.add(channel, answers[reading.last], labels)
    return {"images": tally.images, "hits": tally.hits, "loss": tally.losses / len(reading.data.y_test)}


@dataclass(frozen=True)
class _Split:
    """A network around a layer: all that its output does not go into and itself, what follows channel by channel, the
    sum over channels with its activation, and the rest. at: whose output that sum is; kept: what the rest reads of
    what comes before it.
    """

    before: Sequence[Step]
    channelwise: Sequence[Step]
    mixing: Mixing
    activation: Callable[[tf.Tensor], tf.Tensor]
    at: str
    after: Sequence[Step]
    kept: frozenset[str]


def _split(reading: _Reading, name: str) -> _Split:
    network, by_name = reading.network, {step.name: step for step in reading.steps}
    behind = network.behind(name)
    before = [step for step in reading.steps if step.name not in behind]
    channelwise, at = [], by_name[name]
    follower = _only_reader(network, by_name, at.name)
    while follower is not None and mixing.is_channelwise(follower.placed.layer):
        channelwise.append(follower)
        at = follower
        follower = _only_reader(network, by_name, at.name)
    shape = at.placed.output_shape
    while follower is not None and isinstance(follower.placed.layer, layers.Flatten | layers.Dropout):
        follower = _only_reader(network, by_name, follower.name)  # lets all through when it is not trained
    sums = None if follower is None else mixing.mixing(follower.placed.layer, follower.layer, shape)
    if sums is None or follower is None:
        sums, activation = mixing.all_channels(shape[-1]), keras.activations.linear
    else:
        at, activation = follower, mixing.activation(follower.placed.layer)
    rest = network.behind(at.name)
    after = [step for step in reading.steps if step.name in rest]
    read = {each for step in after for each in step.placed.inputs} - behind
    return _Split(before, channelwise, sums, activation, at.name, after, frozenset({name, *read}))


def _only_reader(network: Network, by_name: Mapping[str, Step], name: str) -> Step | None:
    readers = network.readers(name)
    return by_name[readers[0].layer.name] if len(readers) == 1 else None


def _constant(reading: _Reading, layer: str, instead: np.ndarray) -> tf.Tensor:
    """The layer's output, (1, rows, columns, channels) or (1, units), were all its channels muted."""
    shape = next(step.placed.output_shape for step in reading.steps if step.name == layer)
    return tf.constant(np.broadcast_to(instead, (1, *shape)).astype(np.float32))


def _straight(way: Sequence[Step], values: tf.Tensor) -> tf.Tensor:
    """Steps that each read the one before alone."""
    for step in way:
        values = step([values])
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
        self.steps = steps(model, self.network)
        self.last = self.steps[-1].name
        self.batch = self.network.pictures_at_once(_MOST_BATCH)
        self._means: dict[str, np.ndarray] = {}

    def channels(self, layer: str) -> int:
        """How many channels a layer has; raises MutingError where it cannot be muted."""
        known = {placed.layer.name: placed.output_shape[-1] for placed in muting.mutable(self.network)}
        if layer not in known:
            raise MutingError(f"Layer {layer!r} cannot be muted. Expected one of {', '.join(known) or 'none'}.")
        return known[layer]

    def batches(self) -> Iterator[tuple[int, tf.Tensor, np.ndarray]]:
        """(number of the first, images float32 0..1, labels uint8) over the test set."""
        for start in range(0, len(self.data.y_test), self.batch):
            part = slice(start, start + self.batch)
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
            part = len(images) / len(self.data.y_test)
            walk(self.steps, {INPUT: images}, change=functools.partial(_add_mean, sums, part))
        return {name: mean.astype(np.float32) for name, mean in sums.items()}


def _add_mean(sums: dict[str, np.ndarray], part: float, name: str, values: tf.Tensor) -> tf.Tensor:
    """Add a batch's share of a layer's mean by channel; the values go on as they are."""
    mean = values.numpy().mean(axis=tuple(range(len(values.shape) - 1)), dtype=np.float64) * part
    sums[name] = sums.get(name, 0.0) + mean
    return values


@functools.lru_cache(maxsize=2)
def _reading(run_path: Path, step: int) -> _Reading:
    """A snapshot never changes, so what is asked of it several times is built once."""
    return _Reading(run_path, step)
