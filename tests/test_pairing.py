"""Pairing anyone can do: find it by shaking, name it, replace it, correct where it sat."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.battery import LEAST_DAYS, LEAST_FALL_PERCENT, outlook
from dashboard import reach
from dashboard.errors import DashboardError
from dashboard.shown import find_sensor, kind_placements, kind_silent, kind_title, kind_worn
from dashboard.wording.sensors import silent_text
from devices import PROFILES, rsc, thingy52
from devices.profile import Channel, Placement
from devices.rsc_counts import STEPS, STRIDES, Pace, paces, what_it_counts
from ingest.entries import Entries, SensorForgotten, SensorNamed
from ingest.errors import IngestError
from ingest.link import Air, Seen, Sweep
from ingest.live import LiveValue, LiveView
from ingest.live_labels import LABELS, MAIN
from ingest.pairing import (
    Examination,
    Misfit,
    enrol,
    examine,
    refuse_misfit,
    refuse_taken,
    replace_sensor,
    sensor_key,
)
from ingest.shake import Movement, Shaking, Verdict, decide, feels, shake
from ingest.status import BATTERY_ALONE, STREAMING, SensorStatus, State
from ingest.virtual import Emission, VirtualSensor, demo_sensors
from ingest.virtual.sources import with_companions
from tests.collecting import collecting, recordings
from tests.one_sensor import TICKER, in_the_air
from tests.time_travel import START_NS, TravelClock, run

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
ALL = tuple(PROFILES.values())
RATE_HZ = 25


def test_every_channel_has_a_name_and_a_unit_in_plain_words() -> None:
    assert set(LABELS) == set(Channel)
    assert all(label and unit for label, unit in LABELS.values())
    assert {channel for main in MAIN.values() for channel in main} <= set(LABELS)


# --- shake it to find it ------------------------------------------------------------------------


def moved(address: str, shaken: float | None, still: float | None = 0.01) -> Movement:
    return Movement(address=address, still=still, shaken=shaken)


@pytest.mark.parametrize(
    ("movements", "address", "said"),
    [
        ([], None, "No sensor that feels movement answered"),
        ([moved("a", 0.02), moved("b", 0.01)], None, "None of the sensors moved"),
        ([moved("a", 5.0), moved("b", 0.01)], "a", "This one moved"),
        ([moved("a", 0.4), moved("b", 6.0), moved("c", 1.5)], "b", "This one moved"),
        ([moved("a", 5.0), moved("b", 4.0)], None, "2 sensors moved"),
        ([moved("a", 5.0, still=4.0)], None, "One moved before"),
        ([moved("a", None), Movement(address="p", steps=True)], "p", "This one moved"),
        ([Movement(address="p", steps=True, steps_before=True)], None, "One moved before"),
        ([moved("a", 9.0), Movement(address="p", steps=True)], None, "2 sensors moved"),
        ([moved("a", 0.0), Movement(address="n", appeared=True)], "n", "woke up"),
        ([moved("a", 9.0), Movement(address="n", appeared=True)], "a", "This one moved"),
        ([Movement(address=x, appeared=True) for x in "nm"], None, "2 sensors woke up"),
    ],
)
def test_the_sensor_that_moves_is_named_and_doubt_is_said(
    movements: list[Movement], address: str | None, said: str
) -> None:
    verdict = decide(movements)
    assert verdict.address == address
    assert said in verdict.reason


@given(st.permutations([moved("a", 6.0), moved("b", 0.2), moved("c", 1.2)]))
def test_the_order_in_which_sensors_were_found_decides_nothing(movements: list[Movement]) -> None:
    assert decide(movements) == Verdict(address="a", reason="This one moved.")


def test_only_what_can_feel_a_shake_is_connected_to() -> None:
    assert feels([PROFILES["thingy52"]])
    assert feels([PROFILES["rsc"]])
    assert not feels([PROFILES["heart_rate"]])


def lying(name: str, address: str, *, from_s: float = 1e9, until_s: float = 1e9) -> VirtualSensor:
    """A motion sensor that lies on a table, but for a while in which somebody shakes it."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        rng = np.random.default_rng(int(address[-2:], 16))
        for number in itertools.count(1):
            at_s = (start_ns - START_NS) / 1e9 + number / RATE_HZ
            size = 8000 if from_s <= at_s < until_s else 10
            counts = rng.normal(0, size, (1, 6)).clip(-32000, 32000).astype(np.int16)
            counts[0, 2] += 1024
            yield number / RATE_HZ, thingy52.RAW, thingy52.encode_many(counts)[0]

    configuration = thingy52.MotionConfiguration(rate_hz=RATE_HZ)
    return VirtualSensor(
        name=name,
        address=address,
        profiles=with_companions("thingy52"),
        sources={"thingy52": source},
        values={thingy52.CONFIGURATION: thingy52.encode_configuration(configuration)},
        serial=name,
    )


