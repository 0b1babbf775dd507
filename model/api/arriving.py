"""A request's body on its way: how long it may take, how many may be half there, and the rest that nobody reads."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.datastructures import Headers

from model.api.problems import Refusal

Receive = Callable[[], Awaitable[Any]]

BODY_SECONDS = 60.0
"""For a whole body, from its request on: 10 MB by 1.4 Mbit/s."""
MOST_HALF_SENT = 64
MOST_HALF_SENT_AN_ADDRESS = 48
"""A class is often one address. Each may hold 10 MB until it is whole."""
MOST_DRAINED = 64 * 2**20
"""Bytes read and thrown away after an answer that did not need them: closed at once, the connection would be reset,
and the answer be lost on whoever was still sending."""
DRAIN_SECONDS, IDLE_SECONDS = 10.0, 1.0
"""At most so long, and no longer than nothing comes."""


class HalfSent:
    """How many bodies are on their way, in all and for each address."""

    def __init__(self) -> None:
        self._addresses: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Whether one more may be, which is counted then."""
        full = self._addresses.total() >= MOST_HALF_SENT or self._addresses[address] >= MOST_HALF_SENT_AN_ADDRESS
        if not full:
            self._addresses[address] += 1
        return not full

    def give_back(self, address: str) -> None:
        """One that was taken is whole, or given up."""
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]


def announced(headers: Headers) -> int:
    """Bytes that a request says its body has; 0 where it says none, or no number."""
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0


def is_empty(headers: Headers) -> bool:
    """Whether no body was sent, by HTTP's own two signs of one."""
    return headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers


class Body:
    """The body of one request, which `receive` gives piece by piece."""

    def __init__(self, headers: Headers, receive: Receive, half_sent: HalfSent, address: str) -> None:
        self._receive, self._half_sent, self._address = receive, half_sent, address
        self._until = asyncio.get_running_loop().time() + BODY_SECONDS
        self._is_whole = is_empty(headers)
        self._is_asked_first = headers.get("expect", "").lower() == "100-continue"
        self._is_counted = self._has_begun = self._is_late = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is still to come."""
        return self._is_whole

    async def receive(self) -> Any:
        """The next piece, as ASGI has it; raises Refusal where it comes too slowly, or too many others come."""
        if self._is_whole:
            return await self._receive()
        if not self._has_begun and not self._half_sent.take(self._address):
            raise Refusal(
                503,
                "Too many bodies are on their way",
                f"{MOST_HALF_SENT_AN_ADDRESS} bodies of this address, or {MOST_HALF_SENT} of all, are half sent. "
                "Expected fewer at a time. Send this one again in a few seconds.",
                {"Retry-After": "5"},
            )
        self._is_counted = self._is_counted or not self._has_begun
        self._has_begun = True
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            self._is_late = True
            raise Refusal(
                408,
                "The body came too slowly",
                f"The body was not whole after {BODY_SECONDS:g} s. Expected all of it by then. Send a smaller one, or "
                "over a faster connection.",
            ) from error
        if message["type"] != "http.request" or not message.get("more_body", False):
            self.let_go()
            self._is_whole = True
        return message

    def let_go(self) -> None:
        """It counts among those on their way no more."""
        if self._is_counted:
            self._half_sent.give_back(self._address)
            self._is_counted = False

    async def drain(self) -> None:
        """Read what is still to come and throw it away, so much and so long as is bearable."""
        if self._is_whole or self._is_late or (self._is_asked_first and not self._has_begun):
            return
        loop, drained = asyncio.get_running_loop(), 0
        until = loop.time() + DRAIN_SECONDS
        while drained < MOST_DRAINED:
            try:
                async with asyncio.timeout_at(min(until, loop.time() + IDLE_SECONDS)):
                    message = await self._receive()
            except TimeoutError:
                return
            drained += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return
