"""Every layer that is made of maps as a stack of 3D surfaces, computed by Keras."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.runs import Run
from visualization import components, state, surfaces, traces
from visualization.picks import Pick


def draw(run: Run) -> None:
    """Draw the stack for the chosen run, step, picture and channels."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.info(traces.waiting_words() + ". The network in 3D needs no Keras and is there already.")
        return
    picture, _ = state.chosen_picture()
    step = traces.step_to_trace(shown.run, shown.step) if shown.follows_newest else shown.step
    activations = traces.trace(shown.run, step, picture)
    spatial = [placed for placed in shown.run.config().network.placed() if len(placed.output_shape) == 3]
    if not spatial:
        _say_no_maps()
        return
    titles = {placed.layer.name: placed.title for placed in spatial}
    picked = _controls(titles, {placed.layer.name: placed.output_shape[-1] for placed in spatial})
    layers = {title: activations[name] for name, title in titles.items()}
    channels = {title: state.selected_channels(name) for name, title in titles.items()}
    figure = surfaces.stack(layers, channels=channels, relief=state.relief())
    click = components.figure(figure, key="surfaces")
    if click is not None and click.trace in layers and len(click.point) == 2:
        found = surfaces.tiling(layers[click.trace], channels[click.trace]).locate(*click.point)
        if found is not None:
            names = {title: name for name, title in titles.items()}
            state.remember_pick(Pick(names[click.trace], *found))
    with picked:
        if step != shown.step:
            st.caption(f"At step {step:,}")
        _say_pick(activations)


def _say_no_maps() -> None:
    """What is here for a network that takes the picture apart at once, and what to do."""
    st.info(
        "This network has no layer of maps: it puts the picture in one row first, and surfaces need rows and columns. "
        "The Network view shows its layers; a network with a convolution or a pooling layer has surfaces here."
    )
    if st.button("Show in the Network view", on_click=state.show_view, args=("Network",)):
        st.rerun()


def _say_pick(activations: Mapping[str, np.ndarray]) -> None:
    """What was touched last and its value now, at this step and for this picture; a button shows it in 3D."""
    pick = state.last_pick()
    value = None if pick is None else pick.value(activations)
    if pick is None or value is None:
        st.caption("Click a map to keep its value here")
        return
    st.caption(f"{pick.words}: {value:.3f}")
    _bring_button("Show in 3D", pick, "Open this neuron in the Network view")


def _bring_button(label: str, pick: Pick, explanation: str) -> None:
    """A button that leads to the Network view; this view is a fragment, so the whole page must be drawn again."""
    if st.button(label, on_click=state.bring_to_scene, args=(pick,), help=explanation):
        st.rerun()


def _controls(titles: dict[str, str], counts: dict[str, int]) -> DeltaGenerator:
    """Relief, channels and what to show in 3D; beside them the place for the words of the last touch."""
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
        _choose_for_the_scene(titles, counts)
        return st.container(horizontal=True, vertical_alignment="center", width="stretch")


def _choose_for_the_scene(titles: dict[str, str], counts: dict[str, int]) -> None:
    """A layer, or one map of it, to be shown in the Network view."""
    with st.popover("In 3D", icon=":material/view_in_ar:"):
        layer = st.selectbox("Layer", list(titles), format_func=titles.__getitem__, key="scene_layer")
        channel = st.number_input(
            f"Map, 0 to {counts[layer] - 1}", 0, counts[layer] - 1, None, key=f"scene_map_{layer}", placeholder="all"
        )
        _bring_button("Show", Pick(layer, channel), "Open it in the Network view")
