"""Knock-out."""

from __future__ import annotations

import streamlit as st

from model.runs import Run


def draw(run: Run) -> None:
    """Draw it for the chosen run and step."""
    st.info("Knock-out")
