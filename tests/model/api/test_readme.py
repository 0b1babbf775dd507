"""The README's examples of the API, run as they stand there, only at another port."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from data import samples
from model.records import RunState
from tests.model.api.conftest import TOKEN, Client

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## The API\n")[1].split("\n## ")[0]


def _blocks(kind: str, client: Client) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [block.replace(":5000", f":{client.port}") for its_kind, block in found if its_kind == kind]


def test_the_python_examples_predict_and_trace_and_compute_live(own: Client) -> None:
    blocks = _blocks("python", own)  # the second goes on from the first
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    predictions, shapes, *live = ran.stdout.splitlines()
    assert predictions == str([str(label) for label in range(10)])
    assert "'conv_1': (26, 26, 32)" in shapes
    shares = [float(share) for share in " ".join(live).strip("[]").split()]
    assert len(shares) == 10 and shares[7] == max(shares)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("sh")), reason="NOT RUN, for it needs curl and sh")
def test_the_curl_examples_are_answered(own: Client, token: dict[str, str], tmp_path: Path) -> None:
    Image.fromarray(255 - samples.samples()[7].pixels[..., 0]).save(tmp_path / "seven.png")
    reading, changing = _blocks("", own)
    begin, stop = changing.split("\ncurl -X POST")
    outputs = [_run(line, tmp_path) for line in reading.splitlines() if line.startswith("curl")]
    health, random_picture, seven, runs, weights = outputs
    assert json.loads(health)["status"] == "ok"
    assert json.loads(random_picture)["layers"].keys() == json.loads(seven)["layers"].keys()
    assert json.loads(seven)["class_index"] == 7
    assert isinstance(json.loads(runs), list)
    assert weights == "" and (tmp_path / "weights.safetensors").stat().st_size > 100_000
    run = own.engine.runs.find(json.loads(_run(begin, tmp_path))["id"])
    assert run.config().settings.seed == 7
    answer = json.loads(_run("curl -X POST" + stop, tmp_path, RUN=run.id))
    stopped = answer.get("id") == run.id
    assert stopped or (answer["status"] == 409 and run.status().state is RunState.FINISHED)


def _run(command: str, folder: Path, **variables: str) -> str:
    environment = {**os.environ, "STRATA_API_TOKEN": TOKEN, **variables}
    command = command.replace("curl ", "curl --silent --show-error ", 1)
    ran = subprocess.run(["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
