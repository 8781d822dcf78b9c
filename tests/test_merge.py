"""Several sensors of one person to one minute: best evidence, no leg summed twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import intensity
from analytics.frames import Minutes
from analytics.machines import MACHINES
from analytics.merge import TREADMILL as WALKED_ON
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.practice import DETECTED, NONE, Practice, TrainingSet
from analytics.protocol import default_protocol
from tests.synthetic_minutes import ANNA, MONDAY, POD, STRAP, at, bout, frame, minute

NINE = at(0, 9)
BIKE: dict[str, Any] = {
    "sensor": "bike",
    "placement": "bike",
    "continuous": False,
    "worn": None,
    "machine": "bike",
    "steps": None,
    "force_bw": None,
    "confidence": "low",
    "assisted_cycles": 90.0,
    "assisted_bw": 24.0,
    "power_w": 200.0,
    "mets": 10.0,
    "mets_by": "power",
    "active_s": 60.0,
}
ELLIPTICAL: dict[str, Any] = {
    **BIKE,
    "sensor": "elliptical",
    "placement": "machine",
    "machine": "elliptical",
    "cycles": 60.0,
    "force_bw": 48.0,
    "assisted_cycles": None,
    "assisted_bw": None,
    "mets": 6.0,
    "mets_by": "machine",
}
TREADMILL: dict[str, Any] = {
    **BIKE,
    "sensor": "belt",
    "placement": "machine",
    "machine": "treadmill",
    "assisted_cycles": None,
    "assisted_bw": None,
    "mets": 5.56,
    "mets_by": "speed",
}
OTHER_FOOT = {**POD, "sensor": "other", "placement": "right-foot"}


def merged(
    rows: Sequence[dict[str, Any]], person: PersonFacts = ANNA, practice: Practice = NONE
) -> list[dict[str, Any]]:
    made = merge_minutes(
        frame(rows), person=person, date=MONDAY, protocol=default_protocol(), practice=practice
    )
    return Minutes.validate(made.collect()).to_dicts()


def only(*rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The one minute that some rows of the same minute make."""
    (row,) = merged(rows, **options)
    return row


# --- whose steps --------------------------------------------------------------------------------


def test_steps_of_two_sensors_on_a_leg_are_never_summed_and_the_better_force_wins() -> None:
    imu = minute(NINE, steps=108.0)
    foot = minute(NINE, **POD, steps=110.0, confidence="medium", speed_mps=1.4, run_share=0.0)
    row = only(imu, foot)
    assert (row["steps"], row["steps_sensor"], row["confidence"]) == (110.0, "pod", "medium")
    assert row["worn"] is True


def test_a_sensor_that_saw_little_of_the_minute_does_not_win() -> None:
    foot = minute(NINE, **{**POD, "observed_s": 40.0}, steps=60.0, confidence="medium")
    row = only(minute(NINE, steps=108.0), foot)
    assert (row["steps"], row["steps_sensor"], row["leg_observed_s"]) == (108.0, "imu", 60.0)


def test_the_longer_observation_wins_among_equals_and_then_the_foot_pod() -> None:
    longer = minute(NINE, sensor="b", observed_s=58.0, steps=90.0)
    shorter = minute(NINE, sensor="a", observed_s=50.0, steps=95.0)
    assert only(shorter, longer)["steps_sensor"] == "b"
    foot = minute(NINE, **POD, steps=90.0)
    assert only(minute(NINE, sensor="a", steps=95.0), foot)["steps_sensor"] == "pod"


def test_a_minute_without_a_step_sensor_has_no_steps_known() -> None:
    row = only(minute(NINE, **STRAP, heart_rate_bpm=90.0))
    assert (row["steps"], row["loaded"], row["leg_observed_s"]) == (None, None, 0.0)
    assert (row["worn"], row["other_leg_assumed"]) == (None, None)


def test_only_a_leg_sensor_worn_all_day_tells_wear() -> None:
    chest = minute(NINE, placement="chest")
    pocket = minute(NINE, sensor="b", continuous=False)
    assert only(chest, pocket)["worn"] is None
    off = minute(NINE, sensor="c", worn=False, steps=None, confidence=None)
    assert only(chest, off)["worn"] is False


def test_one_worn_leg_sensor_is_enough_to_be_worn() -> None:
    off = minute(NINE, sensor="b", worn=False, steps=None, confidence=None)
    assert only(off, minute(NINE, sensor="a"))["worn"] is True


