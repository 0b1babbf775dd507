"""Which classes are taken for which: the confusion matrix as a Plotly figure, in words and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from visualization.charts import percent

RIGHT, WRONG = "read right", "mistakes"
"""The names of the two traces: the diagonal and all else, each with a colour scale of its own."""
_LEGIBLE = {1: (0, 1, 3, 10, 30, 100, 300, 1000, 3000), 10: (0, 0.1, 0.3, 1, 3, 10, 30, 100)}


def matrix(counts: np.ndarray, names: Sequence[str], *, rates: bool = False) -> go.Figure:
    """A row for each true class, a column for what it is read as; a click's point is (row, column).

    counts: int64 (classes, classes). rates: per cent of the true class instead of pictures. Mistakes are few beside
    what is right: their colours have a scale of their own, logarithmic.
    """
    shown = 100 * shares(counts) if rates else counts.astype(float)
    figure = go.Figure([_cells(shown, counts, names, on_diagonal, rates) for on_diagonal in (True, False)])
    unit = "% of the true class" if rates else "pictures"
    factor = 10 if rates else 1
    most = float(np.where(np.eye(len(counts), dtype=bool), 0, shown).max())
    ticks = [value for value in _LEGIBLE[factor] if value <= max(most, 1 / factor)]
    places = list(range(len(names)))
    axis = {"tickvals": places, "ticktext": list(names), "showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_layout(
        xaxis={**axis, "title": {"text": "read as"}, "range": [-0.5, len(names) - 0.5]},
        yaxis={**axis, "title": {"text": "true class"}, "range": [len(names) - 0.5, -0.5], "automargin": True},
        coloraxis={
            "cmin": 0.0,
            "cmax": float(shown.diagonal().max()) or 1.0,
            "colorbar": _bar(f"{RIGHT} ({unit})", 0.78),
        },
        coloraxis2={
            "cmin": 0.0,
            "cmax": float(_coloured(np.array(most), factor)) or 1.0,
            "colorbar": {
                **_bar(f"{WRONG} ({unit}, log scale)", 0.22),
                "tickvals": [float(_coloured(np.array(value), factor)) for value in ticks],
                "ticktext": [f"{value:g}" for value in ticks],
            },
        },
        margin={"l": 40, "r": 8, "t": 8, "b": 40},
        meta={"palettes": {"coloraxis": "sequential", "coloraxis2": "sequential"}},
        uirevision="confusion",
    )
    return figure


def _bar(title: str, middle: float) -> dict[str, object]:
    return {"title": {"text": title, "side": "right"}, "thickness": 12, "len": 0.48, "y": middle}


def _coloured(values: np.ndarray, factor: float) -> np.ndarray:
    """Where values stand on the colour scale of mistakes: a decade is as long as any other, 0 is its start."""
    scaled: np.ndarray = np.log10(1 + factor * values)
    return scaled


def _cells(shown: np.ndarray, counts: np.ndarray, names: Sequence[str], on_diagonal: bool, rates: bool) -> go.Heatmap:
    diagonal = np.eye(len(counts), dtype=bool)
    colours = shown if on_diagonal else _coloured(shown, 10 if rates else 1)
    text = [[_text(value, rates) for value in row] for row in shown]
    said = [
        [sentence(counts, names, true, read) for read in range(len(names))] for true in range(len(names))
    ]  # (true, read)
    return go.Heatmap(
        z=np.where(diagonal == on_diagonal, colours, np.nan),
        text=text,
        texttemplate="%{text}",
        customdata=said,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
        coloraxis="coloraxis" if on_diagonal else "coloraxis2",
        name=RIGHT if on_diagonal else WRONG,
        xgap=1,
        ygap=1,
    )


def _text(value: float, rates: bool) -> str:
    if value == 0:
        return "·"
    return (f"{value:.1f}" if value >= 0.05 else "<0.1") if rates else f"{value:,.0f}"


def shares(counts: np.ndarray) -> np.ndarray:
    """What share of its true class each cell is, 0..1, float64; 0 for a class without pictures."""
    totals = counts.sum(axis=1, keepdims=True)
    part: np.ndarray = counts / np.maximum(totals, 1)
    return part


def sentence(counts: np.ndarray, names: Sequence[str], true: int, read: int) -> str:
    """A cell in words: "true 4, read as 9: 12 pictures, 1.2 % of all 4"."""
    count = int(counts[true, read])
    pictures = "1 picture" if count == 1 else f"{count:,} pictures"
    share = percent(float(shares(counts)[true, read]))
    return f"true {names[true]}, read as {names[read]}: {pictures}, {share} of all true {names[true]}"


def table(counts: np.ndarray, names: Sequence[str]) -> str:
    """As CSV: a row for each true class, a column for what it is read as."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["true class", *(f"read as {name}" for name in names)])
    writer.writerows([name, *map(int, row)] for name, row in zip(names, counts, strict=True))
    return text.getvalue()


def classes_table(figures: np.ndarray, counts: np.ndarray, names: Sequence[str]) -> str:
    """As CSV: precision, recall, F1 (0..1) and how many pictures of each class; figures float64 (classes, 3)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "precision", "recall", "f1", "pictures"])
    for name, row, pictures in zip(names, figures, counts.sum(axis=1), strict=True):
        writer.writerow([name, *(round(float(value), 6) for value in row), int(pictures)])
    return text.getvalue()


def worst_pair(counts: np.ndarray) -> tuple[int, int] | None:
    """(true, read) of the most frequent mistake; None where there is none."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    true, read = np.unravel_index(int(mistakes.argmax()), counts.shape)
    return (int(true), int(read)) if mistakes.any() else None
