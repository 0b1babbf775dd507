"""How active layers and units are, and the weights into an output, as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from model.activity import Activity
from model.kernels import grid
from visualization import class_words
from visualization.charts import percent

# Okabe and Ito's colours: told apart by every kind of colour vision, readable on dark and on light.
_BLUE, _ORANGE, _GREEN = "#56b4e9", "#e69f00", "#009e73"
_MOST_NUMBERED = 160
"""Units of a grid that have their number written into them."""
_BINS = 24
_LONGEST = 20
"""Characters of a layer's name beside its bars."""
MOST_BARS = 14
"""Layers with bars of their own: of more, the figure would be many windows high."""


def layers(found: Sequence[Activity]) -> go.Figure:
    """Mean and largest activation of each layer side by side, and beside them the share of its neurons above zero.

    The numbers stand at the bars, as layers of very different scale share the axis; the share has one of its own. Of
    more than MOST_BARS layers there are lines over the layers' order instead, and the share is below.
    """
    return _lines(found) if len(found) > MOST_BARS else _bars(found)


def _bars(found: Sequence[Activity]) -> go.Figure:
    titles = class_words.shorts([each.title for each in found], _LONGEST)
    figure = go.Figure()
    for name, values, colour, pattern in (
        ("largest", [each.maximum for each in found], _ORANGE, "/"),
        ("mean", [each.mean for each in found], _BLUE, ""),
    ):
        figure.add_bar(
            x=values,
            y=titles,
            name=name,
            orientation="h",
            offsetgroup=name,
            marker={"color": colour, "pattern": {"shape": pattern, "size": 5}},
            text=[_number(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=[each.title for each in found],
            hovertemplate=f"%{{customdata}}: {name} activation %{{x:.4g}}<extra></extra>",
        )
    figure.add_bar(
        x=[100 * each.above for each in found],
        y=titles,
        name="above zero",
        orientation="h",
        xaxis="x2",
        yaxis="y2",
        marker={"color": _GREEN, "pattern": {"shape": "."}},
        text=[percent(each.above) for each in found],
        textposition="outside",
        cliponaxis=False,
        customdata=[f"{each.title}: {round(each.above * each.neurons):,} of {each.neurons:,}" for each in found],
        hovertemplate="%{customdata} neurons are above zero<extra></extra>",
    )
    ends = [0.0, *(each.maximum for each in found), *(each.mean for each in found)]
    low, high = min(ends), max(ends)
    wide = high - low or 1.0
    # Numbers are written outside of the bars, of negative ones to their left, where the layers' names end.
    reach = [low - (0.36 * wide if low < 0 else 0.0), high + 0.28 * wide]
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        xaxis={"title": {"text": "activation"}, "domain": [0, 0.6], "range": reach},
        xaxis2={
            "title": {"text": "above zero (%)"},
            "domain": [0.68, 1],
            "range": [0, 145],
            "tickvals": [0, 50, 100],
            "anchor": "y2",
        },
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False},
        yaxis2={"matches": "y", "anchor": "x2", "showticklabels": False, "showgrid": False},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        margin={"l": 8, "r": 16, "t": 30, "b": 40},
        uirevision="layers",
    )
    return figure


def _number(value: float) -> str:
    """With three digits; what is but rounding is no number to read."""
    return "~0" if 0 < abs(value) < 1e-6 else f"{value:.3g}"


def _lines(found: Sequence[Activity]) -> go.Figure:
    order = list(range(1, len(found) + 1))
    titles = [each.title for each in found]
    figure = go.Figure()
    for name, values, colour, dash, axis in (
        ("largest", [each.maximum for each in found], _ORANGE, "dot", "y"),
        ("mean", [each.mean for each in found], _BLUE, "solid", "y"),
        ("above zero", [100 * each.above for each in found], _GREEN, "dash", "y2"),
    ):
        said = "%{y:.1f} % of its neurons are above zero" if axis == "y2" else f"{name} activation %{{y:.4g}}"
        figure.add_scatter(
            x=order,
            y=values,
            yaxis=axis,
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2},
            customdata=titles,
            hovertemplate=f"%{{customdata}}, layer %{{x}} of {len(found)}: {said}<extra></extra>",
        )
    figure.update_layout(
        xaxis={
            "title": {"text": f"layer, 1 to {len(found)} in their order"},
            "range": [0, len(found) + 1],
            "anchor": "y2",
            "zeroline": False,
        },
        yaxis={"title": {"text": "activation"}, "domain": [0.46, 1], "automargin": True},
        yaxis2={"title": {"text": "above zero (%)"}, "domain": [0, 0.36], "range": [0, 104], "automargin": True},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        margin={"l": 8, "r": 16, "t": 30, "b": 40},
        uirevision="layers",
    )
    return figure


