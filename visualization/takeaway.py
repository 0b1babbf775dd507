"""Pages that open from disk: a network in 3D with its drawing pad, or a figure, in one file that asks no network.

Pure: parts in, bytes out. The TypeScript half is frontend/src/standalone. Whatever a run, class or picture is called,
it stays text: in HTML it is escaped, in JSON "<" is written as an escape, and the page's Content-Security-Policy lets
only the scripts run that were put in here, by their hashes, and no address be asked.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from data.errors import StrataError
from visualization.pictures import Picture

EMBEDDED = "embedded"
"""The address of what the file itself carries."""
Brightness = Literal["dark", "light"]
Colours = Mapping[Brightness, Mapping[str, str]]
"""The theme as .streamlit/config.toml names it: primaryColor, backgroundColor, secondaryBackgroundColor, textColor."""


class TakeawayError(StrataError):
    """A file that cannot be made: the message says why."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the page says of itself: `title` is also the window's, `line` says which run, step and accuracy it shows."""

    title: str
    line: str


def network_page(
    scene: Mapping[str, Any],
    weights: bytes,
    pictures: Sequence[Picture],
    *,
    heading: Heading,
    script: str,
    colours: Colours,
) -> bytes:
    """The network in 3D as one HTML file, UTF-8.

    scene: as visualization.scene.scene makes it; its addresses are replaced. weights: a safetensors file of float16 and
    float32 tensors. pictures: to choose from, in the network's input shape; the first is the one that is read at first.
    script: the built entry standalone_network. Raises TakeawayError for a network that the browser cannot compute.
    """
    reason = refusal(scene["network"]["layers"])
    if reason:
        raise TakeawayError(reason)
    own = {
        "weights_url": EMBEDDED,
        "trace_url": EMBEDDED,
        "image": image(pictures[0]),
        "pad": {"taken": None, "shown": False},  # a drawing on the page's pad is no drawing on this one's
        "wish": None,
    }
    data = {"scene": {**scene, **own}, "pictures": [image(picture) for picture in pictures]}
    parts = {"data": _json(data), "weights": base64.b64encode(weights).decode()}
    return _page(heading, parts, [script], colours, allowed=["'wasm-unsafe-eval'"])


def figure_page(figure: str, *, heading: Heading, plotly: str, script: str, colours: Colours) -> bytes:
    """A Plotly figure as one HTML file, UTF-8, that can be turned, zoomed and asked as on the page.

    figure: its JSON. plotly: plotly.min.js. script: the built entry standalone_figure.
    """
    return _page(heading, {"data": _json(json.loads(figure))}, [plotly, script], colours, allowed=[])


def refusal(layers: Sequence[Mapping[str, Any]]) -> str:
    """Why a network of these layers, as the scene has them, cannot be taken along; empty where it can."""
    foreign = [layer for layer in layers if layer["kind"] == "keras_layer"]
    if not foreign:
        return ""
    names = ", ".join(f"{layer['title']} ({layer['class_name']})" for layer in foreign[:4])
    more = f" and {len(foreign) - 4} more" if len(foreign) > 4 else ""
    return (
        f"This network has layers that only Keras computes: {names}{more}. Expected layers that a browser computes by "
        "itself, as the file has no server to ask. Save the network as .keras instead."
    )


def image(picture: Picture) -> dict[str, Any]:
    """A picture as the scene takes it."""
    return {
        "pixels": base64.b64encode(picture.pixels.tobytes()).decode(),
        "shape": list(picture.pixels.shape),
        "label": picture.label,
        "caption": picture.caption,
    }


def _json(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _page(
    heading: Heading, parts: Mapping[str, str], scripts: Sequence[str], colours: Colours, allowed: Sequence[str]
) -> bytes:
    hashes = [_hash(_checked(script)) for script in scripts]
    policy = "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src", *hashes, *allowed]),
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    data = [f'<script type="application/octet-stream" id="{name}">{text}</script>' for name, text in parts.items()]
    fields = {
        "policy": html.escape(policy),
        "theme": _theme(colours),
        "title": html.escape(heading.title),
        "line": html.escape(heading.line),
        "data": "\n".join(data),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    # In one pass: a run may be called "{scripts}".
    return re.sub("|".join(f"{{{name}}}" for name in fields), lambda found: fields[found.group()[1:-1]], _PAGE).encode()


def _checked(script: str) -> str:
    """A built script never holds these; one that did would end its element, or run under another hash."""
    found = re.search(r"</script|<!--|\r", script, re.IGNORECASE)
    if found:
        raise TakeawayError(
            f"A built script holds {found.group()!r}. Expected none, as it would end the script in the file. "
            "Build the front end anew: python -m visualization.bundle"
        )
    return script


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _theme(colours: Colours) -> str:
    """Streamlit's own custom properties, light unless the visitor's system is dark."""
    names = {
        "primaryColor": "--st-primary-color",
        "backgroundColor": "--st-background-color",
        "secondaryBackgroundColor": "--st-secondary-background-color",
        "textColor": "--st-text-color",
    }

    def rules(brightness: Brightness) -> str:
        return " ".join(f"{names[key]}: {value};" for key, value in colours[brightness].items() if key in names)

    return f":root {{ {rules('light')} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {rules('dark')} }} }}"


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Strata">
<title>{title}</title>
<style>
{theme}
:root { color-scheme: light dark; --st-font: system-ui, sans-serif; --st-base-radius: 8px; --st-button-radius: 8px; }
html { background: var(--st-background-color); color: var(--st-text-color); font: 15px/1.4 var(--st-font); }
body { margin: 0; padding: 12px 20px 0; }
header { display: flex; flex-wrap: wrap; gap: 0 16px; align-items: baseline; margin-bottom: 8px; }
h1 { margin: 0; font-size: 18px; line-height: 24px; overflow-wrap: anywhere; }
header p { margin: 0; font-size: 13px; opacity: 0.8; overflow-wrap: anywhere; }
.pictures { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 8px; }
.pictures button { padding: 2px; border: 2px solid transparent; border-radius: 6px; background: none; cursor: pointer; }
.pictures button:hover, .pictures button:focus-visible { border-color: var(--st-text-color); outline: none; }
.pictures button[aria-pressed="true"] { border-color: var(--st-primary-color); }
.pictures canvas { display: block; width: 28px; height: 28px; border-radius: 3px; image-rendering: pixelated; }
@media (max-width: 560px) {
  body { padding: 8px 8px 0; } header { margin-bottom: 4px; } .pictures { gap: 1px; margin-bottom: 4px; }
}
</style>
</head>
<body>
<header><h1>{title}</h1><p>{line}</p></header>
<noscript><p>This is computed and drawn by JavaScript, which is switched off here.</p></noscript>
<main><div id="view"></div></main>
{data}
{scripts}
</body>
</html>
"""
