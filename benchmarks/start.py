"""From `streamlit run` to the first heading and the first drawn network, against TensorFlow imported in the page.

    python -m benchmarks.start

A new server process and a new browser context each time; the median of three starts. Keys: heading_s and scene_s
(seconds from the command to the heading in Chromium, and to the scene drawn with the pretrained network),
tensorflow_at_top_s (the same to the heading with `import tensorflow` as the first line of app.py).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from tools.browser import chromium
from visualization import bundle

ROOT = Path(__file__).resolve().parents[1]
STARTS = 3
DEADLINE_SECONDS = 120


@contextlib.contextmanager
def server(app_folder: Path, runs: Path | None = None) -> Iterator[tuple[str, float]]:
    """`streamlit run` in `app_folder`: its address and the clock's reading when it was started.

    runs: the folder of runs, else a new one.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as empty:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"],
            cwd=app_folder,
            env={**os.environ, "STRATA_RUNS": str(runs or empty)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", began
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def first_sight(browser: Browser, app_folder: Path, *, scene: bool) -> tuple[float, float | None]:
    """Seconds to the heading and, if asked for, to the drawn scene."""
    with server(app_folder) as (url, began), browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        wait_for(url, began)
        page.goto(url, wait_until="commit")
        page.get_by_role("heading", name="Strata").wait_for(timeout=1000 * DEADLINE_SECONDS)
        heading = time.perf_counter() - began
        if not scene:
            return heading, None
        page.locator(".strata-scene[data-ready=true]").wait_for(timeout=1000 * DEADLINE_SECONDS)
        return heading, time.perf_counter() - began


def wait_for(url: str, began: float) -> None:
    """Until the server answers at all; asked every 10 ms."""
    while time.perf_counter() - began < DEADLINE_SECONDS:
        with contextlib.suppress(OSError, http.client.HTTPException):
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
            return
        time.sleep(0.01)
    raise TimeoutError(f"The server did not answer within {DEADLINE_SECONDS} s.")


def with_tensorflow_on_top(folder: Path) -> Path:
    """A copy of the app whose page imports TensorFlow first, as a script without workers would."""
    copy = folder / "app"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "node_modules", "runs", "test-results"))
    app = copy / "app.py"
    future = "from __future__ import annotations\n"
    app.write_text(app.read_text().replace(future, future + "import tensorflow\n", 1))
    return copy


def main() -> None:
    """Measure and print."""
    bundle.build(lambda line: None)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        first_sight(browser, ROOT, scene=True)  # not counted: it fills the disk's cache
        ours = [first_sight(browser, ROOT, scene=True) for _ in range(STARTS)]
        copy = with_tensorflow_on_top(Path(folder))
        other = [first_sight(browser, copy, scene=False) for _ in range(STARTS)]
    heading = statistics.median(heading for heading, _ in ours)
    scene = statistics.median(scene for _, scene in ours if scene is not None)
    tensorflow = statistics.median(heading for heading, _ in other)
    result = {
        "heading_s": round(heading, 2),
        "scene_s": round(scene, 2),
        "tensorflow_at_top_s": round(tensorflow, 2),
        "heading_ratio": round(heading / tensorflow, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
