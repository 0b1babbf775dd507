"""The weights that go into one filter or unit, as small pictures, and how they grew over a run. No Keras."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import safetensors

from model.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    KerasLayer,
    Layer,
    Reshape,
    SeparableConv2D,
)
from model.networks import INPUT, Network, PlacedLayer
from model.run import Run


@dataclass(frozen=True, slots=True)
class Incoming:
    """How the weights into each filter or unit of a layer lie as pictures.

    shape: (rows, columns, sources) of the weights into one filter: a picture for each map of `source`, the title of
    what they read, or one picture of all weights where that is a row of units (not `is_map`). each: how many filters
    read the same one map, as in a depthwise convolution; 0 where all read all. blanks: cells at the picture's end that
    no weight fills.
    """

    shape: tuple[int, int, int]
    source: str
    each: int = 0
    blanks: int = 0
    is_map: bool = True

    def source_of(self, channel: int, place: int) -> int:
        """Which map of `source` the picture in `place` of a filter reads."""
        return channel // self.each if self.each else place

    def pictures(self, kernel: np.ndarray) -> np.ndarray:
        """All weights of the layer, float32 (filters, rows, columns, sources); NaN in the blanks.

        kernel: as `kernel_of` gives it.
        """
        rows, columns, sources = self.shape
        if self.each:  # depthwise: output channel = channel * multiplier + m
            return np.moveaxis(kernel.reshape(rows, columns, -1), -1, 0)[..., None]
        if kernel.ndim == 4:
            return np.moveaxis(kernel, -1, 0)
        units = kernel.shape[1]
        filled = np.full((units, rows * columns * sources), np.nan, np.float32)
        filled[:, : len(kernel)] = kernel.T
        return filled.reshape(units, rows, columns, sources)


def kernel_of(weights: Mapping[str, np.ndarray], layer: str) -> np.ndarray:
    """The kernel of a layer from a snapshot's weights, float32.

    As Keras keeps it: (height, width, channels in, filters), depthwise (height, width, channels, multiplier), dense
    (inputs, units). Of a separable convolution the kernel of the convolution that computes the same, (height, width,
    channels in, filters): between its two steps nothing is bent.
    """
    if f"{layer}/kernel" in weights:
        return weights[f"{layer}/kernel"]
    depthwise, pointwise = weights[f"{layer}/depthwise_kernel"], weights[f"{layer}/pointwise_kernel"]
    channels, multiplier = depthwise.shape[2:]
    sums = pointwise.reshape(channels, multiplier, -1)
    return np.asarray(np.einsum("hwcm,cmf->hwcf", depthwise, sums), np.float32)


def has_kernel(layer: Layer) -> bool:
    """Whether each filter or unit of a layer has weights of its own that can be drawn."""
    return isinstance(layer, Conv2D | DepthwiseConv2D | SeparableConv2D | Dense)


def no_kernel_words(placed: PlacedLayer) -> str:
    """Why the weights of a layer that has some are not drawn; "" for a layer that has a kernel, or no weights."""
    if not isinstance(placed.layer, KerasLayer) or not placed.layer.weights:
        return ""
    return (
        f"The weights of {placed.title} are not drawn: it is Keras's own {placed.layer.class_name}, which uses its "
        f"{placed.parameters:,} weights in a way that Strata does not know."
    )


def incoming(network: Network, layer: str) -> Incoming | None:
    """How the weights into the filters of `layer` lie; None for a layer without a kernel."""
    placed = {each.layer.name: each for each in network.placed()}
    here = placed[layer]
    source = _title(here.inputs[0], placed)
    match here.layer:
        case Conv2D() | SeparableConv2D():
            return Incoming((*here.layer.kernel_size, here.input_shape[-1]), source)
        case DepthwiseConv2D():
            return Incoming((*here.layer.kernel_size, 1), source, here.layer.depth_multiplier)
        case Dense():
            maps, source = _maps_before(here, placed)
            if maps is not None:
                return Incoming(maps, source)
            inputs = here.input_shape[0]
            rows, columns = grid(inputs)
            return Incoming((rows, columns, 1), source, blanks=rows * columns - inputs, is_map=False)
    return None


def _title(name: str, placed: Mapping[str, PlacedLayer]) -> str:
    return "the picture" if name == INPUT else placed[name].title


def _maps_before(here: PlacedLayer, placed: Mapping[str, PlacedLayer]) -> tuple[tuple[int, int, int] | None, str]:
    """The shape of the maps that were put in a row for a dense layer, and whose they are; None where none were."""
    name = here.inputs[0]
    while name != INPUT:
        each = placed[name]
        if isinstance(each.layer, Flatten | Reshape):
            shape = each.input_shape
            maps = (shape[0], shape[1], shape[2]) if len(shape) == 3 else None
            return maps, _title(each.inputs[0], placed)
        if not isinstance(each.layer, Dropout | BatchNormalization | Activation):
            break
        name = each.inputs[0]
    return None, _title(here.inputs[0], placed)


def grid(units: int) -> tuple[int, int]:
    """Rows and columns in which a row of units is tidy: 16 x 2 for 32, 10 x 1 for 10, else about twice as high as wide.

    Without blanks where a grid between square and four times as high as wide has none.
    """
    if units <= 10:
        return units, 1
    if units <= 32 and units % 2 == 0:
        return units // 2, 2
    whole = [(units // columns, columns) for columns in range(1, math.isqrt(units) + 1) if units % columns == 0]
    tidy = [pair for pair in whole if pair[0] <= 4 * pair[1]]
    if tidy:
        return min(tidy, key=lambda pair: abs(math.log(pair[0] / pair[1] / 2)))
    columns = max(1, round(math.sqrt(units / 2)))
    return math.ceil(units / columns), columns


def into(network: Network, layer: str, channel: int, kernel: np.ndarray) -> np.ndarray:
    """The weights into one filter of `layer`, float32 (weights,); kernel as `kernel_of` gives it."""
    lies = incoming(network, layer)
    assert lies is not None
    weights: np.ndarray = lies.pictures(kernel)[channel].ravel()
    return weights[: weights.size - lies.blanks]


def parameters_of(weights: Mapping[str, np.ndarray], layer: str, channel: int) -> dict[str, float]:
    """The single numbers that `layer` keeps for one channel: its bias, or what batch normalization keeps.

    Not for Keras's own layers, whose weights need not be one for each channel.
    """
    return {
        name.split("/")[1]: float(array[channel])
        for name, array in weights.items()
        if name.startswith(f"{layer}/") and array.ndim == 1
    }


def growth(run: Run, layer: str, channel: int, steps: Sequence[int]) -> np.ndarray:
    """The weights into one filter at the snapshots of `steps`: float32 (steps, rows, columns, sources).

    Reads of each file the layer's kernel alone. Raises RunError for a snapshot that is not there or cannot be read.
    """
    lies = incoming(run.config().network, layer)
    assert lies is not None
    found = [_kernel(run, step, layer) for step in steps]
    return np.stack([lies.pictures(kernel)[channel] for kernel in found])


def _kernel(run: Run, step: int, layer: str) -> np.ndarray:
    path = run.snapshot_path(step)
    wanted = {f"{layer}/{name}" for name in ("kernel", "depthwise_kernel", "pointwise_kernel")}
    try:
        with safetensors.safe_open(path, "numpy") as file:
            names = wanted & set(file.keys())
            return kernel_of({name: np.asarray(file.get_tensor(name), np.float32) for name in names}, layer)
    except (safetensors.SafetensorError, OSError) as error:
        raise run.broken(f"snapshots/{path.name}", error) from error


def norms(kernels: np.ndarray) -> np.ndarray:
    """The Euclidean norm of each kernel, float64 (kernels,): the root of its summed squares. Blanks do not count."""
    flat = np.nan_to_num(kernels.reshape(len(kernels), -1).astype(np.float64))
    return np.asarray(np.sqrt((flat**2).sum(1)))


def even_steps(steps: Sequence[int], most: int) -> tuple[int, ...]:
    """At most that many of `steps`, the first and the last among them, evenly by their order."""
    if len(steps) <= most:
        return tuple(steps)
    return tuple(steps[round(at)] for at in np.linspace(0, len(steps) - 1, most))
