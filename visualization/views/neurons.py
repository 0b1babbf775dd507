"""What the parts of the network do with the chosen picture, and what each part is for."""

from __future__ import annotations

from model.runs import Run
from visualization.views import answer, filters, links, sections

_SECTIONS = {"Answer": answer.draw, "Links": links.draw, "Filters": filters.draw}


def draw(run: Run) -> None:
    """Draw the chosen section for the chosen run, step and picture."""
    sections.draw("neurons", _SECTIONS, run)