def test_other_people_s_minutes_are_left_out() -> None:
    assert merged([minute(NINE, person="bert")]) == []


def test_the_date_is_the_person_s_local_one() -> None:
    assert only(minute(at(0, 23.5)))["date"] == MONDAY + dt.timedelta(days=1)


# --- one leg, both legs -------------------------------------------------------------------------


def test_a_sensor_on_each_leg_is_their_mean_and_no_leg_is_assumed() -> None:
    left = minute(NINE, **POD, steps=110.0, force_bw=70.0, confidence="medium")
    right = minute(NINE, **{**OTHER_FOOT, "observed_s": 50.0}, steps=106.0, force_bw=60.0)
    row = only(right, left)
    swapped = only({**right, "placement": "left-foot"}, {**left, "placement": "right-foot"})
    assert swapped["steps_sensor"] == "other + pod"
    assert (row["steps"], row["cycles"], row["force_bw"]) == (108.0, 54.0, 65.0)
    assert (row["steps_sensor"], row["other_leg_assumed"]) == ("pod + other", False)
    assert (row["leg_observed_s"], row["confidence"]) == (55.0, "low")


def test_the_best_sensor_of_each_leg_is_taken() -> None:
    shank = minute(NINE, steps=100.0)
    left = minute(NINE, **POD, steps=110.0, confidence="medium")
    right = minute(NINE, **OTHER_FOOT, steps=114.0)
    waist = minute(NINE, sensor="waist", placement="waist", steps=90.0, confidence="medium")
    row = only(shank, waist, right, left)
    assert (row["steps"], row["steps_sensor"]) == (112.0, "pod + other")


def test_a_leg_seen_for_little_of_the_minute_leaves_the_other_to_stand_for_both() -> None:
    left = minute(NINE, **POD, steps=110.0)
    right = minute(NINE, **{**OTHER_FOOT, "observed_s": 40.0}, steps=60.0)
    row = only(left, right)
    assert (row["steps"], row["steps_sensor"], row["other_leg_assumed"]) == (110.0, "pod", True)


@pytest.mark.parametrize("row", [TREADMILL, {"placement": "waist"}, {"placement": "chest"}])
def test_what_sits_on_no_leg_assumes_none(row: dict[str, Any]) -> None:
    assert only(minute(NINE, **{**row, "steps": 100.0}))["other_leg_assumed"] is False


# --- machines -----------------------------------------------------------------------------------


def test_who_pedals_has_the_load_of_the_bike_and_not_the_steps_that_a_shoe_felt() -> None:
    foot = minute(NINE, **POD, steps=160.0, confidence="medium", mets=9.0, mets_by="speed")
    row = only(minute(NINE, **BIKE), foot, minute(NINE, steps=170.0))
    assert (row["assisted_cycles"], row["assisted_bw"], row["steps_sensor"]) == (90.0, 24.0, "bike")
    assert row["steps"] is row["cycles"] is row["force_bw"] is row["loaded"] is None
    assert (row["intensity"], row["intensity_by"], row["mets"]) == ("vigorous", "power", 10.0)
    assert (row["worn"], row["other_leg_assumed"], row["leg_observed_s"]) == (True, False, 0.0)


def test_an_elliptical_carries_the_body_on_the_feet_without_a_step() -> None:
    foot = minute(NINE, **POD, steps=118.0, mets=4.0, mets_by="speed", active_s=60.0)
    row = only(minute(NINE, **ELLIPTICAL), foot)
    assert (row["cycles"], row["force_bw"], row["steps"]) == (60.0, 48.0, None)
    assert (row["assisted_bw"], row["loaded"], row["mets"]) == (None, True, 6.0)


def test_a_bike_that_was_hardly_turned_leaves_the_minute_to_the_legs() -> None:
    left_off = minute(NINE, **{**BIKE, "assisted_cycles": 9.0, "mets": None})
    row = only(left_off, minute(NINE, steps=80.0))
    assert (row["steps"], row["steps_sensor"], row["assisted_bw"]) == (80.0, "imu", None)


def test_ten_turns_of_the_pedals_are_enough() -> None:
    turned = minute(NINE, **{**BIKE, "assisted_cycles": 10.0})
    assert only(turned, minute(NINE, steps=80.0))["steps_sensor"] == "bike"


