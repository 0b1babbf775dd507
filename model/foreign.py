"""Layers of Keras's own that Strata has no description for: computed by Keras in a worker, never in the browser.

Only classes of a list, which run no code of a file; their configuration is JSON text and is checked here before Keras
sees it. No Keras in this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from model.shapes import NetworkError, Shape

KERAS_CLASSES: Final = frozenset({
    "ActivityRegularization", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D", "AveragePooling1D", "AveragePooling2D", "BatchNormalization", "Bidirectional",
    "CenterCrop", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Cropping1D", "Cropping2D", "Dense",
    "DepthwiseConv1D", "DepthwiseConv2D", "ELU", "EinsumDense", "GRU", "GRUCell", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GroupNormalization", "GroupQueryAttention",
    "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "MaxPooling1D", "MaxPooling2D", "MultiHeadAttention",
    "Normalization", "PReLU", "Permute", "RMSNormalization", "RNN", "ReLU", "RepeatVector", "Rescaling", "Resizing",
    "SeparableConv1D", "SeparableConv2D", "SimpleRNN", "SimpleRNNCell", "Softmax", "StackedRNNCells",
    "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D", "ZeroPadding1D",
})  # fmt: skip
"""Keras's classes that may be a keras_layer: none takes functions, reads files or keeps state between pictures."""
SELF_ATTENTION: Final = frozenset({"MultiHeadAttention", "GroupQueryAttention"})
"""Classes that are given their one input twice, as query and as value."""
_PARTS: Final = frozenset({
    "Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer",
    "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal", "RandomUniform",
    "TruncatedNormal", "VarianceScaling", "Zeros",
    "L1", "L2", "L1L2", "OrthogonalRegularizer", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm", "DTypePolicy",
})  # fmt: skip
_MODULES: Final = frozenset({
    "keras", "keras.layers", "keras.initializers", "keras.regularizers", "keras.constraints", "keras.dtype_policies",
})  # fmt: skip
_TEXT_MOST: Final = 100_000
_DEEP_MOST: Final = 12
_NUMBER_MOST: Final = 1e9
_COUNT_MOST: Final = 65_536  # units and the like: Keras makes room for them before anybody can look at the weights


@dataclass(frozen=True, slots=True)
class KerasLayer:
    """A built-in layer of Keras. config: its configuration as JSON text; shape: what it makes of its input.

    weights: (name, shape) of each, in the order in which Keras keeps them; model.building names them.
    """

    name: str
    class_name: str
    config: str
    shape: Shape
    weights: tuple[tuple[str, Shape], ...] = ()
    kind: Literal["keras_layer"] = "keras_layer"

    def output_shape(self, shape: Shape) -> Shape:
        """What the description says; model.building holds Keras to it."""
        if self.class_name not in KERAS_CLASSES:
            raise NetworkError(
                f"Layer {self.name}: expected one of Keras's own classes that Strata runs, received "
                f"{self.class_name[:60]!r}. Leave it out or take another."
            )
        checked_config(self.name, self.config)
        if not 1 <= len(self.shape) <= 3 or min(self.shape) < 1:
            raise NetworkError(f"Layer {self.name}: expected one to three sides of at least 1, received {self.shape}.")
        names = [name for name, _ in self.weights]
        if len(set(names)) < len(names) or any(not name or "/" in name for name in names):
            raise NetworkError(f"Layer {self.name}: expected different names of weights without a slash.")
        return self.shape

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """As described."""
        return dict(self.weights)


def checked_config(layer: str, text: str) -> dict[str, Any]:
    """The configuration as plain data; raises NetworkError for what is not JSON, too much, or names another's code."""
    if len(text) > _TEXT_MOST:
        raise NetworkError(f"Layer {layer}: expected at most {_TEXT_MOST:,} letters of configuration.")
    try:
        found = json.loads(text)
        for key, value in _every("", found, 0):
            _check(layer, key, value)
    except (ValueError, RecursionError) as error:
        raise NetworkError(f"Layer {layer}: its configuration cannot be read. Expected JSON of Keras's.") from error
    if not isinstance(found, dict):
        raise NetworkError(f"Layer {layer}: expected a configuration with fields, received {type(found).__name__}.")
    return found


def _every(key: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """The value and all within it, each with the name of its field."""
    if depth > _DEEP_MOST:
        raise RecursionError
    yield key, value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _every(name, each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _every(key, each, depth + 1)


def _check(layer: str, key: str, value: Any) -> None:
    if isinstance(value, int | float) and not -_NUMBER_MOST <= value <= _NUMBER_MOST:  # NaN is not between either
        raise NetworkError(f"Layer {layer}: a number of its configuration is beyond a thousand million.")
    if isinstance(value, int) and abs(value) > _COUNT_MOST and key != "seed":
        raise NetworkError(f"Layer {layer}: expected at most {_COUNT_MOST:,} for {key[:40]!r}, received {value:,}.")
    if key == "unroll" and value:  # thousands of copies of the layer, for the same values
        raise NetworkError(f"Layer {layer} is unrolled. Expected a loop, which computes the same. Leave unroll out.")
    if not isinstance(value, dict) or not value.keys() & {"class_name", "module", "registered_name"}:
        return
    class_name, module = value.get("class_name"), value.get("module", "keras")
    registered = value.get("registered_name")
    known = isinstance(class_name, str) and class_name in KERAS_CLASSES | _PARTS
    if not known or module not in _MODULES or registered not in (None, class_name):
        raise NetworkError(
            f"Layer {layer}: expected parts of Keras's own alone in its configuration, received "
            f"{str(class_name)[:60]!r} of {str(module)[:60]!r}."
        )
