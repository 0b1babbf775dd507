"""How the layers of a Functional model are wired: every reference leads to a layer, none in a circle."""

from __future__ import annotations

from typing import Any

from model.uploads.classes import CALLED_AS_TRAINING
from model.uploads.config_parts import among
from model.uploads.limits import LAYERS, quoted, refuse

Record = dict[str, Any]
History = tuple[str, int, int]

_SAVE = "Save the model anew with model.save('model.keras') and upload that file."
_HARMLESS = {"training", "mask", "return_attention_scores", "use_causal_mask", "attention_mask", "initial_state"}
_TENSORS = {"query", "value", "key", "inputs", "x", "x1", "x2"}


def nodes(value: object, class_name: object) -> list[Any]:
    """The calls of one layer of that class: with tensors, plain numbers and nothing else; raises UploadError."""
    if not isinstance(value, list) or len(value) > LAYERS:
        raise refuse(f"A layer's calls are {quoted(value)}.", "a list", _SAVE)
    free = {"training"} if among(class_name, CALLED_AS_TRAINING) else set()
    return [_call(call, free) for call in value]


def _call(call: object, free: set[str]) -> Any:
    """One call; `free` are the options that are left out whatever they say."""
    if isinstance(call, list):  # as .h5 files of Keras 2 have it: [[name, node, tensor, options], ...]
        return [[*_history(tensor[:3]), _no_options(tensor[3:])] for tensor in call if _listed(tensor)]
    if not isinstance(call, dict) or set(call) - {"args", "kwargs"}:
        raise refuse(f"A layer is called by {quoted(call)}.", "args and kwargs", _SAVE)
    arguments, options = call.get("args", []), call.get("kwargs") or {}
    if not isinstance(arguments, list) or not isinstance(options, dict):
        raise refuse(f"A layer is called by {quoted(call)}.", "args and kwargs", _SAVE)
    kept = {key: _argument(one, 0) for key, one in options.items() if key in _TENSORS}
    _no_options([{key: one for key, one in options.items() if key not in _TENSORS | free}])
    return {"args": [_argument(one, 0) for one in arguments], "kwargs": kept}


def _listed(tensor: object) -> bool:
    if not isinstance(tensor, list) or not 3 <= len(tensor) <= 4:
        raise refuse(f"A layer reads {quoted(tensor)}.", "a layer's output", _SAVE)
    return True


def _no_options(options: list[Any]) -> Record:
    """Raise UploadError for a call with options that are used: they would make the layer compute something else."""
    for option in options:
        if not isinstance(option, dict):
            raise refuse(f"A layer is called with {quoted(option)}.", "no options", _SAVE)
        for key, value in option.items():
            if key not in _HARMLESS or value not in (None, False):
                raise refuse(
                    f"A layer is called with {quoted(key)}.", "a call with its input alone",
                    "Build the model without this option: what a layer does must follow from its input.",
                )  # fmt: skip
    return {}


def _argument(value: Any, depth: int) -> Any:
    if isinstance(value, list) and depth < 2:
        return [_argument(one, depth + 1) for one in value]
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__" and isinstance(value.get("config"), dict):
            return _tensor(value["config"])
        raise refuse(f"A layer reads {quoted(value.get('class_name'))}.", "other layers' outputs", _SAVE)
    if value is None or (isinstance(value, int | float) and abs(value) < 1e9):
        return value
    raise refuse(f"A layer reads {quoted(value)}.", "other layers' outputs", _SAVE)


def _tensor(config: Record) -> Record:
    shape, history = config.get("shape"), config.get("keras_history")
    sides = shape if isinstance(shape, list) and len(shape) <= 6 else None
    if sides is None or any(
        side is not None and (isinstance(side, bool) or not isinstance(side, int) or not 0 <= side <= 2**30)
        for side in sides
    ):
        raise refuse(f"A layer reads the shape {quoted(shape)}.", "sides that are numbers", _SAVE)
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": sides, "dtype": "float32", "keras_history": list(_history(history))},
    }


def _history(value: object) -> History:
    """(layer, node, tensor) that a tensor comes from."""
    match value:
        case [str(name), int(node), int(tensor)] if len(name) <= 200 and 0 <= node <= LAYERS and 0 <= tensor <= LAYERS:
            return name, node, tensor
    raise refuse(f"A layer reads {quoted(value)}.", "a layer's output", _SAVE)


def ends(config: Record) -> Record:
    """The input_layers and output_layers of a Functional model's configuration."""
    found: Record = {}
    for key in ("input_layers", "output_layers"):
        value = config.get(key)
        if isinstance(value, list) and value and all(isinstance(one, list) for one in value):
            found[key] = [list(_history(one)) for one in value]
        else:
            found[key] = list(_history(value))
    return found


def input_names(config: Record) -> list[str]:
    """The names of the layers that a Functional model's input enters."""
    return [name for name, _, _ in _flat(config["input_layers"])]


def output_count(config: Record) -> int:
    """How many outputs a Functional model has."""
    return len(_flat(config["output_layers"]))


def _flat(value: list[Any]) -> list[History]:
    ends: list[Any] = value if isinstance(value[0], list) else [value]
    return [_history(one) for one in ends]


def check(layers: list[Record], config: Record) -> None:
    """Raise UploadError unless names differ, every reference leads to a call that exists, and none in a circle."""
    calls: dict[str, list[Any]] = {}
    for layer in layers:
        name = layer.get("name", layer["config"].get("name"))
        if name is None or name in calls:
            raise refuse(f"Two layers are named {quoted(name)}, or one is not.", "a name for each", "Rename them.")
        calls[name] = layer.get("inbound_nodes", [])
    sources = {
        (name, place): [(source, node) for source, node, _ in _read(call)]
        for name, placed in calls.items()
        for place, call in enumerate(placed)
    }
    for reads in [*sources.values(), [(name, node) for name, node, _ in _ends(config)]]:
        for source, node in reads:
            # A model's own first node counts, and an input layer has no call.
            if source not in calls or node > len(calls[source]):
                raise refuse(f"A layer reads {quoted(source)}, call {node}.", "one that is there", _SAVE)
    _no_circle(sources)


def _ends(config: Record) -> list[History]:
    return [*_flat(config["input_layers"]), *_flat(config["output_layers"])]


def _read(call: Any) -> list[History]:
    """All tensors that one call reads."""
    if isinstance(call, dict):
        if call.get("class_name") == "__keras_tensor__":
            return [_history(call["config"]["keras_history"])]
        return [found for one in call.values() for found in _read(one)]
    if isinstance(call, list):
        if len(call) == 4 and isinstance(call[0], str):
            return [_history(call[:3])]
        return [found for one in call for found in _read(one)]
    return []


def _no_circle(sources: dict[tuple[str, int], list[tuple[str, int]]]) -> None:
    """Take away call after call that reads nothing left; what remains reads itself."""
    left = {call: {read for read in reads if read in sources} for call, reads in sources.items()}
    readers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for call, reads in left.items():
        for read in reads:
            readers.setdefault(read, []).append(call)
    free = [call for call, reads in left.items() if not reads]
    while free:
        gone = free.pop()
        del left[gone]
        for reader in readers.get(gone, ()):
            left[reader].discard(gone)
            if not left[reader]:
                free.append(reader)
    if left:
        name = next(iter(left))[0]
        raise refuse(
            f"Layer {quoted(name)} reads its own output.", "a graph without circles", "Recurrence is not read."
        )
