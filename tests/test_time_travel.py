"""The simulated clock that most asynchronous tests run on."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from tests import time_travel
from tests.time_travel import START_NS, Stuck, TravelClock, run


def test_an_hour_passes_at_once() -> None:
    async def main() -> tuple[int, int]:
        clock = TravelClock()
        await clock.sleep(3600)
        return clock.monotonic_ns(), clock.utc_ns()

    began = time.monotonic()
    assert run(main()) == (3_600_000_000_000, START_NS + 3_600_000_000_000)
    assert time.monotonic() - began < 60


def test_everything_wakes_in_its_order_and_at_its_time() -> None:
    async def main() -> list[tuple[float, str]]:
        loop, woken = asyncio.get_running_loop(), list[tuple[float, str]]()

        async def wake(after_s: float, name: str) -> None:
            await asyncio.sleep(after_s)
            woken.append((loop.time(), name))

        async with asyncio.TaskGroup() as group:
            group.create_task(wake(2.5, "b"))
            group.create_task(wake(0.1, "a"))
            loop.call_later(40, woken.append, (40.0, "c"))
            group.create_task(wake(50, "d"))
        return woken

    assert run(main()) == [(0.1, "a"), (2.5, "b"), (40.0, "c"), (50.0, "d")]


def test_timeouts_run_on_simulated_time() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.get_running_loop().create_future()
        return asyncio.get_running_loop().time()

    assert run(main()) == 30


def test_work_in_a_thread_takes_no_simulated_time() -> None:
    async def main() -> float:
        async with asyncio.timeout(0.001):
            await asyncio.to_thread(sum, range(2_000_000))
        return asyncio.get_running_loop().time()

    assert run(main()) == 0


def test_sockets_within_the_loop_are_served_before_time_moves() -> None:
    async def main() -> tuple[bytes, float]:
        one, two = socket.socketpair()
        _, writer = await asyncio.open_connection(sock=one)
        reader, other = await asyncio.open_connection(sock=two)
        async with asyncio.timeout(5):
            writer.write(b"hello\n")
            line = await reader.readline()
        for stream in (writer, other):
            stream.close()
            await stream.wait_closed()
        return line, asyncio.get_running_loop().time()

    assert run(main()) == (b"hello\n", 0)


def test_the_wall_clock_may_step_while_the_monotonic_one_does_not() -> None:
    async def main() -> tuple[int, int]:
        clock = TravelClock()
        await clock.sleep(1)
        clock.step(-10)
        return clock.utc_ns() - START_NS, clock.monotonic_ns()

    assert run(main()) == (-9_000_000_000, 1_000_000_000)


def test_a_day_that_goes_on_too_long_is_reported() -> None:
    async def main() -> None:
        for _ in range(100):
            await asyncio.sleep(1)

    with pytest.raises(Stuck, match="still running after 61 simulated seconds"):
        run(main(), horizon_s=60)


def test_waiting_for_what_cannot_happen_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_travel, "REAL_WAIT_S", 0.01)

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck, match="nothing is scheduled"):
        run(main())
