"""HDF5 files that lead elsewhere, hold what is no number, or do not fit their configuration."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.model import hostile_archives, hostile_configs
from tests.model.hostile_configs import DENSE, FLATTEN, PICTURE, layer, model, placed

Write = Callable[[h5py.File], Any]


def whole(config: Any, write: Write = lambda file: None, **options: Any) -> bytes:
    """An .h5 file of a whole model, as Keras 2 wrote it."""
    stream = io.BytesIO()
    with h5py.File(stream, "w", **options) as file:
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        write(file)
    return stream.getvalue()


def cases(marker: Path) -> Iterator[tuple[str, bytes]]:
    """Each is refused in the process, before Keras is imported there."""
    good = model([PICTURE, FLATTEN, DENSE])
    for name, write in _written(marker).items():
        yield f"h5 with {name}", whole(good, write)
    for name in ("a link to another file", "an array of objects", "NaN", "a circle of groups"):
        yield f".keras with {name}", hostile_archives.packed(good, whole(None, _written(marker)[name]))
    content = whole(good, lambda file: file.create_dataset("a", data=np.zeros((50, 50), np.float32)))
    for part in (1, 3, 6, 9):
        yield f"h5 truncated after {part} tenths", content[: len(content) * part // 10]
    yield "h5 of noise", b"\x89HDF\r\n\x1a\n" + np.random.default_rng(1).bytes(4000)
    yield "h5 without a model", whole(None)
    yield "h5 with a configuration that is no JSON", whole("{")
    yield "h5 with a Lambda", whole(model([PICTURE, hostile_configs.lambda_layer(marker), FLATTEN, DENSE]))
    legacy = {"class_name": "Lambda", "config": {"name": "l", "function": [hostile_configs.code(marker), None, None]}}
    yield "h5 of Keras 2 with a Lambda", whole({"class_name": "Sequential", "config": [legacy]})
    yield "h5 with another's class", whole({"class_name": "evil>Model", "config": {}})
    yield "h5 of 70 deep JSON", whole('{"a":' * 70 + "1" + "}" * 70)
    yield "h5 behind a zip's first bytes", b"PK\x03\x04" + bytes(508) + whole(good, userblock_size=512)[512:]
    long = whole(json.dumps(good)[:-1] + " " * 9_000_000 + "}", libver="latest")
    yield "h5 with a configuration of 9 MB", long
    yield (
        "h5 with a nested Lambda in a wrapper",
        whole(model([PICTURE, layer("TimeDistributed", layer=hostile_configs.lambda_layer(marker)), DENSE])),
    )
    yield "h5 with a configuration of numbers", whole(None, lambda file: file.attrs.update(model_config=np.zeros(9)))


def _written(marker: Path) -> dict[str, Write]:
    words = h5py.string_dtype()

    def circle(file: h5py.File) -> None:
        group = file.create_group("a/b")
        group["back"] = file["a"]

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4,), np.float32)
        layout[:] = h5py.VirtualSource("/etc/passwd", "data", (4,))
        file.create_virtual_dataset("a", layout)

    def deep(file: h5py.File) -> None:
        file.create_group("/".join("g" * 60))

    return {
        "a link to another file": lambda file: file.update(a=h5py.ExternalLink("/etc/passwd", "/")),
        "a soft link": lambda file: file.update(a=h5py.SoftLink("/model_weights")),
        "a link to nothing": lambda file: file.update(a=h5py.SoftLink("/nowhere")),
        "an array of another file": lambda file: file.create_dataset(
            "a", (16,), np.uint8, external=[("/etc/passwd", 0, 16)]
        ),
        "a virtual array": virtual,
        "an array of objects": lambda file: file.create_dataset("a", data=["import os"] * 20, dtype=words),
        "pickled bytes": lambda file: file.create_dataset("a", data=np.void(hostile_archives.pickled(marker))),
        "a compound array": lambda file: file.create_dataset("a", data=np.zeros(3, [("x", "f4"), ("y", "i4")])),
        "references": lambda file: file.create_dataset("a", (3,), h5py.ref_dtype),
        "a filter of its own": lambda file: file.create_dataset("a", data=np.zeros(99), compression="lzf", chunks=(9,)),
        "a circle of groups": circle,
        "groups sixty deep": deep,
        "a group for each of 6,100": lambda file: [file.create_group(f"g/{place}") for place in range(6_100)],
        "a million million numbers": lambda file: file.create_dataset("a", (10**6, 10**6), "f4", chunks=(100, 100)),
        "a piece of 256 MB": lambda file: file.create_dataset(
            "a", (9,), "f4", maxshape=(None,), chunks=(2**26,), compression="gzip"
        ),
        "NaN": lambda file: file.create_dataset("a", data=np.array([0, np.nan], np.float32)),
        "infinity": lambda file: file.create_dataset("a", data=np.array([np.inf], np.float16)),
        "complex numbers": lambda file: file.create_dataset("a", data=np.zeros(3, np.complex64)),
        "an attribute for each of 10,000": lambda file: [file.attrs.create(f"a{n}", 0) for n in range(10_000)],
        "an array that says it is huge and holds nothing": lambda file: file.create_dataset("a", (2**31, 2**10), "f4"),
        "very many empty arrays": lambda file: [file.create_dataset(f"a{n}", (0,), "f4") for n in range(6_100)],
        "an array without a shape": lambda file: file.create_dataset("a", data=h5py.Empty("f4")),
        "arrays in an array": lambda file: file.create_dataset("a", (3,), np.dtype(("f4", (2**10,)))),
        "lists of any length": lambda file: file.create_dataset("a", (3,), h5py.vlen_dtype(np.float32)),
        "a named type": lambda file: file.update(a=np.dtype("f4")),
        "an attribute of pickled bytes": lambda file: file.attrs.update(a=np.void(hostile_archives.pickled(marker))),
        "nine axes": lambda file: file.create_dataset("a", (1,) * 9, "f4"),
    }


def keras_cases() -> Iterator[tuple[str, Any, bytes]]:
    """(name, configuration, weights) that only Keras can tell from good ones."""
    dense = {"layers/dense/vars/0": np.zeros((784, 10), np.float32), "layers/dense/vars/1": np.zeros(10, np.float32)}
    good = model([PICTURE, FLATTEN, DENSE])
    pack = hostile_archives.weights
    moved = {f"layers/batch_normalization/vars/{place}": np.ones(1, np.float32) for place in range(4)} | dense
    normalized = model([PICTURE, layer("BatchNormalization", axis=-1), FLATTEN, DENSE])
    yield "weights of another shape", good, pack({**dense, "layers/dense/vars/0": np.zeros((7, 10), np.float32)})
    huge = [layer("Dense", units=60_000) | {"config": {"name": f"d{n}", "units": 60_000}} for n in range(3)]
    yield "more memory than there is", model([PICTURE, FLATTEN, *huge, DENSE]), pack(dense)
    yield "weights that are missing", good, pack({})
    lies = {**DENSE, "build_config": {"input_shape": [None, 3]}}
    yield (
        "a build shape that is not true",
        model([PICTURE, FLATTEN, lies]),
        pack({**dense, "layers/dense/vars/0": np.zeros((3, 10), np.float32)}),
    )
    yield (
        "a thousand classes",
        model([PICTURE, FLATTEN, layer("Dense", units=1000)]),
        pack(
            {
                "layers/dense/vars/0": np.zeros((784, 1000), np.float32),
                "layers/dense/vars/1": np.zeros(1000, np.float32),
            }
        ),
    )
    yield "a variance below zero", normalized, pack({**moved, "layers/batch_normalization/vars/3": -np.ones(1, "f4")})
    yield "weights that overflow", good, pack({**dense, "layers/dense/vars/0": np.full((784, 10), 3e38, np.float32)})
    for name, records in {
        "no units": [FLATTEN, layer("Dense", units=0)],
        "a window of nothing": [layer("Conv2D", filters=1, kernel_size=[0, 0]), FLATTEN],
        "strides of nothing": [layer("MaxPooling2D", strides=[0, 0]), FLATTEN],
        "groups of nothing": [layer("GroupNormalization", groups=0), FLATTEN],
        "cropped to less than nothing": [layer("Cropping2D", cropping=[[20, 20], [20, 20]]), FLATTEN],
        "sides that nobody knows": [layer("Reshape", target_shape=[-1, -1])],
        "a variance of words": [layer("Normalization", mean=["a"], variance=["b"]), FLATTEN],
        "a deviation of nothing": [layer("Normalization", mean=[0.0], variance=[-1.0], axis=-1), FLATTEN],
        "an equation that is none": [layer("EinsumDense", equation="->->", output_shape=[3]), FLATTEN],
        "an equation of one letter": [layer("EinsumDense", equation="a" * 90, output_shape=[3]), FLATTEN],
        "attention in a chain": [layer("MultiHeadAttention", num_heads=2, key_dim=2), FLATTEN],
        "a recurrent layer of maps": [layer("LSTM", units=2), FLATTEN],
        "an axis that is not there": [layer("LayerNormalization", axis=[9]), FLATTEN],
        "an option that is not there": [layer("Flatten", shutdown=True)],
    }.items():
        yield name, model([PICTURE, *records, DENSE]), pack(dense)
    flat, twice = placed(FLATTEN, "inputlayer"), placed(layer("Dense", units=784), "flatten")
    node = json.loads(json.dumps(twice["inbound_nodes"][0]).replace("flatten", "dense"))
    twice["inbound_nodes"].append(node)
    shared = hostile_configs.functional([placed(PICTURE), flat, twice], outputs=["dense", 1, 0])
    yield (
        "a layer in two places",
        shared,
        pack(
            {"layers/dense/vars/0": np.zeros((784, 784), np.float32), "layers/dense/vars/1": np.zeros(784, np.float32)}
        ),
    )
