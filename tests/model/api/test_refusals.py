"""What the API refuses, and in which words."""

import json
import logging
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from model.api.application import application
from model.api.limits import BURST_SECONDS, Buckets, LimitError, rate
from model.api.logs import JsonLines
from model.api.problems import without_paths
from model.engine import Engine
from tests.model.api.conftest import DEADLINE_SECONDS, JSON, OCTETS, STEP, Client, serving

PREDICT = f"/api/runs/pretrained/snapshots/{STEP}/predict"
TRACE = f"/api/runs/pretrained/snapshots/{STEP}/trace"
ROW = [0] * 28


@pytest.mark.parametrize(
    "path",
    [
        "/api/runs/nobody", "/api/runs/..%2f..", "/api/runs/%2e%2e", "/api/runs/nobody/metrics",
        "/api/runs/pretrained/snapshots/1/weights", "/api/runs/pretrained%00/metrics", "/nothing", "/api",
        "/api/runs/" + "a" * 5000, "/api/runs/..%2fpretrained/metrics", "/api/runs/%2fetc%2fpasswd",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_in_words(own: Client, path: str) -> None:
    answer = own(path)
    assert answer.status == 404
    assert answer.problem()


@pytest.mark.parametrize("step", ["last", "-1", "1e3", "100000000", "9" * 400, "1.5"])
def test_a_step_that_is_none_is_refused(own: Client, step: str) -> None:
    answer = own(f"/api/runs/pretrained/snapshots/{step}/weights")
    assert answer.status == 422
    assert answer.problem().startswith("step does not fit: ")


@pytest.mark.parametrize(("size", "received"), [(0, "0"), (783, "783"), (785, "more than 784")])
def test_pixels_of_another_size_are_refused_in_words(own: Client, size: int, received: str) -> None:
    answer = own(TRACE, bytes(size), OCTETS)
    assert answer.status == 422
    assert answer.problem() == (
        "Pixels have the wrong size. Expected 784 bytes, one for each value of the network's input. "
        f"Received {received}. Send the picture in the input's shape."
    )


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"values": [[NaN]]}', 400, "NaN is no number"),
        (b'{"values": [[-Infinity]]}', 400, "-Infinity is no number"),
        (b'{"values": [[1e999]]}', 400, "1e999 is no number"),
        (b'{"pixels": [[' + b"9" * 5000 + b"]]}", 400, "is no number"),
        (b'{"pixels": [[0, 0', 400, "cannot be read as JSON"),
        (b"\xff\xfe{", 400, "cannot be read as JSON"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b"", 400, "cannot be read as JSON"),
        (json.dumps([ROW] * 28).encode(), 422, "The body is an array. Expected an object with either pixels"),
        (b"null", 422, "The body is null"),
        (b'{"pixels": [], "values": []}', 422, "an object with 'pixels', 'values'"),
        (b'{"pixels": 5}', 422, "pixels has the shape ()"),
        (b'{"pixels": "seven"}', 422, "pixels is no array of whole numbers"),
        (b'{"pixels": null}', 422, "pixels is no array of whole numbers"),
        (b'{"pixels": [[true, false]]}', 422, "pixels is no array of whole numbers"),
        (b'{"pixels": [[0, true]]}', 422, "pixels is no array of whole numbers"),
        (b'{"values": [[0.5, false]]}', 422, "values is no array of numbers"),
        (b'{"pixels": [[0.5]]}', 422, "pixels is no array of whole numbers"),
        (b'{"pixels": [[1, 2], [3]]}', 422, "all of one length"),
        (b'{"pixels": ' + b"[" * 200 + b"]" * 200 + b"}", 400, "nested too deeply, over 64 levels"),
        (b'{"pixels": ' + b"[" * 60 + b"]" * 60 + b"}", 422, "pixels is no array of whole numbers"),
        (
            b'{"pixels": [' + b"0," * 300_000 + b"0]}",
            422,
            "The body has about 300,001 values. Expected at most 200,704.",
        ),
        (b'{"pixels": [' + b"[[]]," * 200_000 + b"0]}", 422, "The body has about 400,001 lists."),
        (b'{"pixels": [' + b'"",' * 10_000 + b"0]}", 422, "The body has about 10,001 texts."),
        (json.dumps({"pixels": [ROW] * 27}).encode(), 422, "pixels has the shape (27, 28)"),
        (json.dumps({"pixels": []}).encode(), 422, "pixels is no array of whole numbers"),
        (json.dumps({"pixels": [[ROW] * 28] * 257}).encode(), 422, "up to 256 of these"),
        (json.dumps({"pixels": [[256] * 28] * 28}).encode(), 422, "pixels go from 256 to 256. Expected 0 to 255"),
        (json.dumps({"values": [[-0.5] * 28] * 28}).encode(), 422, "values go from -0.5 to -0.5. Expected 0 to 1"),
    ],
)
def test_json_that_is_no_picture_is_refused(own: Client, body: bytes, status: int, words: str) -> None:
    answer = own(PREDICT, body, JSON)
    assert answer.status == status, answer.body
    assert words in answer.problem()


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "image/tiff"]
)
def test_a_content_type_that_is_not_read_is_refused(own: Client, kind: str) -> None:
    answer = own(PREDICT, bytes(784), {"Content-Type": kind})
    assert answer.status == 415
    assert answer.problem().startswith(f"The body's content type is '{kind}'. Expected application/octet-stream, ")


