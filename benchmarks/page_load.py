"""Whether people who turn pages cost a recording anything: `python -m benchmarks.page_load`.

Five virtual sensors, one of them six-axis motion at 100 Hz, are recorded in real time while four
browser sessions turn every page and reload, without a pause, in processes of their own. Each
payload that a sensor sent is looked for in the recordings. How late the collector's event loop
wakes is printed with the pages at rest (the baseline) and under that load.

`--seconds` is how long each of the two lasts; `--visitors` how many sessions.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.capture import LEAD_S, SLOW, Sent
from benchmarks.loader import RATE_HZ, gait
from dashboard import processes
from dashboard.server import wait_until_ready
from devices import PROFILES
from ingest.clock import SystemClock
from ingest.collector import Collector
from ingest.radio import open_radio
from ingest.recording import Kind, read_recording, recording_paths
from ingest.virtual import VirtualSensor, VirtualWorld, replay_sensor
from ingest.virtual.catalogue import CATALOGUE
from tests.collecting import enter

TICK_S = 0.01
TURNS = 5
"""Pages that a visitor looks at before reloading, which opens a new session."""
PATIENCE_S = 120.0
LARGEST = 200 * 2**20
IMU_ADDRESS = "D0:1E:61:0A:D2:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one stretch came to. late_ms: 50th, 99th percentile and most of the event loop."""

    sent: int
    recorded: int
    turns: int
    failed: int
    late_ms: tuple[float, float, float]


def sensors(seconds: float, sent: Sent) -> list[VirtualSensor]:
    """One motion sensor and four slow ones, their payloads counted."""
    rng = np.random.default_rng(1)
    axes = gait(rng, round(seconds * RATE_HZ))
    motion = replay_sensor(axes, RATE_HZ, address=IMU_ADDRESS, serial="IMU-1")
    slow = (CATALOGUE[key](rng, time.time_ns()) for key in SLOW)
    return [sent.counting(sensor) for sensor in (motion, *slow)]


async def _late(found: list[float]) -> None:
    """Milliseconds by which the event loop wakes too late, each 10 ms."""
    while True:
        wanted = time.perf_counter() + TICK_S
        await asyncio.sleep(TICK_S)
        found.append((time.perf_counter() - wanted) * 1e3)


async def recorded(home: Path, seconds: float, sent: Sent) -> list[float]:
    """Record them all for that long; how late the event loop was, in ms."""
    clock, rng = SystemClock(), np.random.default_rng(2)
    world = sensors(seconds, sent)
    for sensor in world:
        enter(home, sensor, key=sensor.serial.lower())

    async def load() -> None:
        await processes.load(home)

    late: list[float] = []
    async with open_radio(
        "virtual", virtual=lambda link: VirtualWorld(link, world, clock, rng)
    ) as radio:
        collector = Collector(home, radio, profiles=PROFILES, clock=clock, rng=rng, load=load)
        watch = asyncio.create_task(_late(late))
        await collector.run(seconds + LEAD_S)
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
    return late


def kept(home: Path) -> int:
    """Notifications in the recordings that the sensors sent of themselves."""
    watched = {uuid for key in ("thingy52", *SLOW) for uuid in PROFILES[key].notify}
    count = 0
    for path in recording_paths(home):
        recording = read_recording(path)
        of = [uuid in watched for uuid in recording.header.characteristics]
        rows = recording.rows
        pairs = zip(rows.kind, rows.characteristic, strict=True)
        count += sum(kind == Kind.NOTIFICATION and of[index] for kind, index in pairs)
    return count


@contextlib.contextmanager
def served(home: Path) -> Iterator[int]:
    """The pages of a home folder, in a process of their own; their port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ("dashboard", "--no-browser", "--port", str(port))
    child = processes.spawn(
        processes.command(home, *words, radio="virtual"), home / "logs" / "pages.log"
    )
    try:
        wait_until_ready(port, [child], PATIENCE_S)
        yield port
    finally:
        processes.end([child])


def turn_pages(port: int, end_s: float, keys: list[str]) -> tuple[int, int]:
    """One visitor until then (epoch seconds); pages drawn, and those that were not."""
    drawn = failed = 0
    pages = itertools.cycle(keys)
    while time.time() < end_s:
        try:
            with connect(
                f"ws://127.0.0.1:{port}/_stcore/stream",
                origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=LARGEST,
                proxy=None,
            ) as stream:
                for key in itertools.islice(pages, TURNS):
                    asked = BackMsg()
                    asked.rerun_script.page_name = key
                    stream.send(asked.SerializeToString())
                    while not _finished(stream.recv(timeout=PATIENCE_S)):
                        pass
                    drawn += 1
        except (OSError, TimeoutError):
            failed += 1
    return drawn, failed


def _finished(frame: str | bytes) -> bool:
    message = ForwardMsg()
    message.ParseFromString(frame if isinstance(frame, bytes) else b"")
    return message.WhichOneof("type") == "script_finished"


def visit(port: int, seconds: float, visitors: int) -> tuple[int, int]:
    """Several visitors at once, in a process of their own; as of `turn_pages`, of all of them."""
    words = [sys.executable, "-m", "benchmarks.page_load", "--visit", str(port)]
    done = subprocess.run(
        [*words, "--seconds", str(seconds), "--visitors", str(visitors)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 2 * PATIENCE_S,
    )
    drawn, failed = map(int, done.stdout.split())
    return drawn, failed


def _visiting(port: int, seconds: float, visitors: int) -> None:
    """What the process of the visitors does: prints what they came to."""
    from dashboard.shell import PAGES

    keys, end_s, found = (
        [page.key for page in PAGES],
        time.time() + seconds,
        list[tuple[int, int]](),
    )
    threads = [
        threading.Thread(
            target=lambda turned=keys[n:] + keys[:n]: found.append(turn_pages(port, end_s, turned))
        )
        for n in range(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(drawn for drawn, _ in found), sum(failed for _, failed in found))


def stretch(home: Path, seconds: float, visitors: int) -> Outcome:
    """Record for that long while so many turn pages; 0: the pages are served, nobody looks."""
    sent, seen = Sent(seconds), list[tuple[int, int]]()
    with served(home) as port:
        looking = threading.Thread(
            target=lambda: seen.append(visit(port, seconds + LEAD_S, visitors))
        )
        if visitors:
            looking.start()
        late = asyncio.run(recorded(home, seconds, sent))
        if visitors:
            looking.join()
    drawn, failed = seen[0] if seen else (0, 0)
    middle, tail = np.percentile(late, [50, 99])
    return Outcome(
        sent=sum(sent.count.values()),
        recorded=kept(home),
        turns=drawn,
        failed=failed,
        late_ms=(float(middle), float(tail), max(late)),
    )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--visitors", type=int, default=4)
    parser.add_argument("--visit", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.visit:
        return _visiting(given.visit, given.seconds, given.visitors)
    for name, visitors in (("nobody looks (baseline)", 0), ("turning pages", given.visitors)):
        with tempfile.TemporaryDirectory() as root:
            one = stretch(Path(root), given.seconds, visitors)
        print(f"{name}: {visitors} sessions, {one.turns} pages drawn, {one.failed} broken off")
        print(f"  notifications: {one.sent} sent, {one.recorded} recorded", end="")
        print(f", {one.sent - one.recorded} lost")
        print("  event loop late by {:.1f} ms median, {:.1f} p99, {:.0f} most".format(*one.late_ms))
    return None


if __name__ == "__main__":
    main()
