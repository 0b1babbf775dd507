"""A network made to fit a data set: its input takes the pictures' shape, its last layer a value for each class."""

from __future__ import annotations

from dataclasses import replace

from model.layers import Dense, NetworkError
from model.networks import Network

__all__ = ["fitted"]


def fitted(network: Network, shape: tuple[int, int, int], classes: int) -> Network:
    """`network` for pictures of `shape` (rows, columns, channels) and so many classes; itself where it fits already.

    All layers but the last keep their fields. Raises NetworkError where the last layer is not dense, or where the
    pictures are too small for the layers: pooling and windows would leave nothing.
    """
    if not network.layers:
        raise NetworkError(f"Network {network.title} has no layers. Expected at least a flatten and a dense layer.")
    placed = network.placed() if network.input_shape == shape else ()
    if placed and placed[-1].output_shape == (classes,):
        return network
    last = network.layers[-1]
    if not isinstance(last, Dense):
        raise NetworkError(
            f"Network {network.title} ends with the layer {last.name}, of kind {last.kind}. Expected a dense layer, "
            f"which alone can be given {classes} units for this data set's classes. End with a dense layer."
        )
    changed = replace(network, input_shape=shape, layers=(*network.layers[:-1], replace(last, units=classes)))
    try:
        changed.placed()
    except NetworkError as error:
        rows, columns, channels = shape
        raise NetworkError(
            f"Network {network.title} does not fit pictures of {rows}x{columns}x{channels}: {error} "
            "Or choose another network."
        ) from error
    return changed
