"""May this program use Bluetooth at all? Asked in a process that may die of the question.

macOS ends a process that touches Bluetooth when the program it was started from (the terminal) was
never allowed to: SIGABRT, with nothing to catch (bleak issues 438, 581, 761). So on macOS a child
process touches it first. The child counts as part of the same terminal, so what happens to it
would happen to us (unverified on a Mac).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from language.spoken import _, mark

PROBE = "import asyncio, bleak; asyncio.run(bleak.BleakScanner.discover(timeout=0.1))"
"""Scans for a moment. An error that Python can raise is not its business: scanning meets it too."""

ANSWER_S = 60.0  # design: how long a person may take to answer macOS's question
SETTINGS = mark(
    "Open System Settings > Privacy & Security > Bluetooth, add the program you started legload "
    "from (Terminal, iTerm, ...) with '+', switch it on, start that program anew, and try again."
)

Run = Callable[[Sequence[str], float], Awaitable[int | None]]
"""Given a command and seconds: its exit code, negative if a signal ended it, None if it took
longer and was ended."""


async def run_child(command: Sequence[str], within_s: float) -> int | None:
    """See `Run`."""
    devnull = asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        *command, stdin=devnull, stdout=devnull, stderr=devnull
    )
    try:
        async with asyncio.timeout(within_s):
            return await child.wait()
    except TimeoutError:
        return None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def refusal(platform: str = sys.platform, run: Run = run_child) -> tuple[str, str] | None:
    """What forbids the use of Bluetooth and how to allow it, a sentence each; None if nothing."""
    if platform != "darwin":
        return None
    code = await run((sys.executable, "-c", PROBE), ANSWER_S)
    if code is None:
        answer = _("Answer its question. {otherwise}", otherwise=_(SETTINGS))
        return mark("macOS waits for your leave to use Bluetooth."), answer
    if code < 0:
        return mark("macOS does not allow this program to use Bluetooth."), SETTINGS
    return None
