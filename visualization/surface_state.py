"""Which layers and maps the stack of surfaces shows: the Surfaces view's controls write it, the export reads it too."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from model.networks import PlacedLayer
from visualization import surfaces

SPREAD: Final = -1
"""In the place of a part's first layer: layers from all of the network."""


@dataclass(frozen=True, slots=True)
class LayerControls:
    """Keys of the controls over the layers of one network: which part of it, which by name, a scale for each."""

    part: str
    names: str
    scale: str


def with_maps(placed: Sequence[PlacedLayer]) -> tuple[PlacedLayer, ...]:
    """The layers that can be surfaces: those with rows, columns and maps."""
    return tuple(each for each in placed if len(each.output_shape) == 3)


def layer_controls(spatial: Sequence[PlacedLayer]) -> LayerControls:
    """The keys for these layers: another network's choice is another one."""
    names = hashlib.sha256("\n".join(each.layer.name for each in spatial).encode()).hexdigest()[:12]
    return LayerControls(f"surface_part_{names}", f"surface_layers_{names}", f"surface_scale_{names}")


def shown(spatial: Sequence[PlacedLayer]) -> tuple[PlacedLayer, ...]:
    """Those of `spatial` that are drawn, in their order: the named ones, else the chosen part of the network."""
    keys = layer_controls(spatial)
    named = set(st.session_state.get(keys.names, ()))
    if named:
        return tuple(each for each in spatial if each.layer.name in named)
    first = st.session_state.get(keys.part, SPREAD)
    if first != SPREAD:
        return tuple(spatial[first : first + surfaces.MOST_SHEETS])
    return tuple(spatial[place] for place in surfaces.spread(len(spatial)))


def channels_key(placed: PlacedLayer) -> str:
    """The control over a layer's maps; a layer of the same name with other maps has its own."""
    return f"channels_{placed.layer.name}_{placed.output_shape[-1]}"


def channels(placed: PlacedLayer) -> tuple[int, ...]:
    """Which maps of a layer are drawn: the chosen ones, else the first, as many as a sheet holds."""
    chosen = tuple(st.session_state.get(channels_key(placed), ()))
    return chosen or tuple(range(surfaces.maps_on_a_sheet(placed.output_shape)))


def relief() -> bool:
    """Whether surfaces show activation as height too."""
    return bool(st.session_state.get("relief", False))


def scaled(spatial: Sequence[PlacedLayer]) -> bool:
    """Whether each layer has a colour scale of its own: where nobody chose, in networks deeper than a stack.

    From layer to layer activations of a deep one shrink or grow until one scale for all shows a few of them alone.
    """
    return bool(st.session_state.get(layer_controls(spatial).scale, len(spatial) > surfaces.MOST_SHEETS))
