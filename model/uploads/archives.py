"""The zip that a .keras file is: exactly Keras's members, unpacked under our own count and not the header's."""

from __future__ import annotations

import itertools
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from data import zip_ends
from model.uploads.limits import CONFIG_BYTES, PACKING_RATIO, UNPACKED_BYTES, UploadError, quoted, refuse

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
_ADVICE = "Save the model anew with model.save('model.keras') and upload that file as it is."
_ENCRYPTED = 0x1
_CHUNK = 2**20
_MOST_MEMBERS, _LONGEST_DIRECTORY = 100, 2**16
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
    SyntaxError, UserWarning, KeyError, IndexError, OverflowError,
)  # fmt: skip
"""What zipfile raises on files that only look like archives."""


def unpack(source: Path, folder: Path) -> None:
    """Write the three members of the .keras file `source` into `folder`; raises UploadError for any other archive."""
    try:
        _check_directory(source)
        with zipfile.ZipFile(source) as archive:
            for info in _checked(archive, source.stat().st_size):
                limit = UNPACKED_BYTES if info.filename.endswith(".h5") else CONFIG_BYTES
                with archive.open(info) as packed, (folder / info.filename).open("xb") as unpacked:
                    _copy(packed, unpacked, info, limit)
    except _BROKEN as error:
        raise refuse(f"The archive is broken: {quoted(error, 100)}.", "a whole .keras file", _ADVICE) from error


def _check_directory(source: Path) -> None:
    """Raise UploadError unless the archive's end announces a short list of members: zipfile reads it whole."""
    with source.open("rb") as stream:
        announced = zip_ends.announced(stream)
    if announced is None:
        raise zipfile.BadZipFile("it has no end")
    members, length, is_zip64 = announced
    if members > _MOST_MEMBERS or length > _LONGEST_DIRECTORY or is_zip64:
        raise refuse(f"The archive lists {members:,} members in {length:,} bytes.", "three members", _ADVICE)


def _checked(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    """The members, if they are Keras's three and nothing about them is odd."""
    members = archive.infolist()
    names = [member.orig_filename for member in members]
    for member in members:
        name = member.orig_filename
        if name not in _MEMBERS or name != member.filename:
            raise refuse(f"The archive holds {quoted(name)}.", f"only {', '.join(sorted(_MEMBERS))}", _advice(name))
        if member.flag_bits & _ENCRYPTED:
            raise refuse(f"{name} is encrypted.", "a file that can be read", _ADVICE)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refuse(f"{name} is packed by method {member.compress_type}.", "stored or deflated", _ADVICE)
        kind = member.external_attr >> 28  # the type of file in Unix's mode: 8 is a regular one, 0 not said
        if kind not in (0, 8):
            raise refuse(f"{name} is no regular file (type {kind}).", "regular files", _ADVICE)
        if member.header_offset < 0 or member.header_offset >= size:
            raise refuse(f"{name} lies outside the archive.", "a whole archive", _ADVICE)
    for name in sorted(_MEMBERS):
        if names.count(name) != 1:
            raise refuse(f"The archive holds {name} {names.count(name)} times.", "it once", _ADVICE)
    if archive.comment:
        raise refuse("The archive has a comment.", "none, as Keras writes it", _ADVICE)
    _no_overlaps(members)
    return members


def _advice(name: str) -> str:
    if name.startswith("assets"):
        return "Layers with files of their own (vocabularies) are not read."
    return _ADVICE


def _no_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Members that share bytes unpack to more than the archive holds; what stands before all is another file."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    if ordered[0].header_offset != 0:
        raise refuse(f"{ordered[0].header_offset:,} bytes stand before the archive.", "none", _ADVICE)
    for first, second in itertools.pairwise(ordered):
        if first.header_offset + 30 + first.compress_size > second.header_offset:
            raise refuse(f"{first.filename} and {second.filename} share bytes.", "each its own", _ADVICE)


def _copy(packed: IO[bytes], unpacked: IO[bytes], info: zipfile.ZipInfo, limit: int) -> None:
    """Unpack one member, counting; its checksum is checked by zipfile when its end is read."""
    total, most = 0, min(limit, PACKING_RATIO * max(info.compress_size, 2**12))
    while block := packed.read(_CHUNK):
        total += len(block)
        if total > most:
            raise UploadError(
                f"{info.filename} unpacks to more than {most:,} bytes from {info.compress_size:,}. Expected at most "
                f"{limit:,} bytes and {PACKING_RATIO} to 1. Save the model without its optimiser, unpacked."
            )
        unpacked.write(block)
    if total != info.file_size:
        raise refuse(f"{info.filename} has {total:,} bytes.", f"the {info.file_size:,} that are announced", _ADVICE)
