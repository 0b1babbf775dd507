"""The data sets that a network is trained on, verified, as one type.

MNIST comes from the file that STRATA_MNIST names, else from Keras's cache; Fashion-MNIST from Keras's cache; the
digits from scikit-learn, which brings them along. Nothing is downloaded here: Keras does that (see `model`), into
`data.cache.cache_path(name)`, and `load` reads it afterwards.
"""

import hashlib
import math
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from data import archives, cache, own
from data.cache import bytes_here, cache_path, expected_bytes
from data.digits import digits
from data.errors import DatasetError, DatasetMissing

__all__ = [
    "NAMES", "TITLES", "Dataset", "Form", "fingerprint", "form", "is_here", "load", "names", "split", "title",
]  # fmt: skip

Bytes = npt.NDArray[np.uint8]
Stamp = tuple[tuple[int, int], ...]  # (size in bytes, time of change in ns) of each file read

NAMES: Final = ("mnist", "fashion_mnist", "digits")
TITLES: Final[Mapping[str, str]] = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "digits": "Digits"}
ARRAYS: Final = ("x_train", "y_train", "x_test", "y_test")  # the order in which they are hashed
SHAPES: Final = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}

DIGIT_NAMES: Final = tuple("0123456789")
FASHION_NAMES: Final = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

# SHA-256 of each array's bytes. With their IDX headers put back, the same arrays have the MD5 sums of the original
# unpacked files: 6bbc9ace898e44ae57da46a324031adb (x_train), a25bea736e30d166cdddb491f175f624 (y_train),
# 2646ac647ad5339dbf082846283269ea (x_test), 27ae3e4e09519cfbb04c329615203637 (y_test).
MNIST_SHA256: Final = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}

OWN_ADVICE: Final = "Let STRATA_MNIST name Keras's mnist.npz, or unset it."
CACHE_ADVICE: Final = "Delete it, and it is downloaded again."

_loading = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Pictures and labels of one data set; every array is read-only.

    x_train, x_test: uint8 (n, rows, columns, channels), of the built-in ones (n, 28, 28, 1), 0 = background, 255 = ink.
    y_train, y_test: uint8 (n,), an index into `class_names`.
    origin: a sentence for the user that says where the data came from.
    sha256: hex hash of the four arrays, see `fingerprint`.
    """

    name: str
    title: str
    x_train: Bytes
    y_train: Bytes
    x_test: Bytes
    y_test: Bytes
    class_names: tuple[str, ...]
    origin: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a network for a data set must fit: the shape of a picture (rows, columns, channels), and the classes."""

    shape: tuple[int, int, int]
    class_names: tuple[str, ...]


def names() -> tuple[str, ...]:
    """All data sets that one can choose: those of NAMES, then one's own by title."""
    return (*NAMES, *own.names())


def title(name: str) -> str:
    """What a data set is called; an own one that is gone by its name."""
    if name in TITLES:
        return TITLES[name]
    try:
        return own.about(name).title
    except DatasetError:
        return name


def form(name: str) -> Form:
    """What a network for it must fit, without reading its pictures; raises as `load` does, but for built-in ones."""
    if own.is_own(name):
        known = own.about(name)
        return Form(known.shape, known.class_names)
    _check(name)
    return Form((28, 28, 1), FASHION_NAMES if name == "fashion_mnist" else DIGIT_NAMES)


def load(name: str) -> Dataset:
    """The verified data set of this name; kept in memory until its files change.

    Raises DatasetMissing when it is not on this machine, DatasetError when the name is unknown or what is there is
    not that data set. A file that STRATA_MNIST names is used or refused, never passed over.
    """
    _check(name)
    with _loading:  # sessions that start together load once
        if own.is_own(name):
            own.about(name)  # says that it is gone
            return _own(own.place() / name, _stamp([own.place() / name / "pictures.npz"]))
        if name == "digits":
            return _digits()
        if name == "mnist" and (file := _own_mnist()) is not None:
            return _mnist(file, _stamp([file]), f"the file that STRATA_MNIST names, {file}", OWN_ADVICE)
        path = cache.find(name)
        if path is None:
            raise DatasetMissing(_missing(name))
        if name == "mnist":
            return _mnist(path, _stamp([path]), f"Keras's cache, {path}", CACHE_ADVICE)
        return _fashion(path, _stamp([path / file for file, _, _ in cache.FASHION_FILES.values()]))


def is_here(name: str) -> bool:
    """Whether `load` would find the data set's files: False exactly where it would raise DatasetMissing.

    Cheap: reads no contents and verifies nothing. What a broken-off download left is not here; a file that
    STRATA_MNIST names always is, so that `load` can say what is wrong with it.
    """
    _check(name)
    if own.is_own(name):
        return name in own.names()
    return name == "digits" or (name == "mnist" and _own_mnist() is not None) or cache.find(name) is not None


