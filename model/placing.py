"""Layers where they stand: what each reads, and every shape. A network is a graph whose layers are listed in order."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

from model.layers import Layer, Merge
from model.shapes import NetworkError, Shape

INPUT: Final = "input"
"""What the picture itself is called where layers name what they read."""
Wires = tuple[tuple[str, tuple[str, ...]], ...]
"""(layer, the names of what it reads), for each layer that does not simply read the one listed before it."""


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """A layer where it stands in its network: the names of what it reads, and shapes without the batch axis."""

    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape

    @property
    def input_shape(self) -> Shape:
        """The shape of what it reads; of a layer that merges, of the first."""
        return self.input_shapes[0]

    @property
    def weight_shapes(self) -> dict[str, Shape]:
        """The shape of each of its weights, by "<layer>/<weight>" as snapshots keep them."""
        shapes = self.layer.weight_shapes(self.input_shape)
        return {f"{self.layer.name}/{weight}": shape for weight, shape in shapes.items()}

    @property
    def parameters(self) -> int:
        """How many numbers it keeps, as Keras's count_params counts them."""
        return sum(math.prod(shape) for shape in self.weight_shapes.values())

    @property
    def title(self) -> str:
        """The layer's name for people: "conv 1"."""
        return self.layer.name.replace("_", " ").strip()


@functools.lru_cache(maxsize=64)
def place(title: str, input_shape: Shape, layers: tuple[Layer, ...], wires: Wires = ()) -> tuple[PlacedLayer, ...]:
    """Every layer with what it reads; raises NetworkError where that is not there or does not fit.

    Kept, since it is asked for often and takes long for hundreds of layers.
    """
    shapes: dict[str, Shape] = {INPUT: input_shape}
    wired = _checked_wires(title, layers, wires)
    placed: list[PlacedLayer] = []
    before = INPUT
    for layer in layers:
        if not layer.name or "/" in layer.name or layer.name in shapes:
            known = ", ".join(sorted(shapes) if len(shapes) < 20 else ["one of the others"])
            raise NetworkError(
                f"Network {title} has a layer named {layer.name!r}. Expected a name without a slash that is "
                f"not {known}. Give it another."
            )
        inputs = wired.get(layer.name, (before,))
        strangers = [name for name in inputs if name not in shapes]
        if strangers:
            later = any(strangers[0] == other.name for other in layers)
            where = "does not stand before it" if later else "is not there"
            raise NetworkError(
                f"Layer {layer.name} reads {strangers[0]!r}, which {where}. "
                "Expected the picture, input, or a layer listed before it."
            )
        read = tuple(shapes[name] for name in inputs)
        placed.append(PlacedLayer(layer, inputs, read, _output_shape(layer, read)))
        shapes[layer.name] = placed[-1].output_shape
        before = layer.name
    _check_all_are_read(title, placed)
    return tuple(placed)


def _output_shape(layer: Layer, shapes: tuple[Shape, ...]) -> Shape:
    if isinstance(layer, Merge):
        return layer.output_shape(*shapes)
    if len(shapes) != 1:
        raise NetworkError(
            f"Layer {layer.name} of the kind {layer.kind} reads one input, received {len(shapes)}. "
            "Merge them before it."
        )
    return layer.output_shape(shapes[0])


def _checked_wires(title: str, layers: tuple[Layer, ...], wires: Wires) -> dict[str, tuple[str, ...]]:
    found = dict(wires)
    names = {layer.name for layer in layers}
    for name, inputs in wires:
        if name not in names:
            raise NetworkError(
                f"Network {title} wires a layer {name!r}, which is not there. Expected the name of a layer."
            )
        if not inputs:
            raise NetworkError(f"Layer {name} reads nothing. Expected at least one input in its wires.")
    if len(found) < len(wires):
        raise NetworkError(f"Network {title} wires a layer twice. Expected each once.")
    return found


def _check_all_are_read(title: str, placed: list[PlacedLayer]) -> None:
    read = {name for each in placed for name in each.inputs}
    for each in placed[:-1]:
        if each.layer.name not in read:
            raise NetworkError(
                f"Layer {each.layer.name} of {title} is read by no other. Expected one output, that of the "
                "last layer. Wire it or leave it out."
            )
