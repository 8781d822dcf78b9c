"""`--radio auto` on Linux: bleak's real BlueZ backend against a mock of BlueZ."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak_retry_connector import BleakNotFoundError, establish_connection

from devices import battery, rsc
from devices.profile import Profile, Write
from ingest.clock import SystemClock
from ingest.collector import Collector
from ingest.link import Air
from ingest.radio import Radio, RadioError, explain, open_radio
from ingest.recording import Kind
from ingest.session import SensorStatus, State
from ingest.talk import OnRow, stream
from ingest.virtual import VirtualSensor
from tests.collecting import enter, payloads, recordings
from tests.mock_bluez import (
    ADAPTER,
    DENY_BLUEZ,
    MockBluez,
    MockSensor,
    mock_bluez,
    needs_dbus,
    system_bus,
)

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


# What the sessions make of it, with bleak's real backend ----------------------------------------

ABORTED = "org.bluez.Error.Failed le-connection-abort-by-local"
PACE = rsc.encode(rsc.RscMeasurement(speed_mps=1.5, cadence_sent_per_min=55))


class HurriedClock(SystemClock):
    """The computer's clocks, twenty times as fast: BlueZ is another party, time cannot jump."""

    FACTOR = 20

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() * self.FACTOR

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self.FACTOR)


def other_pod() -> MockSensor:
    return replace(foot_pod(), address="F0:0D:F0:0D:00:03", name="Other pod")


def know(home: Path, *pods: MockSensor) -> None:
    for pod in pods:
        paired = VirtualSensor(name=pod.name, address=pod.address, profiles=(rsc.PROFILE,))
        enter(home, paired, key=pod.name.split()[0].lower())


@contextlib.asynccontextmanager
async def recorded(home: Path, radio: Radio) -> AsyncIterator[Collector]:
    """A collector at work on the mock of BlueZ."""
    profiles = {"rsc": rsc.PROFILE}
    rng = np.random.default_rng(1)
    collector = Collector(home, radio, profiles=profiles, clock=HurriedClock(), rng=rng)
    task = asyncio.create_task(collector.run())
    try:
        yield collector
    finally:
        collector.stop()
        await task


async def once(
    collector: Collector, hold: Callable[[tuple[SensorStatus, ...]], bool]
) -> tuple[SensorStatus, ...]:
    """The sensors, as soon as that holds of them."""
    while not hold(found := collector.state().sensors):  # noqa: ASYNC110 - they are only polled
        await asyncio.sleep(0.005)
    return found


def streaming(sensors: tuple[SensorStatus, ...]) -> bool:
    return bool(sensors) and all(sensor.state is State.STREAMING for sensor in sensors)


async def heard(bluez: MockBluez, pod: MockSensor, collector: Collector) -> None:
    """Have a pod notify until the collector has it."""
    key = pod.name.split()[0].lower()
    (before,) = (s.notifications for s in collector.state().sensors if s.sensor == key)
    bluez.notify(pod, rsc.MEASUREMENT, PACE)
    await once(
        collector, lambda all_: any(s.sensor == key and s.notifications > before for s in all_)
    )


def air(radio: Radio) -> Air:
    return Air(radio, {"rsc": rsc.PROFILE}, HurriedClock())


