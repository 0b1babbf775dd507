"""Augmentation against a naive loop over pixels, and that a step always draws the same."""

import math

import numpy as np
import pytest
import tensorflow as tf

from data import datasets
from model.augmentation import augmented, augments
from model.settings import Settings

SETTINGS = Settings(shift_pixels=3, rotation_degrees=20, scale_percent=15, seed=11)


def _pixels() -> np.ndarray:
    return datasets.load("digits").x_test[:3].astype(np.float32) / 255


def _augmented(settings: Settings, step: int) -> np.ndarray:
    found: np.ndarray = augmented(tf.constant(_pixels()), settings, tf.constant(step)).numpy()
    return found


def _value(picture: np.ndarray, row: int, column: int) -> float:
    inside = 0 <= row < picture.shape[0] and 0 <= column < picture.shape[1]
    return float(picture[row, column, 0]) if inside else 0.0


def _naive(picture: np.ndarray, angle: float, scale: float, right: float, down: float) -> np.ndarray:
    """Every output pixel is looked up where it came from, bilinear: turned by `angle` about the centre, then moved."""
    result = np.zeros_like(picture)
    for row in range(28):
        for column in range(28):
            x, y = column - 13.5 - right, row - 13.5 - down
            from_x = (math.cos(angle) * x - math.sin(angle) * y) / scale + 13.5
            from_y = (math.sin(angle) * x + math.cos(angle) * y) / scale + 13.5
            left, top = math.floor(from_x), math.floor(from_y)
            for near_row, row_share in ((top, top + 1 - from_y), (top + 1, from_y - top)):
                for near_column, column_share in ((left, left + 1 - from_x), (left + 1, from_x - left)):
                    result[row, column, 0] += row_share * column_share * _value(picture, near_row, near_column)
    return result


def test_it_is_what_a_loop_over_pixels_says() -> None:
    found = _augmented(SETTINGS, 4)
    draws = tf.random.stateless_uniform([4, 3], [SETTINGS.seed, 4], -1.0, 1.0).numpy()
    for picture, result, (turn, size, right, down) in zip(_pixels(), found, draws.T, strict=True):
        expected = _naive(picture, math.radians(20 * turn), 1 + 0.15 * size, 3 * right, 3 * down)
        np.testing.assert_allclose(result, expected, atol=1e-4)


def test_a_step_draws_the_same_whenever_it_is_asked_and_another_step_differs() -> None:
    np.testing.assert_array_equal(_augmented(SETTINGS, 4), _augmented(SETTINGS, 4))
    assert np.abs(_augmented(SETTINGS, 4) - _augmented(SETTINGS, 5)).max() > 0.1


@pytest.mark.parametrize("name", ["shift_pixels", "rotation_degrees", "scale_percent"])
def test_each_setting_alone_moves_something(name: str) -> None:
    settings = Settings(**{name: 5.0})
    assert augments(settings)
    assert np.abs(_augmented(settings, 0) - _pixels()).max() > 0.05


def test_without_augmentation_nothing_is_changed() -> None:
    assert not augments(Settings())
    np.testing.assert_allclose(_augmented(Settings(), 0), _pixels(), atol=1e-5)
