"""Who may change something: whoever sends the token that the server was started with. Reading is open."""

from __future__ import annotations

import hmac
import os
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from model.api.problems import Refusal

_bearer = HTTPBearer(auto_error=False, description="The value of STRATA_API_TOKEN, which the server was started with.")


async def _check(sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    token = os.environ.get("STRATA_API_TOKEN", "")
    if not token:
        raise Refusal(
            403,
            "Changes are switched off",
            "This server only answers questions. Expected the environment variable STRATA_API_TOKEN to be set at its "
            "start. Set it to a secret of your own, start the server again, and send the header "
            "Authorization: Bearer <that secret>.",
        )
    # In constant time: how long a refusal takes must not tell how much of a guess was right.
    if sent is None or not hmac.compare_digest(sent.credentials.encode(), token.encode()):
        received = "none" if sent is None else "another"
        raise Refusal(
            401,
            "The token does not fit",
            "Starting, stopping and deleting need the token of this server. Expected the header Authorization: Bearer "
            f"<the value of STRATA_API_TOKEN>. Received {received}. Send the right one.",
            {"WWW-Authenticate": "Bearer"},
        )


MayChange = Depends(_check)
"""Put among a route's dependencies, it refuses who may not change anything."""
