"""The whole way of one uploaded model: checked, read in a process of its own, checked again as a stranger's word.

The page's process looks at a file's size and its first bytes; all else of it is parsed in the other (`checking`).
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from data.fenced_process import Turns
from data.refusals import plain
from model.networks import Network, NetworkError
from model.uploads import bounded_json, bounds, checking, limits, process
from model.uploads.limits import quoted, refuse
from model.uploads.results import DESCRIPTION, REQUEST, UPLOAD, WEIGHTS
from model.uploads.values import RANGES, Range

_ADVICE = "Save the model with model.save('model.keras') and upload that file."
_turns = Turns(2, longest=sys.maxsize)
"""Each process takes a processor and up to 3 GB: a class that uploads together waits for its turn."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model that was read. weights: float32, read-only, by "<layer>/<weight>".

    file_name, sha256, size: of the uploaded file, bytes; notes: sentences on what was changed; difference: the largest
    between Keras's values and those of this description, on the same pictures.
    """

    network: Network
    weights: dict[str, np.ndarray]
    file_name: str
    sha256: str
    size: int
    values: Range
    notes: tuple[str, ...]
    difference: float


def read(
    content: bytes,
    file_name: str,
    values: Range = "0..1",
    say: Callable[[str], None] = lambda words: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> OwnModel:
    """The model in an uploaded file's bytes; raises UploadError with the reason why it is not read.

    values: what pixels it was trained on. say: hears what is being done; should_stop: asked twenty times a second.
    """
    with tempfile.TemporaryDirectory(prefix="strata-model-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        say("Looking at the file")
        prepare(content, folder, _title(file_name), values)
        place = _turns.join()
        assert place is not None  # as many may wait as like to
        with _turns.turn(place, lambda _: say("Waiting for another model to be read"), should_stop) as comes:
            if not comes:
                raise process.ReadingCancelled("Cancelled. Nothing of the file was kept.")
            answer = process.read(folder, say, should_stop)
        network, weights = taken(folder)
    digest = hashlib.sha256(content).hexdigest()
    return OwnModel(network, weights, file_name, digest, len(content), values, answer.notes, answer.difference)


def prepare(content: bytes, folder: Path, title: str, values: Range) -> None:
    """Look at the size and the first bytes, and put the file where the process finds it; raises UploadError."""
    if values not in RANGES:
        raise refuse(f"The pixels are {quoted(values)}.", f"one of {', '.join(RANGES)}", "Choose one of these.")
    if len(content) > limits.UPLOAD_BYTES:
        raise refuse(
            f"The file has {len(content):,} bytes.", f"at most {limits.UPLOAD_BYTES:,}",
            "Save the model without its optimiser, or use a smaller one.",
        )  # fmt: skip
    checking.check_signature(content[:8])
    (folder / UPLOAD).write_bytes(content)
    (folder / REQUEST).write_text(json.dumps({"title": title, "values": values}), encoding="utf-8")


def _title(file_name: str) -> str:
    """What the network is called: the file's name without its ending, in printable characters and without markup."""
    printable = "".join(one for one in Path(file_name.replace("\\", "/")).stem if one.isprintable())
    return plain(printable)[:60].strip() or "own model"


def taken(folder: Path) -> tuple[Network, dict[str, np.ndarray]]:
    """The description and weights that the process left, believed in nothing; raises UploadError."""
    for name, most in ((DESCRIPTION, limits.CONFIG_BYTES), (WEIGHTS, limits.RESULT_BYTES)):
        path = folder / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size > most:
            raise refuse(f"The process that read the model left no {name}.", "one", "Upload it again.")
    try:
        network = Network.from_json(bounded_json.read((folder / DESCRIPTION).read_bytes(), DESCRIPTION))
        weights = safetensors.numpy.load((folder / WEIGHTS).read_bytes())
    except (NetworkError, safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise refuse(f"The model cannot be described: {quoted(error, 300)}.", "known layers", _ADVICE) from error
    _check_ends(network)
    return network, _checked(network, weights)


def _check_ends(network: Network) -> None:
    """Raise UploadError unless it makes probabilities of a picture of a size that can be shown."""
    rows, columns, channels = network.input_shape
    few, many = limits.CLASSES
    answer = network.placed()[-1]
    fits = max(rows, columns) <= limits.PICTURE_SIDE and channels in (1, limits.PICTURE_CHANNELS)
    if not fits or len(answer.output_shape) != 1 or not few <= answer.output_shape[0] <= many:
        raise refuse(
            f"The model makes {answer.output_shape} of {network.input_shape}.",
            f"{few} to {many} classes of a picture of at most {limits.PICTURE_SIDE}x{limits.PICTURE_SIDE}x3", _ADVICE,
        )  # fmt: skip
    if network.parameters > limits.PARAMETERS:
        raise refuse(f"The model has {network.parameters:,} parameters.", f"at most {limits.PARAMETERS:,}", _ADVICE)
    bounds.check(network)


def _checked(network: Network, weights: dict[str, Any]) -> dict[str, np.ndarray]:
    """Exactly the network's weights, float32 and finite."""
    shapes = {name: shape for placed in network.placed() for name, shape in placed.weight_shapes.items()}
    if set(shapes) != set(weights):
        odd = sorted(set(shapes) ^ set(weights))[0]
        raise refuse(f"The weights {quoted(odd)} are missing or too many.", "those of its layers", _ADVICE)
    for name, shape in shapes.items():
        array = weights[name]
        if array.dtype != np.float32 or array.shape != shape or not np.isfinite(array).all():
            raise refuse(f"The weights {quoted(name)} are {array.dtype} {array.shape}.", f"finite {shape}", _ADVICE)
        array.setflags(write=False)
    return weights
