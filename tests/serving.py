"""The pages of a home folder, and what is asked of them without a browser."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from dashboard.server import wait_until_ready
from tests.browsing import free_port

PATIENCE_S = 120.0


@contextlib.contextmanager
def pages(home: Path, *words: str, port: int | None = None, **variables: str) -> Iterator[int]:
    """`legload dashboard WORDS` for as long as the context lasts; its port."""
    chosen = port or free_port()
    command = [sys.executable, "-P", "-m", "dashboard", "--home", str(home), "--radio", "virtual"]
    with subprocess.Popen(
        [*command, "dashboard", "--no-browser", "--port", str(chosen), *words],
        env={**os.environ, "LEGLOAD_HOME": str(home), **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            host = "127.0.0.1" if "--share" in words else None
            wait_until_ready(chosen, [process], PATIENCE_S, host)
            yield chosen
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def asked(
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: str = "",
    **headers: str,
) -> tuple[int, Mapping[str, str], str]:
    """Status, headers and text of one request; header names have _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(connection):
        connection.request(method, path, body=body or None, headers=named)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode(errors="replace")
