"""One sensor, supervised: search, connect, stream, lose, search again, until told to stop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from devices.profile import Profile
from ingest import status
from ingest.clock import Clock, until
from ingest.entries import Entries, Sensor
from ingest.errors import IngestError
from ingest.finding import Finder
from ingest.link import Air, short_address
from ingest.live import LiveValue, LiveView
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    RecordingWriter,
    recording_id,
    recording_path,
)
from ingest.status import SensorStatus, State
from ingest.talk import Client, profiles_of, stream, take_leave
from ingest.watchdog import Verdict, Watchdog
from language.spoken import ENGLISH, _, mark, speak, speaking

__all__ = ["Disk", "SensorStatus", "Session", "State", "backoff_s"]

log = logging.getLogger(__name__)

TICK_S = 0.8  # rows reach the disk so often; with the time that takes, a crash costs < 1 s
ROTATE_AFTER_S = 3600.0  # so that decoding one recording again is always cheap
BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 30.0
SLEPT_S = 10.0  # design: so long between two ticks or notifications is no tick; no link outlives it

Moment = tuple[int, int]
"""(UTC ns, monotonic ns) read together"""

P = ParamSpec("P")
T = TypeVar("T")


class Disk:
    """File work, in one thread, off the event loop."""

    def __init__(self) -> None:
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def __call__(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work(*args, **kwargs)`, run in the thread, in the asker's language."""
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        return await loop.run_in_executor(self._thread, lambda: context.run(work, *args, **kwargs))

    def close(self) -> None:
        """Finish what was given, then end the thread."""
        self._thread.shutdown()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """Why a connection ended.

    reason: says it in the language spoken when it is called: in English in a recording.
    since: when it really ended, where that was before now; ours: it was good enough to be ended
    by us, so the next attempt need not wait; told: the recording says so already.
    """

    reason: Callable[[], str]
    since: Moment | None = None
    ours: bool = False
    told: bool = False


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
        self._watchdog = Watchdog(self._profiles)
        self._finder = Finder(sensor, air=air, clock=clock, known=self._known)
        self._writer: RecordingWriter | None = None
        self._handshake: list[tuple[Kind, str, bytes]] = []
        self._shaken = False  # what a sensor says unasked afterwards is no part of the handshake
        self._heard: Moment = self._now()
        self._awake: Moment | None = None  # the last moment, while streaming
        self._slept: _Loss | None = None
        self._opened_ns = 0
        self._notifications = 0
        self._last_seen_ns: int | None = None
        self._state = State.OFF
        self._detail = ""
        self._tell: Callable[[], str] = str  # the same in the language of whoever asks
        self._disk_problem: IngestError | None = None
        self._since_ns = clock.utc_ns()

    async def run(self) -> None:
        """Supervise until cancelled; every loss is recorded and followed by another search."""
        speak(ENGLISH)  # recordings and logs are kept in one language, whoever began the session
        failures = 0
        await self._air.release(self.sensor.address)
        try:
            while True:
                before = self._notifications
                loss = await self._attempt()
                failures = 1 if loss.ours or self._notifications > before else failures + 1
                self._become(State.LOST, partial(_lost, loss))
                await self._clock.sleep(backoff_s(failures, self._rng))
        finally:
            self._become(State.OFF)

    async def _attempt(self) -> _Loss:
        """One connection, whatever happens to it."""
        try:
            return await self._once()
        except IngestError as error:
            return _Loss(reason=partial(str, error))
        except Exception as error:
            log.exception("A connection ended unexpectedly")
            said = mark("Something unexpected happened ({kind}: {why}).")
            return _Loss(reason=partial(_, said, kind=type(error).__name__, why=error))

    def status(self) -> SensorStatus:
        """What the sensor is doing now."""
        live = self._values()
        battery = self._live.battery_percent
        return SensorStatus(
            sensor=self.sensor.key,
            state=self._state,
            detail=self._said(),
            since_ns=self._since_ns,
            notifications=self._notifications,
            malformed=self._live.malformed,
            last_seen_ns=self._last_seen_ns,
            battery_percent=battery[1] if battery else None,
            battery_ns=battery[0] if battery else None,
            live=live,
        )

    def _values(self) -> tuple[LiveValue, ...]:
        """The latest values; what cannot be decoded for the pages is recorded all the same."""
        try:
            return self._live.values(self._clock.utc_ns())
        except Exception:
            log.exception("Live values could not be decoded; recording goes on")
            return ()

    def _said(self) -> str:
        """What a person should know now, in plain language, in that of whoever asks."""
        match self._state:
            case State.OFF:
                said = _(status.OFF)
            case State.SEARCHING:
                said = f"{status.searching(self._finder.searched_s)} {self._air.notice}".rstrip()
            case State.CONNECTING:
                said = _(status.CONNECTING)
            case State.STREAMING:
                said = _(status.STREAMING)
            case _:
                said = self._tell()
        return " ".join(filter(None, (str(self._disk_problem or ""), said)))

    async def _once(self) -> _Loss:
        """One connection, from search to loss."""
        client, lost = await self._finder.reach(self._found)
        loss = _Loss(reason=partial(_, status.STOPPED))
        try:
            await self._open()
            self._row(Kind.CONNECTED, "", b"")
            await stream(client, self._profiles, self._row)
            self._shaken = True
            loss = await self._watch(client, lost)
        except IngestError as error:
            loss = _Loss(reason=partial(getattr, error, "problem"))
            raise
        except Exception as error:
            said = mark("unexpected: {kind}")
            loss = _Loss(reason=partial(_, said, kind=type(error).__name__))
            raise
        finally:
            await asyncio.shield(self._close(client, loss))
        return loss

    def _found(self, found: bool) -> None:
        self._become(State.CONNECTING if found else State.SEARCHING)

    async def _known(self) -> set[str]:
        registry = await self._disk(Entries(self._home).registry)
        return {sensor.address for sensor in registry.sensors.values()}

    # While it streams ---------------------------------------------------------------------

    async def _watch(self, client: Client, lost: asyncio.Event) -> _Loss:
        """Once a second to the disk; until the link is lost, falls silent or was slept through."""
        if lost.is_set():  # its services are gone too
            return _Loss(reason=partial(_, status.LINK_LOST))
        utc_ns, monotonic_ns = self._now()
        self._heard = utc_ns + 1, monotonic_ns + 1  # after CONNECTED, however coarse the clock
        self._watchdog.begin(profiles_of(client, self._profiles), monotonic_ns)
        verdict = self._watchdog.check(monotonic_ns)
        silent: dict[str, float] = {}
        while not lost.is_set():
            self._show(verdict)
            silent = self._note_silence(silent, verdict)
            self._awake = self._now()
            await self._tick(lost)
            if self._slept:
                return self._slept
            verdict = self._watchdog.check(self._clock.monotonic_ns())
            if verdict.due:
                self._show(verdict)
                since = None if verdict.flowing else self._heard
                reason = partial(status.silence, verdict.due)
                return _Loss(reason=reason, since=since, ours=True)
        return _Loss(reason=partial(_, status.LINK_LOST))

    def _show(self, verdict: Verdict) -> None:
        if not verdict.silent:
            return self._become(State.STREAMING)
        return self._become(State.STALE, partial(status.stale, verdict))

    def _note_silence(self, before: dict[str, float], verdict: Verdict) -> dict[str, float]:
        """Record where one stream has a gap while the link holds: as it begins and as it ends."""
        now = dict(verdict.silent)
        for title in now.keys() - before.keys():
            self._row(Kind.DROPPED, "", f"{title}: silent for {now[title]:.0f} s".encode())
        for title in before.keys() - now.keys():
            text = f"{title}: heard again after {before[title]:.0f} s of silence"
            self._row(Kind.DROPPED, "", text.encode())
        return now

    def _now(self) -> Moment:
        return self._clock.utc_ns(), self._clock.monotonic_ns()

    async def _tick(self, lost: asyncio.Event) -> None:
        await until(lost.wait(), self._clock.sleep(TICK_S))
        self._notice_sleep(self._now())
        self._values()
        await self._flush()
        open_s = (self._clock.monotonic_ns() - self._opened_ns) / 1e9
        if open_s > ROTATE_AFTER_S and not self._slept:
            await self._rotate()

    def _notice_sleep(self, now: Moment) -> None:
        """Record that the link ended before the computer slept, before what came afterwards."""
        if self._awake is None:
            return
        slept_s = _passed_s(self._awake, now)
        if slept_s <= SLEPT_S:
            self._awake = now
            return
        reason = partial(status.slept, slept_s)
        self._slept = _Loss(reason=reason, since=self._awake, ours=True, told=True)
        self._row(Kind.LOST, "", _recorded(self._slept), self._awake)
        self._awake = None

    async def _flush(self) -> None:
        if self._writer is None:
            return
        try:
            await self._disk(self._writer.flush)
            self._disk_problem = None
        except IngestError as error:
            log.error("%s", error)
            self._disk_problem = error

    async def _open(self) -> None:
        self._live.reset()
        self._handshake.clear()
        self._shaken = False
        self._opened_ns = self._clock.monotonic_ns()
        self._writer = await self._create()

    async def _rotate(self) -> None:
        """Go on in a new recording, which starts with the handshake so that it decodes alone."""
        old = self._writer
        try:
            self._writer = await self._create()
        except IngestError as error:  # a full disk must not cost the connection: try next time
            self._disk_problem = error
            return
        self._opened_ns = self._clock.monotonic_ns()
        for row in [(Kind.CONNECTED, "", b"rotated"), *self._handshake]:
            self._row(*row)
        if old is not None:
            with contextlib.suppress(IngestError):
                await self._disk(old.close)
            self._on_closed()

    async def _close(self, client: Client, loss: _Loss) -> None:
        self._awake = self._slept = None
        await take_leave(client, self._profiles, self._row)
        if self._writer is not None:
            if not loss.told:
                self._row(Kind.LOST, "", _recorded(loss), loss.since)
            writer, self._writer = self._writer, None
            with contextlib.suppress(IngestError):
                await self._disk(writer.close)
            self._on_closed()

    def _row(
        self, kind: Kind, characteristic: str, payload: bytes, at: Moment | None = None
    ) -> None:
        """Queue a row for the recording; runs inside bleak's callback, so it only queues."""
        if self._writer is None:
            return
        if kind is Kind.NOTIFICATION:
            self._notice_sleep(self._now())
        utc_ns, monotonic_ns = at or self._now()
        index = self._index.get(characteristic, NO_CHARACTERISTIC)
        self._writer.append(kind, index, payload, utc_ns, monotonic_ns)
        if kind in (Kind.WRITE, Kind.REPLY) and not self._shaken:
            self._handshake.append((kind, characteristic, payload))
        if kind in (Kind.NOTIFICATION, Kind.REPLY):
            self._live.note(utc_ns, characteristic, payload)
        if kind is Kind.NOTIFICATION:
            self._notifications += 1
            self._last_seen_ns = utc_ns
            self._heard = utc_ns, monotonic_ns
            self._watchdog.heard(characteristic, monotonic_ns)

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

    def _become(self, state: State, tell: Callable[[], str] = str) -> None:
        """tell: says what the state alone does not."""
        detail, self._tell = tell(), tell
        if (state, detail) == (self._state, self._detail):
            return
        if state is not self._state:
            self._since_ns = self._clock.utc_ns()
            name = short_address(self.sensor.address)
            log.info("%s %s is %s. %s", self.sensor.name or "Sensor", name, state, detail)
        self._state, self._detail = state, detail


def _recorded(loss: _Loss) -> bytes:
    """Why a connection ended, as it is kept: in English, also when a bleak callback tells it."""
    with speaking(ENGLISH):
        return loss.reason().encode()


def _lost(loss: _Loss) -> str:
    return status.lost(loss.reason())


def _passed_s(before: Moment, after: Moment) -> float:
    """The time between two moments by whichever clock saw more.

    The monotonic clock stands still while Linux and macOS sleep and runs on while Windows does;
    the wall clock runs on everywhere. That it was set forward looks the same, and is as long a
    hole in the time axis.
    """
    return max(after[0] - before[0], after[1] - before[1]) / 1e9
