"""How long Keras took to start here, so that the page can say how long it will take."""

from __future__ import annotations

import json
import logging
from pathlib import Path

_log = logging.getLogger(__name__)
FIRST_GUESS_SECONDS = 12.0
"""On a machine where it never did."""


def last(root: Path) -> float:
    """Seconds that it took the last time, as kept below the runs' folder."""
    try:
        return float(json.loads((root / ".warm_up.json").read_bytes())["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return FIRST_GUESS_SECONDS


def remember(root: Path, seconds: float) -> None:
    """Keep how long it took; a folder that cannot be written is warned of."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / ".warm_up.json").write_text(json.dumps({"seconds": seconds}))
    except OSError as error:
        _log.warning("cannot write to the runs folder: %s", error)
