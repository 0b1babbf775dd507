"""The side of the page: which picture, how to train, which run."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data import datasets, own, squares
from data.errors import DatasetMissing, StrataError
from model.engine import engine
from model.runs import PRETRAINED, Run
from visualization import data_words, evaluation_state, run_words, state
from visualization.state import ChosenRun
from visualization.views import picture, training_settings

SIDE_PIXELS = 288
"""As wide as it opens: beside Streamlit's 300 the views' names would not fit at 1024."""


def draw(chosen: ChosenRun) -> DeltaGenerator:
    """Draw the sidebar but for the picture and its answer, which wait for Keras; returns the place of these."""
    with st.sidebar:
        st.markdown("### :material/layers: Strata")
        with st.expander("Training settings", icon=":material/tune:"):
            training_settings.draw()
        _choose_run(chosen.run)
        _choose_picture()
        # Last: the chart comes when Keras is ready, and must not push away what somebody is just using.
        return st.container()


def draw_picture(chosen: ChosenRun, place: DeltaGenerator, view: state.View) -> None:
    """Draw the picture and its answer there; after the view, as Keras may be at work for others."""
    before = evaluation_state.predictions()
    with place:
        picture.draw(chosen.run)
    if view == "Evaluation" and evaluation_state.predictions() != before:
        st.rerun()  # it shows the last answers, and is drawn already


def _choose_picture() -> None:
    state.settle_picture_source()
    source = st.pills("Picture", state.PICTURE_SOURCES, key="picture_source")
    if source == "Test set":
        _choose_test_image()
    elif source == "Upload":
        as_data = own.is_own(state.test_dataset())
        st.file_uploader(
            "A picture of one thing" if as_data else "A picture of one character",
            type=["png", "jpg", "jpeg", "webp", "gif", "bmp"],
            key="upload",
            help=(
                f"Any size and colour. As those that the network was trained on, it {squares.RULE}."
                if as_data
                else "Any size and colour, dark on light or light on dark. It is cropped to the ink, fitted into "
                "20 x 20 pixels and centred by mass in 28 x 28, as MNIST was made."
            )
            + " It stays on this server's memory only.",
        )
    elif source == "Drawing":
        if not state.has_drawing():
            st.caption("Draw on the pad in the Network view.")
    else:
        st.pills(
            "Sample digit, drawn for this page",
            range(10),
            default=state.FIRST_SAMPLE,
            key="sample",
            persist_state="session",
            label_visibility="collapsed",
        )


def _choose_test_image() -> None:
    shown = state.shown(state.chosen_run().run).run
    if shown.is_uploaded and shown.data() is None:
        st.info(data_words.missing(shown, "there are no test pictures to choose from"))
        return
    try:
        dataset = datasets.load(state.test_dataset())
    except DatasetMissing as missing:
        st.info(str(missing) if own.is_own(state.test_dataset()) else f"{missing} Training on it downloads it.")
        return
    except StrataError:
        return  # the picture below says what is wrong with the file
    count = len(dataset.y_test)
    state.settle_number("test_index", count - 1, 0)
    state.settle_number("test_class", len(dataset.class_names) - 1, None)
    index, random_button = st.columns([3, 2], vertical_alignment="bottom")
    random_button.button(
        "Random",
        on_click=state.draw_test_image,
        args=(count, dataset.y_test),
        width="stretch",
        help="A test image at random, of the class chosen below",
    )
    index.number_input(f"Test image, 0 to {count - 1:,}", 0, count - 1, key="test_index", persist_state="session")
    st.selectbox(
        "Class",
        range(len(dataset.class_names)),
        index=None,
        format_func=lambda place: dataset.class_names[place],
        placeholder="any class",
        key="test_class",
        persist_state="session",
        on_change=state.draw_test_image,
        args=(count, dataset.y_test),
    )


def _choose_run(chosen: Run) -> None:
    runs = [*engine().runs.all(), Run(PRETRAINED)]
    if chosen not in runs:
        runs.insert(0, chosen)
    names = run_words.names(runs)
    picked = st.selectbox(
        "Run",
        runs,
        index=runs.index(chosen),
        format_func=lambda run: names[run.id],
        help="Every training is kept on this server; the page's link names the run it shows.",
    )
    if picked != chosen:
        state.choose_run(picked)
        st.rerun()
