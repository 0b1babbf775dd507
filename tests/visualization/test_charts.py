"""Charts: the numbers inside the figures, and their words."""

import numpy as np
import pytest

from visualization.charts import percent, probabilities


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