def test_a_machine_alone_speaks_for_itself_also_where_it_stands_still() -> None:
    row = only(minute(NINE, **{**BIKE, "assisted_cycles": 0.0, "assisted_bw": 0.0}))
    assert (row["assisted_cycles"], row["assisted_bw"], row["steps"]) == (0.0, 0.0, None)
    strap = minute(NINE, **STRAP, heart_rate_bpm=90.0)
    assert only(strap, minute(NINE, **{**BIKE, "assisted_cycles": 5.0}))["assisted_cycles"] == 5.0


def test_of_two_sensors_on_one_bike_the_one_that_knows_the_force_is_taken() -> None:
    crank = {**BIKE, "sensor": "a", "assisted_bw": None, "confidence": None, "mets": None}
    row = only(minute(NINE, **crank), minute(NINE, **BIKE))
    assert (row["assisted_cycles"], row["assisted_bw"], row["steps_sensor"]) == (90.0, 24.0, "bike")


def test_a_bike_without_power_has_cycles_and_no_load() -> None:
    row = only(minute(NINE, **{**BIKE, "assisted_bw": None, "mets": None}), minute(NINE))
    assert (row["assisted_cycles"], row["assisted_bw"], row["confidence"]) == (90.0, None, None)
    assert row["intensity"] is None


def test_a_treadmill_is_walked_on_so_shoes_count_there() -> None:
    foot = minute(NINE, **POD, steps=110.0, confidence="medium")
    row = only(foot, minute(NINE, **{**TREADMILL, "steps": 108.0, "force_bw": 60.0}))
    assert (row["steps"], row["steps_sensor"]) == (110.0, "pod")
    belt = only(minute(NINE, **TREADMILL))
    assert (belt["steps"], belt["mets"], belt["intensity_by"]) == (None, 5.56, "speed")


def test_only_a_machine_that_is_walked_on_is_one_among_the_sensors_of_the_body() -> None:
    assert [machine.key for machine in MACHINES if machine.walked] == [WALKED_ON]


def test_a_sensor_that_lay_on_the_table_walks_with_nobody() -> None:
    off = minute(NINE, **POD | {"worn": False}, steps=20.0, mets=5.0, active_s=60.0)
    row = only(off)
    assert (row["steps"], row["mets"]) == (None, None)


# --- loaded -------------------------------------------------------------------------------------

SQUATS = TrainingSet(start=NINE + dt.timedelta(seconds=30), exercise="squat", repetitions=5)


def loaded(*sets: TrainingSet) -> list[tuple[dt.datetime, bool | None]]:
    rows = merged(bout(NINE, 3), practice=Practice(sets=sets))
    return [(row["minute"], row["loaded"]) for row in rows]


def test_forty_steps_load_a_minute_on_whatever_machine_they_are_made() -> None:
    assert [only(minute(NINE, steps=steps))["loaded"] for steps in (39.0, 40.0)] == [False, True]
    climbed = {**ELLIPTICAL, "cycles": 20.0}
    assert only(minute(NINE, **climbed))["loaded"] is True
    assert only(minute(NINE, **{**climbed, "cycles": 19.0}))["loaded"] is False


def test_a_logged_set_loads_the_minute_it_starts_in() -> None:
    assert [flag for _, flag in loaded(SQUATS)] == [True, False, False]


def test_a_set_seen_from_start_to_end_loads_every_minute_it_touches() -> None:
    end = NINE + dt.timedelta(minutes=2)
    seen = replace(SQUATS, end=end, source=DETECTED)
    assert [flag for _, flag in loaded(seen)] == [True, True, False]
    longer = replace(seen, end=end + dt.timedelta(seconds=1))
    assert [flag for _, flag in loaded(longer)] == [True, True, True]


def test_a_set_that_no_sensor_saw_is_a_minute_of_which_only_that_is_known() -> None:
    (row,) = merged([], practice=Practice(sets=(SQUATS,)))
    assert (row["minute"], row["date"], row["loaded"]) == (NINE, MONDAY, True)
    assert (row["leg_observed_s"], row["steps"], row["worn"]) == (0.0, None, None)


def test_a_set_of_an_unknown_hour_loads_no_minute() -> None:
    assert [flag for _, flag in loaded(replace(SQUATS, timed=False))] == [False, False, False]


def test_a_set_loads_a_minute_in_which_no_step_is_known() -> None:
    strap = minute(NINE, **STRAP, heart_rate_bpm=90.0)
    assert only(strap, practice=Practice(sets=(SQUATS,)))["loaded"] is True


