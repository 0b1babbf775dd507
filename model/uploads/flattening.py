"""A Keras model as one flat list of calls: models within models taken apart, every layer with a name of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import keras

from model.placing import INPUT
from model.uploads.limits import UploadError, quoted

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One layer or operation at work. reads: the names of calls before it, or numbers that stand in the graph.

    output: Keras's tensor, None within a nested model, whose tensors are not those of the whole.
    """

    name: str
    operation: Any
    reads: tuple[str | float, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    output_shape: tuple[int, ...]
    output: keras.KerasTensor | None


def flatten(model: keras.Model) -> tuple[Call, ...]:
    """All calls of `model`, each after what it reads, the answer last; raises UploadError for what is no such list."""
    graph = _graph(model)
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise UploadError(
            f"The model has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs. Expected one picture and one "
            "answer. Build a model of the part that you want to see."
        )
    flattening = _Flattening()
    last = flattening.take(graph, {id(graph.inputs[0]): INPUT}, prefix="", outermost=True)
    calls = flattening.calls
    if not calls or calls[-1].name != last:
        # The answer may be a tensor in the middle, where a nested model's other ends are not read.
        calls = _only_read(calls, last)
    return tuple(calls)


def _graph(model: keras.Model) -> Any:
    """The Functional model that a Sequential keeps within itself, or the model itself."""
    functional = model if hasattr(model, "_nodes_by_depth") else getattr(model, "_functional", None)
    if functional is None:
        raise UploadError(
            "The model was never built: nobody knows its shapes. Expected one with an input shape. Put keras.Input "
            "first, or call it once before saving."
        )
    return functional


def _only_read(calls: list[Call], last: str) -> list[Call]:
    needed, kept = {last}, []
    for call in reversed(calls):
        if call.name in needed:
            needed.update(read for read in call.reads if isinstance(read, str))
            kept.append(call)
    return kept[::-1]


class _Flattening:
    """Collects the calls of a model and of all models within it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._taken = {INPUT}
        self._called: set[int] = set()

    def take(self, graph: Any, names: dict[int, str], prefix: str, outermost: bool) -> str:
        """Add the calls of `graph`; names: of its inputs' tensors, by id. Returns the name of its output."""
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if not node.is_input:
                    self._node(node, names, prefix, outermost)
        return names[id(graph.outputs[0])]

    def _node(self, node: Any, names: dict[int, str], prefix: str, outermost: bool) -> None:
        operation, outputs = node.operation, node.output_tensors
        if len(outputs) != 1:
            raise UploadError(f"Layer {quoted(operation.name)} has {len(outputs)} outputs. Expected one. Leave it out.")
        self._once(operation)
        if isinstance(operation, keras.Model):
            inner = _graph(operation)
            if len(inner.inputs) != 1 or len(inner.outputs) != 1:
                raise UploadError(f"The model {quoted(operation.name)} within it has several ends. Expected one each.")
            read = names[id(node.input_tensors[0])]
            inside = self.take(inner, {id(inner.inputs[0]): read}, f"{prefix}{operation.name}_", False)
            names[id(outputs[0])] = inside
            return
        name = self._name(prefix + operation.name)
        given = [*node.arguments.args, *node.arguments.kwargs.values()]
        reads = tuple(_read(one, names) for one in _spread(given) if one is not None and not isinstance(one, bool))
        shapes = tuple(tuple(tensor.shape[1:]) for tensor in node.input_tensors)
        if any(None in shape for shape in (*shapes, outputs[0].shape[1:])):
            raise UploadError(f"Layer {name} has an output of open size. Expected fixed shapes. Fix the input's shape.")
        self.calls.append(
            Call(name, operation, reads, shapes, tuple(outputs[0].shape[1:]), outputs[0] if outermost else None)
        )
        names[id(outputs[0])] = name

    def _once(self, operation: Any) -> None:
        """Raise UploadError for weights that are used twice: a layer stands in one place here."""
        if getattr(operation, "weights", None):
            if id(operation) in self._called:
                raise UploadError(
                    f"Layer {quoted(operation.name)} is used in several places with the same weights. Expected each "
                    "layer in one place. Give each place a layer of its own."
                )
            self._called.add(id(operation))

    def _name(self, wanted: str) -> str:
        """A name that Keras and the run's files can bear, and that no other layer has."""
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", wanted).lstrip("_.-")[-_LONGEST_NAME:].lstrip("_.-") or "layer"
        name, place = plain, 2
        while name in self._taken:
            name, place = f"{plain}_{place}", place + 1
        self._taken.add(name)
        return name


def _spread(values: Any) -> list[Any]:
    """All values of nested lists, in order."""
    if isinstance(values, list | tuple):
        return [one for value in values for one in _spread(value)]
    return [values]


def _read(value: Any, names: dict[int, str]) -> str | float:
    if isinstance(value, keras.KerasTensor):
        return names[id(value)]
    if isinstance(value, int | float):
        return float(value)
    raise UploadError(f"A layer reads {quoted(type(value).__name__)}. Expected other layers' outputs. Rebuild it.")
