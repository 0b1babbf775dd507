"""Pictures by class, from a zip archive or a folder: what may be read, and which class and part it belongs to.

Nothing is ever unpacked to disk: a member is read into memory, by its place in the archive, and its name is only
looked at. Still, an archive with names that lead elsewhere was made to do harm, and such members are refused.
"""

import functools
import stat
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from data import zip_ends
from data.archives import ZIP_ERRORS, reason
from data.errors import DatasetError, PictureError
from data.pictures import MAX_BYTES
from data.refusals import Refusals, plain

__all__ = [
    "MAX_FILES", "MAX_UNPACKED", "Member", "Placed", "arranged", "check_directory", "folder_members", "zip_members",
]  # fmt: skip

MAX_FILES: Final = 50_000  # in an archive or folder
MAX_UNPACKED: Final = 2**30  # bytes of all files together
MAX_DIRECTORY: Final = 512 * MAX_FILES  # bytes of an archive's list of files: each takes about 2 kB of memory
LONGEST_CLASS: Final = 60  # characters
LONGEST_NAME: Final = 400  # characters of a path in the archive
SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
ARCHIVES: Final = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
JUNK: Final = ("thumbs.db", "desktop.ini", "__macosx")  # what systems leave in archives, beside hidden files
TRAINING: Final = ("train", "training")
TEST: Final = ("test", "testing")
ADVICE: Final = "Pack one folder of pictures for each class, and upload again."


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the upload: its path in it with "/" between folders, its size in bytes, and how to read it.

    `read` raises PictureError where it cannot be read.
    """

    name: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Placed:
    """A file and what its folders say of it: its class, and whether it is for the test."""

    member: Member
    class_name: str
    is_test: bool


def zip_members(stream: BinaryIO, refusals: Refusals) -> list[Member]:
    """The files of a zip archive that may be read; raises DatasetError for what is no whole, harmless archive."""
    check_directory(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except ZIP_ERRORS as error:
        raise DatasetError(
            f"The archive is broken: {reason(error)}. Expected a whole zip file. Pack it anew and upload again."
        ) from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    _check_amount(len(infos), sum(info.file_size for info in infos))
    seen: set[str] = set()
    found = []
    for info in infos:
        if _is_junk(info.filename):
            continue
        wrong = _harm(info.filename) or _packing(info) or ("is there twice" if info.filename in seen else "")
        if wrong:
            refusals.add(info.filename, f"The file {wrong}.")
            continue
        seen.add(info.filename)
        found.append(Member(info.filename, info.file_size, functools.partial(_read, archive, info)))
    return found


def folder_members(folder: Path, refusals: Refusals) -> list[Member]:
    """The files below a folder that may be read, links not followed; raises DatasetError for too many or too much."""
    found: list[Member] = []
    total = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            refusals.add(name, "The file is a link.")
        elif path.is_file() and not _is_junk(name):
            size = path.stat().st_size
            total += size
            _check_amount(len(found) + 1, total)
            if wrong := _too_large(size):
                refusals.add(name, f"The file {wrong}.")
            else:
                found.append(Member(name, size, path.read_bytes))
    return found


def arranged(members: list[Member], refusals: Refusals) -> list[Placed]:
    """What the folders say: [wrapper/][train|test/]class/file, the wrapper one folder around everything.

    Files elsewhere, and of other kinds than pictures, are refused. Two folders named train and test beside each other
    are parts, not classes.
    """
    found = []
    for member in members:
        if member.name.lower().endswith(SUFFIXES):
            found.append((member, member.name.split("/")))
        else:
            refusals.add(member.name, f"The file is no picture by its name. Expected {', '.join(SUFFIXES)}.")
    folders = [path for _, path in found if len(path) > 1]
    if len({path[0] for path in folders}) == 1 and any(len(path) > 2 for path in folders):
        found = [(member, path[1:] or path) for member, path in found]
    tops = {path[0].lower() for _, path in found if len(path) > 1}
    has_parts = bool(tops & {*TRAINING}) and tops <= {*TRAINING, *TEST} and len(tops) > 1
    return [placed for member, path in found if (placed := _placed(member, path, has_parts, refusals)) is not None]


def _placed(member: Member, path: list[str], has_parts: bool, refusals: Refusals) -> Placed | None:
    depth = 3 if has_parts else 2
    if len(path) != depth:
        where = "in no class's folder" if len(path) < depth else "in a folder within a class's folder"
        refusals.add(member.name, f"The file lies {where}.")
        return None
    class_name = plain(unicodedata.normalize("NFC", path[-2]).replace("_", " "))
    if not class_name or len(class_name) > LONGEST_CLASS or not class_name.isprintable():
        words = f"has {len(class_name)} characters, or some that do not print. Expected 1 to {LONGEST_CLASS}"
        refusals.add(member.name, f"The name of its class {words}.")
        return None
    return Placed(member, class_name, has_parts and path[0].lower() in TEST)


def check_directory(stream: BinaryIO) -> None:
    """Raise DatasetError unless the archive's end says that its list of files is of a size that can be read."""
    announced = zip_ends.announced(stream)
    if announced is None:
        size = stream.seek(0, 2)
        stream.seek(0)
        start = stream.read(8)
        raise DatasetError(
            f"The file is no whole zip archive: {size:,} bytes that begin with {start!r}. Expected a zip of pictures "
            f"by class folder, or an .npz with x and y. {ADVICE}"
        )
    files, length, is_zip64 = announced
    if files > MAX_FILES or length > MAX_DIRECTORY or is_zip64:
        raise DatasetError(
            f"The archive's list says {files:,} files in {length:,} bytes. Expected at most {MAX_FILES:,} files in a "
            "plain zip archive. Take fewer pictures, or pack it with another program."
        )
    stream.seek(0)


