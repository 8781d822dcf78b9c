"""How pages and commands talk to the running collector: one JSON line each way.

An owner-only Unix socket; where the system has none, or the path would be too long for one, a
loopback port with a token from an owner-only file.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from ingest.errors import IngestError
from ingest.private import create_whole
from language.spoken import _, language, mark, speaking

log = logging.getLogger(__name__)

SOCKET_PATH_MOST = 100  # bytes; sun_path holds 104 to 108
LINE_MOST = 1 << 20
REQUEST_S = 10.0

Handler = Callable[[dict[str, Any]], Awaitable[Any]]


class NotRunning(IngestError):  # noqa: N818 - reads as what happened
    """No collector answers for this home folder."""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Where a collector listens; kept in an owner-only file in the home folder."""

    pid: int
    radio: str
    path: str | None = None
    port: int | None = None
    token: str = ""


def _contact_file(home: Path) -> Path:
    return home / "collector.json"


class ControlServer:
    """Answers requests for as long as the context lasts."""

    def __init__(self, home: Path, radio: str, handle: Handler) -> None:
        self._home = home
        self._radio = radio
        self._handle = handle
        self._token = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> ControlServer:
        path = self._home / "collector.sock"
        if sys.platform != "win32" and len(os.fsencode(path)) <= SOCKET_PATH_MOST:
            path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, path, limit=LINE_MOST)
            path.chmod(0o600)
            contact = Contact(pid=os.getpid(), radio=self._radio, path=str(path), token=self._token)
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_MOST)
            port = self._server.sockets[0].getsockname()[1]
            contact = Contact(pid=os.getpid(), radio=self._radio, port=port, token=self._token)
        create_whole(_contact_file(self._home), msgspec.json.encode(contact))
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        _contact_file(self._home).unlink(missing_ok=True)
        (self._home / "collector.sock").unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                line = await reader.readline()
            reply = await self._reply(line)
            writer.write(msgspec.json.encode(reply) + b"\n")
            await writer.drain()
        except (OSError, ValueError, TimeoutError) as error:
            log.debug("a control request broke off: %s", error)
        finally:
            writer.close()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            known = hmac.compare_digest(str(request.pop("token", "")), self._token)
            with speaking(str(request.pop("language", language()))):
                return await self._answer(request, known)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            return {"error": _("The collector did not understand the request: {why}.", why=error)}

    async def _answer(self, request: dict[str, Any], known: bool) -> dict[str, Any]:
        """In the language of whoever asks, as everything that is begun because of it."""
        if not known:
            return {"error": _("This request does not carry the collector's token.")}
        try:
            return {"ok": await self._handle(request)}
        except IngestError as error:
            return {"error": error.problem, "advice": error.advice}


def contact(home: Path) -> Contact | None:
    """Where this home's collector said that it listens."""
    try:
        return msgspec.json.decode(_contact_file(home).read_bytes(), type=Contact)
    except (OSError, msgspec.DecodeError):
        return None


def ask(home: Path, do: str, *, timeout_s: float = 5.0, **arguments: object) -> Any:
    """The running collector's answer, as plain JSON values.

    Raises:
        NotRunning: nothing listens.
        IngestError: the collector says what went wrong.
    """
    where = contact(home)
    if where is None:
        raise _not_running()
    request = {"do": do, "token": where.token, "language": language(), **arguments}
    try:
        with _dial(where, timeout_s) as link, link.makefile("rwb") as stream:
            stream.write(msgspec.json.encode(request) + b"\n")
            stream.flush()
            line = stream.readline(LINE_MOST)
    except TimeoutError as error:
        raise IngestError(
            mark("The collector did not answer within {seconds} s."),
            mark("Try again; if that does not help, stop it and start it again."),
            seconds=round(timeout_s),
        ) from error
    except OSError as error:
        raise _not_running() from error
    if not line:
        raise IngestError(mark("The collector stopped while it was asked."))
    reply = json.loads(line)
    if "error" in reply:
        raise IngestError(reply["error"], reply.get("advice", ""))
    return reply["ok"]


def _not_running() -> NotRunning:
    return NotRunning(mark("No collector is running."), mark("Start one with 'legload run'."))


def _dial(where: Contact, timeout_s: float) -> socket.socket:
    if where.path is not None:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(timeout_s)
        try:
            link.connect(where.path)
        except OSError:
            link.close()
            raise
        return link
    return socket.create_connection(("127.0.0.1", where.port or 0), timeout_s)
