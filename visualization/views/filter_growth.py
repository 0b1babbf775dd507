"""How a filter's kernel grew over its run: its pictures at some snapshots, and its norm at all of them."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import streamlit as st

from model.kernels import even_steps, growth, incoming, norms
from model.runs import Run
from visualization import galleries, number_table, responses
from visualization.state import Shown
from visualization.views import exhibit
from visualization.views.filter_choice import Choice

_MOST = 10
"""Kernels of the strip."""


def draw(shown: Shown, choice: Choice, channel: int) -> None:
    """Draw the strip of kernels and the curve of their norm."""
    steps = shown.run.snapshot_steps()
    if len(steps) < 2:
        st.caption(
            "How it grew is not known: this network came with one snapshot alone. Train one, and its kernels are "
            "followed through all snapshots here."
        )
        return
    layer, title = choice.placed.layer.name, choice.placed.title
    lies = incoming(shown.run.config().network, layer)
    assert lies is not None
    kernels = _growth(shown.run.path, layer, channel, steps)  # (steps, rows, columns, sources)
    source = int((np.nan_to_num(kernels[steps.index(shown.step)]) ** 2).sum((0, 1)).argmax())
    chosen = even_steps(steps, _MOST)
    pictures = np.stack([kernels[steps.index(step), :, :, source] for step in chosen])
    lengths = norms(kernels)
    which = f", its part for map {source} of {lies.source}" if lies.shape[2] > 1 else ""
    left, right = st.columns([3, 2])
    with left:
        exhibit.draw(
            f"How it grew{which}",
            galleries.gallery(
                pictures,
                [f"{step:,}" for step in chosen],
                measure="weight",
                palette="diverging",
                across=5,
                noun="snapshot",
            ),
            key=f"growth_{layer}",
            explanation=(
                f"The same weights at {len(chosen)} of the run's {len(steps)} snapshots, the step below each, from "
                "step "
                f"{steps[0]:,} to {steps[-1]:,}; one scale for all."
                + (
                    f" Of its {lies.shape[2]:,} pictures this is the one with the largest norm at step {shown.step:,}."
                    if which
                    else ""
                )
            ),
            table=lambda: number_table.written(
                ["step", "row", "column", "weight"],
                (
                    (chosen[at], row, column, float(pictures[at, row, column]))
                    for at, row, column in np.ndindex(pictures.shape)
                    if not np.isnan(pictures[at, row, column])
                ),
            ),
        )
    with right:
        exhibit.draw(
            "The norm of its weights",
            responses.norm_curve(steps, lengths, shown.step),
            key=f"norm_{layer}",
            explanation=(
                f"The root of the sum of all squared weights into this {choice.noun} of {title}, at every snapshot: "
                f"{lengths[0]:.3g} at step {steps[0]:,}, {lengths[-1]:.3g} at step {steps[-1]:,}. The upright line is "
                "the "
                f"step that is shown, {shown.step:,}."
            ),
            table=lambda: number_table.written(["step", "norm"], zip(steps, lengths.tolist(), strict=True)),
        )


# A snapshot never changes; reading 50 of them takes about 0.1 s.
@functools.lru_cache(maxsize=16)
def _growth(run_path: Path, layer: str, channel: int, steps: tuple[int, ...]) -> np.ndarray:
    kernels = growth(Run(run_path), layer, channel, steps)
    kernels.setflags(write=False)
    return kernels
