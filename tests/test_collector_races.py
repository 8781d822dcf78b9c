"""What several people and clocks do to a collector at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bumble.device import Connection

from devices import PROFILES, polar_pmd
from devices.profile import Placement
from ingest.pairing import tells_apart
from ingest.session import State
from ingest.virtual import Emission, VirtualSensor
from ingest.virtual.catalogue import CATALOGUE
from tests.collecting import collecting, enter, recordings
from tests.one_sensor import ADDRESS, TICKER, in_the_air, tickers
from tests.time_travel import START_NS, run

EVERY = tuple(PROFILES.values())


def of_kind(key: str) -> VirtualSensor:
    return CATALOGUE[key](np.random.default_rng(1), START_NS)


def test_recording_that_is_stopped_while_a_sensor_hangs_up_slowly_stays_stopped(
    tmp_path: Path,
) -> None:
    pod, polar = of_kind("rsc"), of_kind("polar_pmd")

    async def body() -> None:
        async with (
            in_the_air(pod, polar) as (radio, world),
            collecting(tmp_path, radio, *EVERY) as collector,
        ):
            slow = await collector.pair(polar.address, Placement.LEFT_ANKLE, person="ada")
            await collector.pair(pod.address, Placement.LEFT_FOOT, person="ada")
            await asyncio.sleep(8)

            async def never(_connection: Connection, _payload: bytes) -> None:
                await asyncio.sleep(8)

            value = world.peripherals[polar.address]._characteristics[polar_pmd.CONTROL].value
            value.write = never  # type: ignore[union-attr,method-assign]
            forgetting = asyncio.create_task(collector.forget(slow))
            await asyncio.sleep(1)
            await collector.set_recording(False)
            await forgetting
            await asyncio.sleep(15)
            assert (collector.state().recording, collector.state().sensors) == (False, ())

    run(body())


def test_looking_at_a_sensor_that_is_being_connected_to_neither_fails_nor_holds_up_others(
    tmp_path: Path,
) -> None:
    one, other = tickers(2)
    enter(tmp_path, one, key="ticker-1")
    enter(tmp_path, other, key="ticker-2")

    async def body() -> None:
        async with in_the_air(one, other) as (radio, _), collecting(tmp_path, radio) as collector:
            found = await asyncio.wait_for(collector.examine(one.address, 2.0), 20)
            assert found.address == one.address
            await asyncio.sleep(10)
            assert [s.state for s in collector.state().sensors] == [State.STREAMING] * 2

    run(body())


def test_a_streaming_sensor_is_known_by_its_address_however_it_is_spelt(tmp_path: Path) -> None:
    enter(tmp_path, TICKER)

    async def body() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(10)
            found = await collector.examine(ADDRESS.lower(), 2.0)
            assert found.address == ADDRESS

    run(body())
    assert len(recordings(tmp_path)) == 1  # not interrupted


def test_of_two_keys_with_one_address_only_one_is_connected_to(tmp_path: Path) -> None:
    enter(tmp_path, TICKER, key="ticker-1")
    enter(tmp_path, TICKER, key="ticker-2")

    async def body() -> None:
        async with in_the_air() as (radio, _), collecting(tmp_path, radio) as collector:
            await asyncio.sleep(10)
            (status,) = collector.state().sensors
            assert (status.sensor, status.state) == ("ticker-2", State.STREAMING)

    run(body())


def test_a_sensor_that_answers_unasked_for_ever_does_not_swell_the_next_recording(
    tmp_path: Path,
) -> None:
    polar = of_kind("polar_pmd")

    def chatter(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for number in range(4000):
            yield float(number), polar_pmd.CONTROL, b"\x01\x02" + number.to_bytes(4, "little")

    enter(tmp_path, polar, key="polar-1")

    async def body() -> None:
        noisy = replace(polar, sources={"polar_pmd": chatter}, waits=())
        async with in_the_air(noisy) as (radio, _), collecting(tmp_path, radio, *EVERY):
            await asyncio.sleep(3700)

    run(body())
    found = recordings(tmp_path)
    assert len(found) >= 2
    assert len(found[1].rows) < 400


def test_two_units_with_one_serial_number_are_two_sensors(tmp_path: Path) -> None:
    one = of_kind("rsc")
    other = replace(one, address="D0:1E:61:0A:D0:77")

    async def body() -> None:
        async with (
            in_the_air(one, other) as (radio, _),
            collecting(tmp_path, radio, *EVERY) as collector,
        ):
            first = await collector.pair(one.address, Placement.LEFT_FOOT, person="ada")
            await asyncio.sleep(8)
            second = await collector.pair(other.address, Placement.RIGHT_FOOT, person="ben")
            assert first != second
            await asyncio.sleep(8)
            assert [s.state for s in collector.state().sensors] == [State.STREAMING] * 2

    run(body())


@pytest.mark.parametrize("serial", ["0", "0000", "N/A", "", "unknown"])
def test_a_serial_number_that_every_unit_carries_is_none(serial: str) -> None:
    assert not tells_apart(serial)
    assert tells_apart("VIRTUAL-POD-1")
    assert tells_apart("0A1B")
