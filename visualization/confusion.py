"""Which classes are taken for which: the confusion matrix as a Plotly figure, in words and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from visualization import class_words
from visualization.charts import percent

MOST_WRITTEN = 24
"""Classes up to which each cell has room for its number; hover says it always."""
_LEGIBLE = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)


def most_confused(counts: np.ndarray, most: int = 16) -> tuple[int, ...]:
    """At most so many classes, ascending: those in the most frequent mistakes, the first ones where there are few."""
    mistakes = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    found: set[int] = set()
    for place in np.argsort(-mistakes, axis=None, kind="stable").tolist():
        pair = set(divmod(place, len(counts)))
        if mistakes.flat[place] and len(found | pair) <= most:
            found |= pair
    return tuple(sorted(found or range(most)))


def matrix(
    counts: np.ndarray, names: Sequence[str], *, rates: bool = False, only: Sequence[int] | None = None
) -> go.Figure:
    """A row for each true class, a column for what it is read as; a click's point is (row, column).

    counts: int64 (classes, classes). rates: per cent of the true class instead of pictures. only: the classes that are
    drawn, in this order; all if None. The diagonal goes down the colour scale, linearly; mistakes, which are few beside
    it, go up the scale, logarithmically.
    """
    drawn = list(range(len(names)) if only is None else only)
    shown = (100 * shares(counts) if rates else counts.astype(float))[np.ix_(drawn, drawn)]
    diagonal = np.eye(len(drawn), dtype=bool)
    written = len(drawn) <= MOST_WRITTEN
    most_right = float(shown[diagonal].max()) or 1.0
    most_wrong = float(shown[~diagonal].max()) or 1.0
    least = 0.1 if rates else 1.0  # about what a single picture is
    wrong = _raised(shown, least) / _raised(most_wrong, least)
    figure = go.Figure(
        go.Heatmap(
            z=np.where(diagonal, -shown / most_right, wrong),
            text=[[_text(value, rates) for value in row] for row in shown],
            texttemplate="%{text}" if written else None,
            customdata=[[sentence(counts, names, true, read) for read in drawn] for true in drawn],
            hovertemplate="%{customdata}<extra></extra>",
            coloraxis="coloraxis",
            name="cells",
            xgap=1 if written else 0,
            ygap=1 if written else 0,
        )
    )
    unit = "% of the true class" if rates else "pictures"
    ticks = [value for value in _LEGIBLE if least <= value <= most_wrong][-4:]
    marked = {-1.0: f"{most_right:,.4g} right", -0.5: f"{most_right / 2:,.4g}", 0.0: "0"}
    marked |= {float(_raised(value, least) / _raised(most_wrong, least)): f"{value:,g} wrong" for value in ticks}
    places, words = class_words.ticks([names[place] for place in drawn])
    part = "" if len(drawn) == len(names) else f" ({len(drawn)} of {len(names)} classes)"
    axis = {"tickvals": places, "ticktext": words, "showgrid": False, "zeroline": False, "constrain": "domain"}
    figure.update_layout(
        xaxis={**axis, "title": {"text": f"read as{part}"}, "range": [-0.5, len(drawn) - 0.5], "automargin": True},
        yaxis={**axis, "title": {"text": f"true class{part}"}, "range": [len(drawn) - 0.5, -0.5], "automargin": True},
        coloraxis={
            "cmin": -1.0,
            "cmax": 1.0,
            "colorbar": {
                "title": {"text": f"{unit} (mistakes: log)", "side": "right"},
                "thickness": 12,
                "tickvals": list(marked),
                "ticktext": list(marked.values()),
            },
        },
        margin={"l": 40, "r": 8, "t": 8, "b": 40},
        meta={"palettes": {"coloraxis": "diverging"}},
        uirevision=f"confusion {drawn}" if part else "confusion",
    )
    return figure


def _raised(values: np.ndarray | float, least: float) -> np.ndarray:
    """Where values stand on a logarithmic scale that begins at 0: 0 stays 0."""
    scaled: np.ndarray = np.log10(1 + np.asarray(values) / least)
    return scaled


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
