"""A mock of BlueZ on a private message bus, for bleak's real Linux backend to run against.

    async with system_bus(tmp_path, monkeypatch), mock_bluez() as bluez:
        ...                                   # bleak now scans `bluez.sensors`

It answers what bleak asks (bleak 3.1), in the order bluetoothd does: a sensor appears when
discovery starts, its services when it is connected. Interfaces after the BlueZ D-Bus API
documentation (org.bluez.Adapter, Device, GattService, GattCharacteristic).
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from bleak.backends.bluezdbus import manager as bleak_manager
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

DAEMON = shutil.which("dbus-daemon")
needs_dbus = pytest.mark.skipif(DAEMON is None, reason="dbus-daemon is not installed")

ADAPTER = "/org/bluez/hci0"
Properties = dict[str, Variant]

_SIGNATURES = {bool: "b", str: "s", bytes: "ay", list: "as"}
_OBJECTS = {"Adapter": "o", "Device": "o", "Service": "o", "RSSI": "n", "MTU": "q"}

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
    {extra}
  </policy>
</busconfig>
"""
DENY_BLUEZ = '<deny send_destination="org.bluez"/>'


@dataclass(kw_only=True)
class MockSensor:
    """A peripheral. characteristics: by UUID of the one service, what BlueZ calls flags."""

    address: str
    name: str
    service: str
    characteristics: Mapping[str, list[str]]
    values: dict[str, bytes] = field(default_factory=dict)
    in_the_air: bool = True  # False: asleep, out of range or connected elsewhere

    @property
    def path(self) -> str:
        return f"{ADAPTER}/dev_{self.address.replace(':', '_')}"

    @property
    def service_path(self) -> str:
        return f"{self.path}/service0010"

    def path_of(self, characteristic: str) -> str:
        number = list(self.characteristics).index(characteristic)
        return f"{self.service_path}/char{0x11 + 2 * number:04x}"

    def characteristic_at(self, path: str) -> str:
        return next(uuid for uuid in self.characteristics if self.path_of(uuid) == path)


def _properties(**values: Any) -> Properties:
    return {
        name: Variant(_OBJECTS.get(name) or _SIGNATURES[type(value)], value)
        for name, value in values.items()
    }


