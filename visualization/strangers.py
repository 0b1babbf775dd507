"""How far real pictures and others lie from the training pictures, as a Plotly figure and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from data.scribbles import KINDS
from model import rejection
from model.rejection import Rates

_BINS = 50
_COLOURS = ("#e69f00", "#cc79a7", "#009e73")
_DASHES = ("solid", "dash", "dot")
_BLUE, _GREY = "#56b4e9", "#8a94a3"


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One score of real pictures and of others by kind, float32 each; the higher, the stranger."""

    validation: np.ndarray
    test: np.ndarray
    other_validation: Mapping[str, np.ndarray]
    other_test: Mapping[str, np.ndarray]

    def limit(self, share: float) -> float:
        """The threshold that lets at least `share` of the validation pictures through."""
        return rejection.threshold(self.validation, share)

    def validated(self, share: float) -> Rates:
        """How that does on the pictures it was chosen on."""
        return rejection.rates(self.limit(share), self.validation, self.other_validation)

    def tested(self, share: float) -> Rates:
        """How it does on test pictures and on others made of them."""
        return rejection.rates(self.limit(share), self.test, self.other_test)


def distance(result: Mapping[str, np.ndarray]) -> Scores:
    """The distances in what model.evaluation.strangers computed."""
    return _scores({name: array[:, 0] for name, array in _columns(result)})


def doubt(result: Mapping[str, np.ndarray]) -> Scores:
    """What is missing of 1 in the largest probability there: the usual score, to compare with."""
    return _scores({name: 1 - array[:, 1] for name, array in _columns(result)})


def _columns(result: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    return [(name, result[name]) for name in ("validation", "test", "other_validation", "other_test")]


def _scores(columns: Mapping[str, np.ndarray]) -> Scores:
    kinds = {
        name: dict(zip(KINDS, np.split(columns[name], len(KINDS)), strict=True))
        for name in ("other_validation", "other_test")
    }
    return Scores(columns["validation"], columns["test"], kinds["other_validation"], kinds["other_test"])


def histogram(scores: Scores, limit: float) -> go.Figure:
    """How many per cent of the test pictures, and of each other kind, lie at which distance; a line at the threshold.

    Each kind has a colour and a dash of its own.
    """
    groups = {"test pictures": scores.test, **scores.other_test}
    end = max(float(values.max()) for values in groups.values())
    edges = np.linspace(0, end * 1.0001, _BINS + 1)
    figure, highest = go.Figure(), 0.0
    for place, (name, values) in enumerate(groups.items()):
        parts = 100 * np.histogram(values, edges)[0] / len(values)
        highest = max(highest, float(parts.max()))
        style = {"color": _BLUE if place == 0 else _COLOURS[place - 1], "width": 2}
        figure.add_trace(
            go.Scatter(
                x=(edges[:-1] + edges[1:]) / 2,
                y=parts,
                mode="lines",
                line={**style, "shape": "hvh", "dash": "solid" if place == 0 else _DASHES[place - 1]},
                fill="tozeroy" if place == 0 else None,
                name=name,
                hovertemplate=f"%{{y:.1f}} % of the {name} lie about %{{x:.2f}} away<extra></extra>",
            )
        )
    figure.add_vline(x=limit, line={"width": 3, "dash": "longdash", "color": _GREY})
    figure.add_annotation(
        x=limit, y=1, yref="paper", text="none of these →", showarrow=False, xanchor="left", yanchor="top", xshift=4
    )
    figure.update_xaxes(title_text="distance to training pictures", range=[0, end * 1.02])
    # Room above the lines for the threshold's words.
    figure.update_yaxes(title_text="share of its kind (%)", range=[0, 1.2 * highest])
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": 30, "b": 44},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        uirevision="strangers",
    )
    return figure


def table(scores: Scores, limit: float) -> str:
    """As CSV: every picture's kind, half, distance, and whether it passes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kind", "half", "distance", "passes"])
    for half, real, others in (
        ("validation", scores.validation, scores.other_validation),
        ("test", scores.test, scores.other_test),
    ):
        for kind, values in {"real pictures": real, **others}.items():
            writer.writerows([kind, half, round(float(value), 5), bool(value <= limit)] for value in values)
    return text.getvalue()
