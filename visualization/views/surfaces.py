"""Every layer that is made of maps as a stack of 3D surfaces, computed by Keras."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.networks import PlacedLayer
from model.runs import Run
from visualization import components, state, surface_state, surfaces, traces
from visualization.picks import Pick
from visualization.pictures import Picture
from visualization.views import waiting

_Sheets = tuple[tuple[str, str, tuple[int, ...]], ...]
"""Title, layer and maps of each sheet."""


def draw(run: Run) -> None:
    """Draw the stack for the chosen run, step, picture and channels."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.info(traces.waiting_words() + ". The network in 3D needs no Keras and is there already.")
        return
    picture, _ = state.chosen_picture()
    step = traces.step_to_trace(shown.run, shown.step) if shown.follows_newest else shown.step
    activations = waiting.trace(shown.run, step, picture)
    spatial = surface_state.with_maps(shown.run.config().network.placed())
    if not spatial:
        _say_no_maps()
        return
    picked = _controls(spatial)
    drawn = {placed.title: placed for placed in surface_state.shown(spatial)}
    layers = {title: activations[placed.layer.name] for title, placed in drawn.items()}
    channels = {title: surface_state.channels(placed) for title, placed in drawn.items()}
    scaled = surface_state.scaled(spatial)
    sheets = tuple((title, placed.layer.name, channels[title]) for title, placed in drawn.items())
    pixels = picture.pixels
    figure = _written(shown.run, step, pixels.tobytes(), pixels.shape, sheets, surface_state.relief(), scaled)
    click = components.figure(figure, key="surfaces")
    if click is not None and click.trace in layers and len(click.point) == 2:
        found = surfaces.tiling(layers[click.trace], channels[click.trace]).locate(*click.point)
        if found is not None:
            state.remember_pick(Pick(drawn[click.trace].layer.name, *found))
    with picked:
        if len(drawn) < len(spatial):
            st.caption(f"{len(drawn)} of {len(spatial)} layers")
        if step != shown.step:
            st.caption(f"At step {step:,}")
        _say_pick(activations)


# Each look at a training and each touch of a control draws the view: 30 ms for a figure that is the same. 1.5 MB each.
@functools.lru_cache(maxsize=8)
def _written(
    run: Run, step: int, pixels: bytes, shape: tuple[int, ...], sheets: _Sheets, relief: bool, scaled: bool
) -> str:
    """The stack as JSON. pixels: uint8 of `shape`."""
    picture = Picture(np.frombuffer(pixels, np.uint8).reshape(shape), None, "")
    activations = traces.trace(run, step, picture)
    layers = {title: activations[name] for title, name, _ in sheets}
    channels = {title: chosen for title, _, chosen in sheets}
    return components.written(surfaces.stack(layers, channels=channels, relief=relief, scaled=scaled))


def _say_no_maps() -> None:
    """What is here for a network that takes the picture apart at once, and what to do."""
    st.info(
        "This network has no layer of maps: its layers make values in rows, and surfaces need rows and columns. "
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


def _controls(spatial: Sequence[PlacedLayer]) -> DeltaGenerator:
    """Relief, layers, channels and what to show in 3D; beside them the place for the words of the last touch."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle("Relief", key="relief", persist_state="session", help="Show activation as height too")
        st.toggle(
            "Own scales",
            value=surface_state.scaled(spatial),
            key=surface_state.layer_controls(spatial).scale,
            persist_state="session",
            help="Colours of each layer up to its own strongest activation, else of all up to the strongest of all",
        )
        if len(spatial) > surfaces.MOST_SHEETS:
            with st.popover("Layers", icon=":material/layers:"):
                _choose_layers(spatial)
        with st.popover("Channels", icon=":material/filter_alt:"):
            for placed in surface_state.shown(spatial):
                _choose_channels(placed)
        _choose_for_the_scene(spatial)
        return st.container(horizontal=True, vertical_alignment="center", width="stretch")


def _choose_layers(spatial: Sequence[PlacedLayer]) -> None:
    """Which of many layers are in the stack: some of all, a part of the network, or those that are named."""
    keys, most = surface_state.layer_controls(spatial), surfaces.MOST_SHEETS
    titles = {placed.layer.name: placed.title for placed in spatial}

    def part(first: int) -> str:
        if first == surface_state.SPREAD:
            return f"{most} of all, evenly spread"
        last = min(first + most, len(spatial))
        return f"{first + 1} to {last}: {spatial[first].title} to {spatial[last - 1].title}"

    st.selectbox(
        f"Of {len(spatial)} layers with maps",
        [surface_state.SPREAD, *range(0, len(spatial), most)],
        format_func=part,
        key=keys.part,
        persist_state="session",
        help=f"A stack of more than {most} layers cannot be read. The first and the last are among those spread evenly",
    )
    st.multiselect(
        f"Or these, {most} at most",
        list(titles),
        format_func=titles.__getitem__,
        key=keys.names,
        max_selections=most,
        placeholder="none by name",
        persist_state="session",
    )


def _choose_channels(placed: PlacedLayer) -> None:
    count, first = placed.output_shape[-1], surfaces.maps_on_a_sheet(placed.output_shape)
    st.multiselect(
        f"{placed.title}: maps shown",
        range(count),
        key=surface_state.channels_key(placed),
        placeholder="all maps" if first == count else f"the first {first:,} of {count:,}",
        persist_state="session",
    )


def _choose_for_the_scene(spatial: Sequence[PlacedLayer]) -> None:
    """A layer, or one map of it, to be shown in the Network view."""
    titles = {placed.layer.name: placed.title for placed in spatial}
    counts = {placed.layer.name: placed.output_shape[-1] for placed in spatial}
    with st.popover("In 3D", icon=":material/view_in_ar:"):
        layer = st.selectbox("Layer", list(titles), format_func=titles.__getitem__, key="scene_layer")
        channel = st.number_input(
            f"Map, 0 to {counts[layer] - 1}",
            0,
            counts[layer] - 1,
            None,
            key=f"scene_map_{layer}_{counts[layer]}",
            placeholder="all",
        )
        _bring_button("Show", Pick(layer, channel), "Open it in the Network view")
