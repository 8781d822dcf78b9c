"""What leads to each trouble with the radio, from its name down to what is heard."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
)
from dbus_fast import Variant

from dashboard.doctor.computer import this_computer
from dashboard.doctor.findings import Finding
from ingest.bluez import Bluez, look, version
from ingest.errors import IngestError
from ingest.preflight import refusal
from ingest.radio import RadioError, explain
from tests.made_up_computer import (
    READY,
    Ill,
    World,
    look_at,
    pair_pod,
    raising,
    silent_bus_look,
)
from tests.mock_bluez import ADAPTER, DENY_BLUEZ, MockBluez, system_bus


def stuck_collector(world: World) -> list[Finding]:
    silent = IngestError("The collector did not answer within 2 s.", "Try again.")
    return look_at(world.computer(status=raising(silent)), "collector")


def carrier_pigeon(world: World) -> list[Finding]:
    return look_at(world.computer(radio="carrier-pigeon"), "radio")


def hci_nonsense(world: World) -> list[Finding]:
    return look_at(this_computer(world.home, "hci:nonsense:1"), "bluetooth")


def switch(world: World, *, soft: int, hard: int) -> list[Finding]:
    world.file("sys/class/rfkill/rfkill0/type", "wlan\n")
    world.file("sys/class/rfkill/rfkill0/soft", "0\n")
    world.file("sys/class/rfkill/rfkill0/hard", "0\n")
    world.file("sys/class/rfkill/rfkill1/type", "bluetooth\n")
    world.file("sys/class/rfkill/rfkill1/soft", f"{soft}\n")
    world.file("sys/class/rfkill/rfkill1/hard", f"{hard}\n")
    off = replace(READY.adapters[0], powered=False)
    blocked = world.computer(bluez=lambda: Bluez(adapters=(off,), devices=()))
    (adapter,) = look_at(blocked, "adapter")
    assert adapter.fine is None, "one cause, one fix"
    return look_at(blocked, "rfkill")


def no_bus_in_container(world: World) -> list[Finding]:
    world.file(".dockerenv")
    return look_at(world.without_bus(), "bus")


def no_bus_over_ssh(world: World) -> list[Finding]:
    return look_at(world.without_bus(environ={"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}), "bus")


def no_bus(world: World) -> list[Finding]:
    return look_at(world.without_bus(), "bus")


def silent_bus(world: World) -> list[Finding]:
    return look_at(world.computer(bluez=silent_bus_look(world.folder, world.monkeypatch)), "bus")


def closed_bus(world: World) -> list[Finding]:
    async def main() -> Bluez:
        async with system_bus(world.folder, world.monkeypatch, policy='<deny user="*"/>'):
            return await look()

    return look_at(world.computer(bluez=lambda: asyncio.run(main())), "bus")


def no_bluez(world: World) -> list[Finding]:
    async def main() -> Bluez:
        async with system_bus(world.folder, world.monkeypatch):
            return await look()

    return look_at(world.computer(bluez=lambda: asyncio.run(main())), "bluez")


def denied_bluez(world: World) -> list[Finding]:
    return look_at(world.bluez(policy=DENY_BLUEZ), "bluez")


def silent_bluez(world: World) -> list[Finding]:
    def silence(bluez: MockBluez) -> None:
        bluez.errors["GetManagedObjects"] = ["org.freedesktop.DBus.Error.NoReply late"]

    return look_at(world.bluez(silence), "bluez")


def old_bluez(world: World) -> list[Finding]:
    program = world.folder / "bluetoothctl"
    program.write_text("#!/bin/sh\necho bluetoothctl: 5.50\n")
    program.chmod(0o700)
    old = world.computer(bluez_version=lambda: version(["/nonexistent", str(program)]))
    return look_at(old, "bluez-version")


def no_adapter(world: World) -> list[Finding]:
    (unknown,) = look_at(world.without_bus(), "adapter")
    assert unknown.fine is None, "one cause, one fix"
    return look_at(world.bluez(lambda bluez: bluez.objects.clear()), "adapter")


def adapter_off(world: World) -> list[Finding]:
    def turn_off(bluez: MockBluez) -> None:
        bluez.change(ADAPTER, "org.bluez.Adapter1", Powered=False)

    return look_at(world.bluez(turn_off), "adapter")


def classic_adapter(world: World) -> list[Finding]:
    def age(bluez: MockBluez) -> None:
        bluez.objects[ADAPTER]["org.bluez.Adapter1"]["Roles"] = Variant("as", [])

    return look_at(world.bluez(age), "adapter")


def scanning(world: World, error: Exception, **changes: Any) -> list[Finding]:
    """What is said where scanning raises this, as bleak does on some platform."""
    return look_at(world.computer(heard=raising(explain(error)), **changes), "bluetooth")


def busy(world: World) -> list[Finding]:
    return scanning(world, BleakDBusError("org.bluez.Error.InProgress", ["busy"]))


def denied_on_macos(world: World) -> list[Finding]:
    reason = BleakBluetoothNotAvailableReason.DENIED_BY_USER
    error = BleakBluetoothNotAvailableError("Bluetooth access is denied", reason)
    refused = scanning(world, error, platform="darwin")

    async def aborted(*_: object) -> int:
        return -6  # SIGABRT, which ends a process on macOS that touches Bluetooth unasked

    forbidden = asyncio.run(refusal("darwin", aborted))
    assert forbidden
    assert scanning(world, RadioError(*forbidden), platform="darwin") == refused
    return refused


def denied_on_windows(world: World) -> list[Finding]:
    return scanning(world, PermissionError(13, "Access is denied"), platform="win32")


def failing_scan(world: World) -> list[Finding]:
    return scanning(world, RuntimeError("something new"))


def held_sensor(world: World) -> list[Finding]:
    pair_pod(world.home)

    def hold(bluez: MockBluez) -> None:
        bluez.appear(bluez.sensors[0])
        bluez.change(bluez.sensors[0].path, "org.bluez.Device1", Connected=True)

    return look_at(world.bluez(hold), "sensors")


def silent_sensor(world: World) -> list[Finding]:
    pair_pod(world.home)
    return look_at(world.computer(), "sensors")


ILL: dict[str, Ill] = {
    "collector-silent": stuck_collector,
    "radio-unknown": carrier_pigeon,
    "radio-refused": hci_nonsense,
    "rfkill-soft": lambda world: switch(world, soft=1, hard=0),
    "rfkill-hard": lambda world: switch(world, soft=0, hard=1),
    "bus-in-container": no_bus_in_container,
    "bus-over-ssh": no_bus_over_ssh,
    "bus-missing": no_bus,
    "bus-closed": closed_bus,
    "bus-silent": silent_bus,
    "bluez-not-running": no_bluez,
    "bluez-denied": denied_bluez,
    "bluez-silent": silent_bluez,
    "bluez-old": old_bluez,
    "adapter-none": no_adapter,
    "adapter-off": adapter_off,
    "adapter-classic": classic_adapter,
    "bluetooth-busy": busy,
    "denied-macos": denied_on_macos,
    "denied-windows": denied_on_windows,
    "bluetooth-fails": failing_scan,
    "sensor-held": held_sensor,
    "sensor-not-heard": silent_sensor,
}
