"""Which data set is loaded from where, what it holds, and what is said when it cannot be."""

import gzip
import hashlib
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cache, datasets
from data.errors import DataError, DatasetError, DatasetMissing, PictureError, StrataError

SMALL = {"x_train": (6, 28, 28), "y_train": (6,), "x_test": (2, 28, 28), "y_test": (2,)}


def arrays() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.integers(0, 10, shape, np.uint8) for name, shape in SMALL.items()}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, np.ndarray]:
    """Data sets of 6 + 2 pictures in the place of the real ones, and an empty Keras cache at tmp_path/keras."""
    made = arrays()
    monkeypatch.setattr(datasets, "SHAPES", SMALL)
    monkeypatch.setattr(
        datasets, "MNIST_SHA256", {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in made.items()}
    )
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cache, "TEMPORARY", tmp_path / "temporary")
    monkeypatch.delenv("STRATA_MNIST", raising=False)
    return made


def save(path: Path, contents: dict[str, np.ndarray]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **contents)
    return path


def test_the_errors_are_one_tree() -> None:
    assert DatasetMissing.__mro__[:4] == (DatasetMissing, DatasetError, DataError, StrataError)
    assert PictureError.__mro__[:3] == (PictureError, DataError, StrataError)


def test_mnist_is_taken_from_strata_mnist_before_kerass_cache(
    small: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "keras/datasets/mnist.npz", small)
    own = save(tmp_path / "own.npz", small)
    cached = datasets.load("mnist")
    assert cached.origin == f"MNIST's 70,000 handwritten digits from Keras's cache, {tmp_path}/keras/datasets/mnist.npz"
    monkeypatch.setenv("STRATA_MNIST", str(own))
    loaded = datasets.load("mnist")
    assert loaded.origin == f"MNIST's 70,000 handwritten digits from the file that STRATA_MNIST names, {own}"
    assert loaded.sha256 == cached.sha256
    np.testing.assert_array_equal(loaded.x_train[..., 0], small["x_train"])
    np.testing.assert_array_equal(loaded.y_test, small["y_test"])
    assert loaded.x_test.shape == (2, 28, 28, 1)
    monkeypatch.setenv("STRATA_MNIST", "")
    assert datasets.load("mnist").origin == cached.origin


def test_a_wrong_file_in_strata_mnist_is_refused_though_the_cache_is_right(
    small: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "keras/datasets/mnist.npz", small)
    own = tmp_path / "own.npz"
    monkeypatch.setenv("STRATA_MNIST", str(own))
    advice = "Let STRATA_MNIST name Keras's mnist.npz, or unset it."
    assert datasets.is_here("mnist")
    with pytest.raises(DatasetError) as caught:
        datasets.load("mnist")
    assert str(caught.value) == f"{own} does not exist. {advice}"
    assert not isinstance(caught.value, DatasetMissing)
    other = {**small, "y_test": (small["y_test"] + 1).astype(np.uint8)}
    save(own, other)
    with pytest.raises(DatasetError) as caught:
        datasets.load("mnist")
    assert str(caught.value) == (
        f"{own} is not MNIST: y_test has other values. Expected SHA-256 {datasets.MNIST_SHA256['y_test']}, "
        f"received {hashlib.sha256(other['y_test'].tobytes()).hexdigest()}. {advice}"
    )


