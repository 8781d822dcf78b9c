"""The doctor: each trouble is provoked, told apart, mended by one sentence, and documented."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
)

from dashboard.doctor.computer import Computer, Once, preflight
from dashboard.doctor.examination import CHECKS, examine
from dashboard.doctor.findings import TROUBLES, Finding, fine
from dashboard.doctor.radio import scan_trouble
from ingest.bluez import Device, version
from ingest.errors import IngestError
from ingest.radio import explain
from ingest.system_bus import BusError, Reason, clock_is_synchronised
from tests import ill_places, ill_radios
from tests.made_up_computer import (
    POD,
    READY,
    World,
    healthy,
    look_at,
    pair_pod,
    raising,
    real_look,
    silent_bus_look,
)
from tests.mock_bluez import MockBluez, needs_dbus, system_bus
from tests.recorded import pod_recording

ILL = {**ill_places.ILL, **ill_radios.ILL}
PAGE = Path(__file__).parent.parent / "docs" / "troubleshooting.md"
NEEDS_BUS = {"bus-closed", "sensor-held", "bluez-not-running", "bluez-denied", "bluez-silent"} | {
    name for name in TROUBLES if name.startswith("adapter-")
}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(folder=tmp_path, monkeypatch=monkeypatch)


CASES = [pytest.param(name, marks=needs_dbus if name in NEEDS_BUS else ()) for name in TROUBLES]


def shown(template: str) -> str:
    """A template as the documentation shows it."""
    return re.sub(r"{\w+}", "…", template)


@pytest.mark.parametrize("name", CASES)
def test_every_trouble_is_found_where_it_is_provoked(world: World, name: str) -> None:
    found = [finding for finding in ILL[name](world) if finding.fine is False]
    assert [finding.trouble for finding in found] == [name]
    said = ".*".join(map(re.escape, re.split(r"{\w+}", TROUBLES[name].says)))
    assert re.fullmatch(said, found[0].found)
    assert found[0].key == TROUBLES[name].key


@pytest.mark.parametrize("name", TROUBLES)
def test_every_fix_is_exactly_one_sentence(name: str) -> None:
    key, says, fix = TROUBLES[name]
    assert key in CHECKS
    for text in (says, fix):
        assert text.endswith(".")
        assert not re.search(r"[.!?]\s+[A-Z]", text)


def test_nothing_is_provoked_that_the_doctor_does_not_know() -> None:
    assert set(ILL) == set(TROUBLES)


def test_the_troubleshooting_page_holds_every_trouble() -> None:
    rows = [
        [cell.strip() for cell in line.strip("| \n").split(" | ")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    table = [row for row in rows if row[0] != "`legload doctor` says"]
    documented = {says: fix for says, why, fix in table if why}
    assert documented == {shown(t.says): shown(t.fix) for t in TROUBLES.values()}


def test_a_healthy_computer_has_no_trouble(tmp_path: Path) -> None:
    pod_recording(tmp_path / "home", seconds=5)
    pair_pod(tmp_path / "home")
    streaming = {"sensors": [{"sensor": "pod", "state": "streaming"}]}
    computer = healthy(tmp_path, status=lambda: streaming)
    findings = examine(computer)
    assert {finding.key for finding in findings} == set(CHECKS)
    assert [finding for finding in findings if finding.fine is not True] == []


@pytest.mark.parametrize(("radio", "platform"), [("virtual", "linux"), ("auto", "darwin")])
def test_bluez_is_left_alone_where_it_is_not_used(
    tmp_path: Path, radio: str, platform: str
) -> None:
    bluez = raising(AssertionError("was asked"))
    computer = healthy(tmp_path, radio=radio, platform=platform, bluez=bluez)
    assert look_at(computer, "rfkill", "bus", "bluez", "bluez-version", "adapter") == []


@pytest.mark.parametrize("reason", [Reason.NO_BUS, Reason.BUS_SILENT, Reason.NOT_RUNNING])
@pytest.mark.parametrize("hci", [True, False])
def test_of_an_adapter_that_nobody_can_ask_about_no_fix_is_said(
    world: World, reason: Reason, hci: bool
) -> None:
    if hci:
        world.file("sys/class/bluetooth/hci0/uevent")
    computer = world.computer(bluez=raising(BusError(reason)))
    (finding,) = look_at(computer, "adapter")
    assert finding.fine is None
    assert "is not known until the " in finding.found
    assert finding.found.startswith("There is an adapter" if hci else "Whether there is an adapter")


def test_what_follows_from_a_bus_that_is_silent_is_not_known_and_has_no_fix(world: World) -> None:
    looked = Once(silent_bus_look(world.folder, world.monkeypatch))
    found = look_at(world.computer(bluez=looked), "bus", "bluez", "adapter")
    assert [one.fine for one in found] == [False, None, None]


@pytest.mark.parametrize(
    ("name", "used"),
    [
        ("virtual sensors", "virtual"),
        ("hci:usb:0", "hci:usb:0"),
        ("this computer's Bluetooth", "auto"),
    ],
)
def test_the_radio_of_the_running_collector_is_the_one_that_is_looked_at(
    tmp_path: Path, name: str, used: str
) -> None:
    said = {"radio": name, "sensors": []}
    computer = healthy(tmp_path, radio="hci:nonsense", status=lambda: said)
    (finding,) = look_at(computer, "radio")
    assert finding.fine is True
    assert finding.found == f"The radio is '{used}', which the running collector uses."
    assert bool(look_at(computer, "bus")) == (used == "auto")


def test_a_collector_that_does_not_answer_leaves_the_radio_that_was_asked_for(
    tmp_path: Path,
) -> None:
    silent = raising(IngestError("The collector did not answer.", "Try again."))
    computer = healthy(tmp_path, radio="virtual", status=silent)
    assert look_at(computer, "bus") == []


@pytest.mark.parametrize("radio", ["virtual:all", "virtual:csc,polar_pmd", "virtual"])
def test_virtual_radios_are_radios(tmp_path: Path, radio: str) -> None:
    (finding,) = look_at(healthy(tmp_path, radio=radio), "radio")
    assert finding.fine is True


def test_a_virtual_sensor_that_there_is_not_makes_no_radio(tmp_path: Path) -> None:
    (finding,) = look_at(healthy(tmp_path, radio="virtual:pogo_stick"), "radio")
    assert finding.trouble == "radio-unknown"


def test_a_file_in_the_place_of_the_folder_is_the_only_trouble(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    findings = examine(healthy(tmp_path, home=file))
    assert [one.trouble for one in findings if one.fine is False] == ["folder-is-a-file"]
    assert {one.key for one in findings} == set(CHECKS)


def test_a_check_that_crashes_hides_no_other(tmp_path: Path) -> None:
    def half(_: Computer) -> Iterator[Finding]:
        yield fine("half", "This much was seen.")
        raise ZeroDivisionError("division by zero.")

    checks = {"half": half, "folder": CHECKS["folder"]}
    first, second, third = examine(healthy(tmp_path), checks)
    assert first.fine
    assert (second.key, second.fine) == ("half", None)
    assert second.found == "This could not be checked (division by zero)."
    assert third.key == "folder"


def test_a_check_that_hangs_is_given_up(tmp_path: Path) -> None:
    released = threading.Event()

    def hang(_: Computer) -> list[Finding]:
        released.wait(30)
        return []

    began = time.monotonic()
    (hung, checked) = examine(
        healthy(tmp_path), {"hang": hang, "disk": CHECKS["disk"]}, within_s=0.2
    )
    released.set()
    assert time.monotonic() - began < 5
    assert (hung.fine, checked.fine) == (None, True)


def test_what_is_asked_once_is_the_same_for_everyone() -> None:
    asked: list[int] = []

    def fail() -> float:
        asked.append(1)
        return 1 / 0

    once = Once(fail)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            once()
    assert asked == [1]


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in (folder, *folder.rglob("*"))
    }


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    computer = healthy(tmp_path, home=tmp_path / "some" / "where")
    before = snapshot(tmp_path)
    assert all(finding.fine is not False for finding in examine(computer))
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["store-damaged", "entries-damaged", "battery-low"])
def test_nothing_is_changed_not_even_what_is_damaged(world: World, name: str) -> None:
    ILL[name](world)
    before = snapshot(world.home)
    examine(world.computer())
    assert snapshot(world.home) == before


def test_a_clock_without_systemd_is_not_called_wrong(tmp_path: Path) -> None:
    computer = healthy(tmp_path, synchronised=raising(BusError(Reason.NO_BUS)))
    (finding,) = look_at(computer, "clock-sync")
    assert finding.fine is None
    assert finding.found.endswith("could not be asked: there is no system message bus.")
    mark = computer.root / "run/systemd/timesync/synchronized"
    mark.parent.mkdir(parents=True)
    mark.touch()
    (finding,) = look_at(computer, "clock-sync")
    assert finding.fine is True


@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason)
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_reason_for_missing_bluetooth_has_a_fix(
    reason: BleakBluetoothNotAvailableReason, platform: str
) -> None:
    error = explain(BleakBluetoothNotAvailableError("raw words", reason))
    finding = scan_trouble(error, platform, "auto")
    expected = {
        "NO_BLUETOOTH": "adapter-none",
        "NO_BLE_CENTRAL_ROLE": "adapter-classic",
        "POWERED_OFF": "adapter-off",
        "UNKNOWN": "bluetooth-fails",
    }
    denied = {"linux": "bluez-denied", "darwin": "denied-macos", "win32": "denied-windows"}
    assert finding.trouble == expected.get(reason.name, denied[platform])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("org.freedesktop.DBus.Error.ServiceUnknown", "bluez-not-running"),
        ("org.freedesktop.DBus.Error.NoReply", "bluez-silent"),
        ("org.freedesktop.DBus.Error.AccessDenied", "bluez-denied"),
        ("org.bluez.Error.NotReady", "adapter-off"),
        ("org.bluez.Error.InProgress", "bluetooth-busy"),
    ],
)
def test_what_bluez_answers_to_scanning_has_a_fix(name: str, expected: str) -> None:
    assert scan_trouble(explain(BleakDBusError(name, ["x"])), "linux", "auto").trouble == expected


def test_scanning_is_not_tried_where_it_must_fail() -> None:
    preflight("win32", raising(AssertionError("was asked")))
    preflight("linux", lambda: READY)
    for bluez in (
        raising(BusError(Reason.DENIED)),
        lambda: READY.__class__(adapters=(), devices=()),
    ):
        with pytest.raises(Exception, match=r"cannot be used|is ready"):
            preflight("linux", bluez)


def test_a_version_of_bluez_that_nobody_tells_is_unknown(tmp_path: Path) -> None:
    assert version(["/nonexistent", sys.executable + "-no"]) is None
    (finding,) = look_at(healthy(tmp_path, bluez_version=lambda: None), "bluez-version")
    assert finding.fine is None


@needs_dbus
def test_bluez_tells_its_adapters_and_who_is_connected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(bluez: MockBluez) -> None:
        bluez.appear(bluez.sensors[0])
        bluez.change(bluez.sensors[0].path, "org.bluez.Device1", Connected=True)

    found = real_look(tmp_path, monkeypatch, hold)()
    assert found.adapters == READY.adapters
    assert found.devices == (Device(address=POD, name="Mock pod", connected=True),)


@needs_dbus
def test_without_timedated_synchronisation_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with system_bus(tmp_path, monkeypatch):
            with pytest.raises(BusError) as unknown:
                await clock_is_synchronised()
            assert unknown.value.reason is Reason.NOT_RUNNING

    asyncio.run(main())
