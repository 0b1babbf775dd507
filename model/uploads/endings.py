"""The end of an uploaded model: whatever it answers with becomes a probability for each class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from model import layers
from model.uploads import kinds
from model.uploads.draft import Draft, free
from model.uploads.flattening import Call
from model.uploads.limits import CLASSES, refuse


def end(draft: Draft, calls: Iterable[Call]) -> None:
    """Make the last layer a probability for each class."""
    _fuse_activation(draft)
    shape = _last_shape(calls)
    last = draft.layers[-1]
    if shape == (1,):
        _two_classes(draft)
        return
    few, many = CLASSES
    if len(shape) == 1 and shape[0] > many:
        raise refuse(
            f"The model tells {shape[0]:,} classes apart.", f"{few} to {many}, each of which has its place on the page",
            "Build it for fewer: keras.applications take classes=10 with weights=None, or include_top=False and a "
            "dense layer of one's own at the end, with a unit for each class.",
        )  # fmt: skip
    if len(shape) != 1 or not few <= shape[0] <= many:
        raise refuse(
            f"The model answers with the shape {shape}.", f"one value for each of {few} to {many} classes",
            "Upload a classifier, or put a dense layer with a unit for each class at its end.",
        )  # fmt: skip
    ending = getattr(last, "activation", "linear")
    if ending == "sigmoid":
        draft.notes.append(
            f"It ends with {shape[0]} sigmoids: independent probabilities, which need not add up to 1. The largest "
            "counts as what is read."
        )
    if ending in ("softmax", "sigmoid"):
        return
    draft.was_probable = False
    draft.notes.append("It ends with logits: a softmax was added, so that the answer is a probability for each class.")
    if isinstance(last, layers.Dense) and last.activation == "linear":
        draft.layers[-1] = replace(last, activation="softmax")
    else:
        name = free((layer.name for layer in draft.layers), "probabilities")
        draft.add(kinds.Part(layers.Activation(name, "softmax"), (last.name,), {}))
    draft.places = [place for place in draft.places if place[0] != draft.layers[-1].name]


def _last_shape(calls: Iterable[Call]) -> tuple[int, ...]:
    *_, last = calls
    return last.output_shape


def _fuse_activation(draft: Draft) -> None:
    """A dense layer and a softmax or sigmoid behind it become one: so the logits are the dense layer's sums."""
    if len(draft.layers) < 2:
        return
    dense, last = draft.layers[-2:]
    reads = draft.wires[last.name]
    if not (isinstance(dense, layers.Dense) and isinstance(last, layers.Activation) and reads == (dense.name,)):
        return
    readers = sum(dense.name in read for read in draft.wires.values())
    if dense.activation == "linear" and last.activation in ("softmax", "sigmoid") and readers == 1:
        draft.layers[-2:] = [replace(dense, activation=last.activation)]
        del draft.wires[last.name]
        draft.places = [
            (dense.name if name == last.name else name, tensor) for name, tensor in draft.places if name != dense.name
        ]


def _two_classes(draft: Draft) -> None:
    """One sigmoid unit, p, as two classes, 1 - p and p: the softmax of (0, z) is just that."""
    last = draft.layers[-1]
    if not isinstance(last, layers.Dense) or last.activation not in ("sigmoid", "linear"):
        raise refuse(
            "The model answers with one value.", "a dense layer with one sigmoid unit, or a unit for each class",
            "End it with one of these.",
        )  # fmt: skip
    for name, axis in (("kernel", 1), ("bias", 0)):
        array = draft.weights.get(f"{last.name}/{name}")
        if array is not None:
            draft.weights[f"{last.name}/{name}"] = np.concatenate([np.zeros_like(array), array], axis)
    draft.layers[-1] = replace(last, units=2, activation="softmax")
    draft.places = [place for place in draft.places if place[0] != last.name]
    said = "Its one sigmoid unit p" if last.activation == "sigmoid" else "It ends with one logit, whose sigmoid p"
    draft.notes.append(f"{said} became two classes with the probabilities 1 - p and p.")
    draft.was_probable, draft.one_unit = last.activation == "sigmoid", True
