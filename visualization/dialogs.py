"""Which dialog lies over the page, at most one: a page that is drawn again must open it again."""

from __future__ import annotations

from typing import Literal

import streamlit as st

Dialog = Literal["network", "run", "data"]


def open_dialog(name: Dialog) -> None:
    """Show it until it is closed; for a button's on_click."""
    st.session_state["dialog"] = name


def close() -> None:
    """For what closes it, and a dialog's on_dismiss."""
    st.session_state["dialog"] = None


def is_open(name: Dialog) -> bool:
    """Whether this one is open."""
    return bool(st.session_state.get("dialog") == name)
