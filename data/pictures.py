"""Uploaded picture files, opened with care: what may come in, and how it becomes an array."""

import io
from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import PictureError

__all__ = ["FORMATS", "MAX_BYTES", "MAX_SIDE", "MIN_SIDE", "check_sides", "picture_sides", "read_picture"]

Bytes = npt.NDArray[np.uint8]
Result = TypeVar("Result")

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_BYTES: Final = 10 * 2**20  # of the file
MIN_SIDE: Final = 8  # px
MAX_SIDE: Final = 4096  # px; as RGBA at most 64 MiB


def read_picture(content: bytes) -> Bytes:
    """The picture in the bytes of a PNG, JPEG, WebP, GIF or BMP file, as uint8 RGBA (h, w, 4), read-only.

    Of an animation the first frame. Turned upright as its EXIF says; 16-bit, palette, grey and CMYK become 8-bit RGBA.
    The sides are checked before a pixel is unpacked. Raises PictureError for anything that is not such a picture.
    """
    if len(content) > MAX_BYTES:
        raise PictureError(
            f"Picture file has {len(content):,} bytes. Expected at most {MAX_BYTES:,}. Reduce it and upload again."
        )
    pixels = _opened(content, _decode)
    pixels.setflags(write=False)
    return pixels


def picture_sides(content: bytes) -> tuple[int, int]:
    """Width and height of the picture in such a file, from its header alone; raises PictureError as `read_picture`."""
    return _opened(content, _sides)


def _opened(content: bytes, look: Callable[[bytes], Result]) -> Result:
    """What `look` finds in the bytes; whatever Pillow raises becomes a PictureError."""
    try:
        return look(content)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(
            f"File is not a picture that can be read: {len(content):,} bytes that begin with {content[:8]!r}. "
            "Expected PNG, JPEG, WebP, GIF or BMP. Save it as PNG and upload again."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(
            f"Picture is too large: {_reason(error)}. Expected both sides between {MIN_SIDE} and {MAX_SIDE}. "
            "Crop it and upload again."
        ) from error
    except Exception as error:  # Pillow's decoders raise almost anything on broken files, SyntaxError among it
        raise PictureError(
            f"Picture is broken: {_reason(error)}. Expected a whole file, received {len(content):,} bytes. "
            "Save it as PNG and upload again."
        ) from error


def check_sides(width: int, height: int) -> None:
    """Raises PictureError unless both sides are within MIN_SIDE and MAX_SIDE pixels."""
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise PictureError(
            f"Picture is {width}x{height} pixels. Expected both sides between {MIN_SIDE} and {MAX_SIDE}. "
            "Crop it and upload again."
        )


def _sides(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        return image.size


def _decode(content: bytes) -> Bytes:
    """The first frame, upright, as uint8 RGBA; raises PictureError or whatever Pillow raises."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        check_sides(*image.size)
        image.load()
        return np.array(_eight_bits(ImageOps.exif_transpose(image)).convert("RGBA"))


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit, v 255 / 65535 rounded (Pillow itself would cut off at 255); other modes as they are."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        values = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
    return image


def _reason(error: Exception) -> str:
    """What Pillow said, as one short line without its full stop."""
    return " ".join(str(error).split()).rstrip(".")[:160] or type(error).__name__
