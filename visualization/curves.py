"""The curves of one or several runs over the steps as Plotly figures, and as a table to take away."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import plotly.graph_objects as go

from model.records import Metrics

Measure = Literal["loss", "accuracy", "learning_rate", "images_per_second", "seconds"]

# Okabe and Ito's colours: told apart by every kind of colour vision, readable on dark and on light.
_TRAINING, _VALIDATION = "#56b4e9", "#e69f00"
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#0072b2")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star")
MOST_RUNS = len(_COLOURS)
"""How many runs can be told apart by dash and marker."""

_TITLES: dict[Measure, tuple[str, str, float]] = {
    "loss": ("loss (cross-entropy, nats)", "nats", 1.0),
    "accuracy": ("accuracy (% of images)", "%", 100.0),
    "learning_rate": ("learning rate", "", 1.0),
    "images_per_second": ("speed (images a second)", "images/s", 1.0),
    "seconds": ("time since the start (s)", "s", 1.0),
}


_VALIDATED: Final = {"loss", "accuracy"}


@dataclass(frozen=True, slots=True)
class Curves:
    """One run's lines, oldest first, under its name for people."""

    name: str
    metrics: Sequence[Metrics]
    total_steps: int


def curve(runs: Sequence[Curves], measure: Measure, cursor: int | None = None) -> go.Figure:
    """A measure over the steps: lines through the batch groups, marks where an epoch ended, of all `runs`.

    cursor: a step that gets an upright line. Of one run, training and validation have a colour each; of several, each
    run has a colour, a dash and a mark of its own, and the marked line is its validation.
    """
    title, unit, factor = _TITLES[measure]
    what = measure.replace("_", " ")
    figure = go.Figure()
    for place, run in enumerate(runs):
        style = _Style(place, run.name if len(runs) > 1 else "")
        for name, x, y, line in _lines(run.metrics, measure, style):
            figure.add_trace(
                go.Scatter(
                    x=x,
                    y=[None if value is None else factor * value for value in y],
                    **line,
                    **style.entry(name, measure),
                    hovertemplate=f"step %{{x:,}}: {style.full(name)}, {what} %{{y:.4g}} {unit}<extra></extra>",
                )
            )
    last = max((run.total_steps for run in runs), default=0)
    # A little more than all steps, or the last mark would be cut in half.
    figure.update_xaxes(title_text="step (batches trained)", range=[0, 1.02 * max(last, 1)])
    figure.update_yaxes(title_text=title, rangemode="normal" if measure == "accuracy" else "tozero")
    if cursor is not None:
        figure.add_vline(x=cursor, line={"width": 1.5, "dash": "dot", "color": "#8a94a3"})
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": 16 + 22 * max(len(runs), 1), "b": 48},
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "groupclick": "togglegroup"},
        uirevision=f"{measure} {last}",
    )
    return figure


@dataclass(frozen=True, slots=True)
class _Style:
    """How a run is told from the others; `run` is its name, empty where it is alone."""

    place: int
    run: str

    def full(self, name: str) -> str:
        """The name of one of its lines, told from those of other runs."""
        return f"{self.run}, {name}" if self.run else name

    def entry(self, name: str, measure: Measure) -> dict[str, Any]:
        """What Plotly is told of a line's place in the legend: of several runs each has one entry, its marked line."""
        if not self.run:
            return {"name": name}
        speaks = name == ("validation" if measure in _VALIDATED else measure.replace("_", " "))
        return {"name": self.run if speaks else name, "legendgroup": self.run, "showlegend": speaks}

    def line(self, *, validated: bool) -> dict[str, Any]:
        """What Plotly is told of a line: through batch groups, or with a mark at each validated epoch."""
        alone = _VALIDATION if validated else _TRAINING
        colour = _COLOURS[self.place % MOST_RUNS] if self.run else alone
        dash = _DASHES[self.place % MOST_RUNS] if self.run or not validated else "dot"
        if not validated:
            return {"mode": "lines", "line": {"color": colour, "width": 1.5, "dash": dash}}
        symbol = _SYMBOLS[self.place % MOST_RUNS] if self.run else "diamond"
        marker = {"symbol": symbol, "size": 9}
        return {"mode": "lines+markers", "line": {"color": colour, "width": 2, "dash": dash}, "marker": marker}


def _lines(
    metrics: Sequence[Metrics], measure: Measure, style: _Style
) -> list[tuple[str, list[int], list[float | None], dict[str, Any]]]:
    """(name, steps, values, style) of each line that a run has of a measure."""
    groups = [line for line in metrics if line.val_loss is None]
    epochs = [line for line in metrics if line.val_loss is not None]
    steps, values = [line.step for line in groups], [getattr(line, measure) for line in groups]
    if measure not in _VALIDATED:
        return [(measure.replace("_", " "), steps, values, style.line(validated=False))]
    ends = [line.step for line in epochs]
    means = {**style.line(validated=False), "mode": "markers", "marker": {"symbol": "line-ew-open", "size": 16}}
    means["marker"] = {**means["marker"], "color": means["line"]["color"], "line": {"width": 2}}
    return [
        ("training", steps, values, style.line(validated=False)),
        ("training, mean of the epoch", ends, [getattr(line, measure) for line in epochs], means),
        (
            "validation",
            ends,
            [getattr(line, f"val_{measure}") for line in epochs],
            style.line(validated=True),
        ),
    ]


def table(runs: Sequence[Curves]) -> str:
    """All lines of `runs` as CSV: the run's name, then every field of model.records.Metrics, empty where it is None."""
    names = [field.name for field in dataclasses.fields(Metrics)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", *names])
    for run in runs:
        writer.writerows([run.name, *(getattr(line, name) for name in names)] for line in run.metrics)
    return text.getvalue()
