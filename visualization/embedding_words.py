"""What is said of the points in space, with their own numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from model.analyses import Arrays
from model.networks import PlacedLayer
from model.points import SEED
from visualization import charts
from visualization.embedding import Points
from visualization.pictures import Picture


def title(layer: PlacedLayer, method: str) -> str:
    """What the points are."""
    return f"Test pictures as {layer.title} sees them, by {method}"


def cloud(result: Arrays, found: Points, layer: PlacedLayer, images: int) -> str:
    """What the points are and how they were computed: Markdown."""
    units = layer.output_shape[0]
    wrong = int(found.wrong.sum())
    drawn = f"Drawn are {_of(len(found.numbers), images)} test images, the same share of each class, by seed {SEED}"
    how = _components(result, units) if "variance" in result else _neighbourhoods(result, units)
    return (
        f"Layer **{layer.title}** turns each picture into {units:,} numbers: a point in a space of {units:,} "
        f"dimensions. {how}\n\n"
        f"{drawn}; {wrong:,} of them the network reads wrong, each in a ring. The sign of a point is its true class. "
        "Pictures that the layer finds alike lie close together: where classes are apart, the layers behind have an "
        "easy task, and a ringed point often lies among those it is mistaken for.\n\n"
        "Rest the pointer on a point for its picture, click it to choose that picture, click a class in the legend to "
        "hide it. The diamond is the picture chosen now."
    )


def _components(result: Arrays, units: int) -> str:
    shares = result["variance"]
    listed = ", ".join(charts.percent(float(share)) for share in shares)
    return (
        "Principal component analysis finds the directions in it along which the points differ most, each at right "
        f"angles to the others; the three axes are the first three. They hold {listed} of the variance, together "
        f"{charts.percent(float(shares.sum()))}: the rest lies in the {max(units - 3, 0):,} directions that are not "
        f"seen. Computed from {int(result['fitted'][0]):,} test images with scikit-learn (K. Pearson, Philosophical "
        "Magazine 2 (1901))."
    )


def _neighbourhoods(result: Arrays, units: int) -> str:
    first = f"the {units:,} numbers reduced to their 50 principal components, " if units > 50 else ""
    return (
        "t-SNE moves points about in three dimensions until those that are near each other there are those that are "
        f"near in the layer: {first}each picture with about 30 neighbours (perplexity 30), begun at the principal "
        f"components, seed {SEED}, {int(result['iterations'][0]):,} iterations; a Kullback-Leibler divergence of "
        f"{float(result['divergence'][0]):.2f} nats is left. Only nearness means something: not the distance between "
        "groups, not their size, and the axes have no unit. The chosen picture stands at the mean of the 5 drawn "
        "pictures that are nearest to it in the layer, the nearer the heavier. Computed with scikit-learn (L. van der "
        "Maaten and G. Hinton, Journal of Machine Learning Research 9 (2008))."
    )


def nearest(found: Arrays, labels: np.ndarray, layer: PlacedLayer, picture: Picture, class_names: Sequence[str]) -> str:
    """What the nearest pictures are and how they were found: Markdown."""
    searched, of = int(found["searched"][0]), int(found["of"][0])
    counts = np.bincount(labels, minlength=len(class_names))
    most = int(counts.argmax())
    by_seed = f", the same share of each class by seed {SEED}," if searched < of else ""
    return (
        f"Of {_of(searched, of)} images that this network was trained on{by_seed} these {len(labels)} are nearest to "
        f"{picture.caption}, by the Euclidean distance between the {layer.output_shape[0]:,} numbers that "
        f"**{layer.title}** makes of each: the root of the summed squared differences. The nearest is at "
        f"{float(found['distances'][0]):.3f}; {int(counts[most])} of the {len(labels)} are of class "
        f"{class_names[most]}. Where the nearest are far, or of several classes, the network has seen little like it. "
        "(T. Cover and P. Hart, IEEE Transactions on Information Theory 13 (1967).)"
    )


def nearest_table(found: Arrays, labels: np.ndarray, class_names: Sequence[str]) -> str:
    """The nearest pictures as CSV, nearest first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["training image", "class", "distance"])
    for number, label, distance in zip(found["numbers"], labels, found["distances"], strict=True):
        writer.writerow([int(number), class_names[label], f"{distance:.6g}"])
    return text.getvalue()


def _of(part: int, whole: int) -> str:
    return f"all {whole:,}" if part == whole else f"{part:,} of {whole:,}"
