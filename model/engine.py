"""Where work runs: in workers with Keras in them, here or on a cluster.

One worker answers at once (traces), one or two do what takes longer (analyses), and one or more train, at low priority,
in the order in which trainings were asked for. A worker that dies takes its job with it and nothing else; one that
hangs or has grown too large is replaced, and who waited for it is told.
"""

from __future__ import annotations

import functools
import logging
import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from model import jobs, start_times
from model.analyses import Analysis
from model.analysis_queue import ANALYSIS_QUIET_SECONDS, Analyses
from model.calls import Calls
from model.cluster import Cluster
from model.lanes import Lanes
from model.networks import PRESETS, Network, NetworkError
from model.pools import Pool, PoolStanding, WorkerError, Workers
from model.runs import Run, Runs, default_root
from model.settings import Settings
from model.trainings import QUIET_SECONDS, Trainings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)
_TRAINING_NICENESS = 10
_ANALYSIS_NICENESS = 5
_MOST_TRAINING_WORKERS = 64
_WARM_UP_ATTEMPTS = 3
END_SECONDS = 1.2
"""How long the workers' end may take: it takes half a second."""
SPARE_ANALYSIS_SECONDS = 3.0
"""How long an analysis waits before a second worker is started for it; Keras then takes seconds to start as well."""