# --- how hard it was ----------------------------------------------------------------------------

LEVELS = {
    # heart rate, METs by speed, their seconds, steps -> intensity, by; Anna is 46: HRmax 175.8
    "113 beats are moderate": (113.0, None, 60.0, 0.0, "moderate", "heart rate"),
    "136 beats are vigorous": (136.0, None, 60.0, 0.0, "vigorous", "heart rate"),
    "heart rate goes before speed": (90.0, 11.0, 60.0, 160.0, "light", "heart rate"),
    "3.0 METs are moderate": (None, 3.0, 60.0, 95.0, "moderate", "speed"),
    "2.9 METs are light": (None, 2.9, 60.0, 105.0, "light", "speed"),
    "6.0 METs are vigorous": (None, 6.0, 60.0, 95.0, "vigorous", "speed"),
    "half a minute of speed is enough": (None, 3.0, 30.0, 50.0, "moderate", "speed"),
    "a few quick steps are light": (None, 11.0, 29.0, 40.0, "light", "cadence"),
    "100 steps without a speed are moderate": (None, None, None, 100.0, "moderate", "cadence"),
    "130 steps without a speed are vigorous": (None, None, None, 130.0, "vigorous", "cadence"),
    "99 steps are light": (None, None, None, 99.0, "light", "cadence"),
}


@pytest.mark.parametrize("case", LEVELS)
def test_intensity_of_a_minute(case: str) -> None:
    bpm, mets, active_s, steps, expected, by = LEVELS[case]
    told = {"mets": mets, "mets_by": mets and "speed", "active_s": active_s}
    row = only(minute(NINE, steps=steps, heart_rate_bpm=bpm, **told))
    assert (row["intensity"], row["intensity_by"]) == (expected, by)


METS = {
    "power goes before speed": [("a", "speed", 60.0), ("b", "power", 30.0)],
    "speed goes before a machine's word": [("a", "machine", 60.0), ("b", "speed", 30.0)],
    "the longer one goes first": [("a", "speed", 40.0), ("b", "speed", 50.0)],
    "the first by name goes first": [("c", "speed", 60.0), ("b", "speed", 60.0)],
    "what speaks for less than half a minute is left out": [
        ("a", "power", 29.0),
        ("b", "machine", 30.0),
    ],
}


@pytest.mark.parametrize("case", METS)
def test_of_several_mets_one_is_taken(case: str) -> None:
    rows = [
        minute(NINE, sensor=name, mets=5.0 if name == "b" else 2.0, mets_by=by, active_s=active_s)
        for name, by, active_s in METS[case]
    ]
    for order in (rows, rows[::-1]):
        assert only(*order)["mets"] == 5.0


def test_a_treadmill_knows_its_grade_so_its_speed_goes_before_a_shoe_s() -> None:
    foot = minute(NINE, **POD, steps=110.0, mets=3.4, mets_by="speed", active_s=60.0)
    assert only(foot, minute(NINE, **{**TREADMILL, "active_s": 50.0}))["mets"] == 5.56


def test_mets_by_cadence_stand_in_where_nothing_else_tells() -> None:
    assert only(minute(NINE, steps=115.0))["mets"] == pytest.approx(4.5)
    assert only(minute(NINE, steps=99.0))["mets"] is None


def test_the_maximal_heart_rate_is_one_s_own_else_it_follows_age() -> None:
    assert ANNA.hr_max_on(MONDAY) == pytest.approx(208 - 0.7 * 46)
    assert replace(ANNA, hr_max=181).hr_max_on(MONDAY) == 181
    assert replace(ANNA, birth_year=None).hr_max_on(MONDAY) is None


def test_heart_rate_classifies_nothing_without_an_age_or_when_switched_off() -> None:
    row = minute(NINE, **STRAP, heart_rate_bpm=160.0)
    for person in (replace(ANNA, birth_year=None), replace(ANNA, use_heart_rate=False)):
        assert only(row, person=person)["intensity"] is None
    own = replace(ANNA, birth_year=None, hr_max=190)
    assert only(row, person=own)["intensity"] == "vigorous"


