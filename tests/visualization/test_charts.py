"""Charts: the numbers inside the figures, and their words."""

import numpy as np
import pytest

from model.records import Metrics
from visualization.charts import curve, percent, probabilities

LINES = (
    Metrics(step=10, epoch=1, seconds=1.0, loss=2.0, accuracy=0.25, images_per_second=100.0),
    Metrics(step=20, epoch=1, seconds=2.0, loss=1.0, accuracy=0.5, images_per_second=100.0),
    Metrics(20, 1, 2.5, 1.5, 0.375, 100.0, val_loss=0.75, val_accuracy=0.625),
)


def test_curves_show_groups_as_training_and_epochs_as_validation() -> None:
    loss, accuracy = curve(LINES, "loss", 40), curve(LINES, "accuracy", 40)
    assert [(trace.name, tuple(trace.x), tuple(trace.y)) for trace in loss.data] == [
        ("training", (10, 20), (2.0, 1.0)),
        ("validation", (20,), (0.75,)),
    ]
    assert [tuple(trace.y) for trace in accuracy.data] == [(25.0, 50.0), (62.5,)]
    assert loss.layout.yaxis.title.text == "loss (cross-entropy, nats)"
    assert accuracy.layout.yaxis.title.text == "accuracy (% of images)"
    assert tuple(loss.layout.xaxis.range) == (0, 40.8)


def test_the_winner_and_the_true_class_are_marked_by_more_than_colour() -> None:
    values = np.array([0.1, 0.7, 0.2], np.float32)
    figure = probabilities(values, ("cat", "dog", "owl"), label=2)
    assert tuple(figure.layout.yaxis.ticktext) == ("cat", "▶ dog", "owl ✓")
    np.testing.assert_allclose(figure.data[0].x, [10, 70, 20], rtol=1e-6)
    assert tuple(figure.data[0].text) == ("10.0\u00a0%", "70.0\u00a0%", "20.0\u00a0%")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0.0 %"), (1e-6, "< 0.1 %"), (0.987, "98.7 %"), (0.99951, "> 99.9 %"), (1.0, "100.0 %")],
)
def test_percent_never_rounds_to_certainty(share: float, words: str) -> None:
    assert percent(share) == words.replace(" ", "\u00a0")
