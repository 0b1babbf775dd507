"""Strict readers for the two file formats that data sets come in: NumPy's .npz and gzipped IDX.

Both know before reading what must be inside, read no more than that, never unpickle, and answer anything else
with a DatasetError that names the file.
"""

import hashlib
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.errors import DatasetError

__all__ = ["npy_header", "read_file", "read_idx", "read_npz", "reason", "sha256"]

Bytes = npt.NDArray[np.uint8]

MAX_HEADER = 4096  # bytes; a .npy header of a plain array is 64 or 128, older NumPy wrote 80
MAX_NPZ = 64 * 2**20  # bytes; the four MNIST arrays without any compression are 52.4 MiB
IDX_UINT8 = 0x08  # the IDX type code of unsigned bytes

# What zipfile raises on files that only look like archives (found by flipping bytes, see tests/data).
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
    SyntaxError, MemoryError, UserWarning,
)  # fmt: skip


def sha256(array: Bytes) -> str:
    """Hex SHA-256 of the raw bytes of a C-contiguous uint8 array of any shape."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def read_file(path: Path, limit: int, advice: str) -> bytes:
    """All bytes of a regular file of at most `limit` bytes.

    `advice` is the sentence that says what to do. Raises DatasetError when the file is not there, is a directory or
    device, cannot be read, or is too big.
    """
    try:
        if not path.exists():
            raise DatasetError(f"{path} does not exist. {advice}")
        if not path.is_file():
            kind = "a directory" if path.is_dir() else "not a regular file"
            raise DatasetError(f"{path} is {kind}. Expected a file. {advice}")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetError(f"{path} cannot be read: {reason}. Expected a readable file. {advice}") from error
    if len(content) > limit:
        raise DatasetError(f"{path} has {path.stat().st_size:,} bytes. Expected at most {limit:,}. {advice}")
    return content


def read_npz(
    path: Path, shapes: Mapping[str, tuple[int, ...]], advice: str, limit: int | None = None
) -> dict[str, Bytes]:
    """The uint8 arrays named in `shapes` from an .npz file, read-only, each with exactly the shape given there.

    Other arrays in the file are left unread. Declared sizes are checked before anything is unpacked, so that an
    archive that claims terabytes costs nothing. limit: bytes of the file, else MAX_NPZ. `advice` is the sentence that
    says what to do. Raises DatasetError.
    """
    content = read_file(path, limit or MAX_NPZ, advice)
    if not content.startswith(b"PK"):
        start = content[:8]
        raise DatasetError(
            f"{path} is not an .npz file. Expected a zip archive with {', '.join(shapes)}, "
            f"received {len(content):,} bytes that begin with {start!r}. {advice}"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [info.filename for info in archive.infolist()]
            missing = [name for name in shapes if names.count(f"{name}.npy") != 1]
            if missing:
                found = ", ".join(sorted(names)[:8]) or "nothing"
                raise DatasetError(
                    f"{path} lacks {', '.join(missing)}. Expected one array each of {', '.join(shapes)}, "
                    f"received {found}. {advice}"
                )
            return {name: _member(archive, path, name, shape, advice) for name, shape in shapes.items()}
    except ZIP_ERRORS as error:
        raise DatasetError(
            f"{path} is broken: {reason(error)}. Expected a whole .npz file, received {len(content):,} bytes "
            f"that do not unpack. {advice}"
        ) from error


def _member(archive: zipfile.ZipFile, path: Path, name: str, shape: tuple[int, ...], advice: str) -> Bytes:
    """One uint8 array of the archive, of exactly this shape; raises DatasetError or one of ZIP_ERRORS."""
    size = math.prod(shape)
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The other methods unpack without a bound on the output.
        raise NotImplementedError(f"{name} is packed by method {info.compress_type}, not stored or deflated")
    if not size < info.file_size <= size + MAX_HEADER:
        raise DatasetError(
            f"{path}: {name} unpacks to {info.file_size:,} bytes. Expected {size:,} and a short header, for "
            f"uint8 {shape}. {advice}"
        )
    with archive.open(info) as member:
        content = member.read(size + MAX_HEADER + 1)
    found_shape, column_major, dtype, start = npy_header(content)
    if dtype != np.uint8 or found_shape != shape or column_major:
        order = " in column-major order" if column_major else ""
        raise DatasetError(f"{path}: {name} is {dtype} {found_shape}{order}. Expected uint8 {shape}. {advice}")
    if len(content) - start != size:
        raise DatasetError(f"{path}: {name} has {len(content) - start:,} values. Expected {size:,}. {advice}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)  # a view of bytes: read-only


def npy_header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype[np.generic], int]:
    """Shape, whether column-major, dtype, and where the values start; raises ValueError on anything malformed."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"the .npy header has version {version}")
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, column_major, dtype = reader(stream)
    return shape, column_major, dtype, stream.tell()


def reason(error: Exception) -> str:
    """What a library said, as one short line without its full stop."""
    words = " ".join(str(error).split()).rstrip(".")
    return words[:160] if words else type(error).__name__


def read_idx(path: Path, shape: tuple[int, ...], size: int, md5: str, advice: str) -> Bytes:
    """The uint8 array of a gzipped IDX file, read-only, of exactly this shape.

    `size` and `md5` are those of the .gz file as published; `advice` is the sentence that says what to do. Raises
    DatasetError. Format: http://yann.lecun.com/exdb/mnist/ (two zero bytes, type, rank, then big-endian uint32 sides).
    """
    content = read_file(path, size, advice)
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if len(content) != size or found != md5:
        raise DatasetError(
            f"{path} is not the published file. Expected {size:,} bytes with MD5 {md5}, received {len(content):,} "
            f"bytes with MD5 {found}. {advice}"
        )
    return parse_idx(content, shape, path, advice)


def parse_idx(content: bytes, shape: tuple[int, ...], path: Path, advice: str) -> Bytes:
    """The uint8 array in gzipped IDX bytes; unpacks at most what `shape` needs; raises DatasetError."""
    header = struct.pack(f">HBB{len(shape)}I", 0, IDX_UINT8, len(shape), *shape)
    size = len(header) + math.prod(shape)
    inflate = zlib.decompressobj(wbits=31)  # 31: gzip with its checksum
    try:
        unpacked = inflate.decompress(content, size + 1)
    except zlib.error as error:
        raise DatasetError(f"{path} is broken: {reason(error)}. Expected a whole gzip file. {advice}") from error
    if unpacked[: len(header)] != header:
        raise DatasetError(
            f"{path} does not hold uint8 {shape}. Expected IDX bytes that begin with {header.hex()}, "
            f"received {unpacked[: len(header)].hex() or 'nothing'}. {advice}"
        )
    if len(unpacked) != size or not inflate.eof or inflate.unused_data:
        amount = "more" if len(unpacked) > size or inflate.unused_data else f"{len(unpacked):,}"
        raise DatasetError(f"{path} does not hold uint8 {shape}. Expected {size:,} bytes, received {amount}. {advice}")
    return np.frombuffer(unpacked, np.uint8, offset=len(header)).reshape(shape)
