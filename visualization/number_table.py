"""A figure's numbers as CSV, to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def written(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """`rows` under `header` as CSV; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