def test_a_file_that_is_no_picture_is_refused(own: Client) -> None:
    answer = own(PREDICT, b"GIF89a", {"Content-Type": "image/png"})
    assert answer.status == 422
    assert "Save it as PNG" in answer.problem()


def test_a_body_that_is_too_large_is_refused_before_it_comes(own: Client) -> None:
    with socket.create_connection(("127.0.0.1", own.port), timeout=30) as connection:
        connection.sendall(f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n".encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Expected at most 10,485,760 bytes. Received 99,999,999,999 bytes." in answer


def test_a_body_that_never_says_how_large_it_is_is_cut_off(own: Client) -> None:
    """In chunks, without a Content-Length."""

    def chunks() -> Iterator[bytes]:
        while True:
            yield b"%x\r\n%b\r\n" % (65536, bytes(65536))

    with socket.create_connection(("127.0.0.1", own.port), timeout=30) as connection:
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        try:
            for sent, chunk in enumerate(chunks()):
                assert sent < 2000, "it is read without end"
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass  # which is how a server says that it has heard enough


def test_another_method_is_refused_and_those_that_are_there_are_named(own: Client) -> None:
    answer = own("/api/runs", b"", {}, "PUT")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.problem() == "'/api/runs' does not answer 'PUT'. Expected GET, POST. Send one of these."


def test_every_answer_has_an_id_and_a_line_in_the_log_without_an_address(
    own: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "model")
    first = own(f"/api/runs/pretrained/snapshots/{STEP}/weights?who=me", headers={"X-Request-ID": "<script>"})
    own("/api/runs/Nobody%20at%20all", headers={"X-Request-ID": "12345678-abcd"})
    asked = [first.headers["x-request-id"], "12345678-abcd"]
    lines: list[dict[str, Any]] = []
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(lines) < len(asked) and time.monotonic() < deadline:
        time.sleep(0.01)  # a line is written once its answer has gone, and those of earlier questions may come late
        told = [json.loads(JsonLines().format(record)) for record in caplog.records]
        lines = [line for identity in asked for line in told if line.get("request") == identity]
    assert [line["request"] for line in lines] == asked
    assert lines[0]["route"].endswith("/runs/{run_id}/snapshots/{step}/weights")
    assert lines[0]["run"] == "pretrained"
    assert lines[0]["ms"] > 0
    assert (lines[0]["status"], lines[1]["status"], lines[1]["level"]) == (200, 404, "warning")
    assert "run" not in lines[1]
    written = json.dumps(lines)
    assert "127.0.0.1" not in written and "Nobody" not in written and "who" not in written


def test_a_bug_is_told_with_the_id_that_the_log_has(warm_engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Engine:
        raise ZeroDivisionError("inner words")

    with serving(application(broken), warm_engine) as client:
        answer = client("/runs")
    assert answer.status == 500
    assert "inner words" not in answer.problem()
    assert answer.headers["x-request-id"] in answer.problem()
    (failed,) = [record for record in caplog.records if record.exc_info]
    assert failed.__dict__["request"] == answer.headers["x-request-id"]


def test_who_asks_too_often_is_told_when_to_go_on(warm_engine: Engine) -> None:
    with serving(application(lambda: warm_engine, rate=1), warm_engine) as client:
        answers = [client("/health") for _ in range(int(BURST_SECONDS) + 2)]
    assert [answer.status for answer in answers[: int(BURST_SECONDS)]] == [200] * int(BURST_SECONDS)
    refused = next(answer for answer in answers if answer.status != 200)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert "Expected a pause of 1 s" in refused.problem()


def test_a_bucket_fills_at_its_rate_and_each_address_has_its_own() -> None:
    now = 0.0
    buckets = Buckets(2.0, lambda: now)
    most = int(2 * BURST_SECONDS)
    assert [buckets.wait("a") for _ in range(most + 1)] == [0] * most + [1]
    assert buckets.wait("b") == 0
    now = 1.0
    assert [buckets.wait("a") for _ in range(3)] == [0, 0, 1]
    assert Buckets(0).wait("a") == 0


@pytest.mark.parametrize("text", ["many", "nan", "-1", "0.5", "inf"])
def test_a_rate_that_is_none_ends_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("STRATA_API_RATE", text)
    with pytest.raises(LimitError, match=f"STRATA_API_RATE is '{text}'. Expected requests a second"):
        rate()


def test_no_answer_tells_a_folder_of_the_server(own: Client, token: dict[str, str]) -> None:
    answers = [
        own("/api/runs/nobody"),
        own("/api/runs/pretrained/snapshots/1/weights"),
        own.post_json("/api/runs", {"dataset": "own-0123456789ab"}, **token),
    ]
    for answer in answers:
        assert answer.status == 404
        assert not re.search(r"/\w+/", answer.problem()), answer.problem()
        assert str(own.engine.runs.root) not in answer.problem()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("There is no run 'x' in /srv/strata/runs. Choose one.", "There is no run 'x' in runs. Choose one."),
        ("Expected it in /home/ann/.keras/datasets/mnist.npz, or ~/a/b.", "Expected it in mnist.npz, or b."),
        (r"C:\\Users\\Ann\\runs cannot be written", "runs cannot be written"),
        (
            "see https://docs.example.org/a/b and application/json",
            "see https://docs.example.org/a/b and application/json",
        ),
        ("and/or 1/2 /openapi.json", "and/or 1/2 /openapi.json"),
        (f"{Path.cwd()}/a file with spaces.txt is broken", "a file with spaces.txt is broken"),
    ],
)
def test_paths_are_left_out_of_words(words: str, shown: str) -> None:
    assert without_paths(words.replace("\\\\", "\\")) == shown


def test_what_nobody_caught_is_one_line_of_the_log() -> None:
    """Of the server's own thread, of others and of libraries: tracebacks of many lines would break a log's reader."""
    code = (
        "import logging, threading, warnings\nfrom model.api import logs\nlogs.set_up_all()\nlogs.set_up()\n"
        "def fail():\n    raise ValueError('in a thread')\n"
        "thread = threading.Thread(target=fail)\nthread.start()\nthread.join()\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.getLogger('uvicorn.error').exception('of a library')\n"
        "logging.getLogger('model.x').warning('of ours')\nwarnings.warn('be warned')\nraise RuntimeError('at last')\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in answer.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["error", "error", "warning", "warning", "error"]
    assert "ValueError: in a thread" in lines[0]["error"] and "ZeroDivisionError" in lines[1]["error"]
    assert lines[2]["message"] == "of ours" and "be warned" in lines[3]["message"]
    assert lines[4]["error"].endswith("RuntimeError: at last") and "Traceback" in lines[4]["error"]
