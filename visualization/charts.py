"""Flat charts as Plotly figures from plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from model.records import Metrics

# Okabe and Ito's blue and orange: told apart by every kind of colour vision, readable on dark and on light.
_TRAINING = "#56b4e9"
_VALIDATION = "#e69f00"


def curve(metrics: Sequence[Metrics], measure: Literal["loss", "accuracy"], total_steps: int) -> go.Figure:
    """Loss or accuracy over the steps: a line through the batch groups, marks where an epoch was validated."""
    title, unit, factor = _MEASURES[measure]
    figure = go.Figure()
    for name, field in (("training", measure), ("validation", f"val_{measure}")):
        lines = [line for line in metrics if (line.val_loss is not None) == (name == "validation")]
        figure.add_trace(
            go.Scatter(
                x=[line.step for line in lines],
                y=[factor * getattr(line, field) for line in lines],
                name=name,
                **_STYLES[name],
                hovertemplate=f"step %{{x:,}}: {name} {measure} %{{y:.4g}} {unit}<extra></extra>",
            )
        )
    # A little more than all steps, or the last mark would be cut in half.
    figure.update_xaxes(title_text="step (batches trained)", range=[0, 1.02 * max(total_steps, 1)])
    figure.update_yaxes(title_text=title, rangemode="tozero" if measure == "loss" else "normal")
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": 36, "b": 48},
        showlegend=True,
        legend={"orientation": "h", "y": 1.1, "x": 0},
        uirevision=measure,
    )
    return figure


_MEASURES = {"loss": ("loss (cross-entropy, nats)", "nats", 1.0), "accuracy": ("accuracy (% of images)", "%", 100.0)}
_STYLES = {
    "training": {"mode": "lines", "line": {"color": _TRAINING, "width": 1.5}},
    "validation": {
        "mode": "lines+markers",
        "line": {"color": _VALIDATION, "width": 2, "dash": "dot"},
        "marker": {"symbol": "diamond", "size": 9},
    },
}


def probabilities(values: np.ndarray, class_names: Sequence[str], label: int | None = None) -> go.Figure:
    """The network's answer: a bar for each class, float32 (classes,), summing to 1.

    The winner has an arrow and full strength, the true class (`label`) a tick, so that neither depends on colour.
    """
    winner = int(values.argmax())
    names = [
        f"{'▶ ' if place == winner else ''}{name}{' ✓' if place == label else ''}"
        for place, name in enumerate(class_names)
    ]
    figure = go.Figure(
        go.Bar(
            x=100 * values.astype(float),
            y=list(range(len(names))),
            orientation="h",
            marker={"color": _TRAINING, "opacity": [1.0 if place == winner else 0.55 for place in range(len(names))]},
            text=[percent(float(value)) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=list(class_names),
            hovertemplate="%{customdata}: %{x:.3f} %<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": {"text": "probability (%)"}, "range": [0, 138], "tickvals": [0, 50, 100]},
        yaxis={"tickvals": list(range(len(names))), "ticktext": names, "autorange": "reversed", "showgrid": False},
        margin={"l": 8, "r": 8, "t": 4, "b": 36},
        bargap=0.25,
        uirevision="probabilities",
    )
    figure.update_yaxes(automargin=True)
    return figure


def percent(share: float) -> str:
    """A share 0..1 for people: one decimal, never 100.0 % or 0.0 % for what is not quite that, and no line break."""
    if 0.9995 <= share < 1:
        return ">\u00a099.9\u00a0%"
    if 0 < share < 0.0005:
        return "<\u00a00.1\u00a0%"
    return f"{100 * share:.1f}\u00a0%"
