"""The training that one prepares: its settings and its network, as the controls hold them in st.session_state."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import streamlit as st

from data import datasets
from data.errors import DatasetError
from model.fitting import fitted
from model.layers import Layer
from model.networks import PRESETS, Network
from model.recipes import RECIPES
from model.settings import Settings
from visualization import dialogs, drafts
from visualization.drafts import Draft

OWN: Final = drafts.OWN
"""What the control of networks calls the reader's own one."""
_PERCENT: Final = {"validation_fraction": "validation_percent", "target_accuracy": "target_percent"}
_NOT_OF_A_RECIPE: Final = {"dataset", "seed"}


def settings() -> Settings:
    """What the controls say; raises SettingsError for what no control would let through."""
    state = st.session_state
    values: dict[str, Any] = {field.name: state.get(field.name, field.default) for field in fields(Settings)}
    for name, key in _PERCENT.items():
        if key in state:
            values[name] = state[key] / 100
    return Settings(**values)


def network() -> Network:
    """The network that is to be trained: a preset or the reader's own, fitted to the data set.

    Raises NetworkError where it does not fit.
    """
    chosen = str(st.session_state.get("network", Settings().network))
    fit = form()
    return fitted(own_network() if chosen == OWN else PRESETS[chosen], fit.shape, len(fit.class_names))


def form() -> datasets.Form:
    """What the chosen data set's pictures and classes are; MNIST's where it is gone."""
    try:
        return datasets.form(str(st.session_state.get("dataset", Settings().dataset)))
    except DatasetError:
        return datasets.form(Settings().dataset)


def _controls(wanted: Settings) -> dict[str, Any]:
    """What each control says, by its key, for these settings."""
    values = {field.name: getattr(wanted, field.name) for field in fields(Settings) if field.name not in _PERCENT}
    values["validation_percent"] = round(100 * wanted.validation_fraction)
    values["target_percent"] = round(100 * wanted.target_accuracy, 2)
    return values


def settle() -> None:
    """Before the controls are drawn: their first values."""
    # Not as the controls' own defaults: Streamlit warns of a default where a recipe fills in another value.
    for key, value in _controls(Settings()).items():
        st.session_state.setdefault(key, value)
    if "dataset_to_be" in st.session_state:
        st.session_state["dataset"] = st.session_state.pop("dataset_to_be")
    if st.session_state["dataset"] not in datasets.names():  # deleted, here or in another tab
        st.session_state["dataset"] = Settings().dataset


def recipe() -> str | None:
    """The recipe that the controls say, dataset and seed aside, or none."""
    chosen = settings()
    known = (name for name, wanted in RECIPES.items() if _as_recipe(chosen, wanted) == wanted)
    return next(known, None)


def follow_recipe(key: str, before: str | None) -> None:
    """Fill the other controls from the recipe chosen in the control `key`, whose on_change this is.

    Dataset and seed stay. before: what that control said until now.
    """
    name = st.session_state.get(key)
    if name is None:
        st.session_state[key] = before  # what the controls say is not taken back by a second click
    elif name != before:  # else no click: the control has gone, and a browser that has not heard of it repeats it
        st.session_state.update(_controls(_as_recipe(RECIPES[name], settings())))


def _as_recipe(chosen: Settings, other: Settings) -> Settings:
    """`chosen` with what no recipe decides from `other`."""
    return replace(chosen, **{name: getattr(other, name) for name in _NOT_OF_A_RECIPE})


def draft() -> Draft:
    """The layers that are being edited, the last one included, whether they fit or not."""
    layers: Draft = st.session_state.get("draft") or drafts.start_from(PRESETS[Settings().network])
    return drafts.with_classes(layers, len(form().class_names))


def draft_order() -> int:
    """Changes whenever layers come, go or move: the controls of a layer then begin with its values."""
    return int(st.session_state.get("draft_order", 0))


def reorder(layers: Draft, place: int) -> None:
    """Take layers of which some came, went or moved, and edit the one in `place` from now on."""
    st.session_state["draft_order"] = draft_order() + 1
    _edit(layers)
    st.session_state["draft_place"] = max(0, min(place, len(layers) - 1))


def replace_layer(place: int, layer: Layer) -> None:
    """Take the new fields of one layer."""
    if layer != draft()[place]:
        _edit((*draft()[:place], layer, *draft()[place + 1 :]))


def _edit(layers: Draft) -> None:
    """Where they fit together, they are the reader's own network from now on."""
    st.session_state["draft"] = layers
    if not drafts.problems(layers, form().shape):
        st.session_state["own_network"] = drafts.network(layers, form().shape)


def own_network() -> Network:
    """The last layers edited that fitted together."""
    found = st.session_state.get("own_network")
    return found if isinstance(found, Network) else drafts.network(drafts.start_from(PRESETS[Settings().network]))


def use_own_network() -> None:
    """Choose the reader's own network; for a button's on_click."""
    st.session_state["network"] = OWN
    dialogs.close()


def selected_place() -> int:
    """Which layer of the draft is being edited."""
    return int(st.session_state.setdefault("draft_place", 0))
