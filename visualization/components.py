"""The browser components: the Three.js scene, the links, the Plotly holder and the slider over the snapshots.

An inline `js` string travels with every change of the data, so what is inline here is a loader of a few lines: it
imports the built bundle from /assets once, and hands it the component's arguments.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st

from visualization import bundle
from visualization.messages import is_whole

_LOADER = """
// Streamlit loads this script as a blob, which has no address of its own to be relative to.
const bundle = import(new URL("%(url)s", document.baseURI).href);
export default function (component) {
  const drawn = bundle.then((module) => module.default(component));
  drawn.catch((error) => {
    component.parentElement.textContent = "This part of the page could not be loaded: " + error.message +
      ". Expected %(url)s. Reload the page; if that does not help, start the server again.";
  });
  return () => drawn.then((cleanup) => cleanup?.());
}
"""

_FAILED_DOWNLOADS = """
// Outlives the single mounting: what was told then is not told again.
const told = new WeakSet();
export default function ({ setTriggerValue }) {
  const tell = () => {
    for (const found of document.querySelectorAll("[data-testid=stDownloadButtonError]")) {
      if (!told.has(found)) setTriggerValue("failed", true);
      told.add(found);
    }
  };
  const observer = new MutationObserver(tell);
  observer.observe(document.body, { childList: true, subtree: true });
  tell(); // a download may have failed before this was loaded
  return () => observer.disconnect();
}
"""


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a figure: which trace, and which of its points: (row, column) of a grid, else (number,)."""

    trace: str
    point: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SceneAnswer:
    """What the browser last said of the scene, unread: what was drawn on its pad, and which neuron was touched."""

    drawing: object
    pick: object


@dataclass(frozen=True, slots=True)
class LinksAnswer:
    """What the browser said of the links, unread: what was last drawn, and the neuron to show in 3D, once."""

    drawing: object
    bring: object


def scene(data: Mapping[str, Any], *, key: str) -> SceneAnswer:
    """Draw the network in 3D; data as visualization.scene.scene makes it.

    Each part of the answer is None until there is one; visualization.pad and visualization.picks read them.
    """
    result = _component("scene")(key=key, data=data, on_drawing_change=lambda: None, on_pick_change=lambda: None)
    return SceneAnswer(result.drawing, result.pick)


def links(data: Mapping[str, Any], *, key: str) -> LinksAnswer:
    """Draw the network as nodes and links; data as visualization.links.links makes it.

    Each part of the answer is None until there is one; visualization.pad and visualization.picks read them.
    """
    result = _component("links")(key=key, data=data, on_drawing_change=lambda: None, on_bring_change=lambda: None)
    return LinksAnswer(result.drawing, result.bring)


def timeline(data: Mapping[str, Any], *, key: str) -> object:
    """Draw the slider over a run's snapshots; data as visualization.timeline.timeline makes it.

    Returns the last choice as the browser sent it, unread, or None; visualization.timeline.read reads it.
    """
    return _component("timeline")(key=key, data=data, on_moment_change=lambda: None).moment


def written(chart: go.Figure) -> str:
    """A figure as `figure` sends it, to be kept where it is drawn again and again."""
    content: str = chart.to_json()
    return content


def figure(chart: go.Figure | str, *, key: str, height: int | str = "fill") -> Click | None:
    """Draw a Plotly figure that keeps its camera and zoom when the data changes; returns a click on it, once.

    chart: the figure, or what `written` made of it. height: pixels, or "fill" for what the window leaves.
    """
    content = chart if isinstance(chart, str) else written(chart)
    data = {"schema": 1, "name": key, "figure": content, "plotly_url": _plotly_url(), "height": height}
    result = _component("figure")(key=key, data=data, on_click_change=lambda: None)
    if not result.click:
        return None
    # Plotly names a point of a grid by row and column, any other by its number.
    point = result.click.get("point_number")
    place = tuple(point) if isinstance(point, list) else (point,)
    return Click(str(result.click.get("name")), place) if all(is_whole(at, 0) for at in place) else None


def hear_failed_downloads(*, key: str) -> bool:
    """Have the fragment around it drawn again when a download fails, which Streamlit tells the browser alone.

    Returns whether it is drawn for that.
    """
    return bool(_failed_downloads()(key=key, on_failed_change=lambda: None).failed)


@functools.cache
def _failed_downloads() -> Callable[..., Any]:
    return st.components.v2.component("strata_failed_downloads", js=_FAILED_DOWNLOADS)


@functools.cache
def _component(name: str) -> Callable[..., Any]:
    """Registered once a process: Streamlit warns of a second registration."""
    url = f"assets/{name}.js?v={bundle.version()}"
    return st.components.v2.component(f"strata_{name}", js=_LOADER % {"url": url})


def _plotly_url() -> str:
    return f"/assets/plotly/plotly.min.js?v={plotly.__version__}"
