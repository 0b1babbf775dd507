"""A picture changed step by step: what the network reads over the amount."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from data.changes import CHANGES, Change
from model.analyses import Arrays
from visualization import class_words
from visualization.pictures import shades, with_channels
from visualization.previews import png_url

# Okabe and Ito's colours, which every kind of colour vision tells apart; dash and width say the same.
_READ, _TRUE, _FAINT = "#56b4e9", "#e69f00", "#8a94a3"
_OTHERS = (("#009e73", "dot"), ("#cc79a7", "dashdot"), ("#d55e00", "longdash"), ("#2f7fd0", "longdashdot"))
_MOST_PICTURES = 11
_LETTER, _LINE = 0.016, 8  # of a name: about its width, of the axis, and its height, per cent


def curve(
    name: str, probabilities: np.ndarray, pictures: np.ndarray, class_names: Sequence[str], label: int | None = None
) -> go.Figure:
    """The probability of each class over the amount of CHANGES[name], and below it the pictures that were read.

    probabilities: float32 (amounts, classes); pictures: uint8 (amounts, rows, columns, channels). The class read in
    the unchanged picture is drawn thick, the true one (`label`) dashed, those that win elsewhere dotted, others thin.
    """
    change = CHANGES[name]
    pictures = with_channels(pictures, 4)
    figure = go.Figure()
    neutral = change.amounts.index(change.neutral)
    read, winners = int(probabilities[neutral].argmax()), _winners(change, probabilities)
    said = [amount_words(change, amount) for amount in change.amounts]
    first_other = True
    cut = class_words.shorts(class_names)
    for place in sorted(range(len(class_names)), key=lambda place: (place == read, place == label, place in winners)):
        style, role = _style(place, read, label, winners)
        figure.add_trace(
            go.Scatter(
                x=list(change.amounts),
                y=100 * probabilities[:, place].astype(float),
                name=f"{cut[place]}, {role}" if role else "other classes",
                legendgroup=None if role else "other",
                showlegend=bool(role) or first_other,
                legendrank=1 if place == read else 2 if place == label else 3 if role else 4,
                mode="lines",
                line=style,
                customdata=said,
                hovertemplate=f"%{{customdata}}: {class_names[place]} with %{{y:.1f}} %<extra></extra>",
            )
        )
        first_other = first_other and bool(role)
    for amount, _ in flips(change, probabilities):
        line = {"width": 1, "dash": "dot", "color": _FAINT}
        figure.add_shape(type="line", x0=amount, x1=amount, y0=0, y1=1, yref="y domain", line=line)
    for name_there in _names(change, probabilities, cut, read, label, winners):
        figure.add_annotation(**name_there, showarrow=False)
    _add_strip(figure, change, pictures, said)
    _lay_out(figure, change, name, pictures.shape[1])
    return figure


def _winners(change: Change, probabilities: np.ndarray) -> list[int]:
    """The classes that are read somewhere, ascending; of many where the answer flips first, and the surest."""
    won = set(probabilities.argmax(axis=1).tolist())
    first = [label for _, label in flips(change, probabilities)]
    surest = sorted(won, key=lambda place: -float(probabilities[:, place].max()))
    read = int(probabilities[change.amounts.index(change.neutral)].argmax())
    return sorted(list(dict.fromkeys([read, *first, *surest]))[: 1 + len(_OTHERS)])


def _names(
    change: Change,
    probabilities: np.ndarray,
    cut: Sequence[str],
    read: int,
    label: int | None,
    winners: Sequence[int],
) -> list[dict[str, object]]:
    """Names at the peaks of the lines that matter, the most important first; one that would lie on another is left out.

    The legend names all.
    """
    neutral, wide = change.amounts.index(change.neutral), change.amounts[-1] - change.amounts[0]
    found: list[tuple[float, float, int]] = []
    names: list[dict[str, object]] = []
    for place in dict.fromkeys([read, *([] if label is None else [label]), *winners]):
        peak = neutral if place == read else int(probabilities[:, place].argmax())
        x, y = change.amounts[peak], 100 * float(probabilities[peak, place])
        letters = len(cut[place])
        if any(
            abs(x - beside) < _LETTER * wide * (letters + others) / 2 and abs(y - height) < _LINE
            for beside, height, others in found
        ):
            continue
        found.append((x, y, letters))
        names.append({"x": x, "y": y, "text": f"<b>{cut[place]}</b>", "yshift": -10 if y > 90 else 10})
    return names


def _style(place: int, read: int, label: int | None, winners: Sequence[int]) -> tuple[dict[str, object], str]:
    """How a class's line looks, and what the class is; no words for one that never matters."""
    if place == read:
        return {"color": _READ, "width": 4}, "read as it is, the true class" if place == label else "read as it is"
    if place == label:
        return {"color": _TRUE, "width": 3, "dash": "dash"}, "the true class"
    if place in winners:
        colour, dash = _OTHERS[winners.index(place) % len(_OTHERS)]
        return {"color": colour, "width": 2, "dash": dash}, "wins elsewhere"
    return {"color": _FAINT, "width": 1}, ""