def test_a_wrong_file_in_the_cache_is_refused(small: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = save(tmp_path / "keras/datasets/mnist.npz", {**small, "x_test": small["x_test"].astype(np.int16)})
    assert datasets.is_here("mnist")
    with pytest.raises(DatasetError) as caught:
        datasets.load("mnist")
    assert str(caught.value) == (
        f"{path}: x_test is int16 (2, 28, 28). Expected uint8 (2, 28, 28). Delete it, and it is downloaded again."
    )


def test_a_file_that_was_put_right_is_read_anew(small: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = save(tmp_path / "keras/datasets/mnist.npz", {"x": small["x_test"]})
    with pytest.raises(DatasetError):
        datasets.load("mnist")
    save(path, small)
    first = datasets.load("mnist")
    assert datasets.load("mnist") is first


def test_sessions_that_start_together_load_once(small: dict[str, np.ndarray], tmp_path: Path) -> None:
    save(tmp_path / "keras/datasets/mnist.npz", small)
    start, found = threading.Barrier(8), []

    def session() -> None:
        start.wait()
        found.append(datasets.load("mnist"))

    threads = [threading.Thread(target=session) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(dataset) for dataset in found}) == 1


def test_what_is_missing_is_named_and_how_to_get_it(small: dict[str, np.ndarray], tmp_path: Path) -> None:
    assert not datasets.is_here("mnist")
    with pytest.raises(DatasetMissing) as caught:
        datasets.load("mnist")
    assert str(caught.value) == (
        f"MNIST is not on this machine. Expected 11,490,434 bytes at {tmp_path}/keras/datasets/mnist.npz, found none. "
        "Connect to the internet and train on it: it is then downloaded through Keras, or let STRATA_MNIST name an "
        "mnist.npz. Without a network, choose Digits."
    )
    half = tmp_path / "keras/datasets/mnist.npz"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PK\3\4" + bytes(4996))
    with pytest.raises(DatasetMissing, match=r"found 5,000\."):
        datasets.load("mnist")
    with pytest.raises(DatasetMissing) as caught:
        datasets.load("fashion_mnist")
    assert str(caught.value) == (
        "Fashion-MNIST is not on this machine. Expected 30,878,645 bytes at "
        f"{tmp_path}/keras/datasets/fashion-mnist, found none. Connect to the internet and train on it: it is then "
        "downloaded through Keras. Without a network, choose Digits."
    )


def test_fashion_mnist_is_read_from_kerass_four_files(
    small: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "keras/datasets/fashion-mnist"
    folder.mkdir(parents=True)
    files = {}
    for name, (file, _, _) in cache.FASHION_FILES.items():
        array = small[name]
        content = gzip.compress(struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes())
        (folder / file).write_bytes(content)
        files[name] = (file, len(content), hashlib.md5(content).hexdigest())
    monkeypatch.setattr(cache, "FASHION_FILES", files)
    sizes = {Path("datasets/fashion-mnist") / file: size for file, size, _ in files.values()}
    monkeypatch.setitem(cache.DOWNLOADS, "fashion_mnist", sizes)
    dataset = datasets.load("fashion_mnist")
    np.testing.assert_array_equal(dataset.x_train[..., 0], small["x_train"])
    assert dataset.class_names[9] == "Ankle boot"
    assert dataset.origin == f"Fashion-MNIST's 70,000 pictures of clothes from Keras's cache, {folder}"

    wrong = folder / files["y_test"][0]
    content = bytearray(wrong.read_bytes())
    content[-1] ^= 1
    wrong.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        datasets.load("fashion_mnist")
    assert str(caught.value) == (
        f"{wrong} is not the published file. Expected {len(content)} bytes with MD5 {files['y_test'][2]}, received "
        f"{len(content)} bytes with MD5 {hashlib.md5(content).hexdigest()}. Delete it, and it is downloaded again."
    )


def test_an_unknown_name_is_refused() -> None:
    message = "Data set is 'cifar'. Expected one of mnist, fashion_mnist, digits. Choose one of these."
    for function in (datasets.load, datasets.is_here):
        with pytest.raises(DatasetError) as caught:
            function("cifar")
        assert str(caught.value) == message


@pytest.mark.mnist
def test_mnist_itself() -> None:
    dataset = datasets.load("mnist")
    assert dataset.title == "MNIST"
    assert dataset.x_train.shape == (60_000, 28, 28, 1)
    assert dataset.x_test.shape == (10_000, 28, 28, 1)
    assert dataset.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(dataset.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert dataset.class_names == tuple("0123456789")
    assert dataset.sha256 == "b505a1ca209530479aaaa6dde06e0b418757d35d85e2d589ffad5df1305ae1b0"
    for array in (dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test):
        assert array.dtype == np.uint8 and not array.flags.writeable


def test_the_fingerprint_is_what_it_says() -> None:
    made = arrays()
    text = "".join(
        f"{name} uint8 {sides} {hashlib.sha256(made[name].tobytes()).hexdigest()}\n"
        for name, sides in (("x_train", "6x28x28"), ("y_train", "6"), ("x_test", "2x28x28"), ("y_test", "2"))
    )
    assert datasets.fingerprint(made) == hashlib.sha256(text.encode()).hexdigest()


@settings(deadline=None, database=None)
@given(st.integers(2, 70_000), st.floats(0.01, 0.99))
def test_the_last_part_validates(size: int, fraction: float) -> None:
    try:
        train, validation = datasets.split(size, fraction)
    except DatasetError:
        assert int(size * (1 - fraction)) in (0, size)
        return
    assert (train.start, train.stop, validation.stop) == (0, validation.start, size)
    assert train.stop == int(np.floor(size * (1.0 - fraction)))


@pytest.mark.parametrize(
    ("size", "fraction", "message"),
    [
        (0, 0.2, "Data set has 0 examples. Expected at least 1. Choose a larger one."),
        (9, 1.0, "Validation split is 1.0. Expected a number from 0 to below 1. Try 0.2."),
        (9, -0.1, "Validation split is -0.1. Expected a number from 0 to below 1. Try 0.2."),
        (9, float("nan"), "Validation split is nan. Expected a number from 0 to below 1. Try 0.2."),
        (1, 0.5, "Validation split 0.5 of 1 examples leaves 0 for training and 1 for validation. Expected at least 1 "
                 "each. Choose another split or more examples."),
    ],
)  # fmt: skip
def test_a_split_that_leaves_nothing_is_refused(size: int, fraction: float, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        datasets.split(size, fraction)
    assert str(caught.value) == message


def test_no_validation_is_a_split() -> None:
    assert datasets.split(10, 0) == (slice(0, 10), slice(10, 10))
    assert datasets.split(60_000, 0.2) == (slice(0, 48_000), slice(48_000, 60_000))