class Engine:
    """The one place that hands work out."""

    def __init__(
        self,
        root: Path,
        training_workers: int = 1,
        longest_call_seconds: float = 30.0,
        *,
        training_quiet_seconds: float = QUIET_SECONDS,
        analysis_quiet_seconds: float = ANALYSIS_QUIET_SECONDS,
        cluster: Cluster | None = None,
    ) -> None:
        """The three kinds of seconds: after which a worker that says nothing is taken to hang.

        cluster: whose workers do everything, instead of this machine's.
        """
        self.runs = Runs(root)
        self._cluster = cluster
        self._inference, self._training, self._analysis = _places(cluster, training_workers)
        self._calls = Calls(self._inference, longest_call_seconds)
        self._trainings = Trainings(self._training, training_quiet_seconds, goes_on=cluster is not None)
        self.analyses = Analyses(self._analyse, root, analysis_quiet_seconds)
        self._closing = False
        self._failed_warm_ups = 0

    def _analyse(self, analysis: Analysis, folder: Path, verdict: Callable[[], str]) -> Future[None]:
        return self._analysis.submit(jobs.analyse, analysis, folder, verdict=verdict)

    def warm_up(self) -> None:
        """Start both kinds of worker, the one that answers at once first."""
        if self._cluster is not None:
            self._cluster.start()  # its workers are started as they appear
            return
        self._inference.warm_up().add_done_callback(self._inference_warm)

    def _inference_warm(self, warm: Future[float]) -> None:
        if warm.cancelled() or self._closing:
            return
        if warm.exception() is None:
            self._failed_warm_ups = 0
            start_times.remember(self.runs.root, self._inference.warming_seconds)
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
    def problem(self) -> str:
        """Why nothing can be computed now, in words that say what to do; empty where it can. Of a cluster alone."""
        return self._cluster.problem if self._cluster is not None else ""

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that does everything, where there is one."""
        return self._cluster

    @property
    def is_warm(self) -> bool:
        """Whether a trace would be answered at once."""
        return self._inference.is_warm

    @property
    def seconds_until_warm(self) -> float:
        """About how long until Keras is ready, judged by the last time: below 0 once it takes longer; 0 when it is."""
        return 0.0 if self.is_warm else start_times.last(self.runs.root) - self._inference.warming_seconds

    def call(self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        """Run a function of model.jobs in the inference worker; raises WorkerError when it dies of it or hangs."""
        return self._calls.call(function, *args, **kwargs)

    def standing(self) -> dict[str, PoolStanding]:
        """What each kind of worker is at, by its name."""
        return {
            "inference": self._inference.standing(),
            "training": self._training.standing(),
            "analysis": self._analysis.standing(),
        }

    def train(
        self, settings: Settings, network: Network | None = None, start: Mapping[str, np.ndarray] | None = None
    ) -> Run:
        """Queue a training and return its run: of `network`, else of the preset that the settings name.

        start: the weights to begin with, by "<layer>/<weight>", in place of random ones.
        Raises RunError where runs cannot be written, NetworkError for a network that cannot be built.
        """
        return self._queue_new(settings, network or _preset(settings.network), start=start)

    def again(self, run: Run) -> Run:
        """Queue the training of `run` anew, the same in everything that its config records; returns the new run."""
        config = run.config()
        return self._queue_new(config.settings, config.network, config.further_epochs, run.start())

    def _queue_new(
        self,
        settings: Settings,
        network: Network,
        further_epochs: tuple[int, ...] = (),
        start: Mapping[str, np.ndarray] | None = None,
    ) -> Run:
        self._trainings.check_open()
        run = self.runs.create(settings, network, versions(), further_epochs, start)
        if self._cluster is not None and (words := self._cluster.no_data(run)):
            run.write_status(replace(run.status(), message=words))
        self._trainings.submit(run)
        return run

    def resume(self, run: Run, further_epochs: int = 0) -> None:
        """Queue a run that was left, to go on from its checkpoint, or a finished one for further epochs.

        Raises RunError for a run that is at work, or that needs further epochs and gets none.
        """
        self._trainings.check_open()
        self.runs.queue_again(run, further_epochs)
        self._trainings.submit(run)

    @property
    def queued_trainings(self) -> int:
        """How many trainings wait or are at work."""
        return len(self._trainings)

    def place_in_queue(self, run: Run) -> int:
        """How many trainings are before `run`, those at work included."""
        return self._trainings.place(run)

    def begin_to_end(self) -> None:
        """Ask all trainings to stop, and start no more: what `shutdown` begins with, for who cannot call that yet."""
        self._closing = True
        self._trainings.ask_all_to_stop()

    def shutdown(self, grace_seconds: float = 3.0) -> None:
        """End all workers; trainings are asked to stop first and get `grace_seconds` to keep what they learned.

        Returns within about END_SECONDS of that, whatever hangs.
        """
        self.begin_to_end()
        self._trainings.stop_all(grace_seconds)
        enders = [workers.shutdown for workers in (self._inference, self._training, self._analysis)]
        if self._cluster is not None:
            self._cluster.give_no_more_orders()  # its workers stay, for others and for the next start
            enders.append(self._cluster.close)
        threads = [threading.Thread(target=ender, name="ending", daemon=True) for ender in enders]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + END_SECONDS
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        # Of a cluster's workers none was ended: their trainings were asked to stop, and will.
        self._trainings.settle_left(max(0.2, deadline - time.monotonic()) if self._cluster is None else 0.0)


def _places(cluster: Cluster | None, training_workers: int) -> tuple[Workers, Lanes, Lanes]:
    """Where inference, trainings and analyses run."""
    if cluster is not None:
        train, analyse = functools.partial(cluster.lanes, "training"), functools.partial(cluster.lanes, "analysis")
        training = Lanes("training", train, suits=cluster.suits)
        return cluster.inference, training, Lanes("analysis", analyse, suits=cluster.suits)
    trainers = [Pool("training", workers=1, niceness=_TRAINING_NICENESS) for _ in range(training_workers)]
    # Started by the first question: who only trains and looks does not pay 0.7 GB. The second is for the short
    # questions that else would wait behind a long one.
    analysts = [Pool("analysis", workers=1, niceness=_ANALYSIS_NICENESS) for _ in range(2)]
    analysis = Lanes("analysis", lambda: analysts, spare_seconds=SPARE_ANALYSIS_SECONDS)
    return Pool("inference", workers=1), Lanes("training", lambda: trainers), analysis


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
    scheduler = os.environ.get("STRATA_SCHEDULER")
    cluster = Cluster(scheduler, default_root()) if scheduler else None
    return Engine(default_root(), int(asked_for), cluster=cluster)
