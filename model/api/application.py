"""The API as one application, for the page's port and for a server of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from model.api import (
    health_routes,
    limits,
    live_routes,
    logs,
    own_routes,
    prediction_routes,
    problems,
    run_routes,
    training_routes,
)
from model.api.batches import Batches
from model.api.limits import Buckets
from model.api.watching import Watching
from model.engine import Engine
from model.runs import PRETRAINED

_DESCRIPTION = """\
Reading is open. What changes something needs the header `Authorization: Bearer <token>` with the token that the server
was started with in STRATA_API_TOKEN; without one it is switched off. Every refusal is problem details (RFC 9457). Each
answer has an X-Request-ID, by which the server's log knows it.

Beside what is listed here there is a WebSocket, `/runs/{run_id}/snapshots/{step}/live`: send a picture as float32
little-endian (rows * columns * channels values 0..1), get the outputs of all layers as float32, one after the other.
"""


class Application(FastAPI):
    """FastAPI whose OpenAPI knows problem details and not FastAPI's own form of errors."""

    def openapi(self) -> dict[str, Any]:
        """The document at /openapi.json."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = dict(problems.SCHEMA)
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        assert self.openapi_schema is not None
        return self.openapi_schema


def application(
    engine: Callable[[], Engine],
    *,
    run_id: str | None = None,
    rate: float | None = None,
    lifespan: Any = None,
) -> FastAPI:
    """The API of an engine; raises LimitError where STRATA_API_RATE is no rate.

    engine: gives it, when the first request needs it. run_id: makes it a server of its own, which has the API below
    /api and shows that run at /. rate: requests a second for each address, instead of STRATA_API_RATE. lifespan: as
    Starlette takes it.
    """
    own = run_id is not None
    app = Application(
        title="Strata",
        summary="Runs of small convolutional networks: metrics, snapshots, weights, predictions, trainings.",
        description=_DESCRIPTION,
        version="1",
        # FastAPI's pages load their scripts from other hosts; /openapi.json says the same.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.engine, app.state.batches = engine, Batches()
    app.state.buckets = Buckets(limits.rate() if rate is None else rate)
    app.state.sockets = live_routes.Sockets()
    app.state.run_id, app.state.prefix = run_id or PRETRAINED.name, "/api" if own else ""
    for routes in (health_routes, run_routes, prediction_routes, training_routes, live_routes):
        app.include_router(routes.router, prefix=app.state.prefix)
    if own:
        app.include_router(own_routes.router)
    problems.install(app)
    app.add_middleware(Watching, buckets=app.state.buckets)
    logs.set_up("info" if own else "warning")
    return app
