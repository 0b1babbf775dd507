"""One filter, map or unit: its kernel, its map now, what excites it most, which classes it answers to, how it grew."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from model.analyses import Arrays
from model.kernels import incoming, kernel_of, no_kernel_words, norms, parameters_of
from model.selectivity import can_die, selectivity
from visualization import charts, galleries, number_table, responses
from visualization.state import Shown
from visualization.views import exhibit, filter_excitement, filter_growth
from visualization.views.filter_choice import Choice

_HEIGHT = 330


def draw(
    shown: Shown, choice: Choice, channel: int, activations: Mapping[str, np.ndarray], found: Arrays | None
) -> None:
    """Draw the page of `channel`; found: what the layer answers to on the test set, once it is known."""
    _facts(shown, choice, channel, activations, found)
    values = activations[choice.placed.layer.name][..., channel]
    drawn = [part for part in (choice.has_kernel, choice.is_map, found is not None) if part]
    columns = iter(st.columns(max(len(drawn), 1)))
    if choice.has_kernel:
        with next(columns):
            _kernel(shown, choice, channel)
    if choice.is_map:
        with next(columns):
            _map(choice, channel, values)
    if found is not None:
        with next(columns):
            _classes(shown, choice, channel, found)
        filter_excitement.draw(shown, choice, channel, found)
    if choice.has_kernel:
        filter_growth.draw(shown, choice, channel)


def _facts(
    shown: Shown, choice: Choice, channel: int, activations: Mapping[str, np.ndarray], found: Arrays | None
) -> None:
    """What the filter is, in a line or two."""
    layer = choice.placed.layer.name
    values = activations[layer][..., channel]
    if choice.is_map:
        row, column = np.unravel_index(int(values.argmax()), values.shape)
        now = f"for the chosen picture largest {float(values.max()):.3g}, at row {row}, column {column}"
    else:
        now = f"for the chosen picture {float(values):.3g}"
    parts = [f"**{choice.placed.title}, {choice.noun} {channel}**", now]
    why = no_kernel_words(choice.placed)
    numbers = {} if why else parameters_of(shown.run.weights(shown.step), layer, channel)
    parts += [f"{name.replace('_', ' ')} {value:.3g}" for name, value in sorted(numbers.items())]
    if found is not None:
        parts.append(
            f"above zero in {charts.percent(float(found['pictures'][channel]))} of {int(found['images'][0]):,} test "
            "pictures"
        )
        if (index := selectivity(found["class_means"][channel])) is not None:
            parts.append(f"selectivity {index:.2f}")
    st.markdown(" · ".join(parts))
    if why:
        st.caption(why)
    if found is not None and found["pictures"][channel] == 0:
        dead = can_die(shown.run.config().network, layer)
        says = (
            f"This {choice.noun} is dead: it is above zero in no picture of the test set, so it adds nothing to the "
            "answer and its weights no longer learn from pictures like these."
            if dead
            else f"This {choice.noun} is above zero in no picture of the test set."
        )
        st.warning(says, icon=":material/block:")


def _kernel(shown: Shown, choice: Choice, channel: int) -> None:
    layer, title = choice.placed.layer.name, choice.placed.title
    lies = incoming(shown.run.config().network, layer)
    assert lies is not None
    kernel = lies.pictures(kernel_of(shown.run.weights(shown.step), layer))[channel]  # (rows, columns, sources)
    pictures = np.moveaxis(kernel, -1, 0)
    rows, columns, count = lies.shape
    sources = [lies.source_of(channel, place) for place in range(count)]
    side_by_side = galleries.wide(count)
    norm = float(norms(kernel[None])[0])
    each = f"{rows} x {columns} weights for each of {count:,} maps" if count > 1 else f"{rows} x {columns} weights"
    if not lies.is_map:
        each = f"{rows * columns - lies.blanks:,} weights, one for each unit"
    exhibit.draw(
        "Its kernel" if choice.noun == "filter" else "The weights into it",
        galleries.gallery(
            pictures,
            [str(source) for source in sources] if count > 1 or lies.each else [""],
            measure="weight",
            palette="diverging",
            across=side_by_side,
            noun=f"{lies.source}, map" if lies.is_map else f"weights of {lies.source}, picture",
            numbers=sources,
        ),
        key=f"kernel_{layer}",
        explanation=(
            f"What {choice.noun} {channel} of {title} multiplies its inputs by: {each} of {lies.source}. Orange is "
            f"positive and excites, blue is negative and holds back. The norm, the root of all squared weights, is "
            f"{norm:.3g}; the mean is {float(np.nanmean(kernel)):.3g}, the largest {float(np.nanmax(kernel)):.3g}, the "
            f"smallest {float(np.nanmin(kernel)):.3g}."
        ),
        table=lambda: number_table.written(
            ["map", "row", "column", "weight"],
            (
                (sources[at], row, column, float(pictures[at, row, column]))
                for at, row, column in np.ndindex(pictures.shape)
                if not np.isnan(pictures[at, row, column])
            ),
        ),
        height=_HEIGHT,
    )


def _map(choice: Choice, channel: int, values: np.ndarray) -> None:
    rows, columns = values.shape
    exhibit.draw(
        "Its map for the chosen picture",
        galleries.gallery(
            values[None],
            [""],
            measure="activation",
            palette="diverging" if values.min() < 0 else "sequential",
            noun=f"{choice.placed.title}, map",
            numbers=[channel],
        ),
        key=f"map_{choice.placed.layer.name}",
        explanation=(
            f"The {rows} x {columns} neurons of this map, each at the place it looks at. Its scale is its own and "
            "ends at "
            f"{float(np.abs(values).max()):.3g}. {int((values > 0).sum()):,} of {values.size:,} neurons are above "
            "zero, "
            f"their mean over the whole map is {float(values.mean()):.3g}."
        ),
        table=lambda: number_table.written(
            ["row", "column", "activation"], ((*place, float(values[place])) for place in np.ndindex(values.shape))
        ),
        height=_HEIGHT,
    )


def _classes(shown: Shown, choice: Choice, channel: int, found: Arrays) -> None:
    means = found["class_means"][channel]
    names = shown.run.class_names()
    order = np.argsort(np.nan_to_num(-means, nan=np.inf), kind="stable")
    index = selectivity(means)
    judged = (
        "An index of selectivity is not defined here: it needs means of at least zero, not all of them zero."
        if index is None
        else f"Its selectivity is {index:.2f}: (largest - mean of the others) / (largest + mean of the others), 0 for "
        "all "
        "classes alike, 1 for one class alone (Morcos et al. 2018, [arXiv 1803.06959](https://arxiv.org/abs/1803.06959))."
    )
    exhibit.draw(
        "Classes it answers to",
        responses.by_class(means, names),
        key=f"classes_{choice.placed.layer.name}",
        explanation=(
            f"The mean activation of this {choice.noun} over "
            + ("all its neurons in " if choice.is_map else "")
            + f"all test pictures of each class, {int(found['images'][0]):,} in all. The largest is class "
            f"{names[order[0]]} with {means[order[0]]:.3g}, then {names[order[1]]} with {means[order[1]]:.3g}. {judged}"
        ),
        table=lambda: number_table.written(["class", "mean activation"], zip(names, means.tolist(), strict=True)),
        height=_HEIGHT,
    )
