"""Weights as they are kept on disk, and the short hash that tells two trainings apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

HASH_DIGITS = 8
"""32 bits: among the runs of a class no two different ones will ever share it."""


def halved(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`weights` with the kernels in half precision, float16, which holds 3 decimal digits.

    Biases and the statistics of batch normalization stay float32: they are few, and variances span many magnitudes.
    So does a kernel with values beyond float16's 65,504.
    """
    return {name: _halved(array) if array.ndim > 1 else array for name, array in weights.items()}


def _halved(array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is then kept whole
        half = array.astype(np.float16)
    return half if np.isfinite(half).all() else array


def weights_hash(weights: Mapping[str, np.ndarray]) -> str:
    """The first 8 hex digits of the SHA-256 of all weights, by name: equal weights, bit for bit, have equal hashes.

    weights: float32 arrays by name. Each counts with its name, its shape and its bytes, little-endian.
    """
    digest = hashlib.sha256()
    for name in sorted(weights):
        array = weights[name]
        digest.update(f"{name} {'x'.join(map(str, array.shape))}\n".encode())
        digest.update(np.ascontiguousarray(array, "<f4").tobytes())
    return digest.hexdigest()[:HASH_DIGITS]
