"""Which pixels and biases a logit is made of, as figures, sentences and tables of numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from model import linearity
from model.analyses import Arrays
from model.networks import Network
from visualization import class_words

MOST_BARS = 12
"""Constants that are drawn each by itself; networks of hundreds of layers have more."""
_OUTLINE = "#8a94a3"
_UP, _DOWN, _TOTAL = "#e69f00", "#56b4e9", "#8a94a3"  # orange for, blue against, as in the maps; words have signs


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a picture is read as it is.

    what: what is explained, "the logit of 7", or of 7 less that of 1; value: of it, by Keras; pixels, occlusion,
    integrated: float64 (rows, columns); constants: (words, part of the value), in the network's order; black: the value
    for a black picture; grad_cam: float64 (rows, columns) as the last convolution's maps, or None; bent: (layer,
    activation) wherever the network is not of straight pieces. occlusion and integrated are None where they are left
    out as they take too long: model.attribution_costs.
    """

    what: str
    value: float
    pixels: np.ndarray
    constants: tuple[tuple[str, float], ...]
    occlusion: np.ndarray | None
    integrated: np.ndarray | None
    black: float
    grad_cam: np.ndarray | None
    bent: tuple[tuple[str, str], ...]

    @property
    def ink(self) -> float:
        """What all pixels give together."""
        return float(self.pixels.sum())

    @property
    def fixed(self) -> float:
        """What all constants give together."""
        return sum(part for _, part in self.constants)

    @property
    def left_over(self) -> float:
        """What neither pixels nor constants give."""
        return self.value - self.ink - self.fixed

    @property
    def integration_error(self) -> float:
        """By how much the integrated gradients, which must be there, miss the value's change from the black picture."""
        assert self.integrated is not None
        return float(self.integrated.sum()) - (self.value - self.black)


def reasons(result: Arrays, network: Network, names: Sequence[str]) -> Reasons:
    """What an `attribution` analysis of a picture says."""
    goal, against = int(result["goal"][0]), int(result["against"][0])
    value, what = float(result["logits"][goal]), f"the logit of {names[goal]}"
    if against >= 0:
        value -= float(result["logits"][against])
        what += f" less that of {names[against]}"
    constants = zip(linearity.constant_names(network), map(float, result["constants"]), strict=True)
    return Reasons(
        what,
        value,
        pixels=result["pixels"],
        constants=tuple(constants),
        occlusion=result.get("occlusion"),
        integrated=result.get("integrated"),
        black=float(result["black"][0]),
        grad_cam=result.get("grad_cam"),
        bent=linearity.bent(network),
    )


def sum_sentence(found: Reasons) -> str:
    """The sum in words, and whether it is the logit."""
    constants = "biases" if all(name.startswith("biases") for name, _ in found.constants) else "constants"
    total = found.ink + found.fixed
    first = f"Pixels {number(found.ink)} and {constants} {number(found.fixed)} are {number(total)}; {found.what} is "
    if not found.bent:
        return f"{first}{number(found.value)}. The difference is {abs(found.left_over):.6f}."
    activations = ", ".join(sorted({what for _, what in found.bent}))
    said = (
        f"{first}{number(found.value)}: **{number(found.left_over)} is left over**, as this network is not of straight "
        f"pieces ({activations})."
    )
    if found.integrated is None:
        return said
    return f"{said} Integrated gradients add up here, but for {abs(found.integration_error):.4f}."


