"""The test pictures that excite a filter most, and of each the patch that does it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from data import datasets
from model.analyses import Arrays
from model.fields import Field, field
from model.selectivity import can_die
from visualization import class_words, galleries, number_table, state
from visualization.pictures import shades, test_image
from visualization.state import Shown
from visualization.views import exhibit
from visualization.views.filter_choice import Choice

_ACROSS = 3
_HEIGHT = 400


def draw(shown: Shown, choice: Choice, channel: int, found: Arrays) -> None:
    """Draw the pictures with their patches framed, and the patches alone; found: as model.responses computes it."""
    network = shown.run.config().network
    layer = choice.placed.layer.name
    values = found["top_values"][channel]
    # Where a filter was never above zero, what would be first is only first in the test set.
    counted = int((values > 0).sum()) if can_die(network, layer) else len(values)
    if not counted:
        return
    data = shown.run.data()
    assert data is not None  # there are results
    dataset = datasets.load(data.name)
    numbers = found["top_pictures"][channel, :counted].tolist()
    places = _places(choice, found["top_places"][channel, :counted])
    fields = [field(network, layer, row, column, channel) for row, column in places]
    pictures = dataset.x_test[numbers]
    words = [
        f"{class_words.short(dataset.class_names[dataset.y_test[number]])} · {value:.3g}"
        for number, value in zip(numbers, values, strict=False)
    ]
    whole = all(each.is_whole for each in fields)
    columns = st.columns(1 if whole else 2)
    with columns[0]:
        click = exhibit.draw(
            f"The {counted} test pictures that excite it most" if counted > 1 else "The one test picture it answers to",
            galleries.gallery(
                pictures,
                words,
                measure=class_words.measure(pictures.shape[-1]),
                across=len(numbers) if whole else _ACROSS,
                strongest=255,
                noun=f"{dataset.title} test picture",
                numbers=numbers,
                frames=[None if whole else box(each) for each in fields],
            ),
            key=f"exciting_{layer}",
            explanation=_explanation(choice, channel, found, fields[0], whole=whole, counted=counted),
            table=lambda: number_table.written(
                [
                    "test picture",
                    "label",
                    "row",
                    "column",
                    "activation",
                    *("first row", "end row", "first column", "end column"),
                ],
                (
                    (number, dataset.class_names[dataset.y_test[number]], *place, float(value), *_sides(each))
                    for number, place, value, each in zip(numbers, places, values, fields, strict=False)
                ),
            ),
            height=250 if whole else _HEIGHT,
        )
    if click is not None and shown.run.data() == state.chosen_run().run.data():
        at = galleries.picture_at(click.point, pictures.shape, len(numbers) if whole else _ACROSS)
        # The click comes once more if the page is drawn again before the browser hears that it was taken.
        if at is not None and test_image(data.name, numbers[at]).caption != state.chosen_picture()[0].caption:
            state.choose_test_image(numbers[at])
            st.rerun()
    if whole:
        st.caption(
            f"A click makes a picture the chosen one. This {choice.noun} sees the whole picture, so there is no patch."
        )
        return
    with columns[1]:
        _patches(choice, fields, pictures, words, numbers)
    st.caption("A click on a picture makes it the chosen one of all views")


def _places(choice: Choice, flat: np.ndarray) -> list[tuple[int, int]]:
    if not choice.is_map:
        return [(0, 0)] * len(flat)
    columns = choice.placed.output_shape[1] if len(choice.placed.output_shape) == 3 else 1
    return [divmod(int(at), columns) for at in flat]


def box(seen: Field) -> galleries.Frame:
    """The patch that a neuron sees, within the picture, as a frame over it."""
    return seen.rows.first, seen.columns.first, seen.rows.end, seen.columns.end


def _sides(seen: Field) -> tuple[int, int, int, int]:
    first_row, first_column, end_row, end_column = box(seen)
    return first_row, end_row, first_column, end_column


def _patches(choice: Choice, fields: list[Field], pictures: np.ndarray, words: list[str], numbers: list[int]) -> None:
    cuts = _stacked([each.cut(picture) for each, picture in zip(fields, shades(pictures), strict=True)])
    rows, columns = fields[0].rows.length, fields[0].columns.length
    grey = " Of colours the brightness is shown." if pictures.shape[-1] == 3 else ""
    branched = "" if fields[0].is_box else " Pixels within it that have no part in the neuron are blank too."
    exhibit.draw(
        "The exact patches that do it",
        galleries.gallery(
            cuts,
            words,
            measure=class_words.measure(pictures.shape[-1]),
            across=_ACROSS,
            strongest=255,
            noun="patch of test picture",
            numbers=numbers,
        ),
        key=f"patches_{choice.placed.layer.name}",
        explanation=(
            f"All that one neuron of {choice.placed.title} is computed from: {rows} x {columns} pixels, cut out of "
            "each picture where the frame is, at the neuron with the largest activation. What lies beyond the "
            "picture's border is blank. The size follows from the windows and strides of all layers up to this one."
            + grey
            + branched
            + _presumed(fields[0])
        ),
        table=lambda: number_table.written(
            ["test picture", "row", "column", "ink or brightness (0 to 255)"],
            (
                (numbers[at], row, column, int(cuts[at, row, column]))
                for at, row, column in np.ndindex(cuts.shape)
                if not np.isnan(cuts[at, row, column])
            ),
        ),
        height=_HEIGHT,
    )


def _stacked(cuts: list[np.ndarray]) -> np.ndarray:
    """Patches in one array, float32 (count, rows, columns): behind up-sampling they are not all of one size."""
    rows, columns = (max(cut.shape[axis] for cut in cuts) for axis in (0, 1))
    found = np.full((len(cuts), rows, columns), np.nan, np.float32)
    for place, cut in enumerate(cuts):
        found[place, : cut.shape[0], : cut.shape[1]] = cut
    return found


def _presumed(seen: Field) -> str:
    if not seen.presumed:
        return ""
    names = ", ".join(name.replace("_", " ") for name in seen.presumed)
    return f" Which of its inputs {names} reads, only Keras knows: here it counts as reading all of them."


def _explanation(choice: Choice, channel: int, found: Arrays, first: Field, *, whole: bool, counted: int) -> str:
    value = float(found["top_values"][channel, 0])
    images = int(found["images"][0])
    few = "" if counted > 1 else " It is above zero in no other."
    said = (
        f"All {images:,} test pictures were put through the network, and those in which {choice.noun} {channel} of "
        f"{choice.placed.title} is strongest are here, the strongest first, each with its true class and its "
        "activation: "
        f"{value:.3g} in the first.{few} What a unit answers to is a hint at what it is for, no proof "
        "(Zeiler and Fergus 2014, [arXiv 1311.2901](https://arxiv.org/abs/1311.2901))."
    )
    if whole:
        return said + _presumed(first)
    rows, columns = first.rows, first.columns
    return (
        f"{said} A map has many neurons; the one with the largest activation counts. Its receptive field is framed: "
        "in the "
        f"first picture rows {rows.first} to {rows.end - 1} and columns {columns.first} to {columns.end - 1}."
    )
