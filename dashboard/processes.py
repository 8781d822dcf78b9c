"""The program's own child processes: collector, loader, pages."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ingest.private import private_folder
from language.spoken import _

STOP_WITHIN_S = 10.0
AGAIN_S = 30.0

Child = subprocess.Popen[bytes]


def command(home: Path, *words: str, radio: str | None = None) -> list[str]:
    """The command line of another run of this program; never picks up the working directory."""
    chosen = ["--radio", radio] if radio else []
    return [sys.executable, "-P", "-m", "dashboard", "--home", str(home), *chosen, *words]


def spawn(words: Sequence[str], log: Path, result: Path | None = None) -> Child:
    """Start a child whose output goes to an owner-only log file; it outlives this process.

    result: a file for what it prints on stdout.
    """
    private_folder(log.parent)
    said, out = _log(log), _log(result or log)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            start_new_session=True,
        )
    finally:
        os.close(said)
        os.close(out)


def _log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


class Keeper:
    """Keeps one child of several running: says when it ended, and starts it again."""

    def __init__(
        self, started: list[Child], words: Sequence[str], log: Path, say: Callable[[str], None]
    ) -> None:
        self._started = started
        self._words = words
        self._log = log
        self._say = say
        self._child = started[0]
        self._again_s: float | None = None
        self._said = ""

    def look(self, now_s: float) -> None:
        """To be called now and then, with a clock that does not step."""
        if self._child.poll() is None:
            return
        if self._again_s is None:
            self._again_s = now_s + AGAIN_S
            said = _(
                "Recording stopped. {reason} It is tried again from time to time.",
                reason=self._reason(),
            )
            if said != self._said:
                self._said = said
                self._say(said)
        elif now_s >= self._again_s:
            self._again_s = None
            self._child = self._started[0] = spawn(self._words, self._log)

    def _reason(self) -> str:
        code = self._child.returncode
        if code < 0:
            return _("Something outside ended it (signal {number}).", number=-code)
        return last_line(self._log)


def last_line(log: Path) -> str:
    """The last thing that a child said."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next(
        (line.strip() for line in reversed(lines) if line.strip()), _("No reason is known.")
    )


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
def children(logs: Path, **commands: Sequence[str]) -> Iterator[list[Child]]:
    """Children for as long as the context lasts, however this process is asked to end.

    commands: by name; what a child says goes to `<logs>/<name>.log`.
    """
    started: list[Child] = []
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        if number is not None
    }
    try:
        for name, words in commands.items():
            started.append(spawn(words, logs / f"{name}.log"))
        yield started
    finally:
        end(started)
        for number, handler in before.items():
            signal.signal(number, handler)


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
