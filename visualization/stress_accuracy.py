"""What moved test pictures cost the accuracy, with intervals."""

from __future__ import annotations

import csv
import io

import plotly.graph_objects as go

from model.analyses import Arrays
from model.trials import AS_THEY_COME, CONDITIONS
from visualization import charts

# Okabe and Ito's colours, which every kind of colour vision tells apart; stripes say the same.
_READ, _TRUE, _FAINT = "#56b4e9", "#e69f00", "#8a94a3"
_STRIPES = {"fillmode": "overlay", "fgcolor": "rgba(0, 0, 0, 0.35)", "solidity": 0.12}
_PREPARED = ("as it comes", "prepared")
_STATES = ("untouched", "shifted, rotated")


def bars(found: Arrays) -> go.Figure:
    """The accuracy on model.trials' pictures in each of its conditions, with Wilson's 95 % intervals."""
    share = 100 * found["right"] / found["pictures"][0]
    low, high = 100 * found["interval"][:, 0], 100 * found["interval"][:, 1]
    figure = go.Figure()
    conditions = _conditions(found)
    for place, (name, colour, pattern) in enumerate(zip(_PREPARED, (_READ, _TRUE), ("", "/"), strict=True)):
        asked = [f"{state}{'_prepared' if place else ''}" for state in ("untouched", "moved")]
        if asked[0] not in conditions:
            continue
        mine = [conditions.index(condition) for condition in asked]
        figure.add_trace(
            go.Bar(
                x=list(_STATES),
                y=share[mine],
                name=name,
                marker={"color": colour, "pattern": {**_STRIPES, "shape": pattern}},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": high[mine] - share[mine],
                    "arrayminus": share[mine] - low[mine],
                    "thickness": 1.5,
                    "color": _FAINT,
                },
                text=[charts.percent(value / 100) for value in share[mine]],
                textposition="inside",
                textangle=0,
                insidetextfont={"color": "#10151c"},
                insidetextanchor="start",
                hovertemplate=f"%{{x}}, {name}: %{{y:.1f}} % read right<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="group",
        xaxis={"title": {"text": f"the same {int(found['pictures'][0]):,} test pictures"}},
        yaxis={"title": {"text": "accuracy (% of pictures)"}, "range": [0, 102]},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 56, "r": 12, "t": 8, "b": 48},
        uirevision="stress accuracy",
    )
    return figure


def _conditions(found: Arrays) -> tuple[str, ...]:
    """What the figures are of, in their order: own data sets are not prepared."""
    return AS_THEY_COME if len(found["right"]) == len(AS_THEY_COME) else CONDITIONS


def rows(found: Arrays) -> list[dict[str, str]]:
    """The accuracies as a table for people, a row a condition."""
    pictures = int(found["pictures"][0])
    result = []
    for place, condition in enumerate(_conditions(found)):
        low, high = (100 * float(end) for end in found["interval"][place])
        result.append(
            {
                "Pictures": _STATES[condition.startswith("moved")],
                "": _PREPARED[condition.endswith("prepared")].replace(" ", "\u00a0"),
                f"Right of {pictures:,}": f"{int(found['right'][place]):,}",
                "95 % interval": f"{low:.1f}–{high:.1f}\u00a0%",
            }
        )
    return result


def table(found: Arrays) -> str:
    """The accuracies as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["condition", "right", "pictures", "interval_low", "interval_high"])
    for condition, right, (low, high) in zip(_conditions(found), found["right"], found["interval"], strict=True):
        writer.writerow([condition, int(right), int(found["pictures"][0]), f"{low:.6f}", f"{high:.6f}"])
    return text.getvalue()
