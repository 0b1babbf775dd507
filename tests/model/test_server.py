"""`python -m model.server`: it starts, refuses bad input in words, and ends its trainings at a snapshot."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from model import server
from model.records import RunState
from model.runs import Runs

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 120
LONG = {"dataset": "digits", "network": "cnn", "epochs": 100, "batch_size": 8}


OWN = ("model.server", "--port", "{port}")
PAGE = (
    "streamlit", "run", "app.py", "--server.headless", "true", "--server.address", "127.0.0.1",
    "--server.port", "{port}",
)  # fmt: skip


@contextlib.contextmanager
def started(folder: Path, command: tuple[str, ...]) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A server on a free port, with a token: its address and its process. What it says goes to log.txt."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            cwd=ROOT,
            env={**os.environ, "STRATA_RUNS": str(folder / "runs"), "STRATA_API_TOKEN": "secret"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not _answers(address):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log.txt").read_text()
            time.sleep(0.05)
        yield address, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(_ask(f"{address}/api/health"))
    return False


def _ask(address: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer secret"}
    with urllib.request.urlopen(urllib.request.Request(address, content, headers), timeout=30) as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("command", [OWN, PAGE], ids=["own", "page"])
def test_sigterm_ends_a_training_at_a_snapshot_and_leaves_no_worker(tmp_path: Path, command: tuple[str, ...]) -> None:
    with started(tmp_path, command) as (address, process), contextlib.ExitStack() as visitors:
        if command is PAGE:  # somebody looks at the page meanwhile
            stream = address.replace("http", "ws") + "/_stcore/stream"
            visitors.enter_context(connect(stream, subprotocols=[Subprotocol("streamlit")]))
            half = visitors.enter_context(socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))))
            half.sendall(b"POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")  # and no more
        runs = Runs(tmp_path / "runs")
        run = runs.find(_ask(f"{address}/api/runs", LONG)["id"])
        waiting = runs.find(_ask(f"{address}/api/runs", LONG)["id"])
        deadline = time.monotonic() + DEADLINE_SECONDS
        while run.status().step == 0:
            assert time.monotonic() < deadline, run.status()
            time.sleep(0.05)
        children = _children(process.pid)
        assert children
        process.send_signal(signal.SIGTERM)
        # 5 s are promised; a loaded machine may need more, and what is asked here is that it ends by itself.
        process.wait(DEADLINE_SECONDS)
        assert run.status().state is waiting.status().state is RunState.STOPPED
        assert run.snapshot_steps()[-1] == run.status().step > 0
        assert run.checkpoint() is not None
        while left := [child for child in children if _is_running(child)]:
            assert time.monotonic() < deadline, f"{left} are left"
            time.sleep(0.05)  # loky's own tracker sees the end of the server and goes by itself
    said = (tmp_path / "log.txt").read_text()
    assert "failed" not in said and "lost" not in said and "Traceback" not in said, said


def _is_running(process_id: int) -> bool:
    """Whether there is such a process, other than one that has ended and that nobody has asked about."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _children(process_id: int) -> list[int]:
    """The processes that one started, as Linux tells."""
    file = Path(f"/proc/{process_id}/task/{process_id}/children")
    if not file.exists():
        pytest.skip("NOT RUN, for this system does not tell which processes a process started")
    threads = Path(f"/proc/{process_id}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert server.main(["--port", str(port)]) == 2
    words = capsys.readouterr().err
    assert words.startswith(f"python -m model.server: Cannot listen at 127.0.0.1:{port}: ")
    assert words.endswith("Expected a free port. Choose others by --host and --port.\n")


@pytest.mark.parametrize("host", ["no such host", "256.1.1.1", "a" * 300])
def test_a_host_that_is_none_is_told(capsys: pytest.CaptureFixture[str], host: str) -> None:
    assert server.main(["--host", host, "--port", "0"]) == 2
    assert "Cannot listen at" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert server.main(["--run", "../nobody"]) == 2
    assert "There is no run '../nobody'" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1", "http", "²"])
def test_a_port_that_is_none_is_told(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        server.main(["--port", port])
    assert ended.value.code == 2
    assert "expected a whole number from 0 to 65535" in capsys.readouterr().err


def test_help_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        server.main(["--help"])
    assert ended.value.code == 0
    words = capsys.readouterr().out
    for name in ("STRATA_API_TOKEN", "STRATA_API_RATE", "STRATA_LOG", "STRATA_RUNS", "127.0.0.1", "5000"):
        assert name in words
