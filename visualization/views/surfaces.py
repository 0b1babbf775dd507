"""Every conv and pooling layer as a stack of 3D surfaces, computed by Keras."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.errors import StrataError
from model.networks import Conv2D, MaxPool2D
from model.runs import Run
from visualization import components, state, surfaces, traces


def draw(run: Run) -> None:
    """Draw the stack for the chosen run, step, picture and channels."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.info(traces.waiting_words() + ". The network in 3D needs no Keras and is there already.")
        return
    picture, _ = state.chosen_picture()
    try:
        activations = traces.trace(shown.run, shown.step, picture)
    except StrataError as error:
        st.error(str(error))
        return
    spatial = [placed for placed in shown.run.config().network.placed() if isinstance(placed.layer, Conv2D | MaxPool2D)]
    titles = {placed.layer.name: placed.layer.name.replace("_", " ") for placed in spatial}
    picked = _controls(titles, {placed.layer.name: placed.output_shape[-1] for placed in spatial})
    layers = {title: activations[name] for name, title in titles.items()}
    channels = {title: state.selected_channels(name) for name, title in titles.items()}
    figure = surfaces.stack(layers, channels=channels, relief=state.relief())
    click = components.figure(figure, key="surfaces")
    if click is not None and click.trace in layers:
        values = layers[click.trace]
        found = surfaces.tiling(values, channels[click.trace]).locate(click.row, click.column)
        if found is not None:
            channel, row, column = found
            state.remember_pick(
                f"{click.trace}, map {channel}, row {row}, column {column}: {values[row, column, channel]:.3f}"
            )
    picked.caption(state.last_pick() or "Click a map to keep its value here")


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
