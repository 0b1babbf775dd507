"""What the answer depends on: parts muted, pixels that add up to it, pictures changed step by step."""

from __future__ import annotations

from model.runs import Run
from visualization.views import knockout, sections, stress, why

_SECTIONS = {"Knock-out": knockout.draw, "Why": why.draw, "Stress": stress.draw}


def draw(run: Run) -> None:
    """Draw the chosen section for the chosen run, step and picture."""
    sections.draw("causes", _SECTIONS, run)
