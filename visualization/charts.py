"""The network's answer as a Plotly figure, and shares in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from visualization import class_words

# Okabe and Ito's blue: told from grey by every kind of colour vision, readable on dark and on light.
_BLUE = "#56b4e9"


def probabilities(values: np.ndarray, class_names: Sequence[str], label: int | None = None) -> go.Figure:
    """The network's answer: a bar for each class, float32 (classes,), summing to 1; of very many, the most likely.

    The winner has an arrow and full strength, the true class (`label`) a tick, so that neither depends on colour.
    """
    winner = int(values.argmax())
    drawn = class_words.leading(values, label)
    cut = class_words.shorts(class_names)
    names = [f"{'▶ ' if place == winner else ''}{cut[place]}{' ✓' if place == label else ''}" for place in drawn]
    figure = go.Figure(
        go.Bar(
            x=100 * values[drawn].astype(float),
            y=list(range(len(names))),
            orientation="h",
            marker={"color": _BLUE, "opacity": [1.0 if place == winner else 0.55 for place in drawn]},
            text=[percent(float(values[place])) for place in drawn],
            textposition="outside",
            cliponaxis=False,
            customdata=[class_names[place] for place in drawn],
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
    if len(drawn) < len(values):
        figure.update_yaxes(title_text=f"{len(drawn)} of {len(values)} classes")
    figure.update_yaxes(automargin=True)
    return figure


def percent(share: float) -> str:
    """A share 0..1 for people: one decimal, never 100.0 % or 0.0 % for what is not quite that, and no line break."""
    if 0.9995 <= share < 1:
        return ">\u00a099.9\u00a0%"
    if 0 < share < 0.0005:
        return "<\u00a00.1\u00a0%"
    return f"{100 * share:.1f}\u00a0%"
