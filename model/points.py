"""Which pictures stand for a data set where it is shown as points, and which layers can be; no Keras."""

from __future__ import annotations

from typing import Final

import numpy as np

from model.networks import Dropout, Network, NetworkError, PlacedLayer

AXES: Final = 3
SEED: Final = 1
"""Of every choice at random here: which pictures are drawn, searched and given to t-SNE, and t-SNE's own."""


def evenly(labels: np.ndarray, most: int, seed: int) -> np.ndarray:
    """At most `most` of the pictures with these labels, the same share of each class, by a seed: int32, ascending.

    labels: uint8 (pictures,). Fewer asked for by the same seed are among the more; classes that have less than their
    share leave it to the others.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    rank = np.empty(len(labels), np.int64)  # how many of its class come before it in that order
    for label in np.unique(labels):
        places = order[labels[order] == label]
        rank[places] = np.arange(len(places))
    first: np.ndarray = np.lexsort((np.argsort(order), rank))[:most]
    return np.sort(first).astype(np.int32)


def layers(network: Network) -> tuple[PlacedLayer, ...]:
    """The layers whose output is a row of values: dense, flattened, or pooled over whole maps.

    Dropout is left out: it changes nothing once trained.
    """
    placed = network.placed()
    return tuple(found for found in placed if len(found.output_shape) == 1 and not isinstance(found.layer, Dropout))


def last_hidden(network: Network) -> PlacedLayer:
    """The row of values that goes into the last layer of such that has weights; itself where it reads no row.

    The first row where none has weights. Raises NetworkError for a network without a row of values.
    """
    rows = {found.layer.name: found for found in layers(network)}
    if not rows:
        raise NetworkError(f"Network {network.title} has no layer whose output is a row of values. Expected one.")
    weighted = [found for found in rows.values() if found.weight_shapes]
    if not weighted:
        return next(iter(rows.values()))
    placed = {found.layer.name: found for found in network.placed()}
    name = weighted[-1].inputs[0]
    while name in placed and isinstance(placed[name].layer, Dropout):
        name = placed[name].inputs[0]
    return rows.get(name, weighted[-1])
