"""What the API refuses, as problem details (RFC 9457): what is wrong, what was expected, what came, what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from data import own
from data.errors import DataError, DatasetMissing, StrataError
from model.networks import NetworkError
from model.pools import WorkerError
from model.settings import SettingsError

_PATH = re.compile(r"(?<![\w.:/\\])(?:/|~/|[A-Za-z]:\\)(?:[^\s/\\:,;'\"()]+[/\\])+[^\s/\\:,;'\"()]*(?<!\.)")
MEDIA_TYPE = "application/problem+json"

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "Problem details, RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["The run or snapshot cannot be given"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [404]},
        "detail": {
            "type": "string",
            "description": "What is wrong, what was expected, what was received, and what to do.",
            "examples": ["There is no run 'nobody'. Choose one of the list."],
        },
    },
    "additionalProperties": False,
}

_MEANINGS = {
    400: "The body cannot be read: JSON that is cut off, is nested too deeply or holds NaN.",
    401: "The token is missing or wrong.",
    403: "Changes are switched off: the server was started without STRATA_API_TOKEN.",
    404: "There is no such run or snapshot, or what it needs is not on this machine.",
    408: "The body came too slowly.",
    409: "The run, or the folder of runs, is in no state for this.",
    413: "The body is larger than anything that can be meant.",
    415: "The body has a content type, or an encoding such as gzip, that is not read.",
    422: "What was sent can be read, but means nothing here.",
    429: "Too many requests. Retry-After says when to go on.",
    499: "The connection was closed before its turn came.",
    503: "Keras is not ready, its worker died of this, or too many bodies come. Retry-After says when to ask again.",
}


class Refusal(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.headers = status, title, detail, headers

    def answer(self) -> JSONResponse:
        """The refusal as a response."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return JSONResponse(body, self.status, self.headers, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is to say of the refusals of a route; 429 is everywhere, 408 and 503 where there is a body."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    all_of_them = {*statuses, 429} | ({408, 503} if 413 in statuses else set())
    return {status: {"description": _MEANINGS[status], "content": content} for status in sorted(all_of_them)}


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem details."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(StrataError, _strata)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return error.answer()


async def _strata(request: Request, error: Exception) -> JSONResponse:
    return of(error).answer()


def of(error: Exception) -> Refusal:
    """The refusal that an error of the project stands for."""
    words = without_paths(str(error))
    if isinstance(error, WorkerError):
        return Refusal(503, "The worker gave no answer", words, {"Retry-After": "10"})
    if isinstance(error, DataError | NetworkError | SettingsError) and not isinstance(error, DatasetMissing):
        return Refusal(422, "What was sent cannot be used", words)
    return Refusal(404, "The run or snapshot cannot be given", words)


def without_paths(words: str) -> str:
    """An error's words without folders of the server, whose names are nobody's business: of a path its last name."""
    for known in (Path.cwd(), own.place().parent, Path.home()):
        if known != known.parent:  # also where there are spaces in it
            words = words.replace(f"{known}{os.sep}", "").replace(str(known), known.name)
    return _PATH.sub(lambda path: re.split(r"[/\\\\]", path[0])[-1], words)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """A value in the address that is none of those that fit, in the words of the one place that checked it."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = first["loc"][-1]
    received = repr(first.get("input"))[:100]
    detail = f"{name} does not fit: {first['msg']}. Received {received}. Correct it; openapi.json says what fits."
    return Refusal(422, "What was sent cannot be used", detail).answer()


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.url.path[:100]
    if error.status_code == 404:
        detail = f"Nothing is at {path!r}. Expected a path of the API. openapi.json lists them."
        return Refusal(404, "There is nothing here", detail).answer()
    if error.status_code == 405:
        allowed = _allowed(request)
        detail = f"{path!r} does not answer {request.method[:20]!r}. Expected {allowed}. Send one of these."
        return Refusal(405, "The method does not fit", detail, {"Allow": allowed}).answer()
    return Refusal(error.status_code, "The request cannot be answered", str(error.detail), error.headers).answer()


def _allowed(request: Request) -> str:
    """The methods that a path has by OpenAPI; the error itself names those of the first route that fits."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    methods = {
        method.upper()
        for template, operations in request.app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    }
    return ", ".join(sorted(methods)) or "GET, HEAD"  # of openapi.json
