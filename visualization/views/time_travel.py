"""The row above every view that moves the whole page through the snapshots of the chosen run."""

from __future__ import annotations

import streamlit as st

from data import datasets
from model.records import Status
from model.runs import PRETRAINED, Run
from visualization import components, state, timeline, traces


def draw(run: Run, status: Status, view: state.View) -> None:
    """Draw the slider where there are steps to choose from; a step that was chosen is shown by the whole page."""
    if run.path == PRETRAINED:
        st.caption(":material/history: Train & Visualize keeps at least 40 snapshots, to go through by a slider here.")
        return
    shown, steps = state.shown(run), run.snapshot_steps()
    if shown.run != run or len(steps) < 2:
        return
    data = timeline.timeline(
        run,
        steps,
        shown.step,
        total_steps=status.total_steps,
        following=shown.follows_newest,
        active=status.state.is_active,
        live=state.follows_the_slider(view),
        testable=_is_testable(run),
        taken=state.moment_taken(),
    )
    message = components.timeline(data, key="timeline")
    if message is not None and state.take_moment(timeline.read(message), run):
        st.rerun()


def _is_testable(run: Run) -> bool:
    data = run.data()
    return data is not None and traces.is_ready() and datasets.is_here(data.name)
