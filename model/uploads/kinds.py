"""What each of Keras's layers becomes among our kinds: one layer, or a few that compute the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import keras
import numpy as np

from model import layers
from model.layers import Layer
from model.shapes import ActivationName
from model.uploads.flattening import Call
from model.uploads.limits import UploadError

Reads = tuple[str | float, ...]
Config = Mapping[str, Any]

_SYNONYMS = {"swish": "silu", "hard_swish": "hard_silu", None: "linear"}
_KNOWN = frozenset(get_args(ActivationName))


@dataclass(frozen=True, slots=True)
class Part:
    """One of our layers. reads: the names of its inputs; weights: float32 arrays by their own names."""

    layer: Layer
    reads: tuple[str, ...]
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)


def plain_name(title: str) -> str:
    """A name that Keras takes, of what a file is called."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", title).strip("_-")[:40] or "model"


def number(values: np.ndarray) -> float | tuple[float, ...]:
    """One number where all channels have the same, else one for each."""
    return float(values.flat[0]) if np.ptp(values) == 0 else tuple(float(value) for value in values.flat)


def parts(call: Call, reads: Reads) -> list[Part] | None:
    """The layers that do what `call` does, the last of which has its output; None where only Keras computes it."""
    inner = getattr(call.operation, "activation", None)
    if not isinstance(inner, keras.Layer):
        return _of_kind(call, reads, type(call.operation))
    # Conv2D(..., activation=LeakyReLU()) is two layers, the second with the first's shapes.
    activation = Call(f"{call.name}.activation", inner, (), (call.output_shape,), call.output_shape, None)
    own, then = _of_kind(call, reads, type(call.operation)), _of_kind(activation, (call.name,), type(inner))
    return None if own is None or then is None else [*own, *then]


def _of_kind(call: Call, reads: Reads, operation: type) -> list[Part] | None:
    make = _OPERATIONS.get(operation.__name__) if ".ops." in operation.__module__ else _LAYERS.get(operation.__name__)
    if make is None:
        return None
    if make is not _merge and make is not _operation_merge and (len(reads) != 1 or not isinstance(reads[0], str)):
        return None
    return make(call, reads)


def _config(call: Call) -> Config:
    config: Config = call.operation.get_config()
    return config


def _weights(call: Call) -> dict[str, np.ndarray]:
    return {variable.name: np.asarray(variable.numpy(), np.float32) for variable in call.operation.weights}


def _names(reads: Reads) -> tuple[str, ...]:
    return tuple(read for read in reads if isinstance(read, str))


def _pair(value: Any) -> tuple[int, int]:
    rows, columns = value if isinstance(value, list | tuple) else (value, value)
    return int(rows), int(columns)


def _activation(config: Config) -> Any:
    """The name of its activation; None for one that we do not know."""
    found = config.get("activation")
    if isinstance(found, dict):
        return "linear"  # a layer of its own, see `parts`
    name = _SYNONYMS.get(found, found) if isinstance(found, str | None) else None
    return name if name in _KNOWN else None


def _convolution(call: Call, reads: Reads) -> list[Part] | None:
    config = _config(call)
    activation, kind = _activation(config), type(call.operation).__name__
    if activation is None or config.get("groups", 1) != 1 or config.get("data_format") == "channels_first":
        return None
    options: dict[str, Any] = {
        "kernel_size": _pair(config["kernel_size"]), "strides": _pair(config["strides"]),
        "padding": config["padding"], "activation": activation, "dilation_rate": _pair(config["dilation_rate"]),
        "use_bias": bool(config["use_bias"]),
    }  # fmt: skip
    layer: Layer
    if kind == "Conv2D":
        layer = layers.Conv2D(call.name, int(config["filters"]), **options)
    elif kind == "DepthwiseConv2D":
        layer = layers.DepthwiseConv2D(call.name, depth_multiplier=int(config["depth_multiplier"]), **options)
    else:
        multiplier = int(config["depth_multiplier"])
        layer = layers.SeparableConv2D(call.name, int(config["filters"]), depth_multiplier=multiplier, **options)
    return [Part(layer, _names(reads), _weights(call))]


