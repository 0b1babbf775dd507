"""What muting filters and units does to the test accuracy: figures, sentences and tables of numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from model import muting
from model.analyses import Arrays
from model.networks import Network
from visualization import charts, class_words

# Okabe and Ito's colours; the muted one is hatched too.
_BEFORE, _AFTER, _CHANGE = "#56b4e9", "#e69f00", "#cc79a7"


_MOST_WRITTEN = 24
"""Classes up to which each bar has room for its number."""
_NAMED = 6
"""Channels of a layer that a sentence names."""


@dataclass(frozen=True, slots=True)
class Score:
    """One reading of the test set.

    images, hits: int64 (classes,), how many of each class there are, and how many of these are read right; loss: mean
    cross-entropy in nats.
    """

    images: np.ndarray
    hits: np.ndarray
    loss: float

    @property
    def accuracy(self) -> float:
        """0..1."""
        return float(self.hits.sum() / self.images.sum())

    @property
    def by_class(self) -> np.ndarray:
        """Share read right of each class, 0..1, NaN for a class without images; float64 (classes,)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.hits / self.images)


def score(result: Arrays) -> Score:
    """The result of a `knockout` analysis."""
    return Score(result["images"], result["hits"], float(result["loss"][0]))


@dataclass(frozen=True, slots=True)
class Worth:
    """What one filter or unit is worth: what is lost without it.

    accuracy: percentage points of the test accuracy lost; loss: by how many nats the mean cross-entropy rises;
    class_name, class_change: the class that changes most, and by how many percentage points.
    """

    channel: int
    accuracy: float
    loss: float
    class_name: str
    class_change: float


def worths(ranking: Arrays, before: Score, names: Sequence[str]) -> tuple[Worth, ...]:
    """All channels of a `ranking` analysis, the one worth most first; the loss decides between equal accuracies."""
    found = []
    for channel, (hits, loss) in enumerate(zip(ranking["hits"], ranking["loss"], strict=True)):
        after = Score(ranking["images"], hits, float(loss))
        changes = points(before, after)
        most = int(np.nanargmax(np.abs(changes)))
        lost = 100 * (before.accuracy - after.accuracy)
        found.append(Worth(channel, lost, after.loss - before.loss, names[most], float(changes[most])))
    return tuple(sorted(found, key=lambda worth: (-round(worth.accuracy, 9), -worth.loss)))


def before_and_after(before: Score, after: Score | None, names: Sequence[str]) -> go.Figure:
    """Every class's accuracy with everything and, with `after`, without what is muted, and below the differences."""
    heights = [0.58, 0.42] if after else [1.0]
    figure = make_subplots(rows=len(heights), cols=1, shared_xaxes=True, row_heights=heights, vertical_spacing=0.07)
    drawn = _drawn(before, after)
    places, some = list(range(len(drawn))), [names[place] for place in drawn]
    readings = [("with everything", before, _BEFORE, "")]
    if after:
        readings.append(("with muted ones", after, _AFTER, "/"))
    for name, values, colour, pattern in readings:
        figure.add_bar(
            x=places,
            y=100 * values.by_class[drawn],
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern}},
            customdata=list(zip(some, values.hits[drawn], values.images[drawn], strict=True)),
            hovertemplate=f"%{{customdata[0]}}, {name}: %{{customdata[1]:,}} of %{{customdata[2]:,}} read right, "
            "%{y:.2f} %<extra></extra>",
            row=1,
            col=1,
        )
    if after:
        _add_differences(figure, points(before, after)[drawn], some)
    named, words = class_words.ticks(some)
    figure.update_xaxes(tickvals=named, ticktext=words, showgrid=False, zeroline=False)
    which = "that change most" if after else "read worst"
    every = len(drawn) == len(names)
    words_below = "class of the test images" if every else f"class: {len(drawn)} of {len(names)} {which}"
    title = {"text": words_below, "standoff": 8}  # below names that are turned for want of room
    figure.update_xaxes(title=title, automargin=True, row=len(heights))
    figure.update_yaxes(title_text="read right (%)", range=[0, 104], row=1)
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        margin={"l": 60, "r": 8, "t": 28, "b": 44},
        uirevision="knock-out",
    )
    return figure


