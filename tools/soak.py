"""Kill -9 at random moments of a training, and check that nothing is lost: `python -m tools.soak [--moments 50]`.

Each moment: a server with a warm worker begins a training on the offline digits, and then its worker, itself or both
are killed. Meanwhile and afterwards every file of the run is read again and again, as the page does. The run must open,
have all its snapshots whole, and when resumed end with the very weights of a training that was never left. Prints a
JSON line last; the exit code is 1 if a moment failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Literal

from data.errors import StrataError
from model.engine import Engine
from model.records import RunState
from model.runs import Run, Runs
from model.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
Victim = Literal["worker", "server", "both"]
VICTIMS: tuple[Victim, ...] = ("worker", "server", "both")
SETTINGS = Settings(dataset="digits", epochs=12, batch_size=32, schedule="one_cycle", shift_pixels=1.0, seed=4)
DEADLINE_SECONDS = 180


class SoakFailure(AssertionError):
    """Something was lost."""


class Server:
    """An engine in a process of its own, with one training worker."""

    def __init__(self, process: subprocess.Popen[str], root: Path) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._input: IO[str] = process.stdin
        self._output: IO[str] = process.stdout
        self.process, self.runs = process, Runs(root)
        self.worker = int(self._output.readline())

    def train(self) -> Run:
        """Begin a training of SETTINGS."""
        self._input.write("train\n")
        self._input.flush()
        return self.runs.find(self._output.readline().strip())

    def kill(self, victim: Victim) -> None:
        """End the worker, the server or both, as the system does when memory is short."""
        for process_id in {
            "worker": [self.worker],
            "server": [self.process.pid],
            "both": [self.process.pid, self.worker],
        }[victim]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)


@contextlib.contextmanager
def server(root: Path) -> Iterator[Server]:
    """A server over `root` whose worker is warm; it and its workers end with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.soak", "--serve", str(root)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield Server(process, root)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(BrokenPipeError):
            process.communicate()


def serve(root: Path) -> None:
    """What the server's process does: a training for each line it reads."""
    engine = Engine(root)
    (pool,) = engine._training.lanes()
    pool.warm_up().result()
    (worker,) = pool.standing().process_ids  # what a kill from outside aims at
    print(worker, flush=True)
    for _ in sys.stdin:
        print(engine.train(SETTINGS).id, flush=True)
    engine.shutdown()


def read_everything(run: Run) -> None:
    """Read each file of the run as the page, the API and a resumed training do; raises RunError for a half one."""
    run.config()
    run.status()
    run.data()
    run.checkpoint()
    steps = [line.step for line in run.metrics()]
    if steps != sorted(steps):
        raise SoakFailure(f"the curves of {run.id} go back: {steps}")
    for step in run.snapshot_steps():
        run.weights(step)


class Reader(threading.Thread):
    """Reads everything of a run until told to end, and keeps what went wrong."""

    def __init__(self, run: Run) -> None:
        super().__init__(daemon=True)
        self.run_read, self.ended, self.reads = run, threading.Event(), 0
        self.failure: Exception | None = None

    def run(self) -> None:
        """Read, read, read."""
        while not self.ended.is_set() and self.failure is None:
            try:
                read_everything(self.run_read)
                self.reads += 1
            except (StrataError, SoakFailure, OSError) as error:
                self.failure = error


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look every 10 ms until it is so; raises SoakFailure after DEADLINE_SECONDS."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SoakFailure(f"never came true: {what}")
        time.sleep(0.01)


def survive(running: Server, victim: Victim, moment: Callable[[Run], None]) -> tuple[Run, int]:
    """Train, kill `victim` when `moment` returns, resume; the finished run, and the step at which it was left."""
    from model.recording import record

    run = running.train()
    reader = Reader(run)
    reader.start()
    try:
        moment(run)
        running.kill(victim)
        # Where the server alone was killed, its worker trains on to the end.
        wait_until(lambda: not run.status().state.is_active, f"{run.id} is left or ended")
        read_everything(run)
        steps = run.snapshot_steps()
        if run.status().state is not RunState.FINISHED:
            running.runs.queue_again(run)
            record(run)
    finally:
        reader.ended.set()
        reader.join()
    if reader.failure is not None:
        raise SoakFailure(f"{run.id} could not be read: {reader.failure}") from reader.failure
    if run.status().state is not RunState.FINISHED:
        raise SoakFailure(f"{run.id} ended as {run.status().state}: {run.status().message}")
    if not set(steps) <= set(run.snapshot_steps()):
        raise SoakFailure(f"{run.id} lost snapshots: it had {steps}, it has {run.snapshot_steps()}")
    read_everything(run)
    return run, steps[-1] if steps else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the moments and victims")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    chance, failures = random.Random(options.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        with server(Path(folder)) as running:
            began = time.monotonic()
            reference = running.train()
            wait_until(lambda: not reference.status().state.is_active, "a training that nobody disturbs ends")
            seconds = time.monotonic() - began
        expected = reference.status().weights_hash
        for number in range(1, options.moments + 1):
            victim, delay = VICTIMS[number % 3], chance.uniform(0, seconds)
            try:
                with server(Path(folder)) as running:
                    run, step = survive(running, victim, lambda run: time.sleep(delay))  # noqa: B023  called here
                found = run.status().weights_hash
                if found != expected:
                    raise SoakFailure(f"{run.id} ended with the weights {found}. Expected {expected}.")
                print(f"{number}: {victim} killed after {delay:.2f} s, last snapshot {step}: nothing lost", flush=True)
                running.runs.delete(run)
            except (SoakFailure, StrataError) as failure:
                failures += 1
                print(f"{number}: {victim} killed after {delay:.2f} s: {failure}", flush=True)
    print(json.dumps({"moments": options.moments, "failures": failures, "run_s": round(seconds, 1)}))
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