def one_shaken(count: int, number: int | None) -> list[VirtualSensor]:
    """Sensors that lie still; one of them (None: none) is shaken from second 8 on."""
    return [
        lying(f"Leg {n}", f"D0:00:00:00:00:{n:02X}", from_s=8.0 if n == number else 1e9)
        for n in range(1, count + 1)
    ]


def shaken(*sensors: VirtualSensor) -> tuple[Shaking, list[Shaking], int]:
    """What came of it, what was said on the way, and how many sensors stay connected."""

    async def go() -> tuple[Shaking, list[Shaking], int]:
        said: list[Shaking] = []
        async with in_the_air(*sensors) as (radio, world):
            clock = TravelClock()
            now = await shake(Air(radio, PROFILES, clock), PROFILES, clock, said.append)
            await asyncio.sleep(1)
            held = sum(p.connection is not None for p in world.peripherals.values())
        return now, said, held

    return run(go())


def test_of_three_sensors_the_one_that_is_shaken_is_found_and_all_are_let_go() -> None:
    now, said, held = shaken(*one_shaken(3, 2))
    assert now.found is not None
    assert now.found.name == "Leg 2"
    phases = [phase for phase, _ in itertools.groupby(one.phase for one in said)]
    assert phases == ["look", "connect", "still", "shake", "done"]
    assert held == 0


def test_nobody_is_guessed_when_nothing_moves() -> None:
    now, _, _ = shaken(*one_shaken(2, None))
    assert now.found is None
    assert "None of the sensors moved" in now.text


def test_at_most_five_are_held_at_once() -> None:
    _, said, _ = shaken(*one_shaken(7, 1))
    assert "5 of 5" in [one.text for one in said if one.phase == "connect"][-1]


def test_the_collector_looks_for_the_shaken_one_while_it_answers_others(tmp_path: Path) -> None:
    async def go() -> tuple[list[str], Seen | None]:
        async with (
            in_the_air(*one_shaken(2, 1)) as (radio, _),
            collecting(tmp_path, radio, *ALL) as c,
        ):
            assert c.shake(begin=False) is None
            phases = []
            now = c.shake(begin=True)
            while now is not None and not now.done:
                phases.append(now.phase)
                assert c.state().recording
                await asyncio.sleep(0.5)
                now = c.shake(begin=False)
            assert now is not None
            return list(dict.fromkeys(phases)), now.found

    phases, found = run(go())
    assert phases[0] == "look"
    assert "shake" in phases
    assert found is not None
    assert found.name == "Leg 1"


def test_a_collector_that_stops_lets_the_shaken_ones_go(tmp_path: Path) -> None:
    async def go() -> bool:
        async with in_the_air(*one_shaken(2, 1)) as (radio, world):
            async with collecting(tmp_path, radio, *ALL) as c:
                c.shake(begin=True)
                await asyncio.sleep(6)
                assert any(p.connection for p in world.peripherals.values())
            await asyncio.sleep(1)
            return any(p.connection for p in world.peripherals.values())

    assert not run(go())


