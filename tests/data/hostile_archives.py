"""Hostile zip archives: broken, lying, with names that lead elsewhere, with nothing in them to learn from."""

import bz2
import gzip
import io
import stat
import struct
import tarfile
import zipfile

from tests.data.good_pictures import class_files, file_of, pixels, zipped

PICTURE = file_of(pixels(1))


def archives() -> dict[str, bytes]:
    """Content by name."""
    return {**_no_archives(), **_lying(), **_names(), **_packed(), **_arranged()}


def _good() -> bytes:
    return zipped(class_files())


def _no_archives() -> dict[str, bytes]:
    whole = _good()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a/1.png"), io.BytesIO(b""))
    found = {
        "empty": b"",
        "text": b"PK, but only these letters",
        "a picture": PICTURE,
        "a tar": tar.getvalue(),
        "gzip": gzip.compress(PICTURE),
        "bzip2": bz2.compress(PICTURE),
        "7z header": b"7z\xbc\xaf\x27\x1c" + bytes(200),
        "RAR header": b"Rar!\x1a\x07\x01\x00" + bytes(200),
        "an end without an archive": b"PK\x05\x06" + bytes(18),
        "zeros": bytes(5000),
    }
    return found | {f"cut off at {share:.0%}": whole[: int(len(whole) * share)] for share in (0.1, 0.5, 0.9, 0.995)}


def _end(content: bytes, **fields: int) -> bytes:
    """The archive with other words in its end record: files, length, offset."""
    changed = bytearray(content)
    place = content.rindex(b"PK\x05\x06")
    for name, (at, form) in {"files": (10, "<H"), "length": (12, "<I"), "offset": (16, "<I")}.items():
        if name in fields:
            struct.pack_into(form, changed, place + at, fields[name])
    return bytes(changed)


def _directory(content: bytes, at: int, form: str, value: int) -> bytes:
    """The archive with one field of every entry in its directory changed."""
    changed, place = bytearray(content), content.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into(form, changed, place + at, value)
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def _lying() -> dict[str, bytes]:
    whole = _good()
    end = whole.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 2**40, 1)
    return {
        "an end that claims 65535 files": _end(whole, files=65535),
        "an end that claims a list of 4 GB": _end(whole, length=2**32 - 1),
        "an end that puts the list elsewhere": _end(whole, offset=2**31),
        "a 64-bit end that leads nowhere": whole[:end] + locator + whole[end:],
        "entries that claim 4 GB": _directory(whole, 24, "<I", 2**32 - 2),
        "entries that claim 200 MB": _directory(whole, 24, "<I", 200 * 2**20),
        "entries that claim 3 bytes": _directory(whole, 24, "<I", 3),
        "entries that claim another checksum": _directory(whole, 16, "<I", 12345),
        "entries that begin outside of the file": _directory(whole, 42, "<I", 2**31),
        "entries that all begin at the first": _directory(whole, 42, "<I", 0),
        "entries packed by no known method": _directory(whole, 10, "<H", 77),
        "entries marked as encrypted": _directory(whole, 8, "<H", 1),
        "entries that need version 99": _directory(whole, 6, "<H", 990),
        "every picture a bomb of zeros": zipped(
            {f"{label}/{number}.png": bytes(11 * 2**20) for label in "ab" for number in range(5)}, zipfile.ZIP_DEFLATED
        ),
        "bombs that are a gigabyte together": _gigabyte(),
    }


def _gigabyte() -> bytes:
    """Two hundred members of 9 MiB of zeros, each below the limit; the same packed bytes are written every time."""
    once = zipped({"a/0.png": bytes(9 * 2**20)}, zipfile.ZIP_DEFLATED)
    entry = once[once.index(b"PK\x01\x02") : once.index(b"PK\x05\x06")]
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 200, 200, 200 * len(entry), once.index(b"PK\x01\x02"), 0)
    return once[: once.index(b"PK\x01\x02")] + 200 * entry + end


def _names() -> dict[str, bytes]:
    """Two classes of good pictures whose names are tricks: none may be read."""
    tricks = {
        "names that lead up": "../{}/{}.png",
        "names that lead up in the middle": "a/../../{}/{}.png",
        "absolute names": "/tmp/{}/{}.png",
        "drive letters": "C:/{}/{}.png",
        "backslashes": "..\\{}\\{}.png",
        "a network share": "//server/{}/{}.png",
        "dots for folders": "./{}/./{}.png",
        "names with a line break": "{}/a\nb{}.png",
        "names with an escape sequence": "{}/\x1b[2J{}.png",
        "names that run backwards": "{}/\u202egnp.{}.png",
        "endless names": "{}/" + "a" * 500 + "{}.png",
        "classes with endless names": "b" * 100 + "{}/{}.png",
        "classes that do not print": "\u200b\u200b{}/{}.png",
        "classes of markup alone": "***{}/{}.png",
        "names of programs": "{}/{}.py",
        "names of pickles": "{}/{}.pkl",
        "archives within": "{}/{}.zip",
        "links by name": "{}/{}.lnk",
        "hidden files": "{}/.{}.png",
        "folders of the Mac": "__MACOSX/{}/{}.png",
    }
    found = {}
    for name, form in tricks.items():
        classes = ("", "*") if name == "classes of markup alone" else ("cat", "dog")
        found[name] = zipped({form.format(label, number): PICTURE for label in classes for number in range(6)})
    return found


def _packed() -> dict[str, bytes]:
    """Members that are no plain files, or packed by methods that unpack without bounds."""
    found = {}
    for name, mode in {"links": stat.S_IFLNK, "devices": stat.S_IFCHR, "pipes": stat.S_IFIFO}.items():
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for label in "ab":
                for number in range(6):
                    info = zipfile.ZipInfo(f"{label}/{number}.png")
                    info.create_system = 3
                    info.external_attr = (mode | 0o777) << 16
                    archive.writestr(info, b"/etc/passwd" if mode == stat.S_IFLNK else PICTURE)
        found[f"only {name}"] = stream.getvalue()
    for name, method in {"bzip2": zipfile.ZIP_BZIP2, "LZMA": zipfile.ZIP_LZMA}.items():
        found[f"packed by {name}"] = zipped(class_files(), method)
    return found


def _arranged() -> dict[str, bytes]:
    """Good files, but nothing that could be learned from them; and one bad class beside a good one."""
    good = class_files()
    one = {name: content for name, content in good.items() if name.startswith("class 0")}
    return {
        "one class": zipped(one),
        "101 classes": zipped({f"{label}/{number}.png": PICTURE for label in range(101) for number in range(5)}),
        "a class with four pictures": zipped({**good, **class_files(3, 4)}),
        "a class whose pictures are all broken": zipped({**one, **{f"b/{number}.png": b"no" for number in range(6)}}),
        "a class whose pictures are all too small": zipped(
            {**one, **{f"b/{number}.png": file_of(pixels(1, 3, 3)) for number in range(6)}}
        ),
        "no folders": zipped({name.replace("/", " "): content for name, content in good.items()}),
        "folders within the classes": zipped({name.replace("/", "/a/b/"): content for name, content in good.items()}),
        "texts": zipped({name.replace(".png", ".txt"): b"words" for name in good}),
        "SVG with scripts named PNG": zipped(dict.fromkeys(good, b"<svg onload='alert(1)'/>")),
        "a test part alone of two": zipped({**class_files(1, 6, folder="train/"), **class_files(2, 6, folder="test/")}),
        "a test part without a class": zipped(
            {**class_files(2, 6, folder="train/"), **class_files(1, 6, folder="test/")}
        ),
    }
