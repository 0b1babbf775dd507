"""Recorded inputs through the page's engine and through onnxruntime-web, in a page that has nothing else to do."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import statistics
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser

from benchmarks.onnxruntime.model import onnx_model
from model.runs import Run
from model.tracing import trace
from visualization import bundle
from visualization.node import find_node
from visualization.scene import layers

FOLDER = Path(__file__).parent
PACKAGE = FOLDER / "node_modules" / "onnxruntime-web"
ROUNDS = 3  # of all inputs through all engines
LARGEST_DIFFERENCE = 1e-4


def install() -> None:
    """onnxruntime-web as package-lock.json has it, 148 MB; nothing to do if it is there."""
    locked = json.loads((FOLDER / "package-lock.json").read_bytes())["packages"]["node_modules/onnxruntime-web"]
    with contextlib.suppress(OSError):
        if json.loads((PACKAGE / "package.json").read_bytes())["version"] == locked["version"]:
            return
    print("Installing onnxruntime-web (npm ci)")
    node = find_node()
    environment = {**os.environ, "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=FOLDER, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def isolated(content: Mapping[str, bytes]) -> Iterator[str]:
    """A server of `content` by name, whose pages are cross-origin isolated: its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = content.get(self.path.removeprefix("/"))
            self.send_response(200 if body is not None else 404)
            kinds = {"html": "text/html", "mjs": "text/javascript", "js": "text/javascript", "wasm": "application/wasm"}
            self.send_header("Content-Type", kinds.get(self.path.rpartition(".")[2], "application/octet-stream"))
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()


def replay(browser: Browser, run: Run, inputs: np.ndarray) -> dict[str, Any]:
    """The inputs, float32 (passes, 784), through both engines: times and differences from Keras."""
    step, network = run.snapshot_steps()[-1], run.config().network
    weights = run.weights(step)
    names = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
    content = {
        "index.html": b"<!doctype html>",
        "replay.mjs": Path(__file__).with_suffix(".mjs").read_bytes(),
        **{script.name: script.read_bytes() for script in bundle.DIST.glob("*.js")},
        **{name: (PACKAGE / "dist" / name).read_bytes() for name in names},
        "network.json": json.dumps({"title": network.title, "layers": layers(network)}).encode(),
        "weights": run.snapshot_path(step).read_bytes(),
        "last.onnx": onnx_model(network, weights, all_layers=False),
        "every.onnx": onnx_model(network, weights, all_layers=True),
        "inputs": inputs.astype(np.float32).tobytes(),
    }
    keras = trace(run.path, step, np.round(inputs * 255).astype(np.uint8).reshape(-1, *network.input_shape))["output"]
    compare = 'async ([threads, rounds]) => (await import("./replay.mjs")).compare(threads, rounds)'
    found = []
    with isolated(content) as url:
        for threads in (1, os.cpu_count() or 1):
            page = browser.new_page()
            page.goto(f"{url}/index.html")
            found.append(page.evaluate(compare, [threads, ROUNDS]))
            page.close()
    if not all(each["isolated"] for each in found):
        raise SystemExit("Expected a page that is cross-origin isolated, whose clock is fine enough; received another.")
    engine, onnxruntime = (np.array([answer[place] for answer in found[0]["answers"]]) for place in (0, 1))
    differences = {
        "max_abs_diff": np.abs(engine - keras).max(),
        "onnxruntime_max_abs_diff": np.abs(onnxruntime - keras).max(),
    }
    if max(differences.values()) > LARGEST_DIFFERENCE:
        raise SystemExit(f"Expected probabilities within {LARGEST_DIFFERENCE} of Keras's, received {differences}.")
    times = {name: statistics.median(values) for name, values in found[0]["times"].items()}
    return {
        "replayed_ms_median": round(times["engine"], 3),
        "onnxruntime_ms_median": round(times["onnxruntime"], 3),
        "onnxruntime_all_layers_ms_median": round(times["onnxruntime_all_layers"], 3),
        "onnxruntime_threads_ms_median": round(statistics.median(found[1]["times"]["onnxruntime"]), 3),
        "onnxruntime_threads": found[1]["threads"],
        "ratio": round(times["engine"] / times["onnxruntime"], 2),
        **{name: float(difference) for name, difference in differences.items()},
    }
