"""The chosen picture and what the chosen network reads in it."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from data.errors import StrataError
from model.runs import Run
from visualization import charts, components, evaluation_state, state, traces, verdicts
from visualization.pictures import Picture
from visualization.previews import png_url
from visualization.views import waiting

_SIDE = 140  # px in which the picture is enlarged


def draw(run: Run) -> None:
    """Draw the picture, the answer and all probabilities; again and again while something is on its way."""
    pace = _pace(run)
    st.fragment(_live, run_every=pace)(run, pace)


def _pace(run: Run) -> float | None:
    """Seconds between two looks for another answer; None where there is none to come without a click."""
    if not traces.is_ready():
        return 1.0
    if verdicts.is_on_its_way(state.shown(run)):
        return 1.0
    follows = run.status().state.is_active and state.shown(run).follows_newest
    return traces.FOLLOWING_SECONDS if follows else None


def _live(run: Run, pace: float | None) -> None:
    try:
        if _pace(run) != pace:
            st.rerun()
        _draw(run)
    except StrataError as error:
        st.error(str(error))


def _draw(run: Run) -> None:
    picture, problem = state.chosen_picture()
    if problem:
        st.error(problem)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        # Not a file of the server: that is gone once another picture is drawn, however late the browser asks for it.
        st.image(png_url(picture.pixels, max(1, _SIDE // max(picture.pixels.shape[:2]))), width=92)
        with st.container(width="stretch", gap=None):
            st.caption(picture.caption)
            answer = _answer(run, picture)
    if answer is not None:
        names = tuple(state.shown(run).run.class_names())
        components.figure(_chart(answer.tobytes(), names, picture.label), key="probabilities", height=230)


# Every page draws it with every step, and a class looks at a handful of pictures: making one takes Plotly 9 ms.
@functools.lru_cache(maxsize=64)
def _chart(answer: bytes, names: tuple[str, ...], label: int | None) -> go.Figure:
    return charts.probabilities(np.frombuffer(answer, np.float32), names, label)


def _answer(run: Run, picture: Picture) -> np.ndarray | None:
    """Say what the network reads, and return its probabilities, float32 (classes,)."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.markdown(traces.waiting_words())
        return None
    step = traces.step_to_trace(shown.run, shown.step) if shown.follows_newest else shown.step
    try:
        activations = waiting.trace(shown.run, step, picture)
    except StrataError as error:
        st.error(str(error))
        return None
    traced = replace(shown, step=step)
    # The last layer, whatever its name.
    answer = activations[shown.run.config().network.layers[-1].name]
    names = shown.run.class_names()
    by_itself = shown.follows_newest and run.status().state.is_active
    near = verdicts.passes(traced, activations, evaluation_state.share())
    if near is None and picture.label is None and not by_itself:
        verdicts.ask(traced)
    explained = "Further from the training pictures than the threshold in Evaluation, Confidence"
    st.markdown(verdicts.words(answer, names, near), help=explained if near is False else None)
    evaluation_state.remember_prediction(traced, picture, answer, by_itself=by_itself)
    told = [f"at step {step:,}"] if step != shown.step else []
    if picture.label is not None:
        told.append(f"true label {names[picture.label]}")
    st.caption(" · ".join(told))
    return answer
