"""How large a frame of one WebSocket may be, on a server whose others may be larger."""

from __future__ import annotations

from fastapi import WebSocket

MORE_BYTES = 4096
"""Beyond a picture: what is a little too large is told in words, and only what is far too large by the protocol."""


def limit(websocket: WebSocket, size: int) -> None:
    """Refuse frames of more than `size` bytes and a little from now on, before they are held.

    ASGI has no word for it. The page's server, Streamlit's, takes 200 MB for uploads and so would /live; the limit is
    set where uvicorn's protocol keeps it, as for `model.api.ending`. Elsewhere the server's own limit holds.
    """
    receive = getattr(websocket, "_receive", None)
    protocol = getattr(receive, "__self__", None)
    connection = getattr(protocol, "conn", None)
    for place, name in ((connection, "max_message_size"), (protocol, "max_size")):
        if isinstance(getattr(place, name, None), int):
            setattr(place, name, size + MORE_BYTES)
            return
