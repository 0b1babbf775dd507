"""How much memory a process holds."""

from __future__ import annotations

import os
from pathlib import Path


def resident_megabytes(process_id: int | None = None) -> float | None:
    """What a process (by default this one) holds of the machine's memory, in MB; None where the system does not say."""
    try:
        pages = int(Path(f"/proc/{process_id or os.getpid()}/statm").read_text(encoding="ascii").split()[1])
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
    except (OSError, ValueError, IndexError, AttributeError):  # not Linux, or it has just ended
        return None
