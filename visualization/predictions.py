"""The last answers that somebody caused by drawing, choosing or moving in time: a Plotly figure and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

MOST: Final = 50
_GREY = "#8a94a3"
_OUTCOMES: Final = {
    "right": ("circle", "#56b4e9"),
    "wrong": ("x", "#e69f00"),
    "true class unknown": ("diamond-open", "#cc79a7"),
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer, in words: which run and step gave it, to which picture.

    label: the true class, None where nobody knows; confidence: the probability of the answer, 0..1.
    """

    run: str
    step: int
    picture: str
    read_as: str
    label: str | None
    confidence: float

    @property
    def outcome(self) -> str:
        """Whether it was right, as far as anybody knows."""
        if self.label is None:
            return "true class unknown"
        return "right" if self.label == self.read_as else "wrong"


def chart(predictions: Sequence[Prediction]) -> go.Figure:
    """Confidence of the answers, oldest first; a mark says whether each was right."""
    numbers = list(range(1, len(predictions) + 1))
    figure = go.Figure(
        go.Scatter(
            x=numbers,
            y=[100 * prediction.confidence for prediction in predictions],
            mode="lines",
            line={"color": _GREY, "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for outcome, (symbol, colour) in _OUTCOMES.items():
        found = [(number, one) for number, one in zip(numbers, predictions, strict=True) if one.outcome == outcome]
        figure.add_trace(
            go.Scatter(
                x=[number for number, _ in found],
                y=[100 * one.confidence for _, one in found],
                mode="markers",
                name=outcome,
                marker={"symbol": symbol, "color": colour, "size": 10, "line": {"width": 2}},
                customdata=[[one.picture, one.read_as, one.step, one.label or "nobody knows"] for _, one in found],
                hovertemplate="%{customdata[0]} at step %{customdata[2]:,}: read as %{customdata[1]} with %{y:.1f} %, "
                "true class %{customdata[3]}<extra></extra>",
                showlegend=True,
            )
        )
    for level, words in ((90, "90 %: sure"), (50, "50 %: a guess between two")):
        figure.add_hline(y=level, line={"width": 1.5, "dash": "dot", "color": _GREY})
        figure.add_annotation(
            x=1, xref="paper", y=level, text=words, showarrow=False, xanchor="right", yanchor="bottom"
        )
    figure.update_xaxes(title_text="answer (oldest first)", range=[0.5, max(len(numbers), 10) + 0.5], dtick=5, tick0=0)
    figure.update_yaxes(title_text="confidence (%)", range=[0, 108], tickvals=[0, 50, 90, 100])
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": 30, "b": 44},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        uirevision="predictions",
    )
    return figure


def table(predictions: Sequence[Prediction]) -> str:
    """As CSV, oldest first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["answer", "picture", "run", "step", "read as", "true class", "confidence"])
    for number, one in enumerate(predictions, start=1):
        writer.writerow(
            [number, one.picture, one.run, one.step, one.read_as, one.label or "", round(one.confidence, 6)]
        )
    return text.getvalue()
