"""The pictures of an upload, whichever form it has: what each is called, its class, and how to get it."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from data import array_files, picture_folders
from data.archives import ZIP_ERRORS
from data.errors import DatasetError, PictureError
from data.picture_folders import LONGEST_CLASS, Placed
from data.pictures import picture_sides, read_picture
from data.refusals import Refusals, plain, shown_name

__all__ = ["Entry", "entries_of_file", "entries_of_members"]

Bytes = npt.NDArray[np.uint8]

MOST_NAMES: Final = 101  # classes that are told apart: one more than may be


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture to come: what it is called, its class, its part, and how to get it as uint8 (h, w, 3 or 4).

    sides: width and height; it and `pixels` raise PictureError. unknown: why it has no class; empty
    where it has one.
    """

    name: str
    class_name: str
    is_test: bool
    sides: Callable[[], tuple[int, int]]
    pixels: Callable[[], Bytes]
    unknown: str = ""


def entries_of_file(stream: BinaryIO, refusals: Refusals) -> tuple[list[Entry], tuple[str, ...]]:
    """The pictures of a file and their classes; an .npz is told by what is in it, not by its name."""
    picture_folders.check_directory(stream)
    if _has_arrays(stream):
        return _of_arrays(array_files.read_arrays(stream), refusals)
    return entries_of_members(picture_folders.zip_members(stream, refusals), refusals)


def _has_arrays(stream: BinaryIO) -> bool:
    """Whether it is an archive of NumPy's arrays; a broken one is for `zip_members` to tell of."""
    try:
        with zipfile.ZipFile(stream) as archive:
            return any(name.endswith(".npy") and "/" not in name for name in archive.namelist())
    except ZIP_ERRORS:
        return False


def entries_of_members(
    members: list[picture_folders.Member], refusals: Refusals
) -> tuple[list[Entry], tuple[str, ...]]:
    """The pictures of files in folders and their classes, in the order of their names."""
    placed = picture_folders.arranged(members, refusals)
    names = sorted({each.class_name for each in placed if not each.is_test}, key=_natural)
    return [_entry_of_file(each) for each in placed], tuple(names)


def _entry_of_file(placed: Placed) -> Entry:
    def read() -> bytes:
        try:
            return placed.member.read()
        except OSError as error:
            raise PictureError(f"The file cannot be read: {error.strerror}.") from error

    return Entry(
        placed.member.name,
        placed.class_name,
        placed.is_test,
        lambda: picture_sides(read()),
        lambda: read_picture(read()),
    )


def _of_arrays(arrays: array_files.Arrays, refusals: Refusals) -> tuple[list[Entry], tuple[str, ...]]:
    names = arrays.class_names
    if names is None:
        known = {label: _named(label) for label in np.unique(arrays.y)[:MOST_NAMES].tolist()}
        names = tuple(dict.fromkeys(known.values()))
    elif arrays.y.dtype.kind == "U":
        known = {label: name for label in _given(arrays) if (name := _cleaned(label)) in names}
    else:
        known = dict(enumerate(names))
    scale = _scale(arrays.x)
    entries: list[Entry] = []
    for part, pictures, labels in (("", arrays.x, arrays.y), ("_test", arrays.x_test, arrays.y_test)):
        if pictures is None or labels is None:
            continue
        for place, label in enumerate(labels.tolist()):
            words = f"The label {shown_name(str(label)[:40])!r} is none of the {len(names)} classes."
            pixels = _pixels_of(pictures[place], scale)
            sides = (pictures.shape[2], pictures.shape[1])
            unknown = "" if label in known else words
            entries.append(
                Entry(f"picture {place} of x{part}", known.get(label, ""), bool(part), _always(sides), pixels, unknown)
            )
    return entries, names


def _given(arrays: array_files.Arrays) -> set[str]:
    """The texts that stand as labels in either part."""
    return {label for labels in (arrays.y, arrays.y_test) if labels is not None for label in labels.tolist()}


def _named(label: object) -> str:
    """A label as the name of its class, as `picture_folders` makes one of a folder's."""
    name = _cleaned(label)
    if not name or len(name) > LONGEST_CLASS or not name.isprintable():
        raise DatasetError(
            f"The label {shown_name(str(label)[:200])!r} has {len(name)} characters, or some that do not print. "
            f"Expected 1 to {LONGEST_CLASS}. Use shorter labels, or numbers and class_names."
        )
    return name


def _cleaned(label: object) -> str:
    return plain(str(label).replace("_", " "))


def _always(sides: tuple[int, int]) -> Callable[[], tuple[int, int]]:
    return lambda: sides


def _pixels_of(picture: npt.NDArray[Any], scale: float) -> Callable[[], Bytes]:
    def pixels() -> Bytes:
        values = picture.astype(np.float64) * scale
        if not np.isfinite(values).all():
            raise PictureError("The picture has values that are no numbers (NaN or infinite). Expected 0 to 255.")
        if values.min() < 0 or values.max() > 255:
            raise PictureError(
                f"The picture has values from {values.min() / scale:g} to {values.max() / scale:g}. Expected 0 to "
                f"{255 / scale:g}."
            )
        rounded = np.rint(values).astype(np.uint8)
        return np.repeat(rounded, 3, axis=2) if rounded.shape[2] == 1 else rounded

    return pixels


def _scale(pictures: npt.NDArray[Any]) -> float:
    """What brings the values to 0 to 255: those that end at 1 are made brighter, whatever their kind."""
    finite = pictures[np.isfinite(pictures)] if pictures.dtype.kind == "f" else pictures
    if not finite.size:
        raise DatasetError("The .npz's x has no finite value. Expected 0 to 255 or 0 to 1. Save it anew.")
    return 255.0 if float(finite.max()) <= 1.0 else 1.0


def _natural(name: str) -> list[tuple[int, str]]:
    """For sorting: "class 2" before "class 10"."""
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in re.split(r"([0-9]+)", name)]
