"""One tiled surface a layer against one surface a map: how long each takes to settle, and a frame of turning it.

    python -m benchmarks.surfaces

Both show all 192 maps of the same picture, in the same Chromium, one after the other. Keys: settle_s and naive_settle_s
(seconds from the figure's arrival to its first full drawing), frame_ms and naive_frame_ms (median milliseconds of a
frame while the camera turns), payload_kb (kilobytes of the tiled figure's JSON).
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

import numpy as np
import plotly
import plotly.graph_objects as go
from playwright.sync_api import Page

from data import samples
from model import jobs
from model.engine import Engine
from model.networks import Conv2D, MaxPool2D
from model.runs import PRETRAINED, Run
from tools.browser import chromium
from visualization.surfaces import LAYER_GAP, stack, tiling

FRAMES = 40
NAIVE_FRAMES = 4

_TIME_FIGURE = """async ([figure, frames]) => {
  const parsed = JSON.parse(figure);
  const target = document.createElement("div");
  target.style.cssText = "width:900px;height:640px";
  document.body.replaceChildren(target);
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const began = performance.now();
  await Plotly.newPlot(target, parsed.data, parsed.layout);
  await painted();
  const pixels = new Uint8Array(4);
  const gl = target.querySelector("canvas").getContext("webgl");
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);  // waits until everything is drawn
  const settled = performance.now() - began;
  const scene = target._fullLayout.scene._scene;
  const times = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const angle = 2 * Math.PI * frame / frames;
    const before = performance.now();
    scene.setViewport({ ...target._fullLayout.scene, camera: { ...target._fullLayout.scene.camera,
      eye: { x: 1.8 * Math.cos(angle), y: 1.8 * Math.sin(angle), z: 0.7 } } });
    await painted();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    times.push(performance.now() - before);
  }
  Plotly.purge(target);
  return [settled, times];
}"""


def layers() -> dict[str, np.ndarray]:
    """What the pretrained network makes of a sample digit: float32 (rows, columns, channels) by layer."""
    run = Run(PRETRAINED)
    pixels = samples.samples()[7].pixels[None]
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        try:
            activations = engine.call(jobs.trace, run.path, run.snapshot_steps()[-1], pixels)
        finally:
            engine.shutdown()
    names = [layer.name for layer in run.config().network.layers if isinstance(layer, Conv2D | MaxPool2D)]
    return {name: activations[name][0] for name in names}


def naive(maps: dict[str, np.ndarray]) -> go.Figure:
    """The same picture as most people would first build it: a go.Surface for every single map."""
    figure = go.Figure()
    for depth, values in enumerate(maps.values()):
        tiles = tiling(values)
        for place in range(values.shape[-1]):
            row, column = tiles.corner(place)
            figure.add_trace(
                go.Surface(
                    x=np.arange(tiles.columns) + column,
                    y=np.arange(tiles.rows) + row,
                    z=np.full((tiles.rows, tiles.columns), -depth * LAYER_GAP, np.float32),
                    surfacecolor=values[:, :, place],
                    coloraxis="coloraxis",
                )
            )
    return figure


def time_figure(page: Page, figure: go.Figure, frames: int) -> tuple[float, float]:
    """(seconds to settle, median milliseconds a frame)."""
    settled, times = page.evaluate(_TIME_FIGURE, [figure.to_json(), frames])
    return settled / 1000, statistics.median(times)


def main() -> None:
    """Measure both figures and print them."""
    maps = layers()
    tiled, one_each = stack(maps), naive(maps)
    maps_drawn = len(one_each.data)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 900, "height": 640})
        page.set_default_timeout(600_000)
        page.add_script_tag(path=Path(plotly.__file__).parent / "package_data" / "plotly.min.js")
        page.evaluate(_TIME_FIGURE, [stack({"warm up": np.ones((4, 4, 1), np.float32)}).to_json(), 2])
        settle, frame = time_figure(page, tiled, FRAMES)
        naive_settle, naive_frame = time_figure(page, one_each, NAIVE_FRAMES)
    result = {
        "maps": maps_drawn,
        "settle_s": round(settle, 2),
        "frame_ms": round(frame, 1),
        "naive_settle_s": round(naive_settle, 2),
        "naive_frame_ms": round(naive_frame, 1),
        "frame_ratio": round(naive_frame / frame, 1),
        "payload_kb": round(len(tiled.to_json()) / 1000),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
