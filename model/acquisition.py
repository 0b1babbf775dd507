"""Get hold of a dataset in a worker: from this machine, else by Keras's own download, else the offline digits."""

from __future__ import annotations

import threading
from collections.abc import Callable

import keras

from data import cache, datasets
from data.datasets import Dataset
from data.errors import DatasetMissing

_DOWNLOADS = {"mnist": keras.datasets.mnist.load_data, "fashion_mnist": keras.datasets.fashion_mnist.load_data}


def acquire(name: str, say: Callable[[str], None]) -> tuple[Dataset, str]:
    """The dataset `name` and, where another had to take its place, a note that says why and how to get it.

    `say` hears the progress of a download in words. Raises DatasetError for a file that is there and is wrong.
    """
    if name not in _DOWNLOADS or datasets.is_here(name):
        return datasets.load(name), ""
    cache.remove_incomplete(name)
    failure = _download(name, say)
    if failure is None:
        return datasets.load(name), ""
    try:
        datasets.load(name)
    except DatasetMissing as missing:
        return datasets.load("digits"), f"{missing} The download failed: {failure}."
    raise AssertionError(f"{name} is here although its download failed: {failure}")


def _download(name: str, say: Callable[[str], None]) -> str | None:
    """Let Keras fetch its file into its cache, saying how far it is; why it failed, or None."""
    failures: list[str] = []

    def fetch() -> None:
        try:
            _DOWNLOADS[name]()
        except Exception as error:  # Keras raises a bare Exception for every network failure.
            failures.append(str(error).splitlines()[0])

    thread = threading.Thread(target=fetch, name=f"download-{name}", daemon=True)
    thread.start()
    expected = cache.expected_bytes(name)
    while True:
        have = cache.bytes_here(name)
        say(f"Downloading {datasets.TITLES[name]}: {have / 1e6:.1f} of {expected / 1e6:.1f} MB")
        thread.join(0.5)
        if not thread.is_alive():
            return failures[0] if failures else None
