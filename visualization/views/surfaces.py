"""Every layer that is made of maps as a stack of 3D surfaces, computed by Keras."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.runs import Run
from visualization import components, state, surfaces, traces
from visualization.state import Pick


def draw(run: Run) -> None:
    """Draw the stack for the chosen run, step, picture and channels."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.info(traces.waiting_words() + ". The network in 3D needs no Keras and is there already.")
        return
    picture, _ = state.chosen_picture()
    activations = traces.trace(shown.run, shown.step, picture)
    spatial = [placed for placed in shown.run.config().network.placed() if len(placed.output_shape) == 3]
    titles = {placed.layer.name: placed.title for placed in spatial}
    picked = _controls(titles, {placed.layer.name: placed.output_shape[-1] for placed in spatial})
    layers = {title: activations[name] for name, title in titles.items()}
    channels = {title: state.selected_channels(name) for name, title in titles.items()}
    figure = surfaces.stack(layers, channels=channels, relief=state.relief())
    click = components.figure(figure, key="surfaces")
    if click is not None and click.trace in layers:
        found = surfaces.tiling(layers[click.trace], channels[click.trace]).locate(click.row, click.column)
        if found is not None:
            state.remember_pick(Pick(click.trace, *found))
    picked.caption(_words(state.last_pick(), layers))


def _words(pick: Pick | None, layers: Mapping[str, np.ndarray]) -> str:
    """Where the last click was and what is there now, at this step and for this picture."""
    if pick is None or pick.layer not in layers:
        return "Click a map to keep its value here"
    value = layers[pick.layer][pick.row, pick.column, pick.channel]
    return f"{pick.layer}, map {pick.channel}, row {pick.row}, column {pick.column}: {value:.3f}"


def _controls(titles: dict[str, str], counts: dict[str, int]) -> DeltaGenerator:
    """Relief and channels, and beside them the place for the words of the last click."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Relief", key="relief", persist_state="session", help="Show activation as height too")
        with st.popover("Channels", icon=":material/filter_alt:"):
            for name, title in titles.items():
                st.multiselect(
                    f"{title}: maps shown",
                    range(counts[name]),
                    key=f"channels_{name}",
                    placeholder="all maps",
                    persist_state="session",
                )
        return st.container(width="stretch")
