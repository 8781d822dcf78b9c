"""Lets in who is signed in, and ends what they opened when their session ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from dashboard.share.agreed import Share
from dashboard.share.guard import REFUSED, refuse
from dashboard.share.identity import claims_of, ends_s, persons_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Cookies = Mapping[str, str]
Until = Callable[[Cookies], float | None]
"""Cookies to the epoch second when their session ends; None: nobody has signed in with them."""


class Gate:
    """An ASGI application: the one inside for whoever is signed in, another for strangers."""

    def __init__(
        self, app: ASGIApp, strangers: ASGIApp, until: Until, now_s: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._strangers = strangers
        self._until = until
        self._now_s = now_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, WebSocket or lifespan."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        until = self._until(HTTPConnection(scope).cookies)
        left_s = 0.0 if until is None else until - self._now_s()
        if left_s <= 0.0:
            return await self._strangers(scope, receive, send)
        if scope["type"] == "websocket":
            return await _lasting(self._app, left_s, scope, receive, send)
        return await self._app(scope, receive, send)


async def _lasting(app: ASGIApp, left_s: float, scope: Scope, receive: Receive, send: Send) -> None:
    """A WebSocket that is closed when the time is up."""
    end_s, closed = time.monotonic() + left_s, False

    async def heard() -> Message:
        nonlocal closed
        try:
            async with asyncio.timeout(end_s - time.monotonic()):
                return await receive()
        except TimeoutError:
            if not closed:
                closed = True
                await send({"type": "websocket.close", "code": REFUSED})
            return {"type": "websocket.disconnect", "code": REFUSED}

    async def said(message: Message) -> None:
        if not closed:
            await send(message)

    await app(scope, heard, said)


class Lobby:
    """What a stranger gets where a provider signs people in: the page that asks for it, no data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        held = ("/media/", "/_stcore/upload_file/", "/_stcore/metrics", "/_stcore/agent/")
        if scope["path"].startswith(held):
            return await refuse(scope, receive, send)
        return await self._app(_anew(scope), receive, send)


def _anew(scope: Scope) -> Scope:
    """A WebSocket that does not ask for an earlier session: the third entry of its protocols."""
    if scope["type"] != "websocket":
        return scope
    headers = [
        (name, b",".join(value.split(b",")[:2]) if name == b"sec-websocket-protocol" else value)
        for name, value in scope["headers"]
    ]
    return {**scope, "headers": headers}


def until_of(share: Share) -> Until:
    """When the session of a provider's identity ends; None for whoever share.toml does not name."""

    def until(cookies: Cookies) -> float | None:
        claims = claims_of(cookies)
        if claims is None or persons_of(share, claims, ()) is None:
            return None
        return ends_s(claims)

    return until
