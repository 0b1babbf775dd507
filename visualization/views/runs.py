"""What one can do with the chosen run: name it, go on with it, repeat it, take it away, delete it; and its facts."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from data.errors import StrataError
from model import jobs
from model.engine import engine
from model.records import RunState
from model.run import LONGEST_TITLE
from model.runs import PRETRAINED, Run
from model.settings import BOUNDS
from model.uploads import keeping
from visualization import dialogs, run_words, state
from visualization.views import download

_CAN_GO_ON = {RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED}


def draw_button(run: Run) -> None:
    """The button that opens the run, and the run itself while it is open."""
    st.button(
        "This run",
        icon=":material/description:",
        key="open_run",
        on_click=dialogs.open_dialog,
        args=("run",),
        help="Rename, resume, train on, repeat, download or delete this run; its settings, hash and size",
    )
    if dialogs.is_open("run"):
        _dialog(run)


def draw_resume(run: Run, run_state: RunState) -> None:
    """Where a run was left before its end, the button that goes on with it."""
    if run_state in _CAN_GO_ON and st.button("Resume", icon=":material/resume:", key="resume", help=_RESUME):
        _act(lambda: engine().resume(run))


_RESUME = "Goes on where it was left, to the same weights as if it had never stopped"


@st.dialog("This run", width="medium", on_dismiss=dialogs.close)
def _dialog(run: Run) -> None:
    try:
        _draw(run)
    except StrataError as error:
        st.error(str(error))


def _draw(run: Run) -> None:
    own = run.path != PRETRAINED
    active = run.status().state.is_active
    if own:
        _rename(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _download(run)
        if own and not run.is_uploaded and st.button("Run again", icon=":material/replay:", help=_AGAIN):
            _act(lambda: state.choose_run(engine().again(run)))
    if own and not active:
        _train_loaded_on(run) if run.is_uploaded else _train_on(run)
        _delete(run)
    elif own:
        st.caption("It is at work: stop it to train it on or to delete it. A stopped run can be resumed.")
    st.table({"": {**run_words.asked_for(run), **run_words.outcome(run)}}, border="horizontal")


_AGAIN = "The same settings, network and seed once more: on this machine the weights come out the same, bit for bit"


def _rename(run: Run) -> None:
    title = st.text_input(
        "Name", run.title(), key=f"title_{run.id}", placeholder=run_words.name(run), max_chars=LONGEST_TITLE
    )
    if title != run.title():
        run.rename(title)
        st.rerun()  # its name stands in the list of runs, too


def _download(run: Run) -> None:
    """The network at the shown step as Keras's own file, made when it is asked for."""
    shown = state.shown(run)
    if shown.run != run:
        return
    download.button(
        f"Download .keras (step {shown.step:,})",
        lambda: engine().call(jobs.export, run.path, shown.step),
        file_name=f"{run.id}-{shown.step}.keras",
        mime="application/octet-stream",
        disabled=not engine().is_warm,
        explained="Opens with keras.models.load_model; its input is "
        f"{' x '.join(map(str, run.config().network.input_shape))}, 0 to 1",
    )


def _train_on(run: Run) -> None:
    room = int(BOUNDS["epochs"].high) - run.config().epochs
    if room < 1:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = st.number_input("Further epochs", 1, room, min(2, room), key="further_epochs", width=160)
        if st.button("Train on", icon=":material/fast_forward:", help="Goes on from its last step, in the same run"):
            _act(lambda: engine().resume(run, int(epochs)))


def _train_loaded_on(run: Run) -> None:
    """A loaded model's training is a run of its own, and the model stays as it was loaded."""
    data = run.data()
    if data is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epochs = st.number_input("Epochs", 1, int(BOUNDS["epochs"].high), 2, key="further_epochs", width=160)
        words = f"A new run on {data.title}, which begins with this model's weights, at a learning rate of 0.0001"
        if st.button("Train on", icon=":material/fast_forward:", help=words):
            _act(lambda: state.choose_run(engine().train(*keeping.further(run, int(epochs)))))


def _delete(run: Run) -> None:
    """Asked first: a run that is deleted does not come back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        sure = st.checkbox("Delete this run and all its snapshots", key=f"sure_{run.id}")
        if st.button("Delete for good", icon=":material/delete:", disabled=not sure):
            engine().runs.delete(run)
            state.forget_run()
            dialogs.close()
            st.rerun()


def _act(act: Callable[[], None]) -> None:
    """Do it and draw the page anew, or say why it cannot be done."""
    try:
        act()
    except StrataError as error:
        st.error(str(error))
        return
    dialogs.close()
    st.rerun()
