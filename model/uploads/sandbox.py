"""What the throw-away process takes from itself before it opens a file that somebody else made.

Three fences, each of which stands without the others:

* the system's limits (resource): memory, processor time, size of a written file, open files;
* on Linux a filter of system calls (seccomp): no sockets, no other programs, no looking into other processes. It holds
  against native code too, and cannot be taken off again;
* Python's audit hook: no sockets, no programs, no compiled code out of bytes, no pickles, and no file is written or
  removed outside the process's own folder. It holds against Python code on every system.

macOS has the first and the third (its kernel does not enforce the limit on memory), Windows the third alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys
from pathlib import Path
from typing import Any

from model.uploads import limits

_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.",
    "os.startfile", "ftplib.", "http.", "imaplib.", "poplib.", "smtplib.", "telnetlib.", "urllib.", "webbrowser.",
    "pickle.", "code.__new__", "cpython.run_", "os.kill", "ensurepip.", "sqlite3.", "msvcrt.", "winreg.",
    "os.chmod", "os.chown", "os.link", "os.symlink", "os.setxattr", "sys.addaudithook", "signal.pthread_kill",
)  # fmt: skip
_CHANGING = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "shutil.rmtree": 1,
             "shutil.move": 2, "shutil.copyfile": 2}  # fmt: skip
"""Events that change files, and how many paths come first in their arguments."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_WHILE_IMPORTING = frozenset({"code.__new__", "sys.addaudithook"})
_IMPORTER = "<frozen importlib._bootstrap_external>"


class Forbidden(BaseException):
    """Something tried what no reading of a model needs; not an Exception, so that nothing on the way swallows it."""


def limit_resources() -> None:
    """The system's limits but that on memory, which comes once Keras is there (`limit_memory`)."""
    with contextlib.suppress(ImportError):  # Windows has none
        import resource

        _lower(resource.RLIMIT_CPU, limits.CPU_SECONDS)
        _lower(resource.RLIMIT_FSIZE, limits.UNPACKED_BYTES)
        _lower(resource.RLIMIT_NOFILE, 256)
        _lower(resource.RLIMIT_CORE, 0)


def limit_memory() -> None:
    """At most limits.MEMORY_BYTES more than this process has taken by now."""
    with contextlib.suppress(ImportError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.MEMORY_BYTES)


def _lower(which: int, value: int) -> None:
    import resource

    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def filter_system_calls() -> bool:
    """Let the kernel refuse sockets, other programs and other processes' memory from now on; whether it does.

    A classic BPF program over struct seccomp_data (its words: call number, architecture): see seccomp(2). What is
    refused fails with EPERM. Must come before any thread starts, for each has its own filter and new ones inherit it.
    """
    known = _CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if known is None:
        return False
    architecture, refused = known
    load, equal, give = 0x20, 0x15, 0x06
    kill, deny, allow = 0x80000000, 0x00050001, 0x7FFF0000
    lines = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, 0)]
    for place, call in enumerate(refused):
        lines.append((equal, len(refused) - place, 0, call))
    lines += [(give, 0, 0, allow), (give, 0, 0, deny)]
    program = b"".join(struct.pack("HBBI", *line) for line in lines)
    code = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HP", len(lines), ctypes.addressof(code)))
    library = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_filter, by_program = 38, 22, 2
    arguments = [ctypes.c_ulong(0)] * 3
    if library.prctl(no_new_privileges, ctypes.c_ulong(1), *arguments) != 0:
        return False
    pointer = ctypes.cast(head, ctypes.c_void_p)
    return bool(library.prctl(set_filter, ctypes.c_ulong(by_program), pointer, *arguments[:2]) == 0)


_CALLS = {
    # socket, connect, accept, sendto, bind, listen, socketpair, fork, vfork, execve, ptrace, process_vm_readv and
    # writev, execveat, bpf, pidfd_getfd, mount, io_uring_setup (which opens sockets by itself), kill, tkill
    "x86_64": (0xC000003E, (41, 42, 43, 44, 49, 50, 53, 57, 58, 59, 101, 310, 311, 322, 321, 438, 165, 425, 62, 200)),
    "aarch64": (0xC00000B7, (198, 203, 202, 206, 200, 201, 199, 221, 117, 270, 271, 281, 280, 438, 40, 425, 129, 130)),
}
"""By machine: its number in AUDIT_ARCH_*, and the system calls that are refused."""


class Watch:
    """Refuses, in Python, what no reading of a model needs; files are written below `folder` alone.

    While Keras is imported (`strict` is False) a refusal is a PermissionError, for libraries ask the system a few
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
        elif event in _CHANGING:
            for path in arguments[: _CHANGING[event]]:
                self._write(path)
        elif event == "marshal.loads":
            if self.strict and sys._getframe(1).f_code.co_filename != _IMPORTER:
                raise Forbidden("It tried to make code out of bytes.")
        elif event.startswith(_FORBIDDEN) and (self.strict or event not in _WHILE_IMPORTING):
            self._refuse(f"It tried {event}, which no reading of a model needs.")

    def _write(self, path: object) -> None:
        if isinstance(path, int):
            return  # opened before, by this process itself
        if isinstance(path, bytes | str | os.PathLike):
            real = os.path.realpath(os.fsdecode(path))
            if real == os.devnull or real.startswith(self._own + os.sep):
                return
        self._refuse("It tried to write outside its own folder.")

    def _refuse(self, words: str) -> None:
        if self.strict:
            raise Forbidden(words)
        raise PermissionError(words)
