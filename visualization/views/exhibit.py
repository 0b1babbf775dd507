"""A figure with its title, what it is and how it was computed one click away, and its numbers as CSV."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from visualization import components
from visualization.components import Click
from visualization.views import download

HEIGHT = 320


def draw(
    title: str,
    figure: go.Figure,
    *,
    key: str,
    explanation: str,
    table: Callable[[], str],
    height: int | str = HEIGHT,
) -> Click | None:
    """Draw `figure` under its title; returns a click on it.

    explanation: what is seen and how it was computed, Markdown with this network's own numbers; shown on request.
    table: the figure's numbers as CSV, made when somebody takes them. The camera in the figure's corner saves a PNG.
    height: CSS pixels, 250 at least for that camera, or "fill".
    """
    heading(title, key=key, explanation=explanation, table=table)
    return components.figure(figure, key=key, height=height)


def heading(title: str, *, key: str, explanation: str, table: Callable[[], str]) -> None:
    """Draw a title with its explanation and its numbers as CSV, as `draw` does, over what is no figure."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown(f"**{title}**", width="stretch")
        with st.popover("", icon=":material/help:", help="What is this?", key=f"explain {key}", type="tertiary"):
            st.markdown(explanation)
        download.button(
            "",
            table,
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"csv {key}",
            explained="These numbers as CSV",
            kind="tertiary",
        )
