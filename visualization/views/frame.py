"""Around every view: the front end's first build, the bar of views, Train & Visualize, the status line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from data import datasets
from data.errors import StrataError
from model.engine import engine
from model.records import Metrics, RunState, Status
from model.runs import PRETRAINED, Run
from visualization import bundle, charts, state, traces, training_state
from visualization.state import ChosenRun
from visualization.views import causes, evaluation, model, network, neurons, runs, surfaces, time_travel, training

_VIEWS: Mapping[state.View, Callable[[Run], None]] = {
    "Network": network.draw,
    "Surfaces": surfaces.draw,
    "Training": training.draw,
    "Evaluation": evaluation.draw,
    "Neurons": neurons.draw,
    "Causes": causes.draw,
    "Model": model.draw,
}
_POLL_SECONDS = 0.75
_TRAINING_POLL_SECONDS = 2.0
"""Each look costs this machine 30 ms and the browser several frames, and what it costs the training goes without."""


def ensure_front_end() -> None:
    """Build the browser's part if it is missing or older than its sources, and say so while it takes its time."""
    if _front_end_is_fresh():
        return
    with st.status("Building the page's 3D part, once, about 30 s", expanded=True) as status:
        try:
            bundle.build(st.write)
        except bundle.BundleError as error:
            status.update(label="The page's 3D part could not be built", state="error")
            st.error(str(error))
            st.stop()
    st.rerun()


@st.cache_resource(show_spinner=False, validate=bool)
def _front_end_is_fresh() -> bool:
    """Asked once a process until it says yes: hashing the sources takes longer than drawing the page."""
    return bundle.is_fresh()


def draw(chosen: ChosenRun) -> state.View:
    """Draw everything but the sidebar; returns the view that is shown."""
    run = chosen.run
    if chosen.problem:
        st.error(f"{chosen.problem} Showing the pretrained network instead.")
    state.settle_view()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            state.VIEWS,
            default="Network",
            key="view",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        # Read once: between two readings a run may end, and a Stop would stay that nothing takes away.
        status = run.status()
        with st.container(horizontal=True, width="content", wrap=False):
            runs.draw_button(run)
            _train_or_stop(run, status)
    pace = _pace(run, status)
    st.fragment(_live, run_every=pace)(run, view, pace)
    return view


def _pace(run: Run, status: Status) -> float | None:
    """Seconds between two looks at what moves by itself; None where nothing does."""
    if not traces.is_moving(status):
        return None
    if status.state in {RunState.TRAINING, RunState.VALIDATING, RunState.QUEUED} and not run.stop_requested():
        return _TRAINING_POLL_SECONDS
    return _POLL_SECONDS


def _train_or_stop(run: Run, status: Status) -> None:
    if status.state.is_active:
        stopping = run.stop_requested()
        if st.button(
            "Stop", icon=":material/stop:", disabled=stopping, help="What it learned so far stays; Resume goes on."
        ):
            run.request_stop()
            st.rerun()
    elif st.button("Train & Visualize", type="primary", icon=":material/play_arrow:"):
        try:
            state.choose_run(engine().train(training_state.settings(), training_state.network()))
        except StrataError as error:
            st.error(str(error))
            return
        st.rerun()


def _live(run: Run, view: state.View, pace: float | None) -> None:
    """What moves by itself; once it does so at another pace, or has ended, the whole page is drawn again."""
    try:
        status = run.status()
        if _pace(run, status) != pace:
            st.rerun()
        _draw_view(run, status, view)
    except StrataError as error:
        st.error(str(error))


def _draw_view(run: Run, status: Status, view: state.View) -> None:
    if problem := engine().problem:
        st.error(problem, icon=":material/cloud_off:")
    st.caption(status_line(run, status))
    time_travel.draw(run, status, view)
    if status.state.is_active:
        st.progress(status.progress, progress_words(run, status))
    elif status.state in {RunState.FAILED, RunState.INTERRUPTED}:
        st.error(status.message)
        runs.draw_resume(run, status.state)
    elif status.state is RunState.STOPPED:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":material/stop_circle: {status.message}")
            runs.draw_resume(run, status.state)
    elif status.message:
        st.caption(status.message)
    data = run.data()
    if data and data.note:
        st.info(data.note)
    _VIEWS[view](run)


def status_line(run: Run, status: Status) -> str:
    """One line that always says what is loaded."""
    config, data, shown = run.config(), run.data(), state.shown(run)
    here = shown.run == run
    validated = [line for line in run.metrics() if line.val_accuracy is not None and here and line.step <= shown.step]
    parts = [
        data.title if data else datasets.title(config.settings.dataset) or "No data set",
        config.network.title,
        _step_words(run, status, shown),
        *_accuracy(validated),
        f"{config.network.parameters:,} parameters",
    ]
    if run.path == PRETRAINED:
        parts.insert(0, "Pretrained")
    return " · ".join(parts)


def _step_words(run: Run, status: Status, shown: state.Shown) -> str:
    if shown.run != run:
        return "no weights yet"
    return "loaded" if run.is_uploaded else f"step {shown.step:,} of {status.total_steps:,}"


def _accuracy(validated: list[Metrics]) -> list[str]:
    accuracy = validated[-1].val_accuracy if validated else None
    return [] if accuracy is None else [f"{charts.percent(accuracy)} on validation"]


def progress_words(run: Run, status: Status) -> str:
    """What the run does now, how fast and how long still."""
    if run.stop_requested():
        return "Stopping"
    if status.state is RunState.QUEUED:
        # A message here says why a run that was at work waits again.
        return f"{status.message} {_queue_words(engine().place_in_queue(run))}".lstrip()
    if status.state is RunState.STARTING:
        return status.message
    epochs = run.config().epochs
    words = [f"Epoch {status.epoch or 1} of {epochs}"]
    if status.images_per_second:
        words.append(f"{status.images_per_second:,.0f} images/s")
    if status.state is RunState.VALIDATING:
        words.append(f"validating: {status.message} images")
    if status.seconds_left is not None:
        words.append(f"about {status.seconds_left:.0f} s left")
    return " · ".join(words)


def _queue_words(before: int) -> str:
    if before == 0:
        return "Next in the queue: the training worker is starting"
    return f"Waiting: {before} training{'s' if before > 1 else ''} before this one"