def _dense(call: Call, reads: Reads) -> list[Part] | None:
    config, weights, rank = _config(call), _weights(call), len(call.input_shapes[0])
    activation = _activation(config)
    if activation is None or set(weights) - {"kernel", "bias"}:
        return None
    units, use_bias = int(config["units"]), bool(config["use_bias"])
    if rank == 1:
        return [Part(layers.Dense(call.name, units, activation, use_bias), _names(reads), weights)]
    if rank == 3:  # a dense layer at every place is a convolution with a window of one cell
        layer = layers.Conv2D(call.name, units, (1, 1), activation=activation, use_bias=use_bias)
        return [Part(layer, _names(reads), weights | {"kernel": weights["kernel"][None, None]})]
    return None


def _normalization(call: Call, reads: Reads) -> list[Part] | None:
    config, shape = _config(call), call.output_shape
    axis = config["axis"]
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if axis not in (-1, len(shape)):
        return None
    weights = {"gamma": np.ones(shape[-1], np.float32), "beta": np.zeros(shape[-1], np.float32)} | _weights(call)
    return [Part(layers.BatchNormalization(call.name, float(config["epsilon"])), _names(reads), weights)]


def _pool(kind: Callable[..., Layer]) -> Callable[[Call, Reads], list[Part] | None]:
    def make(call: Call, reads: Reads) -> list[Part] | None:
        config = _config(call)
        size = _pair(config["pool_size"])
        strides = size if config["strides"] is None else _pair(config["strides"])
        return [Part(kind(call.name, size, strides, config["padding"]), _names(reads))]

    return make


def _global_pool(kind: Callable[..., Layer]) -> Callable[[Call, Reads], list[Part] | None]:
    return lambda call, reads: [Part(kind(call.name, keepdims=bool(_config(call)["keepdims"])), _names(reads))]


def _activated(name: str) -> Callable[[Call, Reads], list[Part] | None]:
    return lambda call, reads: [Part(layers.Activation(call.name, name), _names(reads))]  # type: ignore[arg-type]


def _activation_layer(call: Call, reads: Reads) -> list[Part] | None:
    name = _activation(_config(call))
    return None if name is None else _activated(name)(call, reads)


def _relu(call: Call, reads: Reads) -> list[Part] | None:
    config = _config(call)
    slope, most = float(config["negative_slope"] or 0), config["max_value"]
    if config["threshold"]:
        return None
    if slope and most is None:
        return _leaky(call, reads, slope)
    names = {None: "relu", 6.0: "relu6"}
    return _activated(names[most])(call, reads) if most in names and not slope else None


def _leaky_relu(call: Call, reads: Reads) -> list[Part] | None:
    return _leaky(call, reads, float(_config(call)["negative_slope"]))


def _leaky(call: Call, reads: Reads, slope: float) -> list[Part] | None:
    """Keras's leaky_relu has a slope of 0.2; another one is the larger of x and slope * x."""
    if slope == 0.2:
        return _activated("leaky_relu")(call, reads)
    if not 0 <= slope <= 1:
        return None
    scaled = f"{call.name}.slope"
    return [
        Part(layers.Rescaling(scaled, slope), _names(reads)),
        Part(layers.Maximum(call.name), (*_names(reads), scaled)),
    ]


def _softmax(call: Call, reads: Reads) -> list[Part] | None:
    axis = _config(call)["axis"]
    return _activated("softmax")(call, reads) if axis in (-1, len(call.output_shape)) else None


def _elu(call: Call, reads: Reads) -> list[Part] | None:
    return _activated("elu")(call, reads) if float(_config(call)["alpha"]) == 1.0 else None


def _merge(call: Call, reads: Reads) -> list[Part] | None:
    kind, names = type(call.operation).__name__, _names(reads)
    if len(names) < 2 or len(names) != len(reads):
        raise UploadError(f"Layer {call.name} merges {len(names)} layers' outputs. Expected at least 2. Wire another.")
    if kind == "Concatenate":
        axis, rank = _config(call)["axis"], len(call.output_shape)
        if axis not in (-1, rank):
            raise UploadError(
                f"Layer {call.name} concatenates along axis {axis}. Expected the last one. Rebuild it that way."
            )
    return [Part(_MERGES[kind](call.name), names)]


def _operation_merge(call: Call, reads: Reads) -> list[Part] | None:
    """x + y of a graph; one of the two may be a number."""
    kind, names = type(call.operation).__name__, _names(reads)
    if len(reads) == 2 and len(names) == 2:
        return [Part(_MERGES[kind](call.name), names)]
    if len(reads) != 2 or len(names) != 1:
        raise UploadError(f"The operation {call.name} reads {len(names)} layers. Expected 1 or 2. Use Keras's layers.")
    value = next(read for read in reads if isinstance(read, float))
    first = isinstance(reads[0], str)
    lines = {
        "Add": (1.0, value),
        "Subtract": (1.0, -value) if first else (-1.0, value),
        "Multiply": (value, 0.0),
    }
    if kind not in lines:
        raise UploadError(f"The operation {call.name} compares with {value:g}. Expected two layers. Use a ReLU layer.")
    return [Part(layers.Rescaling(call.name, *lines[kind]), names)]


