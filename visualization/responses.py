"""Which classes a filter answers to, and how its kernel grew, as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from visualization import class_words

# Okabe and Ito's blue: told from grey by every kind of colour vision, readable on dark and on light.
_BLUE = "#56b4e9"


def by_class(means: np.ndarray, class_names: Sequence[str]) -> go.Figure:
    """A bar for each class: the filter's mean activation, float32 (classes,); NaN for a class that was never seen.

    The class with the largest mean has an arrow and full strength.
    """
    strongest = int(np.nanargmax(means))
    drawn = class_words.leading(means, strongest)
    cut = class_words.shorts(class_names)
    names = [f"{'▶ ' if place == strongest else ''}{cut[place]}" for place in drawn]
    figure = go.Figure(
        go.Bar(
            x=means[drawn].astype(float),
            y=list(range(len(names))),
            orientation="h",
            marker={"color": _BLUE, "opacity": [1.0 if place == strongest else 0.55 for place in drawn]},
            text=[f"{means[place]:.3g}" for place in drawn],
            textposition="outside",
            cliponaxis=False,
            customdata=[class_names[place] for place in drawn],
            hovertemplate="%{customdata}: mean activation %{x:.4g}<extra></extra>",
        )
    )
    low, high = min(0.0, float(np.nanmin(means))), max(0.0, float(np.nanmax(means)))
    figure.update_layout(
        xaxis={"title": {"text": "mean activation"}, "range": [1.25 * low, 1.25 * high] if high > low else [0, 1]},
        yaxis={
            "title": {"text": "class" if len(drawn) == len(means) else f"{len(drawn)} of {len(means)} classes"},
            "tickvals": list(range(len(names))),
            "ticktext": names,
            "autorange": "reversed",
            "showgrid": False,
            "automargin": True,
        },
        margin={"l": 8, "r": 8, "t": 6, "b": 40},
        bargap=0.25,
        uirevision="classes",
    )
    return figure


def norm_curve(steps: Sequence[int], norms: np.ndarray, step: int) -> go.Figure:
    """The norm of a kernel over the snapshots of its run, an upright line at the step that is shown."""
    figure = go.Figure(
        go.Scatter(
            x=list(steps),
            y=norms,
            mode="lines+markers",
            line={"color": _BLUE, "width": 2},
            marker={"size": 6},
            hovertemplate="step %{x:,}: norm %{y:.4g}<extra></extra>",
        )
    )
    figure.add_vline(x=step, line={"width": 1.5, "dash": "dot", "color": "#8a94a3"})
    figure.update_layout(
        xaxis={"title": {"text": "step (batches trained)"}},
        yaxis={"title": {"text": "norm of the kernel"}, "rangemode": "tozero", "automargin": True},
        margin={"l": 8, "r": 12, "t": 6, "b": 40},
        showlegend=False,
        uirevision="norms",
    )
    return figure
