"""What stands before every request: only our own pages, under our own names, may ask.

Streamlit looks at the host of a WebSocket alone, and asks an outside service for the computer's
address when an origin is foreign to it; nothing foreign gets so far.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSED = 1008
"""Policy violation: RFC 6455 section 7.4.1."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Streamlit's own page and Vega's
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' {sockets}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content Security Policy level 3 (W3C): the browser itself refuses every outside address."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # no-referrer would make our own forms foreign
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """An ASGI application that refuses foreign hosts, origins and frames for the one inside."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, WebSocket or lifespan."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if (_hostname(host) in self._hosts) and _same_site(headers, host):
            return await self._app(scope, receive, _hardened(send, host))
        return await refuse(scope, receive, send)


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _place(origin: str) -> str | None:
    """Host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _same_site(headers: Headers, host: str) -> bool:
    """Whether one of our own pages asks, or a person who follows a link or types an address."""
    origin = headers.get("origin")
    if origin is not None and _place(origin) != host.lower():
        return False
    fetched = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return fetched or headers.get("sec-fetch-mode") == "navigate"


def _hardened(send: Send, host: str) -> Send:
    """The same replies with headers that bind the browser."""
    policy = POLICY.format(sockets=f"ws://{host} wss://{host}")

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Content-Security-Policy"] = policy
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return hardened


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Say no, without a word of what is here."""
    if scope["type"] == "websocket":
        return await WebSocketClose(REFUSED)(scope, receive, send)
    return await PlainTextResponse("Refused.", status_code=403)(scope, receive, send)
