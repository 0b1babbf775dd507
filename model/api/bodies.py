"""What comes in a request's body, checked before anything is done with it: pictures in several forms, JSON objects."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from fastapi import Request

from data.errors import PictureError
from data.inputs import picture_input
from model.api import parsing
from model.api.arriving import announced
from model.api.limits import MOST_BODY_BYTES
from model.api.parsing import Lane, in_turn
from model.api.problems import Refusal
from model.api.watching import too_large

OCTETS = "application/octet-stream"
JSON = "application/json"
PICTURE_FILES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
SETTINGS_BYTES = 64 * 2**10
"""For a JSON object of settings; all of them have 600."""
_PICTURE_BYTES = 200_000
_VALUE_BYTES = 32
"""In JSON: 20 characters of a float, a comma, a line break and spaces."""


async def read(request: Request, most: int = MOST_BODY_BYTES) -> bytes:
    """The body, of which no more than `most` bytes and one chunk are ever held; raises Refusal for a larger one.

    One that says itself that it is larger is refused before it comes.
    """
    if (size := announced(request.headers)) > most:
        raise too_large(f"{size:,} bytes", most)
    body = await _read_up_to(request, most)
    if len(body) > most:
        raise too_large(f"more than {most:,}", most)
    return body


async def _read_up_to(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


async def json_object(request: Request, fields: tuple[str, ...]) -> dict[str, Any]:
    """The JSON object in the body, {} for none; raises Refusal for anything else and for fields it may not have."""
    body = await read(request, SETTINGS_BYTES)
    if not body:
        return {}
    if content_type(request) not in ("", JSON):
        raise _unread(content_type(request), JSON)
    found = await in_turn(Lane.SMALL, lambda: parsing.parse(body))
    if not isinstance(found, dict):
        raise _unfit(f"The body is {_kind(found)}. Expected an object with some of {', '.join(fields)}. Send one.")
    if unknown := found.keys() - set(fields):
        names = ", ".join(repr(name[:40]) for name in sorted(unknown)[:5])
        raise _unfit(f"The body has the fields {names}. Expected some of {', '.join(fields)}. Leave the others out.")
    return found


def content_type(request: Request) -> str:
    """The body's media type in lower case, without its parameters; empty if none was given."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def pictures(request: Request, shape: tuple[int, int, int], most: int, dataset: str = "") -> np.ndarray:
    """The pictures in the body, (n, *shape) with n from 1 to `most`, uint8 0..255 or float32 0..1.

    Octets are pixels in the network's input shape; JSON is an object with `pixels` (whole numbers 0..255) or `values`
    (0..1), nested as the shape is, with or without the channel and the batch; a picture file of any size goes through
    what an upload on the page goes through. dataset: what the network was trained on. Raises Refusal or PictureError.
    """
    kind = content_type(request)
    if kind in ("", OCTETS):
        return await _octets(request, shape, most)
    if kind != JSON and kind not in PICTURE_FILES:
        raise _unread(kind, ", ".join((OCTETS, JSON, *PICTURE_FILES)))
    if kind == JSON:
        body = await read(request, json_bytes(shape, most))
        return await in_turn(parsing.lane_for(body), lambda: _from_json(body, shape, most))
    body = await read(request)
    return (await in_turn(Lane.PICTURES, lambda: picture_input(body, shape, dataset)))[None]


def json_bytes(shape: tuple[int, int, int], most: int) -> int:
    """The largest JSON body that so many pictures of this shape can need."""
    return min(MOST_BODY_BYTES, max(_PICTURE_BYTES, _VALUE_BYTES * math.prod(shape) * most))


async def _octets(request: Request, shape: tuple[int, int, int], most: int) -> np.ndarray:
    size = math.prod(shape)
    body = await _read_up_to(request, most * size)
    if not body or len(body) > most * size or len(body) % size:
        received = f"more than {most * size:,}" if len(body) > most * size else f"{len(body):,}"
        several = "" if most == 1 else f", for each of 1 to {most} pictures"
        raise PictureError(
            f"Pixels have the wrong size. Expected {size:,} bytes, one for each value of the network's input{several}. "
            f"Received {received}. Send the picture in the input's shape."
        )
    return np.frombuffer(body, np.uint8).reshape(-1, *shape)


def _from_json(body: bytes, shape: tuple[int, int, int], most: int) -> np.ndarray:
    parsing.check_amount(body, most * math.prod(shape), most * (shape[0] * (shape[1] + 1) + 1) + 1)
    found = parsing.parse(body)
    if not isinstance(found, dict) or found.keys() not in ({"pixels"}, {"values"}):
        raise _unfit(
            f"The body is {_kind(found)}. Expected an object with either pixels (whole numbers 0..255) or values "
            "(0..1), and nothing else. Send one of them."
        )
    ((name, nested),) = found.items()
    try:
        truths = (b"true" in body or b"false" in body) and _holds_truths(nested)
        array = np.array(None if truths else _in_pieces(nested))
    except (ValueError, OverflowError):
        array = np.array(None)  # rows of several lengths, or nested deeper than any array
    whole = name == "pixels"
    if array.dtype.kind not in ("iu" if whole else "iuf"):
        numbers = "whole numbers" if whole else "numbers"
        raise _unfit(f"{name} is no array of {numbers}. Expected rows of {numbers}, all of one length. Send these.")
    rows, columns, _ = shape
    if array.shape in ((rows, columns), shape):
        array = array[None]
    if array.ndim < 3 or not 1 <= len(array) <= most or array.shape[1:] not in ((rows, columns), shape):
        raise _unfit(
            f"{name} has the shape {array.shape}. Expected {rows}x{columns} for a picture"
            f"{'' if most == 1 else f', or up to {most} of these'}. Send it in the input's shape."
        )
    largest = 255 if whole else 1
    if array.min() < 0 or array.max() > largest:
        raise _unfit(
            f"{name} go from {array.min():g} to {array.max():g}. Expected 0 to {largest}. Scale them to that range."
        )
    return array.astype(np.uint8 if whole else np.float32).reshape(-1, *shape)


def _in_pieces(nested: Any) -> Any:
    """The same with each of its rows an array: a whole batch at once would hold Python's lock for long."""
    return [np.array(each) for each in nested] if isinstance(nested, list) else nested


def _holds_truths(nested: Any) -> bool:
    """Whether true or false stands among numbers, where NumPy would take them for 1 and 0."""
    if isinstance(nested, list):
        return any(_holds_truths(each) for each in nested)
    return isinstance(nested, bool)


def _kind(found: Any) -> str:
    if isinstance(found, dict):
        return f"an object with {', '.join(repr(name[:40]) for name in list(found)[:5]) or 'nothing in it'}"
    return {list: "an array", str: "a text", bool: "true or false", type(None): "null"}.get(type(found), "a number")


def _unfit(detail: str) -> Refusal:
    return Refusal(422, "What was sent cannot be used", detail)


def _unread(received: str, expected: str) -> Refusal:
    return Refusal(
        415,
        "The content type is not read",
        f"The body's content type is {received[:60] or 'none'!r}. Expected {expected}. "
        "Set the header Content-Type to what the body is.",
        {"Accept": expected},
    )
