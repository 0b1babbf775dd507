"""The ONNX file against Keras, run by ONNX's own reference of its operators."""

from typing import get_args

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from model import layers
from model.building import build, set_weights, weights_of
from model.networks import CNN, Network, NetworkError
from model.onnx_graph import onnx_model
from model.shapes import ActivationName

EVERY_KIND = Network(
    "every_kind",
    "Every kind of layer",
    (12, 11, 3),
    (
        layers.Rescaling("rescaled", (1.5, 0.5, 2.0), (0.1, 0.2, 0.3)),
        layers.ZeroPadding2D("padded", ((1, 2), (0, 1))),
        layers.Conv2D("conv", 8, padding="same", strides=(2, 2)),
        layers.SeparableConv2D("separable", 8, padding="same", dilation_rate=(2, 2), depth_multiplier=2),
        layers.Add("add"),
        layers.BatchNormalization("norm"),
        layers.Dropout("dropout"),
        layers.GlobalAveragePool2D("mean", keepdims=True),
        layers.Multiply("multiply"),
        layers.DepthwiseConv2D("depthwise", strides=(2, 2), padding="same", use_bias=False),
        layers.AveragePool2D("average_pool", (3, 3), (2, 2), "same"),
        layers.MaxPool2D("max_pool", (3, 3), (2, 2), "same"),
        layers.Concatenate("concatenate"),
        layers.UpSampling2D("larger", (2, 3)),
        layers.Conv2D("dilated", 6, dilation_rate=(2, 2), padding="same", activation="linear"),
        layers.Conv2D("point", 6, (1, 1), activation="linear", use_bias=False),
        layers.Average("average"),
        layers.Maximum("maximum"),
        layers.Minimum("minimum"),
        layers.Subtract("subtract"),
        layers.Reshape("reshape", (6, 12, 2)),
        layers.GlobalMaxPool2D("largest"),
        layers.Dense("output", 4, "softmax"),
    ),
    wires=(
        ("add", ("conv", "separable")),
        ("multiply", ("dropout", "mean")),
        ("average_pool", ("depthwise",)),
        ("max_pool", ("depthwise",)),
        ("concatenate", ("average_pool", "max_pool")),
        ("point", ("larger",)),
        ("average", ("dilated", "point")),
        ("maximum", ("average", "dilated")),
        ("minimum", ("maximum", "point")),
        ("subtract", ("minimum", "dilated")),
    ),
)
ACTIVATIONS = [name for name in get_args(ActivationName) if name != "linear"]
EVERY_ACTIVATION = Network(
    "every_activation",
    "Every activation",
    (4, 3, 2),
    (
        layers.Conv2D("conv", 5, (2, 2), activation="linear"),
        *(layers.Activation(f"as_{name}", name) for name in ACTIVATIONS),
        layers.Concatenate("all"),
        layers.Flatten("flatten"),
        layers.Dense("output", 3, "linear", use_bias=False),
    ),
    wires=(
        *((f"as_{name}", ("conv",)) for name in ACTIVATIONS),
        ("all", tuple(f"as_{name}" for name in ACTIVATIONS)),
    ),
)


@pytest.mark.parametrize("network", [EVERY_KIND, EVERY_ACTIVATION, CNN], ids=lambda network: network.name)
def test_the_file_computes_what_keras_computes(network: Network) -> None:
    random = np.random.default_rng(3)
    model = build(network)
    weights = {
        name: random.uniform(0.2, 1.0, array.shape).astype(np.float32)
        if name.endswith("variance")
        else random.normal(0, 0.3, array.shape).astype(np.float32)
        for name, array in weights_of(model).items()
    }
    set_weights(model, weights)
    pictures = random.random((2, *network.input_shape), np.float32)
    expected = model(pictures).numpy()
    exported = onnx.load_from_string(onnx_model(network, weights))
    (values,) = ReferenceEvaluator(exported).run(None, {"input": pictures})
    assert [output.name for output in exported.graph.output] == [network.layers[-1].name]
    assert {layer.name for layer in network.layers} <= {name for node in exported.graph.node for name in node.output}
    np.testing.assert_allclose(values, expected, atol=2e-6 * max(1.0, np.abs(expected).max()))


def test_a_layer_that_only_keras_knows_is_refused_with_what_to_do() -> None:
    foreign = layers.KerasLayer("attention", "LayerNormalization", "{}", (4, 4, 2))
    network = Network("foreign", "Foreign", (4, 4, 2), (foreign, layers.Flatten("flatten"), layers.Dense("output", 2)))
    with pytest.raises(
        NetworkError, match=r"^Layer attention is Keras's own LayerNormalization\. .* as \.keras instead"
    ):
        onnx_model(network, {})
