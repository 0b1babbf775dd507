"""The page's examples for the API, run as they stand against a server."""

import ast
import json
import math
import shutil
import subprocess
import sys

import pytest

from model.runs import PRETRAINED, Run
from tests.model.api.conftest import STEP, Client
from visualization import addresses


def test_the_python_example_works_as_it_stands(own: Client) -> None:
    said = _run([sys.executable, "-c", addresses.with_python(_api(own), Run(PRETRAINED), STEP)])
    assert math.isclose(sum(ast.literal_eval(said)["probabilities"]), 1, abs_tol=1e-5)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="NOT RUN, for it needs curl and sh")
def test_the_curl_example_works_as_it_stands(own: Client) -> None:
    said = _run(["sh", "-c", addresses.with_curl(_api(own), Run(PRETRAINED), STEP)])
    assert math.isclose(sum(json.loads(said)["predictions"][0]["probabilities"]), 1, abs_tol=1e-5)


def _api(own: Client) -> str:
    return addresses.base(f"http://127.0.0.1:{own.port}/?view=Model", 1)


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_address_is_one_that_the_server_knows(own: Client) -> None:
    known = own("/openapi.json").json()["paths"]
    for method, address, _ in addresses.addresses(Run(PRETRAINED), STEP):
        if address == "/openapi.json":
            continue
        template = f"/api{address}".replace("/pretrained", "/{run_id}").replace(f"/{STEP}", "/{step}")
        assert method.lower() in known[template]


def test_the_base_is_the_address_that_the_reader_came_by() -> None:
    assert addresses.base("https://example.org:8501/?view=Model", 1) == "https://example.org:8501/api"
    assert addresses.base(None, 8501) == "http://localhost:8501/api"
