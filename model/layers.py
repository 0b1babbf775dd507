"""The layers that Strata knows: Keras's names and fields, with every shape and weight, and no Keras.

Each is a frozen dataclass that says what it makes of a shape (`output_shape`; of several where it merges) and which
weights it keeps (`weight_shapes`, by Keras's own names). Shapes leave the batch axis out; pictures are (rows, columns,
channels). The classes are in model.weighted, model.pooling, model.reshaping, model.merging and model.foreign.
"""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from model.foreign import KerasLayer
from model.merging import Add, Average, Concatenate, Elementwise, Maximum, Merge, Minimum, Multiply, Subtract
from model.pooling import AveragePool2D, GlobalAveragePool2D, GlobalMaxPool2D, MaxPool2D
from model.reshaping import Activation, Dropout, Flatten, Rescaling, Reshape, UpSampling2D, ZeroPadding2D
from model.shapes import ActivationName, NetworkError, Padding, Pair, Shape
from model.weighted import BatchNormalization, Conv2D, Dense, DepthwiseConv2D, SeparableConv2D

__all__ = [
    "KINDS",
    "Activation",
    "ActivationName",
    "Add",
    "Average",
    "AveragePool2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Elementwise",
    "Flatten",
    "GlobalAveragePool2D",
    "GlobalMaxPool2D",
    "KerasLayer",
    "Layer",
    "MaxPool2D",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "NetworkError",
    "Padding",
    "Pair",
    "Rescaling",
    "Reshape",
    "SeparableConv2D",
    "Shape",
    "Subtract",
    "UpSampling2D",
    "ZeroPadding2D",
]

Layer = (
    Conv2D
    | DepthwiseConv2D
    | SeparableConv2D
    | Dense
    | BatchNormalization
    | MaxPool2D
    | AveragePool2D
    | GlobalMaxPool2D
    | GlobalAveragePool2D
    | Flatten
    | Reshape
    | ZeroPadding2D
    | UpSampling2D
    | Rescaling
    | Dropout
    | Activation
    | Add
    | Subtract
    | Multiply
    | Average
    | Maximum
    | Minimum
    | Concatenate
    | KerasLayer
)
KINDS: dict[str, type[Layer]] = {
    str(field.default): layer for layer in get_args(Layer) for field in fields(layer) if field.name == "kind"
}
"""Every kind of layer by the name that descriptions and the browser use."""
