"""`--radio auto` on Linux: bleak's real BlueZ backend against a mock of BlueZ."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak_retry_connector import BleakNotFoundError, establish_connection

from devices import rsc
from ingest.radio import Radio, RadioError, explain, open_radio
from tests.mock_bluez import DENY_BLUEZ, MockBluez, MockSensor, mock_bluez, needs_dbus, system_bus

pytestmark = needs_dbus

PATIENCE_S = 30.0
Body = Callable[[Radio, MockBluez, MockSensor], Coroutine[Any, Any, None]]


def foot_pod() -> MockSensor:
    return MockSensor(
        address="F0:0D:F0:0D:00:02",
        name="Mock pod",
        service=rsc.PROFILE.service,
        characteristics={rsc.MEASUREMENT: ["notify"], rsc.FEATURE: ["read", "write"]},
        values={rsc.FEATURE: b"\x03\x00"},
    )


@pytest.fixture
def with_bluez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Body], None]:
    """Runs a body with the system radio, BlueZ and a foot pod that it knows."""

    async def main(body: Body) -> None:
        pod = foot_pod()
        async with (
            asyncio.timeout(PATIENCE_S),
            system_bus(tmp_path, monkeypatch),
            mock_bluez(pod) as bluez,
            open_radio("auto") as radio,
        ):
            await body(radio, bluez, pod)

    return lambda body: asyncio.run(main(body))


async def find(radio: Radio) -> tuple[BLEDevice, AdvertisementData]:
    seen: asyncio.Queue[tuple[BLEDevice, AdvertisementData]] = asyncio.Queue()
    scanner = radio.scanner(
        lambda device, data: seen.put_nowait((device, data)), [rsc.PROFILE.service]
    )
    async with scanner:
        return await seen.get()


async def scan_error(radio: Radio) -> RadioError:
    """What a person is told when scanning fails."""
    try:
        async with radio.scanner(lambda _, __: None):
            raise AssertionError("scanning should have failed")
    except Exception as error:
        if isinstance(error, AssertionError):
            raise
        return explain(error)


def test_a_foot_pod_is_found_connected_and_heard_until_it_vanishes(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        lost: asyncio.Queue[BleakClient] = asyncio.Queue()
        device, data = await find(radio)
        assert (device.address, device.name, data.rssi) == (pod.address, "Mock pod", -60)
        client = await establish_connection(
            radio.client_class, device, "pod", disconnected_callback=lost.put_nowait
        )
        assert await client.read_gatt_char(rsc.FEATURE) == b"\x03\x00"
        await client.write_gatt_char(rsc.FEATURE, b"\x07\x00", response=True)
        assert pod.values[rsc.FEATURE] == b"\x07\x00"
        await client.start_notify(rsc.MEASUREMENT, lambda _, data: heard.put_nowait(bytes(data)))
        for cadence in range(50, 60):
            walking = rsc.RscMeasurement(speed_mps=1.5, cadence_sent_per_min=cadence)
            bluez.notify(pod, rsc.MEASUREMENT, rsc.encode(walking))
            assert rsc.parse(await heard.get()) == walking
        bluez.vanish(pod)
        assert await lost.get() is client
        assert not client.is_connected
        await client.disconnect()

    with_bluez(body)


def test_a_vanished_sensor_is_found_again_by_scanning(with_bluez: Callable[[Body], None]) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        stale, _ = await find(radio)
        bluez.vanish(pod)
        with pytest.raises(BleakNotFoundError) as gone:
            await establish_connection(radio.client_class, stale, "pod", max_attempts=1)
        assert "Wake it" in explain(gone.value).advice
        device, _ = await find(radio)
        async with radio.client_class(device) as client:
            assert client.is_connected

    with_bluez(body)


@pytest.mark.parametrize(
    "error",
    ["org.bluez.Error.InProgress busy", "org.bluez.Error.Failed le-connection-abort-by-local"],
)
def test_a_connection_that_fails_once_is_tried_again(
    with_bluez: Callable[[Body], None], error: str
) -> None:
    async def body(radio: Radio, bluez: MockBluez, _: MockSensor) -> None:
        device, _data = await find(radio)
        bluez.errors["Connect"] = [error]
        client = await establish_connection(radio.client_class, device, "pod")
        assert bluez.calls["Connect"] == 2
        await client.disconnect()

    with_bluez(body)


def test_a_connection_left_behind_by_a_crash_is_released(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        await find(radio)
        bluez.change(pod.path, "org.bluez.Device1", Connected=True)
        await find(radio)
        await radio.release(pod.address)
        assert bluez.calls["Disconnect"] == 1
        assert not bluez.objects[pod.path]["org.bluez.Device1"]["Connected"].value

    with_bluez(body)


def test_an_adapter_that_is_busy_says_so_and_may_be_asked_again(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, _: MockSensor) -> None:
        bluez.errors["StartDiscovery"] = ["org.bluez.Error.InProgress Operation in progress"]
        error = await scan_error(radio)
        assert error.problem == "The Bluetooth adapter is busy with another scan or connection."
        assert (await find(radio))[0].name == "Mock pod"

    with_bluez(body)


def told(
    bus: contextlib.AbstractAsyncContextManager[None],
    bluez: contextlib.AbstractAsyncContextManager[object],
) -> str:
    """What a person is told who scans with this bus and this BlueZ."""

    async def main() -> str:
        radio = open_radio("auto")
        async with asyncio.timeout(PATIENCE_S), bus, bluez, radio:
            return str(await scan_error(radio))

    return asyncio.run(main())


def test_bluetooth_that_is_switched_off_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = told(system_bus(tmp_path, monkeypatch), mock_bluez(powered=False))
    assert text == "Bluetooth is switched off. Turn Bluetooth on, then try again."


def test_bluetooth_that_goes_off_while_starting_is_explained(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, _: MockSensor) -> None:
        bluez.errors["StartDiscovery"] = ["org.bluez.Error.NotReady Resource Not Ready"]
        assert (await scan_error(radio)).problem == "Bluetooth is switched off."

    with_bluez(body)


def test_a_computer_without_an_adapter_is_explained(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, _: MockSensor) -> None:
        bluez.objects.clear()
        assert (await scan_error(radio)).problem == "This computer has no Bluetooth adapter."

    with_bluez(body)


def test_bluez_that_is_not_running_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = told(system_bus(tmp_path, monkeypatch), contextlib.nullcontext())
    assert text.startswith("The Bluetooth service (BlueZ) is not running. Install and start it")


def test_a_user_who_may_not_use_bluez_is_told_how_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = told(system_bus(tmp_path, monkeypatch, policy=DENY_BLUEZ), mock_bluez())
    assert "Add yourself to the 'bluetooth' group" in text


def test_a_missing_message_bus_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'nowhere'}")
    text = told(contextlib.nullcontext(), contextlib.nullcontext())
    assert text.startswith("Bluetooth is not available: this computer runs no Bluetooth service")
