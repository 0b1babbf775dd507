"""Uploads: every kind of picture is read, and whatever else comes is refused in words."""

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.drawing import to_input
from data.errors import PictureError
from data.pictures import MAX_BYTES, read_picture


def digit(size: tuple[int, int] = (60, 80)) -> np.ndarray:
    """A bent bar, dark on light: different under every turn."""
    picture = np.full(size, 230, np.uint8)
    picture[10:50, 20:28] = 20
    picture[42:50, 20:50] = 20
    return picture


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(content)
    return str(caught.value)


GREY = Image.fromarray(digit())
KINDS: dict[str, Callable[[], bytes]] = {
    "png": lambda: encoded(GREY, "PNG"),
    "png, colour": lambda: encoded(GREY.convert("RGB"), "PNG"),
    "png, palette": lambda: encoded(GREY.convert("P"), "PNG"),
    "png, bilevel": lambda: encoded(GREY.convert("1", dither=Image.Dither.NONE), "PNG"),
    "png, grey and alpha": lambda: encoded(GREY.convert("LA"), "PNG"),
    "png, 16 bit": lambda: encoded(Image.fromarray(digit().astype(np.uint16) * 257), "PNG"),
    "png, interlaced": lambda: encoded(GREY, "PNG", interlace=True),
    "jpeg": lambda: encoded(GREY, "JPEG", quality=95),
    "jpeg, cmyk": lambda: encoded(GREY.convert("CMYK"), "JPEG", quality=95),
    "webp": lambda: encoded(GREY.convert("RGB"), "WEBP", lossless=True),
    "gif": lambda: encoded(GREY, "GIF"),
    "gif, animated": lambda: encoded(GREY, "GIF", save_all=True, append_images=[Image.new("L", GREY.size)]),
    "png, animated": lambda: encoded(GREY, "PNG", save_all=True, append_images=[Image.new("L", GREY.size)]),
    "bmp": lambda: encoded(GREY.convert("RGB"), "BMP"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_read(kind: str) -> None:
    picture = read_picture(KINDS[kind]())
    assert picture.shape == (60, 80, 4)
    assert picture.dtype == np.uint8
    assert not picture.flags.writeable
    assert (picture[..., 3] == 255).all()
    tolerance = 30 if kind == "png, bilevel" else 12 if "jpeg" in kind else 1
    assert np.abs(picture[..., :3].astype(int) - digit()[:, :, None]).max() <= tolerance
    assert np.abs(to_input(picture).pixels.astype(int) - to_input(digit()).pixels).max() <= 24


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that EXIF's orientation asks to be undone
    turned = GREY.transpose(Image.Transpose(undo[orientation])) if orientation in undo else GREY
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(encoded(turned, "JPEG", quality=95, exif=exif))
    assert picture.shape == (60, 80, 4)
    assert np.abs(picture[..., 0].astype(int) - digit()).max() <= 12


def test_transparency_is_kept() -> None:
    rgba = np.zeros((20, 20, 4), np.uint8)
    rgba[5:15, 5:15] = (200, 10, 10, 128)
    for kind in ("PNG", "WEBP"):
        np.testing.assert_array_equal(
            read_picture(encoded(Image.fromarray(rgba), kind, lossless=True, exact=True)), rgba
        )
    gif = Image.new("P", (20, 20), 1)
    gif.putpalette([0, 0, 0, 255, 255, 255])
    assert not read_picture(encoded(gif, "GIF", transparency=1))[..., 3].any()


@pytest.mark.parametrize(("width", "height"), [(3000, 2), (7, 100), (8, 4097), (5000, 5000), (1, 1)])
def test_sides_out_of_range_are_refused(width: int, height: int) -> None:
    content = encoded(Image.new("L", (width, height)), "PNG")
    assert refusal(content) == (
        f"Picture is {width}x{height} pixels. Expected both sides between 8 and 4096. Crop it and upload again."
    )


def test_too_many_bytes_are_refused_unread() -> None:
    assert refusal(bytes(MAX_BYTES + 1)) == (
        "Picture file has 10,485,761 bytes. Expected at most 10,485,760. Reduce it and upload again."
    )


def png(width: int, height: int, body: bytes) -> bytes:
    """A PNG with a header that claims these sides."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    message = refusal(png(60_000, 60_000, zlib.compress(bytes(100_000))))
    assert message == (
        "Picture is too large: Image size (3600000000 pixels) exceeds limit of 178956970 pixels, could be "
        "decompression bomb DOS attack. Expected both sides between 8 and 4096. Crop it and upload again."
    )
    assert refusal(png(100, 100, zlib.compress(bytes(50)))).startswith("Picture is broken: ")


OTHER = "Expected PNG, JPEG, WebP, GIF or BMP. Save it as PNG and upload again."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, world",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"PK\3\4" + bytes(40),
        bytes(999),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refusal(content) == (
        f"File is not a picture that can be read: {len(content)} bytes that begin with {content[:8]!r}. {OTHER}"
    )


@pytest.mark.parametrize("kind", ["TIFF", "ICO", "PPM", "TGA", "PDF", "EPS"])
def test_other_formats_of_pillow_are_refused(kind: str) -> None:
    message = refusal(encoded(GREY.convert("RGB"), kind))
    assert message.startswith("File is not a picture that can be read: ")
    assert message.endswith(OTHER)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8))
    whole = encoded(noise, kind.upper())
    message = refusal(whole[: len(whole) // 2])
    assert message.endswith((OTHER, f"received {len(whole) // 2:,} bytes. Save it as PNG and upload again."))


@settings(deadline=None, database=None, max_examples=400)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_damage_ends_in_a_picture_or_a_refusal(kind: str, data: st.DataObject) -> None:
    content = bytearray(KINDS[kind]())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, min(len(content), 700) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        to_input(read_picture(bytes(content)))
