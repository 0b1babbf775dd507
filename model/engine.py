"""Where work runs: the pools of workers with Keras in them, the trainings that wait, and what happens when one dies.

Three pools: one worker that answers at once (traces), one for what takes longer (analyses), and one or more that train,
at low priority, in the order in which trainings were asked for. A worker that dies takes its job with it and nothing
else: its pool makes another, and trainings that were still waiting are handed to that one.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import platform
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar

from loky.process_executor import BrokenProcessPool

from data.errors import StrataError
from model import jobs, ownership
from model.analyses import Analyses
from model.memory import resident_megabytes
from model.networks import PRESETS, Network, NetworkError
from model.pools import Pool, PoolStanding, WorkerError
from model.records import RunState
from model.runs import Run, Runs, default_root
from model.settings import Settings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)
_TRAINING_NICENESS = 10
_ANALYSIS_NICENESS = 5
_MOST_TRAINING_WORKERS = 64
_WARM_UP_ATTEMPTS = 3
MEMORY_SECONDS = 10.0
"""How often the memory of the inference worker is looked at."""
MOST_WORKER_MEGABYTES = 3000.0
"""It has 700 MB to begin with, and 1,000 with several networks compiled."""
_FIRST_GUESS_SECONDS = 12.0
"""How long Keras takes to start on a machine where it never did."""


class Engine:
    """The one place that hands work out."""

    def __init__(self, root: Path, training_workers: int = 1, longest_call_seconds: float = 30.0) -> None:
        self.runs = Runs(root)
        self._longest_call_seconds = longest_call_seconds
        self._looked_at_memory = time.monotonic()
        self._inference = Pool("inference", workers=1)
        self._training = Pool("training", workers=training_workers, niceness=_TRAINING_NICENESS)
        # Started by the first question to it: who only trains and looks does not pay its 0.7 GB.
        self._analysis = Pool("analysis", workers=1, niceness=_ANALYSIS_NICENESS)
        self.analyses = Analyses(lambda analysis, folder: self._analysis.submit(jobs.analyse, analysis, folder), root)
        self._queue: list[Run] = []
        self._closing = False
        self._failed_warm_ups = 0
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Start both kinds of worker, the one that answers at once first."""
        self._inference.warm_up().add_done_callback(self._inference_warm)

    def _inference_warm(self, warm: Future[float]) -> None:
        if warm.cancelled() or self._closing:
            return
        if warm.exception() is None:
            self._failed_warm_ups = 0
            self._remember_warm_up()
            # One after the other: both at once take twice as long on two cores, and nobody has pressed Train yet.
            self._training.warm_up()
            return
        _log.error("Keras did not start in its worker: %s", warm.exception())
        self._failed_warm_ups += 1
        if not self.is_stuck:
            self.warm_up()

    @property
    def is_stuck(self) -> bool:
        """Whether Keras failed to start so often that trying again is no use."""
        return self._failed_warm_ups >= _WARM_UP_ATTEMPTS

    @property
    def is_warm(self) -> bool:
        """Whether a trace would be answered at once."""
        return self._inference.is_warm

    @property
    def seconds_until_warm(self) -> float:
        """About how long until Keras is ready, judged by the last time; 0 when it is."""
        if self.is_warm:
            return 0.0
        return max(1.0, self._last_warm_up() - self._inference.warming_seconds)

    def call(self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Run a function of model.jobs in the inference worker; raises WorkerError when it dies of it or hangs."""
        for attempt in (1, 2):
            wait([self._inference.warm_up()])  # Keras's start is no hanging
            future = self._inference.submit(function, *args, **kwargs)
            try:
                result = future.result(self._longest_call_seconds)
                self._renew_if_large()
                return result
            except BrokenProcessPool as error:
                _log.warning("the inference worker died: %s", error)
                if attempt == 2:
                    raise WorkerError(
                        "The worker that runs the network ended twice at this. Expected an answer. Is the machine out "
                        "of memory? A new worker is starting; try again."
                    ) from error
            except FutureTimeout as error:
                if future.done():  # it is the function's own
                    raise
                _log.error("the inference worker hangs and is replaced")
                self._inference.kill_workers()
                self._inference.warm_up()
                raise WorkerError(
                    f"The worker that runs the network gave no answer in {self._longest_call_seconds:g} s. Expected "
                    "one within a second. It was ended and a new one is starting; try again in half a minute."
                ) from error
        raise AssertionError("unreachable")

    def _renew_if_large(self) -> None:
        """Replace an inference worker that has grown too large, before the machine is out of memory."""
        if time.monotonic() - self._looked_at_memory < MEMORY_SECONDS:
            return
        self._looked_at_memory = time.monotonic()
        held = [resident_megabytes(process_id) or 0.0 for process_id in self._inference.standing().process_ids]
        if max(held, default=0.0) > MOST_WORKER_MEGABYTES:
            _log.warning("the inference worker holds %.0f MB and is replaced", max(held))
            self._inference.renew()

    def standing(self) -> dict[str, PoolStanding]:
        """What each pool of workers is at, by its name."""
        return {pool.name: pool.standing() for pool in (self._inference, self._training, self._analysis)}

    def train(self, settings: Settings, network: Network | None = None) -> Run:
        """Queue a training and return its run: of `network`, else of the preset that the settings name.

        Raises RunError where runs cannot be written, NetworkError for a network that cannot be built.
        """
        return self._queue_new(settings, network or _preset(settings.network))

    def again(self, run: Run) -> Run:
        """Queue the training of `run` anew, the same in everything that its config records; returns the new run."""
        config = run.config()
        return self._queue_new(config.settings, config.network, config.further_epochs)

    def _queue_new(self, settings: Settings, network: Network, further_epochs: tuple[int, ...] = ()) -> Run:
        run = self.runs.create(settings, network, versions(), further_epochs)
        self._submit_training(run)
        return run

    def resume(self, run: Run, further_epochs: int = 0) -> None:
        """Queue a run that was left, to go on from its checkpoint, or a finished one for further epochs.

        Raises RunError for a run that is at work, or that needs further epochs and gets none.
        """
        self.runs.queue_again(run, further_epochs)
        self._submit_training(run)

    def _submit_training(self, run: Run) -> None:
        future = self._training.submit(jobs.train, run.path)
        with self._lock:
            self._queue.append(run)
        future.add_done_callback(functools.partial(self._training_ended, run))

    def _training_ended(self, run: Run, future: Future[None]) -> None:
        with self._lock:
            self._queue.remove(run)
            resumed_here = run in self._queue
        try:
            future.result()
        except CancelledError:
            pass
        except BrokenProcessPool as error:
            _log.warning("run %s lost its worker: %s", run.id, error)
            if self._closing:
                return
            status = run.status()
            # Between the death and this word of it, somebody may have resumed the run: two would write one folder.
            resumed = resumed_here or status.owner != ownership.claim(self.runs.root)
            if status.state is RunState.QUEUED and not resumed:
                # It only waited behind the training whose worker died.
                self._submit_training(run)
            else:
                self._training.warm_up()
        except Exception as error:
            _log.exception("run %s failed", run.id)
            self._record_failure(run, error)

    def _record_failure(self, run: Run, error: Exception) -> None:
        """A run that ended before it could say how must not look as if it still went on."""
        try:
            if run.status().state.is_active:
                message = f"The training ended with {error!r}. What it had kept before is there; see the server's log."
                run.write_status(replace(run.status(), state=RunState.FAILED, message=message))
        except (OSError, StrataError) as problem:
            _log.error("the end of run %s cannot be written: %s", run.id, problem)

    @property
    def queued_trainings(self) -> int:
        """How many trainings wait or are at work."""
        with self._lock:
            return len(self._queue)

    def place_in_queue(self, run: Run) -> int:
        """How many trainings are before `run`, those at work included."""
        with self._lock:
            before = self._queue[: self._queue.index(run)] if run in self._queue else []
        return sum(other.status().state.is_active for other in before)

    def shutdown(self, grace_seconds: float = 3.0) -> None:
        """End all workers; trainings are asked to stop first and get `grace_seconds` to keep what they learned."""
        self._closing = True
        with self._lock:
            waiting = list(self._queue)
        for run in waiting:
            run.request_stop()
        deadline = time.monotonic() + grace_seconds
        while time.monotonic() < deadline and any(run.status().state.is_active for run in waiting):
            time.sleep(0.05)
        self._inference.shutdown()
        self._training.shutdown()
        self._analysis.shutdown()

    def _last_warm_up(self) -> float:
        try:
            return float(json.loads((self.runs.root / ".warm_up.json").read_bytes())["seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return _FIRST_GUESS_SECONDS

    def _remember_warm_up(self) -> None:
        try:
            self.runs.root.mkdir(parents=True, exist_ok=True)
            (self.runs.root / ".warm_up.json").write_text(json.dumps({"seconds": self._inference.warming_seconds}))
        except OSError as error:
            _log.warning("cannot write to the runs folder: %s", error)


def _preset(name: str) -> Network:
    if name not in PRESETS:
        raise NetworkError(f"There is no network {name!r}. Expected one of {', '.join(PRESETS)}. Choose one of these.")
    return PRESETS[name]


def versions() -> dict[str, str]:
    """What the arithmetic of a run depends on: packages, Python and the machine."""
    packages = {package: version(package) for package in ("tensorflow", "keras", "numpy")}
    return {**packages, "python": platform.python_version(), "machine": f"{platform.machine()}, {os.cpu_count()} CPUs"}


@functools.cache
def engine() -> Engine:
    """The server's engine; lives as long as the process, whatever Streamlit reruns or clears."""
    asked_for = os.environ.get("STRATA_TRAINING_WORKERS") or str(max(1, (os.cpu_count() or 1) // 8))
    if not asked_for.isdecimal() or not 1 <= int(asked_for) <= _MOST_TRAINING_WORKERS:
        raise WorkerError(
            f"STRATA_TRAINING_WORKERS is {asked_for!r}. Expected a whole number from 1 to {_MOST_TRAINING_WORKERS}. "
            "Correct it or unset it, and start again."
        )
    return Engine(default_root(), int(asked_for))
