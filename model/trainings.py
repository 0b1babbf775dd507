"""The trainings that wait and are at work, and what becomes of one whose worker is lost or hangs."""

from __future__ import annotations

import functools
import logging
import threading
import time
from concurrent.futures import CancelledError, Future
from dataclasses import replace

from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model import jobs, ownership
from model.lanes import Lanes, WorkerHung
from model.pools import WorkerError
from model.records import RunState, Status
from model.reports import VALIDATION_BATCH
from model.run import Run
from model.run_folder import RunError

_log = logging.getLogger(__name__)
QUIET_SECONDS = 60.0
"""A training reports four times a second; a machine that swaps may hold one up for long."""
_START_FACTOR = 5
"""Loading the data and compiling the first steps say nothing and may take minutes on a busy machine."""
_STEPS = 20
_MOST_STARTS = 3
"""How often a training that gets no further is tried."""


_UNASKED_SECONDS = 5.0


class Pulse:
    """How long a run's folder has not changed, by this machine's clock alone.

    Spells in which nobody asked do not count: its worker was at another server's job, or this machine slept.
    """

    def __init__(self, run: Run) -> None:
        self._path = run.path / "status.json"
        self._seen = 0
        self._since = self._asked = time.monotonic()

    def silence(self) -> float:
        """Seconds since its status was last seen to change."""
        try:
            changed = self._path.stat().st_mtime_ns
        except OSError:
            changed = 0
        now = time.monotonic()
        if now - self._asked > _UNASKED_SECONDS:
            self._since += now - self._asked
        self._asked = now
        if changed != self._seen:
            self._seen, self._since = changed, now
        return now - self._since


