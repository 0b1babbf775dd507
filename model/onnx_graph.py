"""A network and its weights as an ONNX graph, written layer by layer from the description, without Keras.

Values have Keras's order, channels last, and the names of their layers; ONNX convolves channels first, so it is turned
there and back around each convolution and pooling, which runtimes take out again. Operators:
https://onnx.ai/onnx/operators/

Keras's own export goes through tf2onnx, which has no word for gelu, names values by itself and needs seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model import layers as kinds
from model.networks import INPUT, Network, PlacedLayer
from model.shapes import NetworkError, Padding, Pair, Shape

OPSET = 20
"""The first with gelu; onnxruntime reads it from 1.17 (2024) on."""
_IR_VERSION = 9  # of the same age
_TO_FIRST, _TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {"axis": -1}),
    "elu": ("Elu", {"alpha": 1.0}),
    "selu": ("Selu", {}),
    "gelu": ("Gelu", {"approximate": "none"}),
    "leaky_relu": ("LeakyRelu", {"alpha": 0.2}),
    "softplus": ("Softplus", {}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hard_silu": ("HardSwish", {}),
    "exponential": ("Exp", {}),
    "softsign": ("Softsign", {}),
    "mish": ("Mish", {}),
}
_MERGES: dict[type[kinds.Merge], str] = {
    kinds.Add: "Sum",
    kinds.Subtract: "Sub",
    kinds.Average: "Mean",
    kinds.Maximum: "Max",
    kinds.Minimum: "Min",
}


def onnx_model(network: Network, weights: Mapping[str, np.ndarray]) -> bytes:
    """The serialised model: float32 input "input" (batch, rows, columns, channels), 0..1; output of the last layer.

    weights: float32 by "<layer>/<weight>". Raises NetworkError for a layer that only Keras knows.
    """
    graph = _Graph(weights)
    for placed in network.placed():
        graph.add(placed)
    last = network.placed()[-1]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            network.name or "network",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", *network.input_shape])],
            [helper.make_tensor_value_info(last.layer.name, TensorProto.FLOAT, ["batch", *last.output_shape])],
            graph.tensors,
        ),
        producer_name="Strata",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


class _Graph:
    """Nodes and tensors so far."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def add(self, placed: PlacedLayer) -> None:
        """The nodes of a layer; the value that the last of them makes has the layer's name."""
        layer, read = placed.layer, placed.inputs
        match layer:
            case kinds.Conv2D() | kinds.DepthwiseConv2D() | kinds.SeparableConv2D():
                self._convolution(placed, layer)
            case kinds.Dense():
                sums = self._node("MatMul", [read[0], self._weight(f"{layer.name}/kernel")], f"{layer.name}/products")
                if layer.use_bias:
                    sums = self._node("Add", [sums, self._weight(f"{layer.name}/bias")], f"{layer.name}/sums")
                self._activate(sums, layer.activation, layer.name)
            case kinds.BatchNormalization():
                self._normalization(layer, read[0])
            case kinds.MaxPool2D() | kinds.AveragePool2D():
                self._pool(placed, layer)
            case kinds.GlobalMaxPool2D() | kinds.GlobalAveragePool2D():
                operation = "ReduceMax" if isinstance(layer, kinds.GlobalMaxPool2D) else "ReduceMean"
                axes = self._tensor(f"{layer.name}/axes", np.array([1, 2], np.int64))
                self._node(operation, [read[0], axes], layer.name, keepdims=int(layer.keepdims))
            case kinds.Merge():
                self._merge(layer, read)
            case kinds.KerasLayer():
                raise NetworkError(
                    f"Layer {layer.name} is Keras's own {layer.class_name}. Expected layers that are described here. "
                    "Save the network as .keras instead."
                )
            case _:
                self._weightless(placed, layer)

    def _weightless(self, placed: PlacedLayer, layer: kinds.Layer) -> None:
        read, name = placed.inputs[0], layer.name
        match layer:
            case kinds.Flatten() | kinds.Reshape():
                shape = self._tensor(f"{name}/shape", np.array([-1, *placed.output_shape], np.int64))
                self._node("Reshape", [read, shape], name)
            case kinds.ZeroPadding2D():
                (top, bottom), (left, right) = layer.padding
                pads = np.array([0, top, left, 0, 0, bottom, right, 0], np.int64)
                self._node("Pad", [read, self._tensor(f"{name}/pads", pads)], name)
            case kinds.UpSampling2D():
                scales = self._tensor(f"{name}/scales", np.array([1, *layer.size, 1], np.float32))
                how = {"coordinate_transformation_mode": "asymmetric", "mode": "nearest", "nearest_mode": "floor"}
                self._node("Resize", [read, "", scales], name, **how)
            case kinds.Rescaling():
                scale = self._tensor(f"{name}/scale", np.array(layer.scale, np.float32))
                offset = self._tensor(f"{name}/offset", np.array(layer.offset, np.float32))
                self._node("Add", [self._node("Mul", [read, scale], f"{name}/scaled"), offset], name)
            case kinds.Dropout():
                self._node("Identity", [read], name)
            case kinds.Activation():
                self._activate(read, layer.activation, name)
            case _:
                raise NetworkError(f"Layer {name}: there is no ONNX for the kind {layer.kind}. Save it as .keras.")

    def _convolution(
        self, placed: PlacedLayer, layer: kinds.Conv2D | kinds.DepthwiseConv2D | kinds.SeparableConv2D
    ) -> None:
        name, channels = layer.name, placed.input_shape[-1]
        how = {
            "strides": layer.strides,
            "dilations": layer.dilation_rate,
            "pads": _pads(placed.input_shape, layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate),
        }
        found = self._node("Transpose", [placed.inputs[0]], f"{name}/channels_first", perm=_TO_FIRST)
        bias = [self._weight(f"{name}/bias")] if layer.use_bias else []
        match layer:
            case kinds.Conv2D():
                kernel = self._kernel(f"{name}/kernel", (3, 2, 0, 1))  # filters, channels, rows, columns
                found = self._node("Conv", [found, kernel, *bias], f"{name}/convolved", **how)
            case kinds.DepthwiseConv2D():
                kernel = self._by_channel(f"{name}/kernel")
                found = self._node("Conv", [found, kernel, *bias], f"{name}/convolved", group=channels, **how)
            case kinds.SeparableConv2D():
                kernel = self._by_channel(f"{name}/depthwise_kernel")
                found = self._node("Conv", [found, kernel], f"{name}/depthwise", group=channels, **how)
                pointwise = self._kernel(f"{name}/pointwise_kernel", (3, 2, 0, 1))
                found = self._node("Conv", [found, pointwise, *bias], f"{name}/convolved")
        found = self._node("Transpose", [found], f"{name}/sums", perm=_TO_LAST)
        self._activate(found, layer.activation, name)

    def _pool(self, placed: PlacedLayer, layer: kinds.MaxPool2D | kinds.AveragePool2D) -> None:
        name = layer.name
        how: dict[str, Any] = {
            "kernel_shape": layer.pool_size,
            "strides": layer.strides,
            "pads": _pads(placed.input_shape, layer.pool_size, layer.strides, layer.padding, (1, 1)),
        }
        found = self._node("Transpose", [placed.inputs[0]], f"{name}/channels_first", perm=_TO_FIRST)
        if isinstance(layer, kinds.AveragePool2D):
            found = self._node("AveragePool", [found], f"{name}/pooled", count_include_pad=0, **how)
        else:
            found = self._node("MaxPool", [found], f"{name}/pooled", **how)
        self._node("Transpose", [found], name, perm=_TO_LAST)

    def _normalization(self, layer: kinds.BatchNormalization, read: str) -> None:
        """One factor and one summand a channel: what is constant is put together in float64."""
        gamma, beta, mean, variance = (
            self.weights[f"{layer.name}/{weight}"].astype(np.float64)
            for weight in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        factor = gamma / np.sqrt(variance + layer.epsilon)
        scale = self._tensor(f"{layer.name}/scale", factor.astype(np.float32))
        shift = self._tensor(f"{layer.name}/shift", (beta - mean * factor).astype(np.float32))
        self._node("Add", [self._node("Mul", [read, scale], f"{layer.name}/scaled"), shift], layer.name)

    def _merge(self, layer: kinds.Merge, read: tuple[str, ...]) -> None:
        match layer:
            case kinds.Concatenate():
                self._node("Concat", list(read), layer.name, axis=-1)
            case kinds.Multiply():
                found = read[0]
                for place, other in enumerate(read[1:], start=2):
                    found = self._node(
                        "Mul", [found, other], layer.name if place == len(read) else f"{layer.name}/{place}"
                    )
            case _:
                self._node(_MERGES[type(layer)], list(read), layer.name)

    def _activate(self, read: str, activation: str, name: str) -> None:
        if activation == "silu":
            self._node("Mul", [read, self._node("Sigmoid", [read], f"{name}/sigmoid")], name)
        elif activation == "relu6":
            ends = [self._tensor(f"{name}/{end}", np.array(end, np.float32)) for end in (0, 6)]
            self._node("Clip", [read, *ends], name)
        elif activation == "linear":
            self._node("Identity", [read], name)
        else:
            operation, fields = _ACTIVATIONS[activation]
            self._node(operation, [read], name, **fields)

    def _node(self, operation: str, read: list[str], made: str, **fields: Any) -> str:
        self.nodes.append(helper.make_node(operation, read, [made], name=made, **fields))
        return made

    def _weight(self, name: str) -> str:
        return self._tensor(name, self.weights[name])

    def _kernel(self, name: str, order: tuple[int, ...]) -> str:
        return self._tensor(name, self.weights[name].transpose(order))

    def _by_channel(self, name: str) -> str:
        """(rows, columns, channels, multiplier) to (channels * multiplier, 1, rows, columns)."""
        kernel = self.weights[name]
        return self._tensor(name, kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2]))

    def _tensor(self, name: str, values: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def _pads(shape: Shape, window: Pair, strides: Pair, padding: Padding, dilation: Pair) -> list[int]:
    """Rows above, columns left, rows below, columns right; of an odd number TensorFlow puts the larger half behind."""
    if padding == "valid":
        return [0, 0, 0, 0]
    spans = [(window[axis] - 1) * dilation[axis] + 1 for axis in (0, 1)]
    totals = [
        max((-(-shape[axis] // strides[axis]) - 1) * strides[axis] + spans[axis] - shape[axis], 0) for axis in (0, 1)
    ]
    return [total // 2 for total in totals] + [total - total // 2 for total in totals]
