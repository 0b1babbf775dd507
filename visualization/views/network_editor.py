"""The editor of one's own network: every layer with its shape and parameters, and the fields of the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, get_args

import streamlit as st

from model.layers import ActivationName, Layer, Padding
from model.networks import PRESETS
from visualization import dialogs, drafts, training_state
from visualization.drafts import KIND_TITLES, Draft, Row

_MOST_CHANNELS = 1024
_ACTIVATIONS = [name for name in get_args(ActivationName) if name != "softmax"]
_PLACE = "draft_place"


@st.dialog("Your own network", width="large", on_dismiss=dialogs.close)
def draw() -> None:
    """Draw the editor; every change is taken at once, and is what is trained once the layers fit together."""
    st.selectbox(
        "Start from",
        list(PRESETS),
        index=None,
        format_func=lambda name: PRESETS[name].title,
        placeholder="keep what is below, or choose a network",
        key="draft_start",
        on_change=_start_from,
    )
    listed, chosen = st.columns([5, 4], gap="medium")
    # First, though it stands second: the list shows what the fields say now.
    with chosen:
        _edit(training_state.selected_place())
    draft = training_state.draft()
    with listed:
        _list(drafts.rows(draft, training_state.form().shape))
    _finish(draft)


def _start_from() -> None:
    name = st.session_state.get("draft_start")
    if name is not None:
        training_state.reorder(drafts.start_from(PRESETS[name]), 0)


def _list(rows: tuple[Row, ...]) -> None:
    """Every layer, of which one is chosen to be edited."""
    places = list(range(len(rows)))
    st.radio(
        f"Layers, from a picture of {drafts.shape_words(training_state.form().shape)}",
        places,
        # Of the name alone: a label that changes makes the control forget what was chosen.
        format_func=lambda place: _title(rows[place].layer),
        captions=[f"{_field_words(row.layer)}  \n{_result_words(row)}".strip() for row in rows],
        key=_PLACE,
    )


def _title(layer: Layer) -> str:
    return layer.name.replace("_", " ")


def _field_words(layer: Layer) -> str:
    """What a layer is made of: "32 filters · 3 × 3 · relu"; empty where it has nothing to choose."""
    parts = []
    for name, unit in (("filters", "filters"), ("units", "units"), ("depth_multiplier", "kernels a channel")):
        if hasattr(layer, name):
            parts.append(f"{getattr(layer, name)} {unit}")
    for name in ("kernel_size", "pool_size"):
        if hasattr(layer, name):
            parts.append(" × ".join(map(str, getattr(layer, name))))
    if hasattr(layer, "rate"):
        parts.append(f"{layer.rate:g} of the values")
    if hasattr(layer, "activation"):
        parts.append(layer.activation)
    return " · ".join(parts)


def _result_words(row: Row) -> str:
    if row.problem:
        return f":red[:material/error: {row.problem}]"
    if row.output_shape is None:
        return "waits for the layer before it"
    return f"→ {drafts.shape_words(row.output_shape)} · {row.parameters:,} parameters"


def _edit(place: int) -> None:
    """The fields of one layer, what is wrong with it, and the buttons that move it."""
    layer = training_state.draft()[place]
    is_output = place == len(training_state.draft()) - 1
    if is_output:
        st.markdown(f"**{_title(layer)}** · {_field_words(layer)}")
        st.caption("The last layer is always dense with a softmax: a probability for each class.")
    else:
        training_state.replace_layer(place, _fields(layer, place))
    draft = training_state.draft()
    problem = drafts.rows(draft, training_state.form().shape)[place].problem
    if problem:
        st.error(problem)
    with st.container(horizontal=True):
        _button("Up", "arrow_upward", is_output or place == 0, lambda: _to(drafts.move(draft, place, -1), place - 1))
        at_end = place >= len(draft) - 2
        _button("Down", "arrow_downward", at_end, lambda: _to(drafts.move(draft, place, 1), place + 1))
        _button("Remove", "delete", is_output, lambda: _to(drafts.remove(draft, place), place))
    _add(draft, place - 1 if is_output else place)


def _add(draft: Draft, after: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Another layer", list(KIND_TITLES), format_func=KIND_TITLES.__getitem__, key="draft_kind", width=220
        )
        _button("Add", "add", False, lambda: _to(drafts.add(draft, kind, after), after + 1))


def _button(label: str, icon: str, disabled: bool, act: Callable[[], None]) -> None:
    st.button(label, icon=f":material/{icon}:", disabled=disabled, on_click=act, key=f"draft_{label}")


def _to(draft: Draft, place: int) -> None:
    training_state.reorder(draft, place)


def _fields(layer: Layer, place: int) -> Layer:
    """The controls of a layer; returns it with what they say."""
    changes: dict[str, Any] = {}
    st.markdown(f"**{KIND_TITLES[layer.kind]}**, {_title(layer)}")
    for field in fields(layer):
        control = _CONTROLS.get(field.name)
        if control is not None:
            key = f"draft_{training_state.draft_order()}_{place}_{field.name}"
            changes[field.name] = control(getattr(layer, field.name), key)
    return replace(layer, **changes)


def _whole(label: str, most: int, explanation: str) -> Callable[[Any, str], Any]:
    return lambda value, key: st.number_input(label, 1, most, int(value), key=key, help=explanation)


def _pair(label: str, most: int, explanation: str) -> Callable[[Any, str], Any]:
    def draw(value: Any, key: str) -> tuple[int, int]:
        rows, columns = st.columns(2)
        height = rows.number_input(f"{label}, rows", 1, most, int(value[0]), key=f"{key}_rows", help=explanation)
        width = columns.number_input(f"{label}, columns", 1, most, int(value[1]), key=f"{key}_columns")
        return int(height), int(width)

    return draw


def _choice(label: str, options: list[str], explanation: str) -> Callable[[Any, str], Any]:
    return lambda value, key: st.selectbox(label, options, index=options.index(value), key=key, help=explanation)


_CONTROLS: dict[str, Callable[[Any, str], Any]] = {
    "filters": _whole("Filters", _MOST_CHANNELS, "How many feature maps it makes"),
    "units": _whole("Units", _MOST_CHANNELS, "How many neurons it has"),
    "depth_multiplier": _whole("Kernels a channel", 16, "How many maps it makes of each input map"),
    "kernel_size": _pair("Kernel", 64, "The window that it slides over the picture, in pixels"),
    "pool_size": _pair("Window", 64, "Of each window one value is left"),
    "strides": _pair("Stride", 64, "How far the window moves each time, in pixels"),
    "padding": _choice("Padding", list(get_args(Padding)), "valid: only whole windows; same: zeros around the picture"),
    "activation": _choice("Activation", _ACTIVATIONS, "The function that each neuron's sum goes through"),
    "rate": lambda value, key: st.number_input(
        "Rate", 0.0, 0.95, float(value), 0.05, key=key, help="The share of values that training sets to 0 at random"
    ),
}


def _finish(draft: Draft) -> None:
    """What the whole network is, and the button that chooses it."""
    shape = training_state.form().shape
    wrong = drafts.problems(draft, shape)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Use this network",
            type="primary",
            disabled=bool(wrong),
            on_click=training_state.use_own_network,
            key="draft_use",
        ):
            st.rerun()  # a dialog draws itself alone, and the page is to be drawn without it
        if wrong:
            kept = training_state.own_network()
            st.caption(f"These layers do not fit together. {kept.title}, the last that did, stays usable.")
        else:
            st.caption(f"{len(draft)} layers · {drafts.total_parameters(draft, shape):,} parameters")
