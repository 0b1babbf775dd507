"""What is said of a data set whose pictures are needed and are not here."""

from __future__ import annotations

from data import datasets, own
from model.runs import Run

__all__ = ["missing"]


def missing(run: Run, needed: str) -> str:
    """Why there is no `needed` ("its test pictures cannot be read"), and what to do about it."""
    data = run.data()
    if data is None and run.is_uploaded:
        return (
            f"No data set goes with {run.config().network.title}, so {needed}. Draw, or upload a picture; or load the "
            "model again in Model, Load, with a data set of its picture size and number of classes."
        )
    name = data.name if data else run.config().settings.dataset
    title = data.title if data else datasets.title(name)
    if own.is_own(name):
        return (
            f"{title} was deleted, or is on another machine, so {needed}. The run keeps its weights. Upload the same "
            "pictures again, and they are found."
        )
    return (
        f"{title} is not on this machine, so {needed}. Training on it downloads it; the digits of scikit-learn are "
        "always here."
    )
