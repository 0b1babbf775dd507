"""A network and its weights as an ONNX model, for the benchmark against onnxruntime-web."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model.networks import Conv2D, Dense, Flatten, MaxPool2D, Network, NetworkError, PlacedLayer

OPSET = 17
INPUT = "input"


def onnx_model(network: Network, weights: Mapping[str, np.ndarray], *, all_layers: bool) -> bytes:
    """The serialised model: float32 input (1, channels, rows, columns), batch 1.

    Outputs carry the names of their layers: the last layer's alone, or with `all_layers` every one but flatten. ONNX
    puts the channels first, so the rows of the first dense kernel are put in that order, and no value is moved.
    Raises NetworkError for a layer that the standard network does not have.
    """
    graph = _Graph(weights)
    rows, columns, channels = network.input_shape
    graph.last = INPUT
    for placed in network.placed():
        graph.add(placed)
    made = [placed for placed in network.placed() if not isinstance(placed.layer, Flatten)]
    shapes = {placed.layer.name: _channels_first(placed.output_shape) for placed in made}
    wanted = list(shapes) if all_layers else list(shapes)[-1:]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            network.name,
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, channels, rows, columns])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in wanted],
            graph.tensors,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,  # of the same age as the opset; onnxruntime reads no newer one than it knows
    )
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _channels_first(shape: tuple[int, ...]) -> list[int]:
    return [1, *shape[-1:], *shape[:-1]]


class _Graph:
    """Nodes and tensors so far; `last` is the name of the latest value."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self.last = ""
        self.flattened: tuple[int, ...] | None = None  # the picture that a flatten layer has just made a row of

    def add(self, placed: PlacedLayer) -> None:
        layer = placed.layer
        match layer:
            case Conv2D(padding="valid"):
                kernel = self.weights[f"{layer.name}/kernel"].transpose(3, 2, 0, 1)  # filters, channels, rows, columns
                self._node("Conv", layer.name, layer.activation, kernel, strides=layer.strides)
            case MaxPool2D(padding="valid"):
                self._node("MaxPool", layer.name, "linear", kernel_shape=layer.pool_size, strides=layer.strides)
            case Flatten():
                self._node("Flatten", layer.name, "linear")
                self.flattened = placed.input_shape
            case Dense():
                kernel = self.weights[f"{layer.name}/kernel"]
                if self.flattened is not None:
                    places = np.arange(math.prod(self.flattened)).reshape(self.flattened)
                    kernel = kernel[places.transpose(2, 0, 1).ravel()]
                    self.flattened = None
                self._node("Gemm", layer.name, layer.activation, kernel)
            case _:
                raise NetworkError(f"Layer {layer.name}: expected a layer of the standard network, received {layer}.")

    def _node(
        self, operation: str, name: str, activation: str, kernel: np.ndarray | None = None, **fields: Any
    ) -> None:
        inputs = [self.last]
        if kernel is not None:
            for weight, values in (("kernel", kernel), ("bias", self.weights[f"{name}/bias"])):
                tensor = np.ascontiguousarray(values, np.float32)
                self.tensors.append(numpy_helper.from_array(tensor, f"{name}/{weight}"))
                inputs.append(f"{name}/{weight}")
        sums = name if activation == "linear" else f"{name}/sums"
        self.nodes.append(helper.make_node(operation, inputs, [sums], **fields))
        if activation != "linear":
            self.nodes.append(helper.make_node(activation.capitalize(), [sums], [name]))
        self.last = name
