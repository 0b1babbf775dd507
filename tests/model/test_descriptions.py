"""Descriptions that anyone may have written: read as they are, or refused in words, and never anything else."""

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.layers import KerasLayer
from model.networks import Network, NetworkError
from tests.model.graphs import INCEPTION, PAIRS

OWN = KerasLayer("own", "LayerNormalization", '{"axis":[-1]}', (10,), (("gamma", (10,)), ("beta", (10,))))


def record() -> dict[str, Any]:
    """A good description with every type of field, as JSON brings it."""
    network = INCEPTION.network
    found = json.loads(json.dumps(network.to_json()))
    last = json.loads(json.dumps(Network("n", "N", (10, 1, 1), (OWN,)).to_json()["layers"]))
    return {**found, "layers": found["layers"] + last}


def test_the_record_is_good() -> None:
    assert Network.from_json(record()).layers[-1] == OWN


def deep(levels: int) -> Any:
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


def _change(*path: str | int, to: Any) -> dict[str, Any]:
    found = record()
    at: Any = found
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return found


KERAS = {"kind": "keras_layer", "name": "own", "class_name": "Dense", "config": "{}", "shape": [10], "weights": []}


def _own(**fields: Any) -> dict[str, Any]:
    return _change("layers", -1, to={**KERAS, **fields})


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "it is None, expected a record"),
        ([], "it is a list of 0, expected a record"),
        ({}, "it has no input_shape"),
        (record() | {"extra": 1}, "it has the unknown field 'extra'"),
        (_change("name", to=7), "name is 7, expected printable text"),
        (_change("title", to="a\nb"), r"title is 'a\\nb', expected printable text"),
        (_change("title", to="\ud800"), r"title is '\\ud800', expected printable text"),
        (_change("name", to="x" * 1000), "expected printable text of at most 200 letters"),
        (_change("input_shape", to=[28, 28]), "input_shape is not rows, columns and channels"),
        (_change("input_shape", to=[28, 28, True]), "input_shape is not rows, columns and channels"),
        (_change("input_shape", to=[28, 28, 0]), "input_shape is not rows, columns and channels"),
        (_change("input_shape", to="28"), "input_shape is '28', expected a list"),
        (_change("layers", to=[]), "it has no layers"),
        (_change("layers", to={}), "layers is a record of 0 fields, expected a list"),
        (_change("layers", to=[[]] * 3000), "layers is a list of 3000, expected a list of at most 2000"),
        (_change("layers", 0, to=deep(500)), "a layer is a list of 1, expected a record"),
        (_change("layers", 0, to={"name": "a"}), "a layer's kind is None, expected one of conv2d"),
        (_change("layers", 0, "kind", to=["conv2d"]), "a layer's kind is a list of 1, expected one of conv2d"),
        (_change("layers", 0, "kind", to="conv9d"), "a layer's kind is 'conv9d', expected one of conv2d"),
        (_change("layers", 0, "spare", to=1), "a layer of the kind rescaling has the unknown field 'spare'"),
        (_change("layers", 1, to={"kind": "conv2d", "name": "a"}), "a layer of the kind conv2d has no filters"),
        (_change("layers", 1, "filters", to=2.5), "filters of a conv2d is 2.5, expected a whole number"),
        (_change("layers", 1, "filters", to=True), "filters of a conv2d is True, expected a whole number"),
        (_change("layers", 1, "filters", to=-1), "filters of a conv2d is -1, expected a whole number"),
        (_change("layers", 1, "filters", to=10**5000), "filters of a conv2d is a huge number, expected a whole"),
        (_change("layers", 1, "use_bias", to=1), "use_bias of a conv2d is 1, expected true or false"),
        (_change("layers", 1, "padding", to="full"), "padding of a conv2d is 'full', expected one of valid, same"),
        (_change("layers", 1, "activation", to=["relu"]), "activation of a conv2d is a list of 1, expected one of"),
        (_change("layers", 1, "kernel_size", to=[3]), "kernel_size of a conv2d is a list of 1, expected a list of 2"),
        (_change("layers", 1, "kernel_size", to="33"), "kernel_size of a conv2d is '33', expected a list"),
        (_change("layers", 0, "scale", to=float("nan")), "scale of a rescaling is nan, expected a number"),
        (_change("layers", 0, "scale", to=[1, "2", 3]), "scale of a rescaling is '2', expected a number"),
        (_change("layers", 0, "offset", to=-float("inf")), "offset of a rescaling is -inf, expected a number"),
        (_change("layers", 0, "name", to=""), "has a layer named ''"),
        (_change("layers", 1, "name", to="scaled"), "has a layer named 'scaled'"),
        (_change("wires", to=[]), "wires is a list of 0, expected a record of layers"),
        (_change("wires", to=None), "wires is None, expected a record of layers"),
        (_change("wires", "b", to="scaled"), "wires of a layer is 'scaled', expected a list"),
        (_change("wires", "b", to=[7]), "an input in wires is 7, expected printable text"),
        (_change("wires", "b", to=["output"]), "Layer b reads 'output', which does not stand before it"),
        (_change("layers", 1, "filters", to=100_000_000), "Network Inception has .* Make it smaller"),
        (_change("input_shape", to=[4096, 4096, 3]), "Network Inception has .* Make it smaller"),
        (_own(class_name="Lambda"), "expected one of Keras's own classes that Strata runs, received 'Lambda'"),
        (_own(class_name="TFSMLayer"), "received 'TFSMLayer'"),
        (_own(config="{"), "its configuration cannot be read"),
        (_own(config="[" * 50_000), "its configuration cannot be read"),
        (_own(config="7"), "expected a configuration with fields, received int"),
        (_own(config="x" * 100_001), "config of a keras_layer is 'xxx"),
        (_own(config='{"units": 1e10}'), "a number of its configuration is beyond"),
        (_own(config='{"units": 70000}'), "expected at most 65,536 for 'units', received 70,000"),
        (_own(config='{"units": NaN}'), "a number of its configuration is beyond"),
        (_own(config='{"a": [{"class_name": "Lambda", "config": {}}]}'), "received 'Lambda' of 'keras'"),
        (_own(config='{"a": {"class_name": "Dense", "module": "os"}}'), "received 'Dense' of 'os'"),
        (_own(config='{"a": {"class_name": "Dense", "registered_name": "mine>Dense"}}'), "Keras's own alone"),
        (_own(config='{"a": {"module": "builtins", "class_name": "function", "config": "f"}}'), "'function' of"),
        (_own(config='{"a": {"class_name": ["Dense"]}}'), "Keras's own alone"),
        (_own(shape=[]), r"expected one to three sides of at least 1, received \(\)"),
        (_own(weights=[["a", [1]], ["a", [1]]]), "expected different names of weights without a slash"),
        (_own(weights=[["a/b", [1]]]), "expected different names of weights without a slash"),
        (_own(weights=[["a"]]), "weights of a keras_layer is a list of 1, expected a list of 2"),
        (_own(weights=[["a", [100_000_000, 1000]]]), "Network Inception has .* Make it smaller"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(found: Any, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        Network.from_json(found)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["input", "add"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
GOOD = [json.loads(json.dumps(pair.network.to_json())) for pair in PAIRS] + [record()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_description_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    found = copy.deepcopy(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = found
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if not isinstance(at[key], dict | list) or data.draw(st.integers(0, 3)) == 0:
                at[key] = data.draw(JUNK)
                break
            at = at[key]
    with contextlib.suppress(NetworkError):
        network = Network.from_json(found)
        again = Network.from_json(json.loads(json.dumps(network.to_json())))
        assert network.placed() and again == network
