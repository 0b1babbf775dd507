"""Which picture the controls ask for, and whether the network that is shown can read it."""

from __future__ import annotations

from typing import Any, Literal, cast

import streamlit as st

from data import datasets
from data.errors import StrataError
from model.runs import Run
from visualization import pictures
from visualization.pad import PadDrawing
from visualization.pictures import Picture

PictureSource = Literal["Sample", "Test set", "Upload", "Drawing"]
PICTURE_SOURCES: tuple[PictureSource, ...] = ("Sample", "Test set", "Upload", "Drawing")
FIRST_SAMPLE = 7


def chosen(run: Run, dataset: str) -> tuple[Picture, str]:
    """The picture all views show of `run`'s network, and what is wrong with the one asked for.

    dataset: whose test set one can choose from. The last good picture that fits stays while another is wrong.
    """
    shape, names = run.config().network.input_shape, run.class_names()
    problem = ""
    try:
        picture = _asked_for(shape, names, dataset)
        if picture.pixels.shape == shape:
            st.session_state["good_picture"] = picture
            return picture, ""
        rows, columns, channels = shape
        problem = f"This picture does not fit the network, which reads {rows} x {columns} x {channels}. Choose another."
    except StrataError as error:
        problem = str(error)
    return _good_picture(shape) or pictures.sample(FIRST_SAMPLE, shape, names), problem


def _good_picture(shape: pictures.Shape) -> Picture | None:
    """The last that could be shown, if the network reads such."""
    good = cast(Picture | None, st.session_state.get("good_picture"))
    return good if good is not None and good.pixels.shape == shape else None


def _asked_for(shape: pictures.Shape, class_names: tuple[str, ...], dataset: str) -> Picture:
    state = st.session_state
    source = cast(PictureSource, state.get("picture_source") or "Sample")
    if source == "Test set":
        count = len(datasets.load(dataset).y_test)
        return pictures.test_image(dataset, min(int(state.get("test_index", 0)), count - 1))
    upload: Any = state.get("upload") if source == "Upload" else None
    if upload is not None:
        return _uploaded(upload.name, upload.getvalue(), shape, dataset)
    if source == "Drawing" and "drawing" in state:
        return pictures.drawn(cast(PadDrawing, state["drawing"]), shape)
    if source in {"Upload", "Drawing"} and (good := _good_picture(shape)):
        return good  # nothing uploaded or drawn yet
    sample = state.get("sample")
    return pictures.sample(FIRST_SAMPLE if sample is None else int(sample), shape, class_names)


@st.cache_data(max_entries=32, show_spinner=False)
def _uploaded(name: str, content: bytes, shape: pictures.Shape, dataset: str) -> Picture:
    return pictures.upload(name, content, shape, dataset)
