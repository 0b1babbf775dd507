"""A server that is told to end waits so long for open requests, and no longer: trainings are kept after that."""

from __future__ import annotations

import signal

import uvicorn

CLOSE_SECONDS = 1  # after SIGTERM; trainings then have 3 s to keep what they learned


def end_in_time() -> None:
    """Bound the wait of the server that runs this process; Streamlit starts its own without a bound.

    Call it from the lifespan: the server has taken the signals over by then.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    if isinstance(server, uvicorn.Server):
        server.config.timeout_graceful_shutdown = CLOSE_SECONDS
