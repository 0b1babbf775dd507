"""Short NumPy versions of what layers do, to check Keras's traces and, through them, the browser."""

from __future__ import annotations

import numpy as np


def padded(values: np.ndarray, window: tuple[int, int], strides: tuple[int, int], fill: float) -> np.ndarray:
    """`same` padding of (rows, columns, channels): as many outputs as strides fit, the odd cell at the end."""
    pads = []
    for size, cells, stride in zip(values.shape, window, strides, strict=False):
        total = max((-(-size // stride) - 1) * stride + cells - size, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(values, [*pads, (0, 0)], constant_values=fill)


def windows(values: np.ndarray, window: tuple[int, int], strides: tuple[int, int]) -> np.ndarray:
    """(rows, columns, channels) to (rows out, columns out, channels, window rows, window columns)."""
    views = np.lib.stride_tricks.sliding_window_view(values, window, axis=(0, 1))
    return views[:: strides[0], :: strides[1]]


def conv2d(
    values: np.ndarray, kernel: np.ndarray, bias: np.ndarray, strides: tuple[int, int] = (1, 1), same: bool = False
) -> np.ndarray:
    """Cross-correlation, as deep learning calls convolution; kernel (rows, columns, channels in, filters)."""
    window = kernel.shape[:2]
    patches = windows(padded(values, window, strides, 0.0) if same else values, window, strides)
    return np.einsum("rcihw,hwif->rcf", patches.astype(np.float64), kernel) + bias


def max_pool2d(
    values: np.ndarray, window: tuple[int, int] = (2, 2), strides: tuple[int, int] = (2, 2), same: bool = False
) -> np.ndarray:
    """The largest value of each window."""
    return windows(padded(values, window, strides, -np.inf) if same else values, window, strides).max(axis=(3, 4))


def relu(values: np.ndarray) -> np.ndarray:
    """Negative values become zero."""
    return np.maximum(values, 0)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Exponentials divided by their sum."""
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()
