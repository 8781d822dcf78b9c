"""What BlueZ says about itself over the system's message bus: its adapters and its devices.

Nothing is changed and nothing is started. Names after the BlueZ D-Bus API documentation
(org.bluez.Adapter, org.bluez.Device).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.system_bus import call, system_bus

OLDEST = (5, 55)  # bleak 3.1, backends/bluezdbus/version.py and its README: "BlueZ >= 5.55"
PROGRAMS = (
    "bluetoothctl",  # the one that bleak asks
    "/usr/libexec/bluetooth/bluetoothd",
    "/usr/lib/bluetooth/bluetoothd",
)
VERSION_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A Bluetooth adapter. central: whether it can connect to low-energy sensors."""

    path: str
    powered: bool
    central: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device that BlueZ knows. connected: some program of this computer holds a connection."""

    address: str
    name: str
    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bluez:
    """What BlueZ knows right now."""

    adapters: tuple[Adapter, ...]
    devices: tuple[Device, ...]


async def look() -> Bluez:
    """Ask BlueZ.

    Raises:
        BusError: it cannot be asked; says why.
    """
    async with system_bus() as bus:
        objects: Mapping[str, Mapping[str, Mapping[str, Any]]]
        (objects,) = await call(
            bus, "org.bluez", "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects"
        )
    return Bluez(
        adapters=tuple(
            _adapter(path, interfaces["org.bluez.Adapter1"])
            for path, interfaces in sorted(objects.items())
            if "org.bluez.Adapter1" in interfaces
        ),
        devices=tuple(
            _device(interfaces["org.bluez.Device1"])
            for _, interfaces in sorted(objects.items())
            if "org.bluez.Device1" in interfaces
        ),
    )


def _adapter(path: str, said: Mapping[str, Any]) -> Adapter:
    # An old BlueZ gives no Roles; bleak cannot use such an adapter either.
    roles = said["Roles"].value if "Roles" in said else ()
    powered = "Powered" in said and bool(said["Powered"].value)
    return Adapter(path=path, powered=powered, central="central" in roles)


def _device(said: Mapping[str, Any]) -> Device:
    address = str(said["Address"].value)
    name = str(said["Alias"].value) if "Alias" in said else address
    return Device(address=address, name=name, connected=bool(said["Connected"].value))


def version(programs: Sequence[str] = PROGRAMS) -> tuple[int, int] | None:
    """The version of the first of BlueZ's programs that is installed; None where none is."""
    for program in programs:
        try:
            done = subprocess.run(  # noqa: S603 - fixed names, fixed argument
                [program, "--version"], capture_output=True, text=True, timeout=VERSION_S
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if found := re.search(r"(\d+)\.(\d+)", done.stdout):
            return int(found[1]), int(found[2])
    return None
