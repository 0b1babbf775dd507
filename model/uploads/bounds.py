"""What one picture may cost in an uploaded model: the values it becomes, the multiplications, the steps.

Asked in the throw-away process before anything is computed, and once more by the page's of what that process left.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from model.footprints import footprint
from model.networks import Network
from model.placing import PlacedLayer
from model.uploads import limits
from model.uploads.limits import quoted, refuse


def check(network: Network) -> None:
    """Raise UploadError for a network of which one picture, or a batch, would hold up the page or fill the memory."""
    placed = network.placed()
    made = sum(map(_made, placed))
    if made > limits.ACTIVATIONS:
        raise refuse(
            f"The layers make {made:,} values of one picture{_most(placed, _made)}.",
            f"at most {limits.ACTIVATIONS:,}", "Use smaller pictures, or fewer filters.",
        )  # fmt: skip
    if network.values > limits.WORKING_VALUES:
        raise refuse(
            f"The layers hold {network.values:,} values of one picture while they compute"
            f"{_most(placed, lambda each: _made(each) + footprint(each).values)}.",
            f"at most {limits.WORKING_VALUES:,}",
            "Use fewer attention heads, larger patches, or a smaller depth multiplier.",
        )
    work = sum(footprint(each).multiply_adds for each in placed)
    if work > limits.MULTIPLY_ADDS:
        raise refuse(
            f"The model multiplies {work:,} times for one picture"
            f"{_most(placed, lambda each: footprint(each).multiply_adds)}.",
            f"at most {limits.MULTIPLY_ADDS:,}, about a tenth of a second",
            "Use smaller pictures, fewer filters, or pool earlier.",
        )
    steps = sum(found.steps for found in map(footprint, placed) if found.steps > 1)
    if steps > limits.STEPS:
        raise refuse(
            f"Its recurrent layers take {steps:,} steps, one after the other"
            f"{_most(placed, lambda each: footprint(each).steps)}.",
            f"at most {limits.STEPS:,}", "Let them read rows or patches in place of pixels.",
        )  # fmt: skip
    for each in placed:
        if len(each.output_shape) == 3 and max(each.output_shape[:2]) > limits.MAP_SIDE:
            rows, columns, _ = each.output_shape
            raise refuse(
                f"Layer {quoted(each.layer.name)} makes maps of {rows:,} x {columns:,}.",
                f"sides of at most {limits.MAP_SIDE}", "Enlarge the picture less.",
            )  # fmt: skip


def _made(placed: PlacedLayer) -> int:
    return math.prod(placed.output_shape)


def _most(placed: tuple[PlacedLayer, ...], cost: Callable[[PlacedLayer], int]) -> str:
    """The layer with the largest share, for the end of a sentence."""
    worst = max(placed, key=cost)
    return f", {cost(worst):,} of them in {quoted(worst.layer.name)}"
