"""Which function computes which kind of analysis, in the worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from model import analyses, attribution, embedding, evaluation, knockout, responses, stress
from model.analyses import Analysis, Arrays, Report

KINDS: Final[dict[str, Callable[[Analysis, Report], Arrays]]] = {
    "answers": evaluation.answers,
    "attribution": attribution.attribution,
    "embedding_components": embedding.components,
    "embedding_nearest": embedding.nearest,
    "embedding_neighbourhoods": embedding.neighbourhoods,
    "knockout": knockout.knockout,
    "ranking": knockout.ranking,
    "responses": responses.responses,
    "strangers": evaluation.strangers,
    "stress_accuracy": stress.accuracy,
    "stress_curves": stress.curves,
}


def compute(analysis: Analysis, folder: Path) -> None:
    """Compute `analysis` into `folder`."""
    analyses.compute(analysis, folder, KINDS[analysis.kind])
