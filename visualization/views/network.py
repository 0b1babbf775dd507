"""The whole network in 3D, computed in the browser from the snapshot's weights, with the drawing pad over it."""

from __future__ import annotations

import streamlit as st

from data.errors import StrataError
from model.runs import Run
from visualization import components, pad, state
from visualization.scene import scene


def draw(run: Run) -> None:
    """Draw the scene for the chosen run, step and picture; a new drawing becomes the picture of all views."""
    shown = state.shown(run)
    picture, _ = state.chosen_picture()
    network = shown.run.config().network
    data = scene(
        shown.run, shown.step, network, shown.run.class_names(), picture, pad=state.pad_report(), wish=state.wish()
    )
    answer = components.scene(data, key="scene")
    try:
        if answer.pick is not None:
            state.take_pick(answer.pick, network)
        if answer.drawing is not None and state.take_drawing(pad.read(answer.drawing)):
            st.rerun()
    except StrataError as error:
        st.error(str(error))
