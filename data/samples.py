"""Ten sample digits drawn for this project, so that there is something to look at before any data set.

`samples.json` holds pen strokes: a few points each, in a square from (0, 0) at the top left to (1, 1), through which a
smooth curve is laid (centripetal Catmull-Rom).
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from data.drawing import to_input

__all__ = ["Sample", "samples"]

Bytes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

FILE = Path(__file__).with_name("samples.json")
SIDE = 280  # px, the size at which a sample is drawn, that of the drawing pad
FINER = 4  # drawn this many times larger, then reduced, which makes the edges smooth
STEPS = 16  # points on the curve between two given ones


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One drawn digit.

    pixels: uint8 (28, 28, 1), as the network takes it, read-only. label: 0 to 9. strokes: one float64 (n, 2) a
    stroke, x and y from 0 to 1 in the order the pen took, read-only. width: of the pen, in the same unit.
    """

    pixels: Bytes
    label: int
    strokes: tuple[Points, ...]
    width: float


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """The ten digits 0 to 9, in this order."""
    return tuple(_sample(entry) for entry in json.loads(FILE.read_text(encoding="utf-8")))


def _sample(entry: dict[str, object]) -> Sample:
    label, width, given = entry["label"], entry["width"], entry["strokes"]
    assert isinstance(label, int)
    assert isinstance(width, float)
    assert isinstance(given, list)
    strokes = tuple(curve(np.array(points, np.float64)) for points in given)
    return Sample(to_input(draw(strokes, width)).pixels, label, strokes, width)


def curve(points: Points) -> Points:
    """A smooth curve through the points, (n, 2) to ((n - 1) STEPS + 1, 2), read-only; centripetal Catmull-Rom.

    Barry and Goldman 1988, doi:10.1145/54852.378511; knots are the square roots of the distances.
    """
    ends = [2 * points[0] - points[1], *points, 2 * points[-1] - points[-2]]
    pieces = [_piece(*ends[place : place + 4]) for place in range(len(points) - 1)]
    path = np.concatenate([*pieces, points[-1:]])
    path.setflags(write=False)
    return path


def _piece(a: Points, b: Points, c: Points, d: Points) -> Points:
    """STEPS points from b (included) to c (not), bent by a and d."""
    ta = 0.0
    tb = ta + float(np.linalg.norm(b - a)) ** 0.5
    tc = tb + float(np.linalg.norm(c - b)) ** 0.5
    td = tc + float(np.linalg.norm(d - c)) ** 0.5
    t = np.linspace(tb, tc, STEPS, endpoint=False)[:, None]
    ab = ((tb - t) * a + (t - ta) * b) / (tb - ta)
    bc = ((tc - t) * b + (t - tb) * c) / (tc - tb)
    cd = ((td - t) * c + (t - tc) * d) / (td - tc)
    abc = ((tc - t) * ab + (t - ta) * bc) / (tc - ta)
    bcd = ((td - t) * bc + (t - tb) * cd) / (td - tb)
    result: Points = ((tc - t) * abc + (t - tb) * bcd) / (tc - tb)
    return result


def draw(strokes: tuple[Points, ...], width: float, side: int = SIDE) -> Bytes:
    """Strokes drawn white on black with a round pen: uint8 (side, side)."""
    fine = side * FINER
    image = Image.new("L", (fine, fine))
    pen = ImageDraw.Draw(image)
    radius = width * fine / 2
    for stroke in strokes:
        for x, y in stroke * fine:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        pen.line([(float(x), float(y)) for x, y in stroke * fine], fill=255, width=round(2 * radius))
    return np.asarray(image.reduce(FINER))
