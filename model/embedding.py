"""A layer's activations of the test set as points in space, by principal components or t-SNE, and what lies near."""

from __future__ import annotations

import contextlib
import math
import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from data import datasets
from model.analyses import Analysis, Arrays, Report
from model.points import AXES, SEED, evenly
from model.reading import dataset_of, read
from model.run import Run

_MOST_VALUES = 20_000_000
"""Activations looked at together, 80 MB of float32: of very wide layers, fewer pictures."""
PERPLEXITY: Final = 30.0
_REDUCED = 50
"""Principal components that t-SNE starts from, as its authors do: what is left out is mostly noise."""
_ITERATIONS = 1000


def components(analysis: Analysis, report: Report) -> Arrays:
    """The test set's activations of a layer along the three axes in which they differ most.

    Options: layer; drawn: points returned at most. Returns "numbers" int32 (points,) of the test images, the same
    share of each class; "points" float32 (points, 3); "answers" uint8 (points,) and "confidences" float32 (points,),
    what the network reads; "variance" float32 (3,), each axis's share, 0..1; "mean" float32 (units,) and "axes"
    float32 (3, units), which place any other picture; "fitted" int32 (1,), the pictures the axes are computed from.
    """
    layer, drawn = _option(analysis, "layer", str), _option(analysis, "drawn", int)
    run = Run(analysis.run_path)
    data = dataset_of(run)
    fitted = evenly(data.y_test, _affordable(run, layer), SEED)
    activations, answers = read(run, analysis.step, data.x_test[fitted], report, "test images", layer)
    found = _principal(activations, AXES)
    shown = evenly(data.y_test[fitted], drawn, SEED)
    points = (activations[shown] - found.mean) @ found.axes.T
    return {
        "numbers": fitted[shown],
        "points": points.astype(np.float32),
        "answers": answers[shown].argmax(axis=1).astype(np.uint8),
        "confidences": answers[shown].max(axis=1),
        "variance": found.variance,
        "mean": found.mean,
        "axes": found.axes,
        "fitted": np.array([len(fitted)], np.int32),
    }


def neighbourhoods(analysis: Analysis, report: Report) -> Arrays:
    """The test set's activations of a layer by t-SNE in three dimensions: near stays near, far means little.

    Options: layer; drawn: test images at most, the same share of each class. Begins at the principal components, with
    SEED. Returns "numbers", "points", "answers" and "confidences" as `components`, "divergence" float32 (1,), the
    Kullback-Leibler divergence in nats that is left, and "iterations" int32 (1,).
    L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008).
    """
    layer, drawn = _option(analysis, "layer", str), _option(analysis, "drawn", int)
    run = Run(analysis.run_path)
    data = dataset_of(run)
    numbers = evenly(data.y_test, min(drawn, _affordable(run, layer)), SEED)
    activations, answers = read(run, analysis.step, data.x_test[numbers], report, "test images", layer)
    if activations.shape[1] > _REDUCED:
        found = _principal(activations, _REDUCED)
        activations = (activations - found.mean) @ found.axes.T
    if activations.shape[1] < AXES:  # t-SNE begins at principal components, of which there are too few
        activations = np.pad(activations, ((0, 0), (0, AXES - activations.shape[1])))
    perplexity = min(PERPLEXITY, (len(numbers) - 1) / 3)
    spread = float(activations.std())
    begin: Any = "pca" if spread > 0 else "random"  # all in one place: nothing to begin from
    model = TSNE(AXES, perplexity=perplexity, init=begin, random_state=SEED, max_iter=_ITERATIONS, verbose=2)
    with contextlib.redirect_stdout(_Listener(report)):
        points = model.fit_transform(activations)
    return {
        "numbers": numbers,
        "points": points.astype(np.float32),
        "answers": answers.argmax(axis=1).astype(np.uint8),
        "confidences": answers.max(axis=1),
        "divergence": np.array([model.kl_divergence_], np.float32),
        "iterations": np.array([model.n_iter_ + 1], np.int32),
    }


