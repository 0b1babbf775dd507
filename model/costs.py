"""What a layer costs: memory for its weights and values, and multiplications for one picture. No Keras."""

from __future__ import annotations

import math

from model.networks import Network, PlacedLayer

BYTES = 4
"""A value in float32, as networks are run."""
_ONE_A_VALUE = {"batch_normalization", "rescaling"}
"""A factor and a summand for each value, once what is constant has been put together."""


def weight_bytes(placed: PlacedLayer) -> int:
    """Memory of its weights."""
    return BYTES * placed.parameters


def activation_bytes(placed: PlacedLayer) -> int:
    """Memory of what it makes of one picture."""
    return BYTES * math.prod(placed.output_shape)


def multiply_adds(placed: PlacedLayer) -> int | None:
    """Multiplications, each with its addition, for one picture; None for a layer that only Keras knows.

    Every kernel, whole, at every place of the output (padding counts as if it were picture), and one for each value
    where values are scaled. Comparing, adding, dividing and activation functions are not counted.
    """
    if placed.layer.kind == "keras_layer":
        return None
    if placed.layer.kind in _ONE_A_VALUE:
        return math.prod(placed.output_shape)
    kernels = [shape for name, shape in placed.weight_shapes.items() if name.endswith("kernel")]
    return math.prod(placed.output_shape[:-1]) * sum(map(math.prod, kernels))


def total_multiply_adds(network: Network) -> tuple[int, bool]:
    """Those of all layers, and whether every layer is among them."""
    counted = [multiply_adds(placed) for placed in network.placed()]
    return sum(count for count in counted if count is not None), None not in counted
