"""What the network reads in the chosen picture, how active its layers and units are, and what speaks for a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st

from model.activity import Activity, activities
from model.kernels import grid, into, kernel_of
from model.layers import Activation, Dense, Dropout, Flatten, Reshape
from model.networks import Network, PlacedLayer
from model.runs import Run
from visualization import (
    activity,
    charts,
    class_words,
    evaluation_state,
    galleries,
    number_table,
    state,
    traces,
    verdicts,
)
from visualization.pictures import Picture
from visualization.state import Shown
from visualization.views import exhibit, waiting

_GRIDS_IN_A_ROW = 3
_MOST_GRIDS = 6
_TALL = 360


def draw(run: Run) -> None:
    """Draw it for the chosen run, step and picture."""
    if not traces.is_ready():
        st.info(f"{traces.waiting_words()}. Then the network's answer is taken apart here.")
        return
    shown = state.shown(run)
    network, names = shown.run.config().network, shown.run.class_names()
    picture, _ = state.chosen_picture()
    step = traces.step_to_trace(shown.run, shown.step) if shown.follows_newest else shown.step
    activations = waiting.trace(shown.run, step, picture)
    answer = activations[network.layers[-1].name]
    read, probable, active = st.columns([4, 3, 5])
    with read:
        near = verdicts.passes(replace(shown, step=step), activations, evaluation_state.share())
        _picture(picture, answer, names, near)
    with probable:
        _probabilities(answer, names, picture)
    with active:
        _layers(activities(network, activations), picture)
    left, right = st.columns([2, 3])
    with left:
        _weights(shown, network, int(answer.argmax()))
    rows = [
        placed
        for placed in network.placed()
        if len(placed.output_shape) == 1 and not isinstance(placed.layer, Flatten | Reshape | Dropout)
    ]
    with right:
        _units(rows, activations)


def reading(picture: Picture, answer: np.ndarray, names: Sequence[str], near: bool | None = None) -> str:
    """What the network reads and whether it is right; answer float32 (classes,), near as verdicts.passes says."""
    winner = int(answer.argmax())
    said = verdicts.words(answer, names, near)
    if picture.label is None:
        return f"{said} · nobody told it the true label"
    right = ":material/check: right" if picture.label == winner else ":material/close: wrong"
    return f"{said} · true label **{names[picture.label]}** · {right}"


def _picture(picture: Picture, answer: np.ndarray, names: Sequence[str], near: bool | None) -> None:
    pixels, channels = picture.shades, picture.pixels.shape[-1]
    word = "ink" if channels == 1 else "brightness"
    exhibit.draw(
        "The picture",
        galleries.gallery(
            picture.pixels[None], [""], measure=class_words.measure(channels), strongest=255, noun="the input,"
        ),
        key="answer_picture",
        explanation=(
            f"The network's whole input, {picture.caption}: {pixels.shape[0]} x {pixels.shape[1]} pixels"
            f"{f' of {channels} channels' if channels > 1 else ''}, each value divided by 255. "
            f"{int((pixels > 0).sum()):,} of {pixels.size:,} pixels are not black; their mean {word} is "
            f"{float(pixels[pixels > 0].mean()) if pixels.any() else 0:.0f}."
        ),
        table=lambda: number_table.written(
            ["row", "column", word], ((*place, int(pixels[place])) for place in np.ndindex(pixels.shape))
        ),
        height=_TALL - 40,
    )
    st.markdown(reading(picture, answer, names, near))


def _probabilities(answer: np.ndarray, names: Sequence[str], picture: Picture) -> None:
    order = np.argsort(-answer, kind="stable")
    first, second = int(order[0]), int(order[1])
    exhibit.draw(
        "Its answer",
        charts.probabilities(answer, names, picture.label),
        key="answer_probabilities",
        explanation=(
            f"The {len(answer)} outputs. The arrow marks the winner, {names[first]} with {100 * answer[first]:.3f} %; "
            f"second is {names[second]} with {100 * answer[second]:.3f} %. A tick marks the true label where it is "
            "known. "
            f"They sum to {100 * float(answer.sum()):.1f} %. How sure a network says it is and how often it is right "
            "are "
            "two things: see Confidence in the Evaluation view."
        ),
        table=lambda: number_table.written(["class", "probability"], zip(names, answer.tolist(), strict=True)),
        height=_TALL,
    )


def _layers(found: Sequence[Activity], picture: Picture) -> None:
    quiet = min(found, key=lambda each: each.above)
    loud = max(found, key=lambda each: each.maximum)
    exhibit.draw(
        "How active each layer is",
        activity.layers(found),
        key="answer_layers",
        explanation=(
            f"Mean and largest activation of all neurons of each layer for {picture.caption}, and how many of its "
            "neurons "
            f"are above zero. The largest of all, {loud.maximum:.3g}, is in {loud.title}. In {quiet.title} the fewest "
            "are "
            f"above zero: {round(quiet.above * quiet.neurons):,} of {quiet.neurons:,}. Flatten and dropout layers are "
            "left "
            "out, as they pass on what they get."
        ),
        table=lambda: number_table.written(
            ["layer", "neurons", "mean", "maximum", "share above zero"],
            ((each.title, each.neurons, each.mean, each.maximum, each.above) for each in found),
        ),
        height=_TALL if len(found) > activity.MOST_BARS else max(_TALL, 44 * len(found) + 80),
    )


def _weights(shown: Shown, network: Network, winner: int) -> None:
    names = shown.run.class_names()
    last = _summing(network)
    if last is None:
        title = network.placed()[-1].title
        st.caption(f"No weights are shown here: {title} ends this network, and no dense layer stands right before it.")
        return
    state.settle_number("answer_class", len(names) - 1, None)
    chosen = st.selectbox(
        "Weights into the output of class",
        range(len(names)),
        index=None,
        format_func=lambda place: names[place],
        placeholder=f"{names[winner]}, which it reads",
        key="answer_class",
        persist_state="session",
        help="Another class than the one it reads",
    )
    place = winner if chosen is None else chosen
    layer = last.layer.name
    values = into(network, layer, place, kernel_of(shown.run.weights(shown.step), layer))
    positive, negative = int((values > 0).sum()), int((values < 0).sum())
    mean = float(values.mean(dtype=np.float64))
    exhibit.draw(
        f"Weights into {names[place]} · mean {mean:z.3f}",
        activity.weights(values),
        key="answer_weights",
        explanation=(
            f"The output of class {names[place]} adds up its {values.size:,} inputs, each times one of these weights. "
            f"{positive:,} are positive and speak for it, {negative:,} are negative and speak against it; the line is "
            "at "
            f"zero. Their mean is {mean:.4f}, their standard deviation {float(values.std(dtype=np.float64)):.4f}, the "
            f"largest {float(values.max()):.3g}, the smallest {float(values.min()):.3g}."
        ),
        table=lambda: number_table.written(["input", "weight"], enumerate(values.tolist())),
        height=_TALL,
    )


def _summing(network: Network) -> PlacedLayer | None:
    """The dense layer whose sums are the logits; None where the last is of another kind."""
    placed = {each.layer.name: each for each in network.placed()}
    last = network.placed()[-1]
    while isinstance(last.layer, Activation | Dropout) and last.inputs[0] in placed:
        last = placed[last.inputs[0]]
    return last if isinstance(last.layer, Dense) else None


def _units(layers: Sequence[PlacedLayer], activations: Mapping[str, np.ndarray]) -> None:
    """The layers whose neurons lie in a row, each in its grid; of very many the last ones."""
    if len(layers) > _MOST_GRIDS:
        st.caption(f"The last {_MOST_GRIDS} of {len(layers)} layers without rows and columns; all are under Filters")
        layers = layers[-_MOST_GRIDS:]
    for start in range(0, len(layers), _GRIDS_IN_A_ROW):
        part = layers[start : start + _GRIDS_IN_A_ROW]
        for placed, column in zip(part, st.columns(len(part)), strict=True):
            with column:
                _grid(placed, activations[placed.layer.name])


def _grid(placed: PlacedLayer, values: np.ndarray) -> None:
    rows, columns = grid(values.size)
    strongest = int(values.argmax())
    exhibit.draw(
        f"{placed.title} · {values.size:,}",
        activity.units(values, placed.title),
        key=f"answer_units_{placed.layer.name}",
        explanation=(
            f"The {values.size:,} units of {placed.title} in {rows} rows of {columns}, in their order, coloured by "
            f"activation; the scale is this layer's own. {int((values > 0).sum()):,} are above zero, the strongest is "
            "unit "
            f"{strongest} with {float(values[strongest]):.4g}. A unit has no place in the picture: the grid only "
            "saves room."
        ),
        table=lambda: number_table.written(["unit", "activation"], enumerate(values.tolist())),
        height=_TALL + 72,
    )
