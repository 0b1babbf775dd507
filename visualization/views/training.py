"""The curves of a run, while it trains and afterwards."""

from __future__ import annotations

import streamlit as st

from data.errors import StrataError
from model.runs import Run
from visualization import charts, components


def draw(run: Run) -> None:
    """Draw loss and accuracy of the chosen run."""
    try:
        metrics = run.metrics()
    except StrataError as error:
        st.error(str(error))
        return
    if not metrics:
        st.info("The curves of loss and accuracy are drawn here from the first batches on.")
        return
    components.figure(charts.curves(metrics, run.status().total_steps), key="curves")
