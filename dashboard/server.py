"""The pages' web server: loopback only, no telemetry, no outside request."""

from __future__ import annotations

import importlib
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.errors import DashboardError
from dashboard.processes import Child
from dashboard.theme import SERVER_OPTIONS

if TYPE_CHECKING:
    from dashboard.settings import Settings

HOST = "127.0.0.1"
PORTS_TRIED = 20


def serve(settings: Settings, port: int) -> None:
    """Serve the pages until stopped; blocks."""
    from streamlit.web import bootstrap

    os.environ["LEGLOAD_HOME"] = str(settings.home)
    os.environ["LEGLOAD_RADIO"] = settings.radio
    importlib.import_module("dashboard.shell")  # the first page need not wait for it
    options = {**SERVER_OPTIONS, "server_port": port, "server_address": HOST}
    bootstrap.load_config_options(options)
    script = str(Path(__file__).with_name("app.py"))
    bootstrap.run(script, False, [], options)


def free_port(wanted: int) -> int:
    """The wanted port, or the next one that nobody uses.

    Raises:
        DashboardError: twenty in a row are taken.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise DashboardError(
        f"Port {wanted} and those after it are all in use.",
        "Choose another: --port 9000",
    )


def wait_until_ready(port: int, children: Sequence[Child], within_s: float) -> None:
    """Return when the pages answer.

    Raises:
        DashboardError: a child ended, or the time is up.
    """
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if any(child.poll() not in (None, 0) for child in children):
            raise DashboardError(
                "A part of the program stopped while starting.",
                "See the newest file in the 'logs' folder, or run 'legload doctor'.",
            )
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/_stcore/health", timeout=2) as reply:
                if reply.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise DashboardError(
        f"The pages did not start within {within_s:.0f} s.", "Try again, or run 'legload doctor'."
    )
