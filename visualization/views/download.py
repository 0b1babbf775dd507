"""A button that makes a file when somebody takes it, and hands it over whatever other sessions do meanwhile."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Literal

import streamlit as st
from streamlit import runtime

KEPT_SECONDS = 60.0
"""How long a made file can be fetched; a browser asks for it at once, and what it fetches then is its own."""
_places = itertools.count()
_free_places: list[str] = []
_lock = threading.Lock()


def button(
    label: str,
    made: Callable[[], bytes | str],
    *,
    file_name: str,
    mime: str,
    key: str | None = None,
    explained: str | None = None,
    kind: Literal["secondary", "tertiary"] = "secondary",
    disabled: bool = False,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw it; `made` runs in a thread of its own at each click, and the page is not drawn again for it.

    explained: what the pointer is told.
    """

    def kept() -> bytes:
        content = made()
        octets = content.encode() if isinstance(content, str) else content
        _keep(octets, mime, file_name)
        return octets

    st.download_button(
        label,
        kept,
        file_name=file_name,
        mime=mime,
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
        help=explained,
        type=kind,
        width=width,
        key=key,
    )


def _keep(content: bytes, mime: str, file_name: str) -> None:
    """Have Streamlit keep a file for KEPT_SECONDS.

    Of one that a download has made it knows nobody who needs it: any two drawings of any pages deleted it, also before
    the browser asked for it, and the download ended with 404. Here a place is said to show it; as the thread belongs to
    no session, no drawing takes that back.
    """
    if not runtime.exists():
        return
    with _lock:
        place = _free_places.pop() if _free_places else f"taken {next(_places)}"
    _put(content, mime, place, file_name)
    timer = threading.Timer(KEPT_SECONDS, _let_go, (place,))
    timer.daemon = True
    timer.start()


def _let_go(place: str) -> None:
    """Have nothing stand where the file stood: the next drawings delete it, if nobody else has taken it since."""
    if runtime.exists():
        _put(b"", "text/plain", place, None)
    with _lock:
        _free_places.append(place)


def _put(content: bytes, mime: str, place: str, file_name: str | None) -> None:
    # With the same type and name it is the very file that Streamlit makes of the download's answer.
    runtime.get_instance().media_file_mgr.add(content, mime, place, file_name=file_name, is_for_static_download=True)
