"""Which pixels and biases a logit is made of, and three other ways to ask why.

A network of convolutions, dense layers, normalization, pooling and activations of straight pieces is, near any picture,
one sum: logit = Σ pixel · slope + Σ bias · slope, slopes by the chain rule. (Srinivas and Fleuret 2019, "Full-gradient
representation", https://arxiv.org/abs/1905.00780; gradient times input: Shrikumar et al. 2016,
https://arxiv.org/abs/1605.01713.) Computed in double precision, so that what is left over is the rounding of Keras's
own single precision alone. What reads hundreds of pictures does so in single precision, in chunks, and is left out
where model.attribution_costs has no room for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from model import attribution_costs, linearity
from model.analyses import Analysis, Arrays, Report
from model.bare_layers import LEVELS, bare_layers, forward
from model.networks import INPUT, Network, NetworkError
from model.runs import Run

Goal = Callable[[tf.Tensor], tf.Tensor]
"""Logits (batch, classes) to the value that is explained, (batch,): one logit, or one less another."""
Done = Callable[[int], None]
"""Told how many pictures more have been read, after each chunk of them; what it raises ends the work."""


def attribution(analysis: Analysis, report: Report) -> Arrays:
    """Why the analysis's picture is read as it is.

    Options: `goal`, the class explained, -1 for the one it is read as; `against`, a class whose logit is taken away, -1
    for none; `patch`, odd, the side of the square that occlusion blanks; `steps` of integrated gradients. Returns
    float64: "logits" (classes,) of Keras in single precision, "goal" and "against" int64 (1,); "pixels" (rows,
    columns) and "constants" (one for each name of `constant_names`); "occlusion" and "integrated" (rows, columns);
    "black" (1,): the value for a black picture; "grad_cam" (rows, columns), as large as the last convolution's maps, if
    there is one. "occlusion" or "integrated" is not there where it is among attribution_costs.left_out. Raises
    NetworkError for another picture, class or patch than the network has.
    """
    options = dict(analysis.options)
    explained = _explained(analysis.run_path, analysis.step)
    shape = explained.network.input_shape
    pixels = np.frombuffer(analysis.pixels, np.uint8)
    if pixels.size != np.prod(shape):
        raise NetworkError(f"Expected a picture of {shape}, uint8. Received {pixels.size} bytes.")
    image = pixels.reshape(1, *shape).astype(np.float64) / 255  # (1, rows, columns, channels)
    logits = explained.logits(image)
    goal, against = int(options["goal"]), int(options["against"])
    goal = int(logits[0].argmax()) if goal < 0 else goal
    value = contrast(goal, against, logits.shape[1])
    patch, steps = int(options["patch"]), int(options["steps"])
    affordable = _affordable(explained.network, steps)
    total, read = 2 + sum(affordable.values()), 0

    def done(pictures: int) -> None:
        nonlocal read
        read += pictures
        report("readings of the picture", read, total)

    done(0)
    parts = explained.parts(image, value)
    done(1)
    result = {
        "logits": logits[0],
        "goal": np.array([goal]),
        "against": np.array([against]),
        "pixels": parts.pixels[0],
        "constants": parts.constants[0],
        "black": np.array([explained.black(value)]),
    }
    if (seen := explained.grad_cam(image, value)) is not None:
        result["grad_cam"] = seen
    done(1)
    if "integrated" in affordable:
        result["integrated"] = explained.integrated(image, value, steps, done)
    if "occlusion" in affordable:
        result["occlusion"] = explained.occlusion(image, value, patch, done)
    return result


def _affordable(network: Network, steps: int) -> dict[str, int]:
    """How many pictures each of the ways reads that are not left out."""
    out = attribution_costs.left_out(network, steps)
    return {way.name: way.pictures for way in attribution_costs.ways(network, steps) if way not in out}


def contrast(goal: int, against: int, classes: int) -> Goal:
    """The logit of a class, less that of another unless `against` is -1; raises NetworkError for a class too many."""
    if not (0 <= goal < classes and -1 <= against < classes and goal != against):
        raise NetworkError(
            f"Expected two different classes from 0 to {classes - 1}, or -1 for no second. "
            f"Received {goal} and {against}. Choose others."
        )
    if against < 0:
        return lambda logits: logits[:, goal]
    return lambda logits: logits[:, goal] - logits[:, against]


@dataclass(frozen=True, slots=True)
class Parts:
    """What values are sums of: pixels (batch, rows, columns) and constants (batch, names), float64."""

    pixels: np.ndarray
    constants: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        """All parts together, (batch,)."""
        return np.asarray(self.pixels.sum(axis=(1, 2)) + self.constants.sum(axis=1))


class Explained:
    """A network up to its logits, with weights in it."""

    def __init__(self, network: Network, weights: dict[str, np.ndarray]) -> None:
        self.network = network
        self._single = bare_layers(network, weights, "float32")
        self._double = bare_layers(network, weights, "float64")

    def logits(self, images: np.ndarray) -> np.ndarray:
        """As Keras computes them in single precision, float64 (batch, classes); images (batch, …) 0..1."""
        return np.asarray(forward(self._single, tf.constant(images, tf.float32)).numpy(), np.float64)

    def parts(self, images: np.ndarray, goal: Goal) -> Parts:
        """The parts of the goal's value for each image, float64 (batch, rows, columns, channels), 0..1."""
        constants: list[tuple[tf.Tensor, tf.Tensor]] = []  # where it is added, and what
        with tf.GradientTape() as tape:
            first = tf.constant(images, tf.float64)
            tape.watch(first)
            found = {INPUT: first}
            for bare in self._double:
                read = [found[name] for name in bare.step.placed.inputs]
                values = bare.step(read)
                if bare.has_constants:
                    constants.append((values, bare.of_zeros(read)))
                activated = bare.activation(values)
                if bare.name in LEVELS:
                    level = tf.stop_gradient(LEVELS[bare.name](values))
                    constants.append((activated, level))
                found[bare.step.name] = values = activated
            total = tf.reduce_sum(goal(values))
        slopes = tape.gradient(total, [first, *(place for place, _ in constants)])
        given = [_summed(slope * added) for slope, (_, added) in zip(slopes[1:], constants, strict=True)]
        stacked = np.stack(given, axis=1) if given else np.zeros((len(images), 0))
        return Parts((slopes[0] * first).numpy().sum(axis=-1), stacked)

    def occlusion(self, image: np.ndarray, goal: Goal, patch: int, done: Done = lambda pictures: None) -> np.ndarray:
        """How much the value falls when the patch x patch square around each pixel is without ink, (rows, columns).

        Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901. Raises NetworkError for an even or too large patch.
        """
        rows, columns = image.shape[1:3]
        if patch % 2 != 1 or not 1 <= patch <= min(rows, columns):
            raise NetworkError(f"Expected an odd patch from 1 to {min(rows, columns)} pixels. Received {patch}.")
        reach = patch // 2
        values = np.empty(rows * columns)
        for part in _parts(rows * columns, attribution_costs.chunk(self.network)):
            blanked = np.repeat(image, len(part), axis=0)
            for picture, cell in zip(blanked, part, strict=True):
                row, column = divmod(cell, columns)
                picture[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = 0
            values[part.start : part.stop] = self._values(blanked, goal)
            done(len(part))
        return np.asarray(self._values(image, goal) - values.reshape(rows, columns))

    def integrated(self, image: np.ndarray, goal: Goal, steps: int, done: Done = lambda pictures: None) -> np.ndarray:
        """Integrated gradients from black, by the midpoint rule, (rows, columns).

        Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365. Raises NetworkError for less than one step.
        """
        if steps < 1:
            raise NetworkError(f"Expected at least one step. Received {steps}.")
        slopes = np.zeros(image.shape[1:])
        for part in _parts(steps, attribution_costs.chunk(self.network, slopes=True)):
            shares = ((np.array(part) + 0.5) / steps).reshape(-1, 1, 1, 1)
            with tf.GradientTape() as tape:
                pictures = tf.constant(shares * image, tf.float32)
                tape.watch(pictures)
                total = tf.reduce_sum(goal(forward(self._single, pictures)))
            slopes += tape.gradient(total, pictures).numpy().sum(axis=0, dtype=np.float64)
            done(len(part))
        return np.asarray((slopes / steps * image[0]).sum(axis=-1))

    def black(self, goal: Goal) -> float:
        """The value for a black picture."""
        return float(self._values(np.zeros((1, *self.network.input_shape)), goal)[0])

    def grad_cam(self, image: np.ndarray, goal: Goal) -> np.ndarray | None:
        """Where the last convolution's maps speak for the value, (rows, columns), at least 0; None without one.

        Every map times its mean slope, added up, negative sums as 0: Selvaraju et al. 2017,
        https://arxiv.org/abs/1610.02391.
        """
        last = linearity.last_convolution(self.network)
        if not last:
            return None
        seen: list[tf.Tensor] = []
        with tf.GradientTape() as tape:

            def watch(name: str, values: tf.Tensor) -> None:
                if name == last:
                    tape.watch(values)
                    seen.append(values)

            total = tf.reduce_sum(goal(forward(self._double, tf.constant(image, tf.float64), watch)))
        maps = seen[0]
        slopes = tf.reduce_mean(tape.gradient(total, maps), axis=(1, 2))  # (1, channels)
        return np.asarray(tf.nn.relu(tf.einsum("brcm,bm->rc", maps, slopes)).numpy())

    def _values(self, images: np.ndarray, goal: Goal) -> np.ndarray:
        return np.asarray(goal(forward(self._single, tf.constant(images, tf.float32))).numpy(), np.float64)


def _parts(count: int, size: int) -> Iterator[range]:
    """0 to `count` in parts of at most `size`."""
    return (range(start, min(count, start + size)) for start in range(0, count, size))


def _summed(values: tf.Tensor) -> np.ndarray:
    """(batch, …) to (batch,)."""
    return np.asarray(tf.reduce_sum(values, axis=range(1, len(values.shape))).numpy())


@functools.lru_cache(maxsize=4)
def _explained(run_path: Path, step: int) -> Explained:
    run = Run(run_path)
    return Explained(run.config().network, run.weights(step))
