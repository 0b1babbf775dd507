"""Whether a picture is one of the classes at all, by a threshold that was chosen on validation data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from model import rejection
from model.analyses import Analysis
from model.engine import engine
from visualization import strangers
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
