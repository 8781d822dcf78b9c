"""Local days: always there, never longer than they are, and silent about what nobody saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from analytics import calendar, force
from analytics.days import day_frame
from analytics.errors import AnalyticsError
from analytics.frames import Days
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.practice import NONE, BalanceSession, Practice, TrainingSet
from analytics.protocol import Protocol, default_protocol
from tests.synthetic_minutes import (
    ANNA,
    MONDAY,
    POD,
    STRAP,
    at,
    bout,
    frame,
    minute,
    worn_day,
)

UTC_ANNA = replace(ANNA, zone="UTC", masses=((dt.date(2000, 1, 1), 75.0),))
BIKE_BW = float(pl.select(force.bike(200.0, rpm=90.0, mass_kg=75.0)).item())
BIKE: dict[str, Any] = {
    "sensor": "bike",
    "placement": "bike",
    "continuous": False,
    "worn": None,
    "machine": "bike",
    "steps": None,
    "confidence": "low",
    "assisted_cycles": 90.0,
    "assisted_bw": 90.0 * BIKE_BW,
    "active_s": 60.0,
}


def days_of(
    rows: Sequence[dict[str, Any]],
    *,
    person: PersonFacts = UTC_ANNA,
    start: dt.date = MONDAY,
    excused: Collection[dt.date] = (),
    practice: Practice = NONE,
) -> list[dict[str, Any]]:
    protocol = default_protocol()
    minutes = merge_minutes(
        frame(rows), person=person, date=start, protocol=protocol, practice=practice
    )
    made = day_frame(
        minutes,
        person=person,
        start=start,
        count=7,
        excused=excused,
        protocol=protocol,
        target_lld=8000.0,
        practice=practice,
    )
    return Days.validate(made.collect()).to_dicts()


def test_a_week_is_seven_days_even_when_nothing_was_recorded() -> None:
    days = days_of([])
    assert [day["date"] for day in days] == calendar.dates_from(MONDAY, 7)
    known = {"person", "date", "hours", "recorded", "excused", "valid", "lld_at_least"}
    for day in days:
        assert not day["recorded"]
        assert all(day[name] is None for name in day.keys() - known)


@pytest.mark.parametrize(
    ("sunday", "hours"), [(dt.date(2026, 3, 29), 23.0), (dt.date(2026, 10, 25), 25.0)]
)
def test_the_day_of_a_clock_change_has_23_or_25_hours(sunday: dt.date, hours: float) -> None:
    monday = sunday - dt.timedelta(days=6)
    midnight = calendar.day_start(sunday, ANNA.time_zone)
    rows = bout(midnight - dt.timedelta(hours=1), 27 * 60, steps=1.0)
    *_, saturday, last = days_of(rows, person=ANNA, start=monday)
    assert (saturday["hours"], last["hours"]) == (24.0, hours)
    assert last["observed_h"] == pytest.approx(hours)
    assert saturday["observed_h"] == pytest.approx(1.0)
    assert last["wear_h"] == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("date", "week"),
    [
        (dt.date(2026, 12, 31), "2026-W53"),
        (dt.date(2027, 1, 3), "2026-W53"),
        (dt.date(2027, 1, 4), "2027-W01"),
        (dt.date(2024, 12, 30), "2025-W01"),
    ],
)
def test_weeks_belong_to_their_iso_year(date: dt.date, week: str) -> None:
    assert calendar.week_of(date) == week
    assert calendar.week_of(calendar.week_start(week)) == week


def test_the_week_before_the_first_is_the_last_of_the_year_before() -> None:
    assert calendar.week_back("2027-W01", 1) == "2026-W53"


@pytest.mark.parametrize("week", ["2025-W53", "2026-47", "2026-W00", "W47", "2026-W473", ""])
def test_what_is_no_iso_week_is_refused_with_an_example(week: str) -> None:
    with pytest.raises(AnalyticsError, match="2026-W47"):
        calendar.week_start(week)


def test_an_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(AnalyticsError, match="Mars/Olympus"):
        days_of([], person=replace(ANNA, zone="Mars/Olympus"))


def test_a_worn_day_adds_up() -> None:
    day, *_ = days_of(worn_day(0, walk=60, spm=110.0))
    assert day["steps"] == pytest.approx(6600)
    assert day["lld"] == pytest.approx(6600)
    assert day["credit"] == pytest.approx(6600 / 8000)
    assert (day["wear_h"], day["observed_h"], day["valid"]) == (12.0, 12.0, True)
    assert (day["loaded_min"], day["moderate_min"], day["vigorous_min"]) == (60, 60, 0)
    assert day["peak30_spm"] == pytest.approx(110)
    assert (day["unloaded"], day["low_share"]) == (False, 1.0)


def test_wear_at_night_is_no_waking_wear() -> None:
    day, *_ = days_of(bout(at(0, 0), 9 * 60))
    assert (day["wear_h"], day["observed_h"], day["valid"]) == (2.0, 9.0, False)


def test_a_day_of_a_foot_pod_alone_says_nothing_about_wear_or_unloading() -> None:
    day, *_ = days_of(bout(at(0, 9), 5, **POD, steps=100.0))
    assert (day["recorded"], day["valid"], day["wear_h"], day["unloaded"]) == (
        True,
        False,
        None,
        None,
    )


def test_a_day_of_a_chest_strap_alone_has_no_steps_known() -> None:
    day, *_ = days_of(bout(at(0, 9), 5, **STRAP, heart_rate_bpm=120.0))
    assert (day["recorded"], day["moderate_min"]) == (True, 5)
    assert all(
        day[name] is None for name in ("steps", "lld", "observed_h", "loaded_min", "peak30_spm")
    )
    assert day["osteogenic_index"] is None


def test_a_valid_day_with_little_load_is_unloaded_and_an_invalid_one_unknown() -> None:
    quiet = worn_day(0, walk=9, spm=100.0)
    short = bout(at(1, 8), 9 * 60)
    loaded, lively, *_ = days_of([*quiet, *short])
    assert (loaded["valid"], loaded["unloaded"]) == (True, True)
    assert (lively["valid"], lively["unloaded"]) == (False, None)


def test_ten_loaded_minutes_or_the_dose_end_an_unloaded_day() -> None:
    ten, dose, *_ = days_of([*worn_day(0, walk=10, spm=40.0), *worn_day(1, walk=50, spm=39.0)])
    assert (ten["loaded_min"], ten["unloaded"]) == (10, False)
    assert (dose["loaded_min"], dose["unloaded"]) == (0, False)


def test_a_loaded_session_is_known_even_on_a_day_that_is_not_valid() -> None:
    day, *_ = days_of(bout(at(0, 9), 20, **POD, steps=100.0))
    assert day["unloaded"] is False


def test_an_excused_day_keeps_what_was_recorded_and_is_never_unloaded() -> None:
    day, *_ = days_of(worn_day(0, walk=0), excused={MONDAY})
    assert (day["excused"], day["valid"], day["unloaded"], day["steps"]) == (
        True,
        True,
        None,
        0.0,
    )


def test_peak_30_is_the_mean_of_the_best_thirty_minutes_and_needs_thirty() -> None:
    fast = bout(at(0, 9), 10, steps=120.0)
    slow = bout(at(0, 15), 20, steps=90.0)
    rest = bout(at(0, 7), 60)
    few = bout(at(1, 9), 29, steps=120.0)
    enough, short, *_ = days_of([*fast, *slow, *rest, *few])
    assert enough["peak30_spm"] == pytest.approx(100.0)
    assert short["peak30_spm"] is None


def test_minutes_in_which_the_sensor_lay_on_the_table_are_not_observed() -> None:
    rows = bout(at(0, 9), 10, worn=False, steps=None, confidence=None)
    day, *_ = days_of([*rows, *bout(at(0, 10), 10)])
    assert day["observed_h"] == pytest.approx(10 / 60, abs=1e-6)
    assert day["wear_h"] == pytest.approx(10 / 60, abs=1e-6)


def test_low_share_weighs_the_trust_in_force_by_load() -> None:
    trusted = bout(at(0, 9), 10, **POD, steps=100.0, confidence="medium")
    day, *_ = days_of([*trusted, minute(at(0, 12), steps=100.0), *bout(at(0, 13), 9, steps=0.0)])
    assert day["low_share"] == pytest.approx(1 / 11, abs=1e-6)


def test_the_osteogenic_index_of_a_day_is_that_of_its_steps() -> None:
    day, quiet, *_ = days_of([*bout(at(0, 9), 70, steps=100.0), *bout(at(1, 9), 70)])
    assert day["osteogenic_index"] == pytest.approx(8.9769, abs=5e-5)
    assert quiet["osteogenic_index"] == 0.0


# --- the three parts of the dose ----------------------------------------------------------------


def squats(hour: float, *, day: int = 0, sets: int = 5, **changes: Any) -> tuple[TrainingSet, ...]:
    """Sets of five squats with 60 kg, six minutes apart, logged."""
    return tuple(
        TrainingSet(
            start=at(day, hour) + dt.timedelta(minutes=6 * number),
            exercise="squat",
            repetitions=5,
            load_kg=60.0,
            **changes,
        )
        for number in range(sets)
    )


def test_an_hour_on_the_bike_is_assisted_dose_and_no_steps() -> None:
    day, *_ = days_of(bout(at(0, 9), 60, **BIKE))
    assert day["assisted_lld"] == pytest.approx(2579.5, abs=0.05)
    assert day["lld"] == pytest.approx(2579.5, abs=0.05)
    assert day["osteogenic_index"] == pytest.approx(2.2580, abs=5e-5)
    assert (day["low_share"], day["assumed_share"]) == (1.0, 0.0)
    unknown = ("weight_bearing_lld", "sets_lld", "steps", "loaded_min", "peak30_spm", "observed_h")
    assert all(day[name] is None for name in unknown)


def test_squats_are_dose_of_their_own_and_load_the_minutes_they_start_in() -> None:
    day, *_ = days_of([], practice=Practice(sets=squats(18)))
    assert day["sets_lld"] == pytest.approx(51.136, abs=5e-4)
    assert day["lld"] == day["sets_lld"]
    assert day["osteogenic_index"] == pytest.approx(3.6654, abs=5e-5)
    assert (day["repetitions"], day["exercises"], day["loaded_min"]) == (25.0, 1.0, 5.0)
    assert (day["strength"], day["recorded"], day["low_share"]) == (False, True, 1.0)
    assert day["weight_bearing_lld"] is day["assisted_lld"] is day["steps"] is None


def test_a_mixed_day_is_the_sum_of_its_parts_and_recovers_between_its_sessions() -> None:
    run = bout(at(0, 7), 30, **POD, steps=160.0, force_bw=80 * 2.4)
    walk = bout(at(0, 12.5), 30, **POD, steps=110.0, force_bw=55 * 1.2)
    day, *_ = days_of([*run, *walk], practice=Practice(sets=squats(18)))
    assert day["lld"] == pytest.approx(14_123.9, abs=0.05)
    assert day["osteogenic_index"] == pytest.approx(25.7801, abs=5e-5)
    assert day["weight_bearing_lld"] + day["sets_lld"] == pytest.approx(day["lld"])
    assert (day["assisted_lld"], day["steps"]) == (None, 8100.0)


def test_pedalling_and_walking_are_both_in_the_osteogenic_index_of_one_session() -> None:
    walk = bout(at(0, 9), 10, **POD, steps=100.0)
    ride = bout(at(0, 9 + 1 / 6), 10, **BIKE)
    both, *_ = days_of([*walk, *ride])
    alone = [days_of(part)[0] for part in (walk, ride)]
    index = [day["osteogenic_index"] for day in alone]
    assert max(index) < both["osteogenic_index"] < sum(index)
    assert both["lld"] == pytest.approx(sum(day["lld"] for day in alone))


def test_a_bike_without_power_adds_nothing_and_keeps_a_day_from_being_called_unloaded() -> None:
    blind = {**BIKE, "assisted_bw": None, "confidence": None}
    quiet, ridden, *_ = days_of(
        [*worn_day(0, walk=5), *worn_day(1, walk=5), *bout(at(1, 10), 30, **blind)]
    )
    assert (quiet["valid"], quiet["unloaded"]) == (True, True)
    assert (ridden["valid"], ridden["unloaded"]) == (True, None)
    assert (ridden["lld"], ridden["assisted_lld"]) == (quiet["lld"], None)
    alone, *_ = days_of(bout(at(0, 9), 30, **blind))
    assert alone["lld"] is alone["osteogenic_index"] is alone["credit"] is None


def test_a_set_ends_an_unloaded_day_even_where_its_force_is_not_known() -> None:
    curls = TrainingSet(start=at(0, 18), exercise="leg-curl", repetitions=1)
    day, *_ = days_of(worn_day(0, walk=0), practice=Practice(sets=(curls,)))
    assert (day["unloaded"], day["sets_lld"], day["repetitions"]) == (False, None, 1.0)


def test_balance_ends_no_unloaded_day_and_a_confirmed_strength_day_does() -> None:
    practice = Practice(
        balance=(BalanceSession(start=at(0, 18), minutes=10.0),), confirmed=((MONDAY, True),)
    )
    day, *_ = days_of(worn_day(0, walk=0), practice=practice)
    assert (day["unloaded"], day["balance_min"], day["strength"]) == (False, 10.0, True)
    day, *_ = days_of(worn_day(0, walk=0), practice=replace(practice, confirmed=()))
    assert (day["unloaded"], day["balance_min"], day["strength"]) == (True, 10.0, None)
    assert day["repetitions"] is None


def test_the_share_of_a_leg_that_nobody_saw_is_half_of_a_lone_sensor_s_load() -> None:
    other = {**POD, "sensor": "other", "placement": "right-foot"}
    alone = bout(at(0, 9), 10, **POD, steps=100.0)
    both = [*bout(at(1, 9), 10, **POD, steps=100.0), *bout(at(1, 9), 10, **other, steps=100.0)]
    one, two, *_ = days_of([*alone, *both])
    assert (one["assumed_share"], two["assumed_share"]) == (0.5, 0.0)
    assert one["lld"] == two["lld"] == pytest.approx(1000.0)


def test_a_set_in_the_evening_belongs_to_the_local_day() -> None:
    late = squats(23.5, sets=1)
    monday, tuesday, *_ = days_of(
        [],
        person=replace(ANNA, masses=((dt.date(2000, 1, 1), 75.0),)),
        practice=Practice(sets=late),
    )
    assert monday["repetitions"] is None
    assert (tuesday["repetitions"], tuesday["loaded_min"]) == (5.0, 1.0)


# --- sitting ------------------------------------------------------------------------------------


def test_the_longest_idle_time_is_a_run_of_worn_waking_minutes_without_load() -> None:
    rows = [*bout(at(0, 9), 50), *bout(at(0, 9 + 50 / 60), 1, steps=40.0), *bout(at(0, 10), 70)]
    day, *_ = days_of(rows)
    assert day["longest_idle_min"] == 70


@pytest.mark.parametrize(
    "between",
    [
        [],
        bout(at(0, 10), 1, worn=None),
        bout(at(0, 10), 1, worn=False, steps=None, confidence=None),
        bout(at(0, 10), 1, steps=None, force_bw=None, confidence=None),
    ],
)
def test_a_minute_nobody_knows_of_ends_an_idle_run(between: list[dict[str, Any]]) -> None:
    rows = [*bout(at(0, 9), 60), *between, *bout(at(0, 10 + 1 / 60), 59)]
    assert days_of(rows)[0]["longest_idle_min"] == 60


def test_pedalling_ends_an_idle_run_and_so_does_a_set() -> None:
    sitting = bout(at(0, 9), 120)
    riding = bout(at(0, 10), 1, **BIKE)
    assert days_of([*sitting, *riding])[0]["longest_idle_min"] == 60
    practice = Practice(sets=squats(10.5, sets=1))
    assert days_of(sitting, practice=practice)[0]["longest_idle_min"] == 90


def test_idle_nights_do_not_count_and_a_day_ends_every_run() -> None:
    whole, next_day, *_ = days_of(bout(at(0, 0), 2 * 24 * 60))
    assert (whole["longest_idle_min"], next_day["longest_idle_min"]) == (16 * 60, 16 * 60)


def test_a_day_on_the_feet_has_no_idle_time_and_a_pod_alone_knows_none() -> None:
    busy, pod, *_ = days_of([*bout(at(0, 9), 60, steps=80.0), *bout(at(1, 9), 60, **POD)])
    assert (busy["longest_idle_min"], pod["longest_idle_min"]) == (0.0, None)


def replace_waking(protocol: Protocol, start_h: float, end_h: float) -> Protocol:
    """The protocol with other waking hours."""
    days = structs.replace(protocol.days, waking_from_h=start_h, waking_to_h=end_h)
    return structs.replace(protocol, days=days)


@pytest.mark.parametrize("sunday", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
def test_idle_time_runs_on_through_a_clock_change_in_true_minutes(sunday: dt.date) -> None:
    night = replace_waking(default_protocol(), 0.0, 24.0)
    midnight = calendar.day_start(sunday, ANNA.time_zone)
    hours = calendar.day_hours(sunday, ANNA.time_zone)
    minutes = merge_minutes(
        frame(bout(midnight - dt.timedelta(hours=3), int(hours * 60) + 180)),
        person=ANNA,
        date=sunday,
        protocol=night,
    )
    made = day_frame(
        minutes,
        person=ANNA,
        start=sunday,
        count=1,
        excused=(),
        protocol=night,
        target_lld=8000.0,
    ).collect()
    assert made["longest_idle_min"].to_list() == [hours * 60]


def test_a_traveller_s_minutes_and_sets_belong_to_the_days_of_the_zone_that_is_asked_for() -> None:
    rows = bout(at(0, 20), 6 * 60, steps=50.0)
    practice = Practice(sets=squats(22, sets=1))
    seen = {}
    for zone in ("UTC", "Pacific/Auckland", "America/New_York"):
        monday, tuesday, *_ = days_of(rows, person=replace(UTC_ANNA, zone=zone), practice=practice)
        seen[zone] = [(day["steps"], day["repetitions"]) for day in (monday, tuesday)]
    assert seen == {
        "UTC": [(12_000.0, 5.0), (6_000.0, None)],
        "Pacific/Auckland": [(None, None), (18_000.0, 5.0)],
        "America/New_York": [(18_000.0, 5.0), (None, None)],
    }


# --- whatever comes -----------------------------------------------------------------------------


@st.composite
def practised(draw: st.DrawFn) -> Practice:
    sets = [
        TrainingSet(
            start=at(0, draw(st.floats(0, 23.9))),
            exercise=draw(st.sampled_from(["squat", "leg-curl"])),
            repetitions=draw(st.integers(1, 20)),
            load_kg=draw(st.none() | st.floats(0, 100)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Practice(sets=tuple(sets))


@settings(max_examples=25, deadline=None)
@given(
    practised(),
    st.lists(st.tuples(st.integers(0, 600), st.sampled_from(["pod", "imu", "bike"])), unique=True),
    st.randoms(use_true_random=False),
)
def test_the_dose_is_the_sum_of_its_known_parts_in_any_order(
    practice: Practice, minutes: list[tuple[int, str]], random: Any
) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "pod": {**POD, "steps": 90.0},
        "imu": {"steps": 80.0},
        "bike": BIKE,
    }
    rows = [
        minute(at(0, 8) + dt.timedelta(minutes=number), **kinds[kind]) for number, kind in minutes
    ]
    expected = days_of(rows, practice=practice)
    day = expected[0]
    parts = [day[name] for name in ("weight_bearing_lld", "assisted_lld", "sets_lld")]
    known = [part for part in parts if part is not None]
    assert day["lld"] == (pytest.approx(sum(known), abs=1e-5) if known else None)
    for share in ("low_share", "assumed_share"):
        assert day[share] is None or 0 <= day[share] <= 1
    random.shuffle(rows)
    backwards = replace(practice, sets=practice.sets[::-1])
    assert days_of(rows, practice=backwards) == expected


# --- what was half seen ---------------------------------------------------------------------------


def test_wear_is_what_was_seen_of_it() -> None:
    rows = [row | {"observed_s": 45.0} for row in bout(at(0, 8), 14 * 60)]
    day, *_ = days_of(rows)
    assert (day["wear_h"], day["valid"]) == (10.5, True)
    day, *_ = days_of([row | {"observed_s": 40.0} for row in rows])
    assert (day["wear_h"], day["valid"]) == (pytest.approx(28 / 3), False)


def test_a_night_worker_s_hours_are_those_that_the_person_says() -> None:
    rows = [row for day in (-1, 0) for row in bout(at(day, 15), 16 * 60)]
    assert not days_of(rows)[0]["valid"]
    worker = replace(UTC_ANNA, wakes=dt.time(15), sleeps=dt.time(7))
    monday, tuesday, *_ = days_of(rows, person=worker)
    assert (monday["wear_h"], monday["valid"]) == (16.0, True)
    assert (tuesday["wear_h"], tuesday["valid"]) == (7.0, False)
    early = replace(UTC_ANNA, wakes=dt.time(4, 30), sleeps=dt.time(20, 30))
    assert days_of(rows, person=early)[0]["wear_h"] == 2.5 + 5.5


def test_a_ride_of_unknown_load_makes_the_dose_a_lower_bound_and_says_what_it_needs() -> None:
    unknown = {**BIKE, "assisted_bw": None, "force_bw": None}
    walk = worn_day(0, walk=5)
    for changes, needs in (({"power_w": 150.0}, "body mass"), ({"power_w": None}, "power")):
        day, *_ = days_of([*walk, *bout(at(0, 19), 20, **unknown | changes)])
        assert (day["lld_at_least"], day["load_needs"]) == (True, needs)
        assert (day["valid"], day["lld"], day["unloaded"]) == (True, 500.0, None)
    known, *_ = days_of([*walk, *bout(at(0, 19), 20, **BIKE)])
    assert (known["lld_at_least"], known["load_needs"]) == (False, None)


def test_sets_of_which_only_the_day_is_known_are_a_session_of_their_own() -> None:
    squats = TrainingSet(start=at(0, 12), exercise="squat", repetitions=10, timed=False)
    before, after = bout(at(0, 11), 30, steps=100.0), bout(at(0, 12.5), 30, steps=100.0)

    def index(rows: list[dict[str, Any]], *sets: TrainingSet) -> float:
        day, *_ = days_of(rows, practice=Practice(sets=sets))
        return float(day["osteogenic_index"])

    for walks in ([], before, [*before, *after]):
        own = index([], squats, squats)
        assert index(walks, squats, squats) == pytest.approx(own + (index(walks) if walks else 0))


def test_a_weight_lifted_without_a_body_mass_makes_the_dose_a_lower_bound() -> None:
    def needs(*sets: TrainingSet, rides: Sequence[dict[str, Any]] = (), **facts: Any) -> object:
        rows = [*worn_day(0, walk=5), *rides]
        person = replace(UTC_ANNA, **facts)
        day, *_ = days_of(rows, person=person, practice=Practice(sets=sets))
        assert day["lld_at_least"] is (day["load_needs"] is not None)
        return day["load_needs"]

    squat = TrainingSet(start=at(0, 12), exercise="squat", repetitions=10)
    lifted = replace(squat, load_kg=60.0)
    assert needs(lifted, masses=()) == "body mass"
    assert needs(squat, masses=()) is None
    assert needs(lifted) is None
    unknown = {**BIKE, "assisted_bw": None, "force_bw": None, "power_w": None}
    ride = bout(at(0, 19), 20, **unknown)
    assert needs(lifted, rides=ride, masses=()) == "body mass and power"
    massless = bout(at(0, 19), 20, **unknown | {"power_w": 150.0})
    assert needs(lifted, rides=massless, masses=()) == "body mass"
