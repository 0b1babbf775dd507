"""Get hold of a dataset in a worker: from this machine, else by Keras's own download, else the offline digits."""

from __future__ import annotations

import threading
from collections.abc import Callable

import keras

from data import cache, datasets
from data.datasets import Dataset
from data.errors import StrataError

_DOWNLOADS = {"mnist": keras.datasets.mnist.load_data, "fashion_mnist": keras.datasets.fashion_mnist.load_data}


class AcquisitionStopped(StrataError):
    """Somebody pressed Stop while the data was on its way."""


def acquire(
    name: str, say: Callable[[str], None], should_stop: Callable[[], bool] = lambda: False
) -> tuple[Dataset, str]:
    """The dataset `name` and, where another had to take its place, a note that says why and how to get it.

    `say` hears the progress of a download in words; `should_stop` is asked twice a second. Raises DatasetError for a
    file that is there and is wrong, AcquisitionStopped when asked to stop.
    """
    if name not in _DOWNLOADS or datasets.is_here(name):
        return datasets.load(name), ""
    cache.remove_incomplete(name)
    failure = _download(name, say, should_stop)
    if failure is None:
        return datasets.load(name), ""
    digits, title = datasets.load("digits"), datasets.TITLES[name]
    own = ", or let STRATA_MNIST name an mnist.npz" if name == "mnist" else ""
    return digits, (
        f"This run trains on {digits.origin}, because {title} is not on this machine and could not be downloaded "
        f"({failure}). To get {title}: connect to the internet and train on it again{own}."
    )


def _download(name: str, say: Callable[[str], None], should_stop: Callable[[], bool]) -> str | None:
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
        if should_stop():
            # The thread goes on by itself: a download that ends well is there for the next training.
            raise AcquisitionStopped("Stopped while the data was on its way.")
