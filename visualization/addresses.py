"""Where the server says the same as the page does: the addresses of a run, with examples that work as they stand."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from model.runs import Run


def base(page_url: str | None, port: int) -> str:
    """Where the API is, as the reader's browser sees this server; page_url: the page's own address, if it is known."""
    parts = urlsplit(page_url or f"http://localhost:{port}")
    return f"{parts.scheme}://{parts.netloc}/api"


def addresses(run: Run, step: int) -> tuple[tuple[str, str, str], ...]:
    """(method, address below `base`, what it answers) of this run and step."""
    of_run, of_step = f"/runs/{run.id}", f"/runs/{run.id}/snapshots/{step}"
    return (
        ("GET", of_run, "settings, network, versions, data, state and steps of this run, JSON"),
        ("GET", f"{of_run}/metrics", "its curves, JSON"),
        ("GET", f"{of_run}/snapshots", "the steps at which weights were kept, JSON"),
        ("GET", f"{of_step}/weights", "the weights at this step, safetensors"),
        ("GET", f"{of_step}/evaluation", "accuracy and loss on the test set, JSON"),
        ("POST", f"{of_step}/predict", "what the network reads in the pictures sent, JSON"),
        ("POST", f"{of_step}/trace", "every layer's activations for the picture sent, safetensors"),
        ("GET", "/openapi.json", "all of the API, OpenAPI"),
    )


def with_curl(api: str, run: Run, step: int) -> str:
    """A blank picture read by this network, from a shell."""
    return (
        f"head -c {_bytes(run)} /dev/zero |\n"
        f'  curl --data-binary @- -H "Content-Type: application/octet-stream" \\\n'
        f"  {api}/runs/{run.id}/snapshots/{step}/predict"
    )


def with_python(api: str, run: Run, step: int) -> str:
    """The same from Python, without any package."""
    rows, columns, channels = run.config().network.input_shape
    return f"""\
import json
from urllib.request import Request, urlopen

picture = bytes({rows} * {columns} * {channels})  # rows, columns, channels, each 0 to 255: a blank one
address = "{api}/runs/{run.id}/snapshots/{step}/predict"
request = Request(address, picture, {{"Content-Type": "application/octet-stream"}})
with urlopen(request) as answer:
    print(json.load(answer)["predictions"][0])"""


def _bytes(run: Run) -> int:
    return math.prod(run.config().network.input_shape)