def split(dataset_size: int, fraction: float) -> tuple[slice, slice]:
    """Slices of the training and the validation examples: the last `fraction` validates, as Keras does it.

    dataset_size: examples in all, at least 1. fraction: 0 (no validation, the second slice is empty) to below 1.
    Raises DatasetError when a side that should have examples would have none.
    """
    if dataset_size < 1:
        raise DatasetError(f"Data set has {dataset_size} examples. Expected at least 1. Choose a larger one.")
    if not (math.isfinite(fraction) and 0 <= fraction < 1):
        raise DatasetError(f"Validation split is {fraction}. Expected a number from 0 to below 1. Try 0.2.")
    cut = math.floor(dataset_size * (1.0 - fraction))  # the expression of Keras's train_validation_split
    if cut == 0 or (fraction > 0 and cut == dataset_size):
        raise DatasetError(
            f"Validation split {fraction} of {dataset_size:,} examples leaves {cut:,} for training and "
            f"{dataset_size - cut:,} for validation. Expected at least 1 each. Choose another split or more examples."
        )
    return slice(0, cut), slice(cut, dataset_size)


def fingerprint(arrays: Mapping[str, Bytes]) -> str:
    """Hex SHA-256 of four lines, one for each of ARRAYS: "x_train uint8 60000x28x28x1 <hex SHA-256 of its bytes>"."""
    lines = []
    for name in ARRAYS:
        array = arrays[name]
        sides = "x".join(map(str, array.shape))
        lines.append(f"{name} {array.dtype} {sides} {archives.sha256(array)}\n")
    return hashlib.sha256("".join(lines).encode("ascii")).hexdigest()


def _check(name: str) -> None:
    if name not in NAMES and not own.is_own(name):
        raise DatasetError(f"Data set is {name!r}. Expected one of {', '.join(names())}. Choose one of these.")


def _own_mnist() -> Path | None:
    """The path in STRATA_MNIST, or None; an empty value counts as unset."""
    value = os.environ.get("STRATA_MNIST", "")
    return Path(os.path.expanduser(value)) if value else None


def _stamp(paths: list[Path]) -> Stamp:
    """What changes when one of the files does; zeros for a file that cannot be looked at (reading it says why)."""
    stamps = []
    for path in paths:
        try:
            status = path.stat()
            stamps.append((status.st_size, status.st_mtime_ns))
        except (OSError, ValueError):
            stamps.append((0, 0))
    return tuple(stamps)


def _missing(name: str) -> str:
    """The message of DatasetMissing."""
    size = expected_bytes(name)
    found = f"{bytes_here(name):,}" if bytes_here(name) else "none"
    other = ", or let STRATA_MNIST name an mnist.npz" if name == "mnist" else ""
    return (
        f"{TITLES[name]} is not on this machine. Expected {size:,} bytes at {cache_path(name)}, found {found}. "
        f"Connect to the internet and train on it: it is then downloaded through Keras{other}. "
        "Without a network, choose Digits."
    )


def _dataset(name: str, arrays: Mapping[str, Bytes], class_names: tuple[str, ...], origin: str) -> Dataset:
    """The data set of four arrays; pictures may lack their last axis of length 1."""
    shaped = {}
    for key in ARRAYS:
        array = arrays[key].reshape(-1, 28, 28, 1) if key.startswith("x") else arrays[key]
        array.setflags(write=False)
        shaped[key] = array
    return Dataset(name, TITLES[name], **shaped, class_names=class_names, origin=origin, sha256=fingerprint(shaped))


@lru_cache(maxsize=1)
def _mnist(path: Path, stamp: Stamp, source: str, advice: str) -> Dataset:
    """MNIST from an .npz whose arrays have the right hashes; `stamp` makes the cache notice a changed file."""
    arrays = archives.read_npz(path, SHAPES, advice)
    for name, array in arrays.items():
        found = archives.sha256(array)
        if found != MNIST_SHA256[name]:
            raise DatasetError(
                f"{path} is not MNIST: {name} has other values. Expected SHA-256 {MNIST_SHA256[name]}, "
                f"received {found}. {advice}"
            )
    return _dataset("mnist", arrays, DIGIT_NAMES, f"MNIST's 70,000 handwritten digits from {source}")


@lru_cache(maxsize=1)
def _fashion(path: Path, stamp: Stamp) -> Dataset:
    """Fashion-MNIST from the directory of the four .gz files that Keras keeps."""
    arrays = {
        name: archives.read_idx(path / file, SHAPES[name], size, md5, CACHE_ADVICE)
        for name, (file, size, md5) in cache.FASHION_FILES.items()
    }
    return _dataset(
        "fashion_mnist", arrays, FASHION_NAMES, f"Fashion-MNIST's 70,000 pictures of clothes from Keras's cache, {path}"
    )


@lru_cache(maxsize=1)
def _digits() -> Dataset:
    """scikit-learn's digits, brought to the form of MNIST's."""
    x_train, y_train, x_test, y_test = digits()
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return _dataset("digits", arrays, DIGIT_NAMES, "scikit-learn's 1,797 handwritten digits, brought to 28x28")


@lru_cache(maxsize=1)
def _own(folder: Path, stamp: Stamp) -> Dataset:
    """Somebody's own data set, its hash checked."""
    known = own.read(folder)
    arrays = own.arrays(known, folder)
    found = fingerprint(arrays)
    if found != known.sha256:
        raise DatasetError(
            f"{folder / 'pictures.npz'} has other pictures. Expected SHA-256 {known.sha256}, received {found}. "
            "Delete the data set and upload it again."
        )
    return Dataset(known.name, known.title, **arrays, class_names=known.class_names, origin=known.origin, sha256=found)
