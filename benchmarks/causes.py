"""What benchmarks.evaluation measures of Causes: a knock-out, a ranking, and how well a logit's parts add up."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.silence import silent
from data.datasets import Dataset
from model import muting
from model.analyses import Analysis, Arrays
from model.runs import Run

LAYER = "conv_2"
EXPLAINED = 1000
_BATCH = 256
_CHUNK = 100  # pictures explained together


def knockout_figures(run: Run, dataset: Dataset) -> dict[str, float]:
    """Seconds of a knock-out and of a ranking, ours and the naive one, and how far the two rankings differ."""
    from model import knockout  # Keras, imported before the clock starts

    step = run.snapshot_steps()[-1]
    one = Analysis.of("knockout", run, step, muted=muting.encoded({LAYER: (17,)}), replacement="zero")
    knockout_s, _ = _timed(lambda: knockout.knockout(one, silent))
    ranking = Analysis.of("ranking", run, step, layer=LAYER, replacement="zero")
    ranking_s, ranked = _timed(lambda: knockout.ranking(ranking, silent))
    began = time.perf_counter()
    losses, accuracies = _naive(run, dataset)
    naive_s = time.perf_counter() - began
    ours = ranked["hits"].sum(axis=1) / len(dataset.y_test)
    difference = max(np.abs(ranked["loss"] - losses).max(), np.abs(ours - accuracies).max())
    return {
        "knockout_s": round(knockout_s, 2),
        "ranking_s": round(ranking_s, 2),
        "naive_ranking_s": round(naive_s, 2),
        "ranking_share": round(ranking_s / naive_s, 3),
        "ranking_difference": float(difference),
    }


def attribution_figures(run: Run, dataset: Dataset) -> dict[str, float]:
    """How well pixels and biases add up to every logit."""
    from model.attribution import Explained, contrast

    explained = Explained(run.config().network, run.weights(run.snapshot_steps()[-1]))
    worst = 0.0
    for start in range(0, EXPLAINED, _CHUNK):
        images = dataset.x_test[start : start + _CHUNK].astype(np.float64) / 255
        logits = explained.logits(images)
        for goal in range(logits.shape[1]):
            sums = explained.parts(images, contrast(goal, -1, logits.shape[1])).sums
            worst = max(worst, float(np.abs(sums - logits[:, goal]).max()))
    return {"attribution_residual": worst}


def _timed(compute: Callable[[], Arrays]) -> tuple[float, Arrays]:
    began = time.perf_counter()
    result = compute()
    return time.perf_counter() - began, result


def _naive(run: Run, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy and accuracy without each filter of LAYER, by Keras alone."""
    from model.building import build, set_weights

    weights = run.weights(run.snapshot_steps()[-1])
    model = build(run.config().network)
    set_weights(model, weights)
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    images = dataset.x_test.astype(np.float32) / 255
    layer, found = model.get_layer(LAYER), []
    for channel in range(layer.filters):
        kernel, bias = weights[f"{LAYER}/kernel"].copy(), weights[f"{LAYER}/bias"].copy()
        kernel[..., channel], bias[channel] = 0, 0
        layer.set_weights([kernel, bias])
        found.append(model.evaluate(images, dataset.y_test, batch_size=_BATCH, verbose=0))
    losses, accuracies = np.array(found).T
    return losses, accuracies
