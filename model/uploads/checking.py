"""What the throw-away process does before it imports Keras: lay the upload out, and look through all that it says.

All parsing of a stranger's bytes beyond the first eight happens here, within the fences and in little memory. It takes
milliseconds and refuses most of what is hostile or broken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import fences
from model.uploads import archives, bounded_json, configs, limits
from model.uploads.limits import refuse
from model.uploads.results import UPLOAD

HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
ZIP_SIGNATURE = b"PK\x03\x04"
_ADVICE = "Save the model with model.save('model.keras') and upload that file."


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be given to Keras. config: known classes and plain values; weights: the HDF5 file that holds them.

    is_whole: whether that file is all of an .h5 model; half: whether it was to compute in less than float32.
    """

    config: dict[str, Any]
    weights: Path
    is_whole: bool
    half: bool


def check(folder: Path) -> Checked:
    """The upload in `folder`, laid out there and looked through; raises UploadError, MemoryError where it is too much.

    The file of the name `UPLOAD` is gone afterwards.
    """
    upload = folder / UPLOAD
    with _little_memory():
        with upload.open("rb") as stream:
            first = stream.read(8)
        check_signature(first)
        return _whole(upload, folder) if first == HDF5_SIGNATURE else _packed(upload, folder)


def check_signature(content: bytes) -> None:
    """Raise UploadError for what does not begin as a .keras or an .h5 file does."""
    if not content.startswith((HDF5_SIGNATURE, ZIP_SIGNATURE)):
        shown = content[:8].hex() or "nothing"
        raise refuse(f"The file begins with '{shown}'.", "a .keras or .h5 file", _ADVICE)


def _whole(upload: Path, folder: Path) -> Checked:
    from model.uploads import hdf5

    weights = upload.rename(folder / "model.h5")
    hdf5.check(weights)
    config, half = configs.checked(hdf5.configuration(weights))
    return Checked(config, weights, True, half)


def _packed(upload: Path, folder: Path) -> Checked:
    """Of a .keras file: its configuration before its weights, for h5py takes longer to import than that to read."""
    archives.unpack(upload, folder)
    upload.unlink()
    bounded_json.read((folder / "metadata.json").read_bytes(), "metadata.json")
    config, half = configs.checked(bounded_json.read((folder / "config.json").read_bytes(), "config.json"))
    weights = folder / "model.weights.h5"
    with weights.open("rb") as stream:
        if stream.read(8) != HDF5_SIGNATURE:
            raise refuse("model.weights.h5 is no HDF5 file.", "Keras's weights", _ADVICE)
    from model.uploads import hdf5

    hdf5.check(weights)
    return Checked(config, weights, False, half)


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    """No more than limits.PARSING_BYTES beside what the process has; Keras, which comes after it, takes more."""
    try:
        import resource

        most = fences.addresses_taken() + limits.PARSING_BYTES
    except (ImportError, OSError):  # Windows, macOS
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    within = [limit for limit in (most, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(within), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
