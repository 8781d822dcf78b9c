"""Time as an argument, so that tests decide how fast it runs."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Protocol


class Clock(Protocol):
    """Wall clock, monotonic clock and sleep."""

    def utc_ns(self) -> int:
        """Nanoseconds since 1970 UTC; may step."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that never step back; the origin means nothing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class SystemClock:
    """The computer's own clocks."""

    def utc_ns(self) -> int:
        """See `Clock`."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """See `Clock`."""
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await asyncio.sleep(seconds)


async def until(*things: Coroutine[Any, Any, Any]) -> None:
    """Return when the first of several things is done; the others are cancelled."""
    tasks = [asyncio.create_task(thing) for thing in things]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
