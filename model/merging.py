"""The layers that read several inputs: value by value, or one behind the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.shapes import NetworkError, Shape, Weightless


@dataclass(frozen=True, slots=True)
class Merge(Weightless):
    """What makes one output of two inputs or more."""

    name: str

    def output_shape(self, shape: Shape, *others: Shape) -> Shape:
        """The shape of the result; raises NetworkError for a single input and for shapes that do not go together."""
        if not others:
            raise NetworkError(f"Layer {self.name} merges. Expected at least two inputs, received one. Wire another.")
        return self._merged((shape, *others))

    def _merged(self, shapes: tuple[Shape, ...]) -> Shape:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Elementwise(Merge):
    """Value by value; a map of one cell, (1, 1, channels), counts at every place of the others."""

    def _merged(self, shapes: tuple[Shape, ...]) -> Shape:
        largest = max(shapes, key=lambda shape: shape[:-1])
        fitting = [largest, (1, 1, largest[-1])] if len(largest) == 3 else [largest]  # Keras would make maps of tokens
        if any(shape not in fitting for shape in shapes):
            raise NetworkError(
                f"Layer {self.name} merges value by value. Expected inputs of one shape, or of (1, 1, channels) beside "
                f"it, received {_listed(shapes)}."
            )
        return largest


@dataclass(frozen=True, slots=True)
class Add(Elementwise):
    """The sum of all inputs, as around a residual block."""

    kind: Literal["add"] = "add"


@dataclass(frozen=True, slots=True)
class Subtract(Elementwise):
    """The first input less the second."""

    kind: Literal["subtract"] = "subtract"

    def _merged(self, shapes: tuple[Shape, ...]) -> Shape:
        if len(shapes) != 2:
            raise NetworkError(f"Layer {self.name} subtracts. Expected two inputs, received {len(shapes)}.")
        return Elementwise._merged(self, shapes)


@dataclass(frozen=True, slots=True)
class Multiply(Elementwise):
    """The product of all inputs, as of maps with how much each is worth."""

    kind: Literal["multiply"] = "multiply"


@dataclass(frozen=True, slots=True)
class Average(Elementwise):
    """The mean of all inputs."""

    kind: Literal["average"] = "average"


@dataclass(frozen=True, slots=True)
class Maximum(Elementwise):
    """The largest of all inputs, value by value."""

    kind: Literal["maximum"] = "maximum"


@dataclass(frozen=True, slots=True)
class Minimum(Elementwise):
    """The smallest of all inputs, value by value."""

    kind: Literal["minimum"] = "minimum"


@dataclass(frozen=True, slots=True)
class Concatenate(Merge):
    """The channels of all inputs, or their units, one after the other: along the last axis."""

    kind: Literal["concatenate"] = "concatenate"

    def _merged(self, shapes: tuple[Shape, ...]) -> Shape:
        if len({shape[:-1] for shape in shapes}) > 1:
            raise NetworkError(
                f"Layer {self.name} puts channels behind each other. Expected inputs that differ in channels alone, "
                f"received {_listed(shapes)}."
            )
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


def _listed(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(str(shape) for shape in shapes)
