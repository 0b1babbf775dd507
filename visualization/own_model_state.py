"""The model that a visitor is just loading, kept with the visit."""

from __future__ import annotations

from typing import cast

import streamlit as st

from model.uploads.arrival import Arrival

_KEY = "own_model"


def arrival() -> Arrival | None:
    """The upload that is on its way, or the last that was refused; None where there is none."""
    return cast(Arrival | None, st.session_state.get(_KEY))


def begin(coming: Arrival) -> None:
    """Remember an upload that has just begun; one before it is ended."""
    before = arrival()
    if before is not None:
        before.cancel()
    st.session_state[_KEY] = coming


def forget() -> None:
    """It has become a run, or nobody wants to read why it did not."""
    st.session_state.pop(_KEY, None)
