"""The figures of the Evaluation view, by the numbers inside them and the tables beside them."""

import csv
import io

import numpy as np
import pytest

from data.scribbles import KINDS
from model.calibration import reliability as calibrated
from model.readings import Readings
from visualization import confusion, examined_pictures, galleries, predictions, reliability, strangers
from visualization.predictions import Prediction

NAMES = ("a", "b", "c")
COUNTS = np.array([[90, 0, 10], [1, 99, 0], [0, 0, 0]])


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_cell_says_its_number_and_its_sentence() -> None:
    (cells,) = confusion.matrix(COUNTS, NAMES).data
    assert [list(row) for row in cells.text] == [["90", "·", "10"], ["1", "99", "·"], ["·", "·", "·"]]
    assert cells.customdata[0][2] == "true a, read as c: 10 pictures, 10.0\u00a0% of all true a"
    assert cells.customdata[1][0] == "true b, read as a: 1 picture, 1.0\u00a0% of all true b"
    assert cells.customdata[2][2] == "true c, read as c: 0 pictures, 0.0\u00a0% of all true c"


def test_what_is_right_and_what_is_wrong_go_opposite_ways_on_the_colour_scale() -> None:
    figure = confusion.matrix(COUNTS, NAMES)
    colours = np.array(figure.data[0].z)
    assert (np.diag(colours) <= 0).all() and colours[1, 1] == -1
    assert colours[0, 2] == 1 and 0 < colours[1, 0] < 1 and colours[0, 1] == 0
    # One mistake of ten at most is well told from none.
    assert colours[1, 0] > 0.25
    bar = figure.layout.coloraxis.colorbar
    assert bar.ticktext[0] == "99 right"
    marks = dict(zip(bar.ticktext, bar.tickvals, strict=True))
    assert marks["1 wrong"] == pytest.approx(colours[1, 0]) and marks["10 wrong"] == pytest.approx(1)


def test_rates_are_shares_of_the_true_class() -> None:
    figure = confusion.matrix(COUNTS, NAMES, rates=True)
    assert [list(row) for row in figure.data[0].text] == [
        ["90.0", "·", "10.0"],
        ["1.0", "99.0", "·"],
        ["·", "·", "·"],
    ]
    assert "%" in figure.layout.coloraxis.colorbar.title.text


def test_a_network_without_mistakes_has_a_matrix_too() -> None:
    (cells,) = confusion.matrix(np.diag([5, 6, 7]), NAMES).data
    assert np.isfinite(np.array(cells.z)).all()
    assert confusion.worst_pair(np.diag([5, 6, 7])) is None
    assert confusion.worst_pair(COUNTS) == (0, 2)


def test_the_tables_hold_what_the_figures_show() -> None:
    rows = _rows(confusion.table(COUNTS, NAMES))
    assert [[int(row[f"read as {name}"]) for name in NAMES] for row in rows] == COUNTS.tolist()
    figures = np.array([[0.5, 0.25, 1 / 3], [1, 1, 1], [0, 0, 0]])
    rows = _rows(confusion.classes_table(figures, COUNTS, NAMES))
    assert rows[0] == {"class": "a", "precision": "0.5", "recall": "0.25", "f1": "0.333333", "pictures": "100"}


def test_bars_stand_at_their_bins_accuracy_and_number() -> None:
    confidence = np.array([0.95, 0.96, 0.97, 0.98, 0.55])
    found = calibrated(confidence, np.array([True, True, True, False, True]))
    accuracy, diagonal, counts = reliability.diagram(found).data
    assert accuracy.x[9] == 95 and accuracy.y[9] == 75 and accuracy.y[5] == 100
    assert counts.y[9] == 4 and counts.text[5] == "1" and counts.text[0] == ""
    assert list(diagonal.x) == list(diagonal.y) == [0, 100]
    rows = _rows(reliability.table(found))
    assert len(rows) == 10 and rows[9]["accuracy"] == "0.75" and rows[0]["accuracy"] == ""
    assert float(rows[9]["mean confidence"]) == pytest.approx(0.965)


