"""All kernels and all maps of a layer, side by side; a click opens one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import streamlit as st

from model.analyses import Arrays
from model.kernels import Incoming, grid, incoming, kernel_of, no_kernel_words
from visualization import activity, galleries, number_table
from visualization.state import Shown
from visualization.views import exhibit, filter_choice
from visualization.views.filter_choice import Choice

QUIET: Final = "∅"
"""Marks what is never above zero on the test set."""
_MOST = 64
"""Pictures of a gallery; more are on further pages."""
Slice = Literal["Strongest", "Mean", "One"]


def draw(shown: Shown, choice: Choice, activations: Mapping[str, np.ndarray], found: Arrays | None) -> None:
    """Draw both galleries of the chosen layer; found: what its filters answer to on the test set, once it is known."""
    values = activations[choice.placed.layer.name]
    channels = _page(choice)
    quiet = set() if found is None else set(np.flatnonzero(found["pictures"] == 0).tolist())
    words = [f"{channel} {QUIET}" if channel in quiet else str(channel) for channel in channels]
    if not choice.has_kernel:
        if why := no_kernel_words(choice.placed):
            st.caption(why)
        _maps(choice, values, channels, words)
        return
    left, right = st.columns(2)
    with left:
        _kernels(shown, choice, channels, words)
    with right:
        _maps(choice, values, channels, words)


def _page(choice: Choice) -> range:
    """Which of the layer's filters are drawn now."""
    if choice.count <= _MOST:
        return range(choice.count)
    starts = range(0, choice.count, _MOST)
    start = st.selectbox(
        f"{choice.noun.capitalize()}s shown",
        starts,
        format_func=lambda start: f"{start:,} to {min(start + _MOST, choice.count) - 1:,}",
        key=f"filter_page_{choice.placed.layer.name}_{choice.count}",
        persist_state="session",
        width=180,
    )
    return range(start, min(start + _MOST, choice.count))


def across(count: int) -> int:
    """Pictures side by side in half the page's width."""
    return 8 if count > 36 else 6 if count > 16 else min(count, 4)


def _height(shape: tuple[int, ...], side_by_side: int) -> int:
    """CSS pixels of a gallery; where many lie side by side in half the page, each is narrower."""
    return galleries.height(shape, side_by_side, {8: 76, 6: 92}.get(side_by_side, 110))


def _maps(choice: Choice, values: np.ndarray, channels: range, words: Sequence[str]) -> None:
    title = choice.placed.title
    layer = choice.placed.layer.name
    if not choice.is_map:
        click = exhibit.draw(
            f"All {choice.count:,} units of {title} now",
            activity.units(values, title),
            key=f"units_of_{layer}",
            explanation=_units_explanation(choice, values),
            table=lambda: number_table.written(["unit", "activation"], enumerate(values.tolist())),
            height=420,
        )
        if click is not None and len(click.point) == 2:
            columns = grid(choice.count)[1]
            _open(choice, click.point[0] * columns + click.point[1])
        return
    pictures = np.moveaxis(values[..., channels.start : channels.stop], -1, 0)
    side_by_side = across(len(channels)) if choice.has_kernel else min(16, 2 * across(len(channels)))
    figure = galleries.gallery(
        pictures,
        words,
        measure="activation",
        palette="diverging" if values.min() < 0 else "sequential",
        across=side_by_side,
        strongest=float(np.abs(values).max()),
        noun=f"{title}, map",
        numbers=channels,
    )
    rows, columns, _ = values.shape
    click = exhibit.draw(
        f"Maps of {title} for the chosen picture",
        figure,
        key=f"maps_of_{layer}",
        explanation=(
            f"Each map is what one {choice.noun} of {title} makes of the chosen picture: {rows} x {columns} neurons, "
            f"coloured by activation. All maps share one scale, which ends at {float(np.abs(values).max()):.3g}, the "
            f"strongest neuron of the layer; {float((values > 0).mean()):.1%} of its neurons are above zero. "
            f"Click a map to open its {choice.noun}. {QUIET} marks one that is above zero in no picture of the test "
            "set."
        ),
        table=lambda: number_table.written(
            ["map", "row", "column", "activation"],
            ((channels[at], row, column, float(pictures[at, row, column])) for at, row, column in _cells(pictures)),
        ),
        height=_height(pictures.shape, side_by_side),
    )
    if click is not None and (at := galleries.picture_at(click.point, pictures.shape, side_by_side)) is not None:
        _open(choice, channels[at])


def _units_explanation(choice: Choice, values: np.ndarray) -> str:
    return (
        f"Each cell is one of the {choice.count:,} units of {choice.placed.title}, with its number in it or at its row "
        f"and column; its colour is its activation for the chosen picture. {int((values > 0).sum()):,} of them are "
        "above "
        f"zero, the strongest is unit {int(values.argmax())} with {float(values.max()):.3g}. Click one to open it."
    )


def _cells(pictures: np.ndarray) -> list[tuple[int, ...]]:
    return [place for place in np.ndindex(pictures.shape) if not np.isnan(pictures[place])]


