"""What a throw-away process takes from itself before it opens a file that somebody else made.

Fences that each stand without the others:

* the system's limits (resource): memory, processor time, size of a written file, open files;
* on Linux a filter of system calls (`data.system_calls`): no sockets, no other programs, no other processes' memory, no
  privileges; and files are changed below its own folder alone (`data.file_fence`). They hold against native code too,
  and cannot be taken off again;
* Python's audit hook: no sockets, no programs, no compiled code out of bytes, no pickles, and no file is written or
  removed outside the process's own folder. It holds against Python code on every system.

macOS has the first and the last (its kernel does not enforce the limit on memory), Windows the last alone.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.file_fence import fence_files
from data.system_calls import filter_system_calls

__all__ = ["Bounds", "Forbidden", "Watch", "fence_by_kernel", "limit_memory", "limit_resources"]

_FORBIDDEN: Final = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.",
    "os.startfile", "ftplib.", "http.", "imaplib.", "poplib.", "smtplib.", "telnetlib.", "urllib.", "webbrowser.",
    "pickle.", "code.__new__", "cpython.run_", "os.kill", "ensurepip.", "sqlite3.", "msvcrt.", "winreg.",
    "os.chmod", "os.chown", "os.chflags", "os.link", "os.symlink", "os.setxattr", "os.removexattr", "os.utime",
    "sys.addaudithook", "signal.pthread_kill", "resource.",
)  # fmt: skip
_CHANGING: Final = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "shutil.rmtree": 1,
             "shutil.move": 2, "shutil.copyfile": 2}  # fmt: skip
"""Events that change files, and how many paths come first in their arguments."""
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_WHILE_IMPORTING: Final = frozenset({"code.__new__", "sys.addaudithook", "resource.setrlimit", "os.utime"})
_IMPORTER: Final = "<frozen importlib._bootstrap_external>"
_PROCESS: Final = re.compile(r"/proc/(\d+)/")


class Forbidden(BaseException):
    """Something tried what no reading needs; not an Exception, so that nothing on the way swallows it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may take: seconds of a processor, bytes of each file it writes, files open at a time."""

    processor_seconds: int
    file_bytes: int
    open_files: int = 256


def limit_resources(bounds: Bounds) -> None:
    """The system's limits but that on memory, which comes once all libraries are there (`limit_memory`)."""
    with contextlib.suppress(ImportError):  # Windows has none
        import resource

        _lower(resource.RLIMIT_CPU, bounds.processor_seconds)
        _lower(resource.RLIMIT_FSIZE, bounds.file_bytes)
        _lower(resource.RLIMIT_NOFILE, bounds.open_files)
        _lower(resource.RLIMIT_CORE, 0)


def addresses_taken() -> int:
    """Bytes of addresses that this process has; raises ImportError or OSError where the system does not tell."""
    import resource

    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def limit_memory(more: int) -> None:
    """At most `more` bytes of addresses beyond what this process has taken by now."""
    with contextlib.suppress(ImportError, OSError):
        import resource

        _lower(resource.RLIMIT_AS, addresses_taken() + more)


def _lower(which: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def fence_by_kernel(folder: Path) -> bool:
    """Both of Linux's fences, before any thread starts; whether it filters system calls."""
    fence_files(folder)
    return filter_system_calls()


class Watch:
    """Refuses, in Python, what no reading needs; files are written below `folder` alone.

    While libraries are imported (`strict` is False) a refusal is a PermissionError, for they ask the system a few
    things then (the processor's name, whether there is IPv6) and go on without; afterwards it ends the process.
    """

    def __init__(self, folder: Path) -> None:
        self.strict = False
        self._own = os.path.realpath(folder)
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITING:
                self._write(path)
            else:
                self._read(path)
        elif event in _CHANGING:
            for path in arguments[: _CHANGING[event]]:
                self._write(path)
        elif event == "marshal.loads":
            if self.strict and sys._getframe(1).f_code.co_filename != _IMPORTER:
                raise Forbidden("It tried to make code out of bytes.")
        elif event.startswith(_FORBIDDEN) and (self.strict or event not in _WHILE_IMPORTING):
            self._refuse(f"It tried {event}, which no reading needs.")

    def _write(self, path: object) -> None:
        if isinstance(path, int):
            return  # opened before, by this process itself
        if isinstance(path, bytes | str | os.PathLike):
            real = os.path.realpath(os.fsdecode(path))
            # The folder itself is opened for a file without a name, as TensorFlow does for a tf.function.
            if real in (os.devnull, self._own) or real.startswith(self._own + os.sep):
                return
        self._refuse("It tried to write outside its own folder.")

    def _read(self, path: object) -> None:
        """Another process's memory, settings and secrets are files as well, on Linux."""
        if isinstance(path, bytes | str | os.PathLike):
            found = _PROCESS.match(os.path.realpath(os.fsdecode(path)))
            if found and found[1] != str(os.getpid()):
                self._refuse("It tried to look into another process.")

    def _refuse(self, words: str) -> None:
        if self.strict:
            raise Forbidden(words)
        raise PermissionError(words)
