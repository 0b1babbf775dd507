"""Which classes the network knows well, and which it takes for which."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from model.runs import Run
from visualization import charts, class_words, confusion, evaluation_state
from visualization.views import download, examined, exhibit, picture_pages
from visualization.views.examined import Examined

_MOST_ROWS = 14
_TABLE_HEIGHT = 460  # px, in which more classes scroll
_LONGEST = 18  # characters of a name, beside which the numbers have room


def draw(run: Run) -> None:
    """Draw the confusion matrix and the figures by class, or the pictures of a cell, at the chosen step."""
    told = examined.read(run)
    if told is None:
        return
    left, right = st.columns([3, 2])
    with left:
        _draw_matrix(told)
    with right:
        _draw_figures(told)
        cell = evaluation_state.cell()
        if cell is None or max(cell) >= len(told.names):
            _draw_table(told)
        else:
            _draw_cell(told, cell)


def _draw_figures(told: Examined) -> None:
    evaluation = told.readings.evaluation()
    wrong = round(evaluation.images * (1 - evaluation.accuracy))
    with st.container(horizontal=True):
        st.metric(
            "Accuracy on the test set",
            charts.percent(evaluation.accuracy),
            help=f"{told.at} reads {evaluation.images - wrong:,} of {evaluation.images:,} test pictures right. None of "
            "them was used in training or validation.",
        )
        st.metric(
            "Loss on the test set",
            f"{evaluation.loss:.3f} nats",
            help="Mean cross-entropy: minus the natural logarithm of the probability that the network gives to the "
            f"true class (of sigmoids, its share of their sum), over {evaluation.images:,} pictures. Chance among "
            f"{len(told.names)} classes is {math.log(len(told.names)):.2f} nats.",
        )


def _draw_matrix(told: Examined) -> None:
    with st.container(horizontal=True):
        rates = _choice("Cells", ["Counts", "Rates"], "confusion_cells", "Pictures, or per cent of the true class")
        only = _drawn_classes(told)
    click = exhibit.draw(
        f"Confusion matrix · accuracy {charts.percent(told.readings.evaluation().accuracy)}",
        confusion.matrix(told.confusion, told.names, rates=rates == "Rates", only=only),
        key="confusion",
        explanation=_about_the_matrix(told),
        table=lambda: confusion.table(told.confusion, told.names),
        height="fill",
    )
    drawn = range(len(told.names)) if only is None else only
    if click is not None and len(click.point) == 2 and max(click.point) < len(drawn):
        evaluation_state.choose_cell((drawn[click.point[0]], drawn[click.point[1]]))


def _choice(label: str, options: list[str], key: str, explanation: str) -> str:
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        help=explanation,
    )


def _drawn_classes(told: Examined) -> tuple[int, ...] | None:
    """Which classes the matrix draws, of more than it can name a choice; None for all."""
    if len(told.names) <= confusion.MOST_WRITTEN:
        return None
    found = confusion.most_confused(told.confusion)
    most = "Most confused"
    explanation = f"The {len(found)} classes in the most frequent mistakes, or all, too many to be named and counted"
    chosen = _choice("Classes", [most, f"All {len(told.names)}"], f"confusion_classes_{len(told.names)}", explanation)
    return found if chosen == most else None


def _about_the_matrix(told: Examined) -> str:
    words = (
        f"Each of the {len(told.readings.labels):,} test pictures of {told.dataset.title} is in one cell: its row is "
        f"its true class, its column what {told.at} reads. On the diagonal is what is read right. Everything else is a "
        "mistake, on the other side of the colour scale and logarithmic there: one mistake can be told from none, and "
        "hundreds from tens. *Rates* divides each row by the pictures of its class.\n\n"
    )
    pair = confusion.worst_pair(told.confusion)
    if pair is not None:
        words += f"The most frequent mistake here is {confusion.sentence(told.confusion, told.names, *pair)}. "
    return words + "A click on a cell shows its pictures, most confident first."


def _draw_table(told: Examined) -> None:
    pictures = told.confusion.sum(axis=1)
    figures = 100 * told.by_class
    lowest = int(told.by_class[:, 2].argmin())
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.markdown("**By class**", width="stretch")
        with st.popover("", icon=":material/help:", help="What is this?", key="explain by class", type="tertiary"):
            st.markdown(_about_the_table(told, lowest))
        download.button(
            "",
            lambda: confusion.classes_table(told.by_class, told.confusion, told.names),
            file_name="classes.csv",
            mime="text/csv",
            key="csv by class",
            explained="These numbers as CSV",
            kind="tertiary",
        )
    share = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(
            {
                "Class": class_words.shorts(told.names, _LONGEST),
                "Precision": figures[:, 0],
                "Recall": figures[:, 1],
                "F1": figures[:, 2],
                "Pictures": pictures,
            }
        ),
        hide_index=True,
        height="content" if len(told.names) <= _MOST_ROWS else _TABLE_HEIGHT,
        key="by_class",
        column_config={
            "Class": st.column_config.TextColumn(pinned=True),
            "Precision": share("Precision (%)", format="%.1f", help="Of the pictures read as this class, how many are"),
            "Recall": share("Recall (%)", format="%.1f", help="Of the pictures of this class, how many are read so"),
            "F1": share("F1 (%)", format="%.1f", help="The harmonic mean of both"),
            "Pictures": share("Pictures", help="In the test set"),
        },
    )
    st.caption("Click a cell of the matrix to see its pictures")


def _about_the_table(told: Examined, lowest: int) -> str:
    name, (precision, recall, f1) = told.names[lowest], told.by_class[lowest]
    read, true = int(told.confusion[:, lowest].sum()), int(told.confusion[lowest].sum())
    hits = int(told.confusion[lowest, lowest])
    return (
        f"The class with the lowest F1 here is **{name}**. {told.at} reads {read:,} test pictures as {name}, and "
        f"{hits:,} of them are: a precision of {charts.percent(precision)}. There are {true:,} pictures of {name}, so "
        f"its recall is {hits:,} of {true:,}, {charts.percent(recall)}. F1 = 2 · precision · recall / (precision + "
        f"recall) = {charts.percent(f1)}. Computed by scikit-learn. A click on a column's head sorts."
    )


def _draw_cell(told: Examined, cell: tuple[int, int]) -> None:
    true, read = cell
    st.button(
        "All classes",
        icon=":material/arrow_back:",
        on_click=evaluation_state.choose_cell,
        args=(None,),
        type="tertiary",
    )
    said = confusion.sentence(told.confusion, told.names, true, read)
    numbers = told.readings.cell(true, read)
    if not len(numbers):
        st.caption(f"{said[0].upper()}{said[1:]}.")
        return
    picture_pages.draw(
        f"{said[0].upper()}{said[1:]}",
        numbers,
        told,
        key="cell",
        narrow=True,
        explanation=f"These are the pictures in one cell of the confusion matrix, the most confident first: {said}.",
    )
