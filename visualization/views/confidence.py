"""Whether the network is right as often as it is sure, and when a picture is none of its classes."""

from __future__ import annotations

import streamlit as st

from model import calibration
from model.runs import Run
from visualization import charts, evaluation_state, predictions, reliability
from visualization.views import examined, exhibit, none_of_these
from visualization.views.examined import Examined


def draw(run: Run) -> None:
    """Draw reliability, the threshold of "none of these", and the last answers that somebody caused."""
    told = examined.read(run)
    left, right = st.columns(2)
    with left:
        if told is not None:
            _draw_reliability(told)
        _draw_last_answers()
    with right:
        if told is not None:
            none_of_these.draw(told)


def _draw_reliability(told: Examined) -> None:
    readings = told.readings
    found = calibration.reliability(readings.confidence, readings.right)
    exhibit.draw(
        f"Reliability · calibration error {charts.percent(found.expected_error)}",
        reliability.diagram(found),
        key="reliability",
        explanation=_about_reliability(told, found),
        table=lambda: reliability.table(found),
        height=310,
    )


def _about_reliability(told: Examined, found: calibration.Reliability) -> str:
    images, fullest = len(told.readings.labels), int(found.count.argmax())
    low, high = 100 * found.edges[fullest], 100 * found.edges[fullest + 1]
    sure, right = float(told.readings.confidence.mean()), float(told.readings.right.mean())
    tendency = "more sure than right" if sure > right else "less sure than right"
    return (
        f"Every test picture is put into a bin by the confidence of {told.at}: the probability of its answer. A bar is "
        "the share of a bin that is read right. Where bars end on the dashed line, the network is right as often as it "
        "says; below it is too sure, above not sure enough. Underneath, on a logarithmic scale, is how many pictures "
        f"each bin has: {int(found.count[fullest]):,} of {images:,} lie between {low:.0f} and {high:.0f} %. A bar of "
        "few pictures says little.\n\n"
        "The **expected calibration error** is the mean distance between accuracy and confidence over the bins, "
        f"weighted by their pictures: {charts.percent(found.expected_error)} here. The **largest** distance in any bin "
        f"is {charts.percent(found.largest_error)}. Over all pictures the network is {charts.percent(sure)} sure and "
        f"{charts.percent(right)} right: {tendency}.\n\n"
        "Guo, Pleiss, Sun and Weinberger 2017, *On Calibration of Modern Neural Networks*, arXiv:1706.04599."
    )


def _draw_last_answers() -> None:
    known = evaluation_state.predictions()
    if not known:
        st.caption("The confidence of your last 50 answers is drawn here: choose or draw a picture.")
        return
    outcomes = [one.outcome for one in known]
    last = known[-1]
    exhibit.draw(
        "Your last answer" if len(known) == 1 else f"Your last {len(known)} answers",
        predictions.chart(known),
        key="last_answers",
        explanation=f"Each picture that you draw or choose, and each step that you move to, gives one answer; the last "
        f"{predictions.MOST} of this visit are kept. Of these {len(known)}, {outcomes.count('right')} are right, "
        f"{outcomes.count('wrong')} wrong, and of {outcomes.count('true class unknown')} nobody knows the true class. "
        f"{sum(one.confidence >= 0.9 for one in known)} have a confidence of at least 90 %, "
        f"{sum(one.confidence < 0.5 for one in known)} of less than 50 %. The last: {last.picture} at step "
        f"{last.step:,}, read as {last.read_as} with {charts.percent(last.confidence)}.",
        table=lambda: predictions.table(known),
        height=250,
    )
    if st.button("Clear", icon=":material/delete:", on_click=evaluation_state.forget_predictions, type="tertiary"):
        st.rerun()
