"""The shared vectors of the drawing pad: Python writes what drawing.json holds. Vitest proves that TypeScript does."""

import json

from data.drawing import Switches
from tests.golden import write_drawing as golden
from visualization import pad


def test_python_writes_the_golden_file() -> None:
    kept = json.loads(golden.PATH.read_bytes())
    assert kept == json.loads(json.dumps(golden.record())), "preprocessing has changed: run tests.golden.write_drawing"


def test_the_vectors_tell_every_choice_of_steps_apart() -> None:
    sample = json.loads(golden.PATH.read_bytes())["cases"][3]
    assert len({result["pixels"] for result in sample["results"]}) == 8


def test_python_reads_the_golden_message() -> None:
    drawing = pad.read(json.loads(golden.PATH.read_bytes())["message"])
    assert (drawing.serial, drawing.switches) == (12, Switches(fit=False))
    assert (drawing.ink == golden.canvases()["sample 3"]).all()
