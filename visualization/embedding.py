"""Pictures as points in space, by what a layer makes of them, as a Plotly figure and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from model.analyses import Arrays
from visualization import charts, class_words
from visualization.thumbnails import Thumbnails

# Middling shades, readable on dark and on light; the class's sign tells points apart where colours do not.
_COLOURS = (
    "#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#2f7fd0", "#a89a00", "#8c8c8c", "#9a6ee8", "#7a9a01",
)  # fmt: skip
_HERE = "#ff3d9a"
WRONG = "read wrong"
HERE = "this picture"
_MOST_LISTED = 24
"""Classes of a legend: of more, it would take the room of the points."""
_THINNEST = 1 / 3
"""Length of the shortest axis of a cloud, of the longest."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Test pictures in space.

    numbers: int32 (points,), which test images; places: float32 (points, 3); labels, answers: uint8 (points,), classes;
    confidences: float32 (points,), 0..1, of the answers; axes: what each axis is, with its unit.
    """

    numbers: np.ndarray
    places: np.ndarray
    labels: np.ndarray
    answers: np.ndarray
    confidences: np.ndarray
    axes: tuple[str, str, str]

    @property
    def wrong(self) -> np.ndarray:
        """Which are read as another class: bool (points,)."""
        return np.asarray(self.labels != self.answers)


def points(found: Arrays, labels: np.ndarray) -> Points:
    """What model.embedding computed, with the true classes of the whole test set, uint8 (images,)."""
    if "variance" in found:
        shares = [charts.percent(float(share)) for share in found["variance"]]
        first, second, third = (f"component {place} ({share} of variance)" for place, share in enumerate(shares, 1))
    else:
        first, second, third = (f"t-SNE {place} (no unit)" for place in (1, 2, 3))
    numbers = found["numbers"]
    return Points(
        numbers, found["points"], labels[numbers], found["answers"], found["confidences"], (first, second, third)
    )


def nothing() -> Points:
    """No points yet: the figure stays where it is, and keeps its camera."""
    none = np.zeros(0, np.uint8)
    return Points(none, np.zeros((0, 3), np.float32), none, none, none, ("", "", ""))


def cloud(
    found: Points, class_names: Sequence[str], *, here: np.ndarray | None = None, pictures: Thumbnails | None = None
) -> go.Figure:
    """A sign for each picture in 3D: its class's number or letter and colour, in a ring where it is read wrong.

    here: float32 (3,), where the chosen picture lies. pictures: the points' own, in their order, shown under the
    pointer. A click's trace and point lead to a test image by `number_at`.
    """
    figure = go.Figure()
    for label, name in enumerate(class_names):
        mine = np.flatnonzero(found.labels == label)
        sign, colour = _sign(label, class_names), _COLOURS[label % len(_COLOURS)]
        figure.add_trace(
            go.Scatter3d(
                **_coordinates(found, mine, class_names),
                **_entry(label, class_names),
                showlegend=len(class_names) <= _MOST_LISTED,
                mode="text",
                text=[sign] * len(mine),
                textfont={"size": 12, "color": colour},
            )
        )
        astray = mine[found.wrong[mine]]
        if len(astray):
            figure.add_trace(
                go.Scatter3d(
                    **_coordinates(found, astray, class_names),
                    name=f"{name}, {WRONG}",
                    legendgroup=name,
                    showlegend=False,
                    mode="markers",
                    marker={"symbol": "circle-open", "size": 15, "color": colour, "line": {"width": 2}},
                )
            )
    _add_marks(figure, found, here)
    listed = len(class_names) <= _MOST_LISTED
    figure.update_layout(
        scene=_scene(found),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={
            "title": {"text": "true class" if listed else "hover names<br>the class"},
            "groupclick": "togglegroup",
            "itemsizing": "constant",
        },
        uirevision="embedding",
        meta={"thumbnails": pictures.meta()} if pictures else {},
    )
    return figure


def number_at(trace: str, point: Sequence[int], found: Points, class_names: Sequence[str]) -> int | None:
    """The test image at a clicked point of `cloud`; None where there is none."""
    for label, name in enumerate(class_names):
        mine = np.flatnonzero(found.labels == label)
        if trace == f"{name}, {WRONG}":
            mine = mine[found.wrong[mine]]
        elif trace != _entry(label, class_names)["name"]:
            continue
        return int(found.numbers[mine[point[0]]]) if len(point) == 1 and point[0] < len(mine) else None
    return None


def table(found: Points, class_names: Sequence[str]) -> str:
    """The points as CSV, one test image a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["test image", "true class", "read as", "confidence", *found.axes])
    for number, label, answer, confidence, place in zip(
        found.numbers, found.labels, found.answers, found.confidences, found.places, strict=True
    ):
        row = [int(number), class_names[label], class_names[answer], f"{confidence:.6f}"]
        writer.writerow([*row, *(f"{value:.6g}" for value in place)])
    return text.getvalue()


