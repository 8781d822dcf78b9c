"""What is said on a connection: subscribe, shake hands, take leave.

The order matters: a sensor that is written to before anybody subscribed answers nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError

from devices.device_information import SERIAL
from devices.device_information import parse as parse_serial
from devices.profile import Ask, DeviceError, Profile, Read, Step, Write
from ingest.errors import IngestError
from ingest.radio import explain
from ingest.recording import Kind
from language.spoken import _, mark

log = logging.getLogger(__name__)

Client = BleakClient

GATT_TIMEOUT_S = 10.0
ECHO_S = 1.0  # design: BlueZ notifies what was read within milliseconds
FIRMWARE = mark("Update its firmware in the maker's app, or forget it and pair another.")


class LinkLost(IngestError):  # noqa: N818 - reads as what happened
    """The connection went away while it was being used."""


class OnRow(Protocol):
    """Takes one row for the recording: what happened, on which characteristic, with what bytes."""

    def __call__(self, kind: Kind, characteristic: str, payload: bytes) -> None:
        """Only queues; runs inside bleak's callback."""
        ...


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
        raise IngestError(
            mark("The sensor cannot be used: {why}."), FIRMWARE, why=partial(_, str(error))
        ) from error
    except Exception as error:
        if not client.is_connected:
            raise LinkLost(
                mark("The sensor went out of reach while it was being set up.")
            ) from error
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
        self._asking = False  # otherwise nobody waits for a reply
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
                raise IngestError(
                    mark("This {kind} has no stream {stream}."),
                    FIRMWARE,
                    kind=partial(_, self._profile.title),
                    stream=uuid[:8],
                )

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
        def received(_characteristic: BleakGATTCharacteristic, payload: bytearray) -> None:
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
        if self._asking:
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
        self._asking = True
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
                    mark("This {kind} does not answer its settings."),
                    mark("Close the maker's app, take the sensor off its charger, and try again."),
                    kind=partial(_, self._profile.title),
                ) from error
            raise
        finally:
            self._asking = False
        return reply


async def hang_up(client: BleakClient) -> None:
    """Disconnect, whatever state the link is in."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(GATT_TIMEOUT_S):
            await client.disconnect()
