"""Layers around other layers: what is within is walked through as strictly as what stands by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.model.hostile_configs import DENSE, LAYERS, PICTURE, layer, model


def cases() -> Iterator[tuple[str, Any]]:
    """Configurations by name, each refused before Keras is imported."""
    lstm = layer("LSTM", units=2)
    for name, inner in (
        ("itself", layer("Bidirectional", layer=lstm)), ("a model", model(LAYERS)), ("words", "LSTM"),
        ("a list", [lstm]),
        ("attention", layer("MultiHeadAttention", num_heads=2, key_dim=2)), ("a picture", PICTURE),
        ("another's", {**lstm, "module": "evil"}), ("a registered one", {**lstm, "registered_name": "evil>LSTM"}),
        ("one that keeps its state", layer("LSTM", units=2, stateful=True)),
        ("one with code", layer("LSTM", units=2, activation={"class_name": "__lambda__", "config": {"code": "4w=="}})),
        ("an operation", layer("Add", "keras.src.ops.numpy")),
    ):  # fmt: skip
        for wrapper in ("Bidirectional", "TimeDistributed"):
            yield f"a {wrapper} of {name}", model([PICTURE, layer(wrapper, layer=inner), DENSE])
    backward = layer("Bidirectional", layer=lstm, backward_layer=layer("Lambda", function="os.system"))
    yield "a Lambda on the way back", model([PICTURE, backward, DENSE])
    yield "a layer within one that wraps none", model([PICTURE, layer("Flatten", layer=lstm), DENSE])
