"""Figures of what a network says of labelled pictures, against scikit-learn, Keras and plain loops."""

import keras
import numpy as np
import pytest
from sklearn import metrics

from model.readings import Readings


@pytest.fixture(params=[True, False], ids=["softmax", "sigmoids"])
def readings(request: pytest.FixtureRequest) -> Readings:
    """A network that is right about half of the time, over classes of which one has no picture."""
    random = np.random.default_rng(4)
    labels = random.choice([0, 1, 2, 3, 5], 400).astype(np.uint8)
    logits = random.normal(size=(400, 6)).astype(np.float32)
    logits[np.arange(400), labels] += 1.5
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True) if request.param else 1 / (1 + np.exp(-logits))
    return Readings(probabilities.astype(np.float32), labels)


def test_accuracy_and_loss_are_what_keras_and_scikit_learn_say(readings: Readings) -> None:
    found = readings.evaluation()
    losses = keras.losses.sparse_categorical_crossentropy(readings.labels, readings.probabilities)
    assert found.images == 400
    assert found.accuracy == metrics.accuracy_score(readings.labels, readings.read_as)
    assert found.loss == pytest.approx(float(np.mean(losses)), rel=1e-5)


def test_a_class_that_is_ruled_out_costs_as_much_as_in_keras() -> None:
    sure = Readings(np.array([[1, 0], [0, 1]], np.float32), np.array([1, 1], np.uint8))
    losses = keras.losses.sparse_categorical_crossentropy(sure.labels, sure.probabilities)
    assert sure.evaluation().loss == pytest.approx(float(np.mean(losses)), rel=1e-5)
    assert sure.evaluation().accuracy == 0.5


def test_the_confusion_matrix_counts_every_picture_once(readings: Readings) -> None:
    expected = np.zeros((6, 6), int)
    for row, label in zip(readings.probabilities, readings.labels, strict=True):
        expected[label, int(row.argmax())] += 1
    np.testing.assert_array_equal(readings.confusion(), expected)


def test_precision_recall_and_f1_follow_from_the_confusion_matrix(readings: Readings) -> None:
    matrix, figures = readings.confusion(), readings.by_class()
    for place, (precision, recall, f1) in enumerate(figures):
        hits, read, true = matrix[place, place], matrix[:, place].sum(), matrix[place].sum()
        assert precision == pytest.approx(hits / read if read else 0)
        assert recall == pytest.approx(hits / true if true else 0)
        assert f1 == pytest.approx(2 * hits / (read + true) if read + true else 0)
    assert matrix[4].sum() == 0 and figures[4].tolist() == [0, 0, 0]


def test_a_cell_holds_its_pictures_most_confident_first(readings: Readings) -> None:
    matrix = readings.confusion()
    for true in range(6):
        for read in range(6):
            numbers = readings.cell(true, read)
            assert len(numbers) == matrix[true, read]
            assert all(readings.labels[number] == true for number in numbers)
            confidences = [readings.probabilities[number, read] for number in numbers]
            assert confidences == sorted(confidences, reverse=True)


def test_the_worst_are_wrong_and_sure_and_the_least_sure_cannot_decide(readings: Readings) -> None:
    worst = readings.worst()
    wrong = [number for number, row in enumerate(readings.probabilities) if row.argmax() != readings.labels[number]]
    assert sorted(worst) == wrong
    assert (np.diff(readings.probabilities.max(axis=1)[worst]) <= 0).all()
    margins = [np.subtract(*sorted(row)[:-3:-1]) for row in readings.probabilities]
    least = readings.least_sure()
    assert margins[least[0]] == min(margins)
    assert sorted(least) == list(range(400))
    assert (np.diff(np.array(margins)[least]) >= 0).all()
