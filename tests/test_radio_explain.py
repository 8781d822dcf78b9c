"""Whatever Bluetooth raises, a person is told what it means and what to do."""

from __future__ import annotations

import pytest
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
from ingest.radio import RadioError, explain


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


def test_the_cause_is_found_behind_what_the_connector_wraps_around_it() -> None:
    wrapped = BleakConnectionError("pod: Failed to connect after 4 attempt(s)")
    wrapped.__cause__ = BleakDBusError("org.bluez.Error.NotReady", [])
    assert explain(wrapped).problem == "Bluetooth is switched off."


def test_an_explained_error_stays_as_it_is() -> None:
    error = RadioError("Known.", "Do this.")
    assert explain(error) is error
