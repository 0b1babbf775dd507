"""Why this class: pixels and biases that add up to the logit, and three other methods beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from model.analyses import Analysis
from model.runs import Run
from visualization import attributions, reasons_words, state, traces
from visualization.attributions import Reasons
from visualization.pictures import Picture
from visualization.views import exhibit, waiting

_PATCHES = (1, 3, 5, 7, 9, 11)
_STEPS = (8, 16, 32, 64, 128, 256, 512)
_MAP_HEIGHT = 270
_PARTS_HEIGHT = 270


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is explained and how: classes (against: -1 for none), the side of occlusion's patch, integration steps."""

    goal: int
    against: int
    patch: int
    steps: int


def draw(run: Run) -> None:
    """Draw it for the chosen run, step and picture."""
    shown = state.shown(run)
    if not traces.is_ready():
        st.info(traces.waiting_words() + ".")
        return
    picture, _ = state.chosen_picture()
    network, names = shown.run.config().network, shown.run.class_names()
    reads = int(traces.trace(shown.run, shown.step, picture)["output"].argmax())
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
    maps = st.columns(4)
    ink = picture.pixels[..., 0]
    _contributions(maps[0], found, picture)
    _map(maps[1], "Occlusion", found.occlusion, ink, reasons_words.occlusion(found, asked.patch), word="fall")
    _map(
        maps[2],
        "Integrated gradients",
        found.integrated,
        ink,
        reasons_words.integrated(found, asked.steps),
        word="contribution",
    )
    _grad_cam(maps[3], found, ink, network.title)
    exhibit.draw(
        f"From the pixels to {found.what}",
        attributions.waterfall(found),
        key="parts",
        explanation=reasons_words.parts(found),
        table=lambda: attributions.parts_table(found),
        height=_PARTS_HEIGHT,
    )


def _choose(names: tuple[str, ...], reads: int) -> _Asked:
    """Which class is explained, against which other, and how finely."""
    goal = st.selectbox(
        "Why",
        [None, *range(len(names))],
        format_func=lambda place: f"{names[reads]}, as it reads" if place is None else names[place],
        key="why_goal",
        persist_state="session",
        width=150,
    )
    goal = reads if goal is None else goal
    against = st.selectbox(
        "and not",
        [None, *range(len(names))],
        format_func=lambda place: "(no other)" if place is None else names[place],
        key="why_against",
        persist_state="session",
        width=130,
        help="With a second class, everything below explains the difference of the two logits: what speaks for the "
        "first and against the second.",
    )
    with st.popover("How", icon=":material/tune:"):
        patch = st.select_slider("Occlusion: side of the blank square, pixels", _PATCHES, 5, key="why_patch")
        steps = st.select_slider("Integrated gradients: steps from black", _STEPS, 64, key="why_steps")
    return _Asked(goal, -1 if against is None or against == goal else against, int(patch), int(steps))


def _contributions(place: DeltaGenerator, found: Reasons, picture: Picture) -> None:
    title = "Pixels" if not found.bent else "Pixels (do not add up)"
    _map(place, title, found.pixels, picture.pixels[..., 0], reasons_words.pixels(found), word="contribution")


def _grad_cam(place: DeltaGenerator, found: Reasons, ink: np.ndarray, title: str) -> None:
    if found.grad_cam is None:
        with place:
            st.markdown("**Grad-CAM**")
            st.info(f"{title} has no convolution, and Grad-CAM weighs the maps of the last one: there is none here.")
        return
    explanation = reasons_words.grad_cam(found)
    _map(place, "Grad-CAM", found.grad_cam, ink, explanation, word="evidence", palette="sequential")


def _map(
    place: DeltaGenerator,
    title: str,
    values: np.ndarray,
    ink: np.ndarray,
    explanation: str,
    *,
    word: str,
    palette: str = "diverging",
) -> None:
    """One method's map with its explanation and its numbers."""
    measures = {"contribution": "contribution to the logit", "fall": "fall of the logit", "evidence": "weighted maps"}
    table: Callable[[], str] = lambda: attributions.map_table(values, ink, word)  # noqa: E731
    with place:
        exhibit.draw(
            title,
            attributions.heat_map(values, ink, measure=measures[word], word=word, palette=palette),
            key=title.split(" (", maxsplit=1)[0].lower().replace(" ", "-"),
            explanation=explanation,
            table=table,
            height=_MAP_HEIGHT,
        )
