"""The contract with the browser: Python still writes the golden files. Vitest proves that TypeScript reads them."""

import base64
import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import safetensors.numpy

from model.layers import KINDS, ActivationName
from tests.golden import write as golden

# Keras's own last bits differ from one processor to the next.
LAST_BITS = 2e-6


def assert_same_tensors(kept: str, fresh: str, tolerance: float) -> None:
    kept_tensors, fresh_tensors = (safetensors.numpy.load(base64.b64decode(content)) for content in (kept, fresh))
    assert kept_tensors.keys() == fresh_tensors.keys()
    for name, values in kept_tensors.items():
        np.testing.assert_allclose(values, fresh_tensors[name], rtol=0, atol=tolerance, err_msg=name)


def test_python_writes_the_golden_scene(tmp_path: Path) -> None:
    kept, fresh = json.loads(golden.PATH.read_bytes()), golden.record(tmp_path)
    assert kept["scene"] == fresh["scene"], "the contract has changed: raise its schema and run tests.golden.write"
    assert_same_tensors(kept["weights"], fresh["weights"], 0)
    assert kept["activations"].keys() == fresh["activations"].keys()
    for name, values in kept["activations"].items():
        np.testing.assert_allclose(values, fresh["activations"][name], atol=LAST_BITS, err_msg=name)


def test_python_writes_the_golden_timeline(tmp_path: Path) -> None:
    assert json.loads(golden.TIMELINE_PATH.read_bytes()) == golden.timeline_record(tmp_path)


def test_python_writes_the_golden_links(tmp_path: Path) -> None:
    assert json.loads(golden.LINKS_PATH.read_bytes()) == golden.links_record(tmp_path)


def test_python_writes_the_golden_layers(tmp_path: Path) -> None:
    kept, fresh = json.loads(golden.LAYERS_PATH.read_bytes()), golden.layers_record(tmp_path)
    assert kept["kinds"] == fresh["kinds"], "a kind of layer is new or gone: run tests.golden.write"
    assert kept["activations"] == fresh["activations"], "an activation is new or gone: run tests.golden.write"
    for kept_network, fresh_network in zip(kept["networks"], fresh["networks"], strict=True):
        assert kept_network["network"] == fresh_network["network"]
        assert kept_network["pixels"] == fresh_network["pixels"]
        assert_same_tensors(kept_network["weights"], fresh_network["weights"], 0)
        assert_same_tensors(kept_network["activations"], fresh_network["activations"], LAST_BITS)


@pytest.mark.parametrize(
    ("field", "known"), [("kind", set(KINDS) - {"keras_layer"}), ("activation", set(get_args(ActivationName)))]
)
def test_the_golden_networks_have_every_layer_of_the_browser_and_every_activation(field: str, known: set[str]) -> None:
    layers = [layer for network in golden.NETWORKS for layer in network.layers]
    assert {getattr(layer, field) for layer in layers if hasattr(layer, field)} == known
