"""The parent's side of a throw-away process: what it is given, its turn among others, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import site
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

__all__ = ["Turns", "end", "shown", "start"]

_ROOT: Final = Path(__file__).resolve().parents[1]
_PASSED_ON: Final = (
    "PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "PYTHONHASHSEED",
)  # fmt: skip
_ASK_SECONDS: Final = 0.1


def start(
    module: str,
    arguments: Sequence[str],
    folder: Path,
    output: IO[bytes] | int,
    errors: IO[bytes] | int,
    settings: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    """Start `python -m module arguments` in `folder`, in a session of its own.

    Of this process's environment it gets what Python needs to start; every folder that is written to by habit is
    `folder`. output, errors: as subprocess takes them; settings: more environment variables.
    """
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(folder))
    return subprocess.Popen(
        # -P: the folder it stands in holds somebody else's files.
        [sys.executable, "-B", "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        cwd=folder,
        env={**kept, **own, **_where_packages_are(), "PYTHONSAFEPATH": "1", **settings},
        start_new_session=True,
        close_fds=True,
    )


def _where_packages_are() -> dict[str, str]:
    """So that the same are found with another HOME."""
    more = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if Path(path).is_absolute()]
    return {"PYTHONPATH": os.pathsep.join([str(_ROOT), *more]), "PYTHONUSERBASE": site.getuserbase()}


def end(process: subprocess.Popen[bytes]) -> int:
    """End it and all that it started, and wait for it; returns its exit code. It may have ended before."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def shown(words: object, longest: int) -> str:
    """Words of such a process, fit for a page: one line of at most `longest` printable characters."""
    return "".join(one if one.isprintable() else " " for one in str(words)[:longest])


class Turns:
    """So many at once; who comes later waits behind those who came before."""

    def __init__(self, most: int, longest: int) -> None:
        """longest: how many may wait."""
        self._most, self._longest = most, longest
        self._line: list[object] = []
        self._moved = threading.Condition()

    def join(self) -> object | None:
        """A place in the line, to be given to `turn` or `leave`; None where too many wait already."""
        with self._moved:
            if len(self._line) >= self._most + self._longest:
                return None
            self._line.append(place := object())
            return place

    def leave(self, place: object) -> None:
        """Let go of a place; the next one moves up."""
        with self._moved:
            with contextlib.suppress(ValueError):
                self._line.remove(place)
            self._moved.notify_all()

    @contextlib.contextmanager
    def turn(self, place: object, waits: Callable[[int], None], should_stop: Callable[[], bool]) -> Iterator[bool]:
        """Wait until it is this place's turn; whether it is, False where `should_stop` came first.

        waits: hears how many are to end first, whenever it has looked.
        """
        try:
            with self._moved:
                while not should_stop() and (ahead := self._line.index(place) + 1 - self._most) > 0:
                    waits(ahead)
                    self._moved.wait(_ASK_SECONDS)
            yield not should_stop()
        finally:
            self.leave(place)
