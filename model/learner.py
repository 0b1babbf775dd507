"""A network with its optimiser and its images, compiled: trains steps, validates, and can be put back as it was.

The loop over steps is compiled too, because `Model.fit` cannot be stopped inside a validation, and copies every batch
from NumPy. Keras's layers, losses and optimisers do the arithmetic.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf

from data.datasets import Dataset, split
from data.errors import StrataError
from model.augmentation import augmented, augments
from model.building import build
from model.networks import Network
from model.reports import VALIDATION_BATCH
from model.settings import Settings


class CheckpointError(StrataError):
    """A checkpoint that is another network's."""


class Learner:
    """Fresh weights from the settings' seed, and everything that learning changes.

    With the same settings, network, images and machine, the same steps give the same bits, however they are grouped.
    """

    def __init__(self, settings: Settings, network: Network, dataset: Dataset) -> None:
        # Sums over several processors are otherwise added up in the order in which these happen to be done.
        tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(settings.seed)
        training, validation = split(len(dataset.x_train), settings.validation_fraction)
        self.model = build(network)
        _skip_before_1x1(self.model)
        self.train_images = len(dataset.x_train[training])
        self.validation_images = len(dataset.x_train[validation])
        self._settings, self._network = settings, network
        self._optimizer = _optimizer(settings)
        self._optimizer.build(self.model.trainable_variables)
        self._fit = self._compile_fit(dataset.x_train[training], dataset.y_train[training])
        self._check = self._compile_check(dataset.x_train[validation], dataset.y_train[validation])

    def fit(self, batches: np.ndarray, rates: np.ndarray, first_step: int) -> tuple[float, float]:
        """Train a step on each row of `batches`; returns the summed cross-entropy in nats and how many were right.

        batches: int32 (steps, batch), places among the training images; rates: float32 (steps,), learning rates;
        first_step: how many steps were trained before.
        """
        loss, hits = self._fit(batches, rates, first_step)
        return float(loss), float(hits)

    def check(self, start: int) -> tuple[float, float]:
        """Summed cross-entropy and hits of VALIDATION_BATCH validation images from `start`, without training."""
        loss, hits = self._check(start)
        return float(loss), float(hits)

    def variables(self) -> dict[str, np.ndarray]:
        """Copies of everything that training changes: weights, statistics, random states, the optimiser's moments."""
        return {name: np.array(variable.value.numpy()) for name, variable in self._variables().items()}

    def restore(self, variables: Mapping[str, np.ndarray]) -> None:
        """Put `variables` back; raises CheckpointError where they are another network's or optimiser's."""
        own = self._variables()
        if own.keys() != variables.keys():
            raise CheckpointError(
                f"The checkpoint has {len(variables)} variables. Expected {len(own)}, those of this network and "
                "optimiser. Train anew: the same settings give the same weights."
            )
        for name, variable in own.items():
            if variables[name].shape != tuple(variable.shape):
                raise CheckpointError(
                    f"The checkpoint's {name} has the shape {variables[name].shape}. Expected {tuple(variable.shape)}. "
                    "Train anew: the same settings give the same weights."
                )
            variable.assign(variables[name])

    def _variables(self) -> dict[str, keras.Variable]:
        """By place, as the paths that Keras gives are neither unique nor the same in every process."""
        groups = {"model": self.model.variables, "optimizer": self._optimizer.variables}
        return {f"{group}/{place:03d}": one for group, found in groups.items() for place, one in enumerate(found)}

    def _compile_fit(self, images: np.ndarray, labels: np.ndarray) -> tf.Function:
        all_images, all_labels = tf.constant(images), tf.constant(labels.astype(np.int32))
        weights = self.model.trainable_variables

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
            ]
        )
        def fit(batches: tf.Tensor, rates: tf.Tensor, first_step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            losses, hits = tf.constant(0.0), tf.constant(0)
            for place in tf.range(tf.shape(batches)[0]):
                batch = batches[place]
                pixels, label = _scaled(tf.gather(all_images, batch)), tf.gather(all_labels, batch)
                if augments(self._settings):
                    pixels = augmented(pixels, self._settings, first_step + place)
                with tf.GradientTape() as tape:
                    probabilities = self.model(pixels, training=True)
                    loss = self._loss(label, probabilities)
                gradients = tape.gradient(loss, weights)
                self._optimizer.learning_rate.assign(rates[place])
                self._optimizer.apply(gradients, weights)
                losses += tf.reduce_sum(_cross_entropy(label, probabilities))
                hits += _hits(label, probabilities)
            return losses, hits

        return fit

    def _loss(self, label: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
        """What the optimiser lessens: the mean cross-entropy, from smoothed labels if the settings say so."""
        smoothing = self._settings.label_smoothing
        if not smoothing:
            return tf.reduce_mean(_cross_entropy(label, probabilities))
        one_hot = tf.one_hot(label, probabilities.shape[-1])
        losses = keras.losses.categorical_crossentropy(one_hot, probabilities, label_smoothing=smoothing)
        return tf.reduce_mean(losses)

    def _compile_check(self, images: np.ndarray, labels: np.ndarray) -> tf.Function:
        all_images, all_labels = tf.constant(images), tf.constant(labels.astype(np.int32))

        at_once = self._network.pictures_at_once(VALIDATION_BATCH)

        @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
        def check(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            losses, hits = tf.constant(0.0), tf.constant(0)
            end = tf.minimum(start + VALIDATION_BATCH, len(all_images))
            for begin in tf.range(start, end, at_once):
                part = slice(begin, tf.minimum(begin + at_once, end))
                pixels, label = _scaled(all_images[part]), all_labels[part]
                probabilities = self.model(pixels, training=False)
                losses += tf.reduce_sum(_cross_entropy(label, probabilities))
                hits += _hits(label, probabilities)
            return losses, hits

        return check


def _skip_before_1x1(model: keras.Model) -> None:
    """Let 1 x 1 convolutions with strides read only what they use, and slide without strides: the same values.

    TensorFlow's oneDNN corrupts memory where such a convolution is trained on batches of changing size, as the last one
    of an epoch is, and the process dies.
    """
    for layer in model.layers:
        if type(layer) is keras.layers.Conv2D and layer.kernel_size == (1, 1) and max(layer.strides) > 1:
            layer.call = functools.partial(_called_on_every, layer.call, tuple(layer.strides))
            layer.strides = (1, 1)


def _called_on_every(call: Callable[[tf.Tensor], tf.Tensor], strides: tuple[int, int], values: tf.Tensor) -> tf.Tensor:
    return call(values[:, :: strides[0], :: strides[1]])


def _optimizer(settings: Settings) -> keras.Optimizer:
    rate = settings.learning_rate
    match settings.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=0.004)
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)


def _scaled(pixels: tf.Tensor) -> tf.Tensor:
    """uint8 0..255 to float32 0..1."""
    return tf.cast(pixels, tf.float32) / 255.0


def _cross_entropy(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Of each picture, in nats."""
    return keras.losses.sparse_categorical_crossentropy(labels, probabilities)


def _hits(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """How many of the pictures are read right."""
    return tf.reduce_sum(tf.cast(tf.argmax(probabilities, -1, tf.int32) == labels, tf.int32))
