"""The radio over HCI, against a foot pod in another process that shares no code with it."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from bleak_retry_connector import establish_connection

from ingest.radio import Radio, RadioError, open_radio

POD = Path(__file__).with_name("pod.py")
RSC = "00001814-0000-1000-8000-00805f9b34fb"
PATIENCE_S = 30.0


@contextlib.asynccontextmanager
async def pod(*options: str) -> AsyncIterator[str]:
    """A running pod; gives the radio that reaches it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(POD), "--port", "0", *options, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        yield f"hci:tcp-client:{line.split()[-1]}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def first_seen(radio: Radio) -> tuple[BLEDevice, AdvertisementData]:
    seen: asyncio.Queue[tuple[BLEDevice, AdvertisementData]] = asyncio.Queue()
    async with radio.scanner(lambda device, data: seen.put_nowait((device, data)), [RSC]):
        return await seen.get()


async def payloads(client: BleakClient, count: int) -> list[bytes]:
    received: asyncio.Queue[bytes] = asyncio.Queue()
    await client.start_notify("2A53", lambda _, data: received.put_nowait(bytes(data)))
    return [await received.get() for _ in range(count)]


async def visit(spec: str) -> tuple[AdvertisementData, str, list[bytes]]:
    """What a client finds out: advertisement, serial number, three notifications."""
    async with open_radio(spec) as radio:
        device, advertisement = await first_seen(radio)
        client = await establish_connection(radio.client_class, device, "pod")
        try:
            serial = bytes(await client.read_gatt_char("2A25")).decode()
            return advertisement, serial, await payloads(client, 3)
        finally:
            await client.disconnect()


def test_two_clients_in_turn_find_the_pod_and_hear_it_walk() -> None:
    async def main() -> None:
        options = ["--interval", "0.02", "--cadence", "58", "--speed", "1.5", "--serial", "A7"]
        async with asyncio.timeout(PATIENCE_S), pod(*options) as spec:
            for _ in range(2):
                advertisement, serial, heard = await visit(spec)
                assert advertisement.local_name == "Pod"
                assert advertisement.service_uuids == [RSC]
                assert serial == "A7"
                assert {payload[1:4] for payload in heard} == {struct.pack("<HB", 384, 58)}

    asyncio.run(main())


def test_a_controller_that_goes_away_takes_its_connections_along() -> None:
    async def main() -> None:
        lost = asyncio.Event()
        async with asyncio.timeout(PATIENCE_S), contextlib.AsyncExitStack() as stack:
            running = await stack.enter_async_context(contextlib.AsyncExitStack())
            spec = await running.enter_async_context(pod("--interval", "0.02"))
            radio = await stack.enter_async_context(open_radio(spec))
            device, _ = await first_seen(radio)
            client = radio.client_class(device, lambda _: lost.set())
            await client.connect()
            await running.aclose()
            await lost.wait()
            assert not client.is_connected
            with pytest.raises(BleakError, match="controller was lost"):
                await radio.scanner(lambda _, __: None).start()

    asyncio.run(main())


def test_a_refused_transport_is_explained() -> None:
    async def main() -> None:
        async with open_radio("hci:tcp-client:127.0.0.1:1"):
            pass

    with pytest.raises(RadioError, match=r"cannot be opened: .+\. Check its name"):
        asyncio.run(main())


@pytest.mark.parametrize("transport", ["carrier-pigeon:1", "usb:", "tcp-client:nowhere"])
def test_a_transport_that_makes_no_sense_is_explained(transport: str) -> None:
    async def main() -> None:
        async with open_radio(f"hci:{transport}"):
            pass

    with pytest.raises(RadioError, match="cannot be opened"):
        asyncio.run(main())


@pytest.mark.parametrize("spec", ["", "hci", "hci:", "bluetooth", "auto:x"])
def test_a_radio_that_does_not_exist_is_explained(spec: str) -> None:
    with pytest.raises(RadioError, match="Use 'auto', 'virtual', 'virtual:<kinds>' or 'hci:"):
        open_radio(spec)
