"""Whatever Bluetooth raises, a person is told what it means and what to do."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bleak_retry_connector import (
    BleakAbortedError,
    BleakConnectionError,
    BleakNotFoundError,
    BleakOutOfConnectionSlotsError,
)
from dbus_fast.errors import DBusError

from ingest.errors import IngestError
from ingest.link import Air
from ingest.radio import RadioError, SystemRadio, explain
from tests.time_travel import TravelClock, run


@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason)
def test_every_reason_for_missing_bluetooth_is_explained(
    reason: BleakBluetoothNotAvailableReason,
) -> None:
    error = explain(BleakBluetoothNotAvailableError("raw words", reason))
    assert isinstance(error, IngestError)
    assert error.problem.endswith(".")
    assert error.advice.endswith(".")
    assert ("raw words" in error.problem) == (reason.name == "UNKNOWN")


@pytest.mark.parametrize(
    ("name", "problem", "advice"),
    [
        ("org.freedesktop.DBus.Error.ServiceUnknown", "is not running", "apt install bluez"),
        ("org.freedesktop.DBus.Error.NameHasNoOwner", "is not running", "systemctl start"),
        ("org.freedesktop.DBus.Error.AccessDenied", "may not use", "'bluetooth' group"),
        ("org.freedesktop.DBus.Error.NoReply", "does not answer", "systemctl restart"),
        ("org.freedesktop.DBus.Error.UnknownObject", "has vanished", "scan again"),
        ("org.bluez.Error.NotReady", "switched off", "Turn Bluetooth on"),
        ("org.bluez.Error.InProgress", "busy", "Close other Bluetooth programs"),
        ("org.bluez.Error.NotAuthorized", "refused", "Pair it again"),
        ("org.bluez.Error.AuthenticationFailed", "Pairing failed", "Pair it again"),
    ],
)
@pytest.mark.parametrize("library", ["bleak", "dbus-fast"])
def test_bluez_errors_are_explained(name: str, problem: str, advice: str, library: str) -> None:
    raw = BleakDBusError(name, ["x"]) if library == "bleak" else DBusError(name, "x")
    error = explain(raw)
    assert problem in error.problem
    assert advice in error.advice


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (TimeoutError(), "did not answer in time"),
        (BleakDeviceNotFoundError("F0:01", "gone"), "F0:01 is not in reach"),
        (FileNotFoundError(2, "No such file"), "this computer runs no Bluetooth service"),
        (ConnectionRefusedError(111, "refused"), "this computer runs no Bluetooth service"),
        (PermissionError(13, "denied"), "may not use"),
        (BleakGATTProtocolError(0x05), "Insufficient Authentication"),
        (BleakNotFoundError("pod: raw words"), "The sensor is not in reach."),
        (BleakAbortedError("pod: raw words"), "cut off several times"),
        (BleakOutOfConnectionSlotsError("pod: raw words"), "cannot hold another connection"),
        (BleakError("something new"), "Bluetooth failed: something new."),
        (BleakError(), "Bluetooth failed: BleakError."),
    ],
)
def test_other_errors_are_explained(raw: Exception, problem: str) -> None:
    assert problem in explain(raw).problem


@pytest.mark.parametrize(
    ("text", "problem", "advice"),
    [
        ("Could not get GATT services: Unreachable", "cannot reach it", "remove it in Windows'"),
        ("Could not start notify on 0021: Unreachable", "cannot reach it", "no pairing there"),
        ("Could not get GATT services: Access Denied", "does not let legload", "remove it in"),
        ("Failed to start scanner. Is Bluetooth turned on?", "switched off", "Turn Bluetooth on"),
    ],
)
def test_what_bleak_says_on_windows_is_explained(text: str, problem: str, advice: str) -> None:
    wrapped = BleakConnectionError(f"pod - F0:01: Failed to connect after 4 attempt(s): {text}")
    wrapped.__cause__ = BleakError(text)
    for error in (explain(BleakError(text)), explain(wrapped)):
        assert problem in error.problem
        assert advice in error.advice


class WindowsClient(BleakClient):
    """A client whose connections fail as bleak's WinRT backend lets them."""

    failures: ClassVar[list[Exception]]
    made: ClassVar[list[dict[str, Any]]]

    def __init__(self, _device: BLEDevice, **how: Any) -> None:
        self.made.append(how)

    async def connect(self, **_how: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)

    @property
    def is_connected(self) -> bool:
        return True


class WindowsRadio(SystemRadio):
    def __init__(self, failures: list[Exception]) -> None:
        super().__init__("win32")
        state = {"failures": failures, "made": []}
        self.client_class = type("Client", (WindowsClient,), state)


def unreachable(times: int) -> list[Exception]:
    return [BleakError("Could not get GATT services: Unreachable") for _ in range(times)]


async def connect(radio: WindowsRadio) -> BleakClient:
    around = Air(radio, {}, TravelClock())
    return await around.connect(BLEDevice("F0:01", "pod", None), lambda: None)


def test_unreachable_is_tried_again_and_never_with_services_that_windows_remembers() -> None:
    radio = WindowsRadio(unreachable(3))
    assert run(connect(radio)).is_connected
    made = radio.client_class.made  # type: ignore[attr-defined]
    assert [how["winrt"] for how in made] == [{"use_cached_services": False}]


def test_what_stays_unreachable_is_told_with_what_helps() -> None:
    radio = WindowsRadio(unreachable(100))
    with pytest.raises(RadioError, match="Windows knows the sensor but cannot reach it") as error:
        run(connect(radio))
    assert "remove it in Windows' Settings" in error.value.advice


def test_the_cause_is_found_behind_what_the_connector_wraps_around_it() -> None:
    wrapped = BleakConnectionError("pod: Failed to connect after 4 attempt(s)")
    wrapped.__cause__ = BleakDBusError("org.bluez.Error.NotReady", [])
    assert explain(wrapped).problem == "Bluetooth is switched off."


def test_an_explained_error_stays_as_it_is() -> None:
    error = RadioError("Known.", "Do this.")
    assert explain(error) is error