@pytest.fixture
def result() -> dict[str, np.ndarray]:
    """What the worker found, of a network that sees others at greater distances."""
    random = np.random.default_rng(5)
    real, others = random.uniform(0.1, 0.5, (200, 1)), random.uniform(0.3, 0.9, (30, 1))
    return {
        name: np.hstack([distances, 1 - distances / 2]).astype(np.float32)
        for name, distances in {
            "validation": real,
            "test": real[::-1] + 0.01,
            "other_validation": others,
            "other_test": others + 0.01,
        }.items()
    }


def test_a_threshold_is_chosen_on_one_half_and_measured_on_the_other(result: dict[str, np.ndarray]) -> None:
    scores = strangers.distance(result)
    limit = scores.limit(0.9)
    assert limit == np.sort(result["validation"][:, 0])[int(np.ceil(0.9 * 199))]
    tested = scores.tested(0.9)
    assert tested.false_alarms == (result["test"][:, 0] > limit).mean()
    for place, kind in enumerate(KINDS):
        assert tested.misses[kind] == (result["other_test"][10 * place : 10 * place + 10, 0] <= limit).mean()
    # The usual score orders these pictures the same, the other way round.
    doubt = strangers.doubt(result)
    assert doubt.tested(0.9).misses == pytest.approx(tested.misses)


def test_each_kind_has_a_line_of_shares_and_the_threshold_one_of_its_own(result: dict[str, np.ndarray]) -> None:
    scores = strangers.distance(result)
    figure = strangers.histogram(scores, 0.45)
    assert [line.name for line in figure.data] == ["test pictures", *KINDS]
    assert all(sum(line.y) == pytest.approx(100) for line in figure.data)
    assert figure.layout.shapes[0].x0 == 0.45
    assert len({(line.line.dash, line.line.color) for line in figure.data}) == 4
    rows = _rows(strangers.table(scores, 0.45))
    assert len(rows) == 2 * (200 + 30)
    assert all((float(row["distance"]) <= 0.45) == (row["passes"] == "True") for row in rows)


def test_answers_are_marked_by_what_came_of_them() -> None:
    known = [
        Prediction("run", 5, "test image 3", "7", "7", 0.995),
        Prediction("run", 5, "test image 4", "7", "9", 0.4),
        Prediction("run", 9, "your drawing", "1", None, 0.7),
    ]
    figure = predictions.chart(known)
    line, *marks = figure.data
    assert list(line.y) == pytest.approx([99.5, 40, 70])
    assert {mark.name: (list(mark.x), mark.marker.symbol) for mark in marks} == {
        "right": ([1], "circle"),
        "wrong": ([2], "x"),
        "true class unknown": ([3], "diamond-open"),
    }
    assert [shape.y0 for shape in figure.layout.shapes] == [90, 50]
    assert any("90 %: sure" in note.text for note in figure.layout.annotations)
    rows = _rows(predictions.table(known))
    assert [row["true class"] for row in rows] == ["7", "9", ""] and rows[1]["confidence"] == "0.4"


def test_pictures_say_what_they_are_and_what_they_are_read_as() -> None:
    readings = Readings(np.array([[0.2, 0.8, 0], [0.0, 0.0, 1], [0.996, 0.004, 0]], np.float32), np.array([0, 2, 0]))
    pictures = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    figure = examined_pictures.gallery(pictures, [2, 0], readings, NAMES, 6)
    assert [note.text for note in figure.layout.annotations] == ["a→a 99\u00a0%", "a→b 80\u00a0%"]
    assert examined_pictures.words(1, readings, NAMES) == "c→c 100\u00a0%"
    (cells,) = figure.data
    numbers = {
        galleries.picture_at((row, column), (2, 28, 28), 6): int(cells.customdata[row, column, 3])
        for row in range(28)
        for column in range(60)
    }
    assert numbers == {0: 2, 1: 0, None: -1}
    rows = _rows(examined_pictures.table([2, 0], readings, NAMES))
    assert rows[1] == {
        "test image": "0",
        "true class": "a",
        "read as": "b",
        "confidence": "0.8",
        "margin": "0.6",
    }
    assert examined_pictures.across(NAMES) == 6 and examined_pictures.across(NAMES, narrow=True) == 4
    assert examined_pictures.across(("T-shirt/top", "Bag")) == 3
