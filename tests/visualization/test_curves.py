"""Curves: the numbers inside the figures, what tells runs apart, and the table to take away."""

import csv
import io

import pytest

from model.records import Metrics
from visualization.curves import MOST_RUNS, Curves, Measure, curve, table

LINES = (
    Metrics(step=10, epoch=1, seconds=1.0, loss=2.0, accuracy=0.25, images_per_second=100.0, learning_rate=0.01),
    Metrics(step=20, epoch=1, seconds=2.0, loss=1.0, accuracy=0.5, images_per_second=200.0, learning_rate=0.02),
    Metrics(20, 1, 2.5, 1.5, 0.375, 200.0, val_loss=0.75, val_accuracy=0.625, learning_rate=0.02),
)
ONE = Curves("a run", LINES, 40)


def test_curves_show_groups_and_epochs_of_training_and_validation() -> None:
    loss, accuracy = curve([ONE], "loss"), curve([ONE], "accuracy")
    assert [(trace.name, tuple(trace.x), tuple(trace.y)) for trace in loss.data] == [
        ("training", (10, 20), (2.0, 1.0)),
        ("training, mean of the epoch", (20,), (1.5,)),
        ("validation", (20,), (0.75,)),
    ]
    assert [tuple(trace.y) for trace in accuracy.data] == [(25.0, 50.0), (37.5,), (62.5,)]
    assert loss.layout.yaxis.title.text == "loss (cross-entropy, nats)"
    assert accuracy.layout.yaxis.title.text == "accuracy (% of images)"
    assert tuple(loss.layout.xaxis.range) == (0, 40.8)


@pytest.mark.parametrize(
    ("measure", "values"),
    [("learning_rate", (0.01, 0.02)), ("images_per_second", (100.0, 200.0)), ("seconds", (1.0, 2.0))],
)
def test_what_is_not_validated_is_one_line_over_the_steps(measure: Measure, values: tuple[float, ...]) -> None:
    (line,) = curve([ONE], measure).data
    assert (tuple(line.x), tuple(line.y)) == ((10, 20), values)


def test_the_cursor_stands_at_its_step() -> None:
    assert not curve([ONE], "loss").layout.shapes
    (cursor,) = curve([ONE], "loss", cursor=15).layout.shapes
    assert cursor.x0 == cursor.x1 == 15


def test_runs_are_told_apart_by_dash_and_mark_and_have_one_entry_each_in_the_legend() -> None:
    runs = [Curves(f"run {place}", LINES, 40 + place) for place in range(MOST_RUNS)]
    for measure in ("loss", "seconds"):
        figure = curve(runs, measure)
        assert [trace.name for trace in figure.data if trace.showlegend] == [run.name for run in runs]
        lines = [trace for trace in figure.data if trace.mode == "lines"]
        assert len({trace.line.dash for trace in lines}) == len(runs)
    marked = [trace for trace in curve(runs, "loss").data if trace.mode == "lines+markers"]
    assert len({trace.marker.symbol for trace in marked}) == len(runs)
    assert marked[3].hovertemplate.startswith("step %{x:,}: run 3, validation, loss ")
    assert figure.layout.xaxis.range[1] == pytest.approx(1.02 * (40 + MOST_RUNS - 1))


def test_the_table_holds_every_line_of_every_run() -> None:
    rows = list(csv.DictReader(io.StringIO(table([ONE, Curves("an, other", LINES[:1], 40)]))))
    assert [(row["run"], row["step"], row["loss"], row["val_accuracy"]) for row in rows] == [
        ("a run", "10", "2.0", ""),
        ("a run", "20", "1.0", ""),
        ("a run", "20", "1.5", "0.625"),
        ("an, other", "10", "2.0", ""),
    ]
