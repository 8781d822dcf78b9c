"""The page that asks for the one password: plain HTML, no script, nothing of the pages behind it.

Who is in is remembered here, in this process: a new start of the program signs everybody out.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard import theme
from dashboard.markup import Markup, el
from dashboard.share.guard import refuse
from dashboard.share.identity import SESSION_S
from dashboard.share.password import LONGEST, Tries, matches
from language.spoken import _, known, language, n_, speaking

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "__Host-legload"
"""RFC 6265bis section 4.1.3.2: only over TLS, only for this host, for the whole site."""

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
LONGEST_FORM = 8 * LONGEST
MOST_SESSIONS = 1000


class Desk:
    """Signs people in with one password; an ASGI application for whoever is not."""

    def __init__(
        self,
        kept: str,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._kept = kept
        self._now_s = now_s
        self._tries = Tries(clock_s)
        self._sessions: dict[bytes, float] = {}

    def until(self, cookies: Mapping[str, str]) -> float | None:
        """When the session of these cookies ends, in epoch seconds; None: there is none."""
        return self._sessions.get(_digest(cookies.get(COOKIE, "")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a WebSocket is refused."""
        if scope["type"] != "http":
            return await refuse(scope, receive, send)
        request = Request(scope, receive)
        with speaking(known(request.headers.get("accept-language"))):
            reply = await self._reply(request)
            return await reply(scope, receive, send)

    async def _reply(self, request: Request) -> Response:
        if request.url.path == SIGN_IN and request.method == "POST":
            return await self._tried(request)
        if request.method != "GET" or request.headers.get("sec-fetch-dest", "document") not in (
            "document",
            "empty",
        ):
            return Response(status_code=401)
        if request.url.path.startswith(("/_stcore/", "/static/", "/media/", "/component/")):
            return Response(status_code=401)
        return _page("", status=401)

    async def _tried(self, request: Request) -> Response:
        """What comes of one try; the hash is computed off the event loop."""
        password = await _password(request)
        if not self._tries.begin():
            seconds = max(1, round(self._tries.wait_s()))
            said = n_(
                "Wait {count} second, then try again.",
                "Wait {count} seconds, then try again.",
                seconds,
            )
            return _page(said, status=429, wait_s=seconds)
        if password is None or not await asyncio.to_thread(matches, password, self._kept):
            return _page(_("That is not the password."), status=403)
        self._tries.right()
        return self._let_in()

    def _let_in(self) -> Response:
        token, now = secrets.token_urlsafe(32), self._now_s()
        alive = {key: end for key, end in self._sessions.items() if end > now}
        self._sessions = dict(list(alive.items())[-MOST_SESSIONS + 1 :])
        self._sessions[_digest(token)] = now + SESSION_S
        reply = RedirectResponse("/", status_code=303)
        reply.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION_S),
            secure=True,
            httponly=True,
            samesite="strict",
        )
        return reply

    def with_exit(self, app: ASGIApp) -> ASGIApp:
        """The application inside, and where one signs out of it."""

        async def inside(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != SIGN_OUT:
                return await app(scope, receive, send)
            self._sessions.pop(_digest(Request(scope).cookies.get(COOKIE, "")), None)
            reply = RedirectResponse("/", status_code=303)
            reply.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
            return await reply(scope, receive, send)

        return inside


def _digest(token: str) -> bytes:
    """What is kept instead of the token: looking it up tells nothing of it by its time."""
    return hashlib.sha256(token.encode()).digest()


async def _password(request: Request) -> str | None:
    """What the form holds; None where it is no form, or absurdly long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return None
    try:
        found = parse_qs(body.decode(), max_num_fields=4).get("password")
    except ValueError:
        return None
    return found[0] if found else None


def _page(said: str, *, status: int, wait_s: int = 0) -> Response:
    """The form, with a sentence above it."""
    field = Markup(
        '<input id="password" name="password" type="password" required autofocus'
        f' autocomplete="current-password" maxlength="{LONGEST}">'
    )
    form = el(
        "form",
        el("label", _("Password"), **{"for": "password"}),
        field,
        el("button", _("Sign in"), type="submit"),
        method="post",
        action=SIGN_IN,
    )
    body = el(
        "main",
        el("h1", "legload"),
        el("p", said or _("These pages are shared with whoever knows the password."), role="alert"),
        form,
        cls="ll",
    )
    head = f"<meta charset=utf-8><meta name=viewport content='width=device-width'>{_style()}"
    html = (
        f"<!doctype html><html lang={language()}><head>{head}<title>legload</title></head>"
        f"<body>{body}</body></html>"
    )
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(wait_s)} if wait_s else {})
    return HTMLResponse(html, status_code=status, headers=headers)


def _style() -> str:
    return (
        theme.css()
        + "<style>:root{color-scheme:light dark;font:18px system-ui,sans-serif}body{margin:0}"
        "main.ll{min-height:100vh;box-sizing:border-box;padding:15vh 1rem;"
        "background:var(--paper);color:var(--ink)}main.ll>*{max-width:24rem;margin:0 auto 1rem}"
        "form{display:grid;gap:.6rem}input,button{font:inherit;padding:.7rem;border-radius:.6rem;"
        "border:1px solid var(--muted);background:var(--panel);color:inherit}"
        "button{background:var(--button);color:#fff;border:0;cursor:pointer}</style>"
    )
