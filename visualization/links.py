"""The network as nodes and links: what the browser needs to draw it, and what it shows in words.

The TypeScript half is frontend/src/links/contract.ts; tests/golden/links.json holds the two together.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from model.networks import INPUT, Dense, Dropout, Flatten, Network

SCHEMA: Final = 1
FEWEST, MOST, USUAL = 4, 16, 8
"""Nodes of a layer that are shown: the least and the most one may ask for, and how many without asking."""

_PASSING: Final = ("flatten", "dropout", "activation", "batch_normalization", "rescaling")
Order = Literal["number", "activity"]
Palette = Literal["perceptual", "sign"]


@dataclass(frozen=True, slots=True)
class LinksSettings:
    """How the links are to be seen.

    most: nodes shown of each layer, FEWEST..MOST; of the last layer all up to 12, else the likeliest 10.
    order: from top to bottom. palette: sign is green above zero, red below, blue the maximum. every_layer: flatten and
    dropout have columns too.
    """

    most: int = USUAL
    order: Order = "number"
    palette: Palette = "perceptual"
    every_layer: bool = False


def links(scene: Mapping[str, Any], settings: LinksSettings = LinksSettings()) -> dict[str, Any]:
    """The picture of the links over `scene`, which visualization.scene.scene makes: plain JSON data."""
    return {"schema": SCHEMA, "scene": dict(scene), "settings": dataclasses.asdict(settings)}


@dataclass(frozen=True, slots=True)
class Part:
    """A node of the layer before the answer. product: weight times activation."""

    node: int
    weight: float
    activation: float

    @property
    def product(self) -> float:
        """What it adds to the sum."""
        return self.weight * self.activation


@dataclass(frozen=True, slots=True)
class Example:
    """The sum of one output of the last dense layer: `score` is `bias` and all products; strongest: the largest two."""

    layer: str
    unit: int
    score: float
    bias: float
    count: int
    strongest: tuple[Part, ...]


def example(
    network: Network, activations: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]
) -> Example | None:
    """How the last dense layer comes to its largest sum; None for a network without one.

    activations: by layer name, "input" first, without the batch axis. weights: by "<layer>/<weight>".
    """
    for placed in reversed(network.placed()):
        layer = placed.layer
        if isinstance(layer, Dense):
            values = activations[placed.inputs[0]].ravel().astype(np.float64)
            kernel = weights[f"{layer.name}/kernel"].astype(np.float64)
            bias = weights.get(f"{layer.name}/bias", np.zeros(layer.units)).astype(np.float64)
            scores = values @ kernel + bias
            unit = int(scores.argmax())
            products = values * kernel[:, unit]
            strongest = np.argsort(-np.abs(products), kind="stable")[:2]
            parts = tuple(Part(int(node), float(kernel[node, unit]), float(values[node])) for node in strongest)
            return Example(layer.name, unit, float(scores[unit]), float(bias[unit]), len(values), parts)
    return None


def explanation(network: Network, settings: LinksSettings, shown: Example | None) -> str:
    """What the picture is and how it is computed, Markdown with this network's numbers; shown: None without Keras."""
    return "\n\n".join(
        paragraph for paragraph in (_nodes(network, settings), _lines(network), _sum(shown), _moving()) if paragraph
    )


def _nodes(network: Network, settings: LinksSettings) -> str:
    placed = network.placed()
    counts = {
        step.title: nodes
        for step, nodes in zip(placed, _node_counts(network), strict=True)
        if not isinstance(step.layer, Flatten | Dropout)
    }
    hidden = [f"{nodes - settings.most} of {nodes} in {title}" for title, nodes in list(counts.items())[:-1]
              if nodes > settings.most]  # fmt: skip
    rest = f"Behind each “⋮” are the others: {', '.join(hidden)}." if hidden else "No layer has more."
    return (
        f"**A column** is a layer of {network.title}, from the picture at the left to its "
        f"{math.prod(placed[-1].output_shape)} outputs. **A node** is a feature map, drawn small, or a unit, a circle. "
        f"Its number is the activation of its strongest neuron. Of each layer the {settings.most} strongest are shown, "
        f"fewer where the window is low. {rest}"
    )


def _node_counts(network: Network) -> list[int]:
    """For each layer how many maps or units it has; flattened maps stay maps, tokens and features are one."""
    maps = {INPUT: network.input_shape[2]}
    for step in network.placed():
        shape = step.output_shape
        same = math.prod(shape) == math.prod(step.input_shape) and step.layer.kind in _PASSING
        if len(shape) == 2:
            maps[step.layer.name] = 1
        else:
            maps[step.layer.name] = shape[-1] if len(shape) == 3 or not same else maps[step.inputs[0]]
    return [maps[layer.name] for layer in network.layers]


def _lines(network: Network) -> str:
    kinds = {layer.kind for layer in network.layers}
    through = []
    if kinds & {"max_pool2d", "global_max_pool2d"}:
        through.append("the largest value of a window passes with weight 1")
    if kinds & {"average_pool2d", "global_average_pool2d"}:
        through.append("each value of a mean of n has weight 1/n")
    if "batch_normalization" in kinds:
        through.append("normalization has the weight γ/√(variance + ε)")
    if kinds & {"add", "subtract", "concatenate"}:
        through.append("an input that is added or put behind another has weight 1, one that is taken away −1")
    if kinds & {"average", "maximum", "minimum"}:
        through.append("a mean of n inputs gives each 1/n, the largest or smallest of them has weight 1")
    if kinds & {"multiply", "keras_layer"}:
        through.append("into a product, or a layer that only Keras knows, no lines are drawn, as it has no such shares")
    direct = f" From map to map alone: {'; '.join(through)}." if through else ""
    return (
        "**A line** is a contribution: weight × activation, summed over all values of the node at its left that reach "
        "the strongest neuron of the node at its right. All contributions to a neuron, those of hidden nodes too, and "
        f"its bias add up to what its activation function gets.{direct} A solid line adds, a dashed one takes away; "
        "the widest is the strongest between the nodes shown of two layers. Into each node at most 6 are drawn. "
        "Layer-wise relevance propagation starts from the same products ([Bach et al. 2015]"
        "(https://doi.org/10.1371/journal.pone.0130140)); they say what went into a sum, not what would happen without."
    )


def _sum(shown: Example | None) -> str:
    if shown is None:
        return ""
    title = shown.layer.replace("_", " ")
    parts = " and ".join(
        f"{part.product:+.3f} from value {part.node} (weight {part.weight:.3f} × activation {part.activation:.3f})"
        for part in shown.strongest
    )
    return (
        f"**Here** the largest sum in {title} is that of unit {shown.unit}: {shown.score:.3f} = bias {shown.bias:+.3f} "
        f"and {shown.score - shown.bias:+.3f} from {shown.count:,} products. The strongest are {parts}."
    )


def _moving() -> str:
    return (
        "**While you draw**, a node stays until another is stronger by a quarter, so that the picture keeps still; "
        "when the pen is up the choice is exact. Weights are the snapshot's, without edits made in the 3D scene."
    )
