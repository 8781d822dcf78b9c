"""One sensor, supervised: search, connect, stream, lose, search again, until told to stop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import enum
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from devices.profile import Profile
from ingest.clock import Clock, until
from ingest.entries import Sensor
from ingest.errors import IngestError
from ingest.link import Air, Client, short_address, stream, take_leave
from ingest.live import LiveValue, LiveView
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    RecordingWriter,
    recording_id,
    recording_path,
)

log = logging.getLogger(__name__)

TICK_S = 0.8  # rows reach the disk so often; with the time that takes, a crash costs < 1 s
ROTATE_AFTER_S = 3600.0  # so that decoding one recording again is always cheap
BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 30.0

P = ParamSpec("P")
T = TypeVar("T")


class State(enum.StrEnum):
    """What a sensor is doing, as a person sees it."""

    OFF = "off"
    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALE = "stale"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorStatus:
    """A sensor right now. Instants in UTC ns; battery null until it says one.

    notifications: since the collector began to listen; malformed: since the sensor connected.
    """

    sensor: str
    state: State
    detail: str
    since_ns: int
    notifications: int
    malformed: int
    last_seen_ns: int | None
    battery_percent: float | None
    battery_ns: int | None
    live: tuple[LiveValue, ...]


class Disk:
    """File work, in one thread, off the event loop."""

    def __init__(self) -> None:
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work(*args, **kwargs)`, run in the thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """Finish what was given, then end the thread."""
        self._thread.shutdown()


def backoff_s(failures: int, rng: np.random.Generator) -> float:
    """Seconds to wait before the next attempt: doubling, at most 30 s, jittered by +/-50 %."""
    wait = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
    return wait * float(rng.uniform(0.5, 1.5))


class Session:
    """Keeps one paired sensor streaming into recordings."""

    def __init__(
        self,
        sensor: Sensor,
        profiles: Sequence[Profile],
        *,
        home: Path,
        air: Air,
        clock: Clock,
        disk: Disk,
        rng: np.random.Generator,
        on_closed: Callable[[], None] = lambda: None,
    ) -> None:
        self.sensor = sensor
        self._profiles = tuple(profiles)
        self._home = home
        self._air = air
        self._clock = clock
        self._disk = disk
        self._rng = rng
        self._on_closed = on_closed
        counts = sensor.current.counts if sensor.current else None
        self._live = LiveView(self._profiles, counts)
        self._index = {
            uuid: number
            for number, uuid in enumerate(
                dict.fromkeys(uuid for p in self._profiles for uuid in p.characteristics)
            )
        }
        self._watched = {uuid for p in self._profiles if p.silence_s for uuid in p.notify}
        self._writer: RecordingWriter | None = None
        self._handshake: list[tuple[Kind, str, bytes]] = []
        self._heard_ns = 0
        self._opened_ns = 0
        self._notifications = 0
        self._last_seen_ns: int | None = None
        self._state = State.OFF
        self._detail = ""
        self._since_ns = clock.utc_ns()

    async def run(self) -> None:
        """Supervise until cancelled; every loss is recorded and followed by another search."""
        failures = 0
        await self._air.release(self.sensor.address)
        try:
            while True:
                before = self._notifications
                try:
                    detail = await self._once()
                except IngestError as error:
                    detail = str(error)
                failures = 1 if self._notifications > before else failures + 1
                self._become(State.LOST, detail)
                await self._clock.sleep(backoff_s(failures, self._rng))
        finally:
            self._become(State.OFF, "")

    def status(self) -> SensorStatus:
        """What the sensor is doing now."""
        now_ns = self._clock.utc_ns()
        live = self._live.values(now_ns)
        battery = self._live.battery_percent
        return SensorStatus(
            sensor=self.sensor.key,
            state=self._state,
            detail=self._detail,
            since_ns=self._since_ns,
            notifications=self._notifications,
            malformed=self._live.malformed,
            last_seen_ns=self._last_seen_ns,
            battery_percent=battery[1] if battery else None,
            battery_ns=battery[0] if battery else None,
            live=live,
        )

    async def _once(self) -> str:
        """One connection, from search to loss; the reason of the loss."""
        self._become(State.SEARCHING, "")
        device = await self._air.find(self.sensor.address)
        self._become(State.CONNECTING, "")
        lost = asyncio.Event()
        client = await self._air.connect(device, lost.set)
        reason = "stopped"
        try:
            await self._open()
            self._row(Kind.CONNECTED, "", b"")
            await stream(client, self._profiles, self._row)
            self._become(State.STREAMING, "")
            reason = await self._watch(lost)
        except IngestError as error:
            reason = error.problem
            raise
        finally:
            await asyncio.shield(self._close(client, reason))
        return reason

    async def _watch(self, lost: asyncio.Event) -> str:
        """Once a second to the disk; until the link is lost or falls silent: the reason."""
        limits = [profile.silence_s for profile in self._profiles if profile.silence_s]
        silence_s = min(limits, default=None)
        self._heard_ns = self._clock.monotonic_ns()
        while not lost.is_set():
            await self._tick(lost)
            quiet_s = (self._clock.monotonic_ns() - self._heard_ns) / 1e9
            if silence_s is not None and quiet_s > silence_s:
                self._become(State.STALE, f"Connected, but silent for {quiet_s:.0f} s.")
                return f"silent for {quiet_s:.0f} s"
        return "the link was lost"

    async def _tick(self, lost: asyncio.Event) -> None:
        await until(lost.wait(), self._clock.sleep(TICK_S))
        self._live.drain()
        await self._flush()
        if (self._clock.monotonic_ns() - self._opened_ns) / 1e9 > ROTATE_AFTER_S:
            await self._rotate()

    async def _flush(self) -> None:
        if self._writer is None:
            return
        try:
            await self._disk(self._writer.flush)
            self._become(self._state, "")
        except IngestError as error:
            log.error("%s", error)
            self._become(self._state, str(error))

    async def _open(self) -> None:
        self._live.reset()
        self._handshake.clear()
        self._opened_ns = self._clock.monotonic_ns()
        self._writer = await self._create()

    async def _rotate(self) -> None:
        """Go on in a new recording, which starts with the handshake so that it decodes alone."""
        old = self._writer
        self._opened_ns = self._clock.monotonic_ns()
        self._writer = await self._create()
        handshake = tuple(self._handshake)
        self._handshake.clear()
        for row in [(Kind.CONNECTED, "", b"rotated"), *handshake]:
            self._row(*row)
        if old is not None:
            await self._disk(old.close)
            self._on_closed()

    async def _close(self, client: Client, reason: str) -> None:
        await take_leave(client, self._profiles, self._row)
        if self._writer is not None:
            self._row(Kind.LOST, "", reason.encode())
            writer, self._writer = self._writer, None
            with contextlib.suppress(IngestError):
                await self._disk(writer.close)
            self._on_closed()

    def _row(self, kind: Kind, characteristic: str, payload: bytes) -> None:
        """Queue a row for the recording; runs inside bleak's callback, so it only queues."""
        if self._writer is None:
            return
        utc_ns, monotonic_ns = self._clock.utc_ns(), self._clock.monotonic_ns()
        index = self._index.get(characteristic, NO_CHARACTERISTIC)
        self._writer.append(kind, index, payload, utc_ns, monotonic_ns)
        if kind in (Kind.WRITE, Kind.REPLY):
            self._handshake.append((kind, characteristic, payload))
        if kind in (Kind.NOTIFICATION, Kind.REPLY):
            self._live.note(utc_ns, characteristic, payload)
        if kind is Kind.NOTIFICATION:
            self._notifications += 1
            self._last_seen_ns = utc_ns
            if characteristic in self._watched:
                self._heard_ns = monotonic_ns

    async def _create(self) -> RecordingWriter:
        utc_ns = self._clock.utc_ns()
        header = Header(
            id=recording_id(self.sensor.key, utc_ns),
            sensor=self.sensor.key,
            profiles=tuple(profile.key for profile in self._profiles),
            app=version("legload"),
            started_utc_ns=utc_ns,
            started_monotonic_ns=self._clock.monotonic_ns(),
            characteristics=tuple(self._index),
        )
        return await self._disk(RecordingWriter.create, recording_path(self._home, header), header)

    def _become(self, state: State, detail: str) -> None:
        if (state, detail) == (self._state, self._detail):
            return
        if state is not self._state:
            self._since_ns = self._clock.utc_ns()
            name = short_address(self.sensor.address)
            log.info("%s %s is %s. %s", self.sensor.name or "Sensor", name, state, detail)
        self._state, self._detail = state, detail
