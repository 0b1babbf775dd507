"""The network itself: its layers and what they cost, everything to take away, and its addresses in the API."""

from __future__ import annotations

from model.runs import Run
from visualization.views import model_api, model_export, model_summary, own_model, sections

# A further section is a line here: its name, and a function that draws it for the chosen run.
_SECTIONS = {"Summary": model_summary.draw, "Load": own_model.draw, "Export": model_export.draw, "API": model_api.draw}


def draw(run: Run) -> None:
    """Draw the chosen section for the chosen run and step."""
    sections.draw("model", _SECTIONS, run)