def _check_amount(files: int, unpacked: int) -> None:
    if files > MAX_FILES or unpacked > MAX_UNPACKED:
        raise DatasetError(
            f"The upload has {files:,} files or more, of {unpacked:,} bytes unpacked. Expected at most {MAX_FILES:,} "
            f"files of {MAX_UNPACKED:,} bytes together. Take fewer or smaller pictures."
        )


def _is_junk(name: str) -> bool:
    """Whether a system put it there and nobody misses it."""
    parts = [part.lower() for part in name.replace("\\", "/").split("/")]
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return hidden or any(part in JUNK for part in parts)


def _harm(name: str) -> str:
    """What is wrong with the name of an archive's member, for "The file …"; empty if nothing is."""
    parts = name.split("/")
    if len(name) > LONGEST_NAME:
        return f"has a name of {len(name):,} characters; up to {LONGEST_NAME} may"
    if "\\" in name or any(not character.isprintable() for character in name):
        return "has a backslash or a character that does not print in its name"
    if name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return "has an absolute path"
    if any(part in ("..", ".", "") for part in parts):
        return "has a path that leads out of its folder"
    if name.lower().endswith(ARCHIVES):
        return "is an archive within the archive"
    return ""


def _packing(info: zipfile.ZipInfo) -> str:
    """What is wrong with how a member is packed, for "The file …"; empty if nothing is."""
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is a link or a device, not a file"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is packed by method {info.compress_type}, not stored or deflated"
    return _too_large(info.file_size)


def _too_large(size: int) -> str:
    return f"has {size:,} bytes unpacked, at most {MAX_BYTES:,} may" if size > MAX_BYTES else ""


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The member's bytes, no more than it declared and its checksum right; raises PictureError."""
    try:
        with archive.open(info) as member:
            content = member.read(MAX_BYTES + 1)
    except ZIP_ERRORS as error:
        raise PictureError(f"The file cannot be unpacked: {reason(error)}. Pack it anew.") from error
    if len(content) != info.file_size:
        raise PictureError(f"The file has {len(content):,} bytes, its archive says {info.file_size:,}. Pack it anew.")
    return content
