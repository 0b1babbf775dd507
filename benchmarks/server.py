"""How many pictures a second the API traces, against a Flask server that calls `model.predict` for each.

    python -m benchmarks.server

Both servers run on this machine as processes of their own, over loopback, with the pretrained network. Eight clients,
threads of this process, each keep one connection and send the next picture when the last answer is there: 784 pixels
go, the activations of every layer come as a safetensors file of 150 KB, the same from both. Strata's limit of requests
for an address is switched off. Keys: requests_per_second, p50_ms and p99_ms (from sending to the whole answer), errors
(answers that are not the right ones, by their last layer), predict_requests_per_second, predict_p99_ms and
predict_errors (the same of the Flask server), ratio.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy

from data.samples import samples
from model.runs import PRETRAINED, Run

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
SECONDS = 8.0
WARM_UP_SECONDS = 3.0
DEADLINE_SECONDS = 120.0
OCTETS = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: whole answers a second, milliseconds each took, and answers that were wrong."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


@contextlib.contextmanager
def server(*command: str) -> Iterator[int]:
    """A server as a process of its own, on a free port, which goes where {port} stands."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as runs:
        process = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            cwd=ROOT,
            env={**os.environ, "STRATA_RUNS": runs, "STRATA_API_RATE": "0", "STRATA_LOG": "warning"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_right(port: int, path: str, pictures: list[bytes], expected: list[int], health: str | None) -> None:
    """Until the server reads the first picture rightly and, if it can be asked, its training worker has started too."""
    began = time.monotonic()
    while time.monotonic() - began < DEADLINE_SECONDS:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            with contextlib.closing(connection):
                if _reads(connection, path, pictures[0]) == expected[0] and _is_settled(connection, health):
                    return
        time.sleep(0.2)
    raise TimeoutError(f"The server on port {port} did not answer rightly within {DEADLINE_SECONDS:g} s.")


def _is_settled(connection: http.client.HTTPConnection, health: str | None) -> bool:
    """Whether no worker is still importing Keras, which takes a processor for seconds."""
    if health is None:
        return True
    connection.request("GET", health)
    said = json.loads(connection.getresponse().read())
    return all(pool["warm"] for pool in said["workers"].values() if pool["running"])


def _reads(connection: http.client.HTTPConnection, path: str, picture: bytes) -> int | None:
    """The class that the server sees; None for a refusal."""
    connection.request("POST", path, picture, OCTETS)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        return None
    return int(safetensors.numpy.load(content)["output"].argmax())


def load(port: int, path: str, pictures: list[bytes], expected: list[int], seconds: float) -> Load:
    """Ask from CLIENTS threads at once for so long."""
    times: list[float] = []
    errors = 0
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def client(first: int) -> None:
        nonlocal errors
        own: list[float] = []
        wrong = 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        place = first
        while (began := time.perf_counter()) < end:
            place = (place + 1) % len(pictures)
            try:
                right = _reads(connection, path, pictures[place]) == expected[place]
            except (OSError, http.client.HTTPException):
                connection.close()
                right = False
            own.append(time.perf_counter() - began)
            wrong += not right
        connection.close()
        with lock:
            times.extend(own)
            errors += wrong

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    milliseconds = 1000 * np.array(times)
    return Load(len(times) / took, statistics.median(milliseconds), float(np.percentile(milliseconds, 99)), errors)


def measure(path: str, *command: str, health: str | None = None) -> Load:
    """Start a server, warm it, and ask."""
    pictures = [sample.pixels.tobytes() for sample in samples()]
    expected = [sample.label for sample in samples()]
    with server(*command) as port:
        wait_until_right(port, path, pictures, expected, health)
        load(port, path, pictures, expected, WARM_UP_SECONDS)
        return load(port, path, pictures, expected, SECONDS)


def main() -> None:
    """Measure and print."""
    step = Run(PRETRAINED).snapshot_steps()[-1]
    flask = measure("/", "benchmarks.flask_server", "{port}")
    path = f"/api/runs/pretrained/snapshots/{step}/trace"
    ours = measure(path, "model.server", "--port", "{port}", health="/api/health")
    result = {
        "requests_per_second": round(ours.per_second, 1),
        "p50_ms": round(ours.p50_ms, 1),
        "p99_ms": round(ours.p99_ms, 1),
        "errors": ours.errors,
        "predict_requests_per_second": round(flask.per_second, 1),
        "predict_p99_ms": round(flask.p99_ms, 1),
        "predict_errors": flask.errors,
        "ratio": round(ours.per_second / flask.per_second, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
