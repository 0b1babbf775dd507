"""What happens around every request: it gets an id, is counted against its address, and leaves one line in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders

from model.api.arriving import Body, HalfSent, announced
from model.api.limits import MOST_BODY_BYTES, Buckets
from model.api.problems import Refusal
from model.runs import is_run_id

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[0-9a-f-]{8,36}")


class Watching:
    """ASGI middleware: X-Request-ID, limits, the log, and words for a bug instead of a closed connection."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], buckets: Buckets) -> None:
        self._app, self._buckets, self._half_sent = app, buckets, HalfSent()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, headers = time.perf_counter(), Headers(scope=scope)
        asked_by = request_id(headers)
        status = 0
        client = scope.get("client")
        body = Body(headers, receive, self._half_sent, client[0] if client else "")

        async def send_with_id(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Request-ID"] = asked_by
                if not body.is_whole:
                    answered["Connection"] = "close"
            elif not message.get("more_body", False) and not body.is_whole:
                await send({**message, "more_body": True})  # all of the answer, for who reads while sending
                await body.drain()
                message = {"type": "http.response.body"}
            await send(message)

        try:
            refusal = self._refusal(scope, headers)
            if refusal is None:
                await self._app(scope, body.receive, send_with_id)
            else:
                await refusal.answer()(scope, receive, send_with_id)
        except Exception:  # a bug: it is logged under the id that the asker gets
            _log.exception("a request failed", extra={"request": asked_by})
            if status:
                raise  # the answer has begun: the closed connection has to say it
            title, words = (
                "Something went wrong in the server",
                "This is a bug. The server's log has it under this id: ",
            )
            await Refusal(500, title, f"{words}{asked_by}.").answer()(scope, receive, send_with_id)
        finally:
            body.let_go()
            self._write(scope, asked_by, status, time.perf_counter() - began)

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        client = scope.get("client")
        wait = self._buckets.wait(client[0] if client else "")
        if wait:
            return Refusal(
                429,
                "Too many requests",
                f"More requests came from this address than are answered. Expected a pause of {wait} s. "
                "Ask again then, or start the server with another STRATA_API_RATE.",
                {"Retry-After": str(wait)},
            )
        if (size := announced(headers)) > MOST_BODY_BYTES:
            return too_large(f"{size:,} bytes")
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            return Refusal(
                415,
                "The content encoding is not read",
                f"The body's content encoding is {encoding[:60]!r}. Expected none. Send it unpacked.",
                {"Accept-Encoding": "identity"},
            )
        return None

    @staticmethod
    def _write(scope: Scope, asked_by: str, status: int, seconds: float) -> None:
        """The route's pattern and not its address, which could hold anything."""
        level = logging.INFO if status < 400 else logging.WARNING
        if not _log.isEnabledFor(level):
            return
        route = getattr(scope.get("route"), "path", None)
        run = str(scope.get("path_params", {}).get("run_id", ""))
        _log.log(
            level,
            "answered",
            extra={
                "request": asked_by,
                "run": run if is_run_id(run) else None,
                "method": scope["method"] if len(scope["method"]) <= 10 else None,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 2),
            },
        )


def request_id(headers: Headers) -> str:
    """The id that a request brings, where it is one, or a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def too_large(received: str, most: int = MOST_BODY_BYTES) -> Refusal:
    """For a body over the limit, which is closed after: the rest of it would come before the next request."""
    return Refusal(
        413,
        "The body is too large",
        f"The body is too large. Expected at most {most:,} bytes. Received {received}. "
        "Send less at a time: settings alone, or fewer or smaller pictures.",
        {"Connection": "close"},
    )
