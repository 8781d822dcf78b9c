"""A foot pod in a process of its own, made with bumble alone: nobody who reads it wrote it.

    python tests/pod.py --port 9001
    legload scan --radio hci:tcp-client:127.0.0.1:9001

Every TCP connection gets a Bluetooth controller of its own (HCI over TCP) on the link that the pod
advertises on, so clients may come and go. Port 0 takes a free one. The first line printed says
where it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import struct
import sys
from collections.abc import Iterator

from bumble import ll
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPacketReader, AsyncPipeSink

SUPERVISION_TIMEOUT = 0x08
READABLE = Characteristic.Permissions.READABLE
READ, NOTIFY = Characteristic.Properties.READ, Characteristic.Properties.NOTIFY


class SocketSink:
    """Takes HCI packets for the client at the other end of a socket."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def on_packet(self, packet: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(packet)


def readable(uuid: str, value: bytes) -> Characteristic[bytes]:
    return Characteristic(uuid, READ, READABLE, value)


def services(serial: str, battery: int, measurement: Characteristic[bytes]) -> list[Service]:
    feature = readable("2A54", struct.pack("<H", 0b111))
    location = readable("2A5D", bytes([2]))
    return [
        Service("1814", [measurement, feature, location]),
        Service("180F", [readable("2A19", bytes([battery]))]),
        Service("180A", [readable("2A25", serial.encode()), readable("2A29", b"pod.py")]),
    ]


def steps(speed_mps: float, cadence: int, interval_s: float) -> Iterator[bytes]:
    """RSC measurements with stride length, distance and the walking or running flag."""
    flags = 0b011 | (0b100 if speed_mps > 2.2 else 0)
    stride_cm = round(speed_mps * 60 / cadence * 100) if cadence else 0
    sent = 0
    while True:
        sent += 1
        metres = speed_mps * interval_s * sent
        speed = round(speed_mps * 256)
        yield struct.pack("<BHBHI", flags, speed, cadence, stride_cm, round(metres * 10))


async def advertise(
    link: LocalLink, args: argparse.Namespace
) -> tuple[Device, Characteristic[bytes]]:
    controller = Controller("pod", link=link)
    config = DeviceConfiguration(name=args.name, address=Address(args.address))
    device = Device(config=config, host=Host(controller, AsyncPipeSink(controller)))
    measurement: Characteristic[bytes] = Characteristic("2A53", NOTIFY, READABLE, b"")
    device.add_services(services(args.serial, args.battery, measurement))
    await device.power_on()
    uuids = AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
    name = AdvertisingData.Type.COMPLETE_LOCAL_NAME
    data = AdvertisingData([(uuids, bytes(UUID("1814"))), (name, args.name.encode())])
    await device.start_advertising(
        auto_restart=True,
        advertising_data=bytes(data),
        advertising_interval_min=50.0,
        advertising_interval_max=50.0,
    )
    return device, measurement


async def serve_client(
    link: LocalLink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One controller for as long as its client stays; then its connections time out."""
    controller = Controller("client", host_sink=SocketSink(writer), link=link)
    packets = AsyncPacketReader(reader)
    try:
        while True:
            controller.on_packet(await packets.next_packet())
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        for connection in controller.le_connections.values():
            connection.send_ll_control_pdu(ll.TerminateInd(SUPERVISION_TIMEOUT))
        link.remove_controller(controller)
        writer.close()


async def walk(args: argparse.Namespace) -> None:
    link = LocalLink()  # type: ignore[no-untyped-call]
    device, measurement = await advertise(link, args)

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_client(link, reader, writer)

    server = await asyncio.start_server(on_client, "127.0.0.1", args.port)
    sys.stdout.write(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    for payload in steps(args.speed, args.cadence, args.interval):
        await asyncio.sleep(args.interval)
        await device.notify_subscribers(measurement, payload)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A foot pod that walks steadily, over HCI on TCP.")
    parser.add_argument("--port", type=int, default=9001, help="TCP port on 127.0.0.1; 0: any")
    parser.add_argument("--cadence", type=int, default=55, help="strides per minute")
    parser.add_argument("--speed", type=float, default=1.4, help="m/s")
    parser.add_argument("--interval", type=float, default=1.0, help="s between notifications")
    parser.add_argument("--name", default="Pod")
    parser.add_argument("--serial", default="POD-0001")
    parser.add_argument("--battery", type=int, default=90, help="percent")
    parser.add_argument("--address", default="F0:0D:F0:0D:00:01", help="static random")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(walk(options()))
