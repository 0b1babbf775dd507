"""Small graphs of the kinds that people bring, each beside the same written for Keras by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers as k

from model.layers import (
    Activation,
    Add,
    Average,
    AveragePool2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Maximum,
    MaxPool2D,
    Minimum,
    Multiply,
    Rescaling,
    Reshape,
    SeparableConv2D,
    Subtract,
    UpSampling2D,
    ZeroPadding2D,
)
from model.networks import Network

Tensor = keras.KerasTensor


@dataclass(frozen=True)
class Pair:
    """A description, and what Keras makes of a picture by calls written out; layers are named alike."""

    network: Network
    calls: Callable[[Tensor], Tensor]

    def keras_model(self) -> keras.Model:
        picture = keras.Input(self.network.input_shape)
        return keras.Model(picture, self.calls(picture))


def _residual(x: Tensor) -> Tensor:
    stem = k.Conv2D(6, 3, padding="same", use_bias=False, name="stem")(x)
    a = k.ReLU()(k.BatchNormalization(name="norm_1")(stem))
    a = k.BatchNormalization(name="norm_2")(k.Conv2D(6, 3, padding="same", name="conv_1")(a))
    a = k.ReLU()(k.Add()([stem, a]))
    short = k.Conv2D(8, 1, strides=2, padding="same", name="short")(a)
    b = k.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="conv_2")(a)
    b = k.MaxPooling2D(2, name="pool")(k.Add()([b, short]))
    return k.Dense(10, activation="softmax", name="output")(k.Flatten()(k.Dropout(0.2)(b)))


RESIDUAL = Pair(
    Network(
        "residual", "Residual", (28, 28, 1),
        (
            Conv2D("stem", 6, padding="same", activation="linear", use_bias=False),
            BatchNormalization("norm_1"), Activation("relu_1"),
            Conv2D("conv_1", 6, padding="same", activation="linear"), BatchNormalization("norm_2"),
            Add("add_1"), Activation("relu_2"),
            Conv2D("short", 8, (1, 1), (2, 2), "same", "linear"),
            Conv2D("conv_2", 8, strides=(2, 2), padding="same"),
            Add("add_2"), MaxPool2D("pool"), Dropout("dropout", 0.2), Flatten("flatten"),
            Dense("output", 10, "softmax"),
        ),
        (("add_1", ("stem", "norm_2")), ("conv_2", ("relu_2",)), ("add_2", ("conv_2", "short"))),
    ),
    _residual,
)  # fmt: skip


def _inception(x: Tensor) -> Tensor:
    x = k.Rescaling(2.0, -1.0)(x)
    a = k.Conv2D(3, 1, activation="leaky_relu", name="a")(x)
    b = k.Conv2D(4, (3, 2), padding="same", dilation_rate=(2, 3), activation="relu6", name="b")(x)
    c = k.Conv2D(2, 1, use_bias=False, name="c")(k.AveragePooling2D(3, 1, "same")(x))
    merged = k.Concatenate()([a, b, c])
    d = k.SeparableConv2D(5, 3, depth_multiplier=2, activation="hard_sigmoid", name="d")(merged)
    e = k.DepthwiseConv2D(3, dilation_rate=2, name="e", use_bias=False)(k.ZeroPadding2D(((1, 1), (1, 1)))(merged))
    e = k.Conv2D(5, 1, activation="relu", name="e_2")(e)
    top = k.Maximum()([d, e])
    both = k.Average()([top, k.Minimum()([d, e]), d])
    return k.Dense(10, activation="softmax", use_bias=False, name="output")(k.GlobalAveragePooling2D()(both))


INCEPTION = Pair(
    Network(
        "inception", "Inception", (12, 11, 3),
        (
            Rescaling("scaled", 2.0, -1.0),
            Conv2D("a", 3, (1, 1), activation="leaky_relu"),
            Conv2D("b", 4, (3, 2), padding="same", activation="relu6", dilation_rate=(2, 3)),
            AveragePool2D("pool", (3, 3), (1, 1), "same"), Conv2D("c", 2, (1, 1), activation="linear", use_bias=False),
            Concatenate("merged"),
            SeparableConv2D("d", 5, activation="hard_sigmoid", depth_multiplier=2),
            ZeroPadding2D("pad"),
            DepthwiseConv2D("e", activation="linear", dilation_rate=(2, 2), use_bias=False),
            Conv2D("e_2", 5, (1, 1)),
            Maximum("top"), Minimum("low"), Average("both"),
            GlobalAveragePool2D("mean"), Dense("output", 10, "softmax", use_bias=False),
        ),
        (
            ("b", ("scaled",)), ("pool", ("scaled",)), ("merged", ("a", "b", "c")), ("pad", ("merged",)),
            ("top", ("d", "e_2")), ("low", ("d", "e_2")), ("both", ("top", "low", "d")),
        ),
    ),
    _inception,
)  # fmt: skip


def _squeeze(x: Tensor) -> Tensor:
    x = k.Conv2D(4, 3, activation="mish", name="conv")(x)
    weight = k.GlobalAveragePooling2D(keepdims=True)(x)
    weight = k.Conv2D(4, 1, activation="sigmoid", name="worth")(weight)
    x = k.Multiply()([x, weight])
    x = k.Subtract()([x, k.GlobalMaxPooling2D(keepdims=True)(x)])
    return k.Dense(5, activation="softmax", name="output")(k.GlobalAveragePooling2D()(x))


SQUEEZE = Pair(
    Network(
        "squeeze", "Squeeze", (9, 8, 2),
        (
            Conv2D("conv", 4, activation="mish"), GlobalAveragePool2D("mean", keepdims=True),
            Conv2D("worth", 4, (1, 1), activation="sigmoid"), Multiply("weighed"),
            GlobalMaxPool2D("peak", keepdims=True), Subtract("below"), GlobalAveragePool2D("means"),
            Dense("output", 5, "softmax"),
        ),
        (("weighed", ("conv", "worth")), ("below", ("weighed", "peak"))),
    ),
    _squeeze,
)  # fmt: skip


def _hourglass(x: Tensor) -> Tensor:
    fine = k.Conv2D(3, 3, padding="same", activation="softsign", name="fine")(x)
    x = k.Conv2D(4, 3, padding="same", activation="exponential", name="coarse")(k.MaxPooling2D(2)(fine))
    x = k.Concatenate()([fine, k.UpSampling2D((2, 2))(x)])
    x = k.Activation("hard_silu")(x)
    x = k.Reshape((64, 7))(x)
    return k.Dense(3, activation="softmax", name="output")(k.Reshape((448,))(x))


HOURGLASS = Pair(
    Network(
        "hourglass", "Hourglass", (8, 8, 1),
        (
            Conv2D("fine", 3, padding="same", activation="softsign"), MaxPool2D("half"),
            Conv2D("coarse", 4, padding="same", activation="exponential"), UpSampling2D("double"),
            Concatenate("skip"), Activation("bent", "hard_silu"),
            Reshape("tokens", (64, 7)), Reshape("row", (448,)), Dense("output", 3, "softmax"),
        ),
        (("skip", ("fine", "double")),),
    ),
    _hourglass,
)  # fmt: skip
PAIRS = (RESIDUAL, INCEPTION, SQUEEZE, HOURGLASS)
