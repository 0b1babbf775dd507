"""An uploaded picture as a network's input: as ink, the way MNIST was made, or as it is, the way own data sets are."""

import numpy as np
import numpy.typing as npt

from data import own, squares
from data.drawing import to_input
from data.pictures import read_picture

__all__ = ["picture_input"]

Bytes = npt.NDArray[np.uint8]


def picture_input(content: bytes, shape: tuple[int, int, int], dataset: str) -> Bytes:
    """The picture in a file's bytes as uint8 of `shape` (rows, columns, channels), read-only.

    dataset: the name of what the network was trained on. Where that is an own data set, the picture goes the way of its
    pictures (`data.squares`); else it is a drawing (`data.drawing.to_input`). Raises PictureError.
    """
    picture = read_picture(content)
    if not (own.is_own(dataset) and shape[0] == shape[1] and shape[2] in (1, 3)):
        return to_input(picture, shape).pixels
    pixels = np.ascontiguousarray(squares.in_channels(squares.square(picture, shape[0]), shape[2]))
    pixels.setflags(write=False)
    return pixels
