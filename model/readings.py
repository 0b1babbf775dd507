"""What a network says of labelled pictures, and the figures that follow: accuracy, loss, confusion, by class.

Pure: arrays in, arrays out, no Keras. The worker computes with it and the page reads with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.records import Evaluation

_LEAST_PROBABILITY = 1e-7
"""Keras's epsilon: the cross-entropy of a class that the network rules out is 16.1, not infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Labelled pictures as a network reads them.

    probabilities: float32 (images, classes), each 0..1, summing to 1 where the network ends in softmax. labels: uint8
    (images,), the true classes. Both read-only.
    """

    probabilities: np.ndarray
    labels: np.ndarray

    @property
    def read_as(self) -> np.ndarray:
        """The class that each picture is read as, int64 (images,)."""
        found: np.ndarray = self.probabilities.argmax(axis=1)
        return found

    @property
    def confidence(self) -> np.ndarray:
        """The probability of that class, float32 (images,)."""
        found: np.ndarray = self.probabilities.max(axis=1)
        return found

    @property
    def right(self) -> np.ndarray:
        """Whether it is the true class, bool (images,)."""
        found: np.ndarray = self.read_as == self.labels
        return found

    @property
    def margin(self) -> np.ndarray:
        """How far the two most probable classes are apart, float32 (images,)."""
        second, first = np.partition(self.probabilities, -2, axis=1)[:, -2:].T
        difference: np.ndarray = first - second
        return difference

    def evaluation(self) -> Evaluation:
        """Accuracy, and the mean cross-entropy as Keras computes it, in nats."""
        kept = np.clip(self.probabilities.astype(np.float64), _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
        true = np.take_along_axis(kept, self.labels.astype(np.int64)[:, None], axis=1)[:, 0]
        losses = np.log(kept.sum(axis=1)) - np.log(true)  # ten sigmoids do not sum to 1
        return Evaluation(len(self.labels), float(losses.mean()), float(self.right.mean()))

    def confusion(self) -> np.ndarray:
        """How many pictures of each true class (rows) are read as each class (columns): int64 (classes, classes)."""
        from sklearn.metrics import confusion_matrix

        classes = range(self.probabilities.shape[1])
        matrix: np.ndarray = confusion_matrix(self.labels, self.read_as, labels=classes)
        return matrix

    def by_class(self) -> np.ndarray:
        """Precision, recall and F1 of each class, 0..1, float64 (classes, 3); 0 where there is nothing to divide by."""
        from sklearn.metrics import precision_recall_fscore_support

        classes = range(self.probabilities.shape[1])
        figures = precision_recall_fscore_support(self.labels, self.read_as, labels=classes, zero_division=0)
        return np.stack(figures[:3], axis=1)

    def cell(self, true: int, read: int) -> np.ndarray:
        """The pictures of class `true` that are read as `read`, most confident first: int64 numbers."""
        found = np.flatnonzero((self.labels == true) & (self.read_as == read))
        return found[np.argsort(-self.confidence[found], kind="stable")]

    def worst(self) -> np.ndarray:
        """The pictures that are read wrong, most confident first: int64 numbers."""
        found = np.flatnonzero(~self.right)
        return found[np.argsort(-self.confidence[found], kind="stable")]

    def least_sure(self) -> np.ndarray:
        """All pictures, the smallest margin first: int64 numbers."""
        return np.argsort(self.margin, kind="stable")