def nearest(analysis: Analysis, report: Report) -> Arrays:
    """The pictures whose activations of a layer are nearest to the chosen picture's, by Euclidean distance.

    Options: layer; among: "training", the images that the run trained on, or "test"; searched: how many of them at
    most, the same share of each class by SEED; count: how many are returned. Returns "numbers" int32 (count,) within
    that part of the data set, nearest first, "distances" float32 (count,), "searched" int32 (1,), "of" int32 (1,).
    """
    run, layer = Run(analysis.run_path), _option(analysis, "layer", str)
    among, searched = _option(analysis, "among", str), _option(analysis, "searched", int)
    pictures = _pictures(_Question(analysis.run_path, analysis.step, layer, among, searched), report)
    shape = run.config().network.input_shape
    pixels = np.frombuffer(analysis.pixels, np.uint8).reshape(1, *shape)
    activations, _ = read(run, analysis.step, pixels, report, "picture", layer)
    count = min(_option(analysis, "count", int), len(pictures.numbers))
    distances, places = pictures.index.kneighbors(activations, count)
    return {
        "numbers": pictures.numbers[places[0]],
        "distances": distances[0].astype(np.float32),
        "searched": np.array([len(pictures.numbers)], np.int32),
        "of": np.array([pictures.of], np.int32),
    }


@dataclass(frozen=True, slots=True)
class _Question:
    """Which activations are searched."""

    run_path: Path
    step: int
    layer: str
    among: str
    searched: int


@dataclass(frozen=True, slots=True, eq=False)
class _Pictures:
    """Pictures by the activations of one layer; numbers int32, within a part of the data set of `of` pictures."""

    numbers: np.ndarray
    index: NearestNeighbors
    of: int


# Two of 80 MB at most: while somebody draws, the network need not read the training set again for each stroke.
_known: OrderedDict[_Question, _Pictures] = OrderedDict()
_MOST_KNOWN = 2


def _pictures(question: _Question, report: Report) -> _Pictures:
    found = _known.get(question)
    if found is None:
        run = Run(question.run_path)
        data = dataset_of(run)
        pixels, labels = data.x_test, data.y_test
        if question.among == "training":
            trained, _ = datasets.split(len(data.y_train), run.config().settings.validation_fraction)
            pixels, labels = data.x_train[trained], data.y_train[trained]
        numbers = evenly(labels, min(question.searched, _affordable(run, question.layer)), SEED)
        words = f"{question.among} images"
        activations, _ = read(run, question.step, pixels[numbers], report, words, question.layer)
        found = _Pictures(numbers, NearestNeighbors(algorithm="brute").fit(activations), len(labels))
        _known[question] = found
    _known.move_to_end(question)
    while len(_known) > _MOST_KNOWN:
        _known.popitem(last=False)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Principal:
    """mean float32 (units,), axes float32 (count, units), variance float32 (count,): shares, 0 for missing axes."""

    mean: np.ndarray
    axes: np.ndarray
    variance: np.ndarray


def _principal(activations: np.ndarray, count: int) -> _Principal:
    """The principal components of (pictures, units), filled with zeros where there are fewer than `count`."""
    pictures, units = activations.shape
    axes, variance = np.zeros((count, units), np.float32), np.zeros(count, np.float32)
    there = min(count, pictures, units)
    if activations.std(axis=0).max() > 0:  # else the share of nothing in nothing
        model = PCA(there, random_state=SEED).fit(activations)
        axes[:there], variance[:there] = model.components_, model.explained_variance_ratio_
    return _Principal(activations.mean(axis=0, dtype=np.float64).astype(np.float32), axes, variance)


class _Listener:
    """A place for what t-SNE prints, which is how scikit-learn says where it is: every 50 iterations.

    Its public interface has no callback, and takes no fewer than 250 iterations in one call; calls in a row would begin
    each with momentum and step sizes of the start, and end elsewhere. What is raised here ends the computation.
    """

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> int:
        found = re.search(r"Iteration (\d+)", text)
        self._report("iterations", int(found[1]) if found else 0, _ITERATIONS)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept."""


def _affordable(run: Run, layer: str) -> int:
    """How many pictures' activations of the layer are looked at together at most."""
    units = next(
        (math.prod(found.output_shape) for found in run.config().network.placed() if found.layer.name == layer), 1
    )
    return max(2, _MOST_VALUES // units)


def _option(analysis: Analysis, name: str, kind: type) -> Any:
    return kind(dict(analysis.options)[name])
