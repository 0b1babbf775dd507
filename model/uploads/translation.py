"""From a Keras model to our description of it and its weights.

Every call becomes layers of our own kinds where these compute the same; else a `keras_layer`, which runs in the worker;
else the model is refused with the reason. `reader` proves the result with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import keras
import numpy as np

from model import layers
from model.foreign_building import described, weight_names
from model.layers import Layer
from model.networks import Network
from model.placing import INPUT
from model.uploads import kinds
from model.uploads.classes import INACTIVE
from model.uploads.flattening import Call, flatten
from model.uploads.limits import CLASSES, PICTURE_CHANNELS, PICTURE_SIDE, UploadError, refuse
from model.uploads.values import RANGES, Range

_SCALED = "scaled"
_SMALL_SCALE = 0.05
"""A first Rescaling by less than this brings 0..255 to about 0..1."""


@dataclass(slots=True)
class Translated:
    """What a model became. weights: float32 by "<layer>/<weight>"; notes: sentences for the person who uploaded it.

    For the proof: `places` are Keras's tensors and the names of our layers that must have the same values; input_scale
    is what brings our 0..1 to Keras's input; `was_probable` and `one_unit` say what Keras's own answer is.
    """

    network: Network
    weights: dict[str, np.ndarray]
    notes: list[str]
    places: list[tuple[str, keras.KerasTensor]]
    input_scale: tuple[float, float]
    was_probable: bool
    one_unit: bool


@dataclass(slots=True)
class _Draft:
    """The network as it grows."""

    layers: list[Layer] = field(default_factory=list)
    wires: dict[str, tuple[str, ...]] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    places: list[tuple[str, keras.KerasTensor]] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=lambda: {INPUT: INPUT})
    """By the name of a call, the name of our layer whose output is the call's."""
    input_scale: tuple[float, float] = (1.0, 0.0)
    was_probable: bool = True
    one_unit: bool = False

    def add(self, part: kinds.Part) -> None:
        """One more layer, wired, with its weights."""
        self.layers.append(part.layer)
        self.wires[part.layer.name] = part.reads
        self.weights |= {f"{part.layer.name}/{name}": array for name, array in part.weights.items()}


def translate(model: keras.Model, title: str, values: Range = "0..1") -> Translated:
    """Our description of `model` and its weights; raises UploadError or NetworkError for what we cannot describe."""
    calls = flatten(model)
    shape = _picture(tuple(model.inputs[0].shape[1:]))
    draft = _Draft()
    calls = _scale(draft, _without_inactive(draft, calls), values, shape[-1])
    for call in calls:
        _take(draft, call)
    if not calls or not draft.layers:
        raise UploadError("The model has no layers that compute. Expected a classifier. Upload another.")
    _end(draft, calls)
    network = Network(
        name=kinds.plain_name(title),
        title=title,
        input_shape=shape,
        layers=tuple(draft.layers),
        wires=tuple(_needed_wires(draft)),
    )
    network.placed()
    return Translated(
        network,
        draft.weights,
        draft.notes,
        draft.places,
        draft.input_scale,
        draft.was_probable,
        draft.one_unit,
    )


def _picture(shape: tuple[int | None, ...]) -> tuple[int, int, int]:
    match shape:
        case (int(rows), int(columns), int(channels)) if (
            1 <= rows <= PICTURE_SIDE and 1 <= columns <= PICTURE_SIDE and channels in (1, PICTURE_CHANNELS)
        ):
            return rows, columns, channels
    raise refuse(
        f"The model reads the shape {shape}.",
        f"(rows, columns, channels) with up to {PICTURE_SIDE}x{PICTURE_SIDE} pixels and 1 or 3 channels",
        "Build it with a fixed input shape of that size.",
    )


def _scale(draft: _Draft, calls: tuple[Call, ...], values: Range, channels: int) -> tuple[Call, ...]:
    """Bring our 0..1 to what the model reads, together with its own first Rescaling; returns the calls left."""
    draft.input_scale = RANGES[values]
    first = calls[0] if calls else None
    by, plus = np.ones(channels), np.zeros(channels)
    if first is not None and isinstance(first.operation, keras.layers.Rescaling) and _read_alone(calls):
        by, plus = (np.broadcast_to(one, channels) for one in kinds.rescaling(first))
        if np.all(np.abs(by) < _SMALL_SCALE):
            draft.input_scale = RANGES["0..255"]
            draft.notes.append("Its first layer rescales, so it reads pixels of 0 to 255.")
        draft.ends[first.name], calls = INPUT, calls[1:]
    scale, offset = draft.input_scale[0] * by, draft.input_scale[1] * by + plus
    if not (np.allclose(scale, 1, rtol=1e-6) and np.allclose(offset, 0, atol=1e-7)):
        layer = layers.Rescaling(_SCALED, kinds.number(scale), kinds.number(offset))
        taken = any(call.name == _SCALED for call in calls)
        draft.add(kinds.Part(replace(layer, name="scaled_input") if taken else layer, (INPUT,), {}))
        name = draft.layers[0].name
        draft.ends |= dict.fromkeys(draft.ends, name)
    return calls


