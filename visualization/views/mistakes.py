"""What the network reads wrong and is sure of, and what it cannot decide."""

from __future__ import annotations

import streamlit as st

from model.runs import Run
from visualization import charts
from visualization.views import examined, picture_pages
from visualization.views.examined import Examined


def draw(run: Run) -> None:
    """Draw the worst mistakes and the least sure answers at the chosen step."""
    told = examined.read(run)
    if told is None:
        return
    left, right = st.columns(2)
    with left:
        _draw_worst(told)
    with right:
        _draw_least_sure(told)


def _draw_worst(told: Examined) -> None:
    worst, images = told.readings.worst(), len(told.readings.labels)
    if not len(worst):
        st.info(f"{told.at} reads all {images:,} test pictures right.")
        return
    first = int(worst[0])
    readings, names = told.readings, told.names
    picture_pages.draw(
        f"The worst of {len(worst):,} mistakes",
        worst,
        told,
        key="worst",
        explanation=f"{told.at} reads {len(worst):,} of {images:,} test pictures wrong, "
        f"{charts.percent(len(worst) / images)}. Here they are with the most confident first. The first, test image "
        f"{first:,}, is a {names[int(readings.labels[first])]} by its label and read as "
        f"{names[int(readings.read_as[first])]} with {charts.percent(float(readings.confidence[first]))}. "
        "Some labels may be doubtful themselves.",
    )


def _draw_least_sure(told: Examined) -> None:
    readings = told.readings
    numbers = readings.least_sure()
    first = int(numbers[0])
    second, best = (int(place) for place in readings.probabilities[first].argsort()[-2:])
    best_words, second_words = (
        f"{told.names[place]} {charts.percent(float(readings.probabilities[first, place]))}" for place in (best, second)
    )
    picture_pages.draw(
        "The least sure",
        numbers,
        told,
        key="least_sure",
        explanation=f"All {len(numbers):,} test pictures, those first whose two most probable classes are closest: the "
        f"smallest margin. For the first, test image {first:,}, {told.at} says {best_words} and {second_words}. Right "
        f"or wrong, these are the pictures where little decides: of the first 100, "
        f"{int(readings.right[numbers[:100]].sum())} are read right.",
    )
