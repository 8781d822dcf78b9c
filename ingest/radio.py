"""Where the radio is: the computer's own Bluetooth, virtual sensors, or any HCI controller.

bleak is the one programming interface above all three, so whoever scans or connects does not know
which one is in use. bumble, which carries the other two, is imported only when one of them opens.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol, Self

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
)
from bleak_retry_connector import (
    BleakAbortedError,
    BleakClientWithServiceCache,
    BleakNotFoundError,
    BleakOutOfConnectionSlotsError,
    close_stale_connections_by_address,
)

from ingest.errors import IngestError
from ingest.preflight import Run, refusal, run_child
from language.spoken import mark

if TYPE_CHECKING:
    from bumble.link import LocalLink

OnSeen = Callable[[BLEDevice, AdvertisementData], None]
VirtualSensors = Callable[["LocalLink"], AbstractAsyncContextManager[object]]

_ADDRESS = re.compile(r"(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}")
SPECS = mark("Use 'auto', 'virtual', 'virtual:<kinds>' or 'hci:<transport>', such as hci:usb:0.")
TURN_ON = mark("Turn Bluetooth on, then try again.")
ALLOW = mark("Allow Bluetooth for this program in the system's privacy settings, then try again.")
DOCTOR = mark("Run 'legload doctor' to see what this computer offers.")
START_BLUEZ = mark(
    "Install and start it (on Debian and Ubuntu: sudo apt install bluez, then "
    "sudo systemctl start bluetooth), then run 'legload doctor'."
)
WAIT = mark("Close other Bluetooth programs or wait a moment, then try again.")
GROUP = mark("Add yourself to the 'bluetooth' group, log in again, then try again.")
NEARER = mark("Wake it, bring it nearer, and close other programs that are connected to it.")

_Reason = BleakBluetoothNotAvailableReason
_REASONS = {
    _Reason.NO_BLUETOOTH: (mark("This computer has no Bluetooth adapter."), DOCTOR),
    _Reason.NO_BLE_CENTRAL_ROLE: (
        mark("The Bluetooth adapter is too old for low-energy sensors."),
        mark("Plug in an adapter with Bluetooth 4.0 or newer."),
    ),
    _Reason.POWERED_OFF: (mark("Bluetooth is switched off."), TURN_ON),
    _Reason.DENIED_BY_USER: (mark("Bluetooth is not allowed for this program."), ALLOW),
    _Reason.DENIED_BY_SYSTEM: (mark("The system does not let this program use Bluetooth."), ALLOW),
    _Reason.DENIED_BY_UNKNOWN: (mark("Bluetooth is not allowed for this program."), ALLOW),
}
_NO_SERVICE = (mark("The Bluetooth service (BlueZ) is not running."), START_BLUEZ)
_NO_BUS = (
    mark("Bluetooth is not available: this computer runs no Bluetooth service."),
    START_BLUEZ,
)
_BUSY = (mark("The Bluetooth adapter is busy with another scan or connection."), WAIT)
_NOT_ALLOWED = (mark("This user may not use the Bluetooth service (BlueZ)."), GROUP)
_DBUS_ERRORS = {
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_SERVICE,
    "org.freedesktop.DBus.Error.AccessDenied": _NOT_ALLOWED,
    "org.freedesktop.DBus.Error.NoReply": (
        mark("The Bluetooth service (BlueZ) does not answer."),
        mark("Restart it (systemctl restart bluetooth), then try again."),
    ),
    "org.freedesktop.DBus.Error.UnknownObject": (
        mark("The adapter or sensor has vanished from the Bluetooth service (BlueZ)."),
        mark("Plug the adapter in again if it is loose, then scan again."),
    ),
    "org.bluez.Error.NotReady": (mark("Bluetooth is switched off."), TURN_ON),
    "org.bluez.Error.InProgress": _BUSY,
    "org.bluez.Error.NotAuthorized": (
        mark("The sensor refused this computer."),
        mark("Pair it again."),
    ),
    "org.bluez.Error.AuthenticationFailed": (mark("Pairing failed."), mark("Pair it again.")),
}
_KINDS: dict[type[BaseException], tuple[str, str]] = {
    BleakOutOfConnectionSlotsError: (
        mark("The Bluetooth adapter cannot hold another connection."),
        mark("Forget a sensor that is not needed, or use a second adapter."),
    ),
    BleakAbortedError: (
        mark("The connection to the sensor was cut off several times."),
        mark("Bring it nearer, and the adapter away from USB 3 ports and Wi-Fi."),
    ),
    BleakNotFoundError: (mark("The sensor is not in reach."), NEARER),
    TimeoutError: (mark("The sensor did not answer in time."), NEARER),
    FileNotFoundError: _NO_BUS,
    ConnectionRefusedError: _NO_BUS,
    PermissionError: _NOT_ALLOWED,
}
_OFF_OR_GONE = (mark("Bluetooth is switched off, or the adapter is gone."), TURN_ON)
_TEXTS = {  # what bleak 3.1 says on Windows (backends/winrt: client._ensure_success, scanner.start)
    "Unreachable": (
        mark("Windows knows the sensor but cannot reach it."),
        mark(
            "Wake it and bring it near. If that does not help: remove it in Windows' Settings > "
            "Bluetooth & devices > Devices (legload needs no pairing there), switch Bluetooth off "
            "and on, then try again."
        ),
    ),
    "Access Denied": (
        mark("Windows does not let legload use the sensor."),
        mark(
            "Close other programs that use it, and remove it in Windows' Settings > Bluetooth & "
            "devices > Devices (legload needs no pairing there), then try again."
        ),
    ),
    "Is Bluetooth turned on?": _OFF_OR_GONE,
}


class RadioError(IngestError):
    """The radio cannot be used; says why and what to do next."""


class Radio(Protocol):
    """A way to reach sensors. Open it with `async with` before use; one event loop only.

    name: what a person would call it. lock: hold it while starting a scan or connecting, because an
    adapter does one of these at a time. client_class: for `establish_connection(client_class, ...)`
    or `client_class(device, ...)`.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def lock(self) -> asyncio.Lock: ...  # noqa: D102

    @property
    def client_class(self) -> type[BleakClient]: ...  # noqa: D102

    def scanner(self, on_seen: OnSeen, service_uuids: list[str] | None = None) -> BleakScanner:
        """A scanner, not yet started; `service_uuids` are full 128-bit UUIDs, any of which fits."""
        ...

    async def release(self, address: str) -> None:
        """Drop a connection that a crashed program has left behind."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...


class SystemRadio:
    """The computer's own Bluetooth, through bleak's backend for this platform."""

    name = mark("this computer's Bluetooth")

    def __init__(self, platform: str = sys.platform, run: Run = run_child) -> None:
        self.lock = asyncio.Lock()
        self.client_class: type[BleakClient] = BleakClientWithServiceCache
        self._platform = platform
        self._run = run

    def scanner(self, on_seen: OnSeen, service_uuids: list[str] | None = None) -> BleakScanner:
        """See `Radio`."""
        return BleakScanner(on_seen, service_uuids)

    async def release(self, address: str) -> None:
        """See `Radio`; only BlueZ leaves connections behind."""
        await close_stale_connections_by_address(address)

    async def __aenter__(self) -> Self:
        if (forbidden := await refusal(self._platform, self._run)) is not None:
            raise RadioError(*forbidden)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        pass


def open_radio(spec: str, *, virtual: VirtualSensors | None = None) -> Radio:
    """The radio that `spec` names, to be opened with `async with`.

    spec: `auto`; `virtual` or `virtual:…`, where `virtual(link)` is entered to put sensors on the
    air; or `hci:<bumble transport name>`. Raises RadioError here when the spec is wrong, and on
    entering when the transport refuses. `auto` reports a missing or switched-off adapter when
    scanning starts: wrap what bleak raises in `explain`.
    """
    kind, _, transport = spec.partition(":")
    if spec == "auto":
        return SystemRadio()
    if kind == "virtual" or (kind == "hci" and transport):
        from ingest import bumble_radio

        if kind == "hci":
            return bumble_radio.HciRadio(transport)
        return bumble_radio.VirtualRadio(virtual)
    raise RadioError(mark("There is no radio called '{spec}'."), SPECS, spec=spec)


def short_address(address: str) -> str:
    """The last two bytes of an address, enough to tell sensors apart in logs and on pages."""
    return "…" + address.replace("-", ":").replace("_", ":")[-5:]


def shortened(text: str) -> str:
    """A text with every Bluetooth address in it shortened."""
    return _ADDRESS.sub(lambda found: short_address(found[0]), text)


def explain(error: Exception) -> RadioError:
    """What an error from scanning, connecting or any GATT call means to a person."""
    if isinstance(error, RadioError):
        return error
    meanings = [meaning for cause in _causes(error) if (meaning := _meaning(cause))]
    if meanings:
        return meanings[-1]
    text = shortened(str(error) or type(error).__name__).rstrip(".")
    return RadioError(mark("Bluetooth failed: {why}."), DOCTOR, why=text)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, then what it was raised from: the deepest knows best."""
    while error is not None:
        yield error
        error = error.__cause__


def _meaning(error: BaseException) -> RadioError | None:
    """What an error says by itself, if anything."""
    if isinstance(error, BleakDeviceNotFoundError):
        address = short_address(error.identifier)
        return RadioError(mark("The sensor {address} is not in reach."), NEARER, address=address)
    known = _known(error)
    return RadioError(*known) if known else None


def _known(error: BaseException) -> tuple[str, str] | None:
    """One sentence of problem and one of advice."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _REASONS.get(error.reason)
    for kind, meaning in _KINDS.items():
        if isinstance(error, kind):
            return meaning
    return _DBUS_ERRORS.get(_dbus_name(error)) or _by_text(error)


def _by_text(error: BaseException) -> tuple[str, str] | None:
    """Windows has no classes for these, only words."""
    if not isinstance(error, BleakError):
        return None
    said = str(error)
    return next((meaning for words, meaning in _TEXTS.items() if words in said), None)


def _dbus_name(error: BaseException) -> str:
    """The D-Bus error name that bleak (`dbus_error`) or dbus-fast (`type`) carries, else empty."""
    return str(getattr(error, "dbus_error", None) or getattr(error, "type", ""))
