"""The run and the step in the page's own address: what a refresh keeps and a link shows.

With everything it asks for the browser sends the address that it has just then. What it asked before it heard of the
page's last change, such as a timer that went off meanwhile, comes with the address of before: what is shown would jump
back. So an address that the page has left is taken again only when the reader goes back in the browser's history.
"""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Name = Literal["run", "step"]
_NAMES: tuple[Name, ...] = get_args(Name)
_Address = tuple[tuple[str, str], ...]  # what of it is ours, in the order of _NAMES
_MOST_LEFT = 100


def get(name: Name) -> str | None:
    """What the address says now; None where it says nothing."""
    return dict(_settled()).get(name)


def change(**wanted: str | None) -> None:
    """Write these names into the address; None removes one."""
    address = {**dict(_settled()), **wanted}
    _go(tuple((name, value) for name in _NAMES if (value := address.get(name))))
    _tell()


def _settled() -> _Address:
    """The address that holds: the browser's, unless that is one the page has left since, which is mended then."""
    of_the_browser = tuple((name, value) for name in _NAMES if (value := st.query_params.get(name)))
    if of_the_browser not in _left() or _is_from_the_history():
        _go(of_the_browser)
    elif of_the_browser != _held():
        _tell()
    return _held()


def _tell() -> None:
    """Tell the browser in one message: each that changes its address is a place in its history."""
    held = dict(_held())
    st.query_params.update({name: held.get(name, []) for name in _NAMES})  # nothing is written of an empty list


def _held() -> _Address:
    held: _Address = st.session_state["address"]
    return held


def _go(address: _Address) -> None:
    before = st.session_state.get("address", address)
    left = [*_left(), before][-_MOST_LEFT:]
    st.session_state["left_addresses"] = [one for one in left if one != address]
    st.session_state["address"] = address


def _left() -> list[_Address]:
    left: list[_Address] = st.session_state.get("left_addresses", [])
    return left


def _is_from_the_history() -> bool:
    """The reader went back or forward in the browser, and this drawing is for that."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
