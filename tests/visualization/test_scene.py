"""What the browser is sent: plain JSON, the picture's own bytes, and an address for exactly these weights."""

import base64
import json
from pathlib import Path

import numpy as np

from model.networks import CNN
from model.runs import PRETRAINED, Run
from tests.golden import write as golden
from visualization.pictures import sample
from visualization.scene import layers, scene, weights_url


def test_the_scene_is_plain_json_without_nan(tmp_path: Path) -> None:
    data = scene(golden.run(tmp_path), golden.STEP, golden.NETWORK, golden.CLASS_NAMES, golden.picture())
    assert json.loads(json.dumps(data, allow_nan=False))["step"] == golden.STEP


def test_the_picture_arrives_byte_for_byte() -> None:
    picture = sample(3)
    run = Run(PRETRAINED)
    image = scene(run, run.snapshot_steps()[-1], CNN, tuple("0123456789"), picture)["image"]
    pixels = np.frombuffer(base64.b64decode(image["pixels"]), np.uint8).reshape(image["shape"])
    np.testing.assert_array_equal(pixels, picture.pixels)
    assert image["label"] == 3


def test_the_network_has_37306_neurons_beside_the_flattened_row() -> None:
    neurons = sum(int(np.prod(layer["output_shape"])) for layer in layers(CNN) if layer["kind"] != "flatten")
    assert neurons == 37_306


def test_every_snapshot_has_its_own_address(tmp_path: Path) -> None:
    run = golden.run(tmp_path)
    assert weights_url(run, 12) == "/api/runs/golden/snapshots/12/weights"
    pretrained = Run(PRETRAINED)
    assert "?changed=" in weights_url(pretrained, pretrained.snapshot_steps()[-1])
