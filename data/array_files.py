"""Pictures and labels from an .npz: every header is looked at before any value is read, and nothing is unpickled."""

import math
import zipfile
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from data.archives import MAX_HEADER, ZIP_ERRORS, npy_header, reason
from data.errors import DatasetError
from data.picture_folders import LONGEST_CLASS, MAX_FILES, check_directory
from data.pictures import MAX_SIDE, MIN_SIDE
from data.refusals import plain, shown_name

__all__ = ["Arrays", "read_arrays"]

Array = npt.NDArray[Any]

MAX_ARRAY: Final = 2**29  # bytes of one array
OTHER_NAMES: Final = {"x_train": "x", "y_train": "y"}
NAMES: Final = ("x", "y", "x_test", "y_test", "class_names")
PICTURES: Final = "x (pictures, rows, columns) or (pictures, rows, columns, 1, 3 or 4), 0 to 255 or 0 to 1"
ADVICE: Final = f"Save {PICTURES}, and y (pictures,) with numpy.savez_compressed, and upload again."


@dataclass(frozen=True, slots=True)
class Arrays:
    """What an .npz holds; pictures of any number kind, (n, rows, columns, 1, 3 or 4).

    y, y_test: labels as they were given, (n,), whole numbers or text. class_names: None where the file has none.
    """

    x: Array
    y: Array
    x_test: Array | None
    y_test: Array | None
    class_names: tuple[str, ...] | None


def read_arrays(stream: BinaryIO) -> Arrays:
    """The arrays of an .npz with x and y, optionally x_test, y_test and class_names; raises DatasetError."""
    check_directory(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            arrays = {name: _array(archive, info, name) for name, info in _infos(archive).items()}
    except ZIP_ERRORS as error:
        raise DatasetError(f"The .npz is broken: {reason(error)}. Expected a whole file. {ADVICE}") from error
    if ("x_test" in arrays) != ("y_test" in arrays):
        there = "x_test" if "x_test" in arrays else "y_test"
        raise DatasetError(f"The .npz has {there} alone. Expected x_test and y_test, or neither. Add the other one.")
    found = {name: _pictures(name, array) for name, array in arrays.items() if name.startswith("x")}
    labels = {
        name: _labels(name, array, len(found[f"x{name[1:]}"])) for name, array in arrays.items() if name[0] == "y"
    }
    names = _class_names(arrays["class_names"]) if "class_names" in arrays else None
    return Arrays(found["x"], labels["y"], found.get("x_test"), labels.get("y_test"), names)


def _infos(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members that are read, by the name of their array; others are left alone."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        stem = info.filename.removesuffix(".npy")
        name = OTHER_NAMES.get(stem, stem)
        if info.filename.endswith(".npy") and name in NAMES:
            if name in found:
                raise DatasetError(f"The .npz holds {name} twice. Expected each array once. Save it anew.")
            found[name] = info
    missing = [name for name in ("x", "y") if name not in found]
    if missing:
        there = ", ".join(shown_name(info.filename) for info in archive.infolist()[:8]) or "nothing"
        raise DatasetError(f"The .npz lacks {' and '.join(missing)}. Expected x and y, received {there}. {ADVICE}")
    return found


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Array:
    """One array, read once its header has said that it may be; raises DatasetError or one of ZIP_ERRORS."""
    if info.flag_bits & 0x1:
        raise DatasetError(f"The .npz's {name} is encrypted. Expected a plain file. {ADVICE}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(f"{name} is packed by method {info.compress_type}, not stored or deflated")
    if info.file_size > MAX_ARRAY + MAX_HEADER:
        raise DatasetError(
            f"The .npz's {name} unpacks to {info.file_size:,} bytes. Expected at most {MAX_ARRAY:,}. "
            "Take fewer or smaller pictures, or save them as uint8."
        )
    with archive.open(info) as member:
        head = member.read(MAX_HEADER)
        shape, column_major, dtype, start = npy_header(head)
        if dtype.hasobject or dtype.kind not in "biufU":
            raise DatasetError(
                f"The .npz's {name} is of kind {dtype}, which may hold more than numbers. Expected numbers"
                f"{' or text' if name[0] in 'yc' else ''}. {ADVICE}"
            )
        size = math.prod(shape) * dtype.itemsize
        if min(shape, default=0) < 0 or start + size != info.file_size:
            raise DatasetError(
                f"The .npz's {name} has {info.file_size - start:,} bytes. Expected {size:,} for {dtype} {shape}. "
                f"{ADVICE}"
            )
        content = head + member.read(MAX_ARRAY + MAX_HEADER)
    if len(content) != info.file_size:
        raise ValueError(f"{name} ends after {len(content):,} of {info.file_size:,} bytes")
    return np.frombuffer(content, dtype, offset=start).reshape(shape, order="F" if column_major else "C")


def _pictures(name: str, array: Array) -> Array:
    """(n, rows, columns, channels) of numbers; raises DatasetError."""
    shaped = array[..., None] if array.ndim == 3 else array
    if array.dtype.kind == "U" or shaped.ndim != 4 or shaped.shape[-1] not in (1, 3, 4):
        raise DatasetError(f"The .npz's {name} is {array.dtype} {array.shape}. Expected {PICTURES}. {ADVICE}")
    count, rows, columns, _ = shaped.shape
    if not (MIN_SIDE <= rows <= MAX_SIDE and MIN_SIDE <= columns <= MAX_SIDE):
        raise DatasetError(
            f"The .npz's {name} has pictures of {columns}x{rows} pixels. Expected both sides between {MIN_SIDE} and "
            f"{MAX_SIDE}. {ADVICE}"
        )
    if not 1 <= count <= MAX_FILES:
        raise DatasetError(f"The .npz's {name} has {count:,} pictures. Expected 1 to {MAX_FILES:,}. Take fewer.")
    return shaped


def _labels(name: str, array: Array, count: int) -> Array:
    """(n,) whole numbers or text; raises DatasetError."""
    flat = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if flat.dtype.kind not in "biuU" or flat.ndim != 1:
        raise DatasetError(
            f"The .npz's {name} is {array.dtype} {array.shape}. Expected whole numbers or text, ({count},), one label "
            "for each picture. Turn one-hot rows into numbers with argmax(axis=1)."
        )
    if len(flat) != count:
        raise DatasetError(
            f"The .npz's {name} has {len(flat):,} labels for {count:,} pictures. Expected one for each. {ADVICE}"
        )
    if flat.dtype.kind == "u" and flat.size and flat.max() > np.iinfo(np.int64).max:
        raise DatasetError(f"The .npz's {name} has the label {flat.max()}. Expected at most 2^63 - 1. {ADVICE}")
    return flat.astype(np.int64) if flat.dtype.kind in "biu" else flat


def _class_names(array: Array) -> tuple[str, ...]:
    """Distinct short names; raises DatasetError."""
    names = tuple(plain(str(name).replace("_", " ")) for name in array.ravel()[:MAX_FILES])
    wrong = next((name for name in names if not name or len(name) > LONGEST_CLASS or not name.isprintable()), None)
    if array.dtype.kind != "U" or array.ndim != 1 or wrong is not None or len(set(names)) != len(names):
        said = f"one of them {shown_name(wrong)!r}" if wrong is not None else f"{array.dtype} {array.shape}"
        raise DatasetError(
            f"The .npz's class_names are not usable: {said}. Expected different texts of 1 to {LONGEST_CLASS} "
            "characters in one row. Correct them, or leave them out."
        )
    return names
