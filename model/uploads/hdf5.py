"""An HDF5 file of weights, looked through before Keras reads it; only the throw-away process opens one.

HDF5 can lead outside itself (external links, external storage, virtual data sets), load programs (filters that are
plug-ins), and hold objects; a file of weights needs none of that.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from model.uploads import bounded_json
from model.uploads.limits import CONFIG_BYTES, PARAMETERS, UploadError, quoted, refuse

_ADVICE = "Save the model anew with model.save('model.keras') and upload that file."
_OBJECTS = 6_000
"""DenseNet121's are 2,900, with an optimiser."""
_DEPTH = 24
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
_STORED = 3 * PARAMETERS + 10_000
"""Numbers in the file: the weights, and an optimiser's two moments of each."""
_ATTRIBUTE_BYTES = CONFIG_BYTES
_SLICE = 2**20
_CHUNK_BYTES = 64 * 2**20
"""A piece is unpacked whole, however little of it is asked for."""


def check(path: Path) -> None:
    """Raise UploadError for a file that holds more than groups and arrays of numbers, or one that cannot be read."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            _Look().group(file, 0)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise refuse(f"The weights cannot be read: {quoted(error, 120)}.", "a whole HDF5 file", _ADVICE) from error


def configuration(path: Path) -> dict[str, Any]:
    """The model's configuration that an .h5 file of a whole model holds; raises UploadError. Check it first."""
    with h5py.File(path, "r", locking=False) as file:
        written = file.attrs.get("model_config")
    if isinstance(written, np.ndarray | np.bytes_ | bytes):
        written = bytes(written).decode("utf-8", "replace") if not isinstance(written, np.ndarray) else None
    if not isinstance(written, str):
        raise refuse(
            "The .h5 file describes no model.",
            "a whole model, not weights alone",
            "Save it with model.save('m.keras').",
        )
    return bounded_json.read(written.encode("utf-8", "replace"), "model_config")


class _Look:
    """Counts on the way through one file."""

    def __init__(self) -> None:
        self.objects = self.attributes = 0
        self.numbers = 0
        self.seen: set[int] = set()

    def group(self, group: h5py.Group, depth: int) -> None:
        """Look at a group and at all in it."""
        self._count(group, depth)
        for name in group:
            link = group.get(name, getlink=True)
            if type(link) is not h5py.HardLink:
                kind = type(link).__name__
                raise refuse(f"The weights hold {quoted(name)}, a {kind}.", "arrays within the file", _ADVICE)
            found = group[name]
            if isinstance(found, h5py.Group):
                self.group(found, depth + 1)
            elif isinstance(found, h5py.Dataset):
                self._dataset(name, found)
            else:
                raise refuse(f"The weights hold {quoted(name)}, a named type.", "arrays", _ADVICE)

    def _count(self, found: h5py.Group | h5py.Dataset, depth: int) -> None:
        self.objects += 1
        if self.objects > _OBJECTS or depth > _DEPTH:
            raise refuse("The weights hold too many groups.", f"at most {_OBJECTS:,}, {_DEPTH} deep", _ADVICE)
        address = h5py.h5o.get_info(found.id).addr
        if address in self.seen:
            raise refuse("A group of the weights stands in two places.", "each in one", _ADVICE)
        self.seen.add(address)
        self.attributes += len(found.attrs)
        if self.attributes > _OBJECTS:
            raise refuse("The weights hold too many attributes.", f"at most {_OBJECTS:,}", _ADVICE)
        for name in found.attrs:
            _attribute(name, found.attrs)

    def _dataset(self, name: str, found: h5py.Dataset) -> None:
        self._count(found, 0)
        plan = found.id.get_create_plist()
        if found.is_virtual or plan.get_external_count():
            raise refuse(f"The array {quoted(name)} lies in other files.", "arrays within the file", _ADVICE)
        filters = [plan.get_filter(place)[0] for place in range(plan.get_nfilters())]
        if set(filters) - _FILTERS or len(set(filters)) != len(filters):
            raise refuse(f"The array {quoted(name)} is packed by filter {filters}.", "HDF5's own gzip", _ADVICE)
        if found.shape is None or found.dtype.kind not in "fiub" or found.dtype.subdtype or found.dtype.names:
            if found.dtype.kind in "SO" and found.shape is not None and math.prod(found.shape) <= 16:
                raise refuse(f"The array {quoted(name)} holds words or objects.", "numbers", _ADVICE)
            raise refuse(f"The array {quoted(name)} holds {quoted(found.dtype)}.", "numbers", _ADVICE)
        if found.chunks and math.prod(found.chunks) * found.dtype.itemsize > _CHUNK_BYTES:
            raise refuse(f"The array {quoted(name)} is stored in pieces of {found.chunks}.", "at most 64 MB", _ADVICE)
        if len(found.shape) > 6:
            raise refuse(f"The array {quoted(name)} has {len(found.shape)} axes.", "at most 6", _ADVICE)
        self.numbers += math.prod(found.shape)
        if found.dtype.kind == "f" and "optimizer" not in (found.name or "") and not _finite(found):
            raise refuse(f"The array {quoted(name)} holds NaN or infinity.", "finite numbers", "Train the model anew.")
        if self.numbers > _STORED:
            raise refuse(
                f"The weights hold more than {_STORED:,} numbers.", f"a model of at most {PARAMETERS:,} parameters",
                "Save it without its optimiser, or use a smaller one.",
            )  # fmt: skip


def _finite(found: h5py.Dataset) -> bool:
    """Whether all its numbers are; read in slices, for what is announced may be more than fits into memory."""
    if math.prod(found.shape) > _STORED:
        return True  # refused for its size
    if not found.shape:
        return bool(np.isfinite(found[()]))
    rows = max(1, _SLICE // max(1, math.prod(found.shape[1:])))
    if found.chunks:  # whole ones: of a slice within a chunk, all of the chunk is unpacked each time
        rows = -(-rows // found.chunks[0]) * found.chunks[0]
    return all(np.isfinite(found[at : at + rows]).all() for at in range(0, found.shape[0], rows))


def _attribute(name: str, attributes: h5py.AttributeManager) -> None:
    """Raise UploadError for an attribute that is no short word, number or list of them."""
    found = attributes.get_id(name)
    text = h5py.check_string_dtype(found.dtype) is not None
    if found.dtype.kind not in "fiubS" and not text:
        raise refuse(f"The attribute {quoted(name)} holds {quoted(found.dtype)}.", "words or numbers", _ADVICE)
    if math.prod(found.shape or ()) * max(found.dtype.itemsize, 1) > _ATTRIBUTE_BYTES:
        raise UploadError(f"The attribute {quoted(name)} is too large. Expected {_ATTRIBUTE_BYTES:,} bytes. {_ADVICE}")
