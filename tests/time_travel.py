"""An event loop whose clock is simulated: when nothing is ready, time jumps to the next timer.

    from tests.time_travel import TravelClock, run

    def test_a_minute_takes_no_time() -> None:
        async def minute() -> None:
            clock = TravelClock()
            await clock.sleep(60)          # or asyncio.sleep, asyncio.timeout, loop.call_later

        run(minute())

Everything that asks the loop for the time travels along. Jobs in threads (`asyncio.to_thread`)
take no simulated time: the clock stands still until they are done. Sockets whose two ends are in
the same loop work; for a peer in another process give `patience_s`, a real time to wait for it
before each jump, or better use a real loop.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

START_NS = 1_767_600_000_000_000_000
"""2026-01-05 08:00 UTC, a Monday."""

REAL_WAIT_S = 30.0
"""How long to really wait for a thread or a socket before calling it a hang."""


class Stuck(AssertionError):  # noqa: N818 - it is how a test fails
    """The simulated day went on too long, or nothing is left that could ever happen."""


class _Selector(selectors.DefaultSelector):
    """Polls real files; where it would have to wait, it asks its loop to move the clock."""

    loop: TravelLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self.loop.jobs:
            return self._wait(forever=timeout is None)
        events = super().select(self.loop.patience_s) if self.loop.patience_s else []
        if not events:
            self.loop.jump(timeout)
        return events

    def _wait(self, *, forever: bool) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(REAL_WAIT_S)
        if not events:
            what = "nothing is scheduled" if forever else "a thread does not finish"
            raise Stuck(f"{what}, and {REAL_WAIT_S:g} s of real waiting brought nothing")
        return events


class TravelLoop(asyncio.SelectorEventLoop):
    """See the module. `horizon_s`: simulated seconds after which a test counts as stuck."""

    def __init__(self, *, horizon_s: float = 7200.0, patience_s: float = 0.0) -> None:
        selector = _Selector()
        selector.loop = self
        self.now_s = 0.0
        self.jobs = 0
        self.patience_s = patience_s
        self._horizon_s = horizon_s
        super().__init__(selector)

    def time(self) -> float:
        return self.now_s

    def jump(self, seconds: float) -> None:
        self.now_s += seconds
        if self.now_s > self._horizon_s:
            self._horizon_s += self.now_s  # so that the tasks left over can still be cancelled
            raise Stuck(f"still running after {self.now_s:g} simulated seconds")

    def run_in_executor(
        self, executor: Any, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self.jobs += 1
        future.add_done_callback(self._on_job_done)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        self.jobs += 1  # Python 3.12 joins the threads under a timeout, which must not jump
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self.jobs -= 1

    def _on_job_done(self, _future: asyncio.Future[Any]) -> None:
        self.jobs -= 1


class TravelClock:
    """`ingest.clock.Clock` on the running loop's simulated time."""

    def __init__(self, start_ns: int = START_NS) -> None:
        self._loop = asyncio.get_running_loop()
        self._start_ns = start_ns

    def utc_ns(self) -> int:
        return self._start_ns + self.monotonic_ns()

    def monotonic_ns(self) -> int:
        return round(self._loop.time() * 1e9)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def step(self, seconds: float) -> None:
        """Set the wall clock forward, or back; the monotonic clock does not notice."""
        self._start_ns += round(seconds * 1e9)


def run(
    coroutine: Coroutine[Any, Any, T], *, horizon_s: float = 7200.0, patience_s: float = 0.0
) -> T:
    """What `asyncio.run` does, in simulated time."""

    def loop() -> TravelLoop:
        return TravelLoop(horizon_s=horizon_s, patience_s=patience_s)

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(coroutine)
