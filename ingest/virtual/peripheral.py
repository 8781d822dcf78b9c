"""One virtual sensor: a bumble peripheral that serves profiles from a source of payloads.

It is built from the same `Profile` objects that sensors are read with, so whatever a profile
subscribes to, reads or writes is there. Radio faults are injected here, because a virtual link has
no airtime, loss or range of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from bumble import att, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.link import LocalLink

from devices import battery, device_information
from devices.profile import BASE_UUID, Ask, DeviceError, Profile, Read, Write
from ingest.bumble_host import VirtualController, device_on, host_on
from ingest.clock import Clock
from ingest.virtual.hand import Hand

Emission = tuple[float, str, bytes]
"""Seconds after the source began, characteristic, payload."""

Source = Callable[[int, Mapping[str, bytes]], Iterator[Emission]]
"""Given the instant it begins (UTC ns) and the readable values, which a client may write to while
it runs: what the sensor notifies, in order of time."""

ADVERTISING_MS = 100.0

_Type = AdvertisingData.Type
_GENERAL_DISCOVERY_LE_ONLY = 0x06


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong on the air.

    drop: share of notifications that are never sent; jitter_s: each is late by up to this, without
    overtaking; lose_link_after_s: seconds until the first, second, ... connection is lost, after
    which connections hold; away_s: how long it is out of reach after each lost or closed link.
    """

    drop: float = 0.0
    jitter_s: float = 0.0
    lose_link_after_s: tuple[float, ...] = ()
    away_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a write to a virtual sensor does.

    keep: the characteristic's value from now on (None: as it was); notify: what is sent in reply,
    as (characteristic, payload); streaming: whether streams run from now on (None: as they did).
    """

    keep: bytes | None = None
    notify: tuple[tuple[str, bytes], ...] = ()
    streaming: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualSensor:
    """A sensor to be put on the air.

    address: static random (`C0:...` to `FF:...`); profiles: the services it has, of which those
    that are no companions are advertised; sources: by profile key; values: what can be read, by
    characteristic; answer: what a write to a characteristic does (a sensor may know better, and
    refuses by raising DeviceError); waits: profiles whose source begins when an answer says so,
    and not already at the first subscription; service_data: what is advertised beside the name of
    a service, by its UUID of 16 bits in full; hand: what is done with it, where its sources care.
    """

    name: str
    address: str
    profiles: tuple[Profile, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)
    answer: Callable[[str, bytes], Answer] = lambda _characteristic, payload: Answer(keep=payload)
    waits: tuple[str, ...] = ()
    service_data: Mapping[str, bytes] = field(default_factory=dict)
    serial: str = ""
    battery_percent: int = 100
    faults: Faults = field(default_factory=Faults)
    hand: Hand = field(default_factory=Hand, compare=False)

    def readable(self) -> dict[str, bytes]:
        """Every value that can be read at first, by characteristic."""
        level = battery.BatteryMeasurement(battery_percent=self.battery_percent)
        return {
            battery.LEVEL: battery.encode(level),
            device_information.SERIAL: device_information.encode(self.serial),
            device_information.MODEL: device_information.encode(self.name),
            device_information.MAKER: device_information.encode("legload (virtual)"),
            device_information.FIRMWARE: device_information.encode("1"),
            **self.values,
        }


class Peripheral:
    """One virtual sensor at work: advertises, takes one connection, streams, and is found again.

    A source begins at the first subscription and goes on through lost links, as a body does: what
    falls due while nobody is subscribed is gone.
    """

    def __init__(
        self,
        sensor: VirtualSensor,
        link: LocalLink,
        clock: Clock,
        rng: np.random.Generator,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self.sensor = sensor
        self.values = sensor.readable()
        self.connection: Connection | None = None
        self._link = link
        self._clock = clock
        self._rng = rng
        self._group = tasks
        self._tasks: set[asyncio.Task[None]] = set()
        self._restarts: set[asyncio.Task[None]] = set()
        self._begun: set[str] = set()
        self._streaming = True
        self._losses = iter(sensor.faults.lose_link_after_s)
        self._advertising = asyncio.Lock()
        self._stopping = False
        self._controller = VirtualController(sensor.name, link=link)
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        self._device = self._make_device()

    def _make_device(self) -> Device:
        config = DeviceConfiguration(
            name=self.sensor.name,
            address=hci.Address(self.sensor.address),
            advertising_interval_min=ADVERTISING_MS,
            advertising_interval_max=ADVERTISING_MS,
            advertising_data=_advertisement(self.sensor),
        )
        device = device_on(host_on(self._controller), config)
        device.add_services([self._service(profile) for profile in self.sensor.profiles])
        device.on(device.EVENT_CONNECTION, self._on_connection)
        return device

    def _service(self, profile: Profile) -> Service:
        made = {uuid: self._characteristic(profile, uuid) for uuid in profile.characteristics}
        self._characteristics |= made
        return Service(profile.service, made.values())

    def _characteristic(self, profile: Profile, uuid: str) -> Characteristic[bytes]:
        def write(_connection: Connection, payload: bytes) -> None:
            try:
                answer = self.sensor.answer(uuid, payload)
            except DeviceError as error:  # any other than ATT_Error leaves the client waiting
                raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED) from error
            if answer.keep is not None:
                self.values[uuid] = answer.keep
            self._answer(profile.key, answer)

        def on_subscription(_bearer: object, notify: bool, _indicate: bool) -> None:
            if notify and uuid in profile.notify and profile.key not in self.sensor.waits:
                self._begin(profile.key)

        made: Characteristic[bytes] = Characteristic(
            uuid,
            _properties(profile, uuid, self.values),
            Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
            att.AttributeValue(read=lambda _: self.values.get(uuid, b""), write=write),
        )
        made.on(made.EVENT_SUBSCRIPTION, on_subscription)
        return made

    async def start(self) -> None:
        """Switch on and advertise."""
        await self._device.power_on()
        await self._advertise()

    async def stop(self) -> None:
        """End all streams, hang up, stop advertising; for good."""
        if self._stopping:
            return
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._restarts)
        async with self._advertising:
            await self._device.stop_advertising()
        if self.connection:
            await self.connection.disconnect()
        await self._device.power_off()
        self._link.remove_controller(self._controller)

    async def lose_link(self) -> None:
        """Drop the connection as if the sensor had gone out of range, then advertise again."""
        if self.connection:
            await self.connection.disconnect(hci.HCI_CONNECTION_TIMEOUT_ERROR)

    async def _advertise(self) -> None:
        async with self._advertising:  # bumble raises KeyError when starts and stops overlap
            if self.connection is None and not self._stopping:
                await self._device.start_advertising()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_connection(self, connection: Connection) -> None:
        self.connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        seconds = next(self._losses, None)
        if seconds is not None:
            self._spawn(self._lose(connection, seconds))

    def _on_disconnection(self, _reason: int) -> None:
        self.connection = None
        if self._stopping:
            return
        if self.sensor.faults.away_s:
            self._spawn(self._stay_away())
        else:
            self._come_back()

    async def _stay_away(self) -> None:
        await self._clock.sleep(self.sensor.faults.away_s)
        self._come_back()

    def _come_back(self) -> None:
        """Advertise in a task that is never cancelled half-way through what it tells bumble."""
        task = asyncio.create_task(self._advertise())
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _lose(self, connection: Connection, seconds: float) -> None:
        await self._clock.sleep(seconds)
        if connection is self.connection:
            await self.lose_link()

    def _answer(self, profile: str, answer: Answer) -> None:
        """Send the replies in order, then start or stop streaming."""

        async def reply() -> None:
            for characteristic, payload in answer.notify:
                await self._notify(characteristic, payload)
            if answer.streaming is not None:
                self._streaming = answer.streaming
            if answer.streaming:
                self._begin(profile)

        self._spawn(reply())

    def _begin(self, profile: str) -> None:
        source = self.sensor.sources.get(profile)
        if source and profile not in self._begun and not self._stopping:
            self._begun.add(profile)
            self._spawn(self._stream(source))

    async def _stream(self, source: Source) -> None:
        begin_ns = self._clock.monotonic_ns()
        due_s = 0.0
        for at_s, characteristic, payload in source(self._clock.utc_ns(), self.values):
            late_s = self._rng.uniform(0.0, self.sensor.faults.jitter_s)
            due_s = max(due_s, at_s + late_s)
            await self._until(begin_ns + round(due_s * 1e9))
            if self._rng.random() >= self.sensor.faults.drop and self._streaming:
                await self._notify(characteristic, payload)

    async def _until(self, due_ns: int) -> None:
        """Wait for an instant; when late already, only for what is queued to have left."""
        seconds = (due_ns - self._clock.monotonic_ns()) / 1e9
        await self._clock.sleep(max(0.0, seconds))
        if seconds <= 0 and self.connection:
            await self.connection.drain()

    async def _notify(self, characteristic: str, payload: bytes) -> None:
        """To the client, if there is one and it is subscribed."""
        if self.connection:
            target = self._characteristics[characteristic]
            await self._device.notify_subscriber(self.connection, target, payload)


def _properties(
    profile: Profile, uuid: str, values: Mapping[str, bytes]
) -> Characteristic.Properties:
    """What a client can do with a characteristic, from what the profile does with it."""
    steps = [s for s in (*profile.handshake, *profile.farewell) if s.characteristic == uuid]
    properties = Characteristic.Properties(0)
    if uuid in (*profile.notify, *profile.control):
        properties |= Characteristic.Properties.NOTIFY
    if uuid in values or any(isinstance(step, Read) for step in steps):
        properties |= Characteristic.Properties.READ
    if uuid in profile.control or any(isinstance(step, Write | Ask) for step in steps):
        properties |= Characteristic.Properties.WRITE
        properties |= Characteristic.Properties.WRITE_WITHOUT_RESPONSE
    return properties


def _advertisement(sensor: VirtualSensor) -> bytes:
    """Flags, services, what they say of themselves, and the name, all in one packet: virtual
    controllers have no scan response.
    """
    uuids = [p.advertised or p.service for p in sensor.profiles if not p.companion]
    short = b"".join(bytes(UUID(uuid[4:8])) for uuid in uuids if uuid.endswith(BASE_UUID))
    long = b"".join(bytes(UUID(uuid)) for uuid in uuids if not uuid.endswith(BASE_UUID))
    parts = [
        (_Type.FLAGS, bytes([_GENERAL_DISCOVERY_LE_ONLY])),
        (_Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, short),
        (_Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, long),
        *(
            (_Type.SERVICE_DATA_16_BIT_UUID, bytes(UUID(uuid[4:8])) + said)
            for uuid, said in sensor.service_data.items()
        ),
        (_Type.COMPLETE_LOCAL_NAME, sensor.name.encode()),
    ]
    return bytes(AdvertisingData([part for part in parts if part[1]]))