def _without_inactive(draft: _Draft, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The calls that do something after training, reading past the others."""
    instead: dict[str, str] = {}
    kept = []
    for call in calls:
        reads = tuple(instead.get(read, read) if isinstance(read, str) else read for read in call.reads)
        name = type(call.operation).__name__
        if name in INACTIVE:
            instead[call.name] = _one(call, reads)
            if name not in ("Identity", "ActivityRegularization"):
                draft.notes.append(f"{call.name} ({name}) acts while training only, and is left out.")
        else:
            kept.append(replace(call, reads=reads))
    return tuple(kept)


def _read_alone(calls: tuple[Call, ...]) -> bool:
    """Whether nothing but the first call reads the picture itself."""
    return not any(INPUT in call.reads for call in calls[1:])


def _take(draft: _Draft, call: Call) -> None:
    """Translate one call."""
    reads = tuple(draft.ends[read] if isinstance(read, str) else read for read in call.reads)
    parts = kinds.parts(call, reads)
    if parts is None:
        parts = [_foreign(call, reads)]
    for part in parts:
        draft.add(part)
    draft.ends[call.name] = parts[-1].layer.name
    if call.output is not None:
        draft.places.append((parts[-1].layer.name, call.output))


def _one(call: Call, reads: tuple[str | float, ...]) -> str:
    """The one layer that a call reads, given once or (by attention) several times."""
    if len(set(reads)) == 1 and isinstance(reads[0], str):
        return reads[0]
    raise UploadError(
        f"Layer {call.name} ({type(call.operation).__name__}) reads {len(set(reads))} inputs. Expected one: of layers "
        "that merge, Add, Subtract, Multiply, Average, Maximum, Minimum and Concatenate are known. Use one of these."
    )


def _foreign(call: Call, reads: tuple[str | float, ...]) -> kinds.Part:
    """A layer that Keras alone computes."""
    layer = described(call.operation, call.name, call.input_shapes[0])
    arrays = [np.asarray(variable.numpy(), np.float32) for variable in call.operation.weights]
    return kinds.Part(layer, (_one(call, reads),), dict(zip(weight_names(call.operation), arrays, strict=True)))


def _end(draft: _Draft, calls: Iterable[Call]) -> None:
    """Make the last layer a probability for each class."""
    _fuse_activation(draft)
    shape = _last_shape(calls)
    last = draft.layers[-1]
    if shape == (1,):
        _two_classes(draft)
        return
    few, many = CLASSES
    if len(shape) != 1 or not few <= shape[0] <= many:
        raise refuse(
            f"The model answers with the shape {shape}.", f"one value for each of {few} to {many} classes",
            "Upload a classifier, or put a dense layer with a unit for each class at its end.",
        )  # fmt: skip
    if getattr(last, "activation", "linear") in ("softmax", "sigmoid"):
        return
    draft.was_probable = False
    draft.notes.append("It ends with logits: a softmax was added, so that the answer is a probability for each class.")
    if isinstance(last, layers.Dense) and last.activation == "linear":
        draft.layers[-1] = replace(last, activation="softmax")
    else:
        draft.add(kinds.Part(layers.Activation(_free(draft, "probabilities"), "softmax"), (last.name,), {}))
    draft.places = [place for place in draft.places if place[0] != draft.layers[-1].name]


def _last_shape(calls: Iterable[Call]) -> tuple[int, ...]:
    *_, last = calls
    return last.output_shape


def _fuse_activation(draft: _Draft) -> None:
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


def _two_classes(draft: _Draft) -> None:
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
    draft.notes.append("Its one sigmoid unit p became two classes with the probabilities 1 - p and p.")
    draft.was_probable, draft.one_unit = last.activation == "sigmoid", True


def _free(draft: _Draft, name: str) -> str:
    taken = {layer.name for layer in draft.layers}
    return next(one for one in (name, *(f"{name}_{place}" for place in range(2, 99))) if one not in taken)


def _needed_wires(draft: _Draft) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The wires of layers that do not simply read the one before them."""
    before: str = INPUT
    for layer in draft.layers:
        if draft.wires[layer.name] != (before,):
            yield layer.name, draft.wires[layer.name]
        before = layer.name
