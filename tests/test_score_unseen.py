"""What nobody saw is unknown: hidden sensors, hidden days, excused days."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.practice import Practice
from analytics.week import Status
from tests.planned_weeks import (
    PERSON,
    PROTOCOL,
    WALKS,
    WEEKS,
    WORN_WEEKS,
    Plan,
    credits_of,
    date_of,
    lines_of,
    reported,
    rows_of,
    thoroughly,
)
from tests.synthetic_minutes import (
    POD,
    STRAP,
    at,
    bout,
)

MEANS = ("lld", "loaded_min", "peak30_spm", "unloaded_run_days", "lld_days")


# --- what is hidden is not zero ------------------------------------------------------------------


@thoroughly
@given(WEEKS, st.integers(0, 6), st.sampled_from([90.0, 125.0, 160.0]))
def test_without_its_only_sensor_a_line_is_not_measured_and_the_others_stay(
    plan: Plan, day: int, bpm: float
) -> None:
    legs = [row for row in rows_of(plan) if row["minute"].date() != date_of(day)]
    walked = bout(at(day, 9), 40, **POD, steps=105.0, confidence="medium")
    beats = bout(at(day, 15), 45, **STRAP, heart_rate_bpm=bpm)
    feet = {"lld", "loaded_min", "peak30_spm", "unloaded_run_days", "lld_days"}

    only_heart = credits_of(reported(beats))
    assert only_heart["aerobic_min"] is not None
    assert {key for key, credit in only_heart.items() if credit is not None} == {"aerobic_min"}

    whole, heartless = reported([*legs, *walked, *beats]), reported([*legs, *walked])
    for key in feet:
        assert credits_of(heartless)[key] == credits_of(whole)[key]
    assert credits_of(heartless)["strength_days"] is None
    assert credits_of(reported(walked))["loaded_min"] is None
    assert credits_of(reported(walked))["unloaded_run_days"] is None


@thoroughly
@given(WEEKS)
def test_without_a_log_strength_and_balance_are_not_measured_and_nothing_else_changes(
    plan: Plan,
) -> None:
    rows, old = rows_of(plan), replace(PERSON, birth_year=1950)
    assume(rows)
    logging = Practice(logs_strength=True, logs_balance=True)
    silent, told = reported(rows, person=old), reported(rows, person=old, practice=logging)
    logged = {"strength_days", "balance_days"}
    for key, credit in credits_of(told).items():
        assert credits_of(silent)[key] == (None if key in logged else credit)
        assert key not in logged or credit == 0.0


# --- what was not seen ---------------------------------------------------------------------------


@thoroughly
@given(WORN_WEEKS, st.sets(st.integers(0, 6), min_size=1))
def test_a_bound_is_never_above_the_truth_and_a_range_starts_below_it(
    plan: Plan, hidden: set[int]
) -> None:
    whole = reported(rows_of(plan))
    part = reported(rows_of([None if day in hidden else worn for day, worn in enumerate(plan)]))
    for key, line in lines_of(part).items():
        true = lines_of(whole)[key]
        if line.value is None:
            continue
        assert true.value is not None, key
        if line.at_least:
            assert line.value <= true.value + 1e-9, key
            assert (line.credit or 0.0) <= (true.credit or 0.0) + 1e-9, key
        assert line.low is None or line.low <= true.value + 1e-6, key


@thoroughly
@given(WEEKS)
def test_a_week_with_too_few_valid_days_says_at_least_everywhere(plan: Plan) -> None:
    report = reported(rows_of(plan))
    few = report.valid_days < PROTOCOL.week.partial_days
    assume(report.status is not Status.NO_DATA)
    assert report.at_least == few
    assert report.headline.startswith("At least") == few
    for line in report.components:
        assert line.at_least == (few and line.value is not None)
    if few:
        assert report.status is Status.AT_LEAST
        assert credits_of(report)["loaded_min"] is None
        assert credits_of(report)["unloaded_run_days"] is None


@thoroughly
@given(WORN_WEEKS, st.sets(st.integers(0, 6), min_size=1, max_size=3))
def test_a_partial_week_has_a_range_that_holds_its_value(plan: Plan, hidden: set[int]) -> None:
    rows = rows_of([None if day in hidden else worn for day, worn in enumerate(plan)])
    report = reported(rows)
    assert report.status is Status.PARTIAL
    for line in report.components:
        if line.value is None:
            continue
        assert line.low is not None, line.key
        assert line.high is not None, line.key
        assert line.low <= line.value <= line.high, line.key


@thoroughly
@given(WEEKS, st.sets(st.integers(0, 6), min_size=1, max_size=3), WALKS)
def test_an_excused_day_is_in_no_mean_whatever_it_held(
    plan: Plan, excused: set[int], walks: list[tuple[int, int, float]]
) -> None:
    dates = [date_of(day) for day in excused]
    other: Plan = [(12, walks) if day in excused else worn for day, worn in enumerate(plan)]
    here, there = reported(rows_of(plan), excused=dates), reported(rows_of(other), excused=dates)
    assume(rows_of([None if day in excused else worn for day, worn in enumerate(plan)]))
    for key in MEANS:
        mine, same = lines_of(here)[key], lines_of(there)[key]
        assert (mine.value, mine.credit) == (same.value, same.credit), key
    assert here.valid_days == there.valid_days


# --- a day that cannot say ------------------------------------------------------------------------


def test_a_day_of_which_a_tenth_was_seen_is_no_valid_day() -> None:
    """A sensor that delivers 6 s of every minute has seen 72 minutes of 12 hours."""
    rows = [row | {"observed_s": 6.0} for row in rows_of([(12, [])] * 7)]
    report = reported(rows)
    assert report.valid_days == 0
    assert [notice.key for notice in report.notices if "unloaded" in notice.key] == []


def test_a_day_that_the_person_calls_a_strength_day_is_not_unloaded() -> None:
    confirmed = Practice(confirmed=tuple((date_of(day), True) for day in range(7)))
    report = reported(rows_of([(12, [])] * 7), practice=confirmed)
    assert lines_of(report)["strength_days"].value == 7
    assert lines_of(report)["unloaded_run_days"].value == 0


@thoroughly
@given(WEEKS, st.sets(st.integers(0, 6), max_size=3), WALKS)
def test_a_range_holds_its_value_whatever_was_recorded_on_a_day_that_is_not_valid(
    plan: Plan, seen: set[int], walks: list[tuple[int, int, float]]
) -> None:
    short: Plan = [(9, walks) if day in seen else (15, []) for day, _ in enumerate(plan)]
    for week in (plan, short):
        for line in reported(rows_of(week)).components:
            if line.value is not None and line.low is not None and line.high is not None:
                assert line.low <= line.value <= line.high, line.key
