"""An upload becomes a data set: its pictures read, squared, split; what is bad left out by name and reason.

What is read is somebody's upload: it happens in a process of its own (`data.reading_process`).
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from data import own, picture_folders, squares
from data.datasets import fingerprint
from data.entries import Entry, entries_of_file, entries_of_members
from data.errors import DatasetError, PictureError
from data.own import OwnData
from data.own_checks import MOST_CLASSES
from data.refusals import Refusals, plain, shown_name

__all__ = ["LEAST_OF_A_CLASS", "MAX_UPLOAD", "MOST_CLASSES", "Report", "prepare"]

Bytes = npt.NDArray[np.uint8]
Report = Callable[[int, int], None]
"""Told how many pictures are done, of how many."""

MAX_UPLOAD: Final = 200 * 2**20  # bytes of the file
MAX_PREPARED: Final = 256 * 2**20  # bytes of all pictures in colour, as they are kept in memory
LEAST_OF_A_CLASS: Final = 5  # four to learn from and one to test with
TEST_SHARE: Final = 0.2
SEED: Final = 0  # of the split and of the order
SIDES_LOOKED_AT: Final = 200  # pictures, evenly over all, that say how large the pictures are


def prepare(source: Path, called: str, folder: Path, side: int | None, report: Report) -> OwnData:
    """Read a zip, an .npz or a folder that was `called` so into a data set in `folder`.

    side: one of squares.SIDES, None for the data's own. Returns what was written. Raises DatasetError where nothing
    of it can be trained on.
    """
    refusals = Refusals()
    if source.is_dir():
        entries, class_names = entries_of_members(picture_folders.folder_members(source, refusals), refusals)
        return _made(entries, class_names, called, folder, side, refusals, report)
    with source.open("rb") as stream:
        size = stream.seek(0, 2)
        if size > MAX_UPLOAD:
            raise DatasetError(
                f"The file has {size:,} bytes. Expected at most {MAX_UPLOAD:,}. Take fewer or smaller pictures."
            )
        entries, class_names = entries_of_file(stream, refusals)
        return _made(entries, class_names, called, folder, side, refusals, report)


def _made(
    entries: list[Entry],
    class_names: tuple[str, ...],
    called: str,
    folder: Path,
    side: int | None,
    refusals: Refusals,
    report: Report,
) -> OwnData:
    """Read every picture, check what is left, split it and write it down."""
    _check_classes(class_names, refusals)
    wanted = side or _own_side(entries)
    if len(entries) * wanted * wanted * 3 > MAX_PREPARED:
        most = MAX_PREPARED // (wanted * wanted * 3)
        raise DatasetError(
            f"There are {len(entries):,} pictures for {wanted}x{wanted} pixels. Expected at most {most:,} of this "
            "size. Choose a smaller size or take fewer pictures."
        )
    pictures, labels, is_test = _read(entries, class_names, wanted, refusals, report)
    own_test = any(entry.is_test for entry in entries)
    _check_counts(labels, is_test, own_test, class_names, refusals)
    train, test, split = _split(labels, is_test)
    squared = squares.in_channels(pictures, 3 if squares.has_colour(pictures) else 1)
    arrays = {
        "x_train": squared[train], "y_train": labels[train], "x_test": squared[test], "y_test": labels[test],
    }  # fmt: skip
    sha256 = fingerprint(arrays)
    found = OwnData(
        name=f"{own.PREFIX}{sha256[:12]}",
        title=_title(called),
        class_names=class_names,
        shape=(wanted, wanted, squared.shape[-1]),
        train_counts=tuple(np.bincount(arrays["y_train"], minlength=len(class_names)).tolist()),
        test_counts=tuple(np.bincount(arrays["y_test"], minlength=len(class_names)).tolist()),
        sha256=sha256,
        split=split,
        resized=f"Every picture {squares.RULE}: {wanted}x{wanted} pixels, "
        f"{'colour' if squared.shape[-1] == 3 else 'grey, as none has colour'}.",
        source=shown_name(called),
        refused=tuple(refusals.first),
        refused_count=refusals.count,
    )
    own.write(folder, found, arrays)
    return found


def _own_side(entries: Sequence[Entry]) -> int:
    """The size that the data asks for, from some of its pictures."""
    longer = []
    for entry in entries[:: max(1, len(entries) // SIDES_LOOKED_AT)]:
        try:
            longer.append(max(entry.sides()))
        except PictureError:
            continue  # `_read` says why
    return squares.side_for(np.array(longer or [squares.SIDES[0]], np.int64))


def _read(
    entries: Sequence[Entry], class_names: tuple[str, ...], side: int, refusals: Refusals, report: Report
) -> tuple[Bytes, Bytes, npt.NDArray[np.bool_]]:
    """The pictures that can be read, uint8 (n, side, side, 3), their labels, and which are for the test."""
    places = {name: place for place, name in enumerate(class_names)}
    pictures = np.empty((len(entries), side, side, 3), np.uint8)
    labels, is_test = np.empty(len(entries), np.uint8), np.empty(len(entries), np.bool_)
    count = 0
    for done, entry in enumerate(entries):
        report(done, len(entries))
        if entry.unknown or entry.class_name not in places:
            refusals.add(entry.name, entry.unknown or f"Its class {entry.class_name!r} has no training pictures.")
            continue
        try:
            pictures[count] = squares.square(entry.pixels(), side)
        except PictureError as error:
            refusals.add(entry.name, str(error))
            continue
        labels[count], is_test[count] = places[entry.class_name], entry.is_test
        count += 1
    report(len(entries), len(entries))
    return pictures[:count], labels[:count], is_test[:count]


def _check_classes(class_names: Sequence[str], refusals: Refusals) -> None:
    if not 2 <= len(class_names) <= MOST_CLASSES:
        count = f"more than {MOST_CLASSES}" if len(class_names) > MOST_CLASSES else str(len(class_names))
        raise DatasetError(
            f"The upload has pictures of {count} classes. Expected 2 to {MOST_CLASSES}: a folder each, or a label "
            f"each. Arrange them so and upload again.{_left_out(refusals)}"
        )


def _check_counts(
    labels: Bytes, is_test: npt.NDArray[np.bool_], own_test: bool, class_names: tuple[str, ...], refusals: Refusals
) -> None:
    """Raise DatasetError where a class has too few pictures to learn from or, with a test part, to test with."""
    parts = [("training pictures", ~is_test, LEAST_OF_A_CLASS - own_test), ("test pictures", is_test, int(own_test))]
    for what, part, least in parts:
        counts = np.bincount(labels[part], minlength=len(class_names))
        few = int(counts.argmin())
        if counts[few] < least:
            raise DatasetError(
                f"Class {class_names[few]!r} has {counts[few]} {what} that can be read. Expected at least {least}. "
                f"Add some, or leave the class out.{_left_out(refusals)}"
            )


def _left_out(refusals: Refusals) -> str:
    return f" Left out: {refusals.words()}." if refusals.count else ""


def _split(labels: Bytes, is_test: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], str]:
    """The places of training and test pictures, in a random order by SEED, and a sentence on how they were chosen.

    The training pictures' order is random because the last of them validate.
    """
    random = np.random.default_rng(SEED)
    if is_test.any():
        train, test = np.flatnonzero(~is_test), np.flatnonzero(is_test)
        words = "The test pictures are those of the upload's own test part."
    else:
        tests, trains = [], []
        for label in np.unique(labels):
            mine = random.permutation(np.flatnonzero(labels == label))
            cut = max(1, round(TEST_SHARE * len(mine)))
            tests.append(mine[:cut])
            trains.append(mine[cut:])
        train, test = np.concatenate(trains), np.concatenate(tests)
        words = f"{TEST_SHARE:.0%} of each class, chosen at random by seed {SEED}, are kept for the test."
    return random.permutation(train), random.permutation(test), words


def _title(called: str) -> str:
    """A file's name as a title."""
    stem = re.sub(r"\.(zip|npz)$", "", called, flags=re.IGNORECASE)
    words = "".join(character if character.isprintable() else " " for character in re.sub(r"[_\s]+", " ", stem))
    return plain(words)[: own.LONGEST_TITLE].strip() or "Own data"
