"""bleak's own scanner and client, unmodified, over bumble."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakCharacteristicNotFoundError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak_retry_connector import BleakNotFoundError, establish_connection
from bumble.att import AttributeValue
from bumble.device import Connection, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.link import LocalLink

from ingest.bumble_host import VirtualController, device_on, host_on
from ingest.radio import Radio, RadioError, open_radio
from tests.one_sensor import ADDRESS, SERVICE, SETTING, TICK, find, find_all, in_the_air, tickers
from tests.time_travel import run

SECRET = "0b000001-1111-2222-3333-444455556666"
MUTE = "0b000002-1111-2222-3333-444455556666"
LOUD = "0b000003-1111-2222-3333-444455556666"
GUARDED = "F0:00:00:00:00:0E"


@contextlib.asynccontextmanager
async def guarded(link: LocalLink) -> AsyncIterator[None]:
    """A peripheral with a secret, one characteristic that never answers, and one that indicates."""
    read, write = Characteristic.Properties.READ, Characteristic.Properties.WRITE
    indicate = Characteristic.Properties.INDICATE

    async def never(_: Connection) -> bytes:
        forever: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        return await forever

    needs_key = Characteristic.Permissions.READ_REQUIRES_ENCRYPTION
    readable = Characteristic.Permissions.READABLE
    secret = Characteristic(SECRET, read, readable | needs_key, b"hush")
    silence: AttributeValue[bytes] = AttributeValue(read=never)
    mute: Characteristic[bytes] = Characteristic(MUTE, read | write, readable, silence)
    loud: Characteristic[bytes] = Characteristic(LOUD, indicate, readable, b"")
    config = DeviceConfiguration(name="Guarded", address=Address(GUARDED))
    device = device_on(host_on(VirtualController("guarded", link=link)), config)
    device.add_service(Service(SERVICE, [secret, mute, loud]))
    await device.power_on()
    await device.start_advertising(auto_restart=True, advertising_interval_min=100.0)
    loud.on(loud.EVENT_SUBSCRIPTION, lambda *_: asyncio.create_task(shout(loud)))

    async def shout(characteristic: Characteristic[bytes]) -> None:
        await device.indicate_subscribers(characteristic, b"hey")

    yield
    await device.stop_advertising()
    await device.power_off()


async def connected(radio: Radio, address: str = ADDRESS) -> BleakClient:
    client = radio.client_class(await find(radio, address))
    await client.connect()
    return client


def test_a_scan_shows_names_and_full_service_uuids() -> None:
    async def main() -> AdvertisementData:
        async with in_the_air() as (radio, _), radio.scanner(lambda _, __: None) as scanner:
            async for device, data in scanner.advertisement_data():
                assert (device.address, device.name) == (ADDRESS, "Ticker")
                return data
        raise AssertionError

    data = run(main())
    assert (data.local_name, data.service_uuids) == ("Ticker", [SERVICE])


def test_a_service_filter_keeps_out_everything_else() -> None:
    async def main(wanted: str) -> set[str]:
        seen: set[str] = set()
        async with contextlib.AsyncExitStack() as stack:
            radio, _ = await stack.enter_async_context(in_the_air())
            scanner = radio.scanner(lambda device, _: seen.add(device.address), [wanted])
            await stack.enter_async_context(scanner)
            await asyncio.sleep(2)
        return seen

    assert run(main(SERVICE)) == {ADDRESS}
    assert run(main("00001814-0000-1000-8000-00805f9b34fb")) == set()


def test_two_scanners_share_the_adapter_until_the_last_one_stops() -> None:
    async def main() -> None:
        seen: list[str] = []
        async with in_the_air() as (radio, _):
            async with radio.scanner(lambda _, __: seen.append("outer")):
                async with radio.scanner(lambda _, __: seen.append("inner")):
                    await asyncio.sleep(1)
                both = len(seen)
                assert set(seen) == {"outer", "inner"}
                await asyncio.sleep(1)
                assert set(seen[both:]) == {"outer"}
            count = len(seen)
            await asyncio.sleep(1)
            assert len(seen) == count

    run(main())


def test_a_scan_that_is_cancelled_while_starting_leaves_the_adapter_free() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, _):
            for turns in range(12):
                scan = asyncio.create_task(radio.scanner(lambda _, __: None).start())
                for _ in range(turns):
                    await asyncio.sleep(0)
                scan.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await scan
            await find(radio)

    run(main())


def test_values_are_read_and_written_both_ways() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, world):
            client = await connected(radio)
            await client.write_gatt_char(SETTING, b"with", response=True)
            assert await client.read_gatt_char(SETTING) == b"with"
            await client.write_gatt_char(SETTING, b"without", response=False)
            await client.read_gatt_char(SETTING)
            assert world.peripherals[ADDRESS].values[SETTING] == b"without"
            descriptor = client.services.get_characteristic(TICK)
            assert descriptor is not None
            assert await client.read_gatt_descriptor(descriptor.descriptors[0]) == b"\0\0"

    run(main())


def test_a_refused_write_carries_its_protocol_code() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, _):
            client = await connected(radio)
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.write_gatt_char(SETTING, bytes(201), response=True)
            assert refused.value.code == BleakGATTProtocolErrorCode.VALUE_NOT_ALLOWED
            assert client.is_connected

    run(main())


def test_notifications_arrive_in_order_until_they_are_stopped() -> None:
    async def main() -> list[int]:
        heard: list[int] = []
        async with in_the_air() as (radio, _):
            client = await connected(radio)
            await client.start_notify(TICK, lambda _, data: heard.append(data[0]))
            with pytest.raises(BleakError, match="Already subscribed"):
                await client.start_notify(TICK, lambda _, __: None)
            await asyncio.sleep(1.05)
            await client.stop_notify(TICK)
            await asyncio.sleep(1)
        return heard

    assert run(main()) == list(range(1, 11))


def test_indications_arrive_too() -> None:
    async def main() -> bytes:
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        async with open_radio("virtual", virtual=guarded) as radio:
            client = await connected(radio, GUARDED)
            await client.start_notify(LOUD, lambda _, data: heard.put_nowait(bytes(data)))
            with pytest.raises(BleakError, match="cannot notify"):
                await client.start_notify(MUTE, lambda _, __: None)
            return await heard.get()

    assert run(main()) == b"hey"


def test_a_secret_asks_for_pairing() -> None:
    async def main() -> bytearray:
        async with open_radio("virtual", virtual=guarded) as radio:
            client = await connected(radio, GUARDED)
            with pytest.raises(BleakGATTProtocolError) as refused:
                await client.read_gatt_char(SECRET)
            assert refused.value.code == BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION
            await client.pair()
            assert await client.read_gatt_char(SECRET) == b"hush"
            await client.disconnect()
            again = radio.client_class(await find(radio, GUARDED), pair=True)
            await again.connect()
            return await again.read_gatt_char(SECRET)

    assert run(main()) == b"hush"


def test_a_lost_link_is_told_once_and_ends_what_was_waiting() -> None:
    async def main() -> None:
        calls: list[BleakClient] = []
        async with open_radio("virtual", virtual=guarded) as radio:
            device = await find(radio, GUARDED)
            client = radio.client_class(device, calls.append)
            await client.connect()
            waiting = [asyncio.create_task(client.read_gatt_char(MUTE)) for _ in range(2)]
            await asyncio.sleep(1)
            await radio.__aexit__(None, None, None)
            for task in waiting:
                with pytest.raises(BleakError, match="Disconnected"):
                    await task
            assert (calls, client.is_connected) == ([client], False)
            with pytest.raises(BleakError):
                _ = client.services

    run(main())


def test_a_question_without_an_answer_times_out_for_the_caller() -> None:
    async def main() -> None:
        async with open_radio("virtual", virtual=guarded) as radio:
            client = await connected(radio, GUARDED)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await client.read_gatt_char(MUTE)
            assert client.is_connected
            with pytest.raises(TimeoutError):
                await client.read_gatt_char(MUTE)

    run(main())


def test_a_lost_sensor_is_found_again_and_nobody_sleeps() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, world):
            for _ in range(3):
                lost: asyncio.Queue[BleakClient] = asyncio.Queue()
                device = await find(radio)
                client = await establish_connection(
                    radio.client_class, device, "t", disconnected_callback=lost.put_nowait
                )
                await client.read_gatt_char(SETTING)
                await world.peripherals[ADDRESS].lose_link()
                assert await lost.get() is client
                assert not client.is_connected
                await client.disconnect()

    run(main())


def test_one_client_may_connect_again() -> None:
    async def main() -> None:
        calls: list[BleakClient] = []
        async with in_the_air() as (radio, _):
            client = radio.client_class(await find(radio), calls.append)
            for turn in (1, 2):
                await client.connect()
                with pytest.raises(BleakError, match="already connected"):
                    await client.connect()
                assert await client.read_gatt_char(SETTING)
                await client.disconnect()
                assert len(calls) == turn
            await client.unpair()

    run(main())


def test_a_sensor_that_is_gone_times_out_and_does_not_block_the_others() -> None:
    async def main() -> None:
        async with in_the_air(*tickers(2)) as (radio, world):
            here, gone = await find_all(radio, [s.address for s in tickers(2)])
            await world.peripherals[gone.address].stop()
            with pytest.raises(BleakNotFoundError):
                await establish_connection(radio.client_class, gone, "gone", max_attempts=2)
            client = await establish_connection(radio.client_class, here, "here")
            assert client.is_connected

    run(main())


def test_a_connection_attempt_can_be_cancelled_at_any_point() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, _):
            device = await find(radio)
            for turns in range(0, 200, 7):
                attempt = asyncio.create_task(radio.client_class(device).connect())
                for _ in range(turns):
                    await asyncio.sleep(0)
                attempt.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await attempt
            client = await connected(radio)
            assert await client.read_gatt_char(SETTING)

    run(main())


def test_several_sensors_connect_at_once() -> None:
    async def main() -> None:
        sensors = tickers(5)
        async with in_the_air(*sensors) as (radio, _):
            devices = await find_all(radio, [sensor.address for sensor in sensors])
            clients = [radio.client_class(device) for device in devices]
            await asyncio.gather(*(client.connect() for client in clients))
            assert all(client.is_connected for client in clients)

    run(main())


def test_an_address_is_enough_to_connect() -> None:
    async def main() -> None:
        async with in_the_air() as (radio, _):
            async with radio.client_class(ADDRESS) as client:
                assert client.name == "Ticker"
                assert client.mtu_size == 247
                with pytest.raises(BleakCharacteristicNotFoundError):
                    await client.read_gatt_char("2A19")
            with pytest.raises(BleakDeviceNotFoundError):
                await radio.client_class("F0:00:00:00:00:99").connect()

    run(main())


def test_connecting_over_bumble_does_not_knock_at_the_message_bus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with in_the_air() as (radio, world):
            client = await establish_connection(radio.client_class, await find(radio), "t")
            await world.peripherals[ADDRESS].lose_link()
            gone = BLEDevice("F0:00:00:00:00:99", None, Address("F0:00:00:00:00:99"))
            with pytest.raises(BleakNotFoundError):
                await establish_connection(radio.client_class, gone, "gone", max_attempts=1)
            await radio.release(ADDRESS)
            assert not client.is_connected

    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(tmp_path / "bus"))
        bus.listen()
        bus.setblocking(False)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        run(main())
        with pytest.raises(BlockingIOError):
            bus.accept()


def test_a_radio_is_of_no_use_before_it_is_open() -> None:
    radio = open_radio("virtual")
    with pytest.raises(RadioError, match="not open"):
        radio.scanner(lambda _, __: None)


def test_an_empty_air_holds_nothing() -> None:
    async def main() -> None:
        async with open_radio("virtual") as radio, radio.scanner(lambda _, __: None) as scanner:
            await asyncio.sleep(5)
            assert scanner.discovered_devices == []

    run(main())
