"""All paired sensors of one home folder: one process, one event loop, one adapter."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from devices.profile import Placement, Profile
from ingest.clock import Clock, until
from ingest.control import ControlServer
from ingest.entries import AnyEntry, Entries, Registry, Sensor, SensorForgotten, SensorNamed
from ingest.errors import IngestError
from ingest.link import Air, Seen, Sweep, same_address
from ingest.pairing import Examination, enrol, examine, refuse_misfit, replace_sensor
from ingest.radio import Radio
from ingest.session import Disk, SensorStatus, Session, State
from ingest.shake import Shaking, shake
from language.spoken import _, mark

log = logging.getLogger(__name__)

LOAD_EVERY_S = 60.0
LOOK_AT_ENTRIES_S = 1.0
LONGEST_S = 300.0
REMEMBER_S = 600.0  # what a sensor said of itself holds while somebody fills in the form (design)


class CollectorBusy(IngestError):  # noqa: N818 - reads as what happened
    """Another collector already serves this home folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorState:
    """The collector right now."""

    radio: str
    recording: bool
    sensors: tuple[SensorStatus, ...]
    notice: str = ""  # what a person should know about the adapter, and do


class Collector:
    """Supervises a session per paired sensor and answers pages and commands."""

    def __init__(
        self,
        home: Path,
        radio: Radio,
        *,
        profiles: Mapping[str, Profile],
        clock: Clock,
        rng: np.random.Generator,
        load: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._home = home
        self._radio = radio
        self._profiles = profiles
        self._clock = clock
        self._rng = rng
        self._load = load
        self._air = Air(radio, profiles, clock)
        self._disk = Disk()
        self._entries = Entries(home)
        self._registry = Registry()
        self._sessions: dict[str, tuple[Session, asyncio.Task[None]]] = {}
        self._examined: dict[str, tuple[int, Examination]] = {}
        self._shaking: Shaking | None = None
        self._shake: asyncio.Task[None] | None = None
        self._lent: list[str] = []  # addresses that are being looked at: no session meanwhile
        self._changing = asyncio.Lock()  # of the sessions
        self._recording = True
        self._stop = asyncio.Event()
        self._grown = asyncio.Event()

    async def run(self, for_s: float | None = None) -> None:
        """Serve until stopped, or for `for_s` seconds.

        Raises:
            CollectorBusy: another one already runs.
        """
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self._home / "collector.lock", mode=0o600)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise CollectorBusy(
                mark("A collector is already running for this folder."),
                mark("Use it ('legload status'), or stop it first."),
            ) from None
        try:
            async with ControlServer(self._home, self._radio.name, self._answer):
                await self._serve(for_s)
        finally:
            lock.release()
            self._disk.close()

    def stop(self) -> None:
        """End `run` soon; what is buffered is written first."""
        self._stop.set()

    async def _serve(self, for_s: float | None) -> None:
        chores = [asyncio.create_task(self._follow_entries()), asyncio.create_task(self._loader())]
        if for_s is not None:
            chores.append(asyncio.create_task(self._stop_after(for_s)))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            done, _rest = await asyncio.wait(
                {*chores, stopping}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done - {stopping}:
                task.result()
            await stopping
        finally:
            stopping.cancel()
            chores += [self._shake] if self._shake else []
            for task in chores:
                task.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await self._end(list(self._sessions))

    async def _stop_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.stop()

    async def _follow_entries(self) -> None:
        """Start and end sessions as sensors are paired and forgotten, by whichever process."""
        size = -1
        while True:
            try:
                now = await self._disk(self._entries.size)
                if now != size:
                    self._registry = await self._disk(self._entries.registry)
                    size = now
                    await self._reconcile()
            except (IngestError, OSError) as error:  # whoever is paired goes on being recorded
                log.error("The entries cannot be read now: %s", error)
            await self._clock.sleep(LOOK_AT_ENTRIES_S)

    async def _reconcile(self) -> None:
        """Have a session for whoever is wanted; one caller at a time, since that may change while
        sessions end."""
        async with self._changing:
            await self._agree()

    async def _agree(self) -> None:
        wanted = self._wanted()
        stale = [
            key
            for key, (session, task) in self._sessions.items()
            if task.done() or not self._goes_on(session.sensor, wanted.get(key))
        ]
        await self._end(stale)
        wanted = self._wanted()
        for key, (session, _task) in self._sessions.items():
            session.sensor = wanted.get(key, session.sensor)
        for key in wanted.keys() - self._sessions.keys():
            self._begin(wanted[key])

    def _wanted(self) -> dict[str, Sensor]:
        """Whoever is paired while recording, but for sensors that are being looked at; of several
        with one address the one paired last, because two sessions would fight for the link."""
        lent = {address.casefold() for address in self._lent}
        by_address = {s.address.casefold(): s for s in self._registry.active if self._recording}
        return {s.key: s for address, s in by_address.items() if address not in lent}

    def _goes_on(self, old: Sensor, new: Sensor | None) -> bool:
        """Whether a session need not end for what was said anew: a name, a wearer, a load."""
        return new is not None and _heard(old, self._profiles) == _heard(new, self._profiles)

    def _begin(self, sensor: Sensor) -> None:
        profiles = streaming(sensor, self._profiles)
        session = Session(
            sensor,
            profiles,
            home=self._home,
            air=self._air,
            clock=self._clock,
            disk=self._disk,
            rng=self._rng,
            on_closed=self._grown.set,
        )
        self._sessions[sensor.key] = (session, asyncio.create_task(session.run()))

    async def _end(self, keys: list[str]) -> None:
        tasks = [self._sessions.pop(key)[1] for key in keys]
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("A session ended with an error: %s", result)

    async def _loader(self) -> None:
        """Have the store catch up once a minute, and when a recording was closed."""
        while True:
            await until(self._grown.wait(), self._clock.sleep(LOAD_EVERY_S))
            self._grown.clear()
            if self._load is not None:
                await self._load()

    # What pages and commands may ask -----------------------------------------------------

    async def _answer(self, request: dict[str, Any]) -> Any:
        match request:
            case {"do": "status"}:
                return self.state()
            case {"do": "scan", "seconds": seconds}:
                return await self.sweep(_seconds(seconds))
            case {"do": "shake", "begin": bool(begin)}:
                return self.shake(begin=begin)
            case {"do": "preview", "address": str(address), "seconds": seconds}:
                return await self.examine(address, _seconds(seconds))
            case {"do": "record", "on": bool(on)}:
                return await self.set_recording(on)
            case {"do": "load"}:
                return self._grown.set()
            case {"do": "stop"}:
                return self.stop()
        return await self._change(request)

    async def _change(self, request: dict[str, Any]) -> Any:
        """What is said anew of sensors."""
        match request:
            case {"do": "pair", "address": str(address), "placement": placement, **rest}:
                return await self.pair_fitting(address, Placement(placement), **rest)
            case {"do": "forget", "sensor": str(sensor)}:
                return await self.forget(sensor)
            case {"do": "rename", "sensor": str(sensor), "name": str(name)}:
                return await self.rename(sensor, name)
            case {"do": "replace", "sensor": str(sensor), "address": str(address)}:
                return await self.replace(sensor, address)
        raise IngestError(
            mark("The collector cannot {what}."),
            mark("Update legload."),
            what=repr(request.get("do")),
        )

    def state(self) -> CollectorState:
        """Every paired sensor and what it is doing."""
        sensors = tuple(session.status() for session, _task in self._sessions.values())
        return CollectorState(
            radio=self._radio.name,
            recording=self._recording,
            sensors=sensors,
            notice=self._air.notice,
        )

    async def scan(self, seconds: float) -> list[Seen]:
        """See `Air.look`."""
        return await self._air.look(seconds)

    async def sweep(self, seconds: float) -> Sweep:
        """See `Air.sweep`."""
        return await self._air.sweep(seconds)

    def shake(self, *, begin: bool) -> Shaking | None:
        """How far the search for a shaken sensor is; `begin`: start it, unless one goes on.

        Raises:
            IngestError: it failed.
        """
        if self._shake is not None and self._shake.done() and (begin or not _well(self._shake)):
            over, self._shake = self._shake, None
            if not begin:
                over.result()
        if begin and self._shake is None:
            self._shaking = Shaking(phase="look", text=_("Looking for sensors …"))
            self._shake = asyncio.create_task(self._find_shaken())
        return self._shaking

    async def _find_shaken(self) -> None:
        def report(now: Shaking) -> None:
            self._shaking = now

        paired = [sensor.address for sensor in self._registry.active]
        await shake(self._air, self._profiles, self._clock, report, leave_out=paired)

    async def examine(self, address: str, seconds: float) -> Examination:
        """What a sensor says right now; a sensor that streams already is not interrupted."""
        found = await self._examine(address, seconds)
        self._examined[address] = (self._clock.monotonic_ns(), found)
        return found

    async def _remembered(self, address: str) -> Examination:
        """What a sensor said of itself a while ago, so that saving it connects no second time."""
        match self._examined.pop(address, None):
            case at_ns, found if (self._clock.monotonic_ns() - at_ns) / 1e9 <= REMEMBER_S:
                return found
        return await self._examine(address, 2.0)

    async def _examine(self, address: str, seconds: float) -> Examination:
        """From the session that is connected to it; else by connecting, no session in the way."""
        for session, _task in self._sessions.values():
            connected = session.status().state in (State.STREAMING, State.STALE)
            if connected and same_address(session.sensor.address, address):
                return _as_examined(session)
        self._lent.append(address)
        try:
            await self._reconcile()
            found = await examine(self._air, address, self._profiles, self._clock, seconds)
            return self._told_apart(found)
        finally:
            self._lent.remove(address)
            await self._reconcile()

    def _told_apart(self, found: Examination) -> Examination:
        """By its address, if another unit with the same serial number is connected right now."""
        twin = any(
            session.sensor.identity.casefold() == found.identity.casefold()
            and session.status().state in (State.STREAMING, State.STALE)
            for session, _task in self._sessions.values()
        )
        return replace(found, identity=found.address) if twin else found

    async def pair(
        self,
        address: str,
        placement: Placement,
        *,
        person: str,
        load_kg: float | None = None,
        counts: str | None = None,
    ) -> str:
        """Save a sensor and start to record it; its key. See `enrol`."""
        examination = await self._remembered(address)
        key = await self._disk(
            enrol,
            self._entries,
            examination,
            placement=placement,
            person=person,
            load_kg=load_kg,
            counts=counts,
            now=self._now(),
        )
        await self._follow()
        return key

    async def pair_fitting(
        self,
        address: str,
        placement: Placement,
        *,
        person: str,
        load_kg: float | None = None,
        counts: str | None = None,
    ) -> str:
        """As `pair`, for a person who may err.

        Raises:
            Misfit: the sensor cannot sit there, carry a load, or count that.
        """
        found = await self._remembered(address)
        refuse_misfit(found.profiles, placement=placement, load_kg=load_kg, counts=counts)
        self._examined[address] = (self._clock.monotonic_ns(), found)
        return await self.pair(address, placement, person=person, load_kg=load_kg, counts=counts)

    async def replace(self, sensor: str, address: str) -> str:
        """Have the sensor at an address take the place of a paired one; the new one's key.

        Raises:
            IngestError: no such sensor, it is the same one, or it cannot be read.
        """
        registry = await self._disk(self._entries.registry)
        if (old := registry.sensors.get(sensor)) is None:
            raise IngestError(
                mark("There is no sensor '{sensor}'."), mark("See: legload sensors"), sensor=sensor
            )
        found = await self._remembered(address)
        key = await self._disk(replace_sensor, self._entries, old, found, now=self._now())
        await self._follow()
        return key

    async def forget(self, sensor: str) -> None:
        """Stop listening to a sensor; what it recorded stays."""
        await self._say(SensorForgotten(at=self._now(), sensor=sensor))

    async def rename(self, sensor: str, name: str) -> None:
        """Call a sensor by another name; recording goes on."""
        await self._say(SensorNamed(at=self._now(), sensor=sensor, name=name))

    async def _say(self, entry: AnyEntry) -> None:
        await self._disk(self._entries.append, entry)
        await self._follow()

    async def _follow(self) -> None:
        self._registry = await self._disk(self._entries.registry)
        await self._reconcile()

    def _now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock.utc_ns() / 1e9, dt.UTC)

    async def set_recording(self, on: bool) -> None:
        """Start or stop recording every paired sensor."""
        self._recording = on
        await self._reconcile()


def streaming(sensor: Sensor, profiles: Mapping[str, Profile]) -> list[Profile]:
    """The profiles of a sensor that are worth listening to where it sits now."""
    place = sensor.current.placement if sensor.current else None
    known = [profiles[key] for key in sensor.profiles if key in profiles]
    return [profile for profile in known if profile.streams_at(place)]


def _as_examined(session: Session) -> Examination:
    sensor, status = session.sensor, session.status()
    return Examination(
        address=sensor.address,
        name=sensor.name,
        profiles=sensor.profiles,
        identity=sensor.identity,
        battery_percent=status.battery_percent,
        live=status.live,
    )


def _heard(sensor: Sensor, profiles: Mapping[str, Profile]) -> object:
    """What a session was begun with."""
    counts = sensor.current.counts if sensor.current else None
    keys = [profile.key for profile in streaming(sensor, profiles)]
    return sensor.address, sensor.identity, keys, counts


def _well(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is None


def _seconds(asked: object) -> float:
    if isinstance(asked, int | float) and 0 < asked <= LONGEST_S:
        return float(asked)
    raise IngestError(
        mark("{asked} is not a length of time."),
        mark("Ask for up to {most} s."),
        asked=repr(asked),
        most=round(LONGEST_S),
    )
