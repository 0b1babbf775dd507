"""Files that open from disk: what they carry, what they allow, and that no name breaks out of its place."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from model.networks import CNN
from model.runs import PRETRAINED, Run
from visualization import pictures, takeaway
from visualization.scene import scene
from visualization.takeaway import Heading, TakeawayError

HOSTILE = "</script></title><script>alert(1)</script><!-- \" ' & {scripts} {data} \u2028"
COLOURS: takeaway.Colours = {
    "dark": {"textColor": "#eee", "backgroundColor": "#000"},
    "light": {"textColor": "#111", "backgroundColor": "#fff"},
}
SCRIPT = "window.a = 1 < 2;"


class Elements(HTMLParser):
    """A file as a browser's parser sees it: (tag, attributes) of each element, and the text in the latest one."""

    def __init__(self, page: bytes) -> None:
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside = False
        super().__init__()
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.texts.append("")
        self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Attributes and text of each such element."""
        return [(attrs, text) for (name, attrs), text in zip(self.found, self.texts, strict=True) if name == tag]


def _scene(**changes: Any) -> dict[str, Any]:
    run = Run(PRETRAINED)
    return scene(run, 1875, CNN, tuple("0123456789"), pictures.sample(7)) | changes


def _page(name: str = "A run", **changes: Any) -> bytes:
    chosen = replace(pictures.sample(7), caption=name)
    heading = Heading(name, name)
    return takeaway.network_page(
        _scene(run=name, **changes), b"\x00weights", [chosen], heading=heading, script=SCRIPT, colours=COLOURS
    )


def test_no_name_breaks_out_of_its_place() -> None:
    plain, hostile = Elements(_page()), Elements(_page(HOSTILE, class_names=[HOSTILE] * 10))
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in plain.found]
    assert hostile.of("title")[0][1] == HOSTILE
    assert hostile.of("h1")[0][1] == HOSTILE
    data, weights, script = hostile.of("script")
    carried = json.loads(data[1])
    assert carried["scene"]["class_names"] == [HOSTILE] * 10
    assert carried["scene"]["run"] == carried["pictures"][0]["caption"] == HOSTILE
    assert base64.b64decode(weights[1]) == b"\x00weights"
    assert script == ({}, SCRIPT)


def test_the_policy_lets_this_script_run_and_no_address_be_asked() -> None:
    page = Elements(_page())
    policy = page.of("meta")[1][0]
    assert policy["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.split(" ", 1) for rule in str(policy["content"]).split("; "))
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}' 'wasm-unsafe-eval'",
        "style-src": "'unsafe-inline'",
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not re.search(rb"(src|href|url)\s*[=(]", _page()), "nothing is loaded from anywhere"


def test_the_file_asks_no_server_and_follows_the_visitors_system() -> None:
    page = _page(weights_url="/api/weights", trace_url="/api/trace", pad={"taken": 4, "shown": True})
    carried = json.loads(Elements(page).of("script")[0][1])["scene"]
    assert carried["weights_url"] == carried["trace_url"] == "embedded"
    assert carried["pad"] == {"taken": None, "shown": False}
    assert b"/api/" not in page
    assert b"(prefers-color-scheme: dark) { :root { --st-text-color: #eee; --st-background-color: #000; } }" in page


def test_a_figure_brings_plotly_and_its_numbers() -> None:
    figure = json.dumps({"data": [{"name": HOSTILE}], "layout": {}})
    page = takeaway.figure_page(figure, heading=Heading("A", "B"), plotly="var p;", script=SCRIPT, colours=COLOURS)
    data, plotly, script = Elements(page).of("script")
    assert json.loads(data[1]) == json.loads(figure)
    assert (plotly[1], script[1]) == ("var p;", SCRIPT)
    assert b"unsafe-eval" not in page


@pytest.mark.parametrize("script", ["a = '</SCRIPT>'", "a <!--b", "a\r\nb"])
def test_a_script_that_would_not_run_as_it_was_built_is_refused(script: str) -> None:
    with pytest.raises(TakeawayError, match=r"^A built script holds .*python -m visualization\.bundle$"):
        takeaway.figure_page('{"data": []}', heading=Heading("A", "B"), plotly="", script=script, colours=COLOURS)


def test_a_network_that_only_keras_computes_is_refused_with_the_reason() -> None:
    layers = _scene()["network"]["layers"]
    foreign = {**layers[1], "kind": "keras_layer", "class_name": "LayerNormalization"}
    with pytest.raises(TakeawayError) as refused:
        _page(network={"title": "Foreign", "layers": [layers[0], foreign, *layers[2:]]})
    assert str(refused.value) == (
        "This network has layers that only Keras computes: conv 1 (LayerNormalization). Expected layers that a browser "
        "computes by itself, as the file has no server to ask. Save the network as .keras instead."
    )