def heat_map(
    values: np.ndarray,
    picture: np.ndarray,
    *,
    measure: str,
    word: str,
    palette: str = "diverging",
    shade: str = "ink",
) -> go.Figure:
    """Values over the picture, whose brighter half is outlined.

    values: float (rows, columns), of the picture's pixels, or of fewer, larger cells over it; picture: uint8 (rows,
    columns); measure: the colours' title with its unit; word: what hover calls a value; shade: what it calls a pixel's
    own. The scale ends at the largest absolute value, at both ends where the palette is diverging.
    """
    rows, columns = values.shape
    ink = picture / 255.0
    across = (np.arange(columns) + 0.5) * picture.shape[1] / columns - 0.5
    down = (np.arange(rows) + 0.5) * picture.shape[0] / rows - 0.5
    own = values.shape == picture.shape
    place = "row %{customdata[0]}, column %{customdata[1]}: "
    indices = np.moveaxis(np.indices(values.shape), 0, -1)  # (rows, columns, 2)
    custom = np.concatenate([indices, ink[..., None]], axis=-1) if own else indices
    strongest = float(np.abs(values).max(initial=0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            name="map",
            z=values,
            x=across,
            y=down,
            customdata=custom,
            coloraxis="coloraxis",
            xgap=1 if columns <= 32 else 0,  # of more, the gaps would be most of what is seen
            ygap=1 if rows <= 32 else 0,
            hovertemplate=(place + f"{shade} %{{customdata[2]:.2f}}, " if own else "cell " + place)
            + f"{word} %{{z:+.3g}}<extra></extra>",
        )
    )
    figure.add_contour(
        name=shade,
        z=ink,
        contours={"start": 0.5, "end": 0.5, "size": 1, "coloring": "lines"},
        colorscale=[[0, _OUTLINE], [1, _OUTLINE]],
        line={"width": 1.5},
        showscale=False,
        hoverinfo="skip",
    )
    height, width = picture.shape
    figure.update_layout(
        xaxis={
            "title": {"text": "column (pixels)"},
            "range": [-0.5, width - 0.5],
            "constrain": "domain",
            "showgrid": False,
            "zeroline": False,
            "dtick": max(1, round(width / 28 * 9)),
        },
        yaxis={
            "title": {"text": "row (pixels)"},
            "range": [height - 0.5, -0.5],
            "scaleanchor": "x",
            "constrain": "domain",
            "showgrid": False,
            "zeroline": False,
            "dtick": max(1, round(width / 28 * 9)),
        },
        coloraxis={
            "cmin": -strongest if palette == "diverging" else 0.0,
            "cmax": strongest,
            # Below, for beside the map it would take half of a narrow column.
            "colorbar": {
                "title": {"text": measure, "side": "bottom"},
                "orientation": "h",
                "yref": "container",
                "y": 0.02,
                "yanchor": "bottom",
                "thickness": 10,
                "tickformat": "~g",
                "nticks": 3,
                "tickangle": 0,
            },
        },
        margin={"l": 44, "r": 4, "t": 8, "b": 96},
        meta={"palettes": {"coloraxis": palette}},
        uirevision="heat map",
    )
    return figure


def largest(constants: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The constants in their order; of more than MOST_BARS the small ones together."""
    if len(constants) <= MOST_BARS:
        return list(constants)
    order = sorted(range(len(constants)), key=lambda place: -abs(constants[place][1]))
    kept, rest = sorted(order[: MOST_BARS - 1]), order[MOST_BARS - 1 :]
    others = sum(constants[place][1] for place in rest)
    return [*(constants[place] for place in kept), (f"{len(rest)} others", others)]


def waterfall(found: Reasons) -> go.Figure:
    """From nothing to the value: pixels, then every layer's constants, and what is left over, if any."""
    parts = [("pixels", found.ink), *largest(found.constants)]
    if found.bent:
        parts.append(("left over", found.left_over))
    values = [*(part for _, part in parts), found.value]
    names = [*(name for name, _ in parts), "difference" if " less " in found.what else "logit"]
    figure = go.Figure(
        go.Waterfall(
            name="parts",
            x=list(range(len(names))),
            y=values,
            measure=[*["relative"] * len(parts), "total"],
            text=[number(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            customdata=names,
            increasing={"marker": {"color": _UP}},
            decreasing={"marker": {"color": _DOWN}},
            totals={"marker": {"color": _TOTAL}},
            connector={"line": {"color": _OUTLINE, "width": 1}},
            hovertemplate="%{customdata}: %{text}, up to here %{y:.3f}<extra></extra>",
        )
    )
    heights = np.concatenate([[0.0], np.cumsum(values[:-1])])
    low, high = float(heights.min()), float(heights.max())
    room = 0.16 * (high - low or 1.0)
    figure.update_xaxes(
        tickvals=list(range(len(names))), ticktext=[_broken(name) for name in names], showgrid=False, automargin=True
    )
    figure.update_yaxes(
        title_text="sum so far (logit units)", range=[low - room if low < 0 else 0.0, high + room], automargin=True
    )
    figure.update_layout(margin={"l": 56, "r": 8, "t": 8, "b": 48}, bargap=0.35, uirevision="parts")
    return figure


def number(value: float) -> str:
    """With its sign for people: "+12.310", "−0.420"."""
    return f"{value:+.3f}".replace("-", "−")


def map_table(values: np.ndarray, picture: np.ndarray, word: str, shade: str = "ink") -> str:
    """A map as CSV, a line for each cell, with the ink (or what `shade` calls it) where cells are pixels."""
    own = values.shape == picture.shape
    lines = []
    for row, column in np.ndindex(*values.shape):
        ink = [round(float(picture[row, column]) / 255, 4)] if own else []
        lines.append([row, column, *ink, float(values[row, column])])
    return _csv(["row", "column", *([shade] if own else []), word], lines)


def parts_table(found: Reasons) -> str:
    """All parts of the value as CSV, and the value."""
    parts = [("pixels", found.ink), *found.constants, ("left over", found.left_over), (found.what, found.value)]
    return _csv(["part", "logit units"], parts)


def _broken(name: str) -> str:
    """In two lines, each cut: "biases of<br>conv 1"."""
    return "<br>".join(class_words.short(line) for line in name.replace(" of ", " of\n", 1).split("\n"))


def _csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue()