def _add_marks(figure: go.Figure, found: Points, here: np.ndarray | None) -> None:
    """What the ring means, in the legend; and the chosen picture."""
    ring = {"symbol": "circle-open", "size": 12, "color": "#8a94a3", "line": {"width": 2}}
    if found.wrong.any():
        nowhere = {"x": [None], "y": [None], "z": [None]}
        figure.add_trace(go.Scatter3d(**nowhere, name=WRONG, mode="markers", marker=ring, hoverinfo="skip"))
    if here is not None:
        figure.add_trace(
            go.Scatter3d(
                **{axis: [float(value)] for axis, value in zip("xyz", here, strict=True)},
                name=HERE,
                mode="markers+text",
                text=[HERE],
                textposition="top center",
                textfont={"size": 14},
                marker={"symbol": "diamond", "size": 10, "color": _HERE, "line": {"width": 1, "color": "#ffffff"}},
                hovertemplate="the chosen picture<extra></extra>",
            )
        )


def _sign(label: int, class_names: Sequence[str]) -> str:
    """What stands for a class in the picture: its name where all names are one letter, else its number."""
    return class_names[label] if all(len(name) == 1 for name in class_names) else str(label)


def _entry(label: int, class_names: Sequence[str]) -> dict[str, str]:
    name, sign = class_names[label], _sign(label, class_names)
    return {"name": name if name == sign else f"{sign} {class_words.short(name)}", "legendgroup": name}


def _coordinates(found: Points, mine: np.ndarray, class_names: Sequence[str]) -> dict[str, object]:
    """Where the points are, what is said of each, and its picture's number in the sheet."""
    words = [
        f"test image {found.numbers[place]:,}: {class_names[found.labels[place]]}, "
        f"read as {class_names[found.answers[place]]} with {charts.percent(float(found.confidences[place]))}"
        for place in mine
    ]
    where = {axis: found.places[mine, column] for column, axis in enumerate("xyz")}
    return {**where, "customdata": mine.astype(np.int32), "hovertext": words, "hoverinfo": "text"}


def _scene(found: Points) -> dict[str, object]:
    # A scale of its own for each axis would stretch distances; but Plotly draws nothing of an axis without extent, and
    # of a cloud along one line a box too long to be seen: what is thinner than a third is stretched, and says so.
    spans = np.ptp(found.places, axis=0) if len(found.places) else np.zeros(3)
    flat = float(spans.min()) == 0.0
    ratios = np.ones(3) if flat else (spans / spans.max()).astype(np.float64)
    stretched = ratios < _THINNEST
    axes = {
        f"{axis}axis": {
            "title": {"text": f"{title}, stretched" if thin else title, "font": {"size": 12}},
            "showticklabels": False,
            "nticks": 6,
        }
        for axis, title, thin in zip("xyz", found.axes, stretched, strict=True)
    }
    camera = {"eye": {"x": 1.35, "y": -1.45, "z": 0.8}, "center": {"x": 0, "y": 0, "z": -0.15}}
    if flat:
        return {**axes, "aspectmode": "cube", "camera": camera}
    if not stretched.any():
        return {**axes, "aspectmode": "data", "camera": camera}
    lengths = dict(zip("xyz", np.maximum(ratios, _THINNEST).tolist(), strict=True))
    return {**axes, "aspectmode": "manual", "aspectratio": lengths, "camera": camera}
