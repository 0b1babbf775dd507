"""The project's own ten digits."""

import numpy as np
import pytest

from data import datasets
from data.drawing import to_input
from data.samples import curve, draw, samples


def test_there_is_one_of_each() -> None:
    found = samples()
    assert [sample.label for sample in found] == list(range(10))
    assert samples() is found
    for sample in found:
        assert sample.pixels.shape == (28, 28, 1)
        assert sample.pixels.dtype == np.uint8
        assert not sample.pixels.flags.writeable
        assert 0 < sample.width < 0.2
        for stroke in sample.strokes:
            assert stroke.shape[1] == 2
            assert not stroke.flags.writeable
            assert stroke.min() > sample.width / 2
            assert stroke.max() < 1 - sample.width / 2


def test_the_pixels_are_the_strokes_drawn_with_the_pen() -> None:
    for sample in samples():
        np.testing.assert_array_equal(to_input(draw(sample.strokes, sample.width)).pixels, sample.pixels)


def test_they_are_inked_like_mnist() -> None:
    pixels = np.stack([sample.pixels for sample in samples()])
    assert 27 < pixels.mean() < 36  # MNIST's test pictures: 33.8 in the mean
    assert 0.16 < (pixels > 0).mean() < 0.21  # MNIST's: 0.19


def test_a_curve_goes_through_its_points() -> None:
    points = np.array([[0.1, 0.2], [0.4, 0.3], [0.5, 0.9], [0.2, 0.6]])
    path = curve(points)
    assert path.shape == (49, 2)
    np.testing.assert_allclose(path[::16], points)
    straight = curve(np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]))
    np.testing.assert_allclose(straight[:, 0], straight[:, 1])
    np.testing.assert_allclose(np.diff(straight[:, 0]), 1 / 32)


def test_a_pen_is_round_and_as_wide_as_it_says() -> None:
    dot = draw((np.array([[0.5, 0.5]]),), 0.5, 100)
    assert abs((dot / 255).sum() - np.pi * 25**2) < 40
    line = draw((np.array([[0.2, 0.5], [0.8, 0.5]]),), 0.1, 100)
    assert abs((line[:, 50] / 255).sum() - 10) < 0.6


@pytest.mark.mnist
def test_mnists_nearest_pictures_agree_with_their_labels() -> None:
    dataset = datasets.load("mnist")
    known = dataset.x_train[:20_000].reshape(20_000, 784).astype(np.float32)
    squares = (known**2).sum(axis=1)
    for sample in samples():
        distances = squares - 2 * known @ sample.pixels.reshape(784).astype(np.float32)
        nearest = dataset.y_train[np.argsort(distances)[:5]]
        assert np.bincount(nearest).argmax() == sample.label
