"""The HTTP API over a real socket: what it answers and what it refuses."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import uvicorn

from data import datasets, samples
from model import server
from model.engine import Engine
from model.networks import CNN, MLP_25
from model.records import DataRecord
from model.runs import PRETRAINED, Run
from model.settings import Settings
from model.tracing import trace

Get = Callable[..., tuple[int, Any, bytes]]


@pytest.fixture
def get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Get]:
    """Ask the API for a path, with bytes to post if there are any: (status, headers, body)."""
    engine = Engine(tmp_path / "runs")
    engine.runs.create(Settings(dataset="digits"), CNN, {})
    monkeypatch.setattr(server, "engine", lambda: engine)
    web = uvicorn.Server(uvicorn.Config(server.api, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        assert thread.is_alive(), "the server ended while starting"
        time.sleep(0.01)
    port = web.servers[0].sockets[0].getsockname()[1]

    def ask(path: str, body: bytes | None = None) -> tuple[int, Any, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    yield ask
    web.should_exit = True
    thread.join(30)
    engine.shutdown(grace_seconds=0)


def test_the_weights_are_the_snapshots_bytes_and_may_be_kept(get: Get) -> None:
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    status, headers, body = get(f"/runs/pretrained/snapshots/{step}/weights")
    assert status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-encoding"] == "identity"  # the page's server packs what says nothing
    found = safetensors.numpy.load(body)
    np.testing.assert_array_equal(found["conv_1/kernel"].astype(np.float32), run.weights(step)["conv_1/kernel"])


def test_runs_are_listed_and_described(get: Get) -> None:
    (listed,) = json.loads(get("/runs")[2])
    assert listed["state"] == "queued"
    found = json.loads(get(f"/runs/{listed['id']}")[2])
    assert found["settings"]["dataset"] == "digits"
    assert found["snapshots"] == []
    assert json.loads(get(f"/runs/{listed['id']}/metrics")[2]) == []


def test_a_broken_run_is_listed_with_what_is_wrong(get: Get) -> None:
    (listed,) = json.loads(get("/runs")[2])
    status = server.engine().runs.find(listed["id"]).path / "status.json"
    status.write_text("{")
    (broken,) = json.loads(get("/runs")[2])
    assert broken["id"] == listed["id"]
    assert "status.json" in broken["error"]


@pytest.mark.parametrize(
    "path", ["/runs/nobody", "/runs/..%2f..", "/runs/nobody/metrics", "/runs/pretrained/snapshots/1/weights"]
)
def test_what_is_not_there_is_a_problem_in_words(get: Get, path: str) -> None:
    status, _, body = get(path)
    assert status == 404
    assert "detail" in json.loads(body)


def test_a_step_that_is_no_number_is_refused(get: Get) -> None:
    assert get("/runs/pretrained/snapshots/last/weights")[0] == 422


def test_health_says_whether_keras_is_ready(get: Get) -> None:
    assert json.loads(get("/health")[2]) == {"status": "ok", "keras_ready": False}


def test_a_trace_is_what_keras_computes(get: Get) -> None:
    run = Run(PRETRAINED)
    step = run.snapshot_steps()[-1]
    pixels = samples.samples()[7].pixels
    status, headers, body = get(f"/runs/pretrained/snapshots/{step}/trace", pixels.tobytes())
    assert (status, headers["retry-after"] is not None) == (503, True), "Keras has not been started"
    server.engine().warm_up()
    while not server.engine().is_warm:
        time.sleep(0.05)
    status, _, body = get(f"/runs/pretrained/snapshots/{step}/trace", pixels.tobytes())
    assert status == 200
    traced = safetensors.numpy.load(body)
    for name, expected in trace(run.path, step, pixels[None]).items():
        np.testing.assert_allclose(traced[name], expected[0], atol=1e-6, err_msg=name)


@pytest.mark.parametrize(("size", "received"), [(0, "0"), (783, "783"), (785, "more than 784")])
def test_pixels_of_another_size_are_refused_in_words(get: Get, size: int, received: str) -> None:
    step = Run(PRETRAINED).snapshot_steps()[-1]
    status, _, body = get(f"/runs/pretrained/snapshots/{step}/trace", bytes(size))
    assert status == 422
    assert json.loads(body)["detail"] == (
        "Pixels have the wrong size. Expected 784 bytes, one for each value of the network's input. "
        f"Received {received}. Send the picture in the input's shape."
    )


def test_the_test_accuracy_of_a_snapshot_is_computed_once_and_kept(get: Get) -> None:
    run = server.engine().runs.create(Settings(dataset="digits", network="mlp_25"), MLP_25, {})
    shapes = {name: shape for placed in MLP_25.placed() for name, shape in placed.weight_shapes.items()}
    run.write_snapshot(1, {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
    dataset = datasets.load("digits")
    run.write_data(DataRecord("digits", "Digits", "here", dataset.sha256, dataset.class_names, 9, 1))
    path = f"/runs/{run.id}/snapshots/1/evaluation"
    assert get(path)[0] == 503
    server.engine().warm_up()
    while not server.engine().is_warm:
        time.sleep(0.05)
    status, _, body = get(path)
    assert status == 200
    # Without weights every class is as likely, and the first is the answer.
    assert json.loads(body)["accuracy"] == pytest.approx(np.mean(dataset.y_test == 0))
    run.snapshot_path(1).unlink()
    assert get(path)[0] == 404
    assert run.evaluation(1) is not None
