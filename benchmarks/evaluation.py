"""What the Evaluation and Causes views ask of the whole test set.

    python -m benchmarks.evaluation

Needs MNIST, from STRATA_MNIST or Keras's cache; the network is the pretrained one. One process with Keras imported and
the images in memory, as the analysis worker is. Keys:

evaluate_s    the whole test set read, answers compared with training pictures, scribbles made, and every figure of
              Classes, Mistakes and Confidence made, compiling included: what the first look at a snapshot costs
knockout_s            one filter of the second convolution muted, the whole test set read, the first time: with the
                      model built and its weights read
ranking_s             each of that layer's 64 filters muted alone, as model.knockout ranks them
naive_ranking_s       the same by zeroing a filter's weights and calling Keras's `model.evaluate` anew for each, in
                      batches of 256, which is where it is fastest here
ranking_share         ranking_s / naive_ranking_s
ranking_difference    the largest difference between the two in accuracy or mean cross-entropy
attribution_residual  largest |sum of the parts - Keras's logit|, 1,000 test images, each of the ten logits
"""

from __future__ import annotations

import json
import time

from benchmarks.causes import attribution_figures, knockout_figures
from benchmarks.silence import silent
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
    answers = evaluation.answers(Analysis.of("answers", run, step), silent)
    others = evaluation.strangers(Analysis.of("strangers", run, step), silent)
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


def main() -> None:
    """Measure and print."""
    run, dataset = Run(PRETRAINED), datasets.load("mnist")
    figures = (evaluated, knockout_figures, attribution_figures)
    print(json.dumps({key: value for measure in figures for key, value in measure(run, dataset).items()}))


if __name__ == "__main__":
    main()
