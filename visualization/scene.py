"""What the browser needs to draw a network and to run it: the Python half of the contract.

The TypeScript half is frontend/src/contract.ts; tests/golden/scene.json holds the two together.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

from model.networks import INPUT, Network
from model.runs import PRETRAINED, Run
from visualization.pad import PadReport
from visualization.picks import Wish
from visualization.pictures import Picture

SCHEMA = 1


def scene(
    run: Run,
    step: int,
    network: Network,
    class_names: tuple[str, ...],
    picture: Picture,
    pad: PadReport = PadReport(),  # noqa: B008 - frozen
    wish: Wish | None = None,
) -> dict[str, Any]:
    """The scene of `network` with the weights of `run` at `step`, reading `picture`: plain JSON data."""
    return {
        "schema": SCHEMA,
        "network": {"title": network.title, "layers": layers(network)},
        "class_names": list(class_names),
        "weights_url": weights_url(run, step),
        "trace_url": f"/api/runs/{run.id}/snapshots/{step}/trace",
        "run": run.id,
        "step": step,
        "image": {
            "pixels": base64.b64encode(picture.pixels.tobytes()).decode(),
            "shape": list(picture.pixels.shape),
            "label": picture.label,
            "caption": picture.caption,
        },
        "pad": dataclasses.asdict(pad),
        "wish": None if wish is None else wish.fields(),
    }


def weights_url(run: Run, step: int) -> str:
    """Where a snapshot's weights are, on the page's own server; the address changes whenever the bytes do."""
    url = f"/api/runs/{run.id}/snapshots/{step}/weights"
    if run.path != PRETRAINED:
        return url
    # The pretrained run keeps its id when a new version of the project brings other weights; browsers keep the old.
    return f"{url}?changed={run.snapshot_path(step).stat().st_mtime_ns}"


def layers(network: Network) -> list[dict[str, Any]]:
    """The input and every layer with its own fields, title, the names of what it reads, shapes and parameter count."""
    first = {
        "name": INPUT,
        "kind": "input",
        "title": "input",
        "inputs": [],
        "input_shape": list(network.input_shape),
        "output_shape": list(network.input_shape),
        "parameters": 0,
    }
    placed_layers = [
        {
            **dataclasses.asdict(placed.layer),
            "title": placed.title,
            "inputs": list(placed.inputs),
            "input_shape": list(placed.input_shape),
            "output_shape": list(placed.output_shape),
            "parameters": placed.parameters,
        }
        for placed in network.placed()
    ]
    return [first, *placed_layers]
