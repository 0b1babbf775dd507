"""The API over a real socket, with an engine of its own."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from model.api.application import application
from model.engine import Engine
from model.runs import PRETRAINED, Run

STEP = Run(PRETRAINED).snapshot_steps()[-1]
TOKEN = "a secret of the tests"
OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
DEADLINE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def problem(self) -> str:
        """The detail of a refusal, which must be problem details."""
        assert self.headers["content-type"] == "application/problem+json", self.body
        problem = self.json()
        assert problem.keys() == {"type", "title", "status", "detail"}
        assert problem["status"] == self.status >= 400
        return str(problem["detail"])


class Client:
    """Asks a server at a port."""

    def __init__(self, port: int, engine: Engine) -> None:
        self.port, self.engine = port, engine

    def __call__(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, method: str | None = None
    ) -> Answer:
        """GET, or POST where there is a body."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def post_json(self, path: str, body: Any, **headers: str) -> Answer:
        """POST what JSON can say."""
        return self(path, json.dumps(body).encode(), JSON | headers)


@contextmanager
def serving(app: FastAPI, engine: Engine, **options: Any) -> Iterator[Client]:
    """The application on a free port; options: more of uvicorn's."""
    web = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", **options))
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        assert thread.is_alive(), "the server ended while starting"
        time.sleep(0.01)
    try:
        yield Client(web.servers[0].sockets[0].getsockname()[1], engine)
    finally:
        web.should_exit = True
        thread.join(30)


def wait_until_warm(engine: Engine) -> None:
    engine.warm_up()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not engine.is_warm:
        assert time.monotonic() < deadline, "Keras does not start"
        time.sleep(0.05)


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[Client]:
    """The API as the page has it, with an engine whose workers nobody has started."""
    engine = Engine(tmp_path / "runs")
    with serving(application(lambda: engine), engine) as client:
        yield client
    engine.shutdown(grace_seconds=0)


@pytest.fixture(scope="session")
def warm_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One whose inference worker answers."""
    engine = Engine(tmp_path_factory.mktemp("api") / "runs")
    wait_until_warm(engine)
    yield engine
    engine.shutdown(grace_seconds=0)


@pytest.fixture(scope="session")
def own(warm_engine: Engine) -> Iterator[Client]:
    """The API as a server of its own, without a limit of requests."""
    with serving(application(lambda: warm_engine, run_id="pretrained", rate=0), warm_engine) as client:
        yield client


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The server's token is set; the header that fits."""
    monkeypatch.setenv("STRATA_API_TOKEN", TOKEN)
    return {"Authorization": f"Bearer {TOKEN}"}
