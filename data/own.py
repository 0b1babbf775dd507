"""The data sets that people bring: kept in `.datasets/<name>` below the runs, found again, deleted.

    .datasets/own-<12 hex digits>/about.json     title, classes, counts, what was refused
    .datasets/own-<12 hex digits>/pictures.npz   x_train, y_train, x_test, y_test, uint8
    .datasets/.staging-<...>/                    one that is being read, not chosen yet

The digits are the first of the SHA-256 of the arrays (`data.datasets.fingerprint`): the same pictures are the same set.
"""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from data import archives, own_checks, picture_folders
from data.errors import DatasetError, DatasetMissing
from data.refusals import Refusal, plain

__all__ = ["PREFIX", "OwnData", "about", "arrays", "delete", "is_own", "keep", "names", "place", "staging"]

Bytes = npt.NDArray[np.uint8]

PREFIX: Final = "own-"
MAX_KEPT: Final = 300 * 2**20  # bytes of pictures.npz
LONGEST_TITLE: Final = 60
_NAME: Final = re.compile(r"own-[0-9a-f]{12}")
_STALE_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is known of an own data set without reading its pictures.

    shape: (rows, columns, channels). train_counts, test_counts: pictures by class. split, resized: sentences on how it
    was made. source: the upload's file name. refused: the first files left out; refused_count: all of them.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    train_counts: tuple[int, ...]
    test_counts: tuple[int, ...]
    sha256: str
    split: str
    resized: str
    source: str
    refused: tuple[Refusal, ...] = ()
    refused_count: int = 0

    @property
    def origin(self) -> str:
        """A phrase for the user: what it is and where it came from."""
        pictures = sum(self.train_counts) + sum(self.test_counts)
        return f"{self.title}, {pictures:,} pictures of {len(self.class_names)} classes from {self.source}"

    def to_json(self) -> str:
        """For about.json; `from_json` is its inverse."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "OwnData":
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        record = json.loads(text)
        own_checks.check(record)
        rows, columns, channels = record["shape"]
        lists = {key: tuple(record[key]) for key in ("class_names", "train_counts", "test_counts")}
        refused = tuple(Refusal(**refusal) for refusal in record["refused"])
        return cls(**{**record, **lists, "shape": (int(rows), int(columns), int(channels)), "refused": refused})


def place() -> Path:
    """The folder of all own data sets: beside the runs, so that every worker finds them."""
    return Path(os.environ.get("STRATA_RUNS") or "runs").resolve() / ".datasets"


def is_own(name: str) -> bool:
    """Whether a data set of this name would be somebody's own."""
    return _NAME.fullmatch(name) is not None


def names() -> tuple[str, ...]:
    """All that are kept here, by title."""
    if not place().is_dir():
        return ()
    found = [path.name for path in place().iterdir() if is_own(path.name) and (path / "about.json").is_file()]
    titles = {}
    for name in found:
        try:
            titles[name] = about(name).title
        except DatasetError:
            continue  # one broken folder must not hide the others
    return tuple(sorted(titles, key=lambda name: (titles[name].casefold(), name)))


def about(name: str) -> OwnData:
    """What is known of it; raises DatasetMissing where it is not here, DatasetError where its record is broken."""
    path = place() / name / "about.json"
    if not is_own(name) or not path.is_file():
        raise DatasetMissing(
            f"The data set {name[:40]} is not here: it was deleted, or is on another machine. "
            f"Expected it in {place()}. Upload the same pictures again."
        )
    return read(path.parent)


def read(folder: Path) -> OwnData:
    """The record in a folder, staged or kept; raises DatasetError."""
    try:
        with (folder / "about.json").open("rb") as stream:
            known = OwnData.from_json(stream.read(own_checks.MOST_RECORD).decode())
        if not is_own(known.name):
            raise ValueError(f"{known.name[:40]!r} is not the name of an own data set")
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DatasetError(
            f"{folder / 'about.json'} cannot be read: {archives.reason(error)}. Expected what Strata wrote. Delete the "
            "data set and upload it again."
        ) from error
    return known


def arrays(known: OwnData, folder: Path) -> dict[str, Bytes]:
    """x_train, y_train, x_test and y_test as kept in `folder`, read-only; raises DatasetError."""
    train, test = sum(known.train_counts), sum(known.test_counts)
    shapes = {"x_train": (train, *known.shape), "y_train": (train,), "x_test": (test, *known.shape), "y_test": (test,)}
    path = folder / "pictures.npz"
    if path.is_file():
        with path.open("rb") as stream:
            picture_folders.check_directory(stream)  # a list of millions of files would fill the memory
    return archives.read_npz(path, shapes, "Delete the data set and upload it again.", MAX_KEPT)


def staging() -> Path:
    """A new folder for a data set that is being read; those that nobody came back to are removed."""
    try:
        place().mkdir(parents=True, exist_ok=True)
        for left in place().glob(".staging-*"):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        made = place() / f".staging-{secrets.token_hex(8)}"
        made.mkdir()
    except OSError as error:
        raise DatasetError(
            f"The folder {place()} cannot be written: {error.strerror}. Expected room for data sets. Free some space, "
            "or set STRATA_RUNS to another folder."
        ) from error
    return made


def write(folder: Path, known: OwnData, pictures: Mapping[str, Bytes]) -> None:
    """Write a read data set into its staging folder; raises OSError."""
    np.savez(folder / "pictures.npz", allow_pickle=False, **pictures)
    (folder / "about.json").write_text(known.to_json(), encoding="utf-8")


def keep(staged: Path, title: str) -> OwnData:
    """Make a staged data set one of those that can be trained on, under this title; raises DatasetError."""
    title = plain(title)
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise DatasetError(
            f"The name has {len(title)} characters, or some that do not print. Expected 1 to {LONGEST_TITLE}. "
            "Choose another."
        )
    known = read(staged)
    known = replace(known, title=_unlike_others(title, known.name))
    (staged / "about.json").write_text(known.to_json(), encoding="utf-8")
    kept = place() / known.name
    try:
        if kept.exists():  # the same pictures once more: only their name changes
            (staged / "about.json").replace(kept / "about.json")
            shutil.rmtree(staged, ignore_errors=True)
        else:
            staged.rename(kept)
    except OSError as error:
        raise DatasetError(
            f"The data set cannot be kept in {kept}: {error.strerror}. Expected a folder that can be written. "
            "Try again."
        ) from error
    return known


def _unlike_others(title: str, name: str) -> str:
    """The title, numbered where another data set has it: a list of them is known by what it says."""
    from data.datasets import TITLES  # which imports this module

    taken = {*TITLES.values(), *(about(other).title for other in names() if other != name)}
    count, numbered = 1, title
    while numbered in taken:
        count += 1
        number = f" ({count})"
        numbered = title[: LONGEST_TITLE - len(number)] + number
    return numbered


def delete(name: str) -> None:
    """Remove a data set; runs that were trained on it keep their weights. Raises DatasetError."""
    about_path = place() / name
    if not is_own(name) or not about_path.is_dir():
        raise DatasetMissing(f"The data set {name[:40]} is not here. Expected one of {', '.join(names()) or 'none'}.")
    leaving = about_path.with_name(f".staging-deleted-{secrets.token_hex(8)}")
    try:
        about_path.rename(leaving)  # gone from the list at once, and whole until then
        shutil.rmtree(leaving)
    except OSError as error:
        raise DatasetError(
            f"The data set {name} cannot be deleted: {error.strerror}. Expected a folder that can be changed. Delete "
            f"{about_path} by hand."
        ) from error
