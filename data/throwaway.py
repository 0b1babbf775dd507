"""Reading an upload in a process of its own, which can be watched and stopped: whatever is in it, the page goes on.

Of the upload itself nothing but its size and first bytes is looked at here, and what the process leaves is checked as
a stranger's.
"""

import contextlib
import json
import os
import shutil
import stat
import subprocess
import threading
from pathlib import Path
from typing import IO, Final

from data import fenced_process, own, own_checks
from data.errors import DatasetError
from data.fenced_process import Turns
from data.own import OwnData
from data.preparation import MAX_UPLOAD

__all__ = ["MAX_SECONDS", "Preparation"]

MAX_SECONDS: Final = 600.0  # a clock's, after which it is ended
MOST_AT_ONCE: Final = 2  # each takes a processor and up to 3 GiB
MOST_WAITING: Final = 30  # each keeps its upload on disk
_LONGEST_LINE: Final = 64 * 1024  # bytes of what the process says at once
_LONGEST_NAME: Final = 200
_LONGEST_WORDS: Final = 1500
_LEFT: Final = {"about.json": own_checks.MOST_RECORD, "pictures.npz": own.MAX_KEPT}
"""What the process is to leave, and how many bytes of it at most."""
_SETTINGS: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""Threads of a library that nothing here uses would each reserve addresses, which are limited."""
_turns = Turns(MOST_AT_ONCE, MOST_WAITING)


class Preparation:
    """One upload on its way to a data set, which starts with it or waits for its turn.

    done, total: pictures read, and all of them, 0 while that is not known. words: what it is at. folder: where the data
    set is staged.
    """

    def __init__(self, source: Path | bytes, called: str, side: int | None) -> None:
        """source: the upload's bytes, or a file or folder here; raises DatasetError where nothing can be staged."""
        self.done, self.total, self.words = 0, 0, "opening the file"
        self._outcome: OwnData | str | None = None
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        place = _turns.join()
        if place is None:
            raise DatasetError(
                f"{MOST_WAITING} uploads wait to be read. Expected a place among them. Try again in a few minutes."
            )
        try:
            self.folder = own.staging()
            self._own = self.folder / "reading"  # the process's own
            self._own.mkdir()
            upload = source if isinstance(source, Path) else self._own / "upload"
            if not isinstance(source, Path):
                upload.write_bytes(source)
            self._reader = threading.Thread(
                target=self._read, args=(place, upload.resolve(), called, side), name="read-upload", daemon=True
            )
            self._reader.start()
        except OSError as error:
            _turns.leave(place)
            raise DatasetError(
                f"The upload cannot be laid out: {error.strerror}. Expected room for it. Free some space."
            ) from error
        except BaseException:
            _turns.leave(place)
            raise

    def _read(self, place: object, upload: Path, called: str, side: int | None) -> None:
        """In a thread of its own: wait, let it be read, and take what was left."""
        try:
            with _turns.turn(place, self._wait_words, self._stop.is_set) as comes:
                if wrong := _wrong_at_first_sight(upload):
                    self._outcome = wrong
                elif comes:
                    self._outcome = self._let_read(upload, called, side)
        except DatasetError as error:
            self._outcome = str(error)
        except Exception as error:  # a bug of ours must not look as if the upload still went on
            self._outcome = f"Reading the upload ended with {error!r}. Expected an answer. Upload it again."
        finally:
            self._outcome = self._outcome or "Reading the upload was ended. Expected it to go on. Upload it again."
            shutil.rmtree(self._own, ignore_errors=True)

    def _wait_words(self, ahead: int) -> None:
        self.words = f"waiting for {ahead} other upload{'' if ahead == 1 else 's'} to be read"
        with contextlib.suppress(OSError):
            os.utime(self.folder)  # what nobody has touched for an hour is swept away

    def _let_read(self, upload: Path, called: str, side: int | None) -> OwnData | str:
        """What became of it; raises DatasetError where what was left cannot be taken."""
        self.words = "opening the file"
        name = called.replace("\0", " ").encode(errors="replace").decode()[-_LONGEST_NAME:]
        arguments = [str(upload), name, str(self._own), str(side or 0)]
        process = fenced_process.start(
            "data.reading_process", arguments, self._own, subprocess.PIPE, subprocess.DEVNULL, _SETTINGS
        )
        self._process = process
        if self._stop.is_set():
            fenced_process.end(process)
        clock = threading.Timer(MAX_SECONDS, fenced_process.end, [process])
        clock.daemon = True
        clock.start()
        try:
            assert process.stdout is not None
            with process.stdout as lines:
                said = self._listen(lines)
            code = process.wait()
        finally:
            clock.cancel()
            fenced_process.end(process)
        if not isinstance(said.get("name"), str) or code != 0:
            error = said.get("error")
            return fenced_process.shown(error, _LONGEST_WORDS) if isinstance(error, str) else _ended(code)
        _take(self._own, self.folder)
        return own.read(self.folder)

    def _listen(self, lines: IO[bytes]) -> dict[str, object]:
        """Follow what it says to its end; the last that it said."""
        last: dict[str, object] = {}
        while line := lines.readline(_LONGEST_LINE):
            with contextlib.suppress(ValueError, RecursionError):
                said = json.loads(line)
                last = said if isinstance(said, dict) else last
            done, total = last.get("done"), last.get("total")
            if isinstance(done, int) and isinstance(total, int) and 0 <= done <= total <= 10**9:
                self.done, self.total = done, total
        return last

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._outcome is not None

    def wait(self, seconds: float | None = None) -> None:
        """Until it has ended, or so many seconds have passed."""
        self._reader.join(seconds)

    def result(self) -> OwnData:
        """What was read; raises DatasetError where nothing could be, or before it has ended."""
        if isinstance(self._outcome, OwnData):
            return self._outcome
        raise DatasetError(self._outcome or "The upload is still being read. Wait for its end.")

    def stop(self) -> None:
        """End it and forget what it has read; also after its end, for what nobody wants to keep."""
        self._stop.set()
        if self._process is not None:
            fenced_process.end(self._process)
        self._reader.join()
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)


def _wrong_at_first_sight(upload: Path) -> str:
    """What its size and first bytes say against reading it; empty for nothing, and for a folder."""
    if upload.is_dir():
        return ""
    size = upload.stat().st_size
    if size > MAX_UPLOAD:
        return f"The file has {size:,} bytes. Expected at most {MAX_UPLOAD:,}. Take fewer or smaller pictures."
    with upload.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"PK"):
        return ""
    return (
        f"The file is no whole zip archive: {size:,} bytes that begin with {start!r}. Expected a zip of pictures by "
        "class folder, or an .npz with x and y. Pack one folder of pictures for each class, and upload again."
    )


def _take(left: Path, folder: Path) -> None:
    """Move what the process was to leave, and nothing else, into the staging folder; raises DatasetError."""
    for name, most in _LEFT.items():
        try:
            found = os.lstat(left / name)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size > most:
                raise DatasetError(
                    f"The process that read the upload left {found.st_size:,} bytes as {name}, or no file. Expected a "
                    f"file of at most {most:,}. Upload it again."
                )
            (left / name).replace(folder / name)
        except OSError as error:
            raise DatasetError(
                f"The process that read the upload left no {name}: {error.strerror}. Expected one. Upload it again."
            ) from error


def _ended(code: int) -> str:
    return (
        f"The process that read the upload was ended (exit code {code}): it took too much time or memory, or was "
        f"stopped. Expected less than {MAX_SECONDS:.0f} s and 3 GiB. Take fewer or smaller pictures."
    )
