"""A run's folder as files: whole ones in, whole ones out, and words for what is wrong with one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from data.errors import StrataError

UPLOAD_FILE = "upload.json"
"""There in a run that was not trained here: which file it came from, see model.uploads.keeping."""

START_FILE = "start.safetensors"
"""There in a run whose training begins with weights that were there before, see Runs.create."""


class RunError(StrataError):
    """A run that is not there, cannot be read or cannot be written."""


class RunFolder:
    """The folder of one run; two of the same path are equal."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunFolder) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def id(self) -> str:
        """The folder's name; sorts by creation."""
        return self.path.name

    @property
    def is_uploaded(self) -> bool:
        """Whether it is somebody's own model, loaded and not trained here."""
        return (self.path / UPLOAD_FILE).is_file()

    def write(self, name: str, content: bytes) -> None:
        """Put a whole file into the folder, or nothing; raises OSError where that cannot be done."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            half.write_bytes(content)
            half.replace(path)
        except OSError:
            half.unlink(missing_ok=True)
            raise

    def remove_halves(self) -> None:
        """Remove what a kill left of files that were being written."""
        for half in [*self.path.glob(".*.[0-9]*"), *self.path.glob("*/.*.[0-9]*")]:
            half.unlink(missing_ok=True)

    def disk_bytes(self) -> int:
        """How much room the run takes on disk: the sum of its files' sizes."""
        total = 0
        for file in self.path.rglob("*"):
            try:
                total += file.stat().st_size if file.is_file() else 0
            except FileNotFoundError:
                continue  # it was half-written when it was listed, and has its name now
        return total

    def read_json(self, name: str) -> dict[str, Any]:
        """The object in a file; raises RunError where there is none."""
        try:
            record = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError) as error:
            raise self.broken(name, error) from error
        if not isinstance(record, dict):
            raise self.broken(name, TypeError(f"expected an object, received {type(record).__name__}"))
        return record

    def broken(self, name: str, error: Exception) -> RunError:
        """What to raise for a file that is not as Strata wrote it."""
        return RunError(
            f"Run {self.id} cannot be read: {name}: {error}. Expected the file that Strata wrote. "
            "Restore it, or delete the run's folder."
        )
