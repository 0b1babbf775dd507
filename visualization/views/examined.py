"""What the network says of the whole test set at the step shown, for the sections that need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from data import datasets
from data.datasets import Dataset
from model.analyses import Analysis
from model.readings import Readings
from model.runs import Run
from visualization import data_words, evaluation_state, state
from visualization.state import Shown
from visualization.views import waiting


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """The test set as a snapshot reads it; confusion and by_class as in model.readings."""

    shown: Shown
    dataset: Dataset
    readings: Readings
    confusion: np.ndarray
    by_class: np.ndarray

    @property
    def names(self) -> Sequence[str]:
        """The classes."""
        return self.dataset.class_names

    @property
    def at(self) -> str:
        """Which network at which step this is said of, for explanations."""
        return f"{self.shown.run.config().network.title} at step {self.shown.step:,}"


def step_to_read(run: Run) -> Shown | None:
    """The run and step whose reading of the test set is shown; None, and words, where there is none yet."""
    shown = state.shown(run)
    data = shown.run.data()
    if data is None and shown.run.is_uploaded:
        st.info(data_words.missing(shown.run, "its test pictures cannot be read"))
        return None
    if data is None:
        st.info("The test set is read here as soon as the run has loaded its data.")
        return None
    if not datasets.is_here(data.name):
        st.info(data_words.missing(shown.run, "its test pictures cannot be read"))
        return None
    return settled_step(run)


def settled_step(run: Run) -> Shown | None:
    """The run and step of which things are computed that take a while; None, and a button, where there is none yet.

    While the page follows a training it is a step that somebody asked for: computing at every new snapshot would take
    the training's processors, and each result would be gone with the next.
    """
    shown = state.shown(run)
    if not (shown.follows_newest and shown.run == run and run.status().state.is_active):
        return shown
    asked = evaluation_state.step_to_evaluate(shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Look at this step",
            key="evaluate_step",
            icon=":material/play_arrow:",
            on_click=evaluation_state.evaluate_step,
            args=(run, shown.step),
            help="Computes with the newest snapshot, and stays with it. While a run trains this begins with a click.",
        )
        words = "none looked at yet" if asked is None else f"what follows is step {asked:,}"
        st.caption(f"Newest snapshot: step {shown.step:,}; {words}")
    return None if asked is None else replace(shown, step=asked)


def read(run: Run) -> Examined | None:
    """The test set as the network reads it; None, and what is missing or awaited, while it is not there."""
    shown = step_to_read(run)
    if shown is None:
        return None
    result = waiting.result(
        Analysis.of("answers", shown.run, shown.step), f"Reading the test set at step {shown.step:,}"
    )
    if result is None:
        return None
    data = shown.run.data()
    assert data is not None
    dataset = datasets.load(data.name)
    readings = Readings(result["probabilities"], dataset.y_test)
    return Examined(shown, dataset, readings, result["confusion"], result["by_class"])
