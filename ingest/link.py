"""Scan, connect, subscribe, watch: the only place, beside the radio, that speaks to bleak.

An adapter cannot scan and connect at once (BlueZ answers `InProgress`), so everybody who looks
for a sensor shares one scan, and a connection attempt pauses it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak_retry_connector import establish_connection

from devices.device_information import SERIAL
from devices.device_information import parse as parse_serial
from devices.profile import Ask, DeviceError, Profile, Read, Step, Write
from ingest.clock import Clock, until
from ingest.errors import IngestError
from ingest.radio import Radio, explain
from ingest.recording import Kind

log = logging.getLogger(__name__)

Client = BleakClient

GATT_TIMEOUT_S = 10.0
CONNECT_ATTEMPTS = 4
CONNECT_MOST_S = 45.0  # design: for all attempts together, since every other sensor waits
RESCAN_S = 30.0  # design: a scan that hears nothing for so long is started anew
WEDGED_S = 90.0  # design: a scan that hears nothing for so long is worth telling a person
ECHO_S = 1.0  # design: BlueZ notifies what was read within milliseconds
FIRMWARE = "Update its firmware in the maker's app, or forget it and pair another."


class SensorNotFound(IngestError):  # noqa: N818 - reads as what happened
    """A sensor that was looked for did not advertise."""


class LinkLost(IngestError):  # noqa: N818 - reads as what happened
    """The connection went away while it was being used."""


def same_address(one: str, other: str) -> bool:
    """Whether two spellings mean one sensor."""
    return one.casefold() == other.casefold()


def short_address(address: str) -> str:
    """The last two bytes of an address, enough to tell sensors apart in logs and on pages."""
    return "…" + address.replace("-", ":")[-5:]


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


class OnRow(Protocol):
    """Takes one row for the recording: what happened, on which characteristic, with what bytes."""

    def __call__(self, kind: Kind, characteristic: str, payload: bytes) -> None:
        """Only queues; runs inside bleak's callback."""
        ...


