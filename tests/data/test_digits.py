"""scikit-learn's digits in the form of MNIST's."""

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits

from data import datasets
from data.digits import enlarge


def test_the_split_is_fixed_and_each_class_is_split_alike() -> None:
    dataset = datasets.load("digits")
    assert dataset.x_train.shape == (1437, 28, 28, 1)
    assert dataset.x_test.shape == (360, 28, 28, 1)
    labels = load_digits().target
    share = np.bincount(dataset.y_test) / np.bincount(labels)
    assert share.min() > 0.19
    assert share.max() < 0.21
    together = np.concatenate([dataset.y_train, dataset.y_test])
    np.testing.assert_array_equal(np.bincount(together), np.bincount(labels))
    assert dataset.origin == "scikit-learn's 1,797 handwritten digits, brought to 28x28"
    assert datasets.load("digits") is dataset
    assert not dataset.x_train.flags.writeable


def test_the_values_are_the_same_on_every_machine() -> None:
    assert datasets.load("digits").sha256 == "fbfd4ccef7d7db3beb82a68944192f336e7e11f8dca58969fc247a02c1189af5"


def test_they_lie_as_mnist_lies() -> None:
    dataset = datasets.load("digits")
    for picture in dataset.x_test[..., 0]:
        row, column = ndimage.center_of_mass(picture.astype(np.float64))
        assert abs(row - 14) <= 0.5 and abs(column - 14) <= 0.5
        rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)
        assert picture.max() >= 200


def test_a_stroke_at_the_edge_ends_there() -> None:
    bar = np.zeros((8, 8), np.uint8)
    bar[:, 3:5] = 16
    picture = enlarge(bar)
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    assert rows.size == 20
    assert 5 <= columns.size <= 7
