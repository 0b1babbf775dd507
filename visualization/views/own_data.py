"""Bringing one's own pictures: upload, preview with what was left out, name, use; and deleting what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from data import datasets, own, squares
from data.errors import DatasetError, StrataError
from data.own import LONGEST_TITLE, OwnData
from data.preparation import LEAST_OF_A_CLASS, MAX_UPLOAD, MOST_CLASSES
from data.refusals import plain
from model.engine import engine
from model.run import Run
from model.runs import RunError
from visualization import own_data_state, previews, run_words
from visualization.own_data_state import BY_THE_DATA

_POLL_SECONDS = 0.4
_MOST_NAMED = 5  # runs
_ROW_HEIGHT = 60  # px
_TABLE_HEIGHT = 330  # px; more classes scroll
_HELP = (
    "A **.zip** with a folder of pictures (PNG, JPEG, WebP, GIF, BMP) for each class, the folder's name being the "
    "class's; one folder around them all, or *train* and *test* folders, may be there too. Or an **.npz** with x "
    "(pictures, rows, columns, and 1 or 3 channels) and y, optionally x_test, y_test and class_names. "
    f"2 to {MOST_CLASSES} classes with at least {LEAST_OF_A_CLASS} pictures each.\n\n"
    f"Every picture {squares.RULE}. It has colour if any picture has. Without a test part, a fifth of each class is "
    "kept for the test. The pictures stay on this server."
)


@st.dialog("Own data", width="large", on_dismiss=own_data_state.close)
def draw() -> None:
    """Draw the upload and, once it is read, what is in it; below, the data sets that are kept."""
    try:
        upload = st.file_uploader(
            "Pictures by class: a .zip of folders, or an .npz with x and y",
            type=["zip", "npz"],
            key=f"own_file_{own_data_state.serial()}",
            max_upload_size=MAX_UPLOAD // 2**20,
            help=_HELP,
        )
        if upload is None:
            own_data_state.forget()
            _draw_kept()
            return
        side = st.segmented_control(
            "Pixels of each side",
            [BY_THE_DATA, *squares.SIDES],
            default=BY_THE_DATA,
            format_func=lambda side: str(side) if side else "By the pictures",
            required=True,
            key="own_side",
            help="What the network reads. By the pictures: the smallest that their median size fits into. Larger "
            "pictures show more and train more slowly.",
        )
        own_data_state.take(upload.name, upload.getvalue(), side)
        _draw_reading()
    except StrataError as error:
        st.error(str(error))


def _draw_reading() -> None:
    reading = own_data_state.preparation()
    if reading is None:
        st.caption("Stopped. Remove the file, or choose another size, to read it again.")
    elif not reading.is_done:
        st.fragment(_wait, run_every=_POLL_SECONDS)()
    else:
        _draw_result(reading.result(), reading.folder)


def _wait() -> None:
    reading = own_data_state.preparation()
    if reading is None or reading.is_done:
        st.rerun()
    assert reading is not None
    share = reading.done / reading.total if reading.total else 0.0
    words = f"{reading.done:,} of {reading.total:,} pictures" if reading.total else reading.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, f"Reading: {words}")
        st.button("Stop", icon=":material/stop:", key="own_stop", on_click=own_data_state.stop)


def _draw_result(found: OwnData, folder: Path) -> None:
    """What was read, what was left out, and the button that keeps it."""
    rows, columns, channels = found.shape
    training, test = sum(found.train_counts), sum(found.test_counts)
    st.markdown(
        f"**{len(found.class_names)} classes** · {training:,} training and {test:,} test pictures · "
        f"{rows} x {columns} pixels, {'colour' if channels == 3 else 'grey'}",
        help=f"{found.resized} {found.split}",
    )
    _draw_classes(found, _strips(str(folder)))
    if found.refused_count:
        _draw_refused(found)
    title = st.text_input("Name", found.title, max_chars=LONGEST_TITLE, key=f"own_title_{found.name}")
    if st.button("Use it", type="primary", icon=":material/check:", key="own_use"):
        own_data_state.use(title)
        st.rerun()


def _draw_classes(found: OwnData, strips: Sequence[str]) -> None:
    table = pd.DataFrame(
        {
            "Class": found.class_names,
            "Examples": strips,
            "Training": found.train_counts,
            "Test": found.test_counts,
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        key="own_classes",
        height=min(_TABLE_HEIGHT, 38 + _ROW_HEIGHT * len(table)),
        row_height=_ROW_HEIGHT,
        column_config={
            "Class": st.column_config.TextColumn("Class", width="medium"),
            "Training": st.column_config.NumberColumn("Training", width="small", help="Pictures to train with"),
            "Test": st.column_config.NumberColumn("Test", width="small", help="Pictures kept for the test"),
            "Examples": st.column_config.ImageColumn("Examples, as the network gets them", width="large"),
        },
    )


def _draw_refused(found: OwnData) -> None:
    files = "1 file was" if found.refused_count == 1 else f"{found.refused_count:,} files were"
    with st.expander(f"{files} left out", icon=":material/warning:"):
        st.dataframe(
            pd.DataFrame([(refusal.name, refusal.reason) for refusal in found.refused], columns=["File", "Why"]),
            hide_index=True,
            height="content",
            key="own_refused",
        )
        if found.refused_count > len(found.refused):
            st.caption(f"These are the first {len(found.refused)}.")


@st.cache_data(max_entries=8, show_spinner=False)
def _strips(folder: str) -> Sequence[str]:
    known = own.read(Path(folder))
    arrays = own.arrays(known, Path(folder))
    return previews.strips(arrays["x_train"], arrays["y_train"], len(known.class_names))


def _draw_kept() -> None:
    """The data sets that are here, with a way to delete them, which is asked first."""
    names = own.names()
    if not names:
        st.caption("Nothing is uploaded yet. What you use appears in the list of data sets.")
        return
    name = st.selectbox("Kept on this server", names, format_func=datasets.title, key="own_kept")
    known = own.about(name)
    rows, columns, channels = known.shape
    st.caption(
        f"{known.origin} · {rows} x {columns}, {'colour' if channels == 3 else 'grey'} · `--dataset {name}`",
        help=f"{known.resized} {known.split}",
    )
    runs = _runs_on(name)
    active = [run for run in runs if run.is_active()]
    st.caption(_used_by(runs))
    with st.container(horizontal=True, vertical_alignment="center"):
        sure = st.checkbox("Delete this data set", key=f"own_sure_{name}", disabled=bool(active), help=_refused(active))
        if st.button("Delete for good", icon=":material/delete:", disabled=bool(active) or not sure, key="own_delete"):
            # What was drawn may be old: a training can have begun since.
            if any(run.is_active() for run in _runs_on(name)):
                raise DatasetError("A run trains on this data set by now. Expected none. Stop it, or wait for its end.")
            own.delete(name)
            st.rerun()


def _runs_on(name: str) -> list[Run]:
    """The runs that were trained on it, or wait to be."""
    found = []
    for run in engine().runs.all():
        try:
            if run.config().settings.dataset == name:
                found.append(run)
        except RunError:
            continue  # a broken run is named where runs are listed
    return found


def _used_by(runs: Sequence[Run]) -> str:
    """The runs by name, as a sentence; what becomes of them."""
    if not runs:
        return "No run used it."
    more = f" and {len(runs) - _MOST_NAMED:,} more" if len(runs) > _MOST_NAMED else ""
    used = f"{len(runs):,} run{'' if len(runs) == 1 else 's'} used it: {_named(runs)}{more}."
    return f"{used} Without it they keep their weights, and say so."


def _refused(active: Sequence[Run]) -> str | None:
    """Why it cannot be deleted now; None where it can."""
    if not active:
        return None
    return f"{_named(active)}: trains on it, or waits to. Stop it first."


def _named(runs: Sequence[Run]) -> str:
    return ", ".join(plain(run_words.name(run)) for run in runs[:_MOST_NAMED])
