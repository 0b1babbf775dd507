"""The chosen picture changed step by step, and the accuracy on moved test pictures."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data import datasets
from data.changes import CHANGES
from model.analyses import Analysis, Arrays
from model.runs import Run
from model.trials import PICTURES, outside
from visualization import data_words, state, stress, stress_accuracy, stress_words
from visualization.pictures import Picture
from visualization.state import Shown
from visualization.views import examined, exhibit, waiting

_CURVE_HEIGHT = 430
_BARS_HEIGHT = 270


def draw(run: Run) -> None:
    """Draw the curves of the chosen picture and the accuracy on moved pictures for the chosen run and step."""
    shown = examined.settled_step(run)
    if shown is None:
        return
    picture, _ = state.chosen_picture()
    left, right = st.columns((3, 2))
    with left:
        _draw_curves(shown, picture)
    with right:
        _draw_accuracy(shown)


def _draw_curves(shown: Shown, picture: Picture) -> None:
    name = st.segmented_control(
        "Change",
        list(CHANGES),
        default="rotate",
        format_func=lambda name: CHANGES[name].name,
        required=True,
        key="stress",
        persist_state="session",
        label_visibility="collapsed",
    )
    comes_in = _outside(shown.run)
    question = Analysis.of("stress_curves", shown.run, shown.step, picture.pixels, **comes_in)
    found = waiting.result(question, "Changing the picture")
    if found is None:
        return
    names = shown.run.class_names()
    probabilities = found[f"{name}/probabilities"]
    exhibit.draw(
        f"{CHANGES[name].name}: {picture.caption}",
        stress.curve(name, probabilities, found[f"{name}/pictures"], names, picture.label),
        key="stress curve",
        explanation=stress_words.curve(name, probabilities, names, of_border=bool(comes_in)),
        table=lambda: stress.table(found, names),
        height=_CURVE_HEIGHT,
    )
    st.markdown(stress.flip_words(CHANGES[name], probabilities, names))
    _draw_flips(found, names)


def _outside(run: Run) -> dict[str, str]:
    """What comes in where a picture is moved, as the analyses' option; none for ink on black."""
    known = run.data()
    what = outside(known.name if known else None, run.config().network.input_shape[-1])
    return {"outside": what} if what else {}


def _draw_flips(found: Arrays, names: tuple[str, ...]) -> None:
    with st.expander("Every change in words"):
        said = {
            change.name: stress.flip_words(change, found[f"{key}/probabilities"], names)
            for key, change in CHANGES.items()
        }
        st.table(pd.DataFrame({"The answer": said}))


def _draw_accuracy(shown: Shown) -> None:
    known = shown.run.data()
    if known is None or not datasets.is_here(known.name):
        st.info(data_words.missing(shown.run, "the accuracy on moved test pictures cannot be measured"))
        return
    question = Analysis.of("stress_accuracy", shown.run, shown.step, None, **_outside(shown.run))
    count = min(PICTURES, len(datasets.load(known.name).y_test))
    found = waiting.result(question, f"Reading {count:,} moved test pictures")
    if found is None:
        return
    exhibit.draw(
        f"Accuracy on {count:,} moved test pictures",
        stress_accuracy.bars(found),
        key="stress accuracy",
        explanation=stress_words.accuracy(found, of_border=bool(_outside(shown.run))),
        table=lambda: stress_accuracy.table(found),
        height=_BARS_HEIGHT,
    )
    st.table(pd.DataFrame(stress_accuracy.rows(found)).set_index("Pictures"), border="horizontal")
