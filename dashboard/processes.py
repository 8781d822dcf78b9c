"""The program's own child processes: collector, loader, pages."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest.private import private_folder

STOP_WITHIN_S = 10.0

Child = subprocess.Popen[bytes]


def command(home: Path, *words: str, radio: str | None = None) -> list[str]:
    """The command line of another run of this program; never picks up the working directory."""
    chosen = ["--radio", radio] if radio else []
    return [sys.executable, "-P", "-m", "dashboard", "--home", str(home), *chosen, *words]


def spawn(words: Sequence[str], log: Path) -> Child:
    """Start a child whose output goes to an owner-only log file; it outlives this process."""
    private_folder(log.parent)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            words,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def end(children: Sequence[Child]) -> None:
    """Ask children to stop, then insist."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def children(log: Path, *commands: Sequence[str]) -> Iterator[list[Child]]:
    """Children for as long as the context lasts."""
    started: list[Child] = []
    try:
        for words in commands:
            started.append(spawn(words, log))  # noqa: PERF401 - those started are ended
        yield started
    finally:
        end(started)


async def load(home: Path) -> None:
    """Run the loader in its own short-lived process and wait for it, off the event loop."""
    process = await asyncio.create_subprocess_exec(
        *command(home, "load", "--json"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
