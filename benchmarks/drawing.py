"""From the pen to the network's activations, and one forward pass against onnxruntime-web.

    python -m benchmarks.drawing

The real page in Chromium with WebGL in software, once Keras is ready. The mouse draws the ten sample digits of
data/samples.json on the pad, every second point of their curves, 125 times a second as a mouse reports it: about a
second a digit. The pad is cleared before each, and all are drawn again until the pad has seen 200 moves. Times are
milliseconds by the clock of the page. Keys:

pen_moves: pointerrawupdate events with the button down that the pad received; a busy browser joins several in one.
forward_ms_median, forward_ms_p95: the forward pass in the page, while it draws; the page's clock has steps of 0.1 ms.
pen_to_activations_ms_median, _p95: from the pointer event's time stamp, given when the browser got the move, until all
layers are computed. pen_to_picture_ms_median: the same until the frame with them is handed to the renderer.
frames_per_second: frames drawn while the pen moved, over the time between them.
replayed_ms_median: the forward pass again, on the inputs that the network read while the pen moved, in a page of its
own that is cross-origin isolated, where the clock has steps of 0.005 ms.
onnxruntime_ms_median: the same by onnxruntime-web (WebAssembly with SIMD, one thread) in that page, probabilities only.
onnxruntime_all_layers_ms_median: with every layer's activations as outputs, which is what the scene needs.
onnxruntime_threads_ms_median, onnxruntime_threads: probabilities only, with a thread for each processor. The real page
is not cross-origin isolated, so it would get one thread.
ratio: replayed_ms_median over onnxruntime_ms_median.
max_abs_diff, onnxruntime_max_abs_diff: the largest difference of a probability from Keras. Beyond 1e-4 no time is told.

onnxruntime-web is installed into benchmarks/onnxruntime by `npm ci` when this is first run; nothing else uses it, and
nothing is asked of a network while this measures.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.onnxruntime.replay import install, replay
from benchmarks.start import DEADLINE_SECONDS, ROOT, server, wait_for
from data import samples
from model.runs import PRETRAINED, Run
from tools.browser import chromium
from visualization import bundle

EVERY = 2  # points of a sample's curve to a move
MOVES_PER_SECOND = 125
LEAST_MOVES = 200

_SCENE = ".strata-scene"
RECORD = """(root) => {
  const recorded = { moves: 0, inputs: [], before: Object.fromEntries(
    Object.entries(root.strata.timings).map(([kind, times]) => [kind, times.length])) };
  const sheet = root.querySelector(".pad .sheet");
  sheet.addEventListener("pointerrawupdate", (event) => { recorded.moves += event.buttons & 1; });
  let pixels = "";
  const look = () => {
    const input = root.strata.activations("input");
    if (pixels !== (pixels = input.join())) recorded.inputs.push([...input]);
    requestAnimationFrame(look);
  };
  look();
  globalThis.recorded = recorded;
}"""
READ = """(root) => ({ ...globalThis.recorded, timings: root.strata.timings })"""


def draw(browser: Browser) -> dict[str, Any]:
    """Draw all samples on the real page: what the page timed, and every input that its network read."""
    with server(ROOT) as (url, began), browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(1000 * DEADLINE_SECONDS)
        wait_for(url, began)
        page.goto(url)
        # Keras starts on the same processors; once the sidebar has its answer, nothing else is at work.
        page.get_by_test_id("stSidebar").get_by_text("Reads 7").wait_for()
        page.reload()
        page.get_by_test_id("stSidebar").locator(".strata-figure[data-ready=true]").wait_for()
        scene = page.locator(f"{_SCENE}[data-ready=true]")
        scene.wait_for()
        page.wait_for_load_state("networkidle")
        scene.evaluate(RECORD)
        while page.evaluate("recorded.moves") < LEAST_MOVES:
            for sample in samples.samples():
                draw_digit(page, sample)
        recorded: dict[str, Any] = page.locator(_SCENE).evaluate(READ)
    return recorded


def draw_digit(page: Page, sample: samples.Sample) -> None:
    """Draw a sample on the pad, which is cleared before."""
    clear = page.locator(_SCENE).get_by_role("button", name="Clear")
    if clear.is_enabled():
        clear.click()
    box = page.locator(f"{_SCENE} .pad .sheet").bounding_box()
    assert box is not None
    for stroke in sample.strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke[::EVERY].tolist()]
        page.mouse.move(*places[0])
        page.mouse.down()
        due = time.perf_counter()
        for place in places[1:]:
            due += 1 / MOVES_PER_SECOND
            time.sleep(max(0, due - time.perf_counter()))
            page.mouse.move(*place)
        page.mouse.up()


def percentile(values: list[float], per_cent: float) -> float:
    """Milliseconds, to a hundredth."""
    return round(float(np.percentile(values, per_cent)), 2)


def main() -> None:
    """Measure and print."""
    bundle.build(lambda line: None)
    install()
    with chromium() as browser:
        recorded = draw(browser)
        times = {kind: values[recorded["before"][kind] :] for kind, values in recorded["timings"].items()}
        replayed = replay(browser, Run(PRETRAINED), np.array(recorded["inputs"], np.float32))
    result = {
        "pen_moves": recorded["moves"],
        "forward_ms_median": percentile(times["forward"], 50),
        "forward_ms_p95": percentile(times["forward"], 95),
        "pen_to_activations_ms_median": percentile(times["penToActivations"], 50),
        "pen_to_activations_ms_p95": percentile(times["penToActivations"], 95),
        "pen_to_picture_ms_median": percentile(times["penToPicture"], 50),
        "frames_per_second": round(1000 / statistics.mean(times["frames"]), 1),
        **replayed,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
