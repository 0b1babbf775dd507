"""Networks that are graphs, as architectures of the last years have them, each in a few sizes.

Residual blocks (He et al. 2016, https://arxiv.org/abs/1512.03385), densely connected ones (Huang et al. 2017,
https://arxiv.org/abs/1608.06993), squeeze and excitation (Hu et al. 2018, https://arxiv.org/abs/1709.01507), parallel
branches with dilated windows (Yu and Koltun 2016, https://arxiv.org/abs/1511.07122), inverted residuals of separable
convolutions (Sandler et al. 2018, https://arxiv.org/abs/1801.04381), a way down and up again with skips (Ronneberger et
al. 2015, https://arxiv.org/abs/1505.04597), and tokens that are mixed by merges alone.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    Flatten,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    Layer,
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
from model.networks import Network, Wires

SIZES = ((8, 8, 1), (13, 10, 3), (32, 32, 3), (64, 64, 3))


def networks() -> Iterator[Network]:
    """Every graph in every size."""
    for size in SIZES:
        for graph in (residual, dense, squeeze, branches, inverted, down_and_up, tokens):
            yield graph(size)


def residual(size: tuple[int, int, int]) -> Network:
    """Two residual blocks; the second halves the maps, so that its skip is a convolution."""
    layers = (
        Conv2D("stem", 8, padding="same", use_bias=False),
        *_normal("a", Conv2D("a_conv", 8, padding="same", activation="linear", use_bias=False)),
        Conv2D("a_last", 8, padding="same", activation="linear"),
        Add("a_add"),
        Activation("a_out", "relu"),
        *_normal("b", Conv2D("b_conv", 12, strides=(2, 2), padding="same", activation="linear", use_bias=False)),
        Conv2D("b_skip", 12, (1, 1), (2, 2), activation="linear"),
        Add("b_add"),
        Activation("b_out", "relu"),
        *_ending(),
    )
    wires = (("a_add", ("stem", "a_last")), ("b_skip", ("a_out",)), ("b_add", ("b_relu", "b_skip")))
    return _network("residual", size, layers, wires)


def dense(size: tuple[int, int, int]) -> Network:
    """Every layer reads all before it."""
    layers = (
        Conv2D("first", 5, padding="same"),
        Conv2D("second", 4, padding="same", activation="elu"),
        Concatenate("two"),
        Conv2D("third", 7, padding="same", activation="gelu"),
        Concatenate("three"),
        AveragePool2D("half"),
        *_ending(),
    )
    return _network("dense", size, layers, (("two", ("first", "second")), ("three", ("two", "third", "first"))))


def squeeze(size: tuple[int, int, int]) -> Network:
    """Each map times how much it is worth."""
    layers = (
        Conv2D("maps", 9, activation="silu"),
        GlobalAveragePool2D("mean", keepdims=True),
        Conv2D("fewer", 3, (1, 1)),
        Conv2D("worth", 9, (1, 1), activation="hard_sigmoid"),
        Multiply("weighed"),
        GlobalMaxPool2D("peak", keepdims=True),
        Subtract("below"),
        *_ending(),
    )
    return _network("squeeze", size, layers, (("weighed", ("maps", "worth")), ("below", ("weighed", "peak"))))


def branches(size: tuple[int, int, int]) -> Network:
    """Windows of four kinds side by side, with holes of different sizes."""
    layers = (
        ZeroPadding2D("border", ((2, 1), (0, 3))),
        Conv2D("near", 5, padding="same"),
        Conv2D("far", 5, padding="same", dilation_rate=(2, 2)),
        Conv2D("wide", 5, (3, 2), padding="same", activation="mish", dilation_rate=(1, 3)),
        MaxPool2D("most", (3, 3), (1, 1), "same"),
        Conv2D("most_mixed", 5, (1, 1), activation="softsign", use_bias=False),
        Maximum("largest"),
        Minimum("smallest"),
        Average("mean"),
        Concatenate("all"),
        *_ending(),
    )
    read = ("near", "far", "wide", "most_mixed")
    wires = (
        *((name, ("border",)) for name in ("far", "wide", "most")),
        *((name, read) for name in ("largest", "smallest", "mean")),
        ("all", ("largest", "smallest", "mean")),
    )
    return _network("branches", size, layers, wires)


def inverted(size: tuple[int, int, int]) -> Network:
    """Wide inside, narrow outside; depthwise and separable."""
    layers = (
        Rescaling("centred", 2.0, -1.0),
        Conv2D("stem", 6, strides=(2, 2), padding="same", activation="relu6"),
        Conv2D("widen", 18, (1, 1), activation="relu6", use_bias=False),
        DepthwiseConv2D("each", padding="same", activation="relu6", use_bias=False),
        Conv2D("narrow", 6, (1, 1), activation="linear", use_bias=False),
        BatchNormalization("normal"),
        Add("sum"),
        SeparableConv2D("separate", 11, padding="same", activation="hard_silu", depth_multiplier=2),
        SeparableConv2D("holes", 11, padding="same", use_bias=False, dilation_rate=(2, 2)),
        Add("again"),
        *_ending(),
    )
    return _network("inverted", size, layers, (("sum", ("stem", "normal")), ("again", ("separate", "holes"))))


def down_and_up(size: tuple[int, int, int]) -> Network:
    """Half as many rows and columns, and back, beside the maps as they were; sides that are odd get a border first."""
    layers = (
        ZeroPadding2D("even", ((0, size[0] % 2), (0, size[1] % 2))),
        Conv2D("fine", 6, padding="same"),
        MaxPool2D("half"),
        Conv2D("coarse", 8, padding="same"),
        UpSampling2D("double", (2, 2)),
        Conv2D("smooth", 6, (2, 2), padding="same", activation="softplus"),
        Concatenate("skip"),
        *_ending(),
    )
    return _network("down_and_up", size, layers, (("skip", ("fine", "smooth")),))


def tokens(size: tuple[int, int, int]) -> Network:
    """The places of a picture as tokens, normalized, bent and added to themselves."""
    layers = (
        Conv2D("patches", 6, (4, 4), (4, 4), activation="linear"),
        Reshape("tokens", ((size[0] // 4) * (size[1] // 4), 6)),
        BatchNormalization("normal", epsilon=1e-5),
        Activation("shares", "softmax"),
        Multiply("weighed"),
        Add("sum"),
        Concatenate("both"),
        Flatten("row"),
        Dense("output", 4, activation="softmax"),
    )
    wires = (("weighed", ("shares", "tokens")), ("sum", ("weighed", "tokens")), ("both", ("sum", "normal")))
    return _network("tokens", size, layers, wires)


def _normal(name: str, convolution: Conv2D) -> tuple[Layer, ...]:
    return convolution, BatchNormalization(f"{name}_normal"), Activation(f"{name}_relu", "relu")


def _ending() -> tuple[Layer, ...]:
    return GlobalAveragePool2D("means"), Dense("output", 5, activation="softmax", use_bias=False)


def _network(name: str, size: tuple[int, int, int], layers: tuple[Layer, ...], wires: Wires) -> Network:
    rows, columns, channels = size
    return Network(f"{name}_{rows}", f"{name} {rows} x {columns} x {channels}", size, layers, wires)
