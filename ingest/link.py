"""Scan and connect: what is in the air around one adapter.

An adapter cannot scan and connect at once (BlueZ answers `InProgress`), so everybody who looks
for a sensor shares one scan, and a connection attempt pauses it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakDeviceNotFoundError
from bleak_retry_connector import establish_connection

from devices.device_information import plain
from devices.profile import Profile
from ingest.clock import Clock, until
from ingest.errors import IngestError
from ingest.radio import Radio, RadioError, explain
from ingest.radio import short_address as short_address
from language.spoken import _, mark

log = logging.getLogger(__name__)

RELEASE_TIMEOUT_S = 10.0
CONNECT_ATTEMPTS = 4
CONNECT_MOST_S = 45.0  # design: for all attempts together, since every other sensor waits
START_MOST_S = 10.0  # design: BlueZ answers within a second, or hangs
RESCAN_S = 30.0  # design: a scan that hears nothing for so long is started anew
WEDGED_S = 90.0  # design: a scan that hears nothing for so long is worth telling a person


class SensorNotFound(IngestError):  # noqa: N818 - reads as what happened
    """A sensor that was looked for did not advertise."""


def same_address(one: str, other: str) -> bool:
    """Whether two spellings mean one sensor."""
    return one.casefold() == other.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A sensor in the air. profiles: keys of what it advertises; rssi in dBm."""

    address: str
    name: str
    profiles: tuple[str, ...]
    rssi: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What a look around found: known kinds of sensors, strongest first, and how many others."""

    sensors: tuple[Seen, ...]
    others: int


class Air:
    """What is in the air around one adapter: one scan for everybody, one connection at a time."""

    def __init__(self, radio: Radio, profiles: Mapping[str, Profile], clock: Clock) -> None:
        self._radio = radio
        self._profiles = profiles
        self._clock = clock
        self._watchers: list[_Watcher] = []
        self._scan: asyncio.Task[None] | None = None
        self._pause = asyncio.Event()
        self._listening = asyncio.Event()
        self.last_advertisement_ns: int | None = None
        self.scanning_since_ns: int | None = None

    async def look(self, seconds: float) -> list[Seen]:
        """Every known kind of sensor that advertises within `seconds`, strongest first.

        Raises:
            IngestError: Bluetooth is missing, off or not permitted.
        """
        return list((await self.sweep(seconds)).sensors)

    async def sweep(self, seconds: float) -> Sweep:
        """See `look`; what tells nothing known of itself is only counted, by address."""
        seen: dict[str, Seen] = {}
        heard: set[str] = set()

        def note(device: BLEDevice, advertisement: AdvertisementData) -> bool:
            heard.add(device.address)
            found = self._describe(device, advertisement)
            known = seen.get(device.address)
            if found.profiles or known:
                name = found.name or (known.name if known else "")
                profiles = found.profiles or (known.profiles if known else ())
                seen[device.address] = Seen(
                    address=device.address, name=name, profiles=profiles, rssi=advertisement.rssi
                )
            return False

        async with self._watch(note) as watcher:
            await until(watcher.wait(), self._listening.wait())  # a scan that hangs heard nothing
            watcher.check()
            await until(watcher.wait(), self._clock.sleep(seconds))
            watcher.check()
        sensors = tuple(sorted(seen.values(), key=lambda sensor: -sensor.rssi))
        return Sweep(sensors=sensors, others=len(heard - seen.keys()))

    async def find(self, address: str, within_s: float | None = None) -> BLEDevice:
        """The sensor with this address, freshly seen (a cached one may be stale).

        Raises:
            SensorNotFound: it did not advertise within `within_s` (None: look for ever).
            IngestError: Bluetooth is missing, off or not permitted.
        """

        async with self._watch(lambda device, __: same_address(device.address, address)) as watcher:
            if within_s is None:
                return await watcher.future
            await until(watcher.wait(), self._clock.sleep(within_s))
            if (found := watcher.check()) is not None:
                return found
        raise SensorNotFound(
            mark("The sensor {address} did not answer within {seconds} s."),
            mark(
                "Wake it (move it, wet the strap), bring it close, make sure that no phone or "
                "watch holds it, and try again."
            ),
            address=short_address(address),
            seconds=round(within_s),
        )

    async def find_where(self, wanted: Callable[[Seen], bool]) -> BLEDevice:
        """The first sensor seen from now on that is wanted, however long it takes.

        Raises:
            IngestError: Bluetooth is missing, off or not permitted.
        """
        async with self._watch(lambda *seen: wanted(self._describe(*seen))) as watcher:
            return await watcher.future

    @property
    def notice(self) -> str:
        """What a person should know about the adapter and do about it; empty if all is well."""
        if (silent_s := self._silent_s()) < WEDGED_S:
            return ""
        return _(
            "No Bluetooth device of any kind was heard for {seconds} s. If the sensor is on "
            "and near, switch Bluetooth off and on again (unplug and replug a USB adapter); "
            "'legload doctor' says more.",
            seconds=round(silent_s),
        )

    async def release(self, address: str) -> None:
        """Drop a connection that a crashed run may have left behind; failing is no harm."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(RELEASE_TIMEOUT_S):
                await self._radio.release(address)

    async def connect(self, device: BLEDevice, on_lost: Callable[[], None]) -> BleakClient:
        """A connected client with its services discovered; scanning pauses meanwhile.

        `on_lost` is called when this connection ends, not when an attempt before it fails.

        Raises:
            IngestError: it could not be reached after several attempts.
        """
        connected: list[BleakClient] = []

        def ended(client: BleakClient) -> None:
            if client in connected:
                on_lost()

        self._pause.set()
        try:
            async with self._radio.lock, asyncio.timeout(CONNECT_MOST_S):
                self._pause.clear()
                client = await establish_connection(
                    _giving_up(self._radio.client_class),
                    device,
                    device.name or short_address(device.address),
                    disconnected_callback=ended,
                    max_attempts=CONNECT_ATTEMPTS,
                    use_services_cache=False,
                    winrt={"use_cached_services": False},  # Windows keeps those of old firmware
                )
        except Exception as error:
            raise explain(error) from error
        connected.append(client)
        if not client.is_connected:
            on_lost()
        return client

    def _describe(self, device: BLEDevice, advertisement: AdvertisementData) -> Seen:
        """What a sensor says of itself in the air."""
        name = plain(device.name or advertisement.local_name or "")
        keys = tuple(
            key
            for key, profile in self._profiles.items()
            if not profile.companion and _is_advertised(profile, name, advertisement)
        )
        return Seen(address=device.address, name=name, profiles=keys, rssi=advertisement.rssi)

    @contextlib.asynccontextmanager
    async def _watch(
        self, match: Callable[[BLEDevice, AdvertisementData], bool]
    ) -> AsyncIterator[_Watcher]:
        watcher = _Watcher(match=match, future=asyncio.get_running_loop().create_future())
        self._watchers.append(watcher)
        if self._scan is None:
            self._scan = asyncio.create_task(self._scan_while_watched())
        try:
            yield watcher
        finally:
            self._watchers.remove(watcher)
            watcher.future.cancel()
            if not self._watchers and self._scan is not None:
                scan, self._scan = self._scan, None
                scan.cancel()
                await asyncio.wait([scan])  # does not swallow a cancellation of our own

    async def _scan_while_watched(self) -> None:
        try:
            while True:
                async with self._radio.lock, contextlib.AsyncExitStack() as scan:
                    if self.scanning_since_ns is None:
                        self.scanning_since_ns = self._clock.monotonic_ns()
                    await self._begin(scan)
                    await self._listen()
                if self._pause.is_set():
                    self.scanning_since_ns = None
                await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001 - every watcher is told, explained
            for watcher in self._watchers:
                if not watcher.future.done():
                    watcher.future.set_exception(explain(error))
            self._scan = None
        finally:
            self.scanning_since_ns = None
            self._listening.clear()

    async def _begin(self, scan: contextlib.AsyncExitStack) -> None:
        """Have the adapter scan until `scan` is closed."""
        try:
            async with asyncio.timeout(START_MOST_S):
                await scan.enter_async_context(self._radio.scanner(self._on_seen, None))
        except TimeoutError as error:
            raise RadioError(
                mark("Bluetooth does not answer: no scan began within {seconds} s."),
                mark(
                    "Switch Bluetooth off and on again, or restart the computer; "
                    "'legload doctor' says more."
                ),
                seconds=round(START_MOST_S),
            ) from error
        self._listening.set()

    async def _listen(self) -> None:
        """Until a connection needs the adapter, or until nothing was heard for so long that
        a new scan is worth a try: one that the system ended does not say so."""
        begun_ns = self._clock.monotonic_ns()
        while not self._pause.is_set():
            await until(self._pause.wait(), self._clock.sleep(RESCAN_S))
            heard_ns = max(begun_ns, self.last_advertisement_ns or 0)
            if self._clock.monotonic_ns() - heard_ns >= RESCAN_S * 1e9:
                return

    def _silent_s(self) -> float:
        """How long nothing at all was heard although a scan was running."""
        if self.scanning_since_ns is None:
            return 0.0
        heard_ns = max(self.scanning_since_ns, self.last_advertisement_ns or 0)
        return (self._clock.monotonic_ns() - heard_ns) / 1e9

    def _on_seen(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        self.last_advertisement_ns = self._clock.monotonic_ns()
        for watcher in self._watchers:
            if not watcher.future.done() and watcher.match(device, advertisement):
                watcher.future.set_result(device)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watcher:
    match: Callable[[BLEDevice, AdvertisementData], bool]
    future: asyncio.Future[BLEDevice]

    async def wait(self) -> None:
        """Return when the future is decided, either way, and leave it as it is."""
        await asyncio.wait([self.future])

    def check(self) -> BLEDevice | None:
        """What was found, if anything; raises what went wrong."""
        return self.future.result() if self.future.done() else None


def _giving_up(base: type[BleakClient]) -> type[BleakClient]:
    """A client that does not wait for a sensor that BlueZ has removed: it comes back by scanning,
    which waits for the connection; the connector would try nine times, 4 s apart."""

    async def connect(self: BleakClient, **how: Any) -> None:
        try:
            await base.connect(self, **how)
        except BleakDeviceNotFoundError as error:
            raise explain(error) from error

    return type("Client", (base,), {"connect": connect})


def _is_advertised(profile: Profile, name: str, advertisement: AdvertisementData) -> bool:
    """Whether an advertisement is of this kind, as far as it tells."""
    uuids = {uuid.lower() for uuid in advertisement.service_uuids}
    if (profile.advertised or profile.service) not in uuids:
        return bool(profile.names) and name.startswith(profile.names)
    data = advertisement.service_data.get(profile.service)
    return data is None or profile.told_by is None or profile.told_by(data)
