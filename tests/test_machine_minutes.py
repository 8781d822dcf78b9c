"""What bikes and machines say, as minutes: synthetic samples, then every virtual machine."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics import dose, force
from analytics.frames import SensorMinutes
from analytics.machines import MACHINES, Machine, machines_of
from analytics.minutes import MARGIN_S, slow_minutes
from dashboard.refresh import refresh
from devices import PROFILES
from devices.profile import Channel, Placement
from ingest.entries import BodyMassSet, Entries, PersonSet
from ingest.store import open_store
from ingest.virtual.catalogue import CATALOGUE
from tests.collecting import collecting
from tests.one_sensor import in_the_air
from tests.synthetic_minutes import at, pod, slow
from tests.time_travel import TravelClock, run

NINE = at(0, 9)
Samples = list[tuple[dt.datetime, Channel, float]]


def after(seconds: float) -> dt.datetime:
    return NINE + dt.timedelta(seconds=seconds)


def said(seconds: Iterable[float], values: Mapping[Channel, float]) -> Samples:
    """The same values at some seconds after nine."""
    return [(after(s), channel, value) for s in seconds for channel, value in values.items()]


def minutes_of(samples: Samples, *profiles: str, **changes: Any) -> pl.DataFrame:
    options: dict[str, Any] = {
        "sensor": "machine",
        "person": "anna",
        "placement": Placement.MACHINE,
        "continuous": False,
        "counts": "strides",
        "mass_kg": 75.0,
        "load_kg": 0.0,
        "sex": "male",
        **changes,
    }
    made = slow_minutes(slow(samples), profiles=profiles, **options).collect()
    return SensorMinutes.validate(made)


def row_of(samples: Samples, *profiles: str, **changes: Any) -> dict[str, Any]:
    return minutes_of(samples, *profiles, **changes).row(0, named=True)


def pedalling(
    seconds: Iterable[float], *, watts: float | None = 200.0, rpm: float | None = 90.0
) -> Samples:
    values = {Channel.POWER: watts, Channel.CRANK_CADENCE: rpm}
    return said(seconds, {name: value for name, value in values.items() if value is not None})


# --- the table ----------------------------------------------------------------------------------


def test_every_profile_of_a_bike_or_a_machine_is_a_kind_of_machine() -> None:
    seats = {Placement.BIKE, Placement.MACHINE}
    expected = {key for key, p in PROFILES.items() if p.radio and seats & set(p.placements)}
    assert expected == {key for machine in MACHINES for key in machine.profiles}
    assert len({machine.key for machine in MACHINES}) == len(MACHINES)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.key)
def test_a_machine_says_where_its_numbers_come_from(machine: Machine) -> None:
    assert machine.force in force.BY_KEY
    assert machine.source
    assert machine.mark in ("seen", "unverified", "design")
    assert machine.cadence in machine.channels


def test_a_sensor_that_is_worn_is_no_machine() -> None:
    assert machines_of(["rsc", "cycling_power"], Placement.LEFT_FOOT) == ()
    both = [*pod(NINE, range(60)), *said(range(60), {Channel.POWER: 250.0})]
    row = row_of(both, "rsc", "cycling_power", placement=Placement.LEFT_FOOT)
    assert (row["machine"], row["power_w"], row["assisted_bw"]) == (None, None, None)
    assert (row["steps"], row["mets_by"]) == (pytest.approx(110), "speed")


# --- bikes --------------------------------------------------------------------------------------


def test_an_hour_on_the_bike_is_the_published_example() -> None:
    minutes = minutes_of(pedalling(range(3600)), "cycling_power", placement=Placement.BIKE)
    assert len(minutes) == 60
    assert minutes["assisted_cycles"].sum() == pytest.approx(5400)
    assert minutes["assisted_bw"].sum() == pytest.approx(1418.7, abs=0.05)
    lld = pl.select(dose.step_equivalents(pl.lit(minutes["assisted_bw"].sum()))).item()
    assert lld == pytest.approx(2579.5, abs=0.05)
    assert minutes["mets"].to_list() == pytest.approx([10.229] * 60, abs=5e-4)
    first = minutes.row(0, named=True)
    assert (first["machine"], first["mets_by"], first["confidence"]) == ("bike", "power", "low")
    assert first["power_w"] == pytest.approx(200)
    assert first["active_s"] == pytest.approx(60)
    assert (first["steps"], first["cycles"], first["force_bw"]) == (None, None, None)
    assert (first["speed_mps"], first["run_share"]) == (None, None)


def test_coasting_is_known_to_load_nothing_also_without_a_cadence_or_a_body_mass() -> None:
    for rpm in (0.0, None):
        row = row_of(pedalling(range(60), watts=0.0, rpm=rpm), "cycling_power", mass_kg=None)
        assert (row["assisted_cycles"], row["assisted_bw"]) == (0.0, 0.0)
        assert (row["power_w"], row["active_s"], row["mets"]) == (0.0, 0.0, None)
    assert row_of(pedalling(range(60), watts=None, rpm=0.0), "csc")["assisted_bw"] == 0.0


def test_the_effort_of_half_a_minute_is_not_thinned_by_the_half_that_coasted() -> None:
    ride = pedalling(range(30)) + pedalling(range(30, 60), watts=0.0, rpm=0.0)
    row = row_of(ride, "cycling_power")
    assert row["mets"] == pytest.approx(10.229, abs=5e-4)
    assert row["power_w"] == pytest.approx(100)
    assert row["active_s"] == pytest.approx(30)
    assert row["assisted_cycles"] == pytest.approx(45)


def test_a_crank_that_has_not_said_yet_that_it_stopped_counts_no_turns_without_power() -> None:
    ride = pedalling(range(30)) + pedalling(range(30, 60), watts=0.0, rpm=None)
    ride += pedalling([34], watts=None, rpm=0.0)
    assert row_of(ride, "cycling_power")["assisted_cycles"] == pytest.approx(45)


def test_without_a_body_mass_turns_are_known_and_load_and_effort_are_not() -> None:
    row = row_of(pedalling(range(60)), "ftms_bike", mass_kg=None)
    assert row["assisted_cycles"] == pytest.approx(90)
    assert (row["assisted_bw"], row["confidence"], row["mets"]) == (None, None, None)


def test_without_power_turns_are_known_and_load_and_effort_are_not() -> None:
    row = row_of(pedalling(range(60), watts=None), "csc", placement=Placement.BIKE)
    assert row["assisted_cycles"] == pytest.approx(90)
    assert (row["assisted_bw"], row["mets"], row["power_w"]) == (None, None, None)
    assert row["active_s"] == pytest.approx(60)


def test_power_without_a_cadence_tells_effort_and_no_load() -> None:
    row = row_of(pedalling(range(60), rpm=None), "cycling_power")
    assert (row["assisted_cycles"], row["assisted_bw"]) == (None, None)
    assert row["mets"] == pytest.approx(10.229, abs=5e-4)
    mixed = pedalling(range(50), rpm=None) + pedalling(range(50, 60), watts=0.0)
    assert row_of(mixed, "cycling_power")["assisted_bw"] is None


def test_a_wheel_alone_tells_nothing_but_the_time_it_was_observed() -> None:
    row = row_of(said(range(60), {Channel.WHEEL_CADENCE: 190.0}), "csc")
    assert row["observed_s"] == pytest.approx(60)
    unknown = ("assisted_cycles", "assisted_bw", "mets", "active_s", "steps", "speed_mps")
    assert [row[name] for name in unknown] == [None] * len(unknown)


def test_the_machine_s_own_word_stands_in_where_power_or_body_mass_is_missing() -> None:
    own = said(range(60), {Channel.METABOLIC_EQUIVALENT: 6.5})
    bike = [*pedalling(range(60)), *own]
    assert row_of(bike, "ftms_bike")["mets_by"] == "power"
    row = row_of(bike, "ftms_bike", mass_kg=None)
    assert (row["mets"], row["mets_by"]) == (pytest.approx(6.5), "machine")


def test_two_services_of_one_trainer_are_one_bike() -> None:
    once = row_of(pedalling(range(60)), "ftms_bike")
    later = [second + 0.3 for second in range(60)]
    twice = row_of(pedalling(range(60)) + pedalling(later), "ftms_bike", "cycling_power")
    assert twice["assisted_bw"] == pytest.approx(once["assisted_bw"], rel=0.01)


def test_what_no_rider_does_is_unknown() -> None:
    assert minutes_of(pedalling(range(60), watts=9000.0, rpm=900.0), "ftms_bike").is_empty()


def test_a_bike_with_a_heart_rate_gives_both() -> None:
    ride = [*pedalling(range(60)), *said(range(60), {Channel.HEART_RATE: 140.0})]
    row = row_of(ride, "ftms_bike")
    assert (row["heart_rate_bpm"], row["machine"]) == (pytest.approx(140), "bike")


# --- treadmills ---------------------------------------------------------------------------------


BELTS = {
    "84 m/min": (1.4, None, 3.400),
    "84 m/min up 5 %": (1.4, 5.0, 5.560),
    "168 m/min": (2.8, 0.0, 10.600),
    "a shade below running": (1.99, 0.0, (3.5 + 11.94) / 3.5),
    "running at 2.0 m/s": (2.0, 0.0, (3.5 + 24.0) / 3.5),
    "downhill": (1.4, -3.0, None),
    "standing": (0.0, 5.0, None),
}


@pytest.mark.parametrize("case", BELTS)
def test_a_belt_tells_effort_by_speed_and_grade_and_no_steps(case: str) -> None:
    speed, incline, mets = BELTS[case]
    belt = said(range(60), {Channel.SPEED: speed})
    if incline is not None:  # the other part of a record that was sent in two
        belt += said([second + 0.02 for second in range(60)], {Channel.INCLINE: incline})
    row = row_of(belt, "ftms_treadmill")
    assert row["mets"] == (None if mets is None else pytest.approx(mets, abs=5e-4))
    assert row["machine"] == "treadmill"
    assert (row["steps"], row["cycles"], row["force_bw"]) == (None, None, None)
    assert row["active_s"] == pytest.approx(60.0 if speed else 0.0)
    assert row["speed_mps"] == (pytest.approx(speed) if speed else None)


def test_downhill_the_machine_s_own_word_stands_in() -> None:
    values = {Channel.SPEED: 1.4, Channel.INCLINE: -3.0, Channel.METABOLIC_EQUIVALENT: 2.9}
    row = row_of(said(range(60), values), "ftms_treadmill")
    assert (row["mets"], row["mets_by"]) == (pytest.approx(2.9), "machine")


def counting(counts: Iterable[tuple[float, float]], *, speed: float = 1.4) -> Samples:
    """A belt that runs, and a step count at some seconds."""
    return [
        row
        for second, count in counts
        for row in said([second], {Channel.SPEED: speed, Channel.STEP_COUNT: count})
    ]


def test_a_treadmill_that_counts_steps_has_them_with_their_force_at_its_speed() -> None:
    row = row_of(counting((s, 500 + 2 * s) for s in range(61)), "ftms_treadmill")
    assert (row["steps"], row["cycles"]) == (pytest.approx(120), pytest.approx(60))
    assert row["force_bw"] == pytest.approx(60 * 1.18)
    assert (row["confidence"], row["run_share"]) == ("medium", 0.0)


COUNTS = {
    "a count that runs on": ([(0, 10), (1, 12), (2, 14)], 4.0),
    "a count that begins again": ([(0, 900), (1, 902), (2, 1), (3, 3)], 5.0),
    "a count that jumps": ([(0, 10), (1, 5000), (2, 5002)], 2.0),
    "a gap of five seconds": ([(0, 10), (5, 20)], 10.0),
    "a longer gap": ([(0, 10), (6, 20), (7, 22)], 2.0),
    "one count alone": ([(0, 10)], None),
    "nobody on the belt": ([(0, 10), (1, 10), (2, 10)], 0.0),
}


@pytest.mark.parametrize("case", COUNTS)
def test_steps_are_what_a_count_grew_by(case: str) -> None:
    counts, steps = COUNTS[case]
    row = row_of(counting(counts), "ftms_treadmill")
    assert row["steps"] == (None if steps is None else pytest.approx(steps))


def test_a_count_that_grew_across_a_minute_is_shared_by_both() -> None:
    minutes = minutes_of(counting([(58, 10), (62, 18)]), "ftms_treadmill")
    assert minutes["steps"].to_list() == pytest.approx([4, 4])


def test_a_treadmill_with_the_service_of_a_foot_pod_has_its_steps() -> None:
    row = row_of(pod(NINE, range(60)), "ftms_treadmill", "rsc")
    assert (row["steps"], row["machine"]) == (pytest.approx(110), "treadmill")


# --- the others ---------------------------------------------------------------------------------

OTHERS = {
    # profile: (channel, per minute, key, cycles of each leg, BW, weight-bearing)
    "ftms_cross_trainer": (Channel.STEP_CADENCE, 120.0, "elliptical", 60.0, 0.8, True),
    "ftms_rower": (Channel.STROKE_CADENCE, 24.0, "rower", 24.0, 0.4, False),
    "ftms_step_climber": (Channel.STEP_CADENCE, 80.0, "step-climber", 40.0, 1.0, True),
    "ftms_stair_climber": (Channel.STEP_CADENCE, 80.0, "stair-climber", 40.0, 1.0, True),
}


@pytest.mark.parametrize("profile", OTHERS)
def test_a_machine_has_its_cycles_its_force_and_its_own_word_on_effort(profile: str) -> None:
    channel, cadence, key, cycles, bw, on_feet = OTHERS[profile]
    values = {channel: cadence, Channel.POWER: 120.0, Channel.METABOLIC_EQUIVALENT: 5.5}
    row = row_of(said(range(60), values), profile, mass_kg=None)
    known, unknown = ("cycles", "force_bw"), ("assisted_cycles", "assisted_bw")
    if not on_feet:
        known, unknown = unknown, known
    assert [row[name] for name in known] == pytest.approx([cycles, cycles * bw])
    assert [row[name] for name in unknown] == [None, None]
    assert (row["machine"], row["steps"], row["confidence"]) == (key, None, "low")
    assert (row["mets"], row["mets_by"]) == (pytest.approx(5.5), "machine")
    silent = row_of(said(range(60), {channel: cadence}), profile)
    assert (silent["mets"], silent["mets_by"]) == (None, None)


@pytest.mark.parametrize("profile", OTHERS)
def test_a_machine_that_stands_still_is_known_to_load_nothing(profile: str) -> None:
    channel, _, _, _, _, on_feet = OTHERS[profile]
    row = row_of(said(range(60), {channel: 0.0}), profile)
    assert row["force_bw" if on_feet else "assisted_bw"] == 0.0
    assert (row["active_s"], row["mets"]) == (0.0, None)


def test_a_step_climber_that_only_counts_has_its_cycles() -> None:
    counts: Samples = [(after(s), Channel.STEP_COUNT, s) for s in range(61)]
    row = row_of(counts, "ftms_step_climber")
    assert (row["cycles"], row["steps"]) == (pytest.approx(30), None)


def test_a_carried_load_is_borne_by_the_feet_and_not_on_a_seat() -> None:
    for profile, factor in (("ftms_stair_climber", 1.2), ("ftms_rower", 1.0)):
        channel = OTHERS[profile][0]
        samples = said(range(60), {channel: 60.0})
        load = "force_bw" if OTHERS[profile][5] else "assisted_bw"
        carried = row_of(samples, profile, load_kg=15.0)[load]
        assert carried == pytest.approx(factor * row_of(samples, profile)[load])


def test_a_sensor_of_two_kinds_is_the_one_that_moved() -> None:
    climbing = said(range(60), {Channel.STEP_CADENCE: 80.0})
    assert row_of(climbing, "ftms_rower", "ftms_stair_climber")["machine"] == "stair-climber"


# --- properties ---------------------------------------------------------------------------------

seconds_strategy = st.lists(st.integers(0, 2400), min_size=1, max_size=50, unique=True)
KINDS = st.sampled_from([key for machine in MACHINES for key in machine.profiles])


def anything(tenths: list[int], seed: int) -> Samples:
    """Samples of every channel, each there or not, at some tenths of a second."""
    rng = np.random.default_rng(seed)
    channels = {name for machine in MACHINES for name in machine.channels} & set(Channel)
    return [
        (after(tenth / 10), Channel(name), float(rng.integers(0, 13)))
        for tenth in tenths
        for name in [*sorted(channels), Channel.STEP_COUNT]
        if rng.random() < 0.7
    ]


@settings(max_examples=20, deadline=None)
@given(seconds_strategy, st.integers(0, 99), KINDS)
def test_the_order_of_samples_changes_no_minute(tenths: list[int], seed: int, kind: str) -> None:
    samples = anything(tenths, seed)
    expected = minutes_of(samples, kind)
    random.Random(seed).shuffle(samples)
    assert_frame_equal(minutes_of(samples, kind), expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seconds_strategy, st.integers(0, 99), KINDS, st.integers(1, 3))
def test_splitting_a_session_changes_no_minute(
    tenths: list[int], seed: int, kind: str, minute: int
) -> None:
    samples, cut = anything(tenths, seed), after(60 * minute)
    margin = dt.timedelta(seconds=MARGIN_S)
    early = minutes_of([row for row in samples if row[0] <= cut + margin], kind)
    late = minutes_of([row for row in samples if row[0] >= cut - margin], kind)
    parts = [early.filter(pl.col("minute") < cut), late.filter(pl.col("minute") >= cut)]
    whole = minutes_of(samples, kind)
    assert_frame_equal(pl.concat(parts), whole, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 400), st.floats(1, 400), st.floats(20, 120))
def test_pushing_harder_never_loads_less(watts: float, more: float, rpm: float) -> None:
    one, other = (
        row_of(pedalling(range(60), watts=power, rpm=rpm), "ftms_bike")
        for power in (watts, watts + more)
    )
    assert other["assisted_bw"] > one["assisted_bw"]
    assert other["mets"] > one["mets"]


# --- from the air into the store ----------------------------------------------------------------

EVER = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
IN_THE_AIR = [key for machine in MACHINES for key in machine.profiles]


def refreshed(home: Path, key: str, seconds: float) -> pl.DataFrame:
    """The minutes of Ada, 75 kg, who was on a virtual machine."""
    Entries(home).append(
        PersonSet(at=EVER[0], person="ada", name="Ada", zone="UTC"),
        BodyMassSet(at=EVER[0], person="ada", date=EVER[0].date(), kg=75.0),
    )

    async def body() -> None:
        clock = TravelClock()
        sensor = CATALOGUE[key](np.random.default_rng(4), clock.utc_ns())
        async with (
            in_the_air(sensor) as (radio, _),
            collecting(home, radio, *PROFILES.values()) as collector,
        ):
            await collector.scan(5.0)
            await collector.pair(sensor.address, PROFILES[key].placements[0], person="ada")
            await clock.sleep(seconds)

    run(body())
    assert refresh(home).problems == ()
    with open_store(home) as store:
        return SensorMinutes.validate(store.minutes("ada", *EVER))


@pytest.mark.parametrize("key", IN_THE_AIR)
def test_a_machine_in_the_air_ends_up_as_minutes_in_the_store(key: str, tmp_path: Path) -> None:
    minutes = refreshed(tmp_path, key, 90.0)
    (machine,) = machines_of([key], PROFILES[key].placements[0])
    assert set(minutes["machine"]) == {machine.key}
    assert minutes["observed_s"].sum() == pytest.approx(90, abs=15)
    assert minutes["active_s"].sum() > 40
    if key == "csc":
        assert minutes["assisted_cycles"].sum() > 40
        assert minutes["assisted_bw"].null_count() == len(minutes)
    elif key == "ftms_treadmill":
        assert minutes["mets"].min() > 2.0  # type: ignore[operator]
        assert set(minutes["mets_by"]) == {"speed"}
        assert minutes["steps"].null_count() == len(minutes)
    else:
        load = minutes["force_bw" if machine.weight_bearing else "assisted_bw"].sum()
        assert load > 5.0
        assert set(minutes["mets_by"]) == {machine.mets_by or "machine"}
        assert set(minutes["confidence"]) == {"low"}
