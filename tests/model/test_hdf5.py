"""Arrays of an uploaded HDF5 file: each number is read once, however the file is cut into pieces."""

from typing import Any

import numpy as np
import pytest

from model.uploads import hdf5


class Pieces:
    """An array that is unpacked by whole pieces, and counts the numbers it had to unpack."""

    def __init__(self, values: np.ndarray, chunks: tuple[int, int] | None) -> None:
        self.values, self.chunks, self.shape = values, chunks, values.shape
        self.unpacked = 0

    def __getitem__(self, rows: slice) -> Any:
        """Only whole rows are asked for."""
        first, last = rows.start, min(rows.stop, len(self.values))
        high = self.chunks[0] if self.chunks else 1
        self.unpacked += (-(-last // high) - first // high) * high * self.values.shape[1]
        return self.values[rows]


@pytest.mark.parametrize("chunks", [None, (1, 500), (7, 500), (64, 500), (1000, 3)])
def test_no_piece_is_unpacked_again_for_each_row(
    monkeypatch: pytest.MonkeyPatch, chunks: tuple[int, int] | None
) -> None:
    monkeypatch.setattr(hdf5, "_SLICE", 2000)  # two rows
    values = np.zeros((128, 1000), np.float32)
    pieces = Pieces(values, chunks)
    assert hdf5._finite(pieces)  # type: ignore[arg-type]
    assert pieces.unpacked <= max(128, chunks[0] if chunks else 1) * 1000 * 1.2
    values[-1, -1] = np.nan
    assert not hdf5._finite(Pieces(values, chunks))  # type: ignore[arg-type]
