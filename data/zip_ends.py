"""The record at a zip archive's end, read before anything that reads the whole list of members."""

import struct
from typing import BinaryIO, Final

__all__ = ["announced"]

_RECORD: Final = 22  # bytes
_LONGEST_COMMENT: Final = 65535  # bytes, behind the record


def announced(stream: BinaryIO) -> tuple[int, int, bool] | None:
    """Members, bytes of their list, and whether it is a zip64, as the archive's end says; None where there is no end.

    Nothing of it is true of a hostile archive but that zipfile reads no longer list. Source: APPNOTE.TXT 4.3.16.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _RECORD - _LONGEST_COMMENT))
    end = stream.read()
    place = end.rfind(b"PK\x05\x06")
    if place < 0 or len(end) - place < _RECORD:
        return None
    members, length = struct.unpack("<HI", end[place + 10 : place + 16])
    return members, length, b"PK\x06\x07" in end[max(0, place - 20) : place]
