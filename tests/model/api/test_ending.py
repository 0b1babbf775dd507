"""A server that is told to end: trainings hear of it at once, and what hangs is left behind."""

import signal
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
import uvicorn

from model.api import ending
from model.engine import Engine

DEADLINE_SECONDS = 60


class Told:
    """An engine that only hears."""

    def __init__(self) -> None:
        self.began = threading.Event()

    def begin_to_end(self) -> None:
        self.began.set()


@pytest.fixture
def server() -> Iterator[uvicorn.Server]:
    """A server that has the signals, as it has them while it serves."""
    server = uvicorn.Server(uvicorn.Config(cast(Any, None)))
    before = {number: signal.signal(number, server.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
    yield server
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_trainings_and_the_server_and_what_hangs_is_left(
    server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setattr(ending, "LONGEST_SECONDS", 0.01)
    engine, left = Told(), threading.Event()
    ending.end_in_time(cast(Engine, engine), leave=lambda code: left.set())
    assert server.config.timeout_graceful_shutdown == ending.CLOSE_SECONDS
    signal.raise_signal(number)
    assert server.should_exit
    assert engine.began.wait(DEADLINE_SECONDS)
    assert left.wait(DEADLINE_SECONDS)


def test_without_a_server_signals_stay_as_they_are() -> None:
    before = signal.getsignal(signal.SIGTERM)
    ending.end_in_time(cast(Engine, Told()))
    assert signal.getsignal(signal.SIGTERM) is before
