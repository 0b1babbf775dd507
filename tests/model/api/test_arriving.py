"""Bodies that are too large, too slow, packed or too many: each answer arrives, in words, and the server goes on."""

import asyncio
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model.api import arriving, bodies, parsing
from model.api.application import application
from model.api.parsing import Lane
from model.api.problems import Refusal
from model.engine import Engine
from tests.model.api.conftest import DEADLINE_SECONDS, JSON, OCTETS, STEP, Client, serving

PREDICT = f"/api/runs/pretrained/snapshots/{STEP}/predict"
TRACE = f"/api/runs/pretrained/snapshots/{STEP}/trace"
PNG = {"Content-Type": "image/png"}
MEGABYTE = 10**6


@pytest.mark.parametrize("megabytes", [12, 50])
@pytest.mark.parametrize("kind", [PNG, JSON, OCTETS])
def test_the_answer_to_a_body_that_is_too_large_arrives(own: Client, megabytes: int, kind: dict[str, str]) -> None:
    """urllib sends all of it before it reads: a connection closed meanwhile would be all that it saw."""
    answer = own(PREDICT, bytes(megabytes * MEGABYTE), kind)
    assert answer.status == 413
    assert f"Received {megabytes * MEGABYTE:,} bytes." in answer.problem()
    assert own("/api/health").status == 200


@pytest.mark.parametrize("megabytes", [12, 50])
@pytest.mark.parametrize("more", [[], ["-H", "Expect:"], ["-H", "Transfer-Encoding: chunked"]])
def test_curl_sees_it_as_well(own: Client, tmp_path: Path, megabytes: int, more: list[str]) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("NOT RUN, for there is no curl")
    content, found = tmp_path / "body", tmp_path / "answer"
    content.write_bytes(bytes(megabytes * MEGABYTE))
    command = [curl, "-sS", "-o", str(found), "-w", "%{http_code}", "-H", "Content-Type: image/png", *more]
    address = f"http://127.0.0.1:{own.port}{PREDICT}"
    said = subprocess.run(
        [*command, "--data-binary", f"@{content}", address], capture_output=True, text=True, check=False
    )
    assert (said.stdout, said.stderr) == ("413", "")
    assert json.loads(found.read_bytes())["title"] == "The body is too large"


def test_every_route_has_a_limit_of_its_own(own: Client, token: dict[str, str]) -> None:
    for path, most, headers in (
        (TRACE, 200_000, JSON),
        (PREDICT, 6_422_528, JSON),
        ("/api/runs", 65_536, JSON | token),
    ):
        answer = own(path, b" " * (most + 1), headers)
        assert answer.status == 413
        assert f"Expected at most {most:,} bytes. Received {most + 1:,} bytes." in answer.problem()
        assert own(path, b" " * most, headers).status == 400
    assert bodies.json_bytes((64, 64, 3), 256) == 10 * 2**20
    longest = json.dumps({"values": [[[1 / 3] * 3] * 64] * 64}, indent=1)
    assert 200_000 < len(longest) < bodies.json_bytes((64, 64, 3), 1)


def test_an_answer_of_another_kind_arrives_before_the_body_is_read(own: Client) -> None:
    answer = own("/api/nothing", bytes(12 * MEGABYTE), PNG)
    assert answer.status == 413
    answer = own("/api/nothing", bytes(9 * MEGABYTE), PNG)
    assert answer.status == 404
    assert own(PREDICT, bytes(9 * MEGABYTE), {"Content-Type": "text/plain"}).status == 415


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_a_packed_body_is_refused(own: Client, encoding: str) -> None:
    answer = own(PREDICT, bytes(784), OCTETS | {"Content-Encoding": encoding})
    assert answer.status == 415
    assert answer.problem() == f"The body's content encoding is '{encoding}'. Expected none. Send it unpacked."
    assert own(PREDICT, bytes(784), OCTETS | {"Content-Encoding": "identity"}).status == 200


def half_sent(client: Client) -> socket.socket:
    """A connection on which half of a picture has come."""
    connection = socket.create_connection(("127.0.0.1", client.port), timeout=DEADLINE_SECONDS)
    head = (
        f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 784\r\n\r\n"
    )
    connection.sendall(head.encode() + bytes(300))
    return connection


def test_a_body_has_so_much_time(warm_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "BODY_SECONDS", 0.3)
    app = application(lambda: warm_engine, run_id="pretrained", rate=0)
    with serving(app, warm_engine) as client, half_sent(client) as connection:
        answer = connection.makefile("rb").read()  # to its end: the server closes it
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The body was not whole after 0.3 s. Expected all of it by then." in answer


def test_only_so_many_bodies_are_half_sent(warm_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "MOST_HALF_SENT_AN_ADDRESS", 1)
    app = application(lambda: warm_engine, run_id="pretrained", rate=0)
    with serving(app, warm_engine) as client:
        with half_sent(client) as connection:
            answer = client(PREDICT, bytes(784), OCTETS)
            while answer.status == 200:  # the half of the other has not been looked at yet
                answer = client(PREDICT, bytes(784), OCTETS)
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            assert answer.problem().startswith("1 bodies of this address, or 64 of all, are half sent.")
            assert client("/api/health").status == 200  # which has no body
            connection.sendall(bytes(484))
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert client(PREDICT, bytes(784), OCTETS).status == 200


def test_ten_large_ones_at_once_are_all_answered(own: Client) -> None:
    body = json.dumps({"pixels": [[[0] * 28] * 28] * 256}).encode()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: own(PREDICT, body, JSON), range(10)))
    assert {answer.status for answer in answers} == {200}
    assert {len(answer.json()["predictions"]) for answer in answers} == {256}


def test_large_bodies_are_read_one_at_a_time_and_small_ones_beside_them() -> None:
    at_once, most, gate = 0, 0, threading.Event()

    def read(wait: Callable[[], object]) -> Callable[[], str]:
        def reading() -> str:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            wait()
            at_once -= 1
            return "read"

        return reading

    async def both() -> list[str]:
        large = [asyncio.create_task(parsing.in_turn(Lane.LARGE, read(gate.wait))) for _ in range(5)]
        await asyncio.sleep(0)
        assert await parsing.in_turn(Lane.SMALL, lambda: "small") == "small"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(parsing, "MOST_WAITING", 5)
            with pytest.raises(Refusal, match="5 bodies wait to be read"):
                await parsing.in_turn(Lane.LARGE, lambda: "")
        gate.set()
        return list(await asyncio.gather(*large))

    assert asyncio.run(both()) == ["read"] * 5
    assert most == 1
