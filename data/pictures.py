"""Uploaded picture files, opened with care: what may come in, and how it becomes an array."""

import io
import warnings
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from data.errors import PictureError

__all__ = ["FORMATS", "MAX_BYTES", "MAX_SIDE", "MIN_SIDE", "check_sides", "read_picture"]

Bytes = npt.NDArray[np.uint8]

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_BYTES: Final = 10 * 2**20  # of the file
MIN_SIDE: Final = 8  # px
MAX_SIDE: Final = 4096  # px; 64 MB as RGBA


def read_picture(content: bytes) -> Bytes:
    """The picture in the bytes of a PNG, JPEG, WebP, GIF (first frame) or BMP file, as uint8 RGBA (h, w, 4).

    Turned upright as its EXIF says; 16-bit, palette, grey and CMYK pictures become 8-bit RGBA. The size is checked
    before any pixel is unpacked. Raises PictureError for anything else.
    """
    if len(content) > MAX_BYTES:
        raise PictureError(
            f"Picture file has {len(content):,} bytes. Expected at most {MAX_BYTES:,}. Make it smaller and upload again."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                check_sides(*image.size)
                image.seek(0)
                image.load()
                upright = ImageOps.exif_transpose(image)
                rgba = _eight_bits(upright).convert("RGBA")
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(
            f"File is not a picture that can be read: {len(content):,} bytes that begin with {content[:8]!r}. "
            "Expected PNG, JPEG, WebP, GIF or BMP. Save it as PNG and upload again."
        ) from error
    except Exception as error:
        raise PictureError(
            f"Picture is broken: {error}. Expected a whole file. Save it as PNG and upload again."
        ) from error
    pixels = np.array(rgba)
    pixels.setflags(write=False)
    return pixels


def check_sides(width: int, height: int) -> None:
    """Raises PictureError unless both sides are within MIN_SIDE and MAX_SIDE pixels."""
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise PictureError(
            f"Picture is {width}x{height} pixels. Expected both sides between {MIN_SIDE} and {MAX_SIDE}. "
            "Crop it and upload again."
        )


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit and float greys scaled to 8 bits, other modes as they are."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8))
    return image
