"""What takes a while to compute of a snapshot: asked for by a page, done in a worker, kept with the run.

    runs/<id>/analyses/<step>-<kind>-<key>.safetensors   a result: arrays by name
    runs/<id>/analyses/....progress                      how far a worker is
    runs/<id>/analyses/....cancel                        there once somebody asked it to end

A result is computed once for a run, step, picture and options, whoever asks; all who ask see the same progress. What is
in the folder is all there is, so the worker may be on another machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import safetensors
import safetensors.numpy

from data.errors import StrataError
from model.runs import PRETRAINED, Run

Option = str | int | float | bool
Arrays = Mapping[str, np.ndarray]

_REPORT_SECONDS = 0.15
_KEPT_RESULTS = 300
"""Results kept of one run: 300 of about 50 KB."""


class AnalysisError(StrataError):
    """An analysis that cannot be computed for this run, step or picture; the message says why."""


class Cancelled(Exception):
    """Somebody asked the analysis at work to end."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One question about a snapshot: two that are equal have the same answer.

    kind: a name in model.analysing.KINDS. pixels: the picture's bytes, uint8 in the network's input shape; empty where
    no picture is asked about. options: what the kind's function takes, sorted by name.
    """

    kind: str
    run_path: Path
    step: int
    options: tuple[tuple[str, Option], ...] = ()
    pixels: bytes = b""

    @classmethod
    def of(cls, kind: str, run: Run, step: int, pixels: np.ndarray | None = None, **options: Option) -> Analysis:
        """The question of that kind; pixels: uint8, in the network's input shape."""
        picture = b"" if pixels is None else np.ascontiguousarray(pixels, np.uint8).tobytes()
        return cls(kind, run.path, step, tuple(sorted(options.items())), picture)

    @property
    def file_name(self) -> str:
        """Where its result is kept, without the ending."""
        asked = json.dumps([self.kind, self.step, self.options]).encode() + self.pixels
        if self.run_path == PRETRAINED:  # the only weights that change under their name, with the project's version
            asked += Run(PRETRAINED).snapshot_path(self.step).read_bytes()
        return f"{self.step:08d}-{self.kind}-{hashlib.sha256(asked).hexdigest()[:20]}"


class AnalysisState(StrEnum):
    """Where an analysis stands."""

    ABSENT = "absent"
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        """Whether more is to come without anyone asking for it."""
        return self in {AnalysisState.WAITING, AnalysisState.WORKING}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an analysis stands now.

    result: read-only arrays by name once it is DONE. done, total: how far it is, in what `words` names ("test images").
    message: why it FAILED.
    """

    state: AnalysisState
    result: Arrays | None = None
    words: str = ""
    done: int = 0
    total: int = 0
    message: str = ""

    @property
    def progress(self) -> float:
        """How much is done, 0..1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class Report(Protocol):
    """What a worker calls as it goes, as often as it likes; raises Cancelled once somebody asked it to end."""

    def __call__(self, words: str, done: int, total: int) -> None:
        """Say that `done` of `total` are done, of what `words` names."""


class Folder:
    """The files of one run's analyses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> dict[str, np.ndarray] | None:
        """The result of that file name, read-only; None where there is none that can be read."""
        try:
            result = safetensors.numpy.load_file(self.path / f"{name}.safetensors")
        except (OSError, safetensors.SafetensorError):
            return None
        for array in result.values():
            array.setflags(write=False)
        return result

    def write(self, name: str, result: Arrays) -> None:
        """Keep a result, and let go of the oldest ones."""
        contiguous = {key: np.ascontiguousarray(array) for key, array in result.items()}
        self._put(f"{name}.safetensors", safetensors.numpy.save(contiguous))
        kept = sorted(self.path.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_KEPT_RESULTS]:
            path.unlink(missing_ok=True)

    def progress(self, name: str) -> tuple[str, int, int] | None:
        """(words, done, total) as last reported."""
        try:
            words, done, total = json.loads((self.path / f"{name}.progress").read_bytes())
            return str(words), int(done), int(total)
        except (OSError, ValueError, TypeError):
            return None

    def report(self, name: str, words: str, done: int, total: int) -> None:
        """Say how far the worker is."""
        self._put(f"{name}.progress", json.dumps([words, done, total]).encode())

    def ask_to_end(self, name: str) -> None:
        """Ask the worker to end it."""
        with contextlib.suppress(FileNotFoundError):  # the run was deleted, and with it what waits for the result
            (self.path / f"{name}.cancel").touch()

    def asked_to_end(self, name: str) -> bool:
        """Whether somebody asked for that."""
        return (self.path / f"{name}.cancel").exists()

    def clear(self, name: str) -> None:
        """Forget what was said of a worker's progress."""
        for ending in ("progress", "cancel"):
            (self.path / f"{name}.{ending}").unlink(missing_ok=True)

    def _put(self, name: str, content: bytes) -> None:
        self.path.mkdir(exist_ok=True)  # not its parents: a run that was deleted meanwhile stays so
        half = self.path / f".{name}.{threading.get_ident()}"
        half.write_bytes(content)
        half.replace(self.path / name)


def compute(analysis: Analysis, folder: Path, function: Callable[[Analysis, Report], Arrays]) -> None:
    """In the worker: compute `analysis` into its folder by `function`; ends without a result if it is asked to end."""
    files, name = Folder(folder), analysis.file_name
    last = 0.0

    def report(words: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _REPORT_SECONDS:
            return
        last = time.monotonic()
        if files.asked_to_end(name):
            raise Cancelled
        files.report(name, words, done, total)

    try:
        files.write(name, function(analysis, report))
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        files.clear(name)


def unwritable(folder: Path, error: OSError) -> AnalysisError:
    """What to raise where a result cannot be kept in `folder`."""
    if not folder.parent.exists():
        return AnalysisError(f"Run {folder.parent.name} is not there any more: it was deleted. Choose another run.")
    return AnalysisError(
        f"The result cannot be kept in {folder}: {error.strerror}. Expected a folder that can be written, with room on "
        "its disk. Free some space and ask again."
    )
