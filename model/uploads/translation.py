"""From a Keras model to our description of it and its weights.

Every call becomes layers of our own kinds where these compute the same; else a `keras_layer`, which runs in the worker;
else the model is refused with the reason. `reader` proves the result with numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import keras
import numpy as np

from model import layers
from model.foreign_building import described
from model.layers import Layer
from model.networks import Network
from model.placing import INPUT
from model.shapes import Shape
from model.uploads import kinds
from model.uploads.classes import INACTIVE
from model.uploads.draft import Draft, free
from model.uploads.endings import end
from model.uploads.flattening import Call, flatten
from model.uploads.limits import UploadError, refuse
from model.uploads.pictures import EXPECTED, picture_of
from model.uploads.values import RANGES, Range

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


def translate(model: keras.Model, title: str, values: Range = "0..1") -> Translated:
    """Our description of `model` and its weights; raises UploadError or NetworkError for what we cannot describe."""
    read = tuple(model.inputs[0].shape[1:]) if model.built else ()
    shape = _picture(read)
    calls = flatten(model)
    draft = Draft()
    calls = _scale(draft, _without_inactive(draft, calls), values, read)
    _shape(draft, calls, read)
    for call in calls:
        _take(draft, call)
    if not calls or not draft.layers:
        raise UploadError("The model has no layers that compute. Expected a classifier. Upload another.")
    end(draft, calls)
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
    found = picture_of(shape)
    if found is None:
        raise refuse(f"The model reads the shape {shape}.", EXPECTED, "Build it with a fixed input shape like that.")
    return found


def _scale(draft: Draft, calls: tuple[Call, ...], values: Range, shape: Shape) -> tuple[Call, ...]:
    """Bring our 0..1 to what the model reads, together with its own first Rescaling; returns the calls left."""
    draft.input_scale = RANGES[values]
    first = calls[0] if calls else None
    by, plus = np.ones(shape[-1]), np.zeros(shape[-1])
    if first is not None and _rescales(first, shape) and _read_alone(calls):
        by, plus = (np.broadcast_to(one, shape[-1]) for one in kinds.rescaling(first))
        if np.all(np.abs(by) < _SMALL_SCALE):
            draft.input_scale = RANGES["0..255"]
            draft.notes.append("Its first layer rescales, so it reads pixels of 0 to 255, whatever was chosen.")
        draft.ends[first.name], calls = INPUT, calls[1:]
    scale, offset = draft.input_scale[0] * by, draft.input_scale[1] * by + plus
    if not (np.allclose(scale, 1, rtol=1e-6) and np.allclose(offset, 0, atol=1e-7)):
        name = free((call.name for call in calls), "scaled")
        draft.add(kinds.Part(layers.Rescaling(name, kinds.number(scale), kinds.number(offset)), (INPUT,), {}))
        draft.ends |= dict.fromkeys(draft.ends, name)
    return calls


def _rescales(call: Call, shape: Shape) -> bool:
    """Whether it is a Rescaling that can be ours: of an input without channels, all values alike."""
    if not isinstance(call.operation, keras.layers.Rescaling):
        return False
    return len(shape) == 3 or all(np.ptp(one) == 0 for one in kinds.rescaling(call))


def _shape(draft: Draft, calls: tuple[Call, ...], shape: Shape) -> None:
    """Bring our picture to the shape that the model reads, where it has no axis of channels."""
    if len(shape) == 3:
        return
    taken = [call.name for call in calls]
    if len(shape) == 2:
        layer: Layer = layers.Reshape(free(taken, "rows_of_pixels"), shape)
        draft.notes.append(f"It reads {shape[0]} rows of {shape[1]} values: pictures of one channel.")
    else:
        layer = layers.Flatten(free(taken, "pixels_in_a_row"))
        draft.notes.append(f"It reads {shape[0]:,} values in a row: those of a square picture, row by row.")
    draft.add(kinds.Part(layer, (draft.ends[INPUT],)))
    draft.ends |= dict.fromkeys(draft.ends, layer.name)


def _without_inactive(draft: Draft, calls: tuple[Call, ...]) -> tuple[Call, ...]:
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


def _take(draft: Draft, call: Call) -> None:
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
    # By the description's names: a layer that was loaded may call those of a layer within it otherwise.
    names = [name for name, _ in layer.weights]
    return kinds.Part(layer, (_one(call, reads),), dict(zip(names, arrays, strict=True)))


def _needed_wires(draft: Draft) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The wires of layers that do not simply read the one before them."""
    before: str = INPUT
    for layer in draft.layers:
        if draft.wires[layer.name] != (before,):
            yield layer.name, draft.wires[layer.name]
        before = layer.name
