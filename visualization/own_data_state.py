"""The data set that somebody is bringing: its upload on the way, in the session alone until it is used."""

from __future__ import annotations

import hashlib
from typing import cast

import streamlit as st

from data import own
from data.own import OwnData
from data.throwaway import Preparation
from visualization import dialogs

BY_THE_DATA = 0
"""What the control of sizes says where the pictures decide."""


def preparation() -> Preparation | None:
    """The upload that is being read or has been; None where there is none."""
    return cast(Preparation | None, st.session_state.get("own_preparation"))


def take(name: str, content: bytes, side: int) -> None:
    """Read this upload at this size, unless that is what is being read already; raises DatasetError."""
    key = (name, len(content), hashlib.sha256(content).hexdigest(), side)
    if st.session_state.get("own_upload") == key:
        return
    forget()
    st.session_state["own_upload"] = key
    st.session_state["own_preparation"] = Preparation(content, name, side or None)


def stop() -> None:
    """End the reading; for a button's on_click. The same file is not read again by itself."""
    found = preparation()
    if found is not None:
        found.stop()
    st.session_state["own_preparation"] = None


def forget() -> None:
    """Let go of the upload and of what was read of it."""
    stop()
    st.session_state["own_upload"] = None


def use(title: str) -> OwnData:
    """Keep what was read and choose it to be trained on; raises DatasetError."""
    found = preparation()
    assert found is not None
    kept = own.keep(found.folder, title)
    st.session_state["own_preparation"] = None
    # Not the control itself: it may already be drawn in this run, and then it must not be written.
    st.session_state["dataset_to_be"] = kept.name
    st.session_state["own_serial"] = serial() + 1
    dialogs.close()
    return kept


def serial() -> int:
    """Changes with every upload that was used: its control then begins empty."""
    return int(st.session_state.get("own_serial", 0))


def close() -> None:
    """The dialog was closed: nothing goes on behind it."""
    forget()
    st.session_state["own_serial"] = serial() + 1
    dialogs.close()