def _padding(call: Call, reads: Reads) -> list[Part] | None:
    rows, columns = (_pair(side) for side in call.operation.padding)
    return [Part(layers.ZeroPadding2D(call.name, (rows, columns)), _names(reads))]


def _reshape(call: Call, reads: Reads) -> list[Part] | None:
    return [Part(layers.Reshape(call.name, call.output_shape), _names(reads))]


def _rescale(call: Call, reads: Reads) -> list[Part] | None:
    scale, offset = rescaling(call)
    return [Part(layers.Rescaling(call.name, number(scale), number(offset)), _names(reads))]


def rescaling(call: Call) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset of Keras's Rescaling, float64, one number or one a channel."""
    scale, offset = (np.asarray(getattr(call.operation, name), np.float64) for name in ("scale", "offset"))
    return np.atleast_1d(scale), np.atleast_1d(offset)


def _standardize(call: Call, reads: Reads) -> list[Part] | None:
    """(x - mean) / deviation, or its inverse, with numbers that were adapted to the training data."""
    mean, variance = (np.asarray(getattr(call.operation, name), np.float64).ravel() for name in ("mean", "variance"))
    channels = call.output_shape[-1]
    if len(call.output_shape) != 3 or not {mean.size, variance.size} <= {1, channels}:
        return None
    deviation = np.maximum(np.sqrt(variance), 1e-7)  # Keras's own smallest
    scale, offset = (deviation, mean) if call.operation.invert else (1 / deviation, -mean / deviation)
    wide = [np.broadcast_to(one, channels) for one in (scale, offset)]
    return [Part(layers.Rescaling(call.name, number(wide[0]), number(wide[1])), _names(reads))]


def _up_sampling(call: Call, reads: Reads) -> list[Part] | None:
    config = _config(call)
    if config["interpolation"] != "nearest":
        return None
    return [Part(layers.UpSampling2D(call.name, _pair(config["size"])), _names(reads))]


def _dropout(call: Call, reads: Reads) -> list[Part] | None:
    rate = float(_config(call).get("rate") or 0.0)
    return [Part(layers.Dropout(call.name, min(max(rate, 0.0), 0.99)), _names(reads))]


def _flatten(call: Call, reads: Reads) -> list[Part] | None:
    return [Part(layers.Flatten(call.name), _names(reads))]


_MERGES: dict[str, Callable[[str], Layer]] = {
    "Add": layers.Add, "Subtract": layers.Subtract, "Multiply": layers.Multiply, "Average": layers.Average,
    "Maximum": layers.Maximum, "Minimum": layers.Minimum, "Concatenate": layers.Concatenate,
}  # fmt: skip
_LAYERS: dict[str, Callable[[Call, Reads], list[Part] | None]] = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "SeparableConv2D"), _convolution),
    "Dense": _dense, "BatchNormalization": _normalization, "Flatten": _flatten,
    "MaxPooling2D": _pool(layers.MaxPool2D), "AveragePooling2D": _pool(layers.AveragePool2D),
    "GlobalMaxPooling2D": _global_pool(layers.GlobalMaxPool2D),
    "GlobalAveragePooling2D": _global_pool(layers.GlobalAveragePool2D),
    "Activation": _activation_layer, "ReLU": _relu, "LeakyReLU": _leaky_relu, "Softmax": _softmax, "ELU": _elu,
    **dict.fromkeys(_MERGES, _merge), "ZeroPadding2D": _padding, "Reshape": _reshape, "Rescaling": _rescale,
    "Normalization": _standardize, "UpSampling2D": _up_sampling,
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout",
                     "GaussianNoise"), _dropout),
}  # fmt: skip
_OPERATIONS: dict[str, Callable[[Call, Reads], list[Part] | None]] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Maximum", "Minimum"), _operation_merge),
    "Relu": _activated("relu"), "Relu6": _activated("relu6"), "Silu": _activated("silu"),
    "Sigmoid": _activated("sigmoid"), "Tanh": _activated("tanh"),
}  # fmt: skip
