"""Shaking: who moved too early is named, who is paired is left out, and virtual sensors obey."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np
import pytest

from devices import PROFILES, thingy52
from devices.walker import Walker, live_walk
from ingest.link import Air
from ingest.radio import Radio
from ingest.shake import PERSON, STILL_TRIES, Shaking, feels, shake
from ingest.virtual import Emission, VirtualSensor, demo_sensors
from ingest.virtual.catalogue import CATALOGUE, named
from ingest.virtual.hand import Doing, Hand, Held
from ingest.virtual.sources import with_companions
from tests.one_sensor import find, in_the_air
from tests.time_travel import START_NS, TravelClock, run

RATE_HZ = 50
CONFIGURATION = thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=RATE_HZ))
FEELING = ["rsc", "thingy52", "witmotion", "microbit", "polar_pmd", "movesense"]
POD, HEART, LEG = (f"D0:1E:61:0A:D0:0{n}" for n in (1, 2, 3))

Moves = Callable[[float], bool]
"""Whether a sensor moves so many seconds after the start."""


def real(name: str, address: str, moves: Moves) -> VirtualSensor:
    """A motion sensor that nobody simulates: what it does was decided before."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for number in itertools.count(1):
            at_s = (start_ns - START_NS) / 1e9 + number / RATE_HZ
            turning = 8000 * (number % 2) if moves(at_s) else 0
            counts = np.array([[0, 0, 1024, turning, 0, 0]], np.int16)
            yield number / RATE_HZ, thingy52.RAW, thingy52.encode_many(counts)[0]

    return VirtualSensor(
        name=name,
        address=address,
        profiles=with_companions("thingy52"),
        sources={"thingy52": source},
        values={thingy52.CONFIGURATION: CONFIGURATION},
    )


def never(_at_s: float) -> bool:
    return False


def searched(
    *sensors: VirtualSensor, leave_out: Collection[str] = (), times: int = 1
) -> tuple[Shaking, list[Shaking]]:
    """What came of the last of some searches, and what was said in it."""

    async def go() -> tuple[Shaking, list[Shaking]]:
        async with in_the_air(*sensors) as (radio, world):
            clock = TravelClock()
            air = Air(radio, PROFILES, clock)
            for _ in range(times):
                said: list[Shaking] = []
                last = await shake(air, PROFILES, clock, said.append, leave_out=leave_out)
                await asyncio.sleep(1)
                assert not any(p.connection for p in world.peripherals.values())
                assert {s.hand.doing for s in sensors} == {Doing.WORN}
            return last, said

    return run(go())


def demo() -> list[VirtualSensor]:
    return demo_sensors(np.random.default_rng(7), START_NS)


def texts(said: Sequence[Shaking], phase: str) -> list[str]:
    return [one.text for one in said if one.phase == phase]


def test_sensors_are_called_by_their_names_while_they_are_connected_to() -> None:
    _, said = searched(*demo())
    assert texts(said, "connect") == [
        "Connecting to Foot pod (1 of 2) …",
        "Connecting to Leg motion (2 of 2) …",
    ]


def test_sensors_of_one_name_are_told_apart_by_their_address() -> None:
    twins = [real("Leg", f"D0:00:00:00:00:0{n}", never) for n in (1, 2)]
    _, said = searched(*twins)
    assert sorted(text.partition(" (")[0] for text in texts(said, "connect")) == [
        "Connecting to Leg …00:01",
        "Connecting to Leg …00:02",
    ]


def test_a_sensor_that_goes_on_moving_is_named_and_nobody_is_asked_to_shake() -> None:
    walking = real("Left leg", "D0:00:00:00:00:01", lambda _: True)
    now, said = searched(walking, real("Right leg", "D0:00:00:00:00:02", never))
    assert now.found is None
    assert now.text == ("'Left leg' moved while all should lie still: lay it down and try again.")
    assert texts(said, "shake") == []
    assert len(texts(said, "still")) == STILL_TRIES


