"""Everything to take away of the chosen run, step and picture; each file is made when somebody takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import plotly.graph_objects as go
import streamlit as st

from model.runs import Run
from visualization import (
    components,
    curves,
    exports,
    run_words,
    scene,
    state,
    summary,
    surface_state,
    surfaces,
    takeaway,
    traces,
)
from visualization.curves import Curves, Measure
from visualization.pictures import Picture
from visualization.state import Shown
from visualization.views import download

_OCTETS = "application/octet-stream"
_STACK: Final = "Surfaces"
_FIGURES: Final = (_STACK, "Loss", "Accuracy")


def draw(run: Run) -> None:
    """Draw a button for each kind of file, beside what it is."""
    shown = state.shown(run)
    picture, _ = state.chosen_picture()
    st.markdown(
        f"**{shown.run.config().network.title} at step {shown.step:,}, and the chosen picture: {picture.caption}**"
    )
    if not traces.is_ready():
        st.info(f"{traces.waiting_words()}. What Keras makes can be saved then.")
    _network(shown, picture)
    _numbers(shown, picture)
    _figure(shown, picture)
    st.fragment(_failures)()
    st.caption(
        "The camera in a chart's corner saves it as PNG, as large as it is on the screen; its numbers are the CSV "
        "beside its title. Every file is made when you take it."
    )


def _failures() -> None:
    """What could not be made when somebody took it, and why; goes at the next drawing once it was made after all."""
    failed = components.hear_failed_downloads(key="failed downloads")
    reasons = state.export_failures().words
    for words in reasons:
        st.error(words)
    if failed and not reasons:  # Streamlit forgets the makers of a drawing when the next begins
        st.error("No file was made, as the page was drawn anew just when you clicked. Click again.")


def _network(shown: Shown, picture: Picture) -> None:
    run, step = shown.run, shown.step
    network = run.config().network
    refused = takeaway.refusal(scene.layers(network))
    size = exports.page_bytes(run, step)
    _row(
        "Network in 3D",
        refused
        or f"One .html file of about {summary.megabytes(size)} with the scene, the drawing pad and these weights. "
        "It opens from disk, without a server and without a network.",
        lambda: exports.network_page(run, step, picture),
        exports.file_name(run, step, ".html"),
        mime="text/html",
        disabled=bool(refused),
    )
    shape = " × ".join(map(str, network.input_shape))
    _row(
        "Keras",
        f".keras, network and weights; opens with keras.models.load_model. It reads {shape}, float32, 0 to 1.",
        lambda: exports.keras_file(run, step),
        exports.file_name(run, step, ".keras"),
        disabled=not traces.is_ready(),
    )
    _row(
        "ONNX",
        ".onnx, for ONNX Runtime and others; input and layers are named and shaped as in Keras."
        if network.computable_in_browser
        else "Layers that only Keras computes have no ONNX here. Save the network as .keras instead.",
        lambda: exports.onnx_file(run, step),
        exports.file_name(run, step, ".onnx"),
        disabled=not (network.computable_in_browser and traces.is_ready()),
    )


def _numbers(shown: Shown, picture: Picture) -> None:
    run, step = shown.run, shown.step
    size = summary.megabytes(run.snapshot_path(step).stat().st_size)
    _row(
        "Weights",
        f".safetensors, {size}, by layer and weight, as they are kept here: those of trainings with kernels in half "
        "precision.",
        lambda: exports.weights_file(run, step),
        exports.file_name(run, step, ".safetensors"),
    )
    _row(
        "Activations",
        ".npz, what every layer makes of the chosen picture, by layer name, float32, with the picture as “input”; "
        "numpy.load reads it.",
        lambda: exports.activations_file(run, step, picture),
        exports.file_name(run, step, "-activations.npz"),
        disabled=not traces.is_ready(),
    )


def _figure(shown: Shown, picture: Picture) -> None:
    run, step = shown.run, shown.step
    spatial = any(len(placed.output_shape) == 3 for placed in run.config().network.placed())
    offered = [name for name in _FIGURES if (spatial if name == _STACK else bool(run.metrics()))]
    if not offered:
        return
    chosen = (
        st.segmented_control("Figure to save", offered, default=offered[0], required=True, key="exported_figure")
        or offered[0]
    )
    network = run.config().network.title
    if chosen == _STACK:
        made, title = _stack(run, step, picture), f"{network}: what it makes of {picture.caption}"
    else:
        made, title = _curve(run, step, "loss" if chosen == "Loss" else "accuracy"), f"{network}: {chosen.lower()}"
    _row(
        "Figure",
        "One .html file of 5 MB and more with Plotly in it: turn, zoom and point as on the page, without a network.",
        lambda: exports.figure_page(run, step, made(), title),
        exports.file_name(run, step, f"-{chosen.lower()}.html"),
        mime="text/html",
        disabled=chosen == _STACK and not traces.is_ready(),
    )


def _stack(run: Run, step: int, picture: Picture) -> Callable[[], go.Figure]:
    """The stack as the Surfaces view shows it; what is chosen there is read here, as the rest runs in a thread."""
    spatial = surface_state.with_maps(run.config().network.placed())
    placed, scaled = surface_state.shown(spatial), surface_state.scaled(spatial)
    channels = {each.title: surface_state.channels(each) for each in placed}
    relief = surface_state.relief()

    def made() -> go.Figure:
        activations = traces.trace(run, step, picture)
        maps = {each.title: activations[each.layer.name] for each in placed}
        return surfaces.stack(maps, channels=channels, relief=relief, scaled=scaled)

    return made


def _curve(run: Run, step: int, measure: Measure) -> Callable[[], go.Figure]:
    drawn = Curves(run_words.name(run), run.metrics(), run.status().total_steps)
    return lambda: curves.curve([drawn], measure, step)


def _row(
    label: str,
    words: str,
    made: Callable[[], bytes],
    name: str,
    *,
    mime: str = _OCTETS,
    disabled: bool = False,
) -> None:
    """A button that makes a file and hands it over, and what the file is."""
    left, right = st.columns((1, 3), vertical_alignment="center")
    with left:
        download.button(
            label,
            state.export_failures().guarded(label, made),
            file_name=name,
            mime=mime,
            disabled=disabled,
            width="stretch",
            key=f"take {label}",
        )
    with right:
        st.caption(words)
