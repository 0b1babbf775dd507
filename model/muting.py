"""Which filters and units can be muted, and a choice of them as text: no Keras, for the page and its workers alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from data.errors import StrataError
from model.networks import Network, PlacedLayer

Replacement = Literal["zero", "mean"]
"""What a muted channel says instead: nothing, or always its mean over the test set."""
REPLACEMENTS: Final[tuple[Replacement, ...]] = get_args(Replacement)
Choice = Mapping[str, tuple[int, ...]]
"""Muted channels, ascending, by their layer's name."""
_MUTABLE: Final = {"conv2d", "depthwise_conv2d", "separable_conv2d", "dense", "batch_normalization"}


class MutingError(StrataError):
    """A choice of filters and units that the network does not have; the message says what it has."""


def mutable(network: Network) -> tuple[PlacedLayer, ...]:
    """The layers with filters, units or normalized channels, but not the last, whose units are the answer itself."""
    weighted = [placed for placed in network.placed() if placed.layer.kind in _MUTABLE]
    return tuple(weighted[:-1])


def chosen(channels: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """The choice of these (layer, channel)."""
    by_layer: dict[str, set[int]] = {}
    for layer, channel in channels:
        by_layer.setdefault(layer, set()).add(channel)
    return {layer: tuple(sorted(numbers)) for layer, numbers in by_layer.items()}


def encoded(choice: Choice) -> str:
    """A choice as text, the same for the same choice; "" for nothing muted."""
    kept = {layer: sorted(channels) for layer, channels in sorted(choice.items()) if channels}
    return json.dumps(kept) if kept else ""


def decoded(text: str, network: Network) -> dict[str, tuple[int, ...]]:
    """What `encoded` wrote; raises MutingError where it names what cannot be muted in `network`."""
    known = {placed.layer.name: placed.output_shape[-1] for placed in mutable(network)}
    choice = {str(layer): tuple(channels) for layer, channels in json.loads(text or "{}").items()}
    for layer, channels in choice.items():
        if layer not in known:
            raise MutingError(
                f"Layer {layer!r} of {network.title} cannot be muted. Expected one of {', '.join(known) or 'none'}."
            )
        if not all(0 <= channel < known[layer] for channel in channels):
            raise MutingError(
                f"Layer {layer} has the channels 0 to {known[layer] - 1}. Received {max(channels, key=abs)}. "
                "Choose among these."
            )
    return choice
