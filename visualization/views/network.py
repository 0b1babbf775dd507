"""The whole network in 3D, computed in the browser from the snapshot's weights."""

from __future__ import annotations

import streamlit as st

from model.runs import Run
from visualization import components, state
from visualization.scene import scene


def draw(run: Run) -> None:
    """Draw the scene for the chosen run, step and picture."""
    step = state.chosen_step(run)
    if step is None:
        st.info("The network is drawn here as soon as its first weights are kept, before the first step.")
        return
    picture, _ = state.chosen_picture()
    data = run.data()
    names = data.class_names if data else tuple(str(digit) for digit in range(10))
    components.scene(scene(run, step, run.config().network, names, picture), key="scene")
