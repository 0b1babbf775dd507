"""How long a training takes: plain Keras's usual recipe against ours, the page's share, and the small network.

    python -m benchmarks.training [--seeds 3] [--without-page] [--same-cores]

Needs MNIST, from STRATA_MNIST or Keras's cache. Every training is a process of its own, plain and ours in turn. The
clock starts with Keras imported and the images in memory, and runs while the network is built and compiled: so for
plain Keras as for ours, which also writes its whole run directory meanwhile. Keys, means over the seeds:

plain_s, plain_accuracy    `Model.fit` as the field does it, Adam 1e-3, batch 32, 5 epochs, 20 % validation, to its end,
                           and its accuracy on the test set
ours_s, ours_accuracy      the recipe `quick` on the same network, to its first snapshot of at least 99.0 % on the test
                           set, as kept on disk, and what that one reaches; the snapshots are evaluated afterwards
ours_whole_s, ours_last_accuracy   the same training to its end
ratio                      ours_s / plain_s
live_overhead              two epochs of the usual recipe in the server's worker, with the page open, its Network view
                           following the training, against the page closed; minus 1, the median of nine pairs. It is
                           what the page asks of the server: Chromium, which draws WebGL in software here, runs only
                           where the processors idle, as if on another machine (Linux's SCHED_IDLE)
live_overhead_same_cores   with --same-cores: the same with a Chromium that takes from the processors what it wants
small_parameters, small_accuracy, small_s   the recipe `small`, to its end, and its accuracy on the test set
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.start import DEADLINE_SECONDS, ROOT, server, wait_for
from data import datasets
from model.networks import CNN, PRESETS
from model.recipes import RECIPES
from model.reports import Report, Snapshot
from model.runs import Runs
from model.settings import Settings
from tools import chromium as chromiums
from tools.browser import chromium
from visualization import bundle

TARGET = 0.99
PAIRS = 9  # one pair alone varies by a tenth on two shared cores
ATTEMPTS = 2
LIVE = ("live", "live-here")
LIVE_EPOCHS = 2


def plain(seed: int) -> dict[str, float]:
    """The field's usual recipe with nothing but Keras."""
    import keras
    import numpy as np

    from model.building import build

    usual, mnist = Settings(), datasets.load("mnist")
    images, labels = mnist.x_train.astype(np.float32) / 255, mnist.y_train
    test_images = mnist.x_test.astype(np.float32) / 255
    keras.utils.set_random_seed(seed)
    began = time.perf_counter()
    model = build(CNN)
    optimizer = keras.optimizers.Adam(usual.learning_rate)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        images,
        labels,
        batch_size=usual.batch_size,
        epochs=usual.epochs,
        validation_split=usual.validation_fraction,
        verbose=0,
    )
    seconds = time.perf_counter() - began
    return {"s": seconds, "accuracy": model.evaluate(test_images, mnist.y_test, verbose=0)[1]}


def ours(recipe: str, seed: int) -> dict[str, float]:
    """A recipe of ours, recorded as every training is, and what the test set says of its snapshots."""
    from model.evaluation import evaluate
    from model.recording import record

    settings = replace(RECIPES[recipe], seed=seed)
    datasets.load("mnist")
    times: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        run = Runs(Path(folder)).create(settings, PRESETS[settings.network], {})
        began = time.perf_counter()

        def note(report: Report) -> None:
            if isinstance(report, Snapshot):
                times[report.step] = time.perf_counter() - began

        record(run, note)
        whole = time.perf_counter() - began
        accuracies = {step: evaluate(run.path, step).accuracy for step in sorted(times)}
    last = accuracies[max(accuracies)]
    reached = [step for step, accuracy in accuracies.items() if accuracy >= TARGET]
    if not reached:
        raise SystemExit(
            f"Recipe {recipe} with seed {seed} never reached {TARGET:.1%} on the test set; last {last:.2%}."
        )
    return {"s": times[reached[0]], "accuracy": accuracies[reached[0]], "whole_s": whole, "last_accuracy": last}


