"""Where Keras keeps the data sets that it downloads, and how much of a download is there.

Nothing here imports Keras: its rules are repeated, so that the page can look without TensorFlow. They are those of
keras.utils.get_file and keras.config (Keras 3.15).
"""

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from data.errors import DatasetError

__all__ = ["FASHION_FILES", "bytes_here", "cache_path", "expected_bytes", "find", "is_whole", "remove_incomplete"]

# File, size and MD5 of each .gz as published: https://github.com/zalandoresearch/fashion-mnist#get-the-data
FASHION_FILES: Final = {
    "x_train": ("train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    "y_train": ("train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
    "x_test": ("t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
    "y_test": ("t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
}

# The files of each download, relative to Keras's directory, and their sizes in bytes.
DOWNLOADS: Final = {
    "mnist": {Path("datasets/mnist.npz"): 11_490_434},
    "fashion_mnist": {Path("datasets/fashion-mnist") / file: size for file, size, _ in FASHION_FILES.values()},
}
TEMPORARY: Final = Path("/tmp")  # Keras's choice; what is read there is verified
PLACES: Final = {"mnist": Path("datasets/mnist.npz"), "fashion_mnist": Path("datasets/fashion-mnist")}


def cache_path(name: str) -> Path:
    """Where Keras puts the download: a file for mnist, a directory of four files for fashion_mnist.

    $KERAS_HOME or ~/.keras, and /tmp/.keras where that cannot be written. Raises DatasetError for any other name.
    """
    return _keras_directory() / _place(name)


def find(name: str) -> Path | None:
    """The path (as `cache_path`) at which the whole download lies, or None; looks at names and sizes only.

    A home directory that cannot be written is looked into all the same, for a teacher may have filled it for a class;
    and /tmp, where Keras goes more often than its documentation says (with KERAS_HOME=~/new, for one).
    """
    place = _place(name)
    for directory in (_keras_directory(), _keras_home(), TEMPORARY / ".keras"):
        if is_whole(name, directory):
            return directory / place
    return None


def is_whole(name: str, directory: Path) -> bool:
    """Whether the download in this Keras directory is finished; reads no more than the end of a zip file."""
    if name == "mnist":  # any complete archive: one packed by other means has another size and the same arrays
        path = directory / PLACES[name]
        return path.is_file() and _is_zip(path)
    return all(_size(directory / file) == size for file, size in DOWNLOADS[name].items())


def expected_bytes(name: str) -> int:
    """Size in bytes of what Keras downloads for this data set; 0 for one that is not downloaded."""
    return sum(DOWNLOADS.get(name, {}).values())


def bytes_here(name: str) -> int:
    """Bytes of the download that are on disk so far, 0 to `expected_bytes(name)`; for a progress bar."""
    directory = _keras_directory()
    return min(sum(_size(directory / file) for file in DOWNLOADS.get(name, {})), expected_bytes(name))


def remove_incomplete(name: str) -> tuple[Path, ...]:
    """Deletes what a broken-off download left where Keras downloads to, and returns the paths deleted.

    For the one job that is about to download: Keras would take a half-written Fashion-MNIST file for a whole one.
    Whole files stay. Raises DatasetError when a file cannot be deleted.
    """
    directory = _keras_directory()
    if is_whole(name, directory):
        return ()
    sizes = {directory / file: size for file, size in DOWNLOADS[name].items()}
    broken = tuple(path for path, size in sizes.items() if path.is_file() and _size(path) != size)
    for path in broken:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise DatasetError(
                f"{path} is left over from a broken-off download and cannot be deleted: {error.strerror}. "
                f"Expected a directory that can be written. Delete the file by hand."
            ) from error
    return broken


def _place(name: str) -> Path:
    if name not in PLACES:
        raise DatasetError(f"Data set {name!r} is not a download. Expected one of {', '.join(PLACES)}. Just load it.")
    return PLACES[name]


def _keras_home() -> Path:
    """keras.config's home: $KERAS_HOME, else .keras in the home directory, or in /tmp where that is read-only."""
    if (home := os.environ.get("KERAS_HOME")) is not None:
        return _expand(home)
    base = _expand("~")
    return (base if os.access(base, os.W_OK) else TEMPORARY) / ".keras"


def _expand(path: str) -> Path:
    """With ~ replaced as Keras does it; pathlib's way raises where there is no home directory."""
    return Path(os.path.expanduser(path))


def _keras_directory() -> Path:
    """get_file's directory: Keras's home if it can be written or made, else .keras in /tmp."""
    home = _keras_home()
    existing = next((place for place in (home, *home.parents) if place.exists()), home)
    if os.access(existing, os.W_OK):
        return home
    return (TEMPORARY if TEMPORARY.is_dir() else Path(tempfile.gettempdir())) / ".keras"


def _size(path: Path) -> int:
    """Bytes of a file, 0 when there is none."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _is_zip(path: Path) -> bool:
    """Whether a zip file's directory is at the end of this file, which it is once all of it has arrived."""
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False
