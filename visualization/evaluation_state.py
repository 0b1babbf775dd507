"""What the page remembers for the Evaluation view and of the answers given; see state."""

from __future__ import annotations

import hashlib
from typing import Final, cast

import numpy as np
import streamlit as st

from model.runs import Run
from visualization.pictures import Picture
from visualization.predictions import MOST, Prediction
from visualization.state import Shown

FIRST_SHARE: Final = 0.99


def cell() -> tuple[int, int] | None:
    """The cell of the confusion matrix whose pictures are shown, (true, read as); None before the first click."""
    return cast(tuple[int, int] | None, st.session_state.get("confusion_cell"))


def choose_cell(chosen: tuple[int, int] | None) -> None:
    """Show the pictures of that cell, or none; for a button's on_click too."""
    st.session_state["confusion_cell"] = chosen
    st.session_state["page_of_cell"] = 0


def is_chosen(number: int) -> bool:
    """Whether that test image is the picture of all views already."""
    return st.session_state.get("picture_source") == "Test set" and st.session_state.get("test_index") == number


def page_of(gallery: str) -> int:
    """Which page of a gallery is shown, from 0."""
    return int(st.session_state.get(f"page_of_{gallery}", 0))


def turn_to(gallery: str, page: int) -> None:
    """Show another page of it; for a button's on_click."""
    st.session_state[f"page_of_{gallery}"] = page


def share() -> float:
    """How many of the validation pictures the threshold of "none of these" lets through, 0..1."""
    return float(st.session_state.get("share_let_through", FIRST_SHARE))


def take_share(chosen: float) -> bool:
    """Choose it, which needs the whole page drawn again; False if it was that before."""
    if chosen == share():
        return False
    st.session_state["share_let_through"] = chosen
    return True


def step_to_evaluate(shown: Shown) -> int | None:
    """The step that somebody asked to be evaluated while the page follows a training; None before."""
    asked = st.session_state.get("step_to_evaluate")
    return int(asked[1]) if asked is not None and asked[0] == shown.run.id else None


def evaluate_step(run: Run, step: int) -> None:
    """Evaluate that step of the run and stay with it; for a button's on_click."""
    st.session_state["step_to_evaluate"] = (run.id, step)


def predictions() -> tuple[Prediction, ...]:
    """The last answers that somebody caused, oldest first."""
    return tuple(_predictions().values())


def remember_prediction(shown: Shown, picture: Picture, probabilities: np.ndarray, *, by_itself: bool) -> None:
    """Keep an answer, once for a picture at a step of a run; probabilities: float32 (classes,).

    by_itself: the step is a training's newest, so a new one alone is nobody's doing and is not kept.
    """
    known, names, winner = _predictions(), shown.run.class_names(), int(probabilities.argmax())
    digest = hashlib.sha256(picture.pixels.tobytes()).hexdigest()
    key = (shown.run.id, shown.step, digest)
    last = next(reversed(known), None)
    if key in known or (by_itself and last is not None and (last[0], last[2]) == (shown.run.id, digest)):
        return
    label = None if picture.label is None else names[picture.label]
    known[key] = Prediction(
        shown.run.id, shown.step, picture.caption, names[winner], label, float(probabilities[winner])
    )
    while len(known) > MOST:
        del known[next(iter(known))]


def forget_predictions() -> None:
    """Begin anew; for a button's on_click."""
    _predictions().clear()


def _predictions() -> dict[tuple[str, int, str], Prediction]:
    """By run, step and picture, in the order in which they came."""
    kept = st.session_state.setdefault("predictions", {})
    return cast(dict[tuple[str, int, str], Prediction], kept)
