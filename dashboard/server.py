"""The pages' web server: loopback only unless shared, no telemetry, no outside request."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError
from dashboard.processes import Child
from dashboard.theme import SERVER_OPTIONS
from language.spoken import _

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from dashboard.settings import Settings
    from dashboard.share.agreed import Share

HOST = "127.0.0.1"
PORTS_TRIED = 20
GRACE_S = 3
"""What an open page may still take when the program ends (design)."""
LARGEST_MESSAGE = 200 * 2**20
"""Bytes of one message between page and server: Streamlit's usual `server.maxMessageSize`."""

PINNED: dict[str, object] = {
    "server.trustedUserHeaders": {},
    "server.corsAllowedOrigins": [],
    "server.baseUrlPath": "",
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.scriptHealthCheckEnabled": False,
    "global.developmentMode": False,
    "secrets.files": [],
}
"""What a file or a variable meant for another Streamlit program must not change here."""


def serve(settings: Settings, port: int, share: Share | None = None) -> None:
    """Serve the pages until stopped; blocks.

    share: what is agreed with others beyond this computer; None: nothing is.
    """
    import uvicorn

    os.environ["LEGLOAD_HOME"] = str(settings.home)
    os.environ["LEGLOAD_RADIO"] = settings.radio
    os.environ["LEGLOAD_SHARED"] = "yes" if share else ""
    importlib.import_module("dashboard.shell")  # the first page need not wait for it
    config = uvicorn.Config(
        _application(port, share),
        host=share.address if share else HOST,
        port=port,
        ssl_certfile=share.certificate if share else None,
        ssl_keyfile=share.key if share else None,
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        timeout_graceful_shutdown=GRACE_S,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
    )
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # what uvicorn raises again at the end
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()


def _application(port: int, share: Share | None) -> ASGIApp:
    """Streamlit's own, and what stands before it."""
    import streamlit as st
    from streamlit.web import bootstrap

    from dashboard.share.door import guarded

    address, secured = (share.address, share.secured) if share else (HOST, False)
    options: dict[str, object] = {
        **SERVER_OPTIONS,
        **PINNED,
        "server.port": port,
        "server.address": address,
    }
    if share:
        options["server.allowedHosts"] = list(share.allowed_hosts)
    if secured:  # Streamlit marks its cookies by it; the files are uvicorn's to read
        options["server.sslCertFile"] = share.certificate if share else ""
    bootstrap.load_config_options(options)
    script = Path(__file__).with_name("app.py")
    return guarded(st.App(script, secrets=share.secrets() if share else None), share)


def free_port(wanted: int, host: str = HOST) -> int:
    """The wanted port of an address of this computer, or the next one that nobody uses.

    Raises:
        DashboardError: twenty in a row are taken.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket(family_of(host)) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise DashboardError(
        _("Port {port} and those after it are all in use.", port=wanted),
        _("Choose another: --port 9000"),
    )


def family_of(host: str) -> socket.AddressFamily:
    """Of a numeric address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def address_of(port: int, share: Share | None) -> str:
    """What one types into a browser."""
    if share is None:
        return f"http://{HOST}:{port}"
    host = f"[{share.address}]" if ":" in share.address else share.address
    return (
        f"{'https' if share.secured else 'http'}://{share.hosts[0] if share.hosts else host}:{port}"
    )


def wait_until_ready(
    port: int, children: Sequence[Child], within_s: float, host: str | None = None
) -> None:
    """Return when the pages answer. host: of shared pages, None of those for this computer.

    Raises:
        DashboardError: a child ended, or the time is up.
    """
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if any(child.poll() not in (None, 0) for child in children):
            raise DashboardError(
                _("A part of the program stopped while starting."),
                _("See the newest file in the 'logs' folder, or run 'legload doctor'."),
            )
        if _answers(host, port):
            return
        time.sleep(0.2)
    raise DashboardError(
        _("The pages did not start within {seconds} s.", seconds=f"{within_s:.0f}"),
        _("Try again, or run 'legload doctor'."),
    )


def _answers(host: str | None, port: int) -> bool:
    """Whether the pages are there; of shared ones, whether somebody listens."""
    try:
        if host is not None:
            socket.create_connection((host, port), timeout=2).close()
            return True
        with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False
