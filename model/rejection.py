"""Telling a picture that is none of the classes: how far it is, in the last hidden layer, from all training pictures.

The score is the distance to the fifth nearest of some thousand training pictures, between vectors of length 1 (Sun,
Ming, Zhu and Li 2022, "Out-of-Distribution Detection with Deep Nearest Neighbors", arXiv:2204.06507). The largest
probability, the usual score (Hendrycks and Gimpel 2017, arXiv:1610.02136), is measured beside it. Over six networks on
MNIST and Digits the distance let 12 to 72 % of scribbles pass where the probability let 14 to 84 %, 95 % of digits
passing in both; logits and their energy were no better than the probability.

Pure: no Keras. The worker computes with it and the page asks it of one picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.layers import Dense
from model.networks import Network

NEIGHBOURS = 5
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Rates:
    """How a threshold does. All 0..1.

    false_alarms: the share of real pictures that are taken for none of the classes; misses: the share of others, by
    kind, that are taken for one of them.
    """

    false_alarms: float
    misses: Mapping[str, float]


def hidden_layer(network: Network) -> str:
    """The layer whose activations are compared, as traces name it: what the last dense layer sees."""
    placed = network.placed()
    dense = [each for each in placed if isinstance(each.layer, Dense)]
    return (dense or placed)[-1].inputs[0]


def unit(activations: np.ndarray) -> np.ndarray:
    """Activations (n, ...) in a row each, scaled to length 1: float32 (n, values); of nothing but zeros as they are."""
    rows = activations.reshape(len(activations), -1).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: np.ndarray = rows / np.where(lengths > 0, lengths, 1)
    return scaled


def distances(vectors: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """From each vector to its fifth nearest of `reference`, both of length 1: float32 (n,), 0..2.

    vectors: float32 (n, values); reference: float16 or float32 (m, values).
    """
    place = min(NEIGHBOURS, len(reference)) - 1
    others = reference.astype(np.float32).T  # (values, m)
    # A vector of zeros is as far from all as a right angle.
    parts = [
        np.partition(-(vectors[start : start + _AT_A_TIME] @ others), place, axis=1)[:, place]
        for start in range(0, len(vectors), _AT_A_TIME)
    ]
    return np.sqrt(np.maximum(2 + 2 * np.concatenate(parts), 0)).astype(np.float32)


def threshold(scores: np.ndarray, share: float) -> float:
    """The least score that lets at least `share` (0..1) of `scores` through; those above it do not pass."""
    return float(np.quantile(scores, share, method="higher"))


def rates(limit: float, real: np.ndarray, others: Mapping[str, np.ndarray]) -> Rates:
    """How a threshold does on scores of real pictures and of others by kind."""
    misses = {kind: float((scores <= limit).mean()) for kind, scores in others.items()}
    return Rates(float((real > limit).mean()), misses)
