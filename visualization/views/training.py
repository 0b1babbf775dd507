"""The curves of a run, while it trains and afterwards."""

from __future__ import annotations

import streamlit as st

from model.runs import Run
from visualization import charts, components


def draw(run: Run) -> None:
    """Draw loss and accuracy of the chosen run."""
    metrics = run.metrics()
    if not metrics:
        st.info("The curves of loss and accuracy are drawn here from the first batches on.")
        return
    total_steps = run.status().total_steps
    loss, accuracy = st.columns(2)
    with loss:
        components.figure(charts.curve(metrics, "loss", total_steps), key="loss")
    with accuracy:
        components.figure(charts.curve(metrics, "accuracy", total_steps), key="accuracy")
