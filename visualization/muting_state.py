"""Which filters and units of the chosen run are muted: kept for the session, changed by controls' callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import streamlit as st

from model import muting
from model.networks import Network
from model.runs import Run


def muted(run: Run, network: Network) -> dict[str, tuple[int, ...]]:
    """What is muted, ascending, by layer in the network's order; another run begins with nothing muted."""
    known = {placed.layer.name: placed.output_shape[-1] for placed in muting.mutable(network)}
    kept = _kept(run)
    found = {layer: tuple(at for at in kept.get(layer, ()) if at < count) for layer, count in known.items()}
    return {layer: channels for layer, channels in found.items() if channels}


def control(run: Run, layer: str, network: Network) -> str:
    """The key of the control over a layer's muted channels, which shows them from now on; call it before drawing."""
    key = f"muted {run.id} {layer}"
    st.session_state[key] = list(muted(run, network).get(layer, ()))
    return key


def take(run: Run, layer: str) -> None:
    """For the control's on_change: what it holds is muted in that layer."""
    _put(run, {**_kept(run), layer: tuple(sorted(st.session_state[f"muted {run.id} {layer}"]))})


def mute(run: Run, layer: str, channels: Iterable[int]) -> None:
    """For a button's on_click: mute these channels of a layer too."""
    _put(run, {**_kept(run), layer: tuple(sorted({*_kept(run).get(layer, ()), *channels}))})


def unmute_all(run: Run) -> None:
    """For a button's on_click: mute nothing."""
    _put(run, {})


def _kept(run: Run) -> Mapping[str, tuple[int, ...]]:
    whose, choice = st.session_state.get("muted", ("", {}))
    return cast(Mapping[str, tuple[int, ...]], choice if whose == run.id else {})


def _put(run: Run, choice: Mapping[str, tuple[int, ...]]) -> None:
    st.session_state["muted"] = (run.id, dict(choice))
