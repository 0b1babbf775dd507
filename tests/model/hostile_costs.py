"""Small files whose models would take hours or all memory: what one picture costs is counted before it is computed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import h5py

from tests.model.hostile_configs import DENSE, FLATTEN, Config, layer, model, placed

Shapes = dict[str, tuple[int, ...]]


def cases() -> Iterator[tuple[str, Any, bytes, str]]:
    """(name, configuration, weights, words of the reason)."""
    yield from _attending()
    yield from _recurrent()
    yield from _multiplying()
    yield from _growing()


def _weights(shapes: Shapes) -> bytes:
    """Zeros that take no room in the file."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for name, shape in shapes.items():
            file.create_dataset(f"layers/{name}", shape, "f4")
    return stream.getvalue()


def _picture(side: int, channels: int = 1) -> Config:
    return layer("InputLayer", batch_shape=[None, side, side, channels])


def _reshape(*shape: int) -> Config:
    return layer("Reshape", target_shape=list(shape))


def _classified(inputs: int) -> Shapes:
    return {"dense/vars/0": (inputs, 10), "dense/vars/1": (10,)}


def _attention(name: str, places: int, heads: int, key_dim: int) -> tuple[Config, Shapes]:
    """The record in a graph, after `reshape`, and its weights' shapes; one feature a place."""
    record = layer("MultiHeadAttention", num_heads=heads, key_dim=key_dim)
    record["config"]["name"] = name
    shapes = [None, places, 1]
    record["build_config"] = {"shapes_dict": {"query_shape": shapes, "value_shape": shapes}}
    found: Shapes = {}
    for part in ("query", "key", "value"):
        found |= {f"{part}_dense/vars/0": (1, heads, key_dim), f"{part}_dense/vars/1": (heads, key_dim)}
    return record, found | {"output_dense/vars/0": (heads, key_dim, 1), "output_dense/vars/1": (1,)}


def _attending() -> Iterator[tuple[str, Any, bytes, str]]:
    for name, side, heads, key_dim, count in (
        ("scores of a million million", 64, 512, 1, 1),
        ("three layers of 16 heads over every pixel", 28, 16, 1, 3),
        ("one place with keys of 60,000", 28, 64, 60_000, 1),
    ):
        records = [placed(_picture(side)), placed(_reshape(side * side, 1), "inputlayer")]
        before, shapes = "reshape", _classified(side * side)
        for place in range(count):
            one = f"attention{place}"
            record, found = _attention(one, side * side, heads, key_dim)
            records.append(placed(record, before, before))
            kept = "multi_head_attention" + (f"_{place}" if place else "")
            shapes |= {f"{kept}/{weight}": shape for weight, shape in found.items()}
            before = one
        records += [placed(FLATTEN, before), placed(DENSE, "flatten")]
        graph = {"name": "model", "layers": records, "input_layers": ["inputlayer", 0, 0],
                 "output_layers": ["dense", 0, 0]}  # fmt: skip
        record = {"module": "keras.src.models.functional", "class_name": "Functional", "config": graph}
        yield name, {**record, "registered_name": "Functional"}, _weights(shapes), "of one picture while they compute"


def _cell(path: str, inputs: int, units: int, gates: int) -> Shapes:
    return {
        f"{path}/vars/0": (inputs, gates * units),
        f"{path}/vars/1": (units, gates * units),
        f"{path}/vars/2": (gates * units,),
    }


def _recurrent() -> Iterator[tuple[str, Any, bytes, str]]:
    pixels = [_picture(64), _reshape(4096, 1)]
    first = layer("LSTM", units=2, return_sequences=True)
    second = {**layer("LSTM", units=2), "config": {"name": "second", "units": 2}}
    shapes = _cell("lstm/cell", 1, 2, 4) | _cell("lstm_1/cell", 2, 2, 4) | _classified(2)
    yield "two recurrent layers over every pixel", model([*pixels, first, second, DENSE]), _weights(shapes), "8,192"
    unrolled = layer("LSTM", units=2, unroll=True, return_sequences=True)
    yield "the same unrolled", model([*pixels, unrolled, {**second, "config": {**second["config"], "unroll": True}},
                                      DENSE]), _weights(shapes), "8,192 steps"  # fmt: skip
    inner = layer("LSTM", units=2)
    both = _cell("bidirectional/forward_layer/cell", 1, 2, 4) | _cell("bidirectional/backward_layer/cell", 1, 2, 4)
    yield (
        "every pixel from both ends",
        model([*pixels, layer("Bidirectional", layer=inner, backward_layer=None), DENSE]),
        _weights(both | _classified(4)),
        "8,192 steps",
    )
    wide = layer("GRU", units=2_000)
    yield (
        "a wide recurrent layer over patches",
        model([_picture(64), _reshape(512, 8), wide, DENSE]),
        _weights(
            {
                "gru/cell/vars/0": (8, 6_000),
                "gru/cell/vars/1": (2_000, 6_000),
                "gru/cell/vars/2": (2, 6_000),
                **_classified(2_000),
            }
        ),
        "multiplies 6,1",
    )


def _multiplying() -> Iterator[tuple[str, Any, bytes, str]]:
    conv = layer("Conv2D", filters=512, kernel_size=[41, 41], padding="same")
    yield (
        "windows of 41",
        model([_picture(64, 3), conv, FLATTEN, DENSE]),
        _weights({"conv2d/vars/0": (41, 41, 3, 512), "conv2d/vars/1": (512,), **_classified(64 * 64 * 512)}),
        "multiplies",
    )
    pool = layer("MaxPooling2D", pool_size=[64, 64], strides=[1, 1], padding="same")
    conv = layer("Conv2D", filters=256, kernel_size=[1, 1])
    yield (
        "the largest of 4,096 everywhere",
        model([_picture(64), conv, pool, layer("GlobalMaxPooling2D"), DENSE]),
        _weights({"conv2d/vars/0": (1, 1, 1, 256), "conv2d/vars/1": (256,), **_classified(256)}),
        "multiplies",
    )


def _growing() -> Iterator[tuple[str, Any, bytes, str]]:
    halves = layer("SeparableConv2D", filters=1, kernel_size=[1, 1], depth_multiplier=60_000)
    shapes: Shapes = {
        "separable_conv2d/vars/0": (1, 1, 1, 60_000), "separable_conv2d/vars/1": (1, 1, 60_000, 1),
        "separable_conv2d/vars/2": (1,), **_classified(4096),
    }  # fmt: skip
    yield "a first half of 60,000 maps", model([_picture(64), halves, FLATTEN, DENSE]), _weights(shapes), "compute"
    last = [layer("GlobalMaxPooling2D"), DENSE]
    for name, record in (
        ("repeated a thousand times", layer("UpSampling2D", size=[1000, 1000])),
        ("padded by 60,000", layer("ZeroPadding2D", padding=[[60_000, 0], [60_000, 0]])),
        ("stretched to 60,000", layer("Resizing", height=60_000, width=60_000)),
        ("split into 60,000 places", layer("AdaptiveMaxPooling2D", output_size=[60_000, 60_000])),
    ):
        yield name, model([_picture(8), record, *last]), _weights(_classified(1)), "values of one picture"
    repeat = [layer("RepeatVector", n=60_000), layer("GlobalMaxPooling1D")]
    yield (
        "a row 60,000 times",
        model([_picture(64), FLATTEN, *repeat, DENSE]),
        _weights(_classified(4096)),
        "values of one picture",
    )