def in_a_process(kind: str, seed: int) -> dict[str, float]:
    """`plain`, `live`, `live-here` or a recipe, in a process and a session that do nothing else; tried twice."""
    command = [sys.executable, "-m", "benchmarks.training", "--one", kind, "--seed", str(seed)]
    for _ in range(ATTEMPTS):
        result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if result.returncode == 0:
            found: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
            _say(f"{kind}, seed {seed}: {found}")
            return found
        _say(f"{kind}, seed {seed}: ended with exit code {result.returncode}, see above")
    raise SystemExit(f"No figure for {kind} with seed {seed}: it failed {ATTEMPTS} times, and why stands above.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def one(kind: str, seed: int) -> dict[str, float]:
    """What `in_a_process` asks of its process."""
    if kind in LIVE:
        return {"overhead": live_overhead(aside=kind == "live")}
    return plain(seed) if kind == "plain" else ours(kind, seed)


def live_overhead(*, aside: bool) -> float:
    """How much longer a training takes while the page shows it: 0.03 is 3 %. aside: Chromium gets what is left over."""
    with tempfile.TemporaryDirectory() as folder:
        if aside:
            os.environ[chromiums.VARIABLE] = str(_giving_way(Path(folder)))
        with server(ROOT) as (url, began), chromium() as browser:
            wait_for(url, began)
            trained_on_page(browser, url, watched=True)  # compiles and fills caches
            ratios = [_pair(browser, url, watched_first=bool(pair % 2)) for pair in range(PAIRS)]
    return statistics.median(ratios) - 1


def _giving_way(folder: Path) -> Path:
    """A command for a Chromium that runs only where nobody else wants to.

    A niceness alone would not do: Chromium changes its own, and Linux weighs sessions, of which Playwright gives the
    browser one of its own, before it weighs their processes. With both, and without the idle class, the browser still
    took an eighth of what the training's processes wanted.
    """
    command = folder / "chromium"
    command.write_text(
        "#!/bin/sh\n"
        "[ -w /proc/self/autogroup ] && echo 19 > /proc/self/autogroup\n"
        f'exec chrt --idle 0 {shlex.quote(str(chromiums.find()))} "$@"\n'
    )
    command.chmod(0o755)
    return command


def _pair(browser: Browser, url: str, *, watched_first: bool) -> float:
    """The same training with the page open and closed: the first in seconds by the second."""
    seconds = {
        watched: trained_on_page(browser, url, watched=watched) for watched in (watched_first, not watched_first)
    }
    _say(f"page open {seconds[True]:.2f} s, closed {seconds[False]:.2f} s")
    return seconds[True] / seconds[False]


def trained_on_page(browser: Browser, url: str, *, watched: bool) -> float:
    """Begin a training with a click and wait for its end; seconds from its first step to its end, by its own clock."""
    known = {run["id"] for run in _ask(url, "/api/runs")}
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(1000 * DEADLINE_SECONDS)
        page.goto(url)
        page.locator(".strata-scene[data-ready=true]").wait_for()
        # The page is drawn again once Keras is ready, which closes what is open.
        page.get_by_test_id("stSidebar").locator(".strata-figure[data-ready=true]").wait_for()
        page.get_by_text("Training settings").click()
        page.get_by_role("spinbutton", name="Epochs").fill(str(LIVE_EPOCHS))
        page.get_by_role("spinbutton", name="Epochs").press("Enter")
        page.get_by_role("button", name="Train & Visualize").click()
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").wait_for()
        (begun,) = (run["id"] for run in _ask(url, "/api/runs") if run["id"] not in known)
        if watched:
            return _seconds_at_the_end(url, begun)
    return _seconds_at_the_end(url, begun)


def _seconds_at_the_end(url: str, run_id: str) -> float:
    while True:
        status = _ask(url, f"/api/runs/{run_id}")["status"]
        if status["state"] == "finished":
            return float(status["seconds"])
        if status["state"] in {"failed", "stopped", "interrupted"}:
            raise SystemExit(f"The training ended as {status['state']}: {status['message']}")
        time.sleep(2.0)  # how long it took is read from the run's own clock


def _ask(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=30) as answer:
        return json.load(answer)


def measured(seeds: int, *, with_page: bool, same_cores: bool) -> dict[str, float]:
    """All keys."""
    plains, quicks, smalls = [], [], []
    for seed in range(seeds):
        plains.append(in_a_process("plain", seed))
        quicks.append(in_a_process("quick", seed))
        smalls.append(in_a_process("small", seed))
    overhead = {"live_overhead": round(in_a_process("live", 0)["overhead"], 3)} if with_page else {}
    if same_cores:
        overhead["live_overhead_same_cores"] = round(in_a_process("live-here", 0)["overhead"], 3)
    plain_s, ours_s = _mean(plains, "s"), _mean(quicks, "s")
    return {
        "plain_s": round(plain_s, 1),
        "plain_accuracy": round(_mean(plains, "accuracy"), 4),
        "ours_s": round(ours_s, 2),
        "ours_accuracy": round(_mean(quicks, "accuracy"), 4),
        "ours_whole_s": round(_mean(quicks, "whole_s"), 2),
        "ours_last_accuracy": round(_mean(quicks, "last_accuracy"), 4),
        "ratio": round(ours_s / plain_s, 3),
        **overhead,
        "small_parameters": PRESETS[RECIPES["small"].network].parameters,
        "small_accuracy": round(_mean(smalls, "last_accuracy"), 4),
        "small_s": round(_mean(smalls, "whole_s"), 1),
    }


def _mean(results: list[dict[str, float]], key: str) -> float:
    return statistics.fmean(result[key] for result in results)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="how many, from 0")
    parser.add_argument("--without-page", action="store_true", help="leave out live_overhead, which needs a Chromium")
    parser.add_argument("--same-cores", action="store_true", help="measure live_overhead_same_cores too")
    parser.add_argument("--one", choices=["plain", *LIVE, *RECIPES], help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.seed)))
        return
    if not options.without_page:
        bundle.build(lambda line: None)
    found = measured(options.seeds, with_page=not options.without_page, same_cores=options.same_cores)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
