"""Whether a network is as often right as it is sure: reliability and calibration error.

Guo, Pleiss, Sun and Weinberger 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Pictures in bins of equal width by the confidence of their answer; every array has one entry a bin.

    edges: float64 (bins + 1,), 0..1; count: int64; confidence, accuracy: their means in the bin, float64, NaN in an
    empty one.
    """

    edges: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def gaps(self) -> np.ndarray:
        """How much more confident than right each bin is, float64, NaN in an empty one."""
        difference: np.ndarray = self.confidence - self.accuracy
        return difference

    @property
    def expected_error(self) -> float:
        """The mean distance of accuracy from confidence over all pictures (ECE), 0..1."""
        return float(np.nansum(self.count * np.abs(self.gaps)) / self.count.sum())

    @property
    def largest_error(self) -> float:
        """The largest distance in any bin (MCE), 0..1."""
        return float(np.nanmax(np.abs(self.gaps)))


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> Reliability:
    """Bins that hold their upper edge, as in the paper; confidence: 0..1 (images,), right: bool (images,)."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.clip(np.searchsorted(edges, confidence.astype(np.float64), side="left") - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(place, confidence, bins) / count
        accuracy = np.bincount(place, right, bins) / count
    for array in (edges, count, mean_confidence, accuracy):
        array.setflags(write=False)
    return Reliability(edges, count, mean_confidence, accuracy)
