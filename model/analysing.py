"""Which function computes which kind of analysis, in the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from model import analyses, evaluation, responses
from model.analyses import Analysis, Arrays, Report

KINDS: Final[dict[str, Callable[[Analysis, Report], Arrays]]] = {
    "answers": evaluation.answers,
    "responses": responses.responses,
}


def compute(analysis: Analysis, folder: Path) -> None:
    """Compute `analysis` into `folder`."""
    analyses.compute(analysis, folder, KINDS[analysis.kind])
