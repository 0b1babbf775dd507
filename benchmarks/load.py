"""A class at one server: 30 sessions for two minutes, a third training, a third drawing, a third looking.

    python -m benchmarks.load [--sessions 30] [--seconds 120]

The server is `streamlit run app.py` in a process of its own; the visitors are tasks of this one, which speak
Streamlit's protocol over its WebSocket and ask for weights and traces over HTTP, as browsers do: real sessions and
real reruns of the page, without 30 browsers. Each does something every THINKING_SECONDS or so; pages that follow a
training draw themselves again as they asked for. Who trains presses Train & Visualize once and then looks at the
curves and the scene; trainings wait in line.

Keys: rerun_p95_ms and rerun_p50_ms (from a message that asks for a rerun to the script's end, what the page asked for
by itself included), first_p95_ms (the same of the first drawing), http_p95_ms; errors (exceptions and errors on the
page, refusals, lost connections); memory_mb_per_session (the server's largest memory, less that after one visitor who
has seen every view, by sessions); asked (trainings whose button was pressed and whose page answered); lost_runs (of
these: without a folder, or neither waiting, nor at work, nor ended well, after the server was told to end as well);
sigterm_s (from SIGTERM to its end); processor_ms_per_rerun (of the server's own process, which a busy machine does not
make larger).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.visitor import Figures, Visitor
from data import samples
from model.memory import resident_megabytes
from model.records import RunState
from model.runs import Runs
from visualization import bundle

ROOT = Path(__file__).resolve().parents[1]
DEADLINE_SECONDS = 180.0
THINKING_SECONDS = 6.0
_ARRIVING_SECONDS = 10.0
LINK = "run=pretrained"
"""The teacher's. Without it a page opens on the newest run, be it another's that is at work."""
VIEWS = ("Network", "Surfaces", "Training", "Evaluation", "Neurons", "Causes")
WELL = {RunState.QUEUED, RunState.STARTING, RunState.TRAINING, RunState.VALIDATING, RunState.FINISHED, RunState.STOPPED}


@contextlib.contextmanager
def server(runs: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The page with its runs there: its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, "STRATA_RUNS": str(runs), "STRATA_API_RATE": "0"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield port, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_warm(port: int) -> None:
    """Until Keras is ready in the workers that are started with the server."""
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE_SECONDS:
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
                workers = json.loads(answer.read())["workers"]
            if workers["inference"]["warm"] and workers["training"]["warm"]:
                return
        time.sleep(0.2)
    raise TimeoutError(f"Keras was not ready within {DEADLINE_SECONDS:g} s.")


def inks() -> list[np.ndarray]:
    """Drawings, uint8 (280, 280)."""
    return [samples.draw(sample.strokes, sample.width) for sample in samples.samples()]


async def train(visitor: Visitor, chance: random.Random, figures: Figures) -> None:
    """Train, and follow it."""
    await visitor.rest(chance.uniform(0, 2 * THINKING_SECONDS))
    await visitor.click("Train & Visualize")
    figures.trainings += 1
    while True:
        await visitor.rest(chance.expovariate(1 / (2 * THINKING_SECONDS)))
        await visitor.choose("View", chance.choice(("Training", "Network")))


async def draw(visitor: Visitor, chance: random.Random, _: Figures) -> None:
    """Draw digit after digit."""
    drawings = inks()
    for serial in range(1, 10_000):
        await visitor.rest(chance.expovariate(1 / THINKING_SECONDS))
        await visitor.draw(chance.choice(drawings), serial)


async def look(visitor: Visitor, chance: random.Random, _: Figures) -> None:
    """Go from view to view and from picture to picture."""
    while True:
        await visitor.rest(chance.expovariate(1 / THINKING_SECONDS))
        await visitor.choose("View", chance.choice(VIEWS))
        await visitor.rest(chance.expovariate(1 / THINKING_SECONDS))
        if visitor.sees("Sample digit, drawn for this page"):
            await visitor.choose("Sample digit, drawn for this page", str(chance.randrange(10)))
        if chance.random() < 0.3:
            await visitor.trace()


async def see_everything(port: int) -> None:
    """One visitor, not counted, after whom everything is imported and cached."""
    visitor = Visitor(port, Figures())
    await visitor.come()
    for view in VIEWS:
        await visitor.choose("View", view)
        await visitor.rest(1.0)
    await visitor.leave()


async def visit(number: int, port: int, seconds: float, figures: Figures) -> None:
    """One session from its first drawing to its end."""
    chance = random.Random(number)
    visitor = Visitor(port, figures, LINK)
    end = time.monotonic() + seconds
    await asyncio.sleep(chance.uniform(0, _ARRIVING_SECONDS))
    try:
        async with asyncio.timeout(end - time.monotonic()) as limit:
            await visitor.come()
            await (train, draw, look)[number % 3](visitor, chance, figures)
    except Exception as error:  # whatever ended the session is counted
        if not (isinstance(error, TimeoutError) and limit.expired()):
            figures.errors.append(f"session {number}: {type(error).__name__}: {error}")
    await visitor.leave()


async def memory(process_id: int) -> float:
    """The largest memory of the server until cancelled, in MB."""
    largest = 0.0
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            largest = max(largest, resident_megabytes(process_id) or 0.0)
            await asyncio.sleep(1.0)
    return largest


async def visits(port: int, process_id: int, sessions: int, seconds: float) -> tuple[Figures, float]:
    """All sessions at once: what they measured, and by how many MB the server grew."""
    await see_everything(port)
    print(f"{sessions} sessions for {seconds:g} s", file=sys.stderr, flush=True)
    before, figures = resident_megabytes(process_id) or 0.0, Figures()
    watching, used = asyncio.create_task(memory(process_id)), processor_seconds(process_id)
    await asyncio.gather(*(visit(number, port, seconds, figures) for number in range(sessions)))
    watching.cancel()
    figures.processor_seconds = processor_seconds(process_id) - used
    return figures, await watching - before


def processor_seconds(process_id: int) -> float:
    """What a process has used of processors so far."""
    used = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def end(process: subprocess.Popen[bytes]) -> float:
    """SIGTERM; seconds until the server has ended."""
    began = time.monotonic()
    process.terminate()
    process.wait(60)
    return time.monotonic() - began


def p(values: list[float], per_cent: int) -> float | None:
    """A percentile; None of nothing."""
    return round(float(np.percentile(values, per_cent)), 1) if values else None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120.0)
    options = parser.parse_args()
    bundle.build(lambda line: None)
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (port, process):
        wait_until_warm(port)
        figures, grown = asyncio.run(visits(port, process.pid, options.sessions, options.seconds))
        took = end(process)
        statuses = [run.status() for run in Runs(Path(folder)).all()]
    for kind, times in figures.kinds.items():
        print(f"{kind}: {len(times)} times, median {p(times, 50)} ms, 95 % within {p(times, 95)} ms", file=sys.stderr)
    for status in statuses:
        if status.state not in WELL:
            print(f"a training is {status.state}: {status.message}", file=sys.stderr)
    well = sum(status.state in WELL for status in statuses)
    for words in sorted(set(figures.errors)):
        print(f"{figures.errors.count(words)} times: {words}", file=sys.stderr)
    result = {
        "sessions": options.sessions,
        "seconds": options.seconds,
        "errors": len(figures.errors),
        "rerun_p95_ms": p(figures.reruns, 95),
        "rerun_p50_ms": p(figures.reruns, 50),
        "reruns": len(figures.reruns),
        "processor_ms_per_rerun": round(1000 * figures.processor_seconds / max(1, len(figures.reruns)), 1),
        "first_p95_ms": p(figures.first, 95),
        "http_p95_ms": p(figures.http, 95),
        "memory_mb_per_session": round(grown / options.sessions, 2),
        "asked": figures.trainings,
        "trainings": len(statuses),
        "finished": sum(status.state is RunState.FINISHED for status in statuses),
        # One may be there of whose button the page had not answered when its visitor left.
        "lost_runs": len(statuses) - well + max(0, figures.trainings - len(statuses)),
        "sigterm_s": round(took, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
