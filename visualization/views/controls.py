"""The side of the page: which picture, how to train, which run."""

from __future__ import annotations

import streamlit as st

from data import datasets
from data.errors import DatasetMissing, StrataError
from model.engine import engine
from model.runs import PRETRAINED, Run
from model.settings import BOUNDS, Settings
from visualization import state
from visualization.state import ChosenRun
from visualization.views import picture

_DEFAULT = Settings()
_BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
_LEARNING_RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)


def draw(chosen: ChosenRun) -> None:
    """Draw the sidebar."""
    with st.sidebar:
        st.markdown("### :material/layers: Strata")
        with st.expander("Training settings", icon=":material/tune:"):
            _settings()
        _choose_run(chosen.run)
        _choose_picture()
        # Last: the chart comes when Keras is ready, and must not push away what somebody is just using.
        picture.draw(chosen.run)


def _choose_picture() -> None:
    state.settle_picture_source()
    source = st.pills("Picture", state.PICTURE_SOURCES, key="picture_source")
    if source == "Test set":
        _choose_test_image()
    elif source == "Upload":
        st.file_uploader(
            "A picture of one character",
            type=["png", "jpg", "jpeg", "webp", "gif", "bmp"],
            key="upload",
            help="Any size and colour, dark on light or light on dark. It is cropped to the ink, fitted into 20 x 20 "
            "pixels and centred by mass in 28 x 28, as MNIST was made. It stays on this server's memory only.",
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
    try:
        dataset = datasets.load(state.test_dataset())
    except DatasetMissing as missing:
        st.info(f"{missing} Training on it downloads it.")
        return
    except StrataError:
        return  # the picture below says what is wrong with the file
    count = len(dataset.y_test)
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


def _settings() -> None:
    """The controls of a training; each has the bounds that model.settings states."""
    st.selectbox(
        "Dataset",
        list(datasets.TITLES),
        format_func=lambda name: datasets.TITLES[name],
        key="dataset",
        help="MNIST and Fashion-MNIST have 60,000 training and 10,000 test images of 28 x 28 pixels, downloaded by "
        "Keras once. Digits are scikit-learn's 1,797, which need no download.",
    )
    epochs, seed = BOUNDS["epochs"], BOUNDS["seed"]
    st.number_input(
        "Epochs",
        int(epochs.low),
        int(epochs.high),
        _DEFAULT.epochs,
        key="epochs",
        help="Passes over all training images",
    )
    st.select_slider(
        "Batch size (images a step)",
        _BATCH_SIZES,
        _DEFAULT.batch_size,
        key="batch_size",
        help="The weights move once a batch",
    )
    st.select_slider(
        "Learning rate",
        _LEARNING_RATES,
        _DEFAULT.learning_rate,
        format_func=lambda rate: f"{rate:g}",
        key="learning_rate",
        help="How far each step of the optimiser Adam goes",
    )
    st.slider(
        "Validation split (% of the training images)",
        round(100 * BOUNDS["validation_fraction"].low),
        round(100 * BOUNDS["validation_fraction"].high),
        round(100 * _DEFAULT.validation_fraction),
        key="validation_percent",
        help="Kept aside, the last ones, to see how the network does on images it never trained on",
    )
    st.number_input(
        "Seed",
        int(seed.low),
        int(seed.high),
        _DEFAULT.seed,
        key="seed",
        help="The start of all randomness: the first weights and the order of the images",
    )


def _choose_run(chosen: Run) -> None:
    runs = [*engine().runs.all(), Run(PRETRAINED)]
    if chosen not in runs:
        runs.insert(0, chosen)
    picked = st.selectbox(
        "Run",
        runs,
        index=runs.index(chosen),
        format_func=run_title,
        help="Every training is kept on this server; the page's link names the run it shows.",
    )
    if picked != chosen:
        state.choose_run(picked)
        st.rerun()


def run_title(run: Run) -> str:
    """A run in words: when it began and what it trains, or that its folder is broken."""
    if run.path == PRETRAINED:
        return "Pretrained, comes with Strata"
    try:
        config, data = run.config(), run.data()
    except StrataError:
        return f"{run.id} (cannot be read)"
    # Not its state: a label that changes makes the selectbox forget what was chosen.
    title = data.title if data else datasets.TITLES.get(config.settings.dataset, config.settings.dataset)
    day, clock = run.id[4:8], run.id[9:15]
    when = f"{day[2:]}/{day[:2]} {clock[:2]}:{clock[2:4]}:{clock[4:]}"
    return f"{when} · {title}, {config.settings.epochs} epochs"
