"""What comes in a request's body, checked before anything is done with it: pictures in several forms, JSON objects."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from data.errors import PictureError
from data.inputs import picture_input
from model.api.limits import MOST_BODY_BYTES
from model.api.problems import Refusal
from model.api.watching import too_large

OCTETS = "application/octet-stream"
JSON = "application/json"
PICTURE_FILES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
_EXACT = 2**53  # up to here every whole number is one of JSON's, too


async def read(request: Request, most: int = MOST_BODY_BYTES) -> bytes:
    """The body, of which no more than `most` bytes and one chunk are ever held; raises Refusal for a larger one."""
    body = await _read_up_to(request, most)
    if len(body) > most:
        raise too_large(f"more than {most:,}")
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
    body = await read(request)
    if not body:
        return {}
    if content_type(request) not in ("", JSON):
        raise _unread(content_type(request), JSON)
    found = await run_in_threadpool(_parse, body)
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
    body = await read(request)
    if kind == JSON:
        return await run_in_threadpool(lambda: _from_json(_parse(body), shape, most))
    return (await run_in_threadpool(picture_input, body, shape, dataset))[None]


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


def _from_json(found: Any, shape: tuple[int, int, int], most: int) -> np.ndarray:
    if not isinstance(found, dict) or found.keys() not in ({"pixels"}, {"values"}):
        raise _unfit(
            f"The body is {_kind(found)}. Expected an object with either pixels (whole numbers 0..255) or values "
            "(0..1), and nothing else. Send one of them."
        )
    ((name, nested),) = found.items()
    try:
        array = np.array(None if _holds_truths(nested) else nested)
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


def _holds_truths(nested: Any) -> bool:
    """Whether true or false stands among numbers, where NumPy would take them for 1 and 0."""
    if isinstance(nested, list):
        return any(_holds_truths(each) for each in nested)
    return isinstance(nested, bool)


def _parse(body: bytes) -> Any:
    """What JSON says, without its extensions: no NaN, no infinity, no number that is not exact."""
    try:
        return json.loads(body, parse_constant=_no_number, parse_float=_finite, parse_int=_exact)
    except RecursionError as error:
        reason: object = "it is nested too deeply"
        raise _unreadable(reason) from error
    except ValueError as error:  # UnicodeDecodeError among them
        raise _unreadable(error) from error


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> int | float:
    """15.0 is a whole number in JSON, where 15 and 15.0 are the same."""
    value = float(text)
    if not math.isfinite(value):
        return _no_number(text[:30])
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _exact(text: str) -> int | float:
    return int(text) if len(text) <= 17 and abs(int(text)) <= _EXACT else _no_number(text[:30])


def _kind(found: Any) -> str:
    if isinstance(found, dict):
        return f"an object with {', '.join(repr(name[:40]) for name in list(found)[:5]) or 'nothing in it'}"
    return {list: "an array", str: "a text", bool: "true or false", type(None): "null"}.get(type(found), "a number")


def _unfit(detail: str) -> Refusal:
    return Refusal(422, "What was sent cannot be used", detail)


def _unreadable(reason: object) -> Refusal:
    detail = f"The body cannot be read as JSON: {reason}. Expected JSON in UTF-8 with finite numbers. Send it whole."
    return Refusal(400, "The body cannot be read", detail[:500])


def _unread(received: str, expected: str) -> Refusal:
    return Refusal(
        415,
        "The content type is not read",
        f"The body's content type is {received[:60] or 'none'!r}. Expected {expected}. "
        "Set the header Content-Type to what the body is.",
        {"Accept": expected},
    )
