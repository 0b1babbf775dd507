"""Hostile pictures and data sets, made here: truncated, huge, mislabelled, malicious. Each must end in a clear refusal.

`cases` makes them and `tried` uploads one the way the page does, in this process and into a folder of its own; the
benchmarks count both. What a pickle in one of them would run is `marker`, which must never appear.
"""

import io
import pickle
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from data.errors import DataError
from data.inputs import picture_input
from data.preparation import prepare
from tests.data import hostile_archives, hostile_arrays
from tests.data.good_pictures import file_of, pixels, zipped

Kind = Literal["picture", "zip", "npz"]
FORMS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
SHAPES = (((28, 28, 1), "mnist"), ((32, 32, 3), "own-0123456789ab"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an upload: whether it was taken, and in which words it was refused."""

    accepted: bool
    reason: str


def marker() -> Path:
    """The file that a pickle among the cases would make if anything unpickled it."""
    return Path(tempfile.gettempdir()) / "strata-hostile-pickle-was-run"


def cases() -> Iterator[tuple[str, bytes, Kind]]:
    """(name, content, kind) of every hostile upload."""
    for name, content in {**_cut(), **_strange(), **_sized(), **_broken()}.items():
        yield f"picture: {name}", content, "picture"
    for name, content in hostile_archives.archives().items():
        yield f"zip: {name}", content, "zip"
    for name, content in hostile_arrays.files(marker()).items():
        yield f"npz: {name}", content, "npz"


def tried(content: bytes, kind: Kind) -> Outcome:
    """Upload it; anything but a DataError is a bug and comes out as it is."""
    try:
        if kind == "picture":
            for shape, dataset in SHAPES:
                picture_input(content, shape, dataset)
        else:
            with tempfile.TemporaryDirectory() as folder:
                upload, staged = Path(folder) / f"upload.{kind}", Path(folder) / "staged"
                upload.write_bytes(content)
                staged.mkdir()
                prepare(upload, upload.name, staged, None, lambda done, total: None)
    except DataError as error:
        return Outcome(False, str(error))
    return Outcome(True, "")


def _cut() -> dict[str, bytes]:
    """Whole files of every form, cut off at several places."""
    found = {}
    for form in FORMS:
        whole = file_of(pixels(3, 64, 64), form)
        for share in (0.02, 0.3, 0.8):
            found[f"{form} cut off at {share:.0%}"] = whole[: max(4, int(len(whole) * share))]
    return found


def _strange() -> dict[str, bytes]:
    """What is no picture, or none that may come in."""
    picture = pixels(4, 32, 32)
    return {
        "empty": b"",
        "one byte": b"\x89",
        "zeros": bytes(4096),
        "random bytes": np.random.default_rng(1).bytes(4096),
        "text": b"this is not a picture " * 20,
        "HTML with a script": b"<html><script>alert(1)</script></html>",
        "SVG with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "SVG that reads a file": b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF",
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n(x) run\n%%EOF\n",
        "program": b"\x7fELF\x02\x01\x01" + bytes(100),
        "shell script": b"#!/bin/sh\nrm -rf /\n",
        "pickle": pickle.dumps({"x": 1}),
        "zip": zipped({"a.png": file_of(picture)}),
        "TIFF": file_of(picture, "TIFF"),
        "ICO": file_of(picture, "ICO"),
        "PPM": file_of(picture, "PPM"),
        "TGA": file_of(picture, "TGA"),
        "JPEG 2000 header": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(60),
        "PSD header": b"8BPS\x00\x01" + bytes(60),
        "only a PNG signature": b"\x89PNG\r\n\x1a\n",
        "only a JPEG marker": b"\xff\xd8\xff\xe0",
        "only a GIF header": b"GIF89a",
        "only a RIFF header": b"RIFF\x10\x00\x00\x00WEBP",
        "only a BMP header": b"BM" + bytes(12),
        "beyond the limit of bytes": file_of(picture) + bytes(10 * 2**20),
    }


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its right checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes, depth: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """A PNG file of these chunks, whatever they say."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _sized() -> dict[str, bytes]:
    """Pictures too small, too large, and bombs that claim or unpack to far more than they are."""
    small = zlib.compress(bytes(1000))
    return {
        "1x1": file_of(pixels(1, 1, 1)),
        "7x40": file_of(pixels(1, 40, 7)),
        "40x7": file_of(pixels(1, 7, 40)),
        "5000x10": file_of(pixels(1, 10, 5000)),
        "10x5000": file_of(pixels(1, 5000, 10)),
        "PNG of 0x0": png(0, 0, small),
        "PNG of 0x10": png(0, 10, small),
        "PNG that claims 65535x65535": png(65535, 65535, small),
        "PNG that claims 2 billion by 2 billion": png(2**31 - 1, 2**31 - 1, small),
        "PNG that claims 30000x30000 at one bit": png(30000, 30000, small, depth=1),
        "PNG bomb of 20000x20000 zeros": png(20000, 20000, zlib.compress(bytes(20001 * 200), 9)),
        "GIF that claims 65535x65535": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(40),
        "BMP that claims 100000x100000": _bmp(100000, 100000),
        "BMP of 0x0": _bmp(0, 0),
        "BMP of a width below zero": _bmp(-32, 32),
        "JPEG that claims 65500x65500": _resized_jpeg(),
        "PNG with a text that unpacks to 100 MB": png(
            32, 32, zlib.compress(bytes(33 * 32)), extra=chunk(b"zTXt", b"x\x00\x00" + zlib.compress(bytes(10**8), 9))
        ),
    }


def _bmp(width: int, height: int, bits: int = 24) -> bytes:
    return (
        b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 154, 0, 0, 54, 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)
        + bytes(100)
    )


def _resized_jpeg() -> bytes:
    content = bytearray(file_of(pixels(2, 32, 32), "JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", 65500, 65500)
    return bytes(content)


def _broken() -> dict[str, bytes]:
    """Files whose parts contradict each other."""
    whole = bytearray(file_of(pixels(5, 32, 32)))
    wrong_sum = whole.copy()
    wrong_sum[whole.index(b"IDAT") + 20] ^= 0xFF
    header = whole.copy()
    header[20] ^= 0xFF
    rows = zlib.compress(bytes(33 * 32))
    webp = bytearray(file_of(pixels(6, 32, 32), "WEBP"))
    webp[20:40] = bytes(20)
    gif = io.BytesIO(file_of(pixels(7, 32, 32), "GIF")).getvalue()
    return {
        "PNG with a wrong checksum": bytes(wrong_sum),
        "PNG with a wrong header checksum": bytes(header),
        "PNG without data": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)),
        "PNG of data that does not unpack": png(32, 32, b"not zlib at all"),
        "PNG with too few rows": png(32, 32, zlib.compress(bytes(100))),
        "PNG of depth 77": png(32, 32, rows, depth=77),
        "PNG of colour type 9": png(32, 32, rows, colour=9),
        "WebP with zeros in its middle": bytes(webp),
        "GIF without a frame": gif[:13] + b"\x3b",
        "BMP of 77 bits": _bmp(32, 32, 77),
        "JPEG without tables": b"\xff\xd8" + b"\xff\xc0\x00\x0b\x08\x00\x20\x00\x20\x01\x01\x11\x00" + b"\xff\xd9",
    }