# --- what is in the air, and connecting once ----------------------------------------------------


def test_what_is_no_sensor_of_ours_is_counted_and_not_listed(tmp_path: Path) -> None:
    async def look() -> tuple[list[str], int]:
        pod = demo_sensors(np.random.default_rng(7), START_NS)[0]
        async with in_the_air(pod, TICKER) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            found = await c.sweep(2.0)
            return [seen.name for seen in found.sensors], found.others

    assert run(look()) == (["Foot pod"], 1)


def test_a_sensor_that_was_just_looked_at_is_saved_without_connecting_again(tmp_path: Path) -> None:
    pod = demo_sensors(np.random.default_rng(7), START_NS)[0]

    async def go() -> str:
        async with in_the_air(pod) as (radio, world), collecting(tmp_path, radio, *ALL) as c:
            await c.set_recording(False)
            await c.examine(pod.address, 6.0)
            await world.peripherals[pod.address].stop()  # it could not be reached a second time
            return await c.pair(pod.address, Placement.LEFT_FOOT, person="ada")

    assert run(go()) == sensor_key("rsc", pod.serial)


def test_candidates_of_one_family_are_called_by_the_family(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = replace(PROFILES["rsc"], family="Fitness machine", counts=None)
    one = replace(machine, key="one", title="Rower", placements=(Placement.MACHINE,))
    two = replace(machine, key="two", title="Bike", placements=(Placement.BIKE,))
    monkeypatch.setattr("dashboard.shown.PROFILES", {**PROFILES, "one": one, "two": two})
    assert kind_title(["one", "two"]) == "Fitness machine"
    assert kind_title(["one"]) == "Rower"
    assert kind_title(["one", "two", "heart_rate"]) == "Fitness machine, Heart rate strap"
    assert kind_placements(["one", "two"]) == ("machine", "bike")


def test_each_step_of_a_search_by_the_running_collector_is_said_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps = [Shaking(phase=phase, text=phase) for phase in ("look", "look", "still", "done")]
    answers = iter(steps)

    def ask(_home: Path, do: str, *, begin: bool) -> object:
        assert (do, begin) == ("shake", begin)
        return msgspec.to_builtins(next(answers))

    said: list[Shaking] = []
    monkeypatch.setattr(reach, "ask", ask)
    monkeypatch.setattr(reach, "SHAKE_POLL_S", 0.0)
    assert reach.shaken(tmp_path, None, said.append) == steps[-1]
    assert [now.phase for now in said] == ["look", "still", "done"]


def test_what_a_collector_answers_reads_back(tmp_path: Path) -> None:
    pod = demo_sensors(np.random.default_rng(7), START_NS)[0]

    async def go() -> tuple[Sweep, Examination]:
        async with in_the_air(pod, TICKER) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            return await c.sweep(1.0), await c.examine(pod.address, 6.0)

    around, found = run(go())
    for answer in (around, found):
        assert msgspec.convert(json.loads(msgspec.json.encode(answer)), type(answer)) == answer


# --- strides or steps ---------------------------------------------------------------------------


def walk(
    speed: float, sent: float, length: float | None = None, *, run: bool = False
) -> list[Pace]:
    pace = Pace(
        speed_mps=speed, cadence_sent_per_min=sent, stride_length_m=length, running=run or None
    )
    return [pace] * 5


@pytest.mark.parametrize(
    ("measured", "counts"),
    [
        (walk(1.4, 55), STRIDES),
        (walk(1.4, 110), STEPS),
        (walk(1.4, 55, 1.53), STRIDES),
        (walk(1.4, 110, 1.53), STEPS),
        (walk(0.7, 40, 3.0), None),  # the length fits neither
        (walk(0.7, 40, 1.05), STRIDES),  # too slow for the walk ratio, but the length fits
        (walk(0.7, 80, 1.05), STEPS),
        (walk(0.7, 80), None),
        (walk(3.0, 82, run=True), STRIDES),
        (walk(3.0, 164, run=True), STEPS),
        (walk(3.0, 164, 1.1, run=True), STEPS),  # sends the length of a step
        (walk(1.4, 110, 0.76), None),  # speed says steps, the length strides
        (walk(0.0, 0), None),
        (walk(5.5, 92), STRIDES),
        (walk(5.5, 184), STEPS),
    ],
)
def test_what_a_cadence_counts_follows_from_how_people_move(
    measured: list[Pace], counts: str | None
) -> None:
    assert what_it_counts(measured).counts == counts


def test_the_reason_is_a_sentence_with_the_lengths_that_decide() -> None:
    reason = what_it_counts(walk(1.4, 110)).reason
    assert reason == (
        "At 1.4 m/s it sends 110 a minute: counted as strides, a step is 0.38 m long; counted as "
        "steps, 0.76 m. So it seems to count steps."
    )
    assert "few seconds" in what_it_counts([]).reason


@given(speed=st.floats(1.1, 2.0), ratio=st.floats(0.0055, 0.0075))
def test_walking_adults_are_never_taken_for_the_other(speed: float, ratio: float) -> None:
    """At any walk ratio of adults, whichever is sent."""
    steps = (60 * speed / ratio) ** 0.5
    assert what_it_counts(walk(speed, steps)).counts == STEPS
    assert what_it_counts(walk(speed, steps / 2)).counts == STRIDES


def test_measurements_are_put_together_from_samples() -> None:
    rows = [(1, "speed_mps", 1.5), (1, "cadence_sent_per_min", 55.0), (2, "speed_mps", 1.0)]
    assert paces(rows) == [Pace(speed_mps=1.5, cadence_sent_per_min=55.0)]


def pod_sending(cadence: int) -> VirtualSensor:
    """A pod on somebody who walks at 1.4 m/s."""
    measured = rsc.RscMeasurement(speed_mps=1.4, cadence_sent_per_min=cadence)

    def source(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for second in itertools.count(1):
            yield float(second), rsc.MEASUREMENT, rsc.encode(measured)

    pod = demo_sensors(np.random.default_rng(7), START_NS)[0]
    return replace(pod, sources={"rsc": source})


@pytest.mark.parametrize(("cadence", "counts"), [(55, STRIDES), (110, STEPS)])
def test_pairing_proposes_what_a_walking_pod_counts(cadence: int, counts: str) -> None:
    pod = pod_sending(cadence)

    async def look() -> Examination:
        async with in_the_air(pod) as (radio, _):
            clock = TravelClock()
            air = Air(radio, PROFILES, clock)
            return await examine(air, pod.address, PROFILES, clock, 6.0)

    seen = run(look())
    assert seen.counts is not None
    assert seen.counts.counts == counts
    assert seen.battery_percent == 87


# --- live values --------------------------------------------------------------------------------


def test_a_stream_that_does_not_say_its_main_value_shows_it_as_unknown() -> None:
    view = LiveView([PROFILES["heart_rate"]])
    assert view.values(0) == ()
    view.note(0, PROFILES["heart_rate"].notify[0], b"")  # malformed
    (value,) = view.values(0)
    assert (value.label, value.value) == ("heart rate", None)


# --- names, replacement, pairing again ----------------------------------------------------------


def seen(serial: str, profile: str = "rsc") -> Examination:
    return Examination(
        address=f"AA:{serial}",
        name=f"Pod {serial}",
        profiles=(profile,),
        identity=serial,
        battery_percent=None,
        live=(),
    )


def save(entries: Entries, found: Examination, at: dt.datetime = NOW, load_kg: float = 5.0) -> str:
    return enrol(
        entries,
        found,
        placement=Placement.LEFT_FOOT,
        person="ada",
        load_kg=load_kg,
        counts=STEPS,
        now=at,
    )


def test_pairing_again_where_it_sat_adds_nothing_to_its_history(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    key = save(entries, seen("1"))
    entries.append(SensorForgotten(at=NOW, sensor=key))
    later = NOW + dt.timedelta(days=3)
    assert save(entries, seen("1"), later) == key
    sensor = entries.registry().sensors[key]
    assert not sensor.forgotten
    assert [one.since for one in sensor.assignments] == [NOW]
    save(entries, seen("1"), later, load_kg=0.0)
    assert [one.since for one in entries.registry().sensors[key].assignments] == [NOW, later]


def test_a_new_sensor_takes_over_person_placement_load_and_name(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    old = save(entries, seen("1"))
    entries.append(SensorNamed(at=NOW, sensor=old, name="Left shoe"))
    later = NOW + dt.timedelta(days=3)
    new = replace_sensor(entries, entries.registry().sensors[old], seen("2"), now=later)
    registry = entries.registry()
    assert [sensor.key for sensor in registry.active] == [new]
    before, after = registry.sensors[old].current, registry.sensors[new].current
    assert before is not None
    assert after is not None
    assert replace(after, since=before.since) == before
    assert after.since == later
    assert registry.sensors[new].called == "Left shoe"


def test_the_old_sensor_gives_its_name_up_and_the_name_means_the_new_one(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    old = save(entries, seen("1"))
    entries.append(SensorNamed(at=NOW, sensor=old, name="Left shoe"))
    new = replace_sensor(entries, entries.registry().sensors[old], seen("2"), now=NOW)
    registry = entries.registry()
    assert registry.sensors[old].given == ""
    assert find_sensor(registry, "Left shoe").key == new
    assert find_sensor(registry, old).key == old


def test_a_name_means_a_forgotten_sensor_only_where_no_other_has_it(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    first, second = save(entries, seen("1")), save(entries, seen("2"))
    for key in (first, second):
        entries.append(SensorNamed(at=NOW, sensor=key, name="Left shoe"))
    with pytest.raises(DashboardError, match="may mean"):
        find_sensor(entries.registry(), "left shoe")
    entries.append(SensorForgotten(at=NOW, sensor=first))
    assert find_sensor(entries.registry(), "left  shoe").key == second
    entries.append(SensorForgotten(at=NOW, sensor=second))
    assert find_sensor(entries.registry(), second).key == second
    with pytest.raises(DashboardError, match="There is no sensor"):
        find_sensor(entries.registry(), "")


def test_a_sensor_of_another_kind_does_not_take_over(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    key = save(entries, seen("1"))
    old = entries.registry().sensors[key]
    said = entries.size()
    for profiles in (("heart_rate",), ("heart_rate", "battery", "device_information")):
        new = replace(seen("2"), profiles=profiles)
        with pytest.raises(IngestError, match=r"another kind \(Heart rate strap\)"):
            replace_sensor(entries, replace(old, profiles=("rsc", "battery")), new, now=NOW)
    assert entries.size() == said


def test_a_sensor_that_is_paired_does_not_take_over_until_it_is_forgotten(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    first, second = save(entries, seen("1")), save(entries, seen("2"))
    old = entries.registry().sensors[first]
    with pytest.raises(IngestError, match="is paired already"):
        replace_sensor(entries, old, seen("2"), now=NOW)
    with pytest.raises(IngestError, match="is paired already"):
        refuse_taken(entries.registry(), old, "aa:2")
    entries.append(SensorForgotten(at=NOW, sensor=second))
    refuse_taken(entries.registry(), old, "aa:2")
    assert replace_sensor(entries, old, seen("2"), now=NOW) == second


def test_paired_again_a_sensor_keeps_load_and_counts_unless_told_otherwise(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    key = save(entries, seen("1"))
    for counts, load_kg in ((None, None), (STEPS, 5.0)):
        enrol(
            entries,
            seen("1"),
            placement=Placement.LEFT_FOOT,
            person="ada",
            load_kg=load_kg,
            counts=counts,
            now=NOW + dt.timedelta(days=1),
        )
    (only,) = entries.registry().sensors[key].assignments
    assert (only.load_kg, only.counts) == (5.0, STEPS)


# --- where it can sit, and what can be said of it -----------------------------------------------


@pytest.mark.parametrize(
    ("profiles", "placement", "sits"),
    [
        (("rsc", "battery"), "left-foot", True),
        (("rsc",), "chest", False),
        (("heart_rate",), "left-ankle", False),
        (("weight_scale",), "left-foot", False),
        (("polar_pmd", "battery"), "chest", False),
        (("heart_rate", "polar_pmd"), "chest", True),
        (("heart_rate", "polar_pmd"), "waist", True),
        (("a kind of later",), "chest", True),
    ],
)
def test_a_sensor_sits_only_where_it_can(
    profiles: tuple[str, ...], placement: str, sits: bool
) -> None:
    if sits:
        refuse_misfit(profiles, placement=Placement(placement))
        return
    with pytest.raises(Misfit, match=f"cannot sit at '{placement}'.*It can sit at: ") as refused:
        refuse_misfit(profiles, placement=Placement(placement))
    assert set(refused.value.advice[:-1].split(": ")[1].split(", ")) == set(
        kind_placements(profiles)
    )


@pytest.mark.parametrize("key", [key for key, p in PROFILES.items() if not p.companion])
def test_every_kind_streams_wherever_it_may_sit(key: str) -> None:
    places = kind_placements([key])
    assert places
    assert all(PROFILES[key].streams_at(Placement(place)) for place in places)


def test_where_only_a_part_streams_the_rest_is_named() -> None:
    polar = ("heart_rate", "polar_pmd")
    said = silent_text("chest", kind_silent(polar, "chest"))
    assert said == "At the chest it does not give: acceleration."
    assert silent_text("waist", kind_silent(polar, "waist")) == ""


def test_what_is_not_worn_carries_no_load_and_only_a_foot_pod_counts() -> None:
    with pytest.raises(Misfit, match="carries no load"):
        refuse_misfit(("weight_scale",), load_kg=5.0)
    refuse_misfit(("weight_scale",), load_kg=0.0)
    with pytest.raises(Misfit, match="counts neither steps nor strides"):
        refuse_misfit(("heart_rate",), counts=STEPS)
    refuse_misfit(("rsc", "heart_rate"), counts=STEPS, load_kg=5.0)
    assert kind_worn(("rsc",))
    assert not kind_worn(("csc", "battery"))


def test_a_running_collector_refuses_a_place_where_a_sensor_cannot_sit(tmp_path: Path) -> None:
    strap = demo_sensors(np.random.default_rng(7), START_NS)[1]

    async def go() -> None:
        async with in_the_air(strap) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            await c.pair_fitting(strap.address, Placement.LEFT_FOOT, person="ada")

    with pytest.raises(Misfit, match="It can sit at: chest, arm"):
        run(go())
    assert Entries(tmp_path).registry().sensors == {}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ((), STREAMING),
        (("battery",), BATTERY_ALONE),
        (("battery", "heart rate"), STREAMING),
    ],
)
def test_a_sensor_that_tells_only_its_battery_is_not_said_to_be_recorded(
    labels: tuple[str, ...], said: str
) -> None:
    live = tuple(LiveValue(label=label, value=1.0, unit="%", age_s=0.0) for label in labels)
    status = SensorStatus(
        sensor="x",
        state=State.STREAMING,
        detail=STREAMING,
        since_ns=0,
        notifications=1,
        malformed=0,
        last_seen_ns=0,
        battery_percent=80.0,
        battery_ns=0,
        live=live,
    )
    assert status.detail == said


def test_a_sensor_does_not_replace_itself(tmp_path: Path) -> None:
    entries = Entries(tmp_path)
    key = save(entries, seen("1"))
    with pytest.raises(IngestError, match="the same sensor"):
        replace_sensor(entries, entries.registry().sensors[key], seen("1"), now=NOW)


def test_a_new_name_or_wearer_does_not_interrupt_the_recording(tmp_path: Path) -> None:
    pod = demo_sensors(np.random.default_rng(7), START_NS)[0]

    async def go() -> int:
        async with in_the_air(pod) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            key = await c.pair(pod.address, Placement.LEFT_FOOT, person="ada")
            await asyncio.sleep(10)
            await c.rename(key, "Left shoe")
            await asyncio.sleep(10)
            return len(c.state().sensors)

    assert run(go()) == 1
    assert len(recordings(tmp_path)) == 1
    assert Entries(tmp_path).registry().active[0].called == "Left shoe"


def test_a_running_collector_replaces_a_sensor_and_records_the_new_one(tmp_path: Path) -> None:
    first = demo_sensors(np.random.default_rng(7), START_NS)[0]
    second = replace(first, address="D0:1E:61:0A:D0:77", serial="VIRTUAL-POD-2")

    async def go() -> tuple[str, str, list[str]]:
        async with in_the_air(first, second) as (radio, _), collecting(tmp_path, radio, *ALL) as c:
            old = await c.pair(first.address, Placement.LEFT_FOOT, person="ada")
            new = await c.replace(old, second.address)
            await asyncio.sleep(10)
            return old, new, [status.sensor for status in c.state().sensors]

    old, new, listened = run(go())
    assert old != new
    assert listened == [new]


# --- batteries ----------------------------------------------------------------------------------


def levels(*rows: tuple[float, float]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "time": [NOW + dt.timedelta(days=day) for day, _ in rows],
            "percent": [percent for _, percent in rows],
        },
        schema={"time": pl.Datetime("ns", "UTC"), "percent": pl.Float64},
    )


def falling(
    start: float, per_day: float, days: int, first_day: float = 0.0
) -> list[tuple[float, float]]:
    return [(first_day + day, start - per_day * day) for day in range(days + 1)]


def test_days_left_follow_from_how_the_battery_fell() -> None:
    found = outlook(levels(*falling(90, 2, 10)))
    assert found is not None
    assert found.days_left == pytest.approx(35)
    assert found.since == NOW


def test_a_charge_starts_anew_and_a_wrong_level_bends_nothing() -> None:
    charged = [*falling(40, 10, 3), *falling(95, 1, 12, first_day=4)]
    found = outlook(levels(*charged))
    assert found is not None
    assert found.since == NOW + dt.timedelta(days=4)
    assert found.days_left == pytest.approx(83)
    wrong = [(day, 60.0 if day == 9 else percent) for day, percent in falling(95, 1, 12)]
    bent = outlook(levels(*wrong[:9], *wrong[10:]))
    assert bent is not None
    assert bent.days_left == pytest.approx(83, rel=0.05)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(0.0, 90.0)],
        falling(90, 5, int(LEAST_DAYS) - 1),
        falling(90, (LEAST_FALL_PERCENT - 0.5) / 10, 10),
        [(float(day), 90.0) for day in range(20)],
        [*falling(40, 5, 5), (6.0, 100.0)],
    ],
)
def test_too_little_history_foretells_nothing(rows: list[tuple[float, float]]) -> None:
    assert outlook(levels(*rows)) is None


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 100)), max_size=40))
def test_no_history_whatever_makes_a_battery_last_a_negative_time(
    rows: list[tuple[float, float]],
) -> None:
    found = outlook(levels(*rows))
    assert found is None or found.days_left >= 0