class Air:
    """What is in the air around one adapter: one scan for everybody, one connection at a time."""

    def __init__(self, radio: Radio, profiles: Mapping[str, Profile], clock: Clock) -> None:
        self._radio = radio
        self._profiles = profiles
        self._clock = clock
        self._watchers: list[_Watcher] = []
        self._scan: asyncio.Task[None] | None = None
        self._pause = asyncio.Event()
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
                name = device.name or advertisement.local_name or (known.name if known else "")
                profiles = found.profiles or (known.profiles if known else ())
                seen[device.address] = Seen(
                    address=device.address, name=name, profiles=profiles, rssi=advertisement.rssi
                )
            return False

        async with self._watch(note) as watcher:
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

        async with self._watch(lambda device, _: same_address(device.address, address)) as watcher:
            if within_s is None:
                return await watcher.future
            await until(watcher.wait(), self._clock.sleep(within_s))
            if (found := watcher.check()) is not None:
                return found
        raise SensorNotFound(
            f"The sensor {short_address(address)} did not answer within {within_s:.0f} s.",
            "Wake it (move it, wet the strap), bring it close, make sure that no phone or watch "
            "holds it, and try again.",
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
        return (
            f"No Bluetooth device of any kind was heard for {silent_s:.0f} s. If the sensor is on "
            "and near, switch Bluetooth off and on again (unplug and replug a USB adapter); "
            "'legload doctor' says more."
        )

    async def release(self, address: str) -> None:
        """Drop a connection that a crashed run may have left behind; failing is no harm."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(GATT_TIMEOUT_S):
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
        name = device.name or advertisement.local_name or ""
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
                async with self._radio.lock, self._radio.scanner(self._on_seen, None):
                    if self.scanning_since_ns is None:
                        self.scanning_since_ns = self._clock.monotonic_ns()
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


def profiles_of(client: BleakClient, profiles: Iterable[Profile]) -> list[Profile]:
    """The profiles whose service a connected sensor really has; of a family, by their stream."""
    services = {service.uuid.lower() for service in client.services}
    return [
        profile
        for profile in profiles
        if profile.service in services
        and (not profile.family or client.services.get_characteristic(profile.notify[0]))
    ]


async def stream(client: BleakClient, profiles: Iterable[Profile], on_row: OnRow) -> None:
    """Subscribe to everything the profiles notify, then shake hands; rows go to `on_row`.

    Subscribing comes first, or the first notifications after a control write are lost.

    Raises:
        LinkLost: the connection went away.
        IngestError: the sensor refused a characteristic that its profile needs.
    """
    try:
        talks = [_Talk(client, profile, on_row) for profile in profiles_of(client, profiles)]
        for talk in talks:
            await talk.subscribe()
        for talk in talks:
            await talk.shake_hands()
    except IngestError:
        raise
    except DeviceError as error:
        raise IngestError(f"The sensor cannot be used: {error}.", FIRMWARE) from error
    except Exception as error:
        if not client.is_connected:
            raise LinkLost("The sensor went out of reach while it was being set up.") from error
        raise explain(error) from error


async def read_serial(client: BleakClient) -> str:
    """The serial number of a connected sensor, empty where it has none or does not tell."""
    characteristic = client.services.get_characteristic(SERIAL)
    if characteristic is None:
        return ""
    try:
        async with asyncio.timeout(GATT_TIMEOUT_S):
            return parse_serial(bytes(await client.read_gatt_char(characteristic)))
    except (BleakError, OSError) as error:  # OSError: TimeoutError too
        log.info("The serial number may not be read: %s", error)
        return ""


async def take_leave(client: BleakClient, profiles: Iterable[Profile], on_row: OnRow) -> None:
    """Stop what the handshake started, then hang up; whatever fails, the link ends."""
    with contextlib.suppress(Exception):
        if client.is_connected:
            for profile in profiles_of(client, profiles):
                talk = _Talk(client, profile, on_row)
                for step in profile.farewell:
                    await talk.step(step)
    await hang_up(client)


class _Talk:
    """One profile's subscriptions and handshake on one connection."""

    def __init__(self, client: BleakClient, profile: Profile, on_row: OnRow) -> None:
        self._client = client
        self._profile = profile
        self._on_row = on_row
        self._replies: dict[str, asyncio.Queue[bytes]] = {}
        self._takers: dict[str, Callable[[bytes], None]] = {}
        self._held: dict[str, list[bytes]] = {}  # notified while the same is being read
        self._echoes: dict[str, tuple[bytes, float]] = {}  # what was read, until when it may come

    async def subscribe(self) -> None:
        """To every control characteristic that notifies, then to every stream."""
        for uuid in self._profile.control:
            replies = self._replies.setdefault(uuid, asyncio.Queue())
            if (found := self._notifying(uuid)) is not None:
                await self._start(found, partial(self._replied, uuid, replies))
        for uuid in self._profile.notify:
            if (found := self._notifying(uuid)) is not None:
                await self._start(found, partial(self._on_row, Kind.NOTIFICATION, uuid))
            elif not self._profile.companion:
                raise IngestError(f"This {self._profile.title} has no stream {uuid[:8]}.", FIRMWARE)

    async def shake_hands(self) -> None:
        """The fixed steps, then those that depend on what the sensor answers."""
        for step in self._profile.handshake:
            await self.step(step)
        if self._profile.converse is None:
            return
        conversation = self._profile.converse()
        with contextlib.suppress(StopIteration):
            step = next(conversation)
            while True:
                step = conversation.send(await self.step(step))

    async def step(self, step: Step) -> bytes | None:
        """The reply, or None to a write and where an optional step had none."""
        characteristic = self._found(step.characteristic)
        if characteristic is None:
            log.info("%s has no characteristic %s", self._profile.title, step.characteristic[:8])
            return None
        async with asyncio.timeout(GATT_TIMEOUT_S):
            match step:
                case Write():
                    await self._write(characteristic, step)
                    return None
                case Read():
                    return await self._read(characteristic, step)
                case Ask():
                    return await self._ask(characteristic, step)

    def _found(self, uuid: str) -> BleakGATTCharacteristic | None:
        """In the profile's own service first: another may have one of the same name."""
        for service in self._client.services:
            found = service.get_characteristic(uuid)
            if service.uuid.lower() == self._profile.service and found is not None:
                return found
        return self._client.services.get_characteristic(uuid)

    def _notifying(self, uuid: str) -> BleakGATTCharacteristic | None:
        found = self._found(uuid)
        return found if found and {"notify", "indicate"} & set(found.properties) else None

    async def _start(
        self, characteristic: BleakGATTCharacteristic, on_payload: Callable[[bytes], None]
    ) -> None:
        def received(_: BleakGATTCharacteristic, payload: bytearray) -> None:
            self._received(characteristic.uuid, bytes(payload))

        self._takers[characteristic.uuid] = on_payload
        async with asyncio.timeout(GATT_TIMEOUT_S):
            await self._client.start_notify(characteristic, received)

    def _received(self, uuid: str, payload: bytes) -> None:
        """Pass a notification on, unless it repeats what a read has just told."""
        if (held := self._held.get(uuid)) is not None:
            held.append(payload)
            return
        echo, until_s = self._echoes.pop(uuid, (b"", 0.0))
        if echo != payload or asyncio.get_running_loop().time() > until_s:
            self._takers[uuid](payload)

    async def _read_once(self, characteristic: BleakGATTCharacteristic) -> bytes:
        """What is read. BlueZ notifies it too, before or after: that echo is left out."""
        uuid = characteristic.uuid
        held = self._held.setdefault(uuid, []) if uuid in self._takers else []
        reply = None
        try:
            reply = bytes(await self._client.read_gatt_char(characteristic))
        finally:
            self._held.pop(uuid, None)
            if reply in held:
                held.remove(reply)
            elif reply is not None:
                self._echoes[uuid] = reply, asyncio.get_running_loop().time() + ECHO_S
            for payload in held:
                self._takers[uuid](payload)
        return reply

    def _replied(self, uuid: str, replies: asyncio.Queue[bytes], payload: bytes) -> None:
        self._on_row(Kind.REPLY, uuid, payload)
        replies.put_nowait(payload)

    async def _write(self, characteristic: BleakGATTCharacteristic, step: Write | Ask) -> None:
        self._on_row(Kind.WRITE, step.characteristic, step.payload)
        confirmed = "write" in characteristic.properties
        await self._client.write_gatt_char(characteristic, step.payload, response=confirmed)

    async def _read(self, characteristic: BleakGATTCharacteristic, step: Read) -> bytes | None:
        """A refusal matters only where the value is needed."""
        try:
            reply = await self._read_once(characteristic)
        except BleakGATTProtocolError as error:
            if not step.optional or not self._client.is_connected:
                raise
            log.info("%s may not be read: %s", step.characteristic[:8], error)
            return None
        self._on_row(Kind.REPLY, step.characteristic, reply)
        return reply

    async def _ask(self, characteristic: BleakGATTCharacteristic, step: Ask) -> bytes | None:
        replies = self._replies.setdefault(step.replies_on, asyncio.Queue())
        while not replies.empty():
            replies.get_nowait()  # an answer to something else
        try:
            await self._write(characteristic, step)
            async with asyncio.timeout(step.within_s):
                while not (reply := await replies.get()).startswith(step.begins):
                    pass
        except (BleakGATTProtocolError, TimeoutError) as error:
            if step.optional and self._client.is_connected:
                return None
            if isinstance(error, TimeoutError) and self._client.is_connected:
                raise IngestError(
                    f"This {self._profile.title} does not answer its settings.",
                    "Close the maker's app, take the sensor off its charger, and try again.",
                ) from error
            raise
        return reply


async def hang_up(client: BleakClient) -> None:
    """Disconnect, whatever state the link is in."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(GATT_TIMEOUT_S):
            await client.disconnect()
