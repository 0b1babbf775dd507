"""Where Keras keeps its downloads, found without Keras."""

import os
from pathlib import Path

import pytest

from data import cache, datasets
from data.errors import DatasetError


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv("STRATA_MNIST", raising=False)
    monkeypatch.setattr(cache, "TEMPORARY", tmp_path / "temporary")
    return tmp_path


def test_the_cache_is_in_the_home_directory(home: Path) -> None:
    assert cache.cache_path("mnist") == home / ".keras/datasets/mnist.npz"
    assert cache.cache_path("fashion_mnist") == home / ".keras/datasets/fashion-mnist"


def test_keras_home_moves_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", "~/elsewhere")
    assert cache.cache_path("mnist") == home / "elsewhere/datasets/mnist.npz"


def test_what_cannot_be_written_gives_way_to_tmp(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = home / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path == temporary)
    assert cache.cache_path("mnist") == temporary / ".keras/datasets/mnist.npz"


def test_a_filled_read_only_cache_is_used_all_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(home / "class"))
    files = write(home / "class", "fashion_mnist")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert cache.find("fashion_mnist") == files[0].parent


def test_a_download_that_keras_put_in_tmp_is_found(home: Path) -> None:
    files = write(home / "temporary/.keras", "fashion_mnist")
    assert cache.cache_path("fashion_mnist") == home / ".keras/datasets/fashion-mnist"
    assert cache.find("fashion_mnist") == files[0].parent


def write(folder: Path, name: str) -> list[Path]:
    """Files of the right sizes that take no room (sparse)."""
    paths = []
    for file, size in cache.DOWNLOADS[name].items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.truncate(size)
        paths.append(path)
    return paths


def test_a_download_is_followed_by_its_bytes(home: Path) -> None:
    assert cache.expected_bytes("mnist") == 11_490_434
    assert cache.expected_bytes("fashion_mnist") == 29_515 + 26_421_880 + 5_148 + 4_422_102
    assert cache.expected_bytes("digits") == 0
    assert cache.bytes_here("fashion_mnist") == 0
    paths = write(home / ".keras", "fashion_mnist")
    assert cache.bytes_here("fashion_mnist") == cache.expected_bytes("fashion_mnist")
    assert datasets.is_here("fashion_mnist")
    os.truncate(paths[0], 1_000)
    assert cache.bytes_here("fashion_mnist") == 30_878_645 - 26_421_880 + 1_000
    assert not datasets.is_here("fashion_mnist")


def test_what_a_broken_off_download_left_is_removed(home: Path) -> None:
    paths = write(home / ".keras", "fashion_mnist")
    assert cache.remove_incomplete("fashion_mnist") == ()
    os.truncate(paths[2], 77)
    assert cache.remove_incomplete("fashion_mnist") == (paths[2],)
    assert [path.exists() for path in paths] == [True, True, False, True]
    write(home / ".keras", "mnist")  # of the right size, and no archive: Keras compares its hash and downloads again
    assert not datasets.is_here("mnist")
    assert cache.remove_incomplete("mnist") == ()


def test_what_cannot_be_removed_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write(home / ".keras", "fashion_mnist")
    os.truncate(paths[1], 5)

    def deny(self: Path, missing_ok: bool) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", deny)
    with pytest.raises(DatasetError) as caught:
        cache.remove_incomplete("fashion_mnist")
    assert str(caught.value) == (
        f"{paths[1]} is left over from a broken-off download and cannot be deleted: Permission denied. "
        "Expected a directory that can be written. Delete the file by hand."
    )


def test_digits_are_no_download() -> None:
    with pytest.raises(DatasetError) as caught:
        cache.cache_path("digits")
    assert str(caught.value) == (
        "Data set 'digits' is not a download. Expected one of mnist, fashion_mnist. Just load it."
    )