def _kernels(shown: Shown, choice: Choice, channels: range, words: Sequence[str]) -> None:
    placed = choice.placed
    lies = incoming(shown.run.config().network, placed.layer.name)
    assert lies is not None
    kernels = lies.pictures(kernel_of(shown.run.weights(shown.step), placed.layer.name))
    sources = _slices(choice, lies, kernels)
    pictures = chosen_slices(kernels, sources)[channels.start : channels.stop]
    shown_words = list(words)
    if isinstance(sources, np.ndarray) and len(np.unique(sources)) > 1:
        shown_words = [f"{text} ← {sources[channel]}" for text, channel in zip(words, channels, strict=True)]
    strongest = float(np.nanmax(np.abs(chosen_slices(kernels, sources)), initial=0))
    side_by_side = across(len(channels))
    figure = galleries.gallery(
        pictures,
        shown_words,
        measure="weight",
        palette="diverging",
        across=side_by_side,
        strongest=strongest,
        noun=f"{placed.title}, {choice.noun}",
        numbers=channels,
    )
    click = exhibit.draw(
        f"Kernels of {placed.title}" if choice.noun == "filter" else f"Weights into {placed.title}",
        figure,
        key=f"kernels_of_{placed.layer.name}",
        explanation=_kernel_explanation(choice, lies, sources, strongest),
        table=lambda: number_table.written(
            [choice.noun, "row", "column", "weight"],
            ((channels[at], row, column, float(pictures[at, row, column])) for at, row, column in _cells(pictures)),
        ),
        height=_height(pictures.shape, side_by_side),
    )
    if click is not None and (at := galleries.picture_at(click.point, pictures.shape, side_by_side)) is not None:
        _open(choice, channels[at])


def _slices(choice: Choice, lies: Incoming, kernels: np.ndarray) -> np.ndarray | None:
    """Which of its pictures stands for each filter, int (filters,); None for the mean of all."""
    count = lies.shape[2]
    if count == 1:
        return np.zeros(len(kernels), int)
    key = choice.placed.layer.name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: Slice = st.segmented_control(
            f"Each {choice.noun} weighs {count:,} maps of {lies.source}",
            ["Strongest", "Mean", "One"],
            default="Strongest",
            required=True,
            key=f"slice_{key}",
            persist_state="session",
            help="Strongest: the weights of the map with the largest norm, its number behind the arrow. Mean: the mean "
            "over all maps. One: the weights of one map for all",
        )
        if chosen == "One":
            one = st.number_input(
                f"Map (0 to {count - 1:,})",
                0,
                count - 1,
                key=f"slice_{key}_{count}",
                persist_state="session",
                width=140,
            )
            return np.full(len(kernels), one)
    return None if chosen == "Mean" else strongest_slices(kernels)


def strongest_slices(kernels: np.ndarray) -> np.ndarray:
    """Of each filter the source with the largest norm, int (filters,); kernels (filters, rows, columns, sources)."""
    return np.asarray((kernels.astype(np.float64) ** 2).sum((1, 2)).argmax(1))


def chosen_slices(kernels: np.ndarray, sources: np.ndarray | None) -> np.ndarray:
    """A picture for each filter, float32 (filters, rows, columns): of the source named for it, or the mean of all."""
    if sources is None:
        return np.asarray(kernels.mean(-1))
    return np.asarray(np.take_along_axis(kernels, sources[:, None, None, None], -1)[..., 0])


def _kernel_explanation(choice: Choice, lies: Incoming, sources: np.ndarray | None, strongest: float) -> str:
    rows, columns, count = lies.shape
    title = choice.placed.title
    if not lies.is_map:
        return (
            f"Each picture holds all weights into one unit of {title}, one for each of the "
            f"{rows * columns - lies.blanks:,} units of {lies.source}, row by row in {rows} rows of {columns}. "
            f"Orange is positive, blue negative; the scale ends at {strongest:.3g} both ways."
        )
    if count == 1:
        which = f" of one map of {lies.source} each" if lies.each else f" of {lies.source}"
        what = f"Each {choice.noun} of {title} has {rows} x {columns} weights{which}, drawn as a picture."
    else:
        way = {True: "the mean over all of them"}.get(sources is None, "those of the map named behind the arrow")
        if sources is not None and len(np.unique(sources)) == 1:
            way = f"those of map {int(sources[0])}"
        what = (
            f"Each {choice.noun} of {title} has {rows} x {columns} weights for each of the {count:,} maps of "
            f"{lies.source}, {rows * columns * count:,} in all. The picture shows {way}."
        )
    return (
        f"{what} Where the layer before is strong under a positive weight (orange), the {choice.noun} is excited, "
        "under "
        f"a negative one (blue) it is held back. All pictures share one scale, which ends at {strongest:.3g} both ways."
    )


def _open(choice: Choice, channel: int) -> None:
    if channel < choice.count:
        filter_choice.choose(choice.placed.layer.name, channel)
        st.rerun()
