"""Models that somebody might upload with bad intent, or by mistake: made here, byte by byte, and tried.

`cases` makes them, `attempt` sends one the whole way of an upload. Whatever carries code would, if it ran, create the
marker file. Nothing here needs Keras to be made, but h5py for the files of weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from model.uploads import admission
from model.uploads.limits import UploadError
from tests.model import hostile_archives, hostile_configs, hostile_costs, hostile_weights, hostile_wrappers

__all__ = ["Case", "attempt", "cases"]


@dataclass(frozen=True, slots=True)
class Case:
    """One upload. stage: who must refuse it, the process before it imports Keras ("check"), or with it ("keras").

    reason: words that the refusal must have.
    """

    name: str
    content: bytes
    stage: str
    reason: str = ""


def cases(marker: Path) -> Iterator[Case]:
    """All of them; marker: the file that code within them would create."""
    good = hostile_configs.model(hostile_configs.LAYERS)
    for name, content in hostile_archives.cases(marker, good):
        yield Case(f"file: {name}", content, "check")
    for name, config in [*hostile_configs.cases(marker), *hostile_wrappers.cases()]:
        yield Case(f"config: {name}", hostile_archives.packed(config), "check")
    for name, content in hostile_weights.cases(marker):
        yield Case(f"weights: {name}", content, "check")
    for name, config, weights in hostile_weights.keras_cases():
        yield Case(f"keras: {name}", hostile_archives.packed(config, weights), "keras")
    for name, config, weights, reason in hostile_costs.cases():
        yield Case(f"costs: {name}", hostile_archives.packed(config, weights), "keras", reason)


def attempt(case: Case) -> str | None:
    """Why the upload is refused; None if it was accepted. Anything but a refusal in words is raised: a bug."""
    try:
        admission.read(case.content, "model.h5" if case.content.startswith(b"\x89HDF") else "model.keras")
    except UploadError as error:
        return str(error)
    return None
