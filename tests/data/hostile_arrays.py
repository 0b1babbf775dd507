"""Hostile .npz files: pickles, headers that lie, ranks and kinds that are none, labels that fit nothing."""

import io
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.good_pictures import arrays, npz, zipped


class _Runs:
    """What writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def files(marker: Path) -> dict[str, bytes]:
    """Content by name; marker: what unpickling would write."""
    return {**_pickled(marker), **_containers(), **_headers(), **_shapes(), **_values(), **_labels()}


def _npy(shape: tuple[int, ...], descr: str, content: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An .npy whose header says so, whatever its content."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header + content


def _good(name: str) -> bytes:
    stream = io.BytesIO()
    np.save(stream, arrays()[name])
    return stream.getvalue()


def _with(**members: bytes) -> bytes:
    return zipped({f"{name}.npy": content for name, content in {"x": _good("x"), "y": _good("y"), **members}.items()})


def _pickled(marker: Path) -> dict[str, bytes]:
    objects = np.array([_Runs(marker)] * 12, object)
    stream = io.BytesIO()
    np.save(stream, objects, allow_pickle=True)
    harm = stream.getvalue()
    return {
        "pictures that are pickles": _with(x=harm),
        "labels that are pickles": _with(y=harm),
        "class names that are pickles": _with(class_names=harm),
        "test pictures that are pickles": _with(x_test=harm, y_test=_good("y")),
        "a pickle in place of an array": _with(x=pickle.dumps(_Runs(marker))),
        "a pickle in place of the file": pickle.dumps(_Runs(marker)),
        "a structure that holds objects": _with(x=_npy((12,), "[('a', '|O')]", bytes(96))),
    }


def _containers() -> dict[str, bytes]:
    good = arrays()
    whole = npz(**good)
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("x.npy", _good("x"))
        archive.writestr("y.npy", _good("y"))
        archive.writestr("x_train.npy", _good("x"))
    return {
        "an .npy alone": _good("x"),
        "no x": npz(y=good["y"]),
        "no y": npz(x=good["x"]),
        "neither": npz(z=good["x"]),
        "x twice": twice.getvalue(),
        "cut off in the middle": whole[: len(whole) // 2],
        "cut off at its end": whole[:-30],
        "packed by LZMA": zipped({"x.npy": _good("x"), "y.npy": _good("y")}, zipfile.ZIP_LZMA),
        "x_test alone": npz(**good, x_test=good["x"]),
        "y_test alone": npz(**good, y_test=good["y"]),
        "members cut off": _with(x=_good("x")[:-100]),
        "members with more behind": _with(x=_good("x") + b"more"),
        "empty members": _with(x=b""),
    }


def _headers() -> dict[str, bytes]:
    return {
        "a header that claims terabytes": _with(x=_npy((10**6, 10**3, 10**3), "'|u1'", bytes(100))),
        "a header that claims more than there is": _with(x=_npy((13, 28, 28), "'|u1'", bytes(12 * 784))),
        "a header of a size below zero": _with(x=_npy((-1, 28, 28), "'|u1'", bytes(784))),
        "a header of an overflowing size": _with(x=_npy((2**62, 2**62, 4), "'|u1'", bytes(784))),
        "a header of version 9": _with(x=_npy((1, 28, 28), "'|u1'", bytes(784), b"\x09\x00")),
        "a header that is code": _with(x=_npy((1,), "__import__('os').system('true')", bytes(784))),
        "a header without end": _with(x=b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + b"{" * 5000),
        "no magic": _with(x=b"\x00" * 1000),
        "a kind that is none": _with(x=_npy((12, 28, 28), "'<q9'", bytes(784))),
    }


def _shapes() -> dict[str, bytes]:
    y = arrays()["y"]
    shapes = {
        "a row": (12,), "flat pictures": (12, 784), "five axes": (12, 1, 28, 28, 1), "two channels": (12, 28, 28, 2),
        "channels first": (12, 3, 28, 28), "five channels": (12, 28, 28, 5), "pictures of 4x4": (12, 4, 4),
        "pictures of 28x0": (12, 28, 0), "pictures of 5000x8": (12, 5000, 8), "a single number": (),
    }  # fmt: skip
    found = {f"x that is {name}": npz(x=np.zeros(shape, np.uint8), y=y) for name, shape in shapes.items()}
    found["no pictures at all"] = npz(x=np.zeros((0, 28, 28), np.uint8), y=y[:0])
    return found


def _values() -> dict[str, bytes]:
    good = arrays()
    x = good["x"].astype(np.float32)
    return {
        "nothing but NaN": npz(x=np.full_like(x, np.nan), y=good["y"]),
        "a NaN in every picture": npz(x=np.where(np.arange(28) == 3, np.nan, x).astype(np.float32), y=good["y"]),
        "infinite values": npz(x=np.full_like(x, np.inf), y=good["y"]),
        "values of thousands": npz(x=x * 100 + 256, y=good["y"]),
        "values below zero": npz(x=x - 1000, y=good["y"]),
        "whole numbers beyond 255": npz(x=good["x"].astype(np.int32) + 1000, y=good["y"]),
        "complex numbers": npz(x=x.astype(np.complex64), y=good["y"]),
        "dates": npz(x=good["x"].astype("datetime64[s]"), y=good["y"]),
        "texts for pictures": npz(x=np.full((12, 28, 28), "a"), y=good["y"]),
    }


def _labels() -> dict[str, bytes]:
    good = arrays()
    x, y = good["x"], np.asarray(good["y"], np.int64)
    names = np.array(["cat", "dog"])
    return {
        "too few labels": npz(x=x, y=y[:-1]),
        "too many labels": npz(x=x, y=np.append(y, 1)),
        "labels as one-hot rows": npz(x=x, y=np.eye(2)[y]),
        "labels as fractions": npz(x=x, y=y + 0.5),
        "labels as bytes": npz(x=x, y=y.astype("S1")),
        "one class": npz(x=x, y=y * 0),
        "a class for each picture": npz(x=x, y=np.arange(len(x))),
        "101 classes": npz(**arrays(101, 5, 8)),
        "a class of one picture": npz(x=x, y=np.where(np.arange(len(x)) == 0, 7, y)),
        "labels beyond the names": npz(x=x, y=y + 5, class_names=names),
        "labels below zero beside names": npz(x=x, y=y - 9, class_names=names),
        "names twice": npz(x=x, y=y, class_names=np.array(["cat", "cat"])),
        "empty names": npz(x=x, y=y, class_names=np.array(["cat", ""])),
        "names as numbers": npz(x=x, y=y, class_names=np.array([1, 2])),
        "names in two rows": npz(x=x, y=y, class_names=np.array([["cat"], ["dog"]])),
        "an endless name": npz(x=x, y=y, class_names=np.array(["cat", "d" * 1000])),
        "endless labels": npz(x=x, y=np.array(["a" * 300, "b" * 300])[y]),
        "names that do not print": npz(x=x, y=y, class_names=np.array(["cat", "\u202edog"])),
        "test labels of other classes": npz(x=x, y=y, x_test=x, y_test=y + 50),
        "a test part without a class": npz(x=x, y=y, x_test=x, y_test=y * 0),
    }
