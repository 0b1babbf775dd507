"""Keras's traces against a short NumPy forward pass."""

from pathlib import Path

import numpy as np
import pytest

from model.networks import NetworkError
from model.runs import RunError
from model.tracing import trace
from tests.golden import write as golden
from tests.model import oracles


def test_every_layer_is_what_numpy_computes(tmp_path: Path) -> None:
    run = golden.run(tmp_path)
    weights = run.weights(golden.STEP)
    pixels = golden.picture().pixels
    found = trace(run.path, golden.STEP, pixels[None])

    values = pixels / 255.0
    expected = {"input": values}
    kernel, bias = weights["conv_1/kernel"], weights["conv_1/bias"]
    expected["conv_1"] = values = oracles.relu(oracles.conv2d(values, kernel, bias))
    expected["pool_1"] = values = oracles.max_pool2d(values)
    kernel, bias = weights["conv_2/kernel"], weights["conv_2/bias"]
    expected["conv_2"] = values = oracles.relu(oracles.conv2d(values, kernel, bias, strides=(2, 1), same=True))
    expected["pool_2"] = values = oracles.max_pool2d(values, strides=(1, 2), same=True)
    expected["flatten"] = values = values.reshape(-1)
    expected["dense_1"] = values = oracles.relu(values @ weights["dense_1/kernel"] + weights["dense_1/bias"])
    expected["output"] = oracles.softmax(values @ weights["output/kernel"] + weights["output/bias"])

    assert list(found) == list(expected)
    for name, oracle in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name][0], oracle, atol=1e-5, err_msg=name)


def test_pixels_of_another_shape_are_refused(tmp_path: Path) -> None:
    run = golden.run(tmp_path)
    with pytest.raises(NetworkError) as refusal:
        trace(run.path, golden.STEP, np.zeros((1, 28, 28, 1), np.uint8))
    assert str(refusal.value) == (
        "Network Golden 3-4-5 reads uint8 or float32 pictures of shape (13, 12, 1). "
        "Received uint8 of shape (28, 28, 1)."
    )


def test_a_step_without_a_snapshot_is_refused(tmp_path: Path) -> None:
    run = golden.run(tmp_path)
    with pytest.raises(RunError, match=r"has no snapshot at step 13\. Expected one of 12 to 12"):
        trace(run.path, 13, golden.picture().pixels[None])
