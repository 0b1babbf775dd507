"""Configurations that carry code, lie, or are too much: in a .keras file, each is refused before a process starts."""

from __future__ import annotations

import base64
import copy
import marshal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Config = dict[str, Any]


def layer(name: str, module: str = "keras.layers", /, **config: Any) -> Config:
    """A layer's record, as Keras 3 writes it."""
    return {
        "module": module,
        "class_name": name,
        "config": {"name": name.lower(), **config},
        "registered_name": None,
    }


def placed(record: Config, *reads: str) -> Config:
    """The same within a Functional model, reading other layers."""
    tensors = [
        {"class_name": "__keras_tensor__",
         "config": {"shape": [None, 10], "dtype": "float32", "keras_history": [name, 0, 0]}}
        for name in reads
    ]  # fmt: skip
    nodes = [{"args": tensors, "kwargs": {}}] if reads else []
    return {**record, "name": record["config"]["name"], "inbound_nodes": nodes}


PICTURE = layer("InputLayer", batch_shape=[None, 28, 28, 1], dtype="float32")
FLATTEN, DENSE = layer("Flatten"), layer("Dense", units=10, activation="softmax")
LAYERS = [PICTURE, FLATTEN, DENSE]


def model(layers: list[Any]) -> Config:
    """A Sequential of these records."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "model", "layers": layers},
        "registered_name": None,
    }


def functional(layers: list[Any], inputs: Any = None, outputs: Any = None) -> Config:
    config = {
        "name": "model",
        "layers": layers,
        "input_layers": inputs or ["inputlayer", 0, 0],
        "output_layers": outputs or ["dense", 0, 0],
    }
    record = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}
    return {**record, "registered_name": "Functional"}


def code(marker: Path) -> str:
    """A marshalled function that creates the marker, in base64, as Keras writes Lambda layers."""
    made: dict[str, Any] = {}
    exec(f"def touch(x):\n    open({str(marker)!r}, 'w').close()\n    return x\n", made)
    return base64.b64encode(marshal.dumps(made["touch"].__code__)).decode()


def cases(marker: Path) -> Iterator[tuple[str, Any]]:
    """Configurations by name; some are the bytes of config.json."""
    yield from _with_code(marker)
    yield from _strangers(marker)
    yield from _texts()
    yield from _shapes()
    yield from _numbers()
    yield from _graphs()
    yield from _records()


def lambda_layer(marker: Path) -> Config:
    function = {"class_name": "__lambda__", "config": {"code": code(marker), "defaults": None, "closure": None}}
    return layer("Lambda", function=function, arguments={})


def _with_code(marker: Path) -> Iterator[tuple[str, Any]]:
    code_of, evil = code(marker), lambda_layer(marker)
    touch = f"touch {marker}"
    yield "a Lambda", model([PICTURE, evil, FLATTEN, DENSE])
    yield "a Lambda of Keras 2", model([PICTURE, layer("Lambda", function=[code_of, None, None]), FLATTEN, DENSE])
    yield "a Lambda that names a function", model([PICTURE, layer("Lambda", function=touch), FLATTEN, DENSE])
    yield "a Lambda within a model", model([PICTURE, model([evil]), FLATTEN, DENSE])
    yield "a Lambda in a graph", functional([placed(PICTURE), placed(evil, "inputlayer"), placed(DENSE, "lambda")])
    yield "a Lambda in a wrapper", model([PICTURE, layer("TimeDistributed", layer=evil), FLATTEN, DENSE])
    yield "a Lambda as an activation", model([PICTURE, FLATTEN, layer("Dense", units=10, activation=evil)])
    code_object = {"class_name": "__lambda__", "config": {"code": code_of}}
    for key in ("activation", "kernel_initializer", "bias_regularizer", "kernel_constraint", "units", "dtype"):
        yield f"code as {key}", model([PICTURE, FLATTEN, layer("Dense", **{"units": 10, key: code_object})])
    yield "code as the class", model([PICTURE, {**FLATTEN, "class_name": "__lambda__", "config": {"code": code_of}}])
    yield (
        "code in a call",
        functional([placed(PICTURE), {**placed(DENSE), "inbound_nodes": [{"args": [code_object], "kwargs": {}}]}]),
    )
    yield (
        "code in a call's options",
        functional(
            [placed(PICTURE), {**placed(DENSE), "inbound_nodes": [{"args": [], "kwargs": {"query": code_object}}]}]
        ),
    )
    for key in ("loss", "metrics", "optimizer"):
        yield f"code as {key}", {**model(LAYERS), "compile_config": {key: code_object}}
    loss = {"class_name": "function", "module": "pickle", "config": touch}
    yield "a pickled function", {**model(LAYERS), "compile_config": {"loss": loss}}


def _strangers(marker: Path) -> Iterator[tuple[str, Any]]:
    touch = f"touch {marker}"
    modules = (("os", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("keras.utils", "get_file"),
               ("keras.src.utils.file_utils", "get_file"), ("keras.saving", "load_model"), ("__main__", "Evil"),
               ("keras_hub.models", "Backbone"), ("kerasx", "Dense"), ("keras..layers", "Dense"),
               ("tensorflow", "function"), ("importlib", "import_module"), ("keras.src.ops.numpy", "Load"))  # fmt: skip
    for module, name in modules:
        yield f"{module}.{name}", model([PICTURE, FLATTEN, layer(name, module, command=touch), DENSE])
    for name in ("MyLayer", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "RNN", "Wrapper", "Pipeline",
                 "SpectralNormalization", "TextVectorization", "StringLookup", "Hashing", "Embedding", "ConvLSTM2D",
                 "Ｌambda", "Lambd\u0430", "Dense\u200b", "", "dense", "Layer", "RandomCrop"):  # fmt: skip
        yield f"a layer {name!a}", model([PICTURE, FLATTEN, layer(name, vocabulary="/etc/passwd"), DENSE])
    yield "a registered class", model([PICTURE, FLATTEN, {**DENSE, "registered_name": "evil>Dense"}])
    yield "a model of one's own", {**model(LAYERS), "class_name": "MyModel", "registered_name": "evil>MyModel"}
    yield "an activation of another", model([PICTURE, FLATTEN, layer("Dense", units=10, activation="evil>run")])
    function = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
    yield "a function for an activation", model([PICTURE, FLATTEN, layer("Dense", units=10, activation=function)])
    for key in ("kernel_initializer", "bias_constraint", "activity_regularizer"):
        stranger = {"module": "evil", "class_name": "Evil", "config": {}, "registered_name": "evil>Evil"}
        yield f"another's {key}", model([PICTURE, FLATTEN, layer("Dense", units=10, **{key: stranger})])
    loss = {"module": "evil", "class_name": "Loss", "config": {}, "registered_name": "evil>Loss"}
    yield "another's loss", {**model(LAYERS), "compile_config": {"loss": loss}}
    yield "another's metrics", {**model(LAYERS), "compile_config": {"metrics": ["evil>metric"]}}
    for name in ("__numpy__", "__tensor__", "__typespec__", "__bytes__", "__slice__"):
        value = {"class_name": name, "config": {"value": [0], "dtype": "object"}}
        yield f"a {name}", model([PICTURE, FLATTEN, layer("Dense", units=value), DENSE])
    quantized = {"module": "keras", "class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}
    yield "a quantised type", model([PICTURE, FLATTEN, layer("Dense", units=10, dtype=quantized)])
    listed = layer("Dense", units=10, dtype=["float32"], activation=["relu"])
    yield "a type that is a list", model([PICTURE, FLATTEN, listed])
    yield "a type that is none", model([PICTURE, FLATTEN, layer("Dense", units=10, dtype="object")])


def _texts() -> Iterator[tuple[str, bytes]]:
    """Bytes that are no JSON, or JSON that two readers could read in two ways."""
    yield "nothing", b""
    yield "a number too large to be one", b'{"class_name": 1e999}'
    yield "a number too large for float32", b'{"class_name": 1e308}'
    yield "no JSON", b"<html>"
    yield "a list", b"[]"
    yield "a number", b"3"
    yield "UTF-16", '{"class_name": "Sequential"}'.encode("utf-16")
    yield "broken UTF-8", b'{"class_name": "\xff\xfe"}'
    yield "a hundred thousand brackets", b"[" * 100_000
    yield "a hundred thousand objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "65 deep", b'{"config":' * 65 + b"1" + b"}" * 65
    yield "a key twice", b'{"class_name": "Sequential", "class_name": "Functional", "config": {}}'
    yield "NaN", b'{"class_name": NaN}'
    yield "Infinity", b'{"class_name": -Infinity}'
    yield "a number of 5,000 digits", b'{"class_name": ' + b"9" * 5000 + b"}"
    yield "9 MB", b'{"class_name": "' + b"a" * 9_000_000 + b'"}'
    yield "half of an object", b'{"class_name": "Sequential", "config": {"layers": [{"class_na'
    yield "two objects", b"{} {}"
    yield (
        "a key twice in two spellings",
        b'{"class_name": "Sequential", "class\\u005fname": "Functional", "config": {}}',
    )
    yield "brackets behind a backslash", b'{"a\\\\": ' + b"[" * 100_000
    yield "a mark of its byte order", b"\xef\xbb\xbf{}"
    yield "a million empty objects", b"[" + b"{}," * 1_000_000 + b"{}]"


def _shapes() -> Iterator[tuple[str, Any]]:
    strange = {
        "a million pixels": [None, 1024, 1024, 3], "65 rows": [None, 65, 64, 3], "4 channels": [None, 28, 28, 4],
        "2 channels": [None, 28, 28, 2], "a row of 785 values": [None, 785],
        "65 rows without channels": [None, 65, 28], "a row of 65": [None, 65 * 65],
        "columns of any number": [None, 28, None], "a row of any number": [None, None], "one axis": [None],
        "a film": [None, 10, 28, 28, 1], "nothing": [], "any size": [None, None, None, 3], "no rows": [None, 0, 28, 1],
        "negative": [None, -28, 28, 1], "words": [None, "28", 28, 1], "a true side": [None, True, 28, 1],
        "half a side": [None, 28.5, 28, 1], "huge": [None, 2**62, 28, 1], "an object": {"rows": 28},
        "twelve axes": [None, *[2] * 12], "nested": [[None, 28, 28, 1]],
    }  # fmt: skip
    for name, shape in strange.items():
        yield f"an input of {name}", model([layer("InputLayer", batch_shape=shape), FLATTEN, DENSE])
    yield "a sparse input", model([layer("InputLayer", batch_shape=[None, 28, 28, 1], sparse=True), FLATTEN, DENSE])
    yield (
        "a build shape that is huge",
        model([PICTURE, FLATTEN, {**DENSE, "build_config": {"input_shape": [None, 2**40]}}]),
    )
    channels = layer("Conv2D", filters=4, kernel_size=[3, 3], data_format="channels_first")
    yield "channels first", model([PICTURE, channels, FLATTEN, DENSE])


def _numbers() -> Iterator[tuple[str, Any]]:
    for key, value in (("units", 10**12), ("units", -(10**9)), ("units", 1e999), ("units", "ten" * 100),
                       ("use_bias", {"a": 1})):  # fmt: skip
        yield (
            f"{key} of {str(value)[:12]}",
            model([PICTURE, FLATTEN, layer("Dense", **{"units": 10, key: value}), DENSE]),
        )
    conv = layer("Conv2D", filters=2**30, kernel_size=[3, 3])
    yield "a thousand million filters", model([PICTURE, conv, FLATTEN, DENSE])
    window = layer("Conv2D", filters=1, kernel_size=[10**6, 10**6])
    yield "a window of a million", model([PICTURE, window, FLATTEN, DENSE])
    yield "padding of a million", model([PICTURE, layer("ZeroPadding2D", padding=[10**6, 10**6]), FLATTEN, DENSE])
    many = layer("Normalization", mean=[0.0] * 30_000, variance=[1.0] * 30_000)
    yield "thirty thousand means", model([PICTURE, many, FLATTEN, DENSE])
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    yield "lists in lists", model([PICTURE, layer("Reshape", target_shape=deep), FLATTEN, DENSE])
    yield "many layers", model([PICTURE, *[{**FLATTEN, "config": {"name": f"f{n}"}} for n in range(2000)], DENSE])
    nested = model(LAYERS)
    for _ in range(8):
        nested = model([nested])
    yield "models within models", nested


def _graphs() -> Iterator[tuple[str, Any]]:
    first, second = (layer("Dense", units=10) | {"config": {"name": name, "units": 10}} for name in ("a", "b"))
    picture, flat = placed(PICTURE), placed(FLATTEN, "inputlayer")
    yield "a circle", functional([picture, placed(first, "b"), placed(second, "a")], outputs=["b", 0, 0])
    yield "a layer that reads itself", functional([picture, placed(first, "a")], outputs=["a", 0, 0])
    yield "a layer that is not there", functional([picture, placed(first, "nobody")], outputs=["a", 0, 0])
    yield "an answer that is not there", functional([picture, flat, placed(DENSE, "flatten")], outputs=["nobody", 0, 0])
    yield "a name twice", functional([picture, flat, placed(DENSE, "flatten"), placed(DENSE, "flatten")])
    two = [["dense", 0, 0], ["flatten", 0, 0]]
    yield "two answers", functional([picture, flat, placed(DENSE, "flatten")], outputs=two)
    other = layer("InputLayer", batch_shape=[None, 28, 28, 1]) | {"config": {**PICTURE["config"], "name": "other"}}
    inputs = [["inputlayer", 0, 0], ["other", 0, 0]]
    yield "two pictures", functional([picture, placed(other), flat, placed(DENSE, "flatten")], inputs=inputs)
    node = copy.deepcopy(placed(DENSE, "inputlayer"))
    node["inbound_nodes"][0]["args"][0]["config"]["keras_history"] = ["inputlayer", 10**9, 0]
    yield "a call that is not there", functional([picture, node])
    for key, value in (("training", True), ("mask", 1), ("return_attention_scores", True), ("__class__", "os")):
        node = copy.deepcopy(placed(DENSE, "inputlayer"))
        node["inbound_nodes"][0]["kwargs"][key] = value
        yield f"a call with {key}", functional([picture, node])
    state = placed(DENSE, "flatten")
    state["inbound_nodes"][0]["kwargs"]["initial_state"] = state["inbound_nodes"][0]["args"][0]
    yield "a state that is given", functional([picture, flat, state])
    inner = functional([picture, flat, placed(DENSE, "flatten")], outputs=[["dense", 0, 0], ["flatten", 0, 0]])
    inner["config"]["name"] = "inner"
    whole = functional([picture, placed(inner, "inputlayer"), placed(DENSE, "inner")], outputs=["dense", 0, 7])
    yield "the eighth answer", {**whole, "config": {**whole["config"], "output_layers": ["dense", 0, 10**6]}}
    for name, nodes in (
        ("text", "abc"),
        ("a number", 3),
        ("many", [[]] * 5000),
        ("old with code", [[["a", 0, 0, {"f": 1}]]]),
    ):
        yield f"calls that are {name}", functional([picture, {**placed(DENSE), "inbound_nodes": nodes}])


def _records() -> Iterator[tuple[str, Any]]:
    change: dict[str, Callable[[Config], Any]] = {
        "no class": lambda found: found.pop("class_name"), "no configuration": lambda found: found.pop("config"),
        "layers whose class is an object": lambda found: found["config"]["layers"][1].update(class_name={"a": 1}),
        "a class that is a list": lambda found: found.update(class_name=["Sequential"]),
        "a configuration of null": lambda found: found.update(config=None),
        "no layers": lambda found: found["config"].update(layers=[]),
        "layers that are an object": lambda found: found["config"].update(layers={"0": {}}),
        "layers that are words": lambda found: found["config"].update(layers=["Dense"] * 3),
        "a module that is a number": lambda found: found.update(module=3),
        "a name of a slash": lambda found: found["config"].update(name="../../model"),
        "a name of a megabyte": lambda found: found["config"].update(name="a" * 10**6),
        "a name with a line's end": lambda found: found["config"].update(name="a\nb"),
        "a name written backwards": lambda found: found["config"].update(name="a\u202eb"),
        "half a character": lambda found: found["config"].update(name="\ud800"),
    }  # fmt: skip
    for name, apply in change.items():
        found = copy.deepcopy(model(LAYERS))
        apply(found)
        yield name, found
    for key in ("__class__", "__import__", "a b", "\u0430ctivation\u200b"):
        yield f"a key {key!a}", model([PICTURE, FLATTEN, layer("Dense", **{"units": 10, key: 1})])
    for key in ("stateful", "return_state"):
        yield f"an LSTM that is {key}", model([PICTURE, layer("LSTM", units=4, **{key: True}), DENSE])
