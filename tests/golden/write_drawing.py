"""Write drawing.json: canvases and the inputs they become by each choice of steps, which pytest and Vitest both check.

python -m tests.golden.write_drawing
"""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from data import samples
from data.drawing import MNIST, Switches, from_ink
from visualization import pad

PATH = Path(__file__).with_name("drawing.json")
CHOICES = tuple(Switches(*choice) for choice in itertools.product((True, False), repeat=3))
OTHER_SHAPES = ((32, 32, 1), (32, 32, 3), (48, 48, 3), (64, 64, 3), (28, 40, 1))


def canvases() -> dict[str, np.ndarray]:
    """uint8 (h, w) by name: the ten samples, and shapes at which something is at its limit."""
    drawn = {f"sample {place}": samples.draw(each.strokes, each.width) for place, each in enumerate(samples.samples())}
    odd = {name: np.zeros((280, 280), np.uint8) for name in ("blank", "dot in a corner", "far apart", "faint", "line")}
    odd["dot in a corner"][279, 0] = 255
    odd["far apart"][3:12, 5:9], odd["far apart"][270:278, 250:252] = 255, 70
    odd["faint"][100:140, 30:50] = 63  # below what the crop takes for ink
    odd["line"][139, 20:277] = 200
    random = np.random.default_rng(6)
    odd["full"] = np.full((280, 280), 255, np.uint8)
    odd["noise, 37 high, 53 wide"] = random.integers(0, 256, (37, 53), dtype=np.uint8)
    odd["sparse, 11 high, 9 wide"] = random.choice(np.array([0, 0, 0, 70, 255], np.uint8), (11, 9))
    odd["one pixel"] = np.full((1, 1), 130, np.uint8)
    odd["one row"] = random.integers(0, 256, (1, 300), dtype=np.uint8)
    return {**drawn, **odd}


def runs(values: np.ndarray) -> str:
    """uint8 of any shape as visualization.pad describes it."""
    flat = values.ravel()
    starts = np.flatnonzero(np.diff(flat, prepend=flat[0] ^ 1))
    pairs = bytearray()
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), flat.size], strict=True):
        for first in range(start, end, 255):
            pairs += bytes((int(flat[start]), min(255, end - first)))
    return base64.b64encode(bytes(pairs)).decode()


def message(ink: np.ndarray, serial: int = 1, switches: Switches = CHOICES[0]) -> dict[str, Any]:
    """What the browser sends for this canvas."""
    return {
        "schema": pad.SCHEMA, "serial": serial, "side": pad.SIDE, "ink": runs(ink), "switches": asdict(switches),
    }  # fmt: skip


def record() -> dict[str, Any]:
    """What the file holds."""
    return {
        "cases": [
            {
                "name": name,
                "shape": list(ink.shape),
                "ink": runs(ink),
                "results": [_result(ink, switches) for switches in CHOICES],
            }
            for name, ink in canvases().items()
        ],
        "other_inputs": [
            {"canvas": name, "shape": list(shape), **_result(canvases()[name], switches, shape)}
            for name in ("sample 5", "far apart", "sparse, 11 high, 9 wide")
            for shape in OTHER_SHAPES
            for switches in (CHOICES[0], CHOICES[3], CHOICES[-1])
        ],
        "message": message(canvases()["sample 3"], 12, Switches(fit=False)),
    }


def _result(ink: np.ndarray, switches: Switches, shape: tuple[int, int, int] = MNIST) -> dict[str, Any]:
    drawing = from_ink(ink, switches, shape)
    return {
        "switches": asdict(switches),
        "shapes": [list(step.pixels.shape) for step in drawing.steps],
        "pixels": runs(drawing.pixels),
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(record(), indent=1) + "\n")
    print(f"wrote {PATH}")
