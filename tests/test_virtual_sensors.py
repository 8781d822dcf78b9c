"""Virtual sensors: what they serve, what goes wrong on the air, the demo's three, and a replay."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from bleak import BleakClient

from devices import battery, device_information, heart_rate, rsc, thingy52
from devices.walker import Walker, live_walk
from ingest.radio import Radio
from ingest.virtual import Emission, Faults, VirtualSensor, demo_sensors, replay_sensor
from tests.one_sensor import ADDRESS, TICK, TICKER, find, in_the_air
from tests.time_travel import START_NS, run

Heard = list[tuple[float, bytes]]
POD, HEART, LEG = (f"D0:1E:61:0A:D0:0{n}" for n in (1, 2, 3))


async def connected(radio: Radio, address: str = ADDRESS) -> BleakClient:
    client = radio.client_class(await find(radio, address))
    await client.connect()
    return client


async def hear(client: BleakClient, characteristic: str, seconds: float) -> Heard:
    """Payloads with seconds since the subscription."""
    loop, heard = asyncio.get_running_loop(), list[tuple[float, bytes]]()
    began = loop.time()
    await client.start_notify(
        characteristic, lambda _, data: heard.append((loop.time() - began, bytes(data)))
    )
    await asyncio.sleep(seconds)
    return heard


def ticks(faults: Faults, seconds: float, seed: int = 1) -> Heard:
    async def main() -> Heard:
        async with in_the_air(replace(TICKER, faults=faults), seed=seed) as (radio, _):
            return await hear(await connected(radio), TICK, seconds)

    return run(main())


def number(payload: bytes | bytearray) -> int:
    return int.from_bytes(payload, "little")


def numbers(heard: Heard) -> list[int]:
    return [number(payload) for _, payload in heard]


def test_without_faults_everything_arrives_at_its_time() -> None:
    heard = ticks(Faults(), 60.05)
    assert numbers(heard) == list(range(1, 601))
    assert [at for at, _ in heard] == pytest.approx([n / 10 for n in range(1, 601)], abs=1e-6)


def test_dropped_notifications_are_never_sent_and_the_rest_stays_in_order() -> None:
    kept = numbers(ticks(Faults(drop=0.25), 400))
    assert kept == sorted(set(kept))
    assert 0.70 < len(kept) / 4000 < 0.80
    assert ticks(Faults(drop=1.0), 60) == []


def test_jitter_delays_without_reordering() -> None:
    heard = ticks(Faults(jitter_s=0.35), 100)
    late = [at - number(payload) / 10 for at, payload in heard]
    assert numbers(heard) == list(range(1, len(heard) + 1))
    assert min(late) >= -1e-9
    assert 0.3 < max(late) <= 0.35 + 1e-6


def test_the_same_seed_gives_the_same_air() -> None:
    faults = Faults(drop=0.3, jitter_s=0.2)
    assert ticks(faults, 30, seed=5) == ticks(faults, 30, seed=5)
    assert ticks(faults, 30, seed=5) != ticks(faults, 30, seed=6)


def test_links_are_lost_when_the_faults_say_so_and_the_body_walks_on() -> None:
    async def main() -> tuple[list[float], list[int]]:
        loop, held, heard = asyncio.get_running_loop(), list[float](), list[int]()
        sensor = replace(TICKER, faults=Faults(lose_link_after_s=(3.0, 5.0), away_s=20.0))
        async with in_the_air(sensor) as (radio, _):
            for _ in range(2):
                lost: asyncio.Queue[BleakClient] = asyncio.Queue()
                client = radio.client_class(await find(radio), lost.put_nowait)
                await client.connect()
                began = loop.time()
                await client.start_notify(TICK, lambda _, data: heard.append(number(data)))
                await lost.get()
                held.append(loop.time() - began)
            client = await connected(radio)
            await asyncio.sleep(600)
            assert client.is_connected
        return held, heard

    held, heard = run(main())
    assert held == pytest.approx([3, 5], abs=0.01)
    assert heard[:29] == list(range(1, 30))
    gap = max(later - before for before, later in itertools.pairwise(heard))
    assert 200 <= gap <= 215  # 20 s away at 10 a second, and at most 1.5 s to be found again


def test_nothing_is_streamed_to_a_client_that_has_not_subscribed() -> None:
    began: list[int] = []

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        began.append(start_ns)
        yield 0.0, TICK, b"x"

    async def main() -> None:
        sensor = replace(TICKER, sources={"ticker": source})
        async with in_the_air(sensor) as (radio, _):
            client = await connected(radio)
            await asyncio.sleep(60)
            assert began == []
            assert [payload for _, payload in await hear(client, TICK, 1)] == [b"x"]
            assert len(began) == 1
            assert began[0] - START_NS >= 60e9

    run(main())


def test_a_source_that_is_behind_keeps_its_order_and_lets_others_run() -> None:
    def burst(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for n in range(1000):
            yield 0.0, TICK, n.to_bytes(2, "little")

    async def main() -> list[int]:
        async with in_the_air(replace(TICKER, sources={"ticker": burst})) as (radio, _):
            return numbers(await hear(await connected(radio), TICK, 1))

    assert run(main()) == list(range(1000))


def test_an_error_in_a_source_is_not_swallowed() -> None:
    def broken(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        yield 0.5, TICK, b"x"
        raise ValueError("the walker fell over")

    async def main() -> None:
        async with in_the_air(replace(TICKER, sources={"ticker": broken})) as (radio, _):
            await hear(await connected(radio), TICK, 3600)

    with pytest.raises(ExceptionGroup) as caught:
        run(main())
    assert caught.group_contains(ValueError, match="fell over")


def demo() -> tuple[VirtualSensor, ...]:
    return tuple(demo_sensors(np.random.default_rng(7), START_NS))


def test_the_demo_has_a_foot_pod_a_strap_and_a_leg_sensor_each_with_a_serial_number() -> None:
    async def main() -> dict[str, tuple[str, int]]:
        found = {}
        async with in_the_air(*demo()) as (radio, _):
            for address in (POD, HEART, LEG):
                client = await connected(radio, address)
                serial = await client.read_gatt_char(device_information.SERIAL)
                level = await client.read_gatt_char(battery.LEVEL)
                percent = battery.parse(bytes(level)).battery_percent
                found[address] = (device_information.parse(bytes(serial)), percent)
        return found

    assert run(main()) == {
        POD: ("VIRTUAL-POD-1", 87),
        HEART: ("VIRTUAL-HEART-1", 64),
        LEG: ("VIRTUAL-LEG-1", 41),
    }


def test_the_demo_pod_and_strap_send_what_the_walker_does_once_a_second() -> None:
    async def main() -> tuple[Heard, Heard, int]:
        async with in_the_air(*demo()) as (radio, _):
            pod, strap = await connected(radio, POD), await connected(radio, HEART)
            began = START_NS + round(asyncio.get_running_loop().time() * 1e9)
            both = hear(pod, rsc.MEASUREMENT, 120), hear(strap, heart_rate.MEASUREMENT, 120)
            foot, heart = await asyncio.gather(*both)
        return foot, heart, began

    foot, heart, began = run(main())
    rng = np.random.default_rng(7)
    walker = Walker(rng, live_walk(rng, START_NS))
    times = began + np.arange(1, 121) * 1_000_000_000
    assert [payload for _, payload in foot] == [rsc.encode(m) for m in walker.rsc(times)]
    assert [payload for _, payload in heart] == [
        heart_rate.encode(m) for m in walker.heart_rate(times)
    ]
    assert max(rsc.parse(payload).speed_mps for _, payload in foot) > 1


@pytest.mark.parametrize("rate_hz", [10, 25, 100])
def test_the_demo_leg_sensor_streams_at_the_rate_it_was_told(rate_hz: int) -> None:
    async def main() -> tuple[bytes, Heard]:
        asked = thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=rate_hz))
        async with in_the_air(*demo()) as (radio, _):
            client = await connected(radio, LEG)
            listening = asyncio.create_task(hear(client, thingy52.RAW, 30.5))
            await asyncio.sleep(0.5)
            await client.write_gatt_char(thingy52.CONFIGURATION, asked, response=True)
            answer = bytes(await client.read_gatt_char(thingy52.CONFIGURATION))
            assert answer == asked
            return answer, await listening

    _, heard = run(main())
    times = np.array([at for at, _ in heard])
    assert np.diff(times[times > 0.6]) == pytest.approx(1 / rate_hz, abs=1e-6)
    assert thingy52.parse(heard[-1][1]).acc != (0, 0, 0)


def test_the_demo_leg_sensor_carries_its_person() -> None:
    async def main() -> Heard:
        async with in_the_air(*demo()) as (radio, _):
            return await hear(await connected(radio, LEG), thingy52.RAW, 60)

    acc = np.array([thingy52.parse(payload).acc for _, payload in run(main())]) * thingy52.ACC_G
    size = np.linalg.norm(acc, axis=1)
    assert 0.9 < size.mean() < 1.6
    assert size.std() > 0.1


def recorded(rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    rng = np.random.default_rng(3)
    return rng.integers(-2000, 2000, (rows, 6), dtype=np.int16)


def test_a_replay_plays_every_sample_once_and_then_falls_silent() -> None:
    axes = recorded(500)

    async def main() -> tuple[bytes, Heard]:
        sensor = replay_sensor(axes, 50, address=ADDRESS)
        async with in_the_air(sensor) as (radio, _):
            client = await connected(radio)
            listening = asyncio.create_task(hear(client, thingy52.RAW, 600))
            asked = thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=200))
            await client.write_gatt_char(thingy52.CONFIGURATION, asked, response=True)
            answer = bytes(await client.read_gatt_char(thingy52.CONFIGURATION))
            return answer, await listening

    answer, heard = run(main())
    assert thingy52.parse_configuration(answer).rate_hz == 50
    assert [payload for _, payload in heard] == thingy52.encode_many(axes)
    assert heard[-1][0] - heard[0][0] == pytest.approx(499 / 50)
