"""A result that takes a while: shown when it is there, else how far it is, with a way to end it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data.errors import StrataError
from model.analyses import Analysis, AnalysisState, Arrays, Standing
from model.engine import engine
from model.runs import Run
from visualization import traces
from visualization.pictures import Picture

_POLL_SECONDS = 0.4
_BUSY = "Waiting for Keras, which answers one page after the other"
_CANCEL = "Ends it for everyone who waits for this result; it can be started again."


def trace(run: Run, step: int, picture: Picture) -> dict[str, np.ndarray]:
    """As traces.trace; while Keras is at work for others, the page says so."""
    with st.spinner(_BUSY, show_time=True):
        return traces.trace(run, step, picture)


def result(analysis: Analysis, title: str, *, asks: bool = False) -> Arrays | None:
    """The result of `analysis` as read-only arrays; None while it is not there, with its progress in its place.

    title: what is computed, for people ("Reading the test set"). asks: it begins with a click, not by itself, as it
    takes long. Once it is there, the whole page is drawn again.
    """
    standing = engine().analyses.standing(analysis)
    if standing.state is AnalysisState.ABSENT and not asks:
        engine().analyses.start(analysis)
        standing = engine().analyses.standing(analysis)
    if standing.state is AnalysisState.DONE:
        return standing.result
    st.fragment(_wait, run_every=_POLL_SECONDS if standing.state.is_active else None)(
        analysis, title, was_active=standing.state.is_active
    )
    return None


def _wait(analysis: Analysis, title: str, was_active: bool) -> None:
    try:
        _draw(analysis, title, was_active)
    except StrataError as error:  # here, as this fragment is also drawn alone
        st.error(str(error))


def _draw(analysis: Analysis, title: str, was_active: bool) -> None:
    standing = engine().analyses.standing(analysis)
    if standing.state.is_active != was_active or standing.state is AnalysisState.DONE:
        st.rerun()  # all of the page: this fragment either began to wait or no longer has to
    with st.container(horizontal=True, vertical_alignment="center"):
        if standing.state.is_active:
            st.progress(standing.progress, progress_words(title, standing))
            if st.button("Cancel", icon=":material/close:", key=f"cancel {analysis.file_name}", help=_CANCEL):
                engine().analyses.cancel(analysis)
            return
        if standing.state is AnalysisState.FAILED:
            st.error(standing.message)
        words = {AnalysisState.ABSENT: title, AnalysisState.CANCELLED: f"Cancelled: {title.lower()}"}
        if standing.state in words:
            st.caption(words[standing.state])
        label = "Compute" if standing.state is AnalysisState.ABSENT else "Try again"
        if st.button(label, icon=":material/play_arrow:", key=f"start {analysis.file_name}"):
            engine().analyses.start(analysis)
            st.rerun()


def progress_words(title: str, standing: Standing) -> str:
    """What is computed and how far it is: "Reading the test set: 4,000 of 10,000 test images"."""
    if standing.state is AnalysisState.WAITING:
        return f"{title}: waiting, {standing.words}"
    return f"{title}: {standing.done:,} of {standing.total:,} {standing.words}"