def test_a_resting_rate_turns_on_heart_rate_reserve() -> None:
    person = replace(ANNA, hr_max=180, hr_rest=60)
    row = minute(NINE, **STRAP, heart_rate_bpm=110.0)
    assert only(row, person=person)["intensity"] == "moderate"
    assert only(row, person=replace(person, hr_rest=None))["intensity"] == "light"


def test_a_glimpse_of_a_heart_rate_does_not_speak_for_the_minute() -> None:
    strap = {**STRAP, "observed_s": 12.0}
    assert only(minute(NINE, **strap, heart_rate_bpm=160.0))["intensity"] is None


ACSM = {
    "walk 84 m/min": (intensity.walk_mets(84.0), 3.400),
    "walk 84 m/min up 5 %": (intensity.walk_mets(84.0, grade=0.05), 5.560),
    "run 168 m/min": (intensity.run_mets(168.0), 10.600),
    "cycle 200 W at 75 kg": (intensity.cycle_mets(200.0, mass_kg=75.0), 10.229),
    "step 24/min at 0.20 m": (intensity.stepping_mets(24.0, height_m=0.20), 5.655),
    "cadence 100": (intensity.cadence_mets(100.0), 3.0),
    "cadence 115": (intensity.cadence_mets(115.0), 4.5),
    "cadence 180": (intensity.cadence_mets(180.0), 6.0),
}


@pytest.mark.parametrize("case", ACSM)
def test_oxygen_cost_pins(case: str) -> None:
    expression, expected = ACSM[case]
    assert pl.select(expression).item() == pytest.approx(expected, abs=5e-4)


def test_a_slow_cadence_has_no_known_cost() -> None:
    assert pl.select(intensity.cadence_mets(99.0)).item() is None


# --- whatever comes -----------------------------------------------------------------------------

PLACES = [
    "left-foot",
    "right-foot",
    "left-ankle",
    "right-ankle",
    "left-shank",
    "right-thigh",
    "waist",
    "chest",
]
NUMBERS = st.floats(0.0, 200.0).map(lambda value: round(value, 3))
SECONDS = st.floats(1.0, 60.0).map(lambda value: round(value, 3))


@st.composite
def worn_rows(draw: st.DrawFn, sensor: str, number: int) -> dict[str, Any]:
    """A minute of a sensor on the body."""
    known = draw(st.booleans())
    speeds = draw(st.booleans())
    return minute(
        NINE + dt.timedelta(minutes=number),
        sensor=sensor,
        placement=draw(st.sampled_from(PLACES)),
        continuous=draw(st.booleans()),
        worn=draw(st.sampled_from([True, None, None, False])),
        observed_s=draw(SECONDS),
        steps=draw(NUMBERS) if known else None,
        force_bw=draw(NUMBERS) if known else None,
        confidence=draw(st.sampled_from(["low", "medium"])) if known else None,
        heart_rate_bpm=draw(st.none() | st.floats(50.0, 180.0)),
        mets=draw(st.floats(1.0, 15.0)) if speeds else None,
        mets_by="speed" if speeds else None,
        active_s=draw(SECONDS) if speeds else None,
        contact_s=draw(st.floats(0.3, 0.9)) if known else None,
        contact_strides=draw(st.integers(0, 60)) if known else None,
    )


@st.composite
def machine_rows(draw: st.DrawFn, sensor: str, number: int) -> dict[str, Any]:
    """A minute of a bike, an elliptical or a treadmill."""
    base = draw(st.sampled_from([BIKE, ELLIPTICAL, TREADMILL]))
    count = draw(st.integers(0, 60))
    turned = {name: float(count) for name in ("cycles", "assisted_cycles") if base.get(name)}
    loads = {name: count * 0.5 for name in ("force_bw", "assisted_bw") if base.get(name)}
    changes = {"sensor": sensor, "observed_s": draw(SECONDS), "active_s": draw(SECONDS)}
    return minute(NINE + dt.timedelta(minutes=number), **{**base, **turned, **loads, **changes})


