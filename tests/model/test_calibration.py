"""Reliability and calibration error, against scikit-learn and the paper's formulas as plain loops."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from model.calibration import reliability


def test_bins_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(1)
    confidence = random.uniform(0.1, 1, 2000)
    right = random.uniform(size=2000) < confidence**2
    found = reliability(confidence, right)
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=10)
    some = found.count > 0
    np.testing.assert_allclose(found.accuracy[some], accuracy)
    np.testing.assert_allclose(found.confidence[some], mean_confidence)
    assert found.count.sum() == 2000


def test_errors_are_the_papers() -> None:
    random = np.random.default_rng(2)
    confidence = random.uniform(0.3, 1, 500)
    right = random.uniform(size=500) < 0.6
    found = reliability(confidence, right, bins=5)
    gaps, weights = [], []
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            gaps.append(abs(right[inside].mean() - confidence[inside].mean()))
            weights.append(inside.mean())
    assert found.expected_error == pytest.approx(np.dot(gaps, weights))
    assert found.largest_error == pytest.approx(max(gaps))
    assert np.isnan(found.gaps[0]) and found.count[0] == 0


def test_the_ends_have_a_bin() -> None:
    found = reliability(np.array([0.0, 0.1, 0.1000001, 1.0]), np.array([False, False, True, True]))
    assert found.count.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.expected_error == pytest.approx((0.1 + (1 - 0.1000001)) / 4)
