"""The curves of the chosen run, and of others over it, while it trains and afterwards."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from data.errors import StrataError
from model.engine import engine
from model.runs import Run
from visualization import components, curves, run_words, state
from visualization.curves import Curves, Measure
from visualization.views import download

_MEASURES: dict[str, tuple[Measure, ...]] = {
    "Loss and accuracy": ("loss", "accuracy"),
    "Rate, speed and time": ("learning_rate", "images_per_second", "seconds"),
}
assert {measure for group in _MEASURES.values() for measure in group} == set(get_args(Measure))


def draw(run: Run) -> None:
    """Draw the curves over the steps, with a line at the step that the page shows."""
    with st.container(horizontal=True, vertical_alignment="center"):
        group = st.segmented_control(
            "Curves",
            list(_MEASURES),
            default="Loss and accuracy",
            required=True,
            key="curves",
            persist_state="session",
            label_visibility="collapsed",
        )
        others = _others(run)
        drawn = [found for found in (_curves(each) for each in (run, *others)) if found is not None]
        download.button(
            "CSV",
            lambda: curves.table(drawn),
            file_name=f"{run.id}.csv",
            mime="text/csv",
            disabled=not drawn,
            explained="All curves of these runs as a table. The camera in a chart's corner saves its picture.",
        )
    if not any(found.metrics for found in drawn):
        if run.is_uploaded:
            st.info("This model was loaded from a file: it was not trained here, and so there are no curves.")
        else:
            st.info("The curves of loss and accuracy are drawn here from the first batches on.")
        return
    shown = state.shown(run)
    cursor = shown.step if shown.run == run else None
    measures = _MEASURES[group]
    for measure, column in zip(measures, st.columns(len(measures)), strict=True):
        with column:
            components.figure(
                curves.curve(drawn, measure, cursor), key=f"curve_{measure}"
            )  # a bare name is a setting's


def _others(run: Run) -> list[Run]:
    """The runs that are compared with the chosen one."""
    runs = engine().runs.all()
    known, names = {other.id: other for other in runs if other != run}, run_words.names(runs)
    with st.popover("Compare", icon=":material/stacked_line_chart:", help="Other runs over this one"):
        chosen = st.multiselect(
            "Other runs over this one",
            list(known),
            format_func=lambda run_id: names.get(run_id, run_id),
            max_selections=curves.MOST_RUNS - 1,
            key="compared",
            placeholder="choose runs",
            persist_state="session",
        )
    return [known[run_id] for run_id in chosen if run_id in known]


def _curves(run: Run) -> Curves | None:
    """What is drawn of a run; None, and words, where it cannot be read."""
    try:
        return Curves(run_words.name(run), run.metrics(), run.status().total_steps)
    except StrataError as error:
        st.error(str(error))
        return None