@st.composite
def weeks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some minutes, each of up to four sensors, in any order."""
    rows = []
    for number in range(draw(st.integers(1, 3))):
        for sensor in draw(st.sets(st.sampled_from("abcd"), min_size=1)):
            kind = draw(st.sampled_from([worn_rows, worn_rows, machine_rows]))
            rows.append(draw(kind(sensor, number)))
    return draw(st.permutations(rows))


@settings(max_examples=20, deadline=None)
@given(weeks(), st.data())
def test_neither_order_nor_a_split_into_recordings_changes_a_minute(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    parts = pl.concat([frame(shuffled[:cut]), frame(shuffled[cut:])])
    split = merge_minutes(parts, person=ANNA, date=MONDAY, protocol=default_protocol()).collect()
    assert split.to_dicts() == merged(rows)


@settings(max_examples=20, deadline=None)
@given(weeks())
def test_no_minute_has_more_than_its_best_sensor_says(rows: list[dict[str, Any]]) -> None:
    for row in merged(rows):
        own = [one for one in rows if one["minute"] == row["minute"]]
        for name in ("steps", "force_bw", "assisted_bw", "assisted_cycles"):
            most = max((one.get(name) or 0.0 for one in own), default=0.0)
            assert (row[name] or 0.0) <= most


@settings(max_examples=20, deadline=None)
@given(worn_rows("a", 0), worn_rows("b", 0))
def test_a_second_sensor_on_the_same_leg_is_never_summed(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    other["placement"] = one["placement"]
    row = only(one, other)
    alone = [only(each) for each in (one, other)]
    for name in ("steps", "cycles", "force_bw", "leg_observed_s"):
        assert row[name] in [each[name] for each in alone]


@settings(max_examples=20, deadline=None)
@given(weeks())
def test_what_no_machine_tells_is_unknown_and_not_zero(rows: list[dict[str, Any]]) -> None:
    body = [row for row in rows if row.get("machine") is None]
    for row in merged(body):
        assert row["assisted_bw"] is row["assisted_cycles"] is None


# --- what is half seen ----------------------------------------------------------------------------


def test_a_leg_that_counts_less_than_half_is_blind_and_the_other_stands_for_both() -> None:
    left = minute(NINE, steps=100.0)
    for steps, counted, blind in (
        (49.0, 100.0, "imu-r"),
        (50.0, 75.0, None),
        (0.0, 100.0, "imu-r"),
    ):
        right = minute(NINE, sensor="imu-r", placement="right-shank", steps=steps)
        row = only(left, right)
        assert (row["steps"], row["blind_sensor"]) == (counted, blind)
        assert row["other_leg_assumed"] is (blind is not None)
        assert row["force_bw"] == pytest.approx(counted / 2 * 1.1)


def test_wear_is_as_long_as_a_sensor_saw_it() -> None:
    left = minute(NINE, observed_s=6.0)
    right = minute(NINE, sensor="imu-r", placement="right-shank", observed_s=20.0)
    assert only(left)["worn_s"] == 6.0
    assert only(left, right)["worn_s"] == 20.0
    assert only(left, right | {"worn": False})["worn_s"] == 6.0
    assert only(right | {"worn": False})["worn_s"] == 0.0
    assert only(right | {"worn": None})["worn_s"] is None


def test_a_glimpse_of_the_heart_does_not_speak_for_the_minute() -> None:
    ride = {"observed_s": 60.0, "heart_rate_bpm": 170.0}
    glimpse = only(minute(NINE, **{**BIKE, **ride, "mets": 4.0}, heart_s=5.0))
    assert (glimpse["intensity"], glimpse["intensity_by"]) == ("moderate", "power")
    felt = only(minute(NINE, **{**BIKE, **ride, "mets": 4.0}, heart_s=40.0))
    assert (felt["intensity"], felt["intensity_by"]) == ("vigorous", "heart rate")
    strap = minute(NINE, **{**STRAP, "observed_s": 40.0}, heart_rate_bpm=100.0)
    both = only(minute(NINE, **{**BIKE, **ride}, heart_s=5.0), strap)
    assert both["heart_rate_bpm"] == 100.0


def test_a_machine_whose_load_nobody_knows_says_what_it_needs() -> None:
    nothing = {"assisted_bw": None, "confidence": None}
    for changes, needs in (
        ({}, "body mass"),
        ({"power_w": None}, "power"),
        ({"assisted_cycles": None}, "crank cadence"),
        ({"assisted_cycles": None, "active_s": 0.0}, None),
        ({"assisted_cycles": 0.0, "active_s": 0.0}, None),
        ({"assisted_bw": 24.0}, None),
    ):
        assert only(minute(NINE, **BIKE | nothing | changes))["load_needs"] == needs, changes
    belt = minute(NINE, **TREADMILL)
    assert only(belt)["load_needs"] == "steps"
    assert only(belt, minute(NINE, steps=100.0))["load_needs"] is None
