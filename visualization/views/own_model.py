"""Load a Keras model of one's own: it is checked, read apart from the page, and opened as a run."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import streamlit as st

from data import datasets
from data.errors import StrataError
from model.engine import engine, versions
from model.runs import Run
from model.uploads import keeping
from model.uploads.arrival import FITTING, Arrival
from model.uploads.limits import UPLOAD_BYTES
from model.uploads.values import Range
from visualization import own_model_state, own_models, state

_POLL_SECONDS = 0.4
_MEGABYTES = UPLOAD_BYTES // 10**6
_ACCEPTED = (
    "A whole model: .keras of any Keras 3, or .h5. Pictures up to 64 × 64 × 3, 2 to 100 classes, Keras's own layers."
)
_MORE = """\
The file is checked and read by a process of its own, without a network, with bounds on memory and time, that is \
thrown away afterwards. What stays is a description of the layers and their weights, held \
against Keras's own answers.

Not read: Lambda layers and classes of one's own (they are code, which is never run), several inputs or outputs, one \
layer used in several places with the same weights, more than 30 million parameters or 200 MB, more than 2 thousand \
million multiplications for a picture (a tenth of a second), or attention whose scores would fill the memory.

Inputs without channels, (28, 28), and square pictures as a row of pixels, (784,), are given their shape by a first \
layer. Several sigmoids at the end stay independent probabilities; a single one becomes two classes.

Layers that your browser does not know (attention, layer normalization, recurrent ones) are computed by Keras in the \
worker. Dropout and augmentation act while training only. A model that ends with logits gets a softmax.
"""
_VALUES = {"0..1": "0 to 1", "0..255": "0 to 255", "-1..1": "-1 to 1"}
_VALUES_HELP = "What the model read when it was trained. A first Rescaling layer that divides by 255 says it by itself."
_DATASET_HELP = (
    "Its test pictures and class names go with the model, for what needs labels. It must have the model's picture size "
    "and number of classes."
)


def draw(run: Run) -> None:
    """Draw what the chosen run was loaded from, if it was, and the way to load another."""
    coming = own_model_state.arrival()
    if coming is not None and coming.run is not None:
        own_model_state.forget()
        state.choose_run(coming.run)
        st.rerun()
    _draw_record(run)
    _draw_form(coming)
    if coming is not None:
        st.fragment(_wait, run_every=None if coming.is_done else _POLL_SECONDS)(coming, coming.is_done)


def _draw_form(coming: Arrival | None) -> None:
    endings = ["keras", "h5", "hdf5"]
    upload = st.file_uploader("Keras model", type=endings, key="own_model_file", max_upload_size=_MEGABYTES)
    st.caption(_ACCEPTED, help=_MORE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: Range = st.selectbox(
            "Pixels it was trained on", get_args(Range), format_func=_VALUES.__getitem__, key="own_model_values",
            help=_VALUES_HELP, width=220,
        )  # fmt: skip
        dataset = st.selectbox(
            "Data set to look at", [FITTING, *datasets.names(), keeping.NO_DATASET], format_func=_dataset_words,
            key="own_model_dataset", help=_DATASET_HELP, width=260,
        )  # fmt: skip
        busy = coming is not None and not coming.is_done
        if st.button("Load", icon=":material/upload:", disabled=upload is None or busy, key="own_model_load"):
            assert upload is not None  # the button is disabled without one
            root = engine().runs.root
            own_model_state.begin(Arrival(root, upload.getvalue(), upload.name, values, dataset, versions()))
            st.rerun()


def _dataset_words(name: str) -> str:
    if name == FITTING:
        return "the first that fits"
    return datasets.title(name) if name else "none"


def _wait(coming: Arrival, was_done: bool) -> None:
    """How far the upload is, with a way to end it; or why it was refused."""
    if coming.is_done != was_done:
        st.rerun()  # all of the page: it is to open the run, or to stop asking
    if not coming.is_done:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(coming.progress, f"{coming.file_name}: {coming.words.lower()}")
            if st.button("Cancel", icon=":material/close:", key="own_model_cancel"):
                coming.cancel()
    elif coming.cancelled:
        st.caption(coming.problem)
    else:
        st.error(f"{coming.file_name} is not loaded. {coming.problem}")


def _draw_record(run: Run) -> None:
    """Where the chosen run came from, and what it became."""
    try:
        record, network = keeping.record_of(run), run.config().network
    except StrataError as error:
        st.error(str(error))
        return
    if record is None:
        return
    st.markdown(f"**{network.title}** · {own_models.where(network)}")
    left, right = st.columns((3, 2))
    with left:
        st.table({"": own_models.facts(record, network)}, border="horizontal")
        for note in record.notes:
            st.caption(note)
        if run.data() is None:
            st.info(
                "No data set goes with this model: what needs labelled pictures (evaluation, knock-out, embedding) has "
                "nothing to read. Draw, or upload a picture."
            )
    with right:
        table = pd.DataFrame(own_models.kinds(network), columns=["kind of layer", "layers", "known to"])
        st.dataframe(table, hide_index=True, height="content" if len(table) < 9 else 320)
