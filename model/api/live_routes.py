"""A network that computes while the reader draws: pictures come and activations go over one WebSocket.

A frame to the server is the picture, float32 little-endian, rows * columns * channels values 0..1 in C order. The
answer is one frame with the outputs of all layers, float32 little-endian, one after the other in the order of the
network's layers (the input is not repeated), each in C order. Every picture has one answer, in their order; whoever
draws sends the next when the last was answered.

What ends a connection is told by its code and reason: see the constants.
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlsplit

import numpy as np
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from data.errors import StrataError
from model import jobs
from model.api import frames
from model.api.asking import LAST_STEP, check_warm, found, input_shape
from model.api.batches import Batches
from model.api.limits import Buckets
from model.api.problems import Refusal, without_paths
from model.api.watching import request_id
from model.engine import Engine
from model.runs import RunError, is_run_id

BAD_FRAME = 1007
"""What came is no picture of this network: text, another size, or values that are not 0..1."""
TRY_LATER = 1013
"""Keras is starting, its worker ended, or there are too many connections or pictures: the same may go later."""
NOT_THERE = 4404
"""There is no such run or snapshot, or its network cannot be built."""
MOST_SOCKETS = 256
MOST_SOCKETS_AN_ADDRESS = 96
"""A class is often one address, with a tab or two each."""
_NO_REFUSAL = (1000, 1001, 1005, 1006)  # the reader left, in order or not
_PORTS = {"http": 80, "https": 443}
_LONGEST_REASON = 123
"""Bytes, of the protocol."""

_log = logging.getLogger(__name__)
router = APIRouter()


class _Ended(Exception):
    """The connection is to be closed, with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Sockets:
    """How many connections there are, in all and for each address."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Whether one more may be, which is counted then."""
        if self._open.total() >= MOST_SOCKETS or self._open[address] >= MOST_SOCKETS_AN_ADDRESS:
            return False
        self._open[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """One that was taken has ended."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


@router.websocket("/runs/{run_id}/snapshots/{step}/live")
async def live(websocket: WebSocket, run_id: str, step: str) -> None:
    """Answer each picture with every layer's activations; refused with 403 for a page of another site."""
    websocket.state.request = request_id(websocket.headers)
    began, address = time.perf_counter(), websocket.client.host if websocket.client else ""
    sockets: Sockets = websocket.app.state.sockets
    if not same_site(websocket):
        await websocket.close()  # before it was accepted: the server answers 403
        _write(websocket, run_id, 403, time.perf_counter() - began)
        return
    await websocket.accept()
    code = 1000
    if not sockets.take(address):
        await _close(websocket, TRY_LATER, "Too many connections are open. Close some views, or try again later.")
        _write(websocket, run_id, TRY_LATER, time.perf_counter() - began)
        return
    try:
        await _serve(websocket, address, run_id, _step(step))
    except WebSocketDisconnect as left:
        code = left.code
    except _Ended as ended:
        code = ended.code
        await _close(websocket, code, ended.reason)
    except Exception:  # a bug: the log has it and the browser is told
        code = 1011
        _log.exception("a live connection failed", extra={"request": websocket.state.request})
        await _close(websocket, code, "This is a bug in the server; its log has it.")
    finally:
        sockets.give_back(address)
        _write(websocket, run_id, code, time.perf_counter() - began)


def _step(text: str) -> int:
    """The step that the address names; raises _Ended for none, in words: before it was accepted nobody reads any."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_STEP))):
        raise _Ended(NOT_THERE, f"The step is {text[:20]!r}. Expected a whole number from 0 to {LAST_STEP}.")
    return int(text)


async def _serve(websocket: WebSocket, address: str, run_id: str, step: int) -> None:
    """Answer pictures until the reader leaves; raises WebSocketDisconnect then, or _Ended."""
    state = websocket.app.state
    engine: Engine = state.engine()
    batches: Batches = state.batches
    buckets: Buckets = state.buckets
    try:
        run = found(engine, run_id, step)
        shape = input_shape(run)
        check_warm(engine)
        frames.limit(websocket, 4 * math.prod(shape))
        while True:
            picture = _picture(await websocket.receive(), shape)
            if wait := buckets.wait(address):
                raise _Ended(TRY_LATER, f"Too many pictures came from this address. Try again in {wait} s.")
            await websocket.send_bytes(await batches.compute(engine, jobs.outputs, run.path, step, picture))
    except Refusal as refusal:
        raise _Ended(TRY_LATER, refusal.detail) from refusal
    except StrataError as error:
        raise _Ended(NOT_THERE if isinstance(error, RunError) else TRY_LATER, without_paths(str(error))) from error


def _picture(message: Mapping[str, object], shape: tuple[int, int, int]) -> np.ndarray:
    """The float32 picture of a frame; raises WebSocketDisconnect at the end, _Ended where it is none."""
    if message["type"] == "websocket.disconnect":
        code = message.get("code", 1005)
        raise WebSocketDisconnect(code if isinstance(code, int) else 1005)
    frame, length = message.get("bytes"), 4 * shape[0] * shape[1] * shape[2]
    if not isinstance(frame, bytes):
        raise _Ended(BAD_FRAME, f"Text came. Expected a binary frame of {length} bytes.")
    if len(frame) != length:
        raise _Ended(BAD_FRAME, f"A frame of {len(frame)} bytes came. Expected {length}: float32, {shape}.")
    picture = np.frombuffer(frame, "<f4").astype(np.float32, copy=False).reshape(shape)
    if not (np.isfinite(picture).all() and picture.min() >= 0 and picture.max() <= 1):
        raise _Ended(BAD_FRAME, "A value outside 0..1, or none at all, came. Expected numbers from 0 to 1.")
    return picture


def same_site(websocket: WebSocket) -> bool:
    """Whether no page of another site asks: browsers let every page connect anywhere, and say by Origin who asks.

    Programs send no Origin. Behind a proxy the reader's address is X-Forwarded-Host, which no page can set.
    """
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    try:
        asked = urlsplit(origin)
        if asked.scheme not in _PORTS or not asked.hostname:
            return False
        port = asked.port or _PORTS[asked.scheme]
        hosts = [websocket.headers.get("host", ""), websocket.headers.get("x-forwarded-host", "")]
        here = [urlsplit(f"{asked.scheme}://{host}") for host in hosts if host]
        return any((asked.hostname, port) == (host.hostname, host.port or port) for host in here)
    except ValueError:
        return False


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    """Close with words that fit; the reader may have gone already."""
    try:
        await websocket.close(code, reason.encode()[:_LONGEST_REASON].decode(errors="ignore"))
    except (RuntimeError, WebSocketDisconnect):
        return


def _write(websocket: WebSocket, run_id: str, code: int, seconds: float) -> None:
    level = logging.INFO if code in _NO_REFUSAL else logging.WARNING
    extra = {
        "request": websocket.state.request,
        "run": run_id if is_run_id(run_id) else None,
        "route": getattr(websocket.scope.get("route"), "path", None),
        "status": code,
        "ms": round(1000 * seconds, 2),
    }
    _log.log(level, "a live connection ended", extra=extra)
