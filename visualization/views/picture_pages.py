"""Test pictures in pages; a click on one makes it the chosen picture of every view."""

from __future__ import annotations

import numpy as np
import streamlit as st

from visualization import evaluation_state, examined_pictures, galleries, state
from visualization.views import exhibit
from visualization.views.examined import Examined


def draw(title: str, numbers: np.ndarray, told: Examined, *, key: str, explanation: str, narrow: bool = False) -> None:
    """Draw the test pictures of these numbers, int64 (count,), a page at a time, in their order."""
    across = examined_pictures.across(told.names, narrow=narrow)
    size = across * examined_pictures.down(told.names)
    last = max(0, (len(numbers) - 1) // size)
    page = min(evaluation_state.page_of(key), last)
    some = [int(number) for number in numbers[page * size : (page + 1) * size]]
    pictures = told.dataset.x_test[some]  # (count, rows, columns, channels)
    click = exhibit.draw(
        title,
        examined_pictures.gallery(pictures, some, told.readings, told.names, across),
        key=f"{key}_pictures",
        explanation=f"{explanation}\n\nUnder each picture: its true class, what it is read as, and the probability of "
        "that answer, rounded down. A click makes the picture the chosen one in every view.",
        table=lambda: examined_pictures.table([int(number) for number in numbers], told.readings, told.names),
        height=galleries.height(pictures.shape, across, examined_pictures.tile(told.names)),
    )
    if last:
        _turn(key, page, last, f"{page * size + 1:,} to {page * size + len(some):,} of {len(numbers):,}")
    chosen = None if click is None else galleries.picture_at(click.point, pictures.shape, across)
    if chosen is not None and not evaluation_state.is_chosen(some[chosen]):  # else the same click would come for ever
        state.choose_test_image(some[chosen])
        st.rerun()


def _turn(key: str, page: int, last: int, words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="center", wrap=False):
        for label, icon, target in (("Back", "chevron_left", page - 1), ("Further", "chevron_right", page + 1)):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"{label} {key}",
                disabled=not 0 <= target <= last,
                on_click=evaluation_state.turn_to,
                args=(key, target),
                type="tertiary",
            )
            if target < page:
                st.caption(words, width="content")
