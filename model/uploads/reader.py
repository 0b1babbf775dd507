"""The throw-away process: reads one uploaded model in its own folder, and leaves a description and weights there.

    python -m model.uploads.reader FOLDER

The folder holds the uploaded file and request.json. What is said goes to the standard output, a JSON object a line:
{"says": words}, {"refused": reason}, {"done": {...}}. Nobody trusts any of it: `process` and `admission` check it as
they would a stranger's.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import StrataError
from model.uploads import checking, sandbox
from model.uploads.checking import Checked
from model.uploads.limits import DIFFERENCE, PARAMETERS, UploadError, quoted, refuse
from model.uploads.results import DESCRIPTION, REQUEST, WEIGHTS

if TYPE_CHECKING:
    import keras
    import numpy as np

    from model.uploads.translation import Translated

TOO_MUCH = "The model needs more memory than it may have. Expected a smaller one. Shrink it."
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PICTURES = 4
_ADVICE = "Save the model anew with model.save('model.keras') and upload that file."


def main() -> None:
    """Read the model in the folder that the command names."""
    folder = Path(sys.argv[1]).resolve()
    sandbox.limit_resources()
    sandbox.fence_by_kernel(folder)
    watch = sandbox.Watch(folder)
    try:
        request = json.loads((folder / REQUEST).read_bytes())
        _say({"says": "Looking through the file"})
        checked = checking.check(folder)
        _say({"says": "Starting Keras"})
        start_keras(watch)
        _say({"done": read(folder, checked, str(request["title"]), request["values"])})
    except StrataError as error:
        _say({"refused": str(error)})
    except sandbox.Forbidden as error:
        _say({"refused": f"{error} Expected a file that only describes. The process that read it was ended."})
    except MemoryError:
        _say({"refused": TOO_MUCH})
    except Exception as error:  # what Keras raises is the file's fault
        reason = f"Keras cannot compute the model: {quoted(_short(error), 300)}."
        _say({"refused": str(refuse(reason, "one that it computes", _ADVICE))})
    sys.stdout.flush()
    os._exit(0)  # TensorFlow's threads and whatever a file has set up are not waited for


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def start_keras(watch: sandbox.Watch) -> None:
    """Import it; from then on memory is bounded, and what no reading of a model needs ends the process."""
    import keras

    importlib.import_module("model.uploads.translation")
    keras.ops.zeros(1)  # whatever TensorFlow still loads at its first use
    gc.freeze()
    sandbox.limit_memory()
    watch.strict = True


def read(folder: Path, checked: Checked, title: str, values: Any) -> dict[str, Any]:
    """Build, translate and prove a model, and leave what it became in `folder`; raises UploadError."""
    import keras

    from model.uploads import translation

    _say({"says": "Building the model"})
    model = built(checked)
    _say({"says": "Translating its layers"})
    translated = _translated(translation, model, title, values)
    if checked.half:
        translated.notes.append("It was made to compute in less precision; here it computes in float32.")
    _check(translated)
    _say({"says": "Comparing with Keras"})
    difference = _proof(keras, model, translated)
    _leave(folder, translated)
    return {"notes": translated.notes, "difference": difference}


def built(checked: Checked) -> keras.Model:
    """The model with its weights; whatever Keras raises is the file's fault and is told in its words."""
    import keras

    try:
        if checked.is_whole:
            return _built_of_h5(checked.config, checked.weights)
        model = keras.saving.deserialize_keras_object(checked.config, safe_mode=True)
        _check_count(model)
        model.load_weights(checked.weights)
        return model
    except (UploadError, MemoryError):
        raise
    except Exception as error:  # what Keras raises is the file's fault
        if "OOM" in str(error):
            raise MemoryError from error
        raise refuse(
            f"Keras cannot build the model: {quoted(_short(error), 300)}.", "one that it reads", _ADVICE
        ) from error


def _built_of_h5(config: dict[str, Any], path: Path) -> keras.Model:
    import h5py
    from keras.src.legacy.saving import legacy_h5_format, saving_options, saving_utils
    from keras.src.saving import serialization_lib

    with saving_options.keras_option_scope(use_legacy_config=True), serialization_lib.SafeModeScope(True):
        model = saving_utils.model_from_config(config)
        _check_count(model)
        with h5py.File(path, "r", locking=False) as file:
            if "model_weights" not in file:
                raise refuse("The .h5 file has no weights.", "a whole model", _ADVICE)
            legacy_h5_format.load_weights_from_hdf5_group(file["model_weights"], model)
        return model


