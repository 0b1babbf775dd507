"""Figures, sentences and tables of a knock-out: the numbers inside them."""

import csv
import io

import numpy as np
import pytest

from model.networks import CNN, PRESETS
from visualization import knockouts
from visualization.knockouts import Score, Worth

NAMES = ("cat", "dog", "eel")
BEFORE = Score(np.array([100, 200, 100]), np.array([90, 180, 100]), 0.3)
AFTER = Score(np.array([100, 200, 100]), np.array([92, 150, 100]), 0.5)


def test_the_bars_are_the_shares_and_their_differences() -> None:
    figure = knockouts.before_and_after(BEFORE, AFTER, NAMES)
    before, after, change = figure.data
    np.testing.assert_allclose(before.y, [90, 90, 100])
    np.testing.assert_allclose(after.y, [92, 75, 100])
    np.testing.assert_allclose(change.y, [2, -15, 0])
    assert list(change.text) == ["+2.00", "−15.00", "0"]
    assert before.marker.pattern.shape != after.marker.pattern.shape
    assert figure.layout.yaxis.title.text == "read right (%)" and list(figure.layout.xaxis.ticktext) == list(NAMES)
    assert figure.layout.yaxis2.range[0] < -15 < 2 < figure.layout.yaxis2.range[1]


def test_without_anything_muted_there_is_one_bar_a_class() -> None:
    (bars,) = knockouts.before_and_after(BEFORE, None, NAMES).data
    np.testing.assert_allclose(bars.y, [90, 90, 100])


def test_the_sentence_has_the_numbers() -> None:
    said = knockouts.sentence(BEFORE, AFTER, NAMES, "conv 2 map 17")
    assert said == (
        "Without conv 2 map 17 the network reads 85.50\u00a0% of the 400 test images right instead of 92.50\u00a0%: "
        "−7.00 percentage points. **dog** changes most, by −15.00; 1 of 3 classes stays as it is."
    )
    assert knockouts.sentence(BEFORE, BEFORE, NAMES, "x").endswith(": 0 percentage points. No class changes.")


def test_a_class_without_images_says_nothing() -> None:
    images, hits = np.array([10, 0]), np.array([9, 0])
    one, other = Score(images, hits, 0.1), Score(images, hits - [4, 0], 0.1)
    assert "**a** changes most, by −40.00" in knockouts.sentence(one, other, ("a", "b"), "x")
    assert len(knockouts.before_and_after(one, other, ("a", "b")).data) == 3


def test_what_costs_most_is_first_and_the_loss_decides_between_equals() -> None:
    ranking = {
        "images": BEFORE.images,
        "hits": np.array([[90, 180, 100], [90, 180, 90], [80, 180, 100], [95, 180, 100]]),
        "loss": np.array([0.31, 0.4, 0.45, 0.2]),
    }
    ranked = knockouts.worths(ranking, BEFORE, NAMES)
    assert [worth.channel for worth in ranked] == [2, 1, 0, 3]
    assert ranked[0] == Worth(2, pytest.approx(2.5), pytest.approx(0.15), "cat", pytest.approx(-10))
    assert ranked[1].class_name == "eel" and ranked[3].accuracy == pytest.approx(-1.25)
    rows = list(csv.DictReader(io.StringIO(knockouts.ranking_table(ranked))))
    assert [row["channel"] for row in rows] == ["2", "1", "0", "3"]
    assert float(rows[0]["accuracy lost in points"]) == pytest.approx(2.5)


def test_the_table_is_what_the_bars_show() -> None:
    rows = list(csv.DictReader(io.StringIO(knockouts.table(BEFORE, AFTER, NAMES))))
    assert rows[1] == {
        "class": "dog", "test images": "200", "right with everything": "180", "right with muted ones": "150",
        "difference in points": "-15.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"conv_2": (17,)}, "conv 2 map 17"),
        ({"conv_1": (3, 7), "dense_1": (4,)}, "conv 1 maps 3, 7 and dense 1 unit 4"),
        ({"conv_1": (1,), "conv_2": (2,), "dense_1": (4, 5)}, "conv 1 map 1, conv 2 map 2 and dense 1 units 4, 5"),
        ({"conv_1": tuple(range(32))}, "conv 1 maps 0, 1, 2, 3, 4, 5 … (32)"),
        ({}, ""),
    ],
)
def test_a_choice_in_words(choice: dict[str, tuple[int, ...]], words: str) -> None:
    assert knockouts.choice_words(choice, CNN) == words


def test_channels_of_maps_are_maps_and_others_units() -> None:
    assert knockouts.kind_words(CNN) == {"conv_1": "map", "conv_2": "map", "dense_1": "unit"}
    assert set(knockouts.kind_words(PRESETS["cnn_small"]).values()) == {"map"}