def _add_strip(figure: go.Figure, change: Change, pictures: np.ndarray, said: Sequence[str]) -> None:
    """Pictures below the curve, each in the middle of its own amount."""
    chosen = strip(change)
    rows, columns, channels = pictures.shape[1:]
    bright = shades(pictures)
    apart = change.amounts[chosen[1]] - change.amounts[chosen[0]]
    x, sheet, words = [], [], []
    for place in chosen:
        # The last column stays empty: a gap to the next picture.
        x += [change.amounts[place] + apart * ((column + 0.5) / (columns + 1) - 0.5) for column in range(columns + 1)]
        sheet.append(np.pad(bright[place].astype(np.float32), ((0, 0), (0, 1)), constant_values=np.nan))
        words += [said[place]] * (columns + 1)
    figure.add_trace(
        go.Heatmap(
            x=x,
            y=list(range(rows)),
            z=np.concatenate(sheet, axis=1),
            yaxis="y2",
            coloraxis="coloraxis",
            hoverongaps=False,
            customdata=np.broadcast_to(np.array(words), (rows, len(words))).tolist(),
            hovertemplate=f"%{{customdata}}: {'ink' if channels == 1 else 'brightness'} %{{z}} of 255<extra></extra>",
        )
    )
    if channels == 3:
        wide = apart * columns / (columns + 1)
        for place in chosen:
            where = {"xref": "x", "yref": "y2", "x": change.amounts[place] - apart / 2, "y": -0.5}
            size = {"sizex": wide, "sizey": rows, "sizing": "stretch", "layer": "above"}
            figure.add_layout_image({"source": png_url(pictures[place], max(1, 96 // rows)), **where, **size})


def strip(change: Change) -> list[int]:
    """Which of a change's amounts are shown as pictures: evenly apart, the unchanged one among them."""
    count, neutral = len(change.amounts), change.amounts.index(change.neutral)
    apart = -(-count // _MOST_PICTURES)
    return list(range(neutral % apart, count, apart))


def _lay_out(figure: go.Figure, change: Change, name: str, rows: int) -> None:
    low, high = change.amounts[0], change.amounts[-1]
    chosen = strip(change)
    apart = change.amounts[chosen[1]] - change.amounts[chosen[0]]
    first, last = change.amounts[chosen[0]] - apart / 2, change.amounts[chosen[-1]] + apart / 2
    figure.update_layout(
        xaxis={
            "title": {"text": AXES[name]},
            "range": [min(low, first), max(high, last)],
            "anchor": "y2",
            "zeroline": False,
        },
        yaxis={"title": {"text": "probability (%)"}, "range": [-2, 102], "domain": [0.3, 1.0], "zeroline": False},
        yaxis2={"visible": False, "range": [rows - 0.5, -0.5], "domain": [0.0, 0.24], "fixedrange": True},
        coloraxis={"cmin": 0, "cmax": 255, "showscale": False},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 56, "r": 12, "t": 8, "b": 48},
        meta={"palettes": {"coloraxis": "sequential"}},
        uirevision=f"stress {name}",
    )


AXES: dict[str, str] = {
    "shift_x": "shift to the right (px; below 0 to the left)",
    "shift_y": "shift down (px; below 0 up)",
    "rotate": "rotation with the clock (°; below 0 against it)",
    "scale": "size (% of the picture as it is)",
    "pen": "radius added to the pen (px; below 0 thinner)",
    "noise": "standard deviation of the noise (% of full ink)",
}


def amount_words(change: Change, amount: float) -> str:
    """An amount for people: "3 px to the left", "60 % of its size", "25° with the clock"."""
    if amount == change.neutral:
        return "unchanged"
    gap = "" if change.unit == "°" else "\u00a0"
    if change.neutral:
        return f"{amount:g}{gap}{change.unit} of its size"
    way = change.direction[amount > change.neutral]
    return f"{abs(amount):g}{gap}{change.unit} {way}".rstrip()


def flips(change: Change, probabilities: np.ndarray) -> list[tuple[float, int]]:
    """(amount, class) where the answer first becomes another, one for each direction at most, nearest to neutral."""
    answers = probabilities.argmax(axis=1)
    neutral = change.amounts.index(change.neutral)
    found = []
    for places in (range(neutral - 1, -1, -1), range(neutral + 1, len(answers))):
        first = next((place for place in places if answers[place] != answers[neutral]), None)
        if first is not None:
            found.append((change.amounts[first], int(answers[first])))
    return found


def flip_words(change: Change, probabilities: np.ndarray, class_names: Sequence[str]) -> str:
    """What both directions do to the answer: "Becomes 9 at 3 px to the left. Stays 7 up to 10 px to the right."."""
    neutral = change.amounts.index(change.neutral)
    read = class_names[int(probabilities[neutral].argmax())]
    found = flips(change, probabilities)
    sentences = []
    for below, end in ((True, change.amounts[0]), (False, change.amounts[-1])):
        if end == change.neutral:
            continue
        here = [(amount, label) for amount, label in found if (amount < change.neutral) == below]
        sentences += [f"Becomes {class_names[label]} at {amount_words(change, amount)}." for amount, label in here]
        if not here:
            sentences.append(f"Stays {read} up to {amount_words(change, end)}.")
    return " ".join(sentences)


def table(found: Arrays, class_names: Sequence[str]) -> str:
    """All curves as CSV: the change, its amount and unit, and each class's probability, 0..1."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["change", "amount", "unit", *class_names])
    for name, change in CHANGES.items():
        for amount, row in zip(change.amounts, found[f"{name}/probabilities"], strict=True):
            writer.writerow([name, f"{amount:g}", change.unit, *(f"{value:.6f}" for value in row)])
    return text.getvalue()
