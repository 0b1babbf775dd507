"""What the test set says of the network: by class, by mistake, by confidence, and as points in space."""

from __future__ import annotations

from model.runs import Run
from visualization.views import classes, confidence, embedding, mistakes, sections

_SECTIONS = {
    "Classes": classes.draw,
    "Mistakes": mistakes.draw,
    "Confidence": confidence.draw,
    "Embedding": embedding.draw,
}


def draw(run: Run) -> None:
    """Draw the chosen section for the chosen run, step and picture."""
    sections.draw("evaluation", _SECTIONS, run)