def _drawn(before: Score, after: Score | None) -> list[int]:
    """The classes that have bars, in their order; of very many those that change most, or without `after` are worst."""
    interest = -before.by_class if after is None else np.abs(points(before, after))
    if len(interest) <= _MOST_WRITTEN:
        return list(range(len(interest)))
    order = np.argsort(-np.nan_to_num(interest, nan=-np.inf), kind="stable")
    return sorted(order[:_MOST_WRITTEN].tolist())


def _add_differences(figure: go.Figure, changes: np.ndarray, names: Sequence[str]) -> None:
    figure.add_bar(
        x=list(range(len(names))),
        y=changes,
        name="difference",
        showlegend=False,
        marker={"color": _CHANGE},
        text=[signed(change) for change in changes],
        textposition="outside",
        cliponaxis=False,
        customdata=list(names),
        hovertemplate="%{customdata}: %{y:+.2f} percentage points<extra></extra>",
        row=2,
        col=1,
    )
    # Room for the numbers beyond the bars' ends, on the side where there are any.
    low, high = min(float(np.nanmin(changes)), 0.0), max(float(np.nanmax(changes)), 0.0)
    room = 0.3 * max(high - low, 0.1)
    figure.update_yaxes(title_text="difference (points)", range=[low - room, high + room], row=2)


def points(before: Score, after: Score) -> np.ndarray:
    """By how many percentage points each class's share changes, NaN for a class without images."""
    return np.asarray(100 * (after.by_class - before.by_class))


def sentence(before: Score, after: Score, names: Sequence[str], what: str) -> str:
    """What muting `what` did, in words."""
    change = 100 * (after.accuracy - before.accuracy)
    changes = points(before, after)
    most = int(np.nanargmax(np.abs(changes)))
    first = (
        f"Without {what} the network reads {exact_percent(after.accuracy)} of the {int(after.images.sum()):,} test "
        f"images right instead of {exact_percent(before.accuracy)}: {signed(change)} percentage points"
    )
    if not np.nanmax(np.abs(changes)):
        return f"{first}. No class changes."
    still = int((changes == 0).sum())
    stay = "stays as it is" if still == 1 else "stay as they are"
    rest = f"; {still} of {len(names)} classes {stay}" if still else ""
    return f"{first}. **{names[most]}** changes most, by {signed(float(changes[most]))}{rest}."


def table(before: Score, after: Score, names: Sequence[str]) -> str:
    """Every class as CSV: images, read right before and after, difference in percentage points."""
    lines = zip(names, before.images, before.hits, after.hits, points(before, after).round(6), strict=True)
    return _csv(
        ["class", "test images", "right with everything", "right with muted ones", "difference in points"], lines
    )


def ranking_table(ranked: Sequence[Worth]) -> str:
    """The ranking as CSV."""
    lines = [(w.channel, w.accuracy, w.loss, w.class_name, w.class_change) for w in ranked]
    return _csv(["channel", "accuracy lost in points", "loss gained in nats", "class", "its change in points"], lines)


def choice_words(choice: muting.Choice, network: Network) -> str:
    """What is muted, for people: "conv 1 maps 3, 7 and dense 1 unit 4"; of many, "conv 1 maps 0, 1, 2 … (32)"."""
    kinds = kind_words(network)
    parts = []
    for layer, channels in choice.items():
        kind = kinds[layer] + ("s" if len(channels) > 1 else "")
        few = ", ".join(map(str, channels[:_NAMED])) + (f" … ({len(channels)})" if len(channels) > _NAMED else "")
        parts.append(f"{layer.replace('_', ' ')} {kind} {few}")
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def kind_words(network: Network) -> Mapping[str, str]:
    """What a channel of each layer that can be muted is called: "map" or "unit"."""
    return {placed.layer.name: "map" if len(placed.output_shape) > 1 else "unit" for placed in muting.mutable(network)}


def signed(points: float) -> str:
    """A difference with its sign: "+0.04", "−3.20", "0"."""
    return "0" if abs(points) < 0.005 else f"{points:+.2f}".replace("-", "−")


def exact_percent(share: float) -> str:
    """A share with two decimals, as one image of 10,000 is 0.01 %."""
    return charts.percent(share) if 0 < share < 0.0005 else f"{100 * share:.2f}\u00a0%"


def _csv(head: Sequence[str], lines: object) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)  # type: ignore[arg-type]
    return text.getvalue()
