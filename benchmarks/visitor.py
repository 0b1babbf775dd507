"""A visitor of the page without a browser: Streamlit's own protocol over its WebSocket, and the scene's HTTP requests.

It keeps what a browser keeps: which widgets there are and what they say, in which fragment each stands, which
fragments ask to be drawn again by themselves, and the address. What it draws is nothing.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

ANSWER_SECONDS = 60.0
_GOES_ON = ForwardMsg.FINISHED_EARLY_FOR_RERUN
_MOST_KEPT = 50
_FAILED = ForwardMsg.FINISHED_WITH_COMPILE_ERROR


@dataclass(slots=True)
class Figures:
    """What all visitors measured: milliseconds of first drawings, of those after, of HTTP requests; errors in words.

    kinds: those after the first, by what was done; processor_seconds: what the server used meanwhile;
    trainings: how many were asked for.
    """

    first: list[float] = field(default_factory=list)
    kinds: dict[str, list[float]] = field(default_factory=dict)
    http: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    processor_seconds: float = 0.0
    trainings: int = 0

    @property
    def reruns(self) -> list[float]:
        """Those of every kind."""
        return [milliseconds for kind in self.kinds.values() for milliseconds in kind]


class Visitor:
    """One session."""

    def __init__(self, port: int, figures: Figures, query: str = "") -> None:
        """query: of the address by which it comes."""
        self._port, self._figures, self._query = port, figures, query
        self._widgets: dict[str, WidgetState] = {}
        self._ids: dict[str, str] = {}
        self._fragments: dict[str, str] = {}
        self._again: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._weights: set[str] = set()
        self._kept: dict[str, ForwardMsg] = {}
        self.scene: dict[str, Any] = {}
        self._socket: ClientConnection | None = None

    async def come(self) -> None:
        """Open the page."""
        address = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        self._socket = await connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None)
        self._figures.first.append(await self._run())
        await self._fetch_weights()

    async def leave(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def rest(self, seconds: float) -> None:
        """Look at the page for so long, which draws itself again where it asked for that."""
        end = time.monotonic() + seconds
        while True:
            fragment = min(self._due, key=self._due.__getitem__, default=None)
            wake = min(end, self._due[fragment]) if fragment is not None else end
            await asyncio.sleep(max(0.0, wake - time.monotonic()))
            if time.monotonic() >= end or fragment is None:
                return
            self._keep("by itself", await self._run(fragment, by_itself=True))
            if fragment in self._again:
                self._due[fragment] = time.monotonic() + self._again[fragment]
            await self._fetch_weights()

    async def choose(self, label: str, option: str) -> None:
        """Choose an option of a bar of buttons, as that of views."""
        state = WidgetState(id=self._ids[label])
        state.string_array_value.data.append(option)
        await self._act(state, option if label == "View" else label)

    async def click(self, label: str) -> None:
        """Click a button."""
        await self._act(WidgetState(id=self._ids[label], trigger_value=True), label)

    def sees(self, label: str) -> bool:
        """Whether there is a button or a bar of that label."""
        return label in self._ids

    async def draw(self, ink: np.ndarray, serial: int) -> None:
        """Lift the pen over a drawing, uint8 (280, 280)."""
        message = {
            "schema": 1, "serial": serial, "side": 280, "ink": runs_of(ink),
            "switches": {"crop": True, "fit": True, "centre": True},
        }  # fmt: skip
        await self._act(WidgetState(id=self._ids["scene"], json_value=json.dumps({"drawing": message})), "draw")

    async def trace(self) -> None:
        """Ask Keras for the activations of the picture in the scene, as the scene's check does."""
        pixels = base64.b64decode(self.scene["image"]["pixels"])
        await self._request("POST", self.scene["trace_url"], pixels)

    def _keep(self, kind: str, milliseconds: float) -> None:
        self._figures.kinds.setdefault(kind, []).append(milliseconds)

    async def _act(self, state: WidgetState, kind: str) -> None:
        self._widgets[state.id] = state
        self._keep(kind, await self._run(self._fragments.get(state.id, "")))
        if state.HasField("trigger_value"):
            del self._widgets[state.id]
        await self._fetch_weights()

    async def _run(self, fragment: str = "", by_itself: bool = False) -> float:
        """Let the script, or a fragment of it, run to its end; milliseconds."""
        assert self._socket is not None
        asked = BackMsg()
        script = asked.rerun_script
        script.query_string, script.fragment_id, script.is_auto_rerun = self._query, fragment, by_itself
        script.widget_states.widgets.extend(self._widgets.values())
        script.cached_message_hashes.extend(self._kept)
        began = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                received = await self._socket.recv()
                assert isinstance(received, bytes)
                message = ForwardMsg.FromString(received)
                if message.WhichOneof("type") == "script_finished":
                    if message.script_finished == _FAILED:
                        self._figures.errors.append("the script did not compile")
                    if message.script_finished != _GOES_ON:
                        return 1000 * (time.perf_counter() - began)
                self._take(self._whole(message))

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """A message that was sent before is named by its hash alone; the browser keeps the large ones."""
        if message.WhichOneof("type") == "ref_hash":
            kept = ForwardMsg()
            kept.CopyFrom(self._kept[message.ref_hash])
            kept.metadata.CopyFrom(message.metadata)
            return kept
        if message.metadata.cacheable:
            self._kept[message.hash] = message
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        return message

    def _take(self, message: ForwardMsg) -> None:
        """Keep what a browser would of a message."""
        match message.WhichOneof("type"):
            case "new_session" if not message.metadata.run.fragment_ids:
                self._again, self._due, self._ids, self._fragments = {}, {}, {}, {}
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "auto_rerun":
                again = message.auto_rerun
                self._again[again.fragment_id] = again.interval
                self._due.setdefault(again.fragment_id, time.monotonic() + again.interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._again.pop(fragment, None)
                    self._due.pop(fragment, None)
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                self._take_element(message.delta.new_element, message.delta.fragment_id)

    def _take_element(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self._figures.errors.append(f"{element.exception.type}: {element.exception.message[:200]}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self._figures.errors.append(element.alert.body[:200])
        elif kind in {"button", "button_group"}:
            found = getattr(element, kind)
            self._ids[found.label] = found.id
            self._fragments[found.id] = fragment
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("scene"):
            self._ids["scene"] = element.bidi_component.id
            self._fragments[element.bidi_component.id] = fragment
            self.scene = json.loads(element.bidi_component.json)

    async def _fetch_weights(self) -> None:
        """What the scene does with an address it has not seen: its weights stay with the browser."""
        url = self.scene.get("weights_url")
        if url and url not in self._weights:
            self._weights.add(url)
            await self._request("GET", url)

    async def _request(self, method: str, path: str, body: bytes | None = None) -> None:
        began = time.perf_counter()
        status = await asyncio.to_thread(_ask, self._port, method, path, body)
        self._figures.http.append(1000 * (time.perf_counter() - began))
        if status >= 400:
            self._figures.errors.append(f"{method} {path} was answered with {status}")


def _ask(port: int, method: str, path: str, body: bytes | None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request(method, path, body, {"Content-Type": "application/octet-stream"} if body else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def runs_of(ink: np.ndarray) -> str:
    """A canvas as the pad sends it: a value and a length from 1 to 255 in turn, in base64; see visualization.pad."""
    flat = ink.ravel()
    begins = np.flatnonzero(np.diff(flat, prepend=np.int16(-1)))
    lengths = np.diff(begins, append=flat.size)
    pairs = [
        (int(flat[begin]), min(255, int(length) - taken))
        for begin, length in zip(begins, lengths, strict=True)
        for taken in range(0, int(length), 255)
    ]
    return base64.b64encode(bytes(number for pair in pairs for number in pair)).decode()
