"""A small sensor of the tests' own, and a radio on which it is in the air."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from bleak.backends.device import BLEDevice
from bumble.link import LocalLink

from devices.profile import Decoder, DeviceError, Notifications, Profile, Read, Samples, Write
from ingest.radio import Radio, open_radio
from ingest.virtual import Answer, Emission, VirtualSensor, VirtualWorld
from tests.time_travel import TravelClock

SERVICE = "0a000000-1111-2222-3333-444455556666"
TICK = "0a000001-1111-2222-3333-444455556666"
SETTING = "0a000002-1111-2222-3333-444455556666"
ADDRESS = "F0:00:00:00:00:01"


class Ignore(Decoder):
    def decode(self, run: Notifications) -> Samples:
        return Samples()


PROFILE = Profile(
    key="ticker",
    title="Ticker",
    service=SERVICE,
    source="these tests",
    decoder=Ignore,
    notify=(TICK,),
    handshake=(Write(characteristic=SETTING, payload=b"\x01"), Read(characteristic=SETTING)),
)


def tick(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
    """Ten numbered payloads a second."""
    for number in range(1, 65536):
        yield number / 10, TICK, number.to_bytes(2, "little")


def short_only(_characteristic: str, payload: bytes) -> Answer:
    if len(payload) > 200:
        raise DeviceError("too long")
    return Answer(keep=payload)


TICKER = VirtualSensor(
    name="Ticker",
    address=ADDRESS,
    profiles=(PROFILE,),
    sources={"ticker": tick},
    values={SETTING: b"\x00"},
    answer=short_only,
)


def tickers(count: int) -> list[VirtualSensor]:
    return [
        replace(TICKER, name=f"Ticker {number}", address=f"F0:00:00:00:00:{number:02X}")
        for number in range(1, count + 1)
    ]


@contextlib.asynccontextmanager
async def in_the_air(
    *sensors: VirtualSensor, seed: int = 1
) -> AsyncIterator[tuple[Radio, VirtualWorld]]:
    """An open radio and the world whose sensors it can reach."""
    worlds: list[VirtualWorld] = []

    def world(link: LocalLink) -> VirtualWorld:
        rng = np.random.default_rng(seed)
        worlds.append(VirtualWorld(link, sensors or (TICKER,), TravelClock(), rng))
        return worlds[0]

    async with open_radio("virtual", virtual=world) as radio:
        yield radio, worlds[0]


async def find(radio: Radio, address: str = ADDRESS) -> BLEDevice:
    return (await find_all(radio, [address]))[0]


async def find_all(radio: Radio, addresses: Sequence[str]) -> list[BLEDevice]:
    """The sensors with these addresses, however long it takes them to advertise."""
    found: dict[str, BLEDevice] = {}
    async with radio.scanner(lambda device, _: found.update({device.address: device})) as scanner:
        async for _ in scanner.advertisement_data():
            if found.keys() >= set(addresses):
                break
    return [found[address] for address in addresses]
