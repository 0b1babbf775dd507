"""What OpenAPI says is so: its examples work, and whatever it allows or forbids is answered as it says."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from model.api import training_routes
from model.api.application import application
from model.api.problems import MEDIA_TYPE
from model.engine import engine
from tests.model.api.conftest import STEP, TOKEN, Client

PATHS = {"run_id": "pretrained", "step": str(STEP)}
schemathesis.serializer.alias("image/bmp", "application/octet-stream")
CHANGING = ("/api/runs/{run_id}/stop", "/api/runs/{run_id}/resume", "/api/runs")


@pytest.fixture
def document(own: Client) -> Any:
    return own("/openapi.json").json()


def test_every_example_works(own: Client, document: Any, token: dict[str, str]) -> None:
    tried = 0
    for path, operations in document["paths"].items():
        body = operations.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in body.get("examples", {}).values():
            sent = own.post_json(path.format(**PATHS), example["value"], **token)
            documented = operations["post"]["responses"]
            if path.endswith(("/resume", "/stop")):
                assert sent.status == 409  # the run of the examples comes along and is not to be changed
                continue
            assert str(sent.status) in documented and sent.status < 300, (path, sent.body[:500])
            expected = documented[str(sent.status)]["content"].get("application/json", {}).get("example")
            if expected:
                _is_like(sent.json(), expected)
                tried += 1
        if "get" in operations and set(PATHS) >= set(_parameters(operations["get"])):
            got = own(path.format(**PATHS))
            assert got.status == 200 or path.endswith("/evaluation"), (path, got.body[:500])
            assert got.headers["content-type"] in operations["get"]["responses"][str(got.status)]["content"], path
    assert tried == 1, "the prediction's example has an answer"
    for run in own("/api/runs").json():
        own(f"/api/runs/{run['id']}/stop", b"", token)


def _parameters(operation: Any) -> list[str]:
    return [parameter["name"] for parameter in operation.get("parameters", [])]


def _is_like(found: Any, expected: Any) -> None:
    """Equal, numbers to two digits."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            _is_like(found[key], value)
    elif isinstance(expected, list) and isinstance(expected[0], dict):
        for one, other in zip(found, expected, strict=True):
            _is_like(one, other)
    elif isinstance(expected, list):
        np.testing.assert_allclose(found, expected, atol=0.005)
    else:
        assert found == expected


def test_every_refusal_is_documented_as_problem_details(document: Any) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "429" in operation["responses"], path
            assert operation["summary"] and operation["description"], path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == [MEDIA_TYPE], (path, status)
            assert bool(operation.get("security")) == (method in ("post", "delete") and _changes(path)), path


def _changes(path: str) -> bool:
    return path in CHANGING or path == "/api/runs/{run_id}"


@pytest.fixture(scope="module")
def changeable(own: Client) -> Iterator[str]:
    """Its address, the token set; one training waits or is at work at most, however many are asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRATA_API_TOKEN", TOKEN)
        patch.setattr(training_routes, "MOST_QUEUED", 1)
        yield f"http://127.0.0.1:{own.port}"
        for run in own.engine.runs.all():
            run.request_stop()


_api = schemathesis.openapi.from_dict(application(engine, run_id="pretrained").openapi())


@_api.parametrize()
@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_answers_as_documented_whatever_is_asked(changeable: str, case: Case) -> None:
    """No 5xx, nothing undocumented, nothing accepted that is said to be wrong, no change without the token."""
    if case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE:
        for name in case.path_parameters.keys() & PATHS.keys():
            case.path_parameters[name] = PATHS[name]  # so that there is something to compute with
    # No schema says which bytes are a picture of a size that is read, so these may be refused although they fit theirs.
    bytes_are_sent = case.media_type not in (None, "application/json")
    case.call_and_validate(
        base_url=changeable,
        headers={"Authorization": f"Bearer {TOKEN}"},
        excluded_checks=[positive_data_acceptance] if bytes_are_sent else [],
        timeout=60,
    )
