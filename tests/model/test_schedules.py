"""Learning rates by hand, and that a part of a run knows nothing of the others."""

import math

import numpy as np
import pytest

from model.schedules import learning_rates
from model.settings import Settings


def test_constant_is_constant() -> None:
    np.testing.assert_array_equal(learning_rates(Settings(learning_rate=0.5e-2), (2, 1), 7), np.full(21, 0.5e-2, "f4"))


def test_cosine_falls_from_the_rate_to_nearly_nothing() -> None:
    rates = learning_rates(Settings(schedule="cosine", learning_rate=0.01), (1,), 4)
    by_hand = [0.005 * (1 + math.cos(math.pi * progress)) for progress in (0.125, 0.375, 0.625, 0.875)]
    np.testing.assert_allclose(rates, by_hand, rtol=1e-6)


def test_one_cycle_rises_for_a_quarter_and_then_falls() -> None:
    rates = learning_rates(Settings(schedule="one_cycle", learning_rate=0.01), (1,), 1000)
    assert rates.argmax() in {249, 250}
    assert rates.max() == pytest.approx(0.01, rel=0.01)
    assert rates[0] == pytest.approx(0.01 / 25, rel=0.05)
    assert (np.diff(rates[:249]) > 0).all() and (np.diff(rates[250:]) < 0).all()
    assert 0 < rates[-1] < 1e-6
    np.testing.assert_allclose(np.diff(rates[:249]), 0.01 * (1 - 1 / 25) / 250, rtol=1e-2)


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
def test_further_epochs_leave_the_first_as_they_were(schedule: str) -> None:
    settings = Settings(schedule=schedule)  # type: ignore[arg-type]  # each of its values
    rates = learning_rates(settings, (3, 2), 11)
    assert rates.dtype == np.float32 and rates.shape == (55,)
    np.testing.assert_array_equal(rates[:33], learning_rates(settings, (3,), 11))
    np.testing.assert_array_equal(rates[33:], learning_rates(settings, (2,), 11))
