"""Which layer, and which of its filters, the Filters section shows; kept while the reader looks elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from model import kernels
from model.layers import Conv2D, DepthwiseConv2D, Dropout, Flatten, Reshape, SeparableConv2D
from model.networks import Network, PlacedLayer
from visualization import state
from visualization.picks import Pick, place_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A layer, and one of its filters, maps or units; None for all of them."""

    placed: PlacedLayer
    channel: int | None

    @property
    def noun(self) -> str:
        """What the layer is made of, for people."""
        return noun(self.placed)

    @property
    def count(self) -> int:
        """How many filters, maps or units the layer has."""
        return self.placed.output_shape[-1]

    @property
    def is_map(self) -> bool:
        """Whether each of them makes a map, not one value."""
        return len(self.placed.output_shape) > 1

    @property
    def has_kernel(self) -> bool:
        """Whether each of them has weights of its own that are a kernel."""
        return kernels.has_kernel(self.placed.layer)


def noun(placed: PlacedLayer) -> str:
    """What a layer is made of: filters where each has a kernel, else maps, or units where there are no rows."""
    if isinstance(placed.layer, Conv2D | DepthwiseConv2D | SeparableConv2D):
        return "filter"
    return "map" if len(placed.output_shape) > 1 else "unit"


def choose(layer: str, channel: int | None) -> None:
    """Show this filter from the next drawing on; for a button's on_click, and before st.rerun."""
    # Not the controls themselves: they may already be drawn in this run, and then they must not be written.
    st.session_state["filter_to_be"] = (layer, channel)


def draw(network: Network) -> Choice:
    """Draw the controls: the layer, and the number of one of its filters; returns what is chosen."""
    layers = {
        placed.layer.name: placed
        for placed in network.placed()
        if not isinstance(placed.layer, Flatten | Reshape | Dropout)
    }
    _settle(network, layers)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Layer",
            list(layers),
            format_func=lambda name: f"{layers[name].title} · {_count_words(layers[name])}",
            key="filter_layer",
            persist_state="session",
            width=260,
            help="Flatten, reshape and dropout layers are left out: what comes out of them is what went in",
        )
        placed = layers[name]
        last = placed.output_shape[-1] - 1
        channel = st.number_input(
            f"{noun(placed).capitalize()} (0 to {last:,})",
            0,
            last,
            None,
            key=_key(placed),
            placeholder="all",
            persist_state="session",
            width=180,
            help="One of them, with all that is known of it. A click on a picture below chooses it as well",
        )
        if channel is not None:
            st.button(
                f"All {noun(placed)}s",
                icon=":material/grid_view:",
                on_click=choose,
                args=(name, None),
                key="all_filters",
            )
            st.button(
                "Show in 3D",
                icon=":material/view_in_ar:",
                on_click=_show_in_3d,
                args=(Pick(name, channel),),
                key="filter_in_3d",
                help="Open it in the Network view",
            )
    if st.session_state.pop("filter_leads_away", False):
        st.rerun()  # this view is a fragment, so the whole page must be drawn again
    return Choice(placed, channel)


def _show_in_3d(pick: Pick) -> None:
    state.bring_to_scene(pick)
    st.session_state["filter_leads_away"] = True


def _key(placed: PlacedLayer) -> str:
    # With the count: a number beyond another network's layer of that name must not come with it.
    return f"filter_of_{placed.layer.name}_{placed.output_shape[-1]}"


def _count_words(placed: PlacedLayer) -> str:
    *sides, count = placed.output_shape
    maps = f" of {' x '.join(map(str, sides if len(sides) > 1 else [*sides, 1]))}" if sides else ""
    made = "map" if sides else "unit"
    return f"{count:,} {made}{'s' if count > 1 else ''}{maps}"


def _settle(network: Network, layers: dict[str, PlacedLayer]) -> None:
    """Before the controls are drawn: what was touched elsewhere or clicked here, else the first layer of filters."""
    session = st.session_state
    pick = state.last_pick()
    if pick is not None and pick != session.get("filter_pick"):
        session["filter_pick"] = pick
        if (touched := _channel_of(network, pick)) is not None:
            session["filter_to_be"] = touched
    layer, channel = session.pop("filter_to_be", (None, None))
    if layer in layers and (channel is None or channel < layers[layer].output_shape[-1]):
        session["filter_layer"] = layer
        session[_key(layers[layer])] = channel
    elif session.get("filter_layer") not in layers:
        named = [name for name, placed in layers.items() if noun(placed) == "filter"]
        session["filter_layer"] = (named or list(layers))[0]


def _channel_of(network: Network, pick: Pick) -> tuple[str, int] | None:
    """The layer and channel that a pick is of; of a layer that is left out, those of the layer that made its values."""
    placed = {each.layer.name: each for each in network.placed()}
    if pick.layer not in placed or pick.channel is None:
        return None
    name = pick.layer
    place = place_of(pick, placed[name].output_shape)
    if any(at >= side for at, side in zip(place, placed[name].output_shape, strict=True)):
        return None  # touched in another network that has a layer of this name
    while name in placed and isinstance(placed[name].layer, Flatten | Reshape | Dropout):
        shape = placed[name].input_shape
        place = tuple(int(at) for at in np.unravel_index(np.ravel_multi_index(place, placed[name].output_shape), shape))
        name = placed[name].inputs[0]
    return (name, place[-1]) if name in placed else None
