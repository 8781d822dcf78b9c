"""Local days: always there, never longer than they are, and silent about what nobody saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import pytest

from analytics import calendar
from analytics.days import day_frame
from analytics.errors import AnalyticsError
from analytics.frames import Days
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.protocol import default_protocol
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

UTC_ANNA = replace(ANNA, zone="UTC")


def days_of(
    rows: Sequence[dict[str, Any]],
    *,
    person: PersonFacts = UTC_ANNA,
    start: dt.date = MONDAY,
    excused: Collection[dt.date] = (),
) -> list[dict[str, Any]]:
    protocol = default_protocol()
    minutes = merge_minutes(frame(rows), person=person, date=start, protocol=protocol)
    made = day_frame(
        minutes,
        person=person,
        start=start,
        count=7,
        excused=excused,
        protocol=protocol,
        target_lld=8000.0,
    )
    return Days.validate(made.collect()).to_dicts()


def test_a_week_is_seven_days_even_when_nothing_was_recorded() -> None:
    days = days_of([])
    assert [day["date"] for day in days] == calendar.dates_from(MONDAY, 7)
    known = {"person", "date", "hours", "recorded", "excused", "valid"}
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
