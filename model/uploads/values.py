"""What pixels a model was trained on; the page's own are 0 to 1."""

from __future__ import annotations

from typing import Literal

Range = Literal["0..1", "0..255", "-1..1"]
RANGES: dict[Range, tuple[float, float]] = {"0..1": (1.0, 0.0), "0..255": (255.0, 0.0), "-1..1": (2.0, -1.0)}
"""By range, what 0..1 is multiplied by and what is added to it."""