def _short(error: Exception) -> str:
    """The first line of what Keras says that says something: of an error within errors, the innermost's."""
    innermost = _COLOURS.sub("", str(error).rpartition("Exception encountered: ")[2])
    lines = [line.strip() for line in innermost.splitlines() if line.strip()]
    lines = [line for line in lines if "Example error message" not in line] or lines
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):
        return f"{lines[0].removeprefix('Exception encountered when calling ').rstrip('.')}: {lines[1].rstrip('.')}"
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _check_count(model: keras.Model) -> None:
    count = sum(int(_size(variable.shape)) for variable in model.weights)
    if count > PARAMETERS:
        raise refuse(f"The model has {count:,} parameters.", f"at most {PARAMETERS:,}", "Use a smaller model.")
    if not model.built:
        raise refuse("The model was never built.", "one with an input shape", "Put keras.Input first and save it anew.")


def _size(shape: Any) -> int:
    size = 1
    for side in shape:
        size *= int(side)
    return size


def _translated(translation: Any, model: keras.Model, title: str, values: Any) -> Translated:
    try:
        found: Translated = translation.translate(model, title, values)
    except StrataError as error:
        raise UploadError(str(error)) from error
    return found


def _check(translated: Translated) -> None:
    """Raise UploadError for weights that are no numbers and for a network that takes too much."""
    import numpy as np

    from model.uploads import bounds

    for name, array in translated.weights.items():
        if not np.isfinite(array).all():
            raise refuse(f"The weights {quoted(name)} hold NaN or infinity.", "finite numbers", "Train it anew.")
    bounds.check(translated.network)


def _proof(keras_module: Any, model: keras.Model, translated: Translated) -> float:
    """The largest difference between Keras's own values and ours, on pictures of noise; raises UploadError above 1e-4.

    Where Keras's tensors can be reached they are compared at every layer, relative to the largest value of each.
    """
    import numpy as np

    from model.building import build, set_weights

    generator = np.random.default_rng(0)
    shape = translated.network.input_shape
    pictures = generator.random((_PICTURES, *shape), np.float32)
    ours = build(translated.network)
    set_weights(ours, translated.weights)
    by_name = {layer.name: layer.output for layer in ours.layers}
    names = [name for name, _ in translated.places if name in by_name]
    theirs = keras_module.Model(model.inputs, [model.outputs[0], *(tensor for _, tensor in translated.places)])
    mine = keras_module.Model(ours.inputs, [ours.outputs[0], *(by_name[name] for name in names)])
    expected = [np.asarray(one) for one in theirs([_as_trained(pictures, model, translated)], training=False)]
    found = [np.asarray(one) for one in mine([pictures], training=False)]
    if not np.isfinite(expected[0]).all():
        raise refuse("The model answers a picture of noise with NaN or infinity.", "finite numbers", "Train it anew.")
    expected[0] = _as_ours(expected[0], translated)
    worst = 0.0
    for name, one, other in zip(["answer", *names], expected, found, strict=True):
        scale = max(1.0, float(np.abs(one).max())) if name != "answer" else 1.0
        difference = float(np.abs(one - other).max()) / scale
        if not difference <= DIFFERENCE:  # also for NaN
            raise refuse(
                f"Our translation differs from Keras by {difference:.3g} at {quoted(name)}.",
                f"at most {DIFFERENCE:g}", "This model cannot be shown truly, and so it is not shown.",
            )  # fmt: skip
        worst = max(worst, difference)
    return worst


def _as_trained(pictures: np.ndarray, model: keras.Model, translated: Translated) -> np.ndarray:
    scale, offset = translated.input_scale
    shape = (len(pictures), *model.inputs[0].shape[1:])  # a model of (rows, columns) reads the same values
    return (pictures * scale + offset).astype("float32").reshape(shape)


def _as_ours(answer: np.ndarray, translated: Translated) -> np.ndarray:
    """Keras's answer in the form that ours has: with a softmax, and as two classes."""
    import numpy as np

    answer = answer.astype(np.float64)
    if translated.one_unit:
        likely = answer if translated.was_probable else 1 / (1 + np.exp(-answer))
        return np.concatenate([1 - likely, likely], axis=1)
    if translated.was_probable:
        return answer
    powers = np.exp(answer - answer.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _leave(folder: Path, translated: Translated) -> None:
    import numpy as np
    import safetensors.numpy

    contiguous = {name: np.ascontiguousarray(array, np.float32) for name, array in translated.weights.items()}
    (folder / WEIGHTS).write_bytes(safetensors.numpy.save(contiguous))
    (folder / DESCRIPTION).write_text(json.dumps(translated.network.to_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
