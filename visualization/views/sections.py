"""A view of several sections, one at a time, chosen by a bar whose choice is in the link."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from model.runs import Run


def draw(name: str, sections: Mapping[str, Callable[[Run], None]], run: Run) -> None:
    """Draw the chosen one of `sections`, the first if none was chosen; name: the control's, and the link's."""
    chosen = st.segmented_control(
        name.capitalize(),
        list(sections),
        default=next(iter(sections)),
        key=name,
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    sections.get(chosen, next(iter(sections.values())))(run)  # an empty name in the link is None