def test_a_connection_that_is_aborted_three_times_is_made_and_not_taken_for_lost(
    with_bluez: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        bluez.errors["Connect"] = [ABORTED] * 3
        async with recorded(tmp_path / "home", radio) as collector:
            await once(collector, streaming)
            await heard(bluez, pod, collector)
        assert bluez.calls["Connect"] == 4

    know(tmp_path / "home", foot_pod())
    with_bluez(body)
    (recording,) = recordings(tmp_path / "home")
    assert payloads(recording) == [PACE]
    assert payloads(recording, Kind.LOST) == [b"stopped"]


def test_a_connection_that_is_aborted_for_ever_does_not_keep_the_others_waiting(
    with_bluez: Callable[[Body], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.link.CONNECT_MOST_S", 0.5)

    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        bluez.errors["Connect"] = [ABORTED] * 100_000
        around = air(radio)
        with pytest.raises(RadioError, match="did not answer in time"):
            await around.connect(await around.find(pod.address), lambda: None)
        assert bluez.calls["Connect"] > 4
        bluez.errors.clear()
        client = await around.connect(await around.find(pod.address), lambda: None)
        assert client.is_connected
        await client.disconnect()

    with_bluez(body)


def test_a_sensor_that_bluez_forgets_is_scanned_for_anew_and_streams_again(
    with_bluez: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        async with recorded(tmp_path / "home", radio) as collector:
            for _ in range(3):
                await once(collector, streaming)
                await heard(bluez, pod, collector)
                scans = bluez.calls["StartDiscovery"]
                bluez.vanish(pod)
                await once(collector, lambda all_: not streaming(all_))
            await once(collector, streaming)
            assert bluez.calls["StartDiscovery"] > scans

    know(tmp_path / "home", foot_pod())
    with_bluez(body)
    found = recordings(tmp_path / "home")
    assert [payloads(recording) for recording in found] == [[PACE]] * 3 + [[]]
    lost = [payloads(recording, Kind.LOST) for recording in found]
    assert lost == [[b"the link was lost"]] * 3 + [[b"stopped"]]


@pytest.mark.parametrize("known", [False, True])
def test_a_sensor_that_is_removed_between_scan_and_connection_is_looked_for_again(
    with_bluez: Callable[[Body], None], *, known: bool
) -> None:
    """Within moments: nobody else can use the adapter while a connection is tried."""

    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        around = air(radio)
        stale = await around.find(pod.address)
        if known:  # to bleak, not to BlueZ any more
            bluez.errors["Connect"] = ["org.freedesktop.DBus.Error.UnknownObject gone"]
        else:
            bluez.vanish(pod)
        async with asyncio.timeout(3):
            with pytest.raises(RadioError, match="not in reach"):
                await around.connect(stale, lambda: None)
        client = await around.connect(await around.find(pod.address), lambda: None)
        assert client.is_connected
        await client.disconnect()

    with_bluez(body)


def test_a_session_ends_what_a_crashed_run_left_connected_and_then_finds_the_sensor(
    with_bluez: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        device, _ = await find(radio)
        crashed = radio.client_class(device)
        await crashed.connect()
        async with recorded(tmp_path / "home", radio) as collector:
            await once(collector, streaming)
        assert bluez.calls["Connect"] == 2

    know(tmp_path / "home", foot_pod())
    with_bluez(body)


def test_a_sensor_that_a_phone_holds_is_said_to_be_hidden(
    with_bluez: Callable[[Body], None], tmp_path: Path
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        pod.in_the_air = False
        async with recorded(tmp_path / "home", radio) as collector:
            await once(
                collector, lambda all_: bool(all_) and "connected elsewhere" in all_[0].detail
            )

    know(tmp_path / "home", foot_pod())
    with_bluez(body)


def test_two_sensors_never_ask_the_adapter_for_two_things_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        pods = foot_pod(), other_pod()
        async with (
            asyncio.timeout(PATIENCE_S),
            system_bus(tmp_path, monkeypatch),
            mock_bluez(*pods) as bluez,
            open_radio("auto") as radio,
        ):
            bluez.connect_s = 0.05
            async with recorded(tmp_path / "home", radio) as collector:
                for _ in range(3):
                    await once(collector, streaming)
                    for pod in pods:
                        await heard(bluez, pod, collector)
                        bluez.hang_up(pod)
                    await once(collector, lambda all_: not streaming(all_))
                await once(collector, streaming)
            assert bluez.calls["Connect"] >= 8
            assert bluez.collisions == 0

    know(tmp_path / "home", foot_pod(), other_pod())
    asyncio.run(main())


def test_the_mock_of_bluez_refuses_two_connections_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the test above would prove nothing."""

    async def main() -> None:
        pods = foot_pod(), other_pod()
        async with (
            asyncio.timeout(PATIENCE_S),
            system_bus(tmp_path, monkeypatch),
            mock_bluez(*pods) as bluez,
            open_radio("auto") as radio,
        ):
            around = air(radio)
            devices = [await around.find(pod.address) for pod in pods]
            bluez.connect_s = 0.05
            clients = [radio.client_class(device) for device in devices]
            results = await asyncio.gather(*(c.connect() for c in clients), return_exceptions=True)
            assert bluez.collisions == 1
            (error,) = (result for result in results if isinstance(result, Exception))
            assert explain(error).problem.startswith("The Bluetooth adapter is busy")
            for client in clients:
                await client.disconnect()

    asyncio.run(main())


CHARGED = replace(battery.PROFILE, companion=False)
SET = replace(rsc.PROFILE, handshake=(Write(characteristic=rsc.FEATURE, payload=b"\x01"),))


async def rows_of(
    radio: Radio, sensor: MockSensor, profile: Profile, more: Callable[[], None] = lambda: None
) -> list[tuple[Kind, bytes]]:
    """What setting up one sensor and `more` record."""
    found: list[tuple[Kind, bytes]] = []
    on_row: OnRow = lambda kind, _, payload: found.append((kind, payload))  # noqa: E731
    around = Air(radio, {profile.key: profile}, HurriedClock())
    client = await around.connect(await around.find(sensor.address), lambda: None)
    await stream(client, [profile], on_row)
    more()
    await client.read_gatt_char(list(sensor.characteristics)[-1])  # what was sent has arrived
    await client.disconnect()
    return found


@pytest.mark.parametrize("echo", ["before", "after"])
def test_what_is_read_is_recorded_once_although_bluez_notifies_it_too(
    with_bluez: Callable[[Body], None], echo: Literal["before", "after"]
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        pod.service = battery.PROFILE.service
        pod.characteristics = {battery.LEVEL: ["read", "notify"], rsc.LOCATION: ["read"]}
        pod.values[battery.LEVEL] = b"\x55"
        bluez.echo = echo

        def two_more() -> None:
            for level in (b"\x54", b"\x54"):
                bluez.notify(pod, battery.LEVEL, level)

        rows = await rows_of(radio, pod, CHARGED, two_more)
        assert rows == [(Kind.REPLY, b"\x55"), *[(Kind.NOTIFICATION, b"\x54")] * 2]

    with_bluez(body)


def test_streams_are_subscribed_to_before_settings_are_written(
    with_bluez: Callable[[Body], None],
) -> None:
    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        bluez.on_write = lambda *_: bluez.notify(pod, rsc.MEASUREMENT, PACE)
        rows = await rows_of(radio, pod, SET)
        assert (Kind.NOTIFICATION, PACE) in rows
        assert bluez.order.index("StartNotify") < bluez.order.index("WriteValue")

    with_bluez(body)


def test_bluetooth_that_is_switched_off_while_searching_is_said(
    with_bluez: Callable[[Body], None], tmp_path: Path
) -> None:
    """BlueZ ends a scan without a word then; the next one, after 30 s of silence, is refused."""

    async def body(radio: Radio, bluez: MockBluez, pod: MockSensor) -> None:
        pod.in_the_air = False
        async with recorded(tmp_path / "home", radio) as collector:
            await once(collector, lambda all_: bool(all_) and bluez.calls["StartDiscovery"] > 0)
            bluez.change(ADAPTER, "org.bluez.Adapter1", Powered=False)
            (sensor,) = await once(collector, lambda all_: all_[0].state is State.LOST)
            assert sensor.detail.startswith("Bluetooth is switched off. Turn Bluetooth on")

    know(tmp_path / "home", foot_pod())
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
