"""The contract with the browser: Python still writes what scene.json holds. Vitest proves that TypeScript reads it."""

import base64
import json
from pathlib import Path

import numpy as np
import safetensors.numpy

from tests.golden import write as golden


def test_python_writes_the_golden_file(tmp_path: Path) -> None:
    kept, fresh = json.loads(golden.PATH.read_bytes()), golden.record(tmp_path)
    assert kept["scene"] == fresh["scene"], "the contract has changed: raise its schema and run tests.golden.write"
    kept_weights, fresh_weights = (
        safetensors.numpy.load(base64.b64decode(record["weights"])) for record in (kept, fresh)
    )
    assert kept_weights.keys() == fresh_weights.keys()
    for name, values in kept_weights.items():
        np.testing.assert_array_equal(values, fresh_weights[name])
    assert kept["activations"].keys() == fresh["activations"].keys()
    for name, values in kept["activations"].items():
        # Keras's own last bits differ from one processor to the next.
        np.testing.assert_allclose(values, fresh["activations"][name], atol=2e-6, err_msg=name)
