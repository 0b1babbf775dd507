"""Whether a picture is one of the classes at all, by a threshold that was chosen on validation data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from data import datasets
from model import rejection
from model.analyses import Analysis, AnalysisState
from model.engine import engine
from visualization import charts, strangers
from visualization.state import Shown


def question(shown: Shown) -> Analysis:
    """What is computed of a snapshot before it can be told."""
    return Analysis.of("strangers", shown.run, shown.step)


def passes(shown: Shown, activations: Mapping[str, np.ndarray], share: float) -> bool | None:
    """Whether the picture with these activations is near enough to training pictures; None where nobody knows yet.

    activations: by layer, as traces are; share: of the validation pictures that the threshold lets through, 0..1.
    """
    result = engine().analyses.standing(question(shown)).result
    if result is None:
        return None
    vector = rejection.unit(activations[rejection.hidden_layer(shown.run.config().network)][None])
    return bool(rejection.distances(vector, result["reference"])[0] <= strangers.distance(result).limit(share))


def ask(shown: Shown) -> None:
    """Have it computed for a picture that nobody has named, unless it was asked for before; takes some seconds."""
    data, analyses = shown.run.data(), engine().analyses
    if data is None or not datasets.is_here(data.name):
        return
    if analyses.standing(question(shown)).state is AnalysisState.ABSENT:
        analyses.start(question(shown))


def is_on_its_way(shown: Shown) -> bool:
    """Whether a worker computes what tells it."""
    return engine().analyses.standing(question(shown)).state.is_active


def words(answer: np.ndarray, names: Sequence[str], near: bool | None) -> str:
    """What the network reads, Markdown: "Reads **7** with 99.1 %"; answer float32 (classes,), near as `passes` says."""
    winner = int(answer.argmax())
    share = charts.percent(float(answer[winner]))
    return (
        f"None of these, most like **{names[winner]}** ({share})"
        if near is False
        else f"Reads **{names[winner]}** with {share}"
    )
