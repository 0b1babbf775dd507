"""Whether the network is as often right as it is sure, as a Plotly figure and as a table."""

from __future__ import annotations

import csv
import io

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from model.calibration import Reliability

# Okabe and Ito's blue and orange: told apart by every kind of colour vision, readable on dark and on light.
_BLUE, _ORANGE, _GREY = "#56b4e9", "#e69f00", "#8a94a3"


def diagram(found: Reliability) -> go.Figure:
    """Accuracy in each bin of confidence against the diagonal; below, on a log scale, how many pictures the bin has."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.06)
    middles = 50 * (found.edges[:-1] + found.edges[1:])
    width = 100 / len(found.count)
    spans = [[100 * low, 100 * high] for low, high in zip(found.edges[:-1], found.edges[1:], strict=True)]
    said = [
        [low, high, int(count), 100 * confidence, abs(100 * gap), "too sure" if gap > 0 else "not sure enough"]
        for (low, high), count, confidence, gap in zip(spans, found.count, found.confidence, found.gaps, strict=True)
    ]
    words = (
        "of %{customdata[2]:,} pictures read with %{customdata[0]:.0f} to %{customdata[1]:.0f} %, on average "
        "%{customdata[3]:.1f} %, %{y:.1f} % are right: %{customdata[5]} by %{customdata[4]:.1f} percentage points"
    )
    figure.add_trace(
        go.Bar(
            x=middles,
            y=100 * found.accuracy,
            width=width,
            customdata=said,
            name="accuracy in the bin",
            marker={"color": _BLUE, "line": {"width": 1, "color": _GREY}},
            hovertemplate=f"{words}<extra></extra>",
        ),
        row=1,
        col=1,
    )
    figure.add_trace(
        go.Scatter(
            x=[0, 100],
            y=[0, 100],
            mode="lines",
            name="as often right as sure",
            line={"dash": "dash", "color": _ORANGE, "width": 2},
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )
    figure.add_trace(
        go.Bar(
            x=middles,
            y=found.count,
            width=width,
            customdata=spans,
            name="pictures in the bin",
            marker={"color": _GREY, "line": {"width": 1, "color": _GREY}},
            text=[f"{int(count):,}" if count else "" for count in found.count],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y:,} pictures are read with %{customdata[0]:.0f} to %{customdata[1]:.0f} %<extra></extra>",
        ),
        row=2,
        col=1,
    )
    figure.update_xaxes(range=[0, 100])
    figure.update_xaxes(title_text="confidence of the answer (%)", row=2, col=1)
    figure.update_yaxes(title_text="accuracy (%)", range=[0, 105], row=1, col=1)
    # From below 1, or a bin of one picture would have no height; with room for the numbers above.
    top = 2 + len(str(int(found.count.max())))
    figure.update_yaxes(title_text="pictures", type="log", range=[-0.3, top], row=2, col=1, tickvals=[1, 100, 10_000])
    figure.update_layout(
        margin={"l": 56, "r": 12, "t": 30, "b": 44},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        bargap=0,
        uirevision="reliability",
    )
    return figure


def table(found: Reliability) -> str:
    """As CSV: a row for each bin; empty cells where it has no picture."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["confidence from", "confidence to", "pictures", "mean confidence", "accuracy"])
    for low, high, count, confidence, accuracy in zip(
        found.edges[:-1], found.edges[1:], found.count, found.confidence, found.accuracy, strict=True
    ):
        means = ["", ""] if count == 0 else [round(float(confidence), 6), round(float(accuracy), 6)]
        writer.writerow([round(float(low), 6), round(float(high), 6), int(count), *means])
    return text.getvalue()
