"""Without a file and without a network the digits take MNIST's place, and the run says why."""

import threading
from pathlib import Path

import pytest

from data import datasets
from model import acquisition


def test_the_offline_digits_take_the_place_of_what_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRATA_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def no_network() -> None:
        raise Exception("URL fetch failure on https://example.org: None -- no route to host")

    monkeypatch.setitem(acquisition._DOWNLOADS, "mnist", no_network)
    said: list[str] = []
    dataset, note = acquisition.acquire("mnist", said.append)
    assert dataset.name == "digits"
    assert note.startswith("This run trains on scikit-learn's 1,797 handwritten digits")
    assert "STRATA_MNIST" in note and "no route to host" in note
    assert said[0] == "Downloading MNIST: 0.0 of 11.5 MB"


def test_a_stop_is_heard_while_the_data_is_on_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRATA_MNIST", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    end = threading.Event()
    monkeypatch.setitem(acquisition._DOWNLOADS, "mnist", lambda: end.wait(60))
    try:
        with pytest.raises(acquisition.AcquisitionStopped):
            acquisition.acquire("mnist", lambda words: None, lambda: True)
    finally:
        end.set()


def test_data_that_is_here_is_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError("downloaded")

    monkeypatch.setitem(acquisition._DOWNLOADS, "mnist", fail)
    dataset, note = acquisition.acquire("digits", lambda words: None)
    assert dataset is datasets.load("digits")
    assert note == ""
