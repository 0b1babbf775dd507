"""Trainings over the API: only with the token, and really trained."""

import time
from typing import Any

import pytest

from model.records import RunState
from tests.model.api.conftest import DEADLINE_SECONDS, JSON, TOKEN, Client

SHORT = {"dataset": "digits", "network": "mlp_25", "epochs": 1, "batch_size": 256, "seed": 3}
LONG = {**SHORT, "epochs": 100, "batch_size": 8}


def _wait_for(client: Client, run_id: str, state: RunState) -> Any:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (found := client(f"/api/runs/{run_id}").json())["status"]["state"] != state:
        assert time.monotonic() < deadline, found["status"]
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/runs"), ("POST", "/api/runs/x/stop"), ("POST", "/api/runs/x/resume"), ("DELETE", "/api/runs/x")],
)
def test_changes_need_the_token_and_one_that_is_set(
    own: Client, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    monkeypatch.delenv("STRATA_API_TOKEN", raising=False)
    off = own(path, b"", {"Authorization": "Bearer "}, method)
    assert off.status == 403
    assert "Set it to a secret of your own, start the server again, and send the header" in off.problem()
    monkeypatch.setenv("STRATA_API_TOKEN", TOKEN)
    for sent in ({}, {"Authorization": "Bearer guess"}, {"Authorization": f"Basic {TOKEN}"}):
        refused = own(path, b"", sent, method)
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.problem().endswith("Send the right one.")


def test_a_training_is_started_trained_on_and_deleted(own: Client, token: dict[str, str]) -> None:
    begun = own.post_json("/api/runs", SHORT, **token)
    assert begun.status == 201
    run_id = begun.json()["id"]
    assert begun.headers["location"] == f"/api/runs/{run_id}"
    found = _wait_for(own, run_id, RunState.FINISHED)
    assert found["settings"].items() >= SHORT.items()
    assert found["snapshots"][-1] == found["status"]["step"] > 0
    refused = own(f"/api/runs/{run_id}/stop", b"", token)
    assert refused.status == 409
    assert refused.problem() == f"Run {run_id} is finished. Expected one that is at work or waits. Leave it."
    assert own(f"/api/runs/{run_id}/resume", b"", token).status == 409, "it needs further epochs"
    assert own.post_json(f"/api/runs/{run_id}/resume", {"further_epochs": 1}, **token).status == 202
    trained_on = _wait_for(own, run_id, RunState.FINISHED)
    assert trained_on["status"]["step"] == 2 * found["status"]["step"]
    assert own(f"/api/runs/{run_id}", None, token, "DELETE").status == 204
    assert own(f"/api/runs/{run_id}").status == 404


def test_a_training_is_stopped_and_keeps_what_it_learned(own: Client, token: dict[str, str]) -> None:
    run_id = own.post_json("/api/runs", LONG, **token).json()["id"]
    assert own("/api/health").json()["queued_trainings"] >= 1
    _wait_for(own, run_id, RunState.TRAINING)
    assert own(f"/api/runs/{run_id}", None, token, "DELETE").status == 409
    assert own(f"/api/runs/{run_id}/stop", b"", token).status == 202
    stopped = _wait_for(own, run_id, RunState.STOPPED)
    assert stopped["snapshots"][-1] == stopped["status"]["step"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"epochs": 0}, "Setting epochs: expected 1 to 100"),
        ({"epochs": 10**15}, "Setting epochs: expected 1 to 100"),
        ({"epochs": 1.5}, "Setting epochs: expected a whole number, received 1.5"),
        ({"epochs": "5"}, "Setting epochs: expected a whole number, received '5'"),
        ({"seed": -1}, "Setting seed: expected 0 to"),
        ({"optimizer": "magic"}, "Setting optimizer: expected one of adam"),
        ({"optimizer": ["adam"]}, "Setting optimizer: expected a text"),
        ({"dataset": "../../etc"}, "../../etc"),
        ({"dataset": None}, "Setting dataset: expected a text"),
        ({"network": "../cnn"}, "There is no network '../cnn'"),
        ({"recipe": {}}, "Setting recipe: expected one of standard"),
        ({"path": "/tmp"}, "The body has the fields 'path'. Expected some of recipe, dataset"),
        ([], "The body is an array"),
    ],
)
def test_settings_that_cannot_be_trained_are_refused(own: Client, token: dict[str, str], body: Any, words: str) -> None:
    before = own("/api/runs").json()
    answer = own.post_json("/api/runs", body, **token)
    assert answer.status == 422, answer.body
    assert words in answer.problem()
    assert own("/api/runs").json() == before


def test_the_network_that_comes_along_stays_as_it_is(own: Client, token: dict[str, str]) -> None:
    for path, method in (("/stop", "POST"), ("/resume", "POST"), ("", "DELETE")):
        answer = own(f"/api/runs/pretrained{path}", b"{}", token | JSON, method)
        assert answer.status == 409
        assert answer.problem().startswith("The pretrained network comes with Strata.")