class MockBluez:
    """org.bluez: `objects` is what it exports, `errors` what calls fail with (then forgotten).

    connect_s: how long a connection takes; a second one meanwhile is refused with InProgress, and
    so is a second discovery. echo: when a read is notified too, as BlueZ does while subscribed.
    on_write: called with (sensor, characteristic, payload). order: the members called, in order.
    """

    def __init__(self, bus: MessageBus, sensors: list[MockSensor], *, powered: bool) -> None:
        self.sensors = sensors
        self.errors: dict[str, list[str]] = {}
        self.calls: Counter[str] = Counter()
        self.order: list[str] = []
        self.connect_s = 0.0
        self.echo: Literal["before", "after"] = "before"
        self.on_write: Callable[[MockSensor, str, bytes], None] = lambda *_: None
        self.collisions = 0
        self._connecting = False
        self._discovering = False
        self._notifying: set[str] = set()
        self._later: set[asyncio.Task[None]] = set()
        self.objects: dict[str, dict[str, Properties]] = {}
        self._bus = bus
        bus.add_message_handler(self._on_message)
        adapter = _properties(Address="00:00:00:00:00:01", Powered=powered, Roles=["central"])
        self.objects[ADAPTER] = {"org.bluez.Adapter1": adapter}

    def appear(self, sensor: MockSensor) -> None:
        """Advertise, unless connected; announced once, as BlueZ does while it knows the device."""
        known = self.objects.get(sensor.path)
        if not sensor.in_the_air or (known and known["org.bluez.Device1"]["Connected"].value):
            return None
        if known:
            return self.change(sensor.path, "org.bluez.Device1", RSSI=-61)
        device = _properties(
            Address=sensor.address,
            AddressType="random",
            Name=sensor.name,
            Alias=sensor.name,
            Adapter=ADAPTER,
            UUIDs=[sensor.service],
            Connected=False,
            Paired=False,
            ServicesResolved=False,
            RSSI=-60,
        )
        return self._add(sensor.path, "org.bluez.Device1", device)

    def vanish(self, sensor: MockSensor) -> None:
        """Lose the link, then be forgotten."""
        self.hang_up(sensor)
        for path in sorted(self.objects, reverse=True):
            if path.startswith(sensor.path):
                interfaces = list(self.objects.pop(path))
                self._signal("InterfacesRemoved", "oas", [path, interfaces])

    def hang_up(self, sensor: MockSensor) -> None:
        self._notifying = {path for path in self._notifying if not path.startswith(sensor.path)}
        self.change(sensor.path, "org.bluez.Device1", Connected=False, ServicesResolved=False)

    def notify(self, sensor: MockSensor, characteristic: str, payload: bytes) -> None:
        interface = "org.bluez.GattCharacteristic1"
        self.change(sensor.path_of(characteristic), interface, Value=payload)

    def change(self, path: str, interface: str, **values: Any) -> None:
        changed = _properties(**values)
        self.objects[path][interface] |= changed
        self._bus.send(
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface="org.freedesktop.DBus.Properties",
                member="PropertiesChanged",
                signature="sa{sv}as",
                body=[interface, changed, []],
            )
        )

    def _add(self, path: str, interface: str, properties: Properties) -> None:
        self.objects[path] = {interface: properties}
        self._signal("InterfacesAdded", "oa{sa{sv}}", [path, self.objects[path]])

    def _signal(self, member: str, signature: str, body: list[Any]) -> None:
        self._bus.send(
            Message(
                message_type=MessageType.SIGNAL,
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member=member,
                signature=signature,
                body=body,
            )
        )

    def _on_message(self, message: Message) -> Message | bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member is None:
            return None
        self.calls[message.member] += 1
        self.order.append(message.member)
        handler: Callable[[Message], tuple[str, Any] | None] | None = getattr(
            self, f"_{message.member}", None
        )
        if handler is None:
            return None
        result = handler(message)
        if failures := self.errors.get(message.member):
            name, _, text = failures.pop(0).partition(" ")
            raise DBusError(name, text)
        if message.member == "Connect" and self.connect_s:
            self._soon(self._connect_later(message))
            return True
        signature, value = result or ("", None)
        return Message.new_method_return(message, signature, [value] if signature else [])

    def _sensor(self, message: Message) -> MockSensor:
        for sensor in self.sensors:
            if message.path in self.objects and (message.path or "").startswith(sensor.path):
                return sensor
        raise DBusError("org.freedesktop.DBus.Error.UnknownObject", f"no {message.path}")

    def _GetManagedObjects(self, _: Message) -> tuple[str, Any]:  # noqa: N802 - D-Bus's names
        return "a{oa{sa{sv}}}", self.objects

    def _SetDiscoveryFilter(self, _: Message) -> None:  # noqa: N802
        pass

    def _StartDiscovery(self, _: Message) -> None:  # noqa: N802
        if self._discovering:
            raise self._collision()
        if not self.errors.get("StartDiscovery"):
            self._discovering = True
            for sensor in self.sensors:
                asyncio.get_running_loop().call_soon(self.appear, sensor)

    def _StopDiscovery(self, _: Message) -> None:  # noqa: N802
        self._discovering = False

    def _collision(self) -> DBusError:
        self.collisions += 1
        return DBusError("org.bluez.Error.InProgress", "Operation already in progress")

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _connect_later(self, message: Message) -> None:
        await asyncio.sleep(self.connect_s)
        self._connecting = False
        self._establish(self._sensor(message))
        await self._bus.send(Message.new_method_return(message))

    def _Connect(self, message: Message) -> None:  # noqa: N802
        sensor = self._sensor(message)
        if self._connecting or (self.connect_s and self._discovering):
            raise self._collision()
        self._connecting = bool(self.connect_s)
        if not self.connect_s:
            self._establish(sensor)

    def _establish(self, sensor: MockSensor) -> None:
        self.change(sensor.path, "org.bluez.Device1", Connected=True)
        if self.errors.get("Connect"):
            return self.hang_up(sensor)
        return self._resolve(sensor)

    def _resolve(self, sensor: MockSensor) -> None:
        service = _properties(UUID=sensor.service, Primary=True, Device=sensor.path)
        self._add(sensor.service_path, "org.bluez.GattService1", service)
        for uuid, flags in sensor.characteristics.items():
            properties = _properties(
                UUID=uuid, Service=sensor.service_path, Flags=flags, Notifying=False, MTU=185
            )
            self._add(sensor.path_of(uuid), "org.bluez.GattCharacteristic1", properties)
        self.change(sensor.path, "org.bluez.Device1", ServicesResolved=True)

    def _Disconnect(self, message: Message) -> None:  # noqa: N802
        sensor = self._sensor(message)
        self.hang_up(sensor)
        if self._discovering:
            asyncio.get_running_loop().call_soon(self.appear, sensor)

    def _ReadValue(self, message: Message) -> tuple[str, Any]:  # noqa: N802
        sensor, path = self._sensor(message), message.path or ""
        characteristic = sensor.characteristic_at(path)
        value = sensor.values.get(characteristic, b"")
        if path in self._notifying and self.echo == "before":
            self.notify(sensor, characteristic, value)
        elif path in self._notifying:
            asyncio.get_running_loop().call_soon(self.notify, sensor, characteristic, value)
        return "ay", value

    def _WriteValue(self, message: Message) -> None:  # noqa: N802
        sensor = self._sensor(message)
        characteristic = sensor.characteristic_at(message.path or "")
        sensor.values[characteristic] = message.body[0]
        self.on_write(sensor, characteristic, bytes(message.body[0]))

    def _StartNotify(self, message: Message) -> None:  # noqa: N802
        self._sensor(message)
        self._notifying.add(message.path or "")

    def _StopNotify(self, message: Message) -> None:  # noqa: N802
        self._sensor(message)
        self._notifying.discard(message.path or "")


@contextlib.asynccontextmanager
async def system_bus(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, policy: str = ""
) -> AsyncIterator[None]:
    """A message bus of one's own that this process takes for the system's."""
    assert DAEMON is not None
    socket, configuration = folder / "bus", folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(path=socket, extra=policy))
    daemon = await asyncio.create_subprocess_exec(
        DAEMON,
        f"--config-file={configuration}",
        "--nofork",
        "--print-address",
        stdout=asyncio.subprocess.PIPE,
    )
    assert daemon.stdout is not None
    try:
        await daemon.stdout.readline()  # printed once it listens
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={socket}")
        try:
            yield
        finally:
            await forget_bus()
    finally:
        daemon.kill()
        await daemon.communicate()


async def forget_bus() -> None:
    """Close the connection that bleak keeps for this event loop."""
    manager = bleak_manager._global_instances.pop(asyncio.get_running_loop(), None)
    if manager and manager._bus and manager._bus_watcher_task:
        manager._bus.disconnect()
        await manager._bus_watcher_task


@contextlib.asynccontextmanager
async def mock_bluez(*sensors: MockSensor, powered: bool = True) -> AsyncIterator[MockBluez]:
    """BlueZ with one adapter on the system bus."""
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    bluez = MockBluez(bus, list(sensors), powered=powered)
    await bus.request_name("org.bluez")
    try:
        yield bluez
    finally:
        await _close(bus)


async def _close(bus: MessageBus) -> None:
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