def weights(values: np.ndarray) -> go.Figure:
    """How many weights are how large, a line at zero; values float32 (weights,). No bar lies on both sides of zero."""
    reach = float(np.abs(values).max(initial=0)) or 1.0
    counts, edges = np.histogram(values, bins=_BINS, range=(-reach, reach))
    middles = (edges[:-1] + edges[1:]) / 2
    negative = int((values < 0).sum())
    positive = int((values > 0).sum())
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=counts,
            width=float(edges[1] - edges[0]),
            marker={
                "color": [_BLUE if middle < 0 else _ORANGE for middle in middles],
                "pattern": {"shape": ["\\" if middle < 0 else "" for middle in middles], "size": 5},
            },
            customdata=np.stack([edges[:-1], edges[1:]], 1),
            hovertemplate="%{y} weights from %{customdata[0]:.3g} to %{customdata[1]:.3g}<extra></extra>",
        )
    )
    figure.add_vline(x=0, line={"width": 2, "color": "#8a94a3"})
    for x, anchor, text in ((-reach, "left", f"{negative:,} negative"), (reach, "right", f"{positive:,} positive")):
        figure.add_annotation(x=x, y=1.0, yref="paper", yanchor="bottom", xanchor=anchor, text=text, showarrow=False)
    figure.update_layout(
        xaxis={"title": {"text": "weight"}, "range": [-1.04 * reach, 1.04 * reach]},
        yaxis={"title": {"text": "weights (number)"}, "automargin": True},
        margin={"l": 8, "r": 8, "t": 26, "b": 40},
        bargap=0.05,
        showlegend=False,
        uirevision="weights",
    )
    return figure


def units(values: np.ndarray, title: str) -> go.Figure:
    """The units of a layer in a tidy grid, coloured by activation; values float32 (units,). Blank where none is.

    A unit's number is that at its row and that above its column together.
    """
    rows, columns = grid(len(values))
    sheet = np.full(rows * columns, np.nan, np.float32)
    sheet[: len(values)] = values
    numbers = np.arange(rows * columns).reshape(rows, columns)
    signed = bool(values.min(initial=0) < 0)
    high = float(np.abs(values).max(initial=0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=sheet.reshape(rows, columns),
            customdata=numbers,
            coloraxis="coloraxis",
            xgap=2,
            ygap=2,
            hoverongaps=False,
            text=numbers,
            texttemplate="%{text}" if len(values) <= _MOST_NUMBERED else None,
            hovertemplate=f"{title}, unit %{{customdata}}: %{{z:.4g}}<extra></extra>",
        )
    )
    every = max(1, -(-rows // 16))
    figure.update_layout(
        xaxis={
            "title": {"text": "added to the row's first", "standoff": 6},
            "visible": columns > 1,
            # Of many columns, more numbers would be turned upright for want of room.
            "tickvals": list(range(0, columns, 1 if columns <= 8 else 4)) if columns <= 16 else None,
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "title": {"text": "first unit of the row" if columns > 1 else "unit", "standoff": 8},
            "tickvals": list(range(0, rows, every)),
            "ticktext": [f"{row * columns:,}" for row in range(0, rows, every)],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
        },
        coloraxis={
            "cmin": -high if signed else 0.0,
            "cmax": high,
            "colorbar": {"title": {"text": "activation", "side": "right"}, "thickness": 12},
        },
        margin={"l": 8, "r": 0, "t": 6, "b": 40},
        meta={"palettes": {"coloraxis": "diverging" if signed else "sequential"}},
        uirevision=title,
    )
    return figure
