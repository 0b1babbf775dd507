"""Small data sets that are as they should be, and the parts that hostile ones are made of."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]


def pixels(seed: int, height: int = 12, width: int = 12, channels: int = 3) -> Bytes:
    """Noise, uint8 (height, width, channels)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels)).astype(np.uint8)


def file_of(picture: Bytes, form: str = "PNG") -> bytes:
    """A picture's file; uint8 (h, w), (h, w, 1) or (h, w, 3)."""
    flat = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    stream = io.BytesIO()
    Image.fromarray(flat).save(stream, form)
    return stream.getvalue()


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def class_files(classes: int = 2, each: int = 6, channels: int = 3, folder: str = "") -> dict[str, bytes]:
    """Files of `each` pictures of so many classes: "<folder>class 0/0.png" and so on."""
    return {
        f"{folder}class {label}/{number}.png": file_of(pixels(100 * label + number, channels=channels))
        for label in range(classes)
        for number in range(each)
    }


def npz(**arrays: npt.NDArray[np.generic]) -> bytes:
    """An .npz with these arrays."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def arrays(classes: int = 2, each: int = 6, side: int = 28) -> dict[str, npt.NDArray[np.generic]]:
    """x, uint8 (n, side, side), and y, int64 (n,)."""
    y = np.repeat(np.arange(classes), each)
    return {"x": np.stack([pixels(int(place), side, side, 1)[..., 0] for place in range(len(y))]), "y": y}
