"""Archives that are no .keras files: truncated, doubled, packed to burst, with names that lead elsewhere."""

from __future__ import annotations

import io
import json
import pickle
import stat
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

METADATA = json.dumps({"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}).encode()


class _Touches:
    """What creates a file as it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def pickled(marker: Path) -> bytes:
    return pickle.dumps(_Touches(marker))


def weights(arrays: dict[str, np.ndarray] | None = None) -> bytes:
    """A model.weights.h5 as Keras lays it out, of a dense layer unless said otherwise."""
    found = arrays if arrays is not None else {"layers/dense/vars/0": np.zeros((784, 10), np.float32),
                                               "layers/dense/vars/1": np.zeros(10, np.float32)}  # fmt: skip
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_group("vars")
        for name, array in found.items():
            file.create_dataset(name, data=array)
    return stream.getvalue()


def packed(config: Any, weight_file: bytes | None = None, method: int = zipfile.ZIP_STORED) -> bytes:
    """A .keras file of that configuration (an object, or the bytes of config.json)."""
    content = config if isinstance(config, bytes) else json.dumps(config).encode("utf-8", "surrogatepass")
    members = [("metadata.json", METADATA), ("config.json", content), ("model.weights.h5", weight_file or weights())]
    return _zipped(members, method)


def _zipped(members: Sequence[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def cases(marker: Path, good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Every one is refused before a process starts."""
    whole, config = packed(good), json.dumps(good).encode()
    usual: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        ("metadata.json", METADATA), ("config.json", config), ("model.weights.h5", weights())]  # fmt: skip
    yield "empty", b""
    yield "text", b"import os\nos.system('true')\n"
    yield "noise", np.random.default_rng(0).bytes(5000)
    yield "a pickle", pickled(marker)
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(100)
    yield "a zip's first bytes", b"PK\x03\x04"
    yield "an empty zip", b"PK\x05\x06" + bytes(18)
    yield "a program before the zip", b"MZ" + bytes(62) + whole
    yield "zeros after a zip's first bytes", b"PK\x03\x04" + bytes(10_000)
    for part in range(1, 12):
        yield f"truncated after {part} twelfths", whole[: len(whole) * part // 12]
    yield "truncated by one byte", whole[:-1]
    yield "its directory is elsewhere", whole[:-6] + b"\xff\xff\xff\x7f" + whole[-2:]
    yield "a byte of the weights is another", _flipped(whole, whole.index(b"\x89HDF") + 300)
    yield "a checksum is another", _flipped(whole, whole.rindex(b"PK\x01\x02") + 16)
    for name in ("metadata.json", "config.json", "model.weights.h5"):
        yield f"without {name}", _zipped([member for member in usual if member[0] != name])
        yield f"{name} twice", _zipped([*usual, (name, b"{}")])
    strange = ("../config.json", "/etc/cron.d/strata", "..\\..\\config.json", "C:\\autoexec.bat", "a/../../b",
               "config.json/", "conf\u0456g.json", "CONFIG.JSON", "assets/vocabulary.txt", "__pycache__/json.pyc",
               "sitecustomize.py",
               "config.json\x00.py", "./config.json", "model.pkl", "\u202eosj.gifnoc")  # fmt: skip
    for name in strange:
        yield f"a member {name!a}", _zipped([*usual, (name, b"x")])
    yield "a link", _zipped([*usual[:2], (_link(), b"/etc/passwd")])
    for label, method in (("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        yield f"packed by {label}", _zipped(usual, method)
    yield "encrypted", _flagged(whole)
    yield "a comment", _commented(usual)
    yield "another name before its bytes", _renamed(whole)
    yield "a member of 64-bit sizes", _extended(usual)
    yield "two archives in one", whole + whole
    yield "a directory that says 60,000", whole[:-14] + b"\x60\xea" * 2 + whole[-10:]
    yield "members that share bytes", _overlapping(usual)
    yield "a bomb of a configuration", _bomb(usual, "config.json", b" " * 20_000_000)
    yield "a bomb of weights", _bomb(usual, "model.weights.h5", bytes(20_000_000))
    yield "a size that is not true", _lied(usual)
    yield "a zip for weights", packed(good, whole)
    yield "a pickle for weights", packed(good, pickled(marker))
    yield "no weights in the file of weights", packed(good, b" ")
    keys = ", ".join(f'"{number}": 0' for number in range(100_000))
    yield (
        "one of very many keys twice",
        _zipped([*usual[:1], ("config.json", f'{{{keys}, "5": 1}}'.encode()), *usual[2:]]),
    )
    yield "a list of very many members", _zipped([*usual, *((f"m{number}", b"") for number in range(5_000))])
    yield "metadata is no JSON", _zipped([("metadata.json", b"\x00"), *usual[1:]])


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("model.weights.h5")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def _flagged(whole: bytes) -> bytes:
    """The flag for encryption in each header, local and central."""
    changed = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = whole.find(mark, at + 1)
    return bytes(changed)


def _renamed(whole: bytes) -> bytes:
    """The first local header names another file than the directory does."""
    at = whole.index(b"metadata.json")
    return whole[:at] + b"../../me.json" + whole[at + 13 :]


def _extended(members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """A size in the directory of 2**60 bytes, in the field for what does not fit into 32 bits."""
    whole = bytearray(_zipped(members))
    at = bytes(whole).rfind(b"PK\x01\x02")
    name = int.from_bytes(whole[at + 28 : at + 30], "little")
    extra = b"\x01\x00\x08\x00" + (2**60).to_bytes(8, "little")
    whole[at + 24 : at + 28] = b"\xff" * 4
    whole[at + 30 : at + 32] = len(extra).to_bytes(2, "little")
    whole[at + 46 + name : at + 46 + name] = extra
    end = bytes(whole).rfind(b"PK\x05\x06")
    length = int.from_bytes(whole[end + 12 : end + 16], "little") + len(extra)
    whole[end + 12 : end + 16] = length.to_bytes(4, "little")
    return bytes(whole)


def _commented(members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO(_zipped(members))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"PK\x05\x06" + bytes(18)
    return stream.getvalue()


def _overlapping(members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """All central records point to the first member."""
    whole = bytearray(_zipped(members))
    at = bytes(whole).find(b"PK\x01\x02")
    while at >= 0:
        whole[at + 42 : at + 46] = bytes(4)
        at = bytes(whole).find(b"PK\x01\x02", at + 1)
    return bytes(whole)


def _bomb(members: list[tuple[str | zipfile.ZipInfo, bytes]], name: str, content: bytes) -> bytes:
    others = [member for member in members if member[0] != name]
    return _zipped([*others, (name, content)], zipfile.ZIP_DEFLATED)


def _lied(members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """The weights' unpacked size in the central directory is 10 bytes."""
    whole = bytearray(_zipped(members, zipfile.ZIP_DEFLATED))
    at = bytes(whole).rfind(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(whole)
