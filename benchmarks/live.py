"""From the pen to the activations of a network that the browser cannot compute, through the worker and back.

    python -m benchmarks.live

The real page in Chromium with WebGL in software shows a small vision transformer with random weights: Keras's own
attention and layer normalization, 2,666 parameters, 7,866 activations. As in benchmarks.drawing the mouse draws the ten
sample digits, 125 times a second, until the pad has seen 200 moves. Times are milliseconds by the page's clock. Keys:

worker_pen_ms_median, worker_pen_ms_p95: from the pointer event's time stamp until all layers' activations have come
back, of those pictures that were sent (one is in flight, the newest wins). worker_ms_median: from the sending of a
picture to its answer. worker_to_picture_ms_median: from the pointer event until the frame is handed to the renderer.
pictures: how many were sent and answered while the pen moved.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
from playwright.sync_api import Browser

from benchmarks.drawing import LEAST_MOVES, READ, RECORD, draw_digit, percentile
from benchmarks.start import DEADLINE_SECONDS, ROOT, server, wait_for
from data import samples
from model.building import build, weights_of
from model.foreign_building import described
from model.layers import Add, Conv2D, Dense, Reshape
from model.networks import Network
from model.records import DataRecord, RunState, Status
from model.run import Run
from model.runs import Runs
from model.settings import Settings
from tools.browser import chromium
from visualization import bundle

STEP = 1
_TOKENS = (49, 16)


def transformer() -> Network:
    """4 x 4 patches as 49 tokens of 16 features, one block of attention, one of dense layers, a mean."""
    kinds = {
        "norm_1": keras.layers.LayerNormalization(),
        "attention_1": keras.layers.MultiHeadAttention(2, 8),
        "norm_2": keras.layers.LayerNormalization(),
        "tokenwise_1": keras.layers.Dense(32, activation="relu"),
        "mean": keras.layers.GlobalAveragePooling1D(),
    }
    own = {}
    for name, layer in kinds.items():
        tokens = keras.Input(_TOKENS)
        layer(tokens, tokens) if name == "attention_1" else layer(tokens)
        own[name] = described(layer, name, _TOKENS)
    narrow = keras.layers.Dense(16)
    narrow(keras.Input((49, 32)))
    layers = (
        Conv2D("patches", 16, kernel_size=(4, 4), strides=(4, 4), activation="linear"),
        Reshape("tokens", _TOKENS),
        own["norm_1"],
        own["attention_1"],
        Add("add_1"),
        own["norm_2"],
        own["tokenwise_1"],
        described(narrow, "tokenwise_2", (49, 32)),
        Add("add_2"),
        own["mean"],
        Dense("output", 10, activation="softmax"),
    )
    wires = (("add_1", ("attention_1", "tokens")), ("add_2", ("tokenwise_2", "add_1")))
    return Network("vision_transformer", "Small vision transformer", (28, 28, 1), layers, wires)


def run_of(network: Network, root: Path) -> Run:
    """A finished run of `network` with random weights."""
    keras.utils.set_random_seed(1)
    run = Runs(root).create(Settings(dataset="digits"), network, {})
    run.write_data(DataRecord("digits", "Digits", "", "", tuple("0123456789"), 0, 0))
    run.write_snapshot(STEP, weights_of(build(network)))
    run.write_status(Status(RunState.FINISHED, step=STEP, total_steps=STEP))
    return run


def draw(browser: Browser, runs: Path, run: Run) -> dict[str, Any]:
    """Draw all samples on the page of `run`: what the page timed."""
    with server(ROOT, runs) as (url, began), browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(1000 * DEADLINE_SECONDS)
        wait_for(url, began)
        page.goto(f"{url}/?run={run.id}")
        # Keras starts on the same processors; once the sidebar has its answer, nothing else is at work.
        page.get_by_test_id("stSidebar").locator(".strata-figure[data-ready=true]").wait_for()
        scene = page.locator(f".strata-scene[data-ready=true][data-engine=worker][data-run='{run.id}']")
        scene.wait_for()
        page.wait_for_load_state("networkidle")
        scene.evaluate(RECORD)
        while page.evaluate("recorded.moves") < LEAST_MOVES:
            for sample in samples.samples():
                draw_digit(page, sample)
        recorded: dict[str, Any] = page.locator(".strata-scene").evaluate(READ)
    return recorded


def main() -> None:
    """Measure and print."""
    bundle.build(lambda line: None)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        runs = Path(folder)
        recorded = draw(browser, runs, run_of(transformer(), runs))
    times = {kind: values[recorded["before"][kind] :] for kind, values in recorded["timings"].items()}
    result = {
        "pen_moves": recorded["moves"],
        "pictures": len(times["forward"]),
        "worker_ms_median": percentile(times["forward"], 50),
        "worker_pen_ms_median": percentile(times["penToActivations"], 50),
        "worker_pen_ms_p95": percentile(times["penToActivations"], 95),
        "worker_to_picture_ms_median": percentile(times["penToPicture"], 50),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
