"""The strict readers: what is right is read, all else is refused in words, nothing is unpacked on trust."""

import functools
import gzip
import hashlib
import io
import os
import pickle
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import archives
from data.errors import DatasetError

SHAPES = {"x": (3, 4, 4), "y": (3,)}
X = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
Y = np.array([2, 0, 1], np.uint8)
ADVICE = "Do this."


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array)
    return stream.getvalue()


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def written(folder: Path, content: bytes, name: str = "file.npz") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        archives.read_npz(path, SHAPES, ADVICE)
    return str(caught.value).replace(str(path), "PATH")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_npz_is_read_as_numpy_reads_it(tmp_path: Path, method: int) -> None:
    path = written(tmp_path, archive({"x.npy": npy(X), "y.npy": npy(Y), "other.npy": b"never looked at"}, method))
    arrays = archives.read_npz(path, SHAPES, ADVICE)
    assert list(arrays) == ["x", "y"]
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(arrays["y"], Y)
    assert not arrays["x"].flags.writeable


class Payload:
    """Unpickled, it would create a file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    objects = np.array([Payload(str(trace))] * 3, dtype=object)
    stream = io.BytesIO()
    np.lib.format.write_array(stream, objects, allow_pickle=True)
    content = stream.getvalue() + bytes(64)  # as long as the real one
    path = written(tmp_path, archive({"x.npy": content, "y.npy": npy(Y)}))
    assert refusal(path) == "PATH: x is object (3,). Expected uint8 (3, 4, 4). Do this."
    path.write_bytes(pickle.dumps(Payload(str(trace))))
    assert refusal(path).startswith("PATH is not an .npz file. Expected a zip archive with x, y, received ")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, "PATH lacks y. Expected one array each of x, y, received x.npy. Do this."),
        ({}, "PATH lacks x, y. Expected one array each of x, y, received nothing. Do this."),
        ({"x": X.reshape(3, 16), "y": Y}, "PATH: x is uint8 (3, 16). Expected uint8 (3, 4, 4). Do this."),
        ({"x": X.view(np.int8), "y": Y}, "PATH: x is int8 (3, 4, 4). Expected uint8 (3, 4, 4). Do this."),
        (
            {"x": np.asfortranarray(X), "y": Y},
            "PATH: x is uint8 (3, 4, 4) in column-major order. Expected uint8 (3, 4, 4). Do this.",
        ),
        (
            {"x": np.zeros((100, 28, 28)), "y": Y},
            "PATH: x unpacks to 627,328 bytes. Expected 48 and a short header, for uint8 (3, 4, 4). Do this.",
        ),
        (
            {"x": X[:0], "y": Y},
            "PATH: x is uint8 (0, 4, 4). Expected uint8 (3, 4, 4). Do this.",
        ),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    assert refusal(written(tmp_path, npz(**arrays))) == message


def test_files_that_are_no_archives_are_refused(tmp_path: Path) -> None:
    text = written(tmp_path, b"<html>Not found</html>")
    assert refusal(text) == (
        "PATH is not an .npz file. Expected a zip archive with x, y, received 22 bytes that begin with b'<html>No'. "
        "Do this."
    )
    empty = written(tmp_path, b"")
    assert "received 0 bytes that begin with b''" in refusal(empty)
    assert refusal(tmp_path) == "PATH is a directory. Expected a file. Do this."
    assert refusal(tmp_path / "none") == "PATH does not exist. Do this."
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # reading it would wait for ever
    assert refusal(pipe) == "PATH is not a regular file. Expected a file. Do this."
    assert "cannot be read" in refusal(Path("a\0b")) or "does not exist" in refusal(Path("a\0b"))


def test_an_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, npz(x=X, y=Y))

    def deny(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert refusal(path) == "PATH cannot be read: Permission denied. Expected a readable file. Do this."


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = npz(x=X, y=Y)
    path = written(tmp_path, whole[:200])
    assert refusal(path) == (
        "PATH is broken: File is not a zip file. Expected a whole .npz file, received 200 bytes that do not unpack. "
        "Do this."
    )


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(archive({"x.npy": npy(X), "y.npy": npy(Y)}, zipfile.ZIP_STORED))
    content[content.index(X.tobytes()) + 5] ^= 255
    assert refusal(written(tmp_path, bytes(content))).startswith("PATH is broken: Bad CRC-32 for file 'x.npy'.")


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    bomb = archive({"x.npy": bytes(200_000_000), "y.npy": npy(Y)})
    assert len(bomb) < 250_000
    assert refusal(written(tmp_path, bomb)) == (
        "PATH: x unpacks to 200,000,000 bytes. Expected 48 and a short header, for uint8 (3, 4, 4). Do this."
    )


def test_a_bomb_that_lies_about_its_size_stays_small(tmp_path: Path) -> None:
    honest = archive({"x.npy": npy(X) + bytes(5_000_000), "y.npy": npy(Y)})
    real, claimed = struct.pack("<I", len(npy(X)) + 5_000_000), struct.pack("<I", len(npy(X)))
    lying = honest.replace(real, claimed)
    assert lying != honest
    assert refusal(written(tmp_path, lying)).startswith("PATH is broken: ")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_without_a_bound_is_refused(tmp_path: Path, method: int) -> None:
    path = written(tmp_path, archive({"x.npy": npy(X), "y.npy": npy(Y)}, method))
    assert f"x is packed by method {method}, not stored or deflated" in refusal(path)


def test_a_header_that_claims_more_than_there_is_is_refused(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**12,)})
    path = written(tmp_path, archive({"x.npy": header.getvalue(), "y.npy": npy(Y)}))
    assert refusal(path) == "PATH: x is uint8 (1000000000000,). Expected uint8 (3, 4, 4). Do this."
    short = archive({"x.npy": npy(X)[:-7], "y.npy": npy(Y)})
    assert refusal(written(tmp_path, short)) == "PATH: x has 41 values. Expected 48. Do this."


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_NPZ", 100)
    path = written(tmp_path, bytes(101))
    assert refusal(path) == "PATH has 101 bytes. Expected at most 100. Do this."


@settings(deadline=None, database=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_ends_in_a_refusal_or_in_the_right_arrays(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(archive({"x.npy": npy(X), "y.npy": npy(Y)}, zipfile.ZIP_STORED))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path, bytes(content[: data.draw(st.integers(0, len(content)))]))
    with suppress(DatasetError):
        np.testing.assert_array_equal(archives.read_npz(path, SHAPES, ADVICE)["x"], X)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def test_an_idx_file_is_read(tmp_path: Path) -> None:
    content = gzip.compress(idx(X))
    path = written(tmp_path, content, "x.gz")
    md5 = hashlib.md5(content).hexdigest()
    array = archives.read_idx(path, X.shape, len(content), md5, ADVICE)
    np.testing.assert_array_equal(array, X)
    assert not array.flags.writeable


def test_an_idx_file_other_than_the_published_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(idx(X), mtime=0)
    path = written(tmp_path, content, "x.gz")
    with pytest.raises(DatasetError) as caught:
        archives.read_idx(path, X.shape, 70, "0" * 32, ADVICE)
    found = hashlib.md5(content).hexdigest()
    assert str(caught.value) in (
        f"{path} is not the published file. Expected 70 bytes with MD5 {'0' * 32}, received {len(content)} bytes with "
        f"MD5 {found}. Do this.",
        f"{path} has {len(content)} bytes. Expected at most 70. Do this.",
    )


packed = functools.partial(gzip.compress, mtime=0)  # without the time, which would be in the names of the tests


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text", "F is broken: Error -3 while decompressing data: incorrect header check. Expected a whole gzip"),
        (b"", "F does not hold uint8 (3, 4, 4). Expected IDX bytes that begin with 00000803000000030000000400000004, "
              "received nothing. Do this."),
        (packed(idx(Y)), "F does not hold uint8 (3, 4, 4). Expected IDX bytes that begin with "
                                "00000803000000030000000400000004, received 0000080100000003020001. Do this."),
        (packed(idx(X)[:-1]), "F does not hold uint8 (3, 4, 4). Expected 64 bytes, received 63. Do this."),
        (packed(idx(X) + b"!"), "F does not hold uint8 (3, 4, 4). Expected 64 bytes, received more. Do this."),
        (packed(idx(X) + bytes(10**7)), "F does not hold uint8 (3, 4, 4). Expected 64 bytes, received more. Do"),
        (packed(idx(X)) + b"tail", "F does not hold uint8 (3, 4, 4). Expected 64 bytes, received more."),
        (packed(idx(X))[:-9], "F does not hold uint8 (3, 4, 4). Expected 64 bytes, received "),
    ],
)  # fmt: skip
def test_idx_bytes_are_parsed_strictly(content: bytes, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        archives.parse_idx(content, X.shape, Path("F"), ADVICE)
    assert str(caught.value).startswith(message)
