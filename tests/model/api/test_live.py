"""The WebSocket over which a network computes while the reader draws."""

import json
import logging
import time

import numpy as np
import pytest
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from data import samples
from model.api import live_routes
from model.api.application import application
from model.api.limits import Buckets
from model.api.logs import JsonLines
from model.engine import Engine
from model.runs import PRETRAINED, Run
from model.tracing import trace
from tests.model.api.conftest import DEADLINE_SECONDS, STEP, Client, serving

LIVE = f"/runs/pretrained/snapshots/{STEP}/live"
SEVEN = (samples.samples()[7].pixels / np.float32(255)).astype("<f4")
THREE = (samples.samples()[3].pixels / np.float32(255)).astype("<f4")


def opened(client: Client, path: str = f"/api{LIVE}", origin: str | None = None) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{client.port}{path}", origin=origin, max_size=None)


def end_of(connection: ClientConnection) -> tuple[int, str]:
    """How the server ended it: code and reason."""
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=60)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_each_picture_is_answered_with_the_outputs_of_all_layers_in_their_order(own: Client) -> None:
    with opened(own) as connection:
        answers = []
        for picture in (SEVEN, THREE):
            connection.send(picture.tobytes())
            answers.append(np.frombuffer(connection.recv(timeout=60), "<f4"))
    expected = trace(PRETRAINED, STEP, np.stack([SEVEN, THREE]))
    names = [layer.name for layer in Run(PRETRAINED).config().network.layers]
    for place, answer in enumerate(answers):
        flat = np.concatenate([expected[name][place].ravel() for name in names])
        np.testing.assert_allclose(answer, flat, atol=1e-6, rtol=1e-5)
    assert answers[0][-10:].argmax() == 7
    assert answers[1][-10:].argmax() == 3


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("a picture", "Text came. Expected a binary frame of 3136 bytes."),
        (b"", "A frame of 0 bytes came. Expected 3136: float32, (28, 28, 1)."),
        (SEVEN.tobytes()[:-1], "A frame of 3135 bytes came."),
        (SEVEN.tobytes() * 2, "A frame of 6272 bytes came."),
        (np.full_like(SEVEN, np.nan).tobytes(), "A value outside 0..1, or none at all, came."),
        (np.full_like(SEVEN, np.inf).tobytes(), "A value outside 0..1, or none at all, came."),
        ((SEVEN * 255).tobytes(), "A value outside 0..1, or none at all, came."),
    ],
)
def test_what_is_no_picture_ends_the_connection_with_the_reason(own: Client, frame: bytes | str, words: str) -> None:
    with opened(own) as connection:
        connection.send(frame)
        code, reason = end_of(connection)
    assert code == live_routes.BAD_FRAME
    assert reason.startswith(words)


@pytest.mark.parametrize("path", ["/api/runs/nobody/snapshots/1/live", "/api/runs/pretrained/snapshots/1/live"])
def test_a_run_or_snapshot_that_is_not_there_is_told(own: Client, path: str) -> None:
    with opened(own, path) as connection:
        code, reason = end_of(connection)
    assert code == live_routes.NOT_THERE
    assert "Expected" in reason or "There is no" in reason


@pytest.mark.parametrize("step", ["abc", "-1", "1e3", "100000000", "9" * 400, "%D9%A1"])
def test_a_step_that_is_no_step_is_refused_in_words(own: Client, step: str) -> None:
    with opened(own, f"/api/runs/pretrained/snapshots/{step}/live") as connection:
        code, reason = end_of(connection)
    assert code == live_routes.NOT_THERE
    assert reason.startswith("The step is '") and reason.endswith("Expected a whole number from 0 to 99999999.")


def test_a_frame_far_beyond_a_picture_is_not_even_held(warm_engine: Engine) -> None:
    """Also where the server takes large ones, as the page's does, for its uploads."""
    app = application(lambda: warm_engine, rate=0)
    with serving(app, warm_engine, ws_max_size=200 * 2**20) as client, opened(client, LIVE) as connection:
        connection.send(SEVEN.tobytes())
        assert len(connection.recv(timeout=60)) > 0
        connection.send(SEVEN.tobytes() * 5)
        code, _ = end_of(connection)
    assert code == 1009  # message too big, by the protocol itself


def test_its_line_in_the_log_is_like_all_others(own: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "model")
    asked = {"X-Request-ID": "12345678-11fe"}
    with connect(f"ws://127.0.0.1:{own.port}/api{LIVE}", additional_headers=asked) as connection:
        connection.send("no picture")
        end_of(connection)
    deadline = time.monotonic() + DEADLINE_SECONDS
    lines: list[dict[str, object]] = []
    while not lines and time.monotonic() < deadline:
        time.sleep(0.01)  # it is written once the connection has ended
        told = [json.loads(JsonLines().format(record)) for record in caplog.records]
        lines = [line for line in told if line.get("request") == asked["X-Request-ID"]]
    assert (lines[0]["level"], lines[0]["status"], lines[0]["run"]) == ("warning", live_routes.BAD_FRAME, "pretrained")
    assert str(lines[0]["route"]).endswith("/live")


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:1", "file://", "http://[:"])
def test_a_page_of_another_site_is_refused(own: Client, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, opened(own, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_the_pages_own_origin_may_ask(own: Client) -> None:
    with opened(own, origin=f"http://127.0.0.1:{own.port}") as connection:
        connection.send(SEVEN.tobytes())
        assert len(connection.recv(timeout=60)) > 0


def test_before_keras_is_ready_it_says_when_to_come_again(cold: Client) -> None:
    with opened(cold, LIVE) as connection:
        code, reason = end_of(connection)
    assert code == live_routes.TRY_LATER
    assert reason.startswith("Keras is starting in its worker.")


def limited(engine: Engine, rate: float) -> FastAPI:
    return application(lambda: engine, run_id="pretrained", rate=rate)


def test_more_pictures_than_the_rate_allows_end_it(warm_engine: Engine) -> None:
    app = limited(warm_engine, 0)
    app.state.buckets = Buckets(1.0, now=lambda: 0.0)  # three at once and then no more
    with serving(app, warm_engine) as client, opened(client) as connection:
        for _ in range(3):
            connection.send(SEVEN.tobytes())
            connection.recv(timeout=60)
        connection.send(SEVEN.tobytes())
        assert end_of(connection) == (
            live_routes.TRY_LATER,
            "Too many pictures came from this address. Try again in 1 s.",
        )


def test_only_so_many_connections_are_open_and_one_that_ends_makes_room(
    warm_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_routes, "MOST_SOCKETS_AN_ADDRESS", 1)
    with serving(limited(warm_engine, 0), warm_engine) as client:
        with opened(client) as first:
            first.send(SEVEN.tobytes())
            first.recv(timeout=60)
            with opened(client) as second:
                code, reason = end_of(second)
            assert code == live_routes.TRY_LATER
            assert reason.startswith("Too many connections are open.")
            first.send(b"")
            end_of(first)
        with opened(client) as third:
            third.send(SEVEN.tobytes())
            assert len(third.recv(timeout=60)) > 0
