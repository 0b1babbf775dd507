"""The analyses that the pages of this server ask for: each started once, whoever asks, and watched while it goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Protocol

from data.errors import StrataError
from model.analyses import Analysis, AnalysisState, Arrays, Cancelled, Folder, Standing, unwritable
from model.runs import PRETRAINED

_log = logging.getLogger(__name__)
_REMEMBERED = 24
"""Results kept in memory: a class looks at a handful of snapshots."""
ANALYSIS_QUIET_SECONDS = 300.0
"""How long an analysis may report nothing. The slowest that there is reports every few seconds."""

LEFT_SECONDS = 90.0
"""After how long one that waits for a worker, and that no page asks for any more, is taken back. A page asks every
0.4 s; that of a tab in the background once a minute, as browsers slow it down."""


class Submit(Protocol):
    """Hands an analysis and its folder to a worker, where words of `verdict`, asked every second, end it as hanging."""

    def __call__(self, analysis: Analysis, folder: Path, verdict: Callable[[], str]) -> Future[None]:
        """The future runs from when the worker has it."""


class _Watch:
    """Whether a worker that has an analysis still reports, by this machine's clock."""

    def __init__(self, files: Folder, name: str, quiet_seconds: float) -> None:
        self._files, self._name, self._quiet_seconds = files, name, quiet_seconds
        self._seen: tuple[str, int, int] | None = None
        self._since: float | None = None

    def verdict(self) -> str:
        """Words once it has reported nothing for too long."""
        reported, now = self._files.progress(self._name), time.monotonic()
        if self._since is None or reported != self._seen:
            self._seen, self._since = reported, now
        if now - self._since < self._quiet_seconds:
            return ""
        return (
            f"The worker reported nothing for {now - self._since:.0f} s. Expected a word within "
            f"{self._quiet_seconds:g} s. It was ended and a new one takes its place; try again."
        )


class Analyses:
    """All analyses that the pages of this server ask for."""

    def __init__(self, submit: Submit, root: Path, quiet_seconds: float = ANALYSIS_QUIET_SECONDS) -> None:
        """root: where those of the pretrained run are kept; quiet_seconds: how long one may report nothing."""
        self._submit, self._root, self._quiet_seconds = submit, root, quiet_seconds
        self._futures: dict[Analysis, Future[None]] = {}
        self._ended: OrderedDict[Analysis, Standing] = OrderedDict()
        self._results: OrderedDict[Analysis, Arrays] = OrderedDict()
        self._asked: dict[Analysis, float] = {}
        """When a page asked last for each that is on its way."""
        self._left: set[Analysis] = set()
        self._lock = threading.Lock()

    def standing(self, analysis: Analysis) -> Standing:
        """Where it stands, without starting anything; who waits for it asks again and again."""
        with self._lock:
            if analysis in self._futures:
                self._asked[analysis] = time.monotonic()
        self._take_back_left()
        with self._lock:
            if (result := self._results.get(analysis)) is not None:
                self._results.move_to_end(analysis)
                return Standing(AnalysisState.DONE, result)
            future, ended = self._futures.get(analysis), self._ended.get(analysis)
            before = list(self._futures).index(analysis) if future is not None else 0
        files = self._folder(analysis)
        if future is not None:
            if (progress := files.progress(analysis.file_name)) is not None:
                return Standing(AnalysisState.WORKING, None, *progress)
            waits = f"{before} before this one" if before and not future.running() else "the worker is starting"
            return Standing(AnalysisState.WAITING, words=waits)
        if ended is not None:
            return ended
        result = files.read(analysis.file_name)
        if result is None:
            return Standing(AnalysisState.ABSENT)
        self._remember(analysis, result)
        return Standing(AnalysisState.DONE, result)

    def start(self, analysis: Analysis) -> None:
        """Ask a worker for it, unless it is there or on its way."""
        if self.standing(analysis).state in {AnalysisState.DONE, AnalysisState.WAITING, AnalysisState.WORKING}:
            return
        files = self._folder(analysis)
        try:
            if analysis.run_path == PRETRAINED:
                files.path.parent.mkdir(parents=True, exist_ok=True)
            files.path.mkdir(exist_ok=True)
            files.clear(analysis.file_name)
        except OSError as error:
            raise unwritable(files.path, error) from error
        with self._lock:
            if analysis in self._futures:
                return
            self._ended.pop(analysis, None)
            watch = _Watch(files, analysis.file_name, self._quiet_seconds)
            future = self._submit(analysis, files.path, watch.verdict)
            self._futures[analysis], self._asked[analysis] = future, time.monotonic()
        future.add_done_callback(lambda done: self._end(analysis, done))

    def cancel(self, analysis: Analysis) -> None:
        """End it for all who wait for it; it can be started again."""
        with self._lock:
            future = self._futures.get(analysis)
        if future is not None and not future.cancel():
            self._folder(analysis).ask_to_end(analysis.file_name)

    def _take_back_left(self) -> None:
        """Cancel what waits for nobody: its view was left, or its tab closed. Who comes back asks for it anew."""
        with self._lock:
            long_ago = time.monotonic() - LEFT_SECONDS
            left = {
                each: future
                for each, future in self._futures.items()
                if self._asked[each] < long_ago and not future.running()
            }
            self._left.update(left)
        for each, future in left.items():  # outside the lock, which the callback takes
            if not future.cancel():
                with self._lock:
                    self._left.discard(each)

    def _end(self, analysis: Analysis, future: Future[None]) -> None:
        standing = None
        try:
            future.result()
        except (Cancelled, CancelledError):
            standing = Standing(AnalysisState.CANCELLED)
        except StrataError as error:
            standing = Standing(AnalysisState.FAILED, message=str(error))
        except Exception as error:  # a bug, or a worker that died: this analysis failed, the server goes on
            _log.exception("analysis %s of run %s failed", analysis.kind, analysis.run_path.name)
            message = f"The worker ended with {error!r}. Expected a result. Try again; the server's log says more."
            standing = Standing(AnalysisState.FAILED, message=message)
        with self._lock:
            self._futures.pop(analysis, None)
            self._asked.pop(analysis, None)
            if analysis in self._left:
                self._left.discard(analysis)
                if standing is not None and standing.state is AnalysisState.CANCELLED:
                    standing = None  # nobody cancelled it
            if standing is not None:
                self._ended[analysis] = standing
                while len(self._ended) > _REMEMBERED:
                    self._ended.popitem(last=False)

    def _remember(self, analysis: Analysis, result: Arrays) -> None:
        with self._lock:
            self._results[analysis] = result
            while len(self._results) > _REMEMBERED:
                self._results.popitem(last=False)

    def _folder(self, analysis: Analysis) -> Folder:
        # What comes with the project is a part of the program, not of what it writes.
        run = self._root / ".pretrained" if analysis.run_path == PRETRAINED else analysis.run_path
        return Folder(run / "analyses")
