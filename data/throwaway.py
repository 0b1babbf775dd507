"""Reading an upload in a process of its own, which can be watched and stopped: whatever is in it, the page goes on."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from data import own
from data.errors import DatasetError
from data.own import OwnData

__all__ = ["MAX_SECONDS", "Preparation"]

MAX_SECONDS: Final = 600.0  # a clock's, after which it is ended
_ROOT = Path(__file__).resolve().parents[1]


class Preparation:
    """One upload on its way to a data set; the process starts with it.

    done, total: pictures read, and all of them, 0 while that is not known. folder: where the data set is staged.
    """

    def __init__(self, source: Path | bytes, called: str, side: int | None) -> None:
        """source: the upload's bytes, or a file or folder here; raises DatasetError where nothing can be staged."""
        self.done, self.total = 0, 0
        self.folder = own.staging()
        self._outcome: OwnData | str | None = None
        upload = source if isinstance(source, Path) else self.folder / "upload"
        if not isinstance(source, Path):
            upload.write_bytes(source)
        # Threads of a library that nothing here uses would each reserve addresses, which are limited.
        environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "data.reading_process", str(upload.resolve()), called, str(self.folder)]
        self._process = subprocess.Popen(
            [*command, str(side or 0)],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._clock = threading.Timer(MAX_SECONDS, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        self._reader = threading.Thread(target=self._listen, name="read-upload", daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        said: dict[str, object] = {}
        with self._process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                if isinstance(done := said.get("done"), int) and isinstance(total := said.get("total"), int):
                    self.done, self.total = done, total
        code = self._process.wait()
        self._clock.cancel()
        (self.folder / "upload").unlink(missing_ok=True)
        try:
            if "name" in said:
                self._outcome = own.read(self.folder)
            else:
                self._outcome = str(said.get("error") or _ended(code))
        except DatasetError as error:
            self._outcome = str(error)

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
        self._process.kill()
        self._reader.join()
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)


def _ended(code: int) -> str:
    return (
        f"The process that read the upload was ended (exit code {code}): it took too much time or memory, or was "
        f"stopped. Expected less than {MAX_SECONDS:.0f} s and 4 GiB. Take fewer or smaller pictures."
    )