class Trainings:
    """Hands trainings to lanes, in the order in which they were asked for."""

    def __init__(self, lanes: Lanes, quiet_seconds: float = QUIET_SECONDS, goes_on: bool = False) -> None:
        """quiet_seconds: how long a training may say nothing, beyond what its speed explains.

        goes_on: whether one whose worker is lost goes on by itself, as it does on a cluster; else it waits for Resume.
        """
        self.lanes, self._quiet_seconds, self._goes_on = lanes, quiet_seconds, goes_on
        self._queue: list[Run] = []
        self._starts: dict[Run, tuple[int, int]] = {}
        self._closing = False
        self._left: list[Run] = []
        self._asked = 0.0
        self._lock = threading.Lock()

    def check_open(self) -> None:
        """Raise WorkerError once no more trainings are started."""
        if self._closing:
            raise WorkerError("The server is ending. Expected no more training. Ask the next one.")

    def submit(self, run: Run, first: bool = False) -> None:
        """Train a queued run when its turn comes; first: before all that wait."""
        try:
            with self._lock:
                self.check_open()  # what is in the queue by then is stopped with the rest
                at_work = len(self._queue) - self.lanes.waiting if first else len(self._queue)
                self._queue.insert(max(0, at_work), run)
            verdict = functools.partial(self._verdict, run, Pulse(run))
            try:
                future = self.lanes.submit(jobs.train, run.path, verdict=verdict, first=first)
            except StrataError:
                with self._lock:
                    self._queue.remove(run)
                raise
        except StrataError:
            _ask_to_stop(run)  # it must not look as if its turn would come
            raise
        run.say_that_it_goes_on(self._goes_on)
        future.add_done_callback(functools.partial(self._ended, run))
        future.add_done_callback(functools.partial(self._let_go, run))

    def __len__(self) -> int:
        """How many wait or are at work."""
        with self._lock:
            return len(self._queue)

    def place(self, run: Run) -> int:
        """How many are before `run`, those at work included."""
        with self._lock:
            before = self._queue[: self._queue.index(run)] if run in self._queue else []
        return sum(run.is_active() for run in before)

    def ask_all_to_stop(self) -> None:
        """Start no more, and ask all to stop."""
        with self._lock:
            if not self._closing:
                self._closing, self._asked = True, time.monotonic()
            self._left = list(dict.fromkeys([*self._left, *self._queue]))
        for run in self._left:
            _ask_to_stop(run)
        self.lanes.close()

    def stop_all(self, grace_seconds: float) -> None:
        """Ask all to stop and give them `grace_seconds`, since they were first asked, to keep what they learned."""
        self.ask_all_to_stop()
        deadline = self._asked + grace_seconds
        while time.monotonic() < deadline and any(run.is_active() for run in self._left):
            time.sleep(0.05)

    def settle_left(self, longest_seconds: float = 0.0) -> None:
        """Say of those that did not stop in time, and whose workers were ended, what is kept of them.

        longest_seconds: how long the system may take until it has taken these workers away.
        """
        deadline = time.monotonic() + longest_seconds
        while time.monotonic() < deadline and any(run.is_active() for run in self._left):
            time.sleep(0.02)
        for run in self._left:
            try:
                self._settle(run)
            except (OSError, StrataError) as problem:
                _log.error("the end of run %s cannot be written: %s", run.id, problem, extra={"run": run.id})

    def _settle(self, run: Run) -> None:
        status = run.status()
        if status.state is not RunState.INTERRUPTED:
            return
        kept = (0, *run.snapshot_steps())[-1]
        owner = ownership.claim(run.path.parent)
        words = f"The server ended before this training could stop. What it had learned up to step {kept:,} is kept."
        run.write_status(
            replace(status, state=RunState.STOPPED, message=words, step=kept, owner=owner, seconds_left=0.0)
        )

    def _verdict(self, run: Run, pulse: Pulse) -> str:
        """Words for a training that hangs; nothing for one that may still be at it."""
        try:
            status, silence = run.status(), pulse.silence()
        except RunError:
            return ""  # it is being read while something else is wrong with it: its own worker will say what
        if silence < self._allowed(run, status):
            return ""
        if status.state is RunState.QUEUED:
            return f"Its worker did not begin within {silence:.0f} s, and was ended."
        return (
            f"The training at step {status.step:,} gave no sign of life for {silence:.0f} s, and its worker was ended."
        )

    def _allowed(self, run: Run, status: Status) -> float:
        if status.state is RunState.QUEUED:
            return self._quiet_seconds  # its worker is warm: the first word takes it milliseconds
        if not status.images_per_second or status.state is RunState.STARTING or not status.state.is_active:
            # One that has ended holds its worker as well, until that says so.
            return _START_FACTOR * self._quiet_seconds
        images = max(run.config().settings.batch_size, VALIDATION_BATCH)
        return self._quiet_seconds + _STEPS * images / status.images_per_second

    def _ended(self, run: Run, future: Future[None]) -> None:
        with self._lock:
            self._queue.remove(run)
            again_here = run in self._queue
        try:
            future.result()
        except CancelledError:
            pass
        except (BrokenProcessPool, WorkerHung) as error:
            if self._closing:
                return
            _log.warning("the worker of run %s is lost: %s", run.id, error, extra={"run": run.id})
            if not again_here:
                self._lost(run, error)
        except Exception as error:  # whatever it was, the run says so
            if self._closing:
                return
            _log.exception("run %s failed", run.id, extra={"run": run.id})
            self._fail(
                run, f"The training ended with {error!r}. What it had kept before is there; see the server's log."
            )
        else:
            self._starts.pop(run, None)

    def _let_go(self, run: Run, _: Future[None]) -> None:
        with self._lock:
            if run not in self._queue:
                run.say_that_it_goes_on(False)

    def _lost(self, run: Run, error: Exception) -> None:
        """What becomes of a run whose worker is gone."""
        try:
            status = run.status()
            waited = status.state is RunState.QUEUED
            goes_on = self._goes_on or isinstance(error, WorkerHung)
            own = status.owner == ownership.claim(run.path.parent) if waited else goes_on
            if status.state.is_active and not own:
                return  # somebody has resumed it meanwhile: two would write one folder
            if not (waited or goes_on):
                return  # its status says so
            if status.state in {RunState.FINISHED, RunState.STOPPED, RunState.FAILED} or run.stop_requested():
                return
            self._go_on(run, status, waited, error)
        except (OSError, StrataError) as problem:
            _log.error("run %s cannot go on: %s", run.id, problem, extra={"run": run.id})

    def _go_on(self, run: Run, status: Status, waited: bool, error: Exception) -> None:
        words = str(error) if isinstance(error, WorkerHung) else f"The worker at step {status.step:,} was lost."
        before, starts = self._starts.get(run, (-1, 0))
        starts = starts + 1 if status.step <= before else 1
        self._starts[run] = status.step, starts
        if starts >= _MOST_STARTS:
            kept = "What it had kept before is there. Resume it, or train anew."
            self._fail(run, f"{words} It was tried {starts} times and came no further. {kept}")
            return
        message = words if waited else f"{words} It goes on from its last checkpoint."
        # Its former owner, should it live after all, sees another name here and writes no more.
        owner = ownership.claim(run.path.parent)
        run.write_status(replace(status, state=RunState.QUEUED, message=message, owner=owner, seconds_left=None))
        self.submit(run, first=True)

    def _fail(self, run: Run, message: str) -> None:
        """A run that ended before it could say how must not look as if it still went on."""
        try:
            status = run.status()
            if status.state.is_active or status.state is RunState.INTERRUPTED:
                owner = ownership.claim(run.path.parent)
                run.write_status(replace(status, state=RunState.FAILED, message=message, owner=owner))
        except (OSError, StrataError) as problem:
            _log.error("the end of run %s cannot be written: %s", run.id, problem, extra={"run": run.id})


def _ask_to_stop(run: Run) -> None:
    try:
        run.request_stop()
    except OSError as problem:  # deleted while it waited, or a full disk; the others are to hear of it all the same
        _log.warning("run %s cannot be asked to stop: %s", run.id, problem, extra={"run": run.id})