def test_all_that_go_on_moving_are_named() -> None:
    now, _ = searched(*(real(f"Leg {n}", f"D0:00:00:00:00:0{n}", lambda _: True) for n in (1, 2)))
    assert now.text.endswith("moved while all should lie still: lay them down and try again.")
    assert "'Leg 1'" in now.text
    assert "'Leg 2'" in now.text


def test_there_is_time_to_lay_a_sensor_down_and_then_to_shake_it() -> None:
    late = real("Leg", "D0:00:00:00:00:01", lambda at_s: at_s < 6 or at_s > 11)
    now, said = searched(late)
    assert texts(said, "still") == [
        "Let all sensors lie still …",
        "'Leg' moved while all should lie still: lay it down …",
        "'Leg' moved while all should lie still: lay it down …",
    ]
    assert now.found is not None
    assert now.found.name == "Leg"


def test_a_sensor_that_is_paired_already_is_left_out() -> None:
    now, said = searched(*demo(), leave_out=[POD.lower()])
    assert texts(said, "connect") == ["Connecting to Leg motion (1 of 1) …"]
    assert now.found is not None
    assert now.found.address == LEG


def test_where_all_are_paired_already_that_is_said() -> None:
    now, _ = searched(*demo(), leave_out=[POD, LEG])
    assert now.found is None
    assert now.text.startswith("Every sensor in reach that feels movement is paired already.")


@pytest.mark.parametrize("times", [1, 2])
def test_the_simulated_person_shakes_the_first_sensor_and_does_so_every_time(times: int) -> None:
    now, said = searched(*demo(), times=times)
    assert texts(said, "still") == ["Let all sensors lie still …"]
    assert now.found is not None
    assert now.found.address == POD


@pytest.mark.parametrize("kind", FEELING)
def test_a_virtual_sensor_of_every_kind_that_feels_movement_can_be_found(kind: str) -> None:
    (sensor,) = named([kind], np.random.default_rng(7), START_NS)
    now, _ = searched(sensor, real("Other leg", "D0:00:00:00:00:01", never))
    assert now.found is not None
    assert now.found.address == sensor.address


def test_every_kind_that_feels_movement_is_among_those_tried() -> None:
    assert [key for key in CATALOGUE if feels([PROFILES[key]])] == FEELING


def test_a_sensor_that_streams_already_is_worn_on() -> None:
    async def go() -> tuple[Doing, Shaking]:
        sensors = demo()
        async with in_the_air(*sensors) as (radio, _):
            client = radio.client_class(await find(radio, POD))
            await client.connect()
            clock, doings = TravelClock(), set[Doing]()

            def note(_: Shaking) -> None:
                doings.add(sensors[0].hand.doing)

            now = await shake(Air(radio, PROFILES, clock), PROFILES, clock, note)
            assert client.is_connected
            (doing,) = doings
            return doing, now

    doing, now = run(go())
    assert doing is Doing.WORN
    assert now.found is not None
    assert now.found.address == LEG


def test_when_the_search_is_broken_off_the_person_walks_on() -> None:
    async def go() -> list[Doing]:
        sensors = demo()
        async with in_the_air(*sensors) as (radio, _):
            clock = TravelClock()
            search = shake(Air(radio, PROFILES, clock), PROFILES, clock, lambda _: None)
            task = asyncio.create_task(search)
            await asyncio.sleep(5)
            assert Doing.LYING in {s.hand.doing for s in sensors}
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return [s.hand.doing for s in sensors]

    assert set(run(go())) == {Doing.WORN}


def test_outside_a_virtual_world_nobody_is_told_to_shake() -> None:
    async def go() -> Radio:
        async with in_the_air(*demo()) as (radio, _):
            assert PERSON.get() is not None
        return radio

    run(go())
    assert PERSON.get() is None


def test_a_sensor_in_the_hand_is_the_persons_own_while_it_is_worn() -> None:
    rng = np.random.default_rng(3)
    person = Walker(rng, live_walk(rng, START_NS))
    hand = Hand()
    held = Held(person, hand)
    times = START_NS + np.arange(5) * 1_000_000_000
    assert held.rsc(times) == person.rsc(times)
    hand.doing = Doing.LYING
    assert {one.cadence_sent_per_min for one in held.rsc(times)} == {0}
