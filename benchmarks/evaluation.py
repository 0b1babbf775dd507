"""What the Evaluation view asks of the whole test set.

    python -m benchmarks.evaluation

Needs MNIST, from STRATA_MNIST or Keras's cache; the network is the pretrained one. One process with Keras imported and
the images in memory, as the analysis worker is. Keys:

evaluate_s    the whole test set read, answers compared with training pictures, scribbles made, and every figure of
              Classes, Mistakes and Confidence made, compiling included: what the first look at a snapshot costs
"""

from __future__ import annotations

import json
import time

from data import datasets
from data.datasets import Dataset
from model import calibration
from model.analyses import Analysis
from model.readings import Readings
from model.runs import PRETRAINED, Run
from visualization import confusion, examined_pictures, reliability, strangers

SHARE = 0.99


def evaluated(run: Run, dataset: Dataset) -> dict[str, float]:
    """Everything that the sections on the whole test set show of the newest snapshot."""
    from model import evaluation  # Keras, imported before the clock starts

    step = run.snapshot_steps()[-1]
    began = time.perf_counter()
    answers = evaluation.answers(Analysis.of("answers", run, step), _silent)
    others = evaluation.strangers(Analysis.of("strangers", run, step), _silent)
    readings, names = Readings(answers["probabilities"], dataset.y_test), dataset.class_names
    readings.evaluation()
    scores = strangers.distance(others)
    figures = [
        *(confusion.matrix(answers["confusion"], names, rates=rates) for rates in (False, True)),
        reliability.diagram(calibration.reliability(readings.confidence, readings.right)),
        strangers.histogram(scores, scores.limit(SHARE)),
    ]
    for numbers in (readings.worst(), readings.least_sure(), readings.cell(4, 4)):
        some = [int(number) for number in numbers[:24]]
        figures.append(examined_pictures.gallery(dataset.x_test[some][..., 0], some, readings, names, 6))
    for figure in figures:
        figure.to_json()
    return {"evaluate_s": round(time.perf_counter() - began, 2)}


def _silent(words: str, done: int, total: int) -> None:
    """What reports to nobody."""


def main() -> None:
    """Measure and print."""
    run, dataset = Run(PRETRAINED), datasets.load("mnist")
    print(json.dumps({**evaluated(run, dataset)}))


if __name__ == "__main__":
    main()
