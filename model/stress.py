"""How far a picture can be changed before the network reads something else, and what moved pictures cost it."""

from __future__ import annotations

import numpy as np
from scipy import stats

from data import changes
from model import trials
from model.analyses import Analysis, Arrays, Report
from model.reading import dataset_of, read
from model.run import Run

CONFIDENCE = 0.95


def curves(analysis: Analysis, report: Report) -> Arrays:
    """What the network reads in the chosen picture, changed in every way of data.changes by every amount.

    The option "outside" is what model.trials.outside says of the picture; black without it.

    Returns, by the change's key, "<key>/pictures" uint8 (amounts, rows, columns, channels) and "<key>/probabilities"
    float32 (amounts, classes).
    """
    run = Run(analysis.run_path)
    picture = np.frombuffer(analysis.pixels, np.uint8).reshape(run.config().network.input_shape)
    asked = [(name, amount) for name, change in changes.CHANGES.items() for amount in change.amounts]
    comes_in = trials.background(picture, str(dict(analysis.options).get("outside", "")))
    made = []
    for done, (name, amount) in enumerate(asked):
        report("changed pictures", done, len(asked))
        made.append(changes.apply_to_channels(picture, name, amount, comes_in))
    pictures = np.stack(made)
    _, answers = read(run, analysis.step, pictures, report, "changed pictures")
    result: dict[str, np.ndarray] = {}
    first = 0
    for name, change in changes.CHANGES.items():
        part = slice(first, first + len(change.amounts))
        result |= {f"{name}/pictures": pictures[part], f"{name}/probabilities": answers[part]}
        first = part.stop
    return result


def accuracy(analysis: Analysis, report: Report) -> Arrays:
    """The share of model.trials' pictures that are read right, in each of the conditions for this data.

    Returns "right" int32 (conditions,), "pictures" int32 (1,), "interval" float32 (conditions, 2): Wilson's 95 %
    interval of each share, 0..1 (E. B. Wilson, JASA 22 (1927)).
    """
    run = Run(analysis.run_path)
    data = dataset_of(run)
    tried = trials.trials(data.y_test)
    conditions = trials.conditions(data)
    count, total = len(tried.numbers), len(tried.numbers) * len(conditions)
    right: list[int] = []
    for condition in conditions:
        made = []
        for place in range(count):
            report("test pictures", len(right) * count + place, total)
            made.append(trials.picture(data, tried, place, condition))
        _, answers = read(run, analysis.step, np.stack(made), _silent, "test pictures")
        right.append(int(np.count_nonzero(answers.argmax(axis=1) == data.y_test[tried.numbers])))
    intervals = [stats.binomtest(hits, count).proportion_ci(CONFIDENCE, "wilson") for hits in right]
    return {
        "right": np.array(right, np.int32),
        "pictures": np.array([count], np.int32),
        "interval": np.array([[found.low, found.high] for found in intervals], np.float32),
    }


def _silent(words: str, done: int, total: int) -> None:
    """For what takes no time beside what was reported before it."""
