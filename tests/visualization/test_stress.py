"""The curves' figure and words are of the probabilities given, and pictures stand under their amounts."""

import csv
import io

import numpy as np
import pytest

from data.changes import CHANGES
from model.trials import CONDITIONS
from visualization import stress, stress_accuracy, stress_words

NAMES = tuple("0123456789")


def _probabilities(name: str, takes_over: dict[float, int], read: int = 7) -> np.ndarray:
    """Certain of `read`, but of another class from an amount outward."""
    change = CHANGES[name]
    winners = []
    for amount in change.amounts:
        winner = read
        for start, label in takes_over.items():
            side = np.sign(start - change.neutral)
            if side and (amount - start) * side >= 0:
                winner = label
        winners.append(winner)
    return (0.91 * np.eye(10)[winners] + 0.009).astype(np.float32)


def _pictures(name: str) -> np.ndarray:
    count = len(CHANGES[name].amounts)
    return np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)


@pytest.mark.parametrize(
    ("name", "takes_over", "words"),
    [
        ("rotate", {35: 2}, "Stays 7 up to 90° against the clock. Becomes 2 at 35° with the clock."),
        ("rotate", {-40: 1, 35: 2}, "Becomes 1 at 40° against the clock. Becomes 2 at 35° with the clock."),
        ("shift_x", {-3: 9}, "Becomes 9 at 3 px to the left. Stays 7 up to 10 px to the right."),
        ("scale", {60: 1}, "Becomes 1 at 60 % of its size. Stays 7 up to 160 % of its size."),
        ("pen", {0.75: 8}, "Stays 7 up to 1.5 px thinner. Becomes 8 at 0.75 px thicker."),
        ("noise", {45: 8}, "Becomes 8 at 45 % of full ink."),
        ("noise", {}, "Stays 7 up to 100 % of full ink."),
    ],
)
def test_where_the_answer_flips_is_said(name: str, takes_over: dict[float, int], words: str) -> None:
    probabilities = _probabilities(name, takes_over)
    assert stress.flip_words(CHANGES[name], probabilities, NAMES).replace("\u00a0", " ") == words
    assert dict(stress.flips(CHANGES[name], probabilities)) == takes_over


@pytest.mark.parametrize("name", CHANGES)
def test_every_class_has_its_curve_and_the_one_read_is_told_by_more_than_colour(name: str) -> None:
    probabilities = _probabilities(name, {})
    figure = stress.curve(name, probabilities, _pictures(name), NAMES, label=3)
    lines = [trace for trace in figure.data if trace.type == "scatter"]
    assert len(lines) == 10
    by_name = {trace.name: trace for trace in lines}
    read, true = by_name["7, read as it is"], by_name["3, the true class"]
    assert (read.line.width, true.line.dash) == (4, "dash")
    np.testing.assert_allclose(read.y, 100 * probabilities[:, 7], rtol=1e-6)
    assert tuple(read.x) == CHANGES[name].amounts
    assert {trace.line.width for trace in lines if trace not in (read, true)} == {1}
    assert figure.layout.xaxis.title.text == stress.AXES[name]
    assert figure.layout.yaxis.title.text == "probability (%)"


def test_classes_that_take_over_are_named_and_told_apart() -> None:
    figure = stress.curve("rotate", _probabilities("rotate", {-40: 1, 35: 2}), _pictures("rotate"), NAMES, label=7)
    named = {trace.name: trace.line.dash for trace in figure.data if trace.type == "scatter"}
    assert named["1, wins elsewhere"] != named["2, wins elsewhere"]
    assert "7, read as it is, the true class" in named
    assert {note.text for note in figure.layout.annotations} == {"<b>1</b>", "<b>2</b>", "<b>7</b>"}
    assert [line.x0 for line in figure.layout.shapes] == [-40, 35]


@pytest.mark.parametrize("name", CHANGES)
def test_pictures_stand_under_their_amounts(name: str) -> None:
    change, pictures = CHANGES[name], _pictures(name)
    chosen = stress.strip(change)
    assert len(chosen) <= 11 and change.amounts.index(change.neutral) in chosen
    strip = next(
        trace for trace in stress.curve(name, _probabilities(name, {}), pictures, NAMES).data if trace.type == "heatmap"
    )
    sheet, x = np.array(strip.z), np.array(strip.x)
    assert (np.diff(x) > 0).all()
    for place, at in enumerate(chosen):
        columns = slice(29 * place, 29 * place + 28)
        np.testing.assert_array_equal(sheet[:, columns], pictures[at])
        apart = change.amounts[chosen[1]] - change.amounts[chosen[0]]
        assert abs(x[columns].mean() - change.amounts[at]) < 0.02 * apart
    assert np.isnan(sheet[:, 28::29]).all()


def test_the_bars_the_rows_and_the_words_are_of_the_same_counts() -> None:
    found = {
        "right": np.array([986, 985, 681, 946], np.int32),
        "pictures": np.array([1000], np.int32),
        "interval": np.array([[0.976, 0.991], [0.975, 0.99], [0.651, 0.709], [0.93, 0.958]], np.float32),
    }
    as_it_comes, prepared = stress_accuracy.bars(found).data
    np.testing.assert_allclose(as_it_comes.y, [98.6, 68.1])
    np.testing.assert_allclose(prepared.y, [98.5, 94.6])
    np.testing.assert_allclose(prepared.error_y.array, [0.5, 1.2], atol=1e-4)
    np.testing.assert_allclose(prepared.error_y.arrayminus, [1.0, 1.6], atol=1e-4)
    assert as_it_comes.marker.pattern.shape != prepared.marker.pattern.shape
    rows = stress_accuracy.rows(found)
    assert [row["Right of 1,000"] for row in rows] == ["986", "985", "681", "946"]
    assert rows[2]["95 % interval"] == "65.1–70.9\u00a0%" and rows[2]["Pictures"] == "shifted, rotated"
    said = stress_words.accuracy(found).replace("\u00a0", " ")
    assert "reads 98.6 % right; shifted and rotated 68.1 %" in said and "265 more of the moved pictures right" in said
    table = list(csv.DictReader(io.StringIO(stress_accuracy.table(found))))
    assert [row["condition"] for row in table] == list(CONDITIONS) and table[3]["right"] == "946"


def test_the_table_has_every_change_and_amount() -> None:
    found = {f"{name}/probabilities": _probabilities(name, {}) for name in CHANGES}
    rows = list(csv.DictReader(io.StringIO(stress.table(found, NAMES))))
    assert len(rows) == sum(len(change.amounts) for change in CHANGES.values())
    assert rows[0]["change"] == "shift_x" and float(rows[0]["7"]) == pytest.approx(0.919)


def test_names_that_would_lie_on_each_other_are_left_to_the_legend() -> None:
    names = [f"a class with a long name {place}" for place in range(10)]
    level = np.full((len(CHANGES["rotate"].amounts), 10), 0.09, np.float32)
    for place in range(len(level)):
        level[place, place % 10] = 0.19  # another one wins at each amount, by as much
    figure = stress.curve("rotate", level, np.zeros((len(level), 28, 28, 1), np.uint8), names)
    places = sorted(note.x for note in figure.layout.annotations)
    assert 2 <= len(places) < 10 and np.diff(places).min() > 20
    assert sum("wins elsewhere" in trace.name for trace in figure.data if trace.name) == 4
