"""Models of one's own, brought in as people do: built in Keras, saved as .keras files, uploaded, shown.

    python -m benchmarks.models [NAME ...]

Every architecture of benchmarks.architectures (or those named) is saved by Keras and goes the whole way of an upload,
through the throw-away process, to a run. Keys: models (how many became runs), refused (names of those that did not),
browser_engine (how many the browser's engine computes whole, the others run in the worker), max_abs_diff (the largest
difference of any activation of any layer between the browser's engine, run in Node on these runs, and Keras, on two
pictures of noise, as a share of the layer's largest value where that is above 1), max_answer_diff (of the
probabilities alone, against the model as it was built in Keras), worst_model;
read_seconds_median (an upload's time, most of it Keras's
start); worker_pen_ms_median and worker_pen_ms_p95 (milliseconds from the pointer event to the activations of the
model with attention, in Chromium: see benchmarks.live); export_html_kb (the standard network as one page, in units of
1,024 bytes); hostile_files, hostile_models of them, and hostile_accepted (uploads made by the tests, and how many of
them were not refused, which should be none), hostile_ran (whether code in one of them ran).
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import architectures, live, parity
from benchmarks.drawing import percentile
from data.errors import StrataError
from model.engine import versions
from model.run import Run
from model.uploads import admission, keeping
from tests.data import hostile_pictures
from tests.model import hostile_models
from tools.browser import chromium
from visualization import bundle, exports

PICTURES = 2
PEN_MODEL = "attention"


@dataclass(frozen=True, slots=True)
class Brought:
    """An architecture that became a run. pixels: pictures of noise; answers: of the model as built, in our form."""

    name: str
    run: Run
    seconds: float
    pixels: np.ndarray
    answers: np.ndarray


def bring(name: str, folder: Path) -> Brought:
    """Build, save, upload; raises StrataError where the upload is refused."""
    model = architectures.built(name)
    path = folder / f"{name}.keras"
    model.save(path)
    began = time.perf_counter()
    found = admission.read(path.read_bytes(), path.name)
    data = keeping.matching_here(found.network)
    run = keeping.keep(folder / "runs", found, data[0] if data else keeping.NO_DATASET, versions())
    seconds = time.perf_counter() - began
    shape = (PICTURES, *found.network.input_shape)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    scaled = any("0 to 255" in note for note in found.notes)
    pictures = pixels.astype(np.float32) / np.float32(1 if scaled else 255)
    return Brought(name, run, seconds, pixels, _as_ours(np.asarray(model(pictures, training=False))))


def _as_ours(answers: np.ndarray) -> np.ndarray:
    """Probabilities of every class: of one sigmoid unit two, of logits their softmax."""
    if answers.shape[1] == 1:
        return np.concatenate([1 - answers, answers], axis=1)
    if np.allclose(answers.sum(axis=1), 1, atol=1e-4) and answers.min() >= 0:
        return answers
    powers = np.exp(answers.astype(np.float64) - answers.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def compare(brought: Iterable[Brought]) -> dict[str, object]:
    """The browser's engine on every run that it computes, against Keras."""
    those = [one for one in brought if one.run.config().network.computable_in_browser]
    worst, worst_answer = {}, 0.0
    for one in those:
        network, weights = one.run.config().network, one.run.weights(keeping.STEP)
        expected = parity.keras_activations(network, weights, one.pixels)
        with parity.engine(PICTURES, [network], [one.run.snapshot_path(keeping.STEP)]) as pipes:
            received = parity.exchange(pipes, one.pixels, expected)
        shares = [
            np.abs(values - own).max() / max(1.0, np.abs(own).max())
            for own, values in zip(expected.values(), received, strict=True)
        ]
        worst[one.name] = float(max(shares))
        worst_answer = max(worst_answer, float(np.abs(received[-1] - one.answers).max()))
    return {
        "browser_engine": len(those),
        "max_abs_diff": max(worst.values(), default=0.0),
        "max_answer_diff": worst_answer,
        "worst_model": max(worst, key=lambda name: worst[name], default=""),
    }


def pen(run: Run) -> dict[str, float]:
    """Drawing through the worker, on the page of an uploaded model."""
    with chromium() as browser:
        recorded = live.draw(browser, run.path.parent, run)
    times = recorded["timings"]["penToActivations"][recorded["before"]["penToActivations"] :]
    return {"worker_pen_ms_median": percentile(times, 50), "worker_pen_ms_p95": percentile(times, 95)}


def hostile() -> dict[str, object]:
    """Every hostile model, picture and data set that the tests make, uploaded."""
    with tempfile.TemporaryDirectory() as folder:
        marker = Path(folder) / "it-ran"
        models = [hostile_models.attempt(case) is None for case in hostile_models.cases(marker)]
        data = [hostile_pictures.tried(content, kind).accepted for _, content, kind in hostile_pictures.cases()]
        return {
            "hostile_files": len(models) + len(data),
            "hostile_models": len(models),
            "hostile_accepted": sum(models) + sum(data),
            "hostile_ran": marker.exists() or hostile_pictures.marker().exists(),
        }


def main() -> None:
    """Bring everything in, measure and print."""
    bundle.build(lambda line: None)
    names = sys.argv[1:] or list(architectures.ARCHITECTURES)
    brought, refused = [], {}
    with tempfile.TemporaryDirectory() as name:
        for one in names:
            try:
                brought.append(bring(one, Path(name)))
            except StrataError as error:
                refused[one] = str(error)
            print(f"{one}: {refused.get(one, 'read')}", file=sys.stderr)
        result: dict[str, object] = {"models": len(brought), "refused": sorted(refused)}
        result |= compare(brought)
        result["read_seconds_median"] = statistics.median(one.seconds for one in brought)
        result |= next((pen(one.run) for one in brought if one.name == PEN_MODEL), {})
    result["export_html_kb"] = exports.page_kilobytes()
    print(json.dumps(result | hostile()))


if __name__ == "__main__":
    main()
