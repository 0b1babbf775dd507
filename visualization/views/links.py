"""The network as nodes and links for the chosen picture, live while drawing."""

from __future__ import annotations

import streamlit as st

from data.errors import StrataError
from model.networks import Network
from model.runs import Run
from visualization import components, pad, picks, state, traces
from visualization.links import FEWEST, MOST, USUAL, Example, LinksSettings, Order, example, explanation, links
from visualization.pictures import Picture
from visualization.scene import scene
from visualization.views import waiting

_ORDERS: dict[str, Order] = {"By number": "number", "Most active first": "activity"}


def draw(run: Run) -> None:
    """Draw it for the chosen run, step and picture; a new drawing becomes the picture of all views."""
    shown = state.shown(run)
    picture, _ = state.chosen_picture()
    network = shown.run.config().network
    settings = _controls(shown, network, picture)
    whole = scene(shown.run, shown.step, network, shown.run.class_names(), picture, pad=state.pad_report())
    answer = components.links(links(whole, settings), key="links")
    try:
        if answer.bring is not None:
            touched = picks.read(answer.bring, network)
            if touched.pick is not None:
                state.go_to_scene(touched.pick)
                st.rerun()
        if answer.drawing is not None and state.take_drawing(pad.read(answer.drawing)):
            st.rerun()
    except StrataError as error:
        st.error(str(error))


def _controls(shown: state.Shown, network: Network, picture: Picture) -> LinksSettings:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown("**What feeds what**", width="stretch")
        with st.popover("Show", icon=":material/tune:", type="tertiary"):
            settings = _settings()
        with st.popover("", icon=":material/help:", help="What is this?", key="explain links", type="tertiary"):
            st.markdown(explanation(network, settings, _example(shown, network, picture)))
    return settings


def _settings() -> LinksSettings:
    most = st.slider(
        "Nodes of a layer", FEWEST, MOST, USUAL, key="links_most", persist_state="session",
        help="The most active ones; of the output all up to 12, else the likeliest 10; fewer in a low window",
    )  # fmt: skip
    order = st.segmented_control(
        "From top to bottom", list(_ORDERS), default="By number", key="links_order", required=True,
        persist_state="session",
    )  # fmt: skip
    signs = st.toggle(
        "Green and red by sign", key="links_signs", persist_state="session",
        help="Green above zero, red below, blue the largest of its layer",
    )  # fmt: skip
    every = st.toggle(
        "Flatten and dropout too", key="links_every", persist_state="session",
        help="They hand on the numbers they get, and have no column of their own otherwise",
    )  # fmt: skip
    return LinksSettings(most, _ORDERS[order], "sign" if signs else "perceptual", every)


def _example(shown: state.Shown, network: Network, picture: Picture) -> Example | None:
    if not traces.is_ready():
        return None
    try:
        activations = waiting.trace(shown.run, shown.step, picture)
        return example(network, activations, shown.run.weights(shown.step))
    except StrataError:
        return None  # the sidebar says what is wrong; the picture needs no Keras
