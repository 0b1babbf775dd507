"""Frames a second while the network in 3D turns under a hand, drawn in software.

    python -m benchmarks.scene

The real page in Chromium with a scene of 900 x 520 CSS pixels; real mouse drags turn it back and forth. Keys: neurons
(drawn, and each can be picked), draw_calls (the largest of a frame in either state), frames_per_second and cpu_frame_ms
(the first view: frames drawn a second, and milliseconds a frame for which the page's own thread is busy),
voxel_frames_per_second and voxel_cpu_frame_ms (the same with the largest layer opened, so that its neurons are solid),
flat_pixel_ratio and voxel_pixel_ratio (device pixels for a CSS pixel while it moved: below 1 where the frame budget
has taken pixels away), empty_frames_per_second (what this browser gives at most, measured between the two: an opaque
canvas of that size in a page without anything else, cleared in another colour each frame).
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, ViewportSize

from benchmarks.start import DEADLINE_SECONDS, ROOT, server, wait_for
from tools.browser import chromium
from visualization import bundle

WIDTH, HEIGHT = 900, 520  # CSS pixels
VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
TURNING_SECONDS = 6.0
EMPTY_SECONDS = 3.0
WARM_UP_SECONDS = 4.0  # shaders are compiled, and the frame budget has settled
STEP_SECONDS = 1 / 60
TRAINING_WORKER_SECONDS = 10  # it starts once the other one answers

_RESIZE = """(root, [width, height]) => {
  root.style.setProperty("width", `${width}px`, "important");
  // Both, since the page itself fits the height to the window.
  root.style.minHeight = root.style.maxHeight = `${height}px`;
}"""
_OPEN_LARGEST = """(root) => {
  const view = root.strata.view;
  const neurons = (wall) => wall.layer.output_shape.reduce((product, length) => product * length, 1);
  const { layer } = [...view.walls].sort((a, b) => neurons(b) - neurons(a))[0];
  view.setArrangement({ open: new Set([layer.name]), hidden: new Set(), forward: null });
  return layer.name;
}"""
_CLEAR = """async ([width, height, seconds]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.replaceChildren(canvas);
  const context = canvas.getContext("webgl2", { alpha: false, antialias: false });
  const began = performance.now();
  let frames = 0;
  while (performance.now() - began < 1000 * seconds) {
    context.clearColor((frames++ % 60) / 60, 0, 0, 1);
    context.clear(context.COLOR_BUFFER_BIT);
    await new Promise(requestAnimationFrame);
  }
  return (1000 * frames) / (performance.now() - began);
}"""
_READ = "(root) => ({ ...root.strata.view.statistics, now: performance.now() })"


@dataclass(frozen=True, slots=True)
class Turning:
    """What a few seconds of turning cost."""

    neurons: int
    draw_calls: int
    frames_per_second: float
    cpu_frame_ms: float
    solid_walls: int
    pixel_ratio: float


def turn(page: Page, scene: Locator) -> Turning:
    """Drag to and fro over the middle of the scene, and measure after the warm-up."""
    box = scene.bounding_box()
    assert box is not None
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    _drag(page, x, y, WARM_UP_SECONDS)
    before = scene.evaluate(_READ)
    _drag(page, x, y, TURNING_SECONDS)
    after = scene.evaluate(_READ)
    page.mouse.up()
    frames = after["frames"] - before["frames"]
    if frames == 0:
        raise RuntimeError(
            f"Nothing was drawn in {TURNING_SECONDS} s of turning. Expected at least one frame. Received none. "
            "Look at the page in a browser: a drag over the middle of the scene must turn it."
        )
    return Turning(
        neurons=after["neurons"],
        draw_calls=after["drawCalls"],
        frames_per_second=1000 * frames / (after["now"] - before["now"]),
        cpu_frame_ms=(after["busyMilliseconds"] - before["busyMilliseconds"]) / frames,
        solid_walls=after["solidWalls"],
        pixel_ratio=after["pixelRatio"],
    )


def _drag(page: Page, x: float, y: float, seconds: float) -> None:
    """A hand that swings once in three seconds, 60 moves a second: never so far that a wall would be edge-on."""
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        angle = 2 * math.pi * elapsed / 3
        page.mouse.move(x + 60 * math.sin(angle), y + 20 * math.sin(angle))
        time.sleep(STEP_SECONDS)


def measured_scene(page: Page) -> Locator:
    """The drawn scene at the size that is measured."""
    scene = page.locator(".strata-scene[data-ready=true]")
    scene.wait_for(timeout=1000 * DEADLINE_SECONDS)
    scene.evaluate(_RESIZE, [WIDTH, HEIGHT])
    page.wait_for_timeout(1000)  # a resize is answered in the next frames
    canvas = scene.locator("canvas").first.bounding_box()
    if canvas is None or (canvas["width"], canvas["height"]) != (WIDTH, HEIGHT):
        raise RuntimeError(
            f"The scene does not have the size to be measured. Expected a canvas of {WIDTH} x {HEIGHT} CSS pixels. "
            f"Received {canvas}. Look at what sets the size of .strata-scene."
        )
    return scene


def empty_canvas(browser: Browser) -> float:
    """Frames a second of a canvas with nothing on it, alone in a page."""
    with browser.new_context(viewport=VIEWPORT) as context:
        frames: float = context.new_page().evaluate(_CLEAR, [WIDTH, HEIGHT, EMPTY_SECONDS])
    return frames


def wait_for_the_workers(page: Page) -> None:
    """Until Keras is imported in both: it would take the processors that draw."""
    page.get_by_test_id("stSidebar").get_by_text("Reads ").wait_for(timeout=1000 * DEADLINE_SECONDS)
    page.wait_for_timeout(1000 * TRAINING_WORKER_SECONDS)


def main() -> None:
    """Measure and print."""
    bundle.build(lambda line: None)
    with server(ROOT) as (url, began), chromium() as browser:
        wait_for(url, began)
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(url)
        scene = measured_scene(page)
        wait_for_the_workers(page)
        flat = turn(page, scene)
        empty = empty_canvas(browser)
        scene.evaluate("(root) => root.strata.view.home()")
        opened = scene.evaluate(_OPEN_LARGEST)
        solid = turn(page, scene)
    if solid.solid_walls == 0:
        raise RuntimeError(
            f"{opened} was opened but is not solid. Expected at least one solid wall. Received none. "
            "Look at isSolid in the front end's scene/budget.ts."
        )
    result = {
        "neurons": flat.neurons,
        "draw_calls": max(flat.draw_calls, solid.draw_calls),
        "frames_per_second": round(flat.frames_per_second, 1),
        "cpu_frame_ms": round(flat.cpu_frame_ms, 2),
        "voxel_frames_per_second": round(solid.frames_per_second, 1),
        "voxel_cpu_frame_ms": round(solid.cpu_frame_ms, 2),
        "flat_pixel_ratio": flat.pixel_ratio,
        "voxel_pixel_ratio": solid.pixel_ratio,
        "empty_frames_per_second": round(empty, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
