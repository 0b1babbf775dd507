"""Why this class: pixels and biases that add up to the logit, and three other methods beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.analyses import Analysis
from model.runs import Run
from visualization import attributions, reasons_words, state, traces
from visualization.attributions import Reasons
from visualization.pictures import Picture
from visualization.views import examined, exhibit, waiting

_PATCHES = (1, 3, 5, 7, 9, 11)
_STEPS = (8, 16, 32, 64, 128, 256, 512)
_HEIGHT = 320
_MEASURES = {"contribution": "contribution to the logit", "fall": "fall of the logit", "evidence": "weighted maps"}
"""What a map's colours stand for, by what hover calls a value."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is explained and how: classes (against: -1 for none), the side of occlusion's patch, integration steps."""

    goal: int
    against: int
    patch: int
    steps: int


def draw(run: Run) -> None:
    """Draw it for the chosen run, step and picture."""
    if not traces.is_ready():
        st.info(traces.waiting_words() + ".")
        return
    shown = examined.settled_step(run)
    if shown is None:
        return
    picture, _ = state.chosen_picture()
    network, names = shown.run.config().network, shown.run.class_names()
    reads = int(waiting.trace(shown.run, shown.step, picture)[network.placed()[-1].layer.name].argmax())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = _choose(names, reads)
        words = st.container(width="stretch")
    result = waiting.result(
        Analysis.of(
            "attribution",
            shown.run,
            shown.step,
            picture.pixels,
            goal=asked.goal,
            against=asked.against,
            patch=asked.patch,
            steps=asked.steps,
        ),
        "Asking four ways why",
    )
    if result is None:
        return
    found = attributions.reasons(result, network, names)
    words.markdown(attributions.sum_sentence(found))
    left, right = st.columns([2, 3])
    title = "Pixels that do not add up" if found.bent else "Pixels that add up"
    _map(left, title, found.pixels, picture, reasons_words.pixels(found), key="pixels", word="contribution")
    with right:
        exhibit.draw(
            f"From the pixels to {found.what}",
            attributions.waterfall(found),
            key="parts",
            explanation=reasons_words.parts(found),
            table=lambda: attributions.parts_table(found),
            height=_HEIGHT,
        )
    places = st.columns(3)
    if found.occlusion is None:
        _missing(places[0], "Occlusion", reasons_words.left_out("occlusion", network, asked.steps))
    else:
        explained = reasons_words.occlusion(found, asked.patch)
        _map(places[0], "Occlusion", found.occlusion, picture, explained, key="occlusion", word="fall")
    title = "Integrated gradients"
    if found.integrated is None:
        _missing(places[1], title, reasons_words.left_out("integrated", network, asked.steps))
    else:
        explained = reasons_words.integrated(found, asked.steps)
        _map(places[1], title, found.integrated, picture, explained, key="integrated", word="contribution")
    _grad_cam(places[2], found, picture, network.title)


def _choose(names: tuple[str, ...], reads: int) -> _Asked:
    """Which class is explained, against which other, and how finely."""
    for key in ("why_goal", "why_against"):
        state.settle_number(key, len(names) - 1, -1)
    goal = st.selectbox(
        "Why",
        [-1, *range(len(names))],
        format_func=lambda place: f"{names[reads]}, as it reads" if place < 0 else names[place],
        key="why_goal",
        persist_state="session",
        width=200,
    )
    goal = reads if goal < 0 else goal
    against = st.selectbox(
        "and not",
        [-1, *range(len(names))],
        format_func=lambda place: "no other" if place < 0 else names[place],
        key="why_against",
        persist_state="session",
        width=160,
        help="With a second class, everything below explains the difference of the two logits: what speaks for the "
        "first and against the second.",
    )
    with st.popover("How", icon=":material/tune:"):
        patch = st.select_slider("Occlusion: side of the blank square, pixels", _PATCHES, 5, key="why_patch")
        steps = st.select_slider("Integrated gradients: steps from black", _STEPS, 64, key="why_steps")
    return _Asked(goal, -1 if against == goal else against, patch, steps)


def _grad_cam(place: DeltaGenerator, found: Reasons, picture: Picture, title: str) -> None:
    if found.grad_cam is None:
        words = f"{title} has no convolution, and Grad-CAM weighs the maps of the last one: there is none here."
        _missing(place, "Grad-CAM", words)
        return
    explanation = reasons_words.grad_cam(found)
    _map(place, "Grad-CAM", found.grad_cam, picture, explanation, key="grad-cam", word="evidence", palette="sequential")


def _missing(place: DeltaGenerator, title: str, words: str) -> None:
    """Why one method's map is not there."""
    with place:
        st.markdown(f"**{title}**")
        st.info(words)


def _map(
    place: DeltaGenerator,
    title: str,
    values: np.ndarray,
    picture: Picture,
    explanation: str,
    *,
    key: str,
    word: str,
    palette: str = "diverging",
) -> None:
    """One method's map with its explanation and its numbers."""
    grey, shade = picture.shades, "ink" if picture.pixels.shape[-1] == 1 else "brightness"
    with place:
        exhibit.draw(
            title,
            attributions.heat_map(values, grey, measure=_MEASURES[word], word=word, palette=palette, shade=shade),
            key=key,
            explanation=explanation,
            table=lambda: attributions.map_table(values, grey, word, shade),
            height=_HEIGHT,
        )
