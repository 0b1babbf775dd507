"""Shapes and windows: what layers do to rows, columns and channels, and what is said where something does not fit.

Shapes leave the batch axis out: (units,), (tokens, features) or (rows, columns, channels).
"""

from __future__ import annotations

from typing import Literal, get_args

from data.errors import StrataError

ActivationName = Literal[
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "silu", "leaky_relu", "softplus", "relu6",
    "hard_sigmoid", "hard_silu", "exponential", "softsign", "mish",
]  # fmt: skip
"""Keras's activations with Keras's defaults; softmax is over the last axis."""
Padding = Literal["valid", "same"]
Shape = tuple[int, ...]
Pair = tuple[int, int]


class NetworkError(StrataError):
    """A network that cannot be built: the message names the layer, what it expected and what it received."""


class Weightless:
    """A layer that keeps nothing."""

    __slots__ = ()

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """None: there is nothing to learn here."""
        return {}


def at_least_one(name: str, field: str, number: int) -> None:
    """Raise NetworkError for a number of filters, units or cells below 1."""
    if number < 1:
        raise NetworkError(f"Layer {name}: expected {field} of at least 1, received {number}.")


def known_activation(name: str, activation: str) -> None:
    """Raise NetworkError for an activation that is not among ActivationName."""
    if activation not in get_args(ActivationName):
        known = ", ".join(get_args(ActivationName))
        raise NetworkError(f"Layer {name}: expected an activation among {known}, received {activation!r}.")


def picture(name: str, shape: Shape) -> Shape:
    """The same shape; raises NetworkError where it has no rows and columns."""
    if len(shape) != 3:
        raise NetworkError(f"Layer {name} slides over a picture. Expected (rows, columns, channels), received {shape}.")
    return shape


def equal_strides(name: str, what: str, strides: Pair) -> None:
    """Raise NetworkError where rows and columns are strided differently."""
    if strides[0] != strides[1]:
        raise NetworkError(
            f"Layer {name} is a {what}. Expected equal strides, which is all that TensorFlow computes, "
            f"received {strides[0]}x{strides[1]}. Make them equal."
        )


def dilated(name: str, window: Pair, strides: Pair, dilation: Pair) -> Pair:
    """What a window spans once its cells are `dilation` apart; raises NetworkError beside strides, as Keras does."""
    at_least_one(name, "dilation_rate", min(dilation))
    if max(strides) > 1 and max(dilation) > 1:
        raise NetworkError(
            f"Layer {name} has strides {strides[0]}x{strides[1]} and is dilated {dilation[0]}x{dilation[1]}. Expected "
            "one or the other, which is all that Keras computes. Set strides or dilation_rate to 1."
        )
    at_least_one(name, "window and strides", min(*window, *strides))
    return (window[0] - 1) * dilation[0] + 1, (window[1] - 1) * dilation[1] + 1


def window_shape(name: str, shape: Shape, window: Pair, strides: Pair, padding: Padding) -> Pair:
    """Rows and columns left when a window slides over `shape`, as Keras counts them."""
    picture(name, shape)
    at_least_one(name, "window and strides", min(*window, *strides))
    if padding not in get_args(Padding):
        raise NetworkError(f"Layer {name}: expected the padding valid or same, received {padding!r}.")
    if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
        raise NetworkError(
            f"Layer {name} has a {window[0]}x{window[1]} window. Expected at most its input's "
            f"{shape[0]}x{shape[1]}. Make the window smaller or pool less before it."
        )
    lost = window if padding == "valid" else (1, 1)
    rows, columns = ((shape[axis] - lost[axis]) // strides[axis] + 1 for axis in (0, 1))
    return rows, columns
