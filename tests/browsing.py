"""Chromium on the pages of a running program."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Request, expect, sync_playwright

from dashboard.data import open_data
from dashboard.demo import progress
from dashboard.server import wait_until_ready
from dashboard.shell import PAGES

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
CHARTS_DRAWN = """() => !document.querySelector('[data-testid="stSkeleton"]')
  && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
    .every(chart => chart.querySelector('svg.marks, canvas.marks'))"""
CLOSED = '[data-testid="stMain"] details:not([open]) > summary'
AT_REST = """() => document.getAnimations().every(one => one.playState !== 'running'
  || one.effect.getComputedTiming().endTime === Infinity)"""
MOST_LINES = 40
PATIENCE_MS = 30_000
HISTORY_S = 120.0
STOP_S = 120.0
"""The demo scores its last week before it ends, and writes whatever it was asked for."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def program(home: Path, *words: str, **environment: str) -> Iterator[str]:
    """`legload WORDS --port P` for as long as the context lasts; the address of its pages."""
    port = free_port()
    command = [sys.executable, "-P", "-m", "dashboard", "--home", str(home), *words]
    with subprocess.Popen(
        [*command, "--no-browser", "--port", str(port)],
        env={**os.environ, "LEGLOAD_HOME": str(home), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until_ready(port, [process], 60.0)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_S)


@contextlib.contextmanager
def browser(
    width: int = 1280, height: int = 1000, *, tls_errors: bool = True
) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the requests it made that did not go to this computer.

    tls_errors: whether a certificate that nobody knows stops it.
    """
    outside: list[str] = []

    def note(request: Request) -> None:
        url = urlparse(request.url)
        if url.scheme not in ("data", "blob") and url.hostname != "127.0.0.1":
            outside.append(request.url)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            accept_downloads=True,
            ignore_https_errors=not tls_errors,
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.on("request", note)
        yield page, outside
        context.close()
        chromium.close()


def settled(page: Page) -> None:
    """Wait until Streamlit has drawn everything."""
    page.wait_for_selector(IDLE)


def drawn(page: Page) -> None:
    """Wait until Streamlit has drawn everything, every chart itself, and no colour still fades."""
    settled(page)
    page.locator("h1").first.wait_for()
    page.wait_for_function(CHARTS_DRAWN)
    page.wait_for_function(AT_REST)


def opened(page: Page) -> None:
    """Open every line that can be opened, and wait for what is inside."""
    closed = page.locator(CLOSED)
    for _ in range(MOST_LINES):
        if not closed.count():
            break
        before = closed.count()
        closed.first.click()
        page.wait_for_function(
            "([closed, before]) => document.querySelectorAll(closed).length < before",
            arg=[CLOSED, before],
        )
        settled(page)
    drawn(page)


@contextlib.contextmanager
def demo_with_history(home: Path, **environment: str) -> Iterator[str]:
    """The pages of a running demo whose last full week is complete."""
    with program(home, "demo", **environment) as address:
        end = time.monotonic() + HISTORY_S
        while time.monotonic() < end:
            found = progress(home / "demo")
            if (found is None or found.full_week) and open_data(home / "demo").weeks("robin")[1:]:
                break
            time.sleep(0.5)
        yield address


def page_url(address: str, key: str) -> str:
    """The address of a page by its key; the first page stands at the root."""
    return address if key == PAGES[0].key else f"{address}/{key}"
