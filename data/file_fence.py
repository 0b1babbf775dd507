"""The kernel's fence around files, on Linux from 5.13: what a process changes lies below its own folder (Landlock).

Without it native code in a fenced process could write wherever its user may, for a filter of system calls sees no
names; with it the process cannot look into others' memory through /proc either.
See https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from pathlib import Path
from typing import Final

__all__ = ["fence_files"]

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # landlock_...: the same numbers on every machine
_VERSION_PLEASE = 1
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_WRITE_FILE: Final = 1 << 1
_CHANGE_FOLDERS: Final = sum(1 << bit for bit in range(4, 13))  # remove or make anything in them
_REFER, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_SINCE: Final = {2: _REFER, 3: _TRUNCATE, 5: _DEVICES}
"""Rights by the version of Landlock that knows them first; unknown ones may not be asked for."""


def fence_files(folder: Path) -> bool:
    """Let the kernel refuse every change of files but below `folder`, from now on; whether it does.

    Must come before any thread starts, and before `data.system_calls.filter_system_calls`.
    """
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    version = library.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_PLEASE))
    if version < 1:
        return False
    rights = _WRITE_FILE | _CHANGE_FOLDERS
    for since, right in _SINCE.items():
        rights |= right if version >= since else 0
    on_files = rights & (_WRITE_FILE | _TRUNCATE)
    asked = ctypes.create_string_buffer(struct.pack("Q", rights), 8)
    rules = library.syscall(ctypes.c_long(_CREATE), asked, ctypes.c_size_t(8), ctypes.c_uint(0))
    if rules < 0:
        return False
    try:
        done = _allow(library, rules, folder, rights) and _allow(library, rules, Path(os.devnull), on_files)
        no_new_privileges = 38
        library.prctl(no_new_privileges, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3)
        return bool(done and library.syscall(ctypes.c_long(_RESTRICT), ctypes.c_int(rules), ctypes.c_uint(0)) == 0)
    finally:
        os.close(rules)


def _allow(library: ctypes.CDLL, rules: int, path: Path, rights: int) -> bool:
    """Add to the rules that `rights` are given for `path` and what lies below it."""
    place = os.open(path, getattr(os, "O_PATH", 0))
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
        answer = library.syscall(
            ctypes.c_long(_ADD), ctypes.c_int(rules), ctypes.c_int(_BENEATH), rule, ctypes.c_uint(0)
        )
        return bool(answer == 0)
    finally:
        os.close(place)
