"""The whole way of one uploaded model: checked, read in a process of its own, checked again as a stranger's word.

What stands before the process costs milliseconds and refuses most of what is hostile or broken; see `limits`.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from data.refusals import plain
from model.networks import Network, NetworkError
from model.uploads import archives, bounded_json, configs, limits, process
from model.uploads.limits import quoted, refuse
from model.uploads.results import DESCRIPTION, WEIGHTS
from model.uploads.values import RANGES, Range

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ADVICE = "Save the model with model.save('model.keras') and upload that file."
_turns = threading.BoundedSemaphore(2)
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
        while not _turns.acquire(timeout=0.1):
            say("Waiting for another model to be read")
            if should_stop():
                raise process.ReadingCancelled("Cancelled. Nothing of the file was kept.")
        try:
            answer = process.read(folder, say, should_stop)
        finally:
            _turns.release()
        network, weights = taken(folder)
    digest = hashlib.sha256(content).hexdigest()
    return OwnModel(network, weights, file_name, digest, len(content), values, answer.notes, answer.difference)


def prepare(content: bytes, folder: Path, title: str, values: Range) -> None:
    """Check what can be checked without Keras and HDF5, and lay it out for the process; raises UploadError."""
    if values not in RANGES:
        raise refuse(f"The pixels are {quoted(values)}.", f"one of {', '.join(RANGES)}", "Choose one of these.")
    if len(content) > limits.UPLOAD_BYTES:
        raise refuse(
            f"The file has {len(content):,} bytes.", f"at most {limits.UPLOAD_BYTES:,}",
            "Save the model without its optimiser, or use a smaller one.",
        )  # fmt: skip
    half = False
    if content.startswith(HDF5_SIGNATURE):
        (folder / "model.h5").write_bytes(content)
    elif content.startswith(b"PK\x03\x04"):
        half = _unpacked(content, folder)
    else:
        raise refuse(f"The file begins with {quoted(content[:8].hex() or 'nothing')}.", "a .keras or .h5 file", _ADVICE)
    request = {"title": title, "values": values, "half": half}
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")


def _unpacked(content: bytes, folder: Path) -> bool:
    """Lay out a .keras file: its configuration as Keras may see it, and its weights. Whether it computed in halves."""
    packed = folder / "upload.keras"
    packed.write_bytes(content)
    archives.unpack(packed, folder)
    packed.unlink()
    bounded_json.read((folder / "metadata.json").read_bytes(), "metadata.json")
    config, half = configs.checked(bounded_json.read((folder / "config.json").read_bytes(), "config.json"))
    with (folder / "model.weights.h5").open("rb") as stream:
        if stream.read(8) != HDF5_SIGNATURE:
            raise refuse("model.weights.h5 is no HDF5 file.", "Keras's weights", _ADVICE)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "metadata.json").unlink()
    return half


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
