"""Minutes, days and weeks against the second, plain method."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.days import day_frame
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.practice import BalanceSession, Practice, TrainingSet
from analytics.protocol import default_protocol
from analytics.score import week_report
from analytics.scorecard import score_week
from analytics.week import Component, Day, Status, WeekReport
from tests import reference_dose as plain
from tests import reference_merge, reference_week
from tests.reference_week import ReferenceDay
from tests.synthetic_minutes import AFTER, ANNA, MONDAY, POD, STRAP, WEEK, at, frame, minute

PROTOCOL = default_protocol()
SLOWLY = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def close(expected: float | None) -> Any:
    return None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9)


def rounded(expected: float | None) -> Any:
    """Days come rounded to six decimals, so their values agree to that."""
    return None if expected is None else pytest.approx(expected, rel=1e-9, abs=2e-6)


# --- sensors to days -----------------------------------------------------------------------------

ZONES = st.sampled_from(["UTC", "Europe/Rome", "Asia/Kolkata", "America/New_York"])
STEPS = st.sampled_from([0.0, 12.0, 39.0, 40.0, 88.5, 99.0, 100.0, 118.0, 130.0, 171.0])
BLOCKS = st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 300), STEPS, st.booleans())


def leg_rows(blocks: Sequence[tuple[int, int, int, float, bool]]) -> dict[dt.datetime, Any]:
    """Minutes of a leg sensor: each block says day, hour, minutes, cadence, and whether worn.
    Blocks of an even number of minutes lose a third of each."""
    rows = {}
    for day, hour, minutes, steps, worn in blocks:
        for after in range(minutes):
            start = at(day, hour) + dt.timedelta(minutes=after)
            seen = {"observed_s": 60.0 if minutes % 2 else 40.0}
            rows[start] = minute(start, steps=steps if worn else None, worn=worn, **seen)
    return rows


OTHERS: dict[str, dict[str, Any]] = {
    "pod": {**POD, "confidence": "medium", "force_bw": 70.0, "mets": 3.1, "mets_by": "speed"},
    "other leg": {"sensor": "imu-r", "placement": "right-shank", "force_bw": 40.0},
    "twin": {"sensor": "imu-2", "placement": "left-ankle", "force_bw": 55.0},
    "strap": {**STRAP, "heart_rate_bpm": 130.0},
    "bike": {
        **STRAP,
        "sensor": "bike",
        "placement": "bike",
        "machine": "bike",
        "assisted_cycles": 80.0,
        "assisted_bw": 21.0,
        "confidence": "low",
        "mets": 8.2,
        "mets_by": "power",
    },
    "mute bike": {
        **STRAP,
        "sensor": "mute",
        "placement": "bike",
        "machine": "bike",
        "assisted_cycles": 75.0,
        "assisted_bw": None,
        "heart_rate_bpm": 171.0,
        "heart_s": 20.0,
    },
    "elliptical": {
        **STRAP,
        "sensor": "cross",
        "placement": "machine",
        "machine": "elliptical",
        "cycles": 60.0,
        "force_bw": 48.0,
        "confidence": "low",
    },
    "weak bike": {
        **STRAP,
        "sensor": "idle",
        "placement": "bike",
        "machine": "bike",
        "assisted_cycles": 6.0,
        "assisted_bw": 1.0,
        "confidence": "low",
        "mets": 2.0,
        "mets_by": "power",
    },
}
COMPANY = st.lists(
    st.tuples(
        st.sampled_from(sorted(OTHERS)),
        st.integers(0, 30),
        st.sampled_from([12.0, 29.0, 47.0, 48.0, 60.0]),
        st.sampled_from([0.0, 45.0, 104.0, 160.0]),
    ),
    max_size=12,
)


def company_rows(company: Sequence[tuple[str, int, float, float]]) -> list[dict[str, Any]]:
    """Minutes of other sensors beside a walk, each sensor at most once a minute."""
    found = {}
    for kind, after, observed, steps in company:
        start = at(0, 8) + dt.timedelta(minutes=after)
        row = minute(start, **{"observed_s": observed, "active_s": observed, **OTHERS[kind]})
        if row["steps"] is not None:
            row["steps"] = steps
        found[row["sensor"], start] = row
    return list(found.values())


def heart_of(person: PersonFacts) -> reference_merge.Heart:
    return reference_merge.Heart(hr_max=person.hr_max_on(MONDAY), hr_rest=person.hr_rest)


@SLOWLY
@given(COMPANY, st.sampled_from([None, 52.0]))
def test_several_sensors_make_the_same_minutes(
    company: list[tuple[str, int, float, float]], hr_rest: float | None
) -> None:
    person = replace(ANNA, hr_rest=hr_rest)
    rows = [*leg_rows([(0, 8, 20, 100.0, True)]).values(), *company_rows(company)]
    ours = merge_minutes(frame(rows), person=person, date=MONDAY, protocol=PROTOCOL).collect()
    theirs = reference_merge.minutes_of(rows, heart_of(person))
    for mine, other in zip(ours.iter_rows(named=True), theirs, strict=True):
        parts = [part for part in (mine["force_bw"], mine["assisted_bw"]) if part is not None]
        assert (sum(parts) if parts else None) == close(other.load)
        assert mine["steps"] == close(other.steps)
        assert (mine["worn_s"] or 0.0) == close(other.worn_s)
        assert (mine["load_needs"] is not None) == other.load_unknown
        assert (mine["minute"], mine["worn"], mine["loaded"], mine["intensity"]) == (
            other.start,
            other.worn,
            other.loaded,
            other.intensity,
        )


@SLOWLY
@given(st.lists(BLOCKS, max_size=12), ZONES, st.sampled_from([1950, 1980, None]))
def test_minutes_make_the_same_days(
    blocks: list[tuple[int, int, int, float, bool]], zone: str, born: int | None
) -> None:
    person = replace(ANNA, zone=zone, birth_year=born)
    rows = list(leg_rows(blocks).values())
    age = person.age_on(MONDAY)
    ours = day_frame(
        merge_minutes(frame(rows), person=person, date=MONDAY, protocol=PROTOCOL),
        person=person,
        start=MONDAY,
        count=8,
        excused=(),
        protocol=PROTOCOL,
        target_lld=PROTOCOL.target("lld", age),
    ).collect()
    minutes = reference_merge.minutes_of(rows, heart_of(person))
    theirs = reference_merge.days_of(minutes, MONDAY, 8, ZoneInfo(zone))
    for mine, other in zip(ours.iter_rows(named=True), theirs, strict=True):
        assert mine["lld"] == rounded(other.dose)
        assert mine["loaded_min"] == other.loaded_min
        assert (mine["moderate_min"], mine["vigorous_min"]) == (
            other.moderate_min,
            other.vigorous_min,
        )
        assert mine["peak30_spm"] == rounded(other.peak30_spm)
        assert (mine["valid"], mine["recorded"]) == (other.valid, other.recorded)
        assert mine["unloaded"] is not True or other.unloaded
        assert not other.valid or mine["unloaded"] == other.unloaded
        if other.dose is not None:
            assert mine["credit"] == rounded(plain.daily_credit(other.dose, age))
            own = [m for m in minutes if m.start.astimezone(ZoneInfo(zone)).date() == mine["date"]]
            assert mine["osteogenic_index"] == rounded(reference_merge.index_of(own))


# --- days to weeks -------------------------------------------------------------------------------


def amount(most: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(0, most).map(lambda value: round(value, 3))


@st.composite
def reference_days(draw: st.DrawFn) -> ReferenceDay:
    """A day that is consistent: a valid one was observed, an unrecorded one knows nothing."""
    valid, recorded = draw(st.sampled_from([(True, True), (False, True), (False, False)]))
    known: Callable[[float], float | None] = lambda most: (  # noqa: E731
        draw(amount(most)) if recorded and not valid else draw(st.floats(0, most)) * recorded
    )
    if not recorded:
        return ReferenceDay(recorded=False, excused=draw(st.booleans()))
    lld, loaded = known(15_000), known(120)
    moderate = known(60)
    repetitions = draw(st.sampled_from([0, 0, 0, 12, 29, 30, 31]))
    return ReferenceDay(
        valid=valid,
        excused=draw(st.sampled_from([False, False, False, True])),
        dose=lld,
        loaded_min=loaded,
        moderate_min=moderate,
        vigorous_min=None if moderate is None else draw(st.floats(0, 40)),
        peak30_spm=draw(amount(140)),
        repetitions=repetitions,
        exercises=draw(st.sampled_from([1, 2])) if repetitions else 0,
        confirmed=draw(st.sampled_from([None, None, True, False])),
        balance=draw(st.booleans()),
    )


def as_day(day: ReferenceDay, number: int, age: int | None, *, trained: bool, steady: bool) -> Day:
    """The day as the product's own frames would tell it; None where the week logs nothing."""
    moderate, vigorous = day.moderate_min, day.vigorous_min
    unloaded = day.unloaded
    return Day(
        date=MONDAY + dt.timedelta(days=number),
        hours=24,
        recorded=day.recorded,
        excused=day.excused,
        valid=day.valid,
        future=False,
        wear_h=None,
        observed_h=None,
        steps=None,
        lld=day.dose,
        weight_bearing_lld=day.dose,
        credit=None if day.dose is None else plain.daily_credit(day.dose, age),
        loaded_min=day.loaded_min,
        aerobic_min=None if moderate is None else moderate + 2 * (vigorous or 0.0),
        peak30_spm=day.peak30_spm,
        moderate_min=moderate,
        vigorous_min=vigorous,
        unloaded=unloaded,
        repetitions=day.repetitions,
        strength=day.strength if trained else None,
        balance_min=(10.0 if day.balance else 0.0) if steady else None,
    )


def agree(
    lines: Sequence[Component], expected: dict[str, reference_week.ReferenceComponent]
) -> None:
    for line in lines:
        theirs = expected[line.key]
        assert (line.key, line.value, line.credit) == (
            line.key,
            rounded(theirs.value),
            rounded(theirs.credit),
        )


@SLOWLY
@given(
    st.lists(reference_days(), min_size=7, max_size=7),
    st.sampled_from([1950, 1964, 1980, None]),
    st.booleans(),
    st.none() | st.integers(0, 6),
)
def test_days_make_the_same_week(
    days: list[ReferenceDay], born: int | None, logs: bool, today: int | None
) -> None:
    person = replace(ANNA, birth_year=born)
    if today is not None:  # what has not come yet is not known
        later = [ReferenceDay(recorded=False, excused=day.excused) for day in days[today + 1 :]]
        days = [*days[: today + 1], *later]
    age = person.age_on(MONDAY)
    trained = logs or any(day.repetitions or day.confirmed is not None for day in days)
    steady = logs or any(day.balance for day in days)
    ours = score_week(
        [as_day(day, n, age, trained=trained, steady=steady) for n, day in enumerate(days)],
        person=person,
        protocol=PROTOCOL,
        today=AFTER.date() if today is None else MONDAY + dt.timedelta(days=today),
    )
    expected = reference_week.components(
        days, age, today=today, logs_strength=logs, logs_balance=logs
    )
    status = reference_week.status(days, current=today is not None)
    assert ours.status.value == status
    if status in ("excused", "no data"):
        assert (ours.points, ours.points_measurable) == (None, 0)
        return
    agree(ours.components, expected)
    reached, measurable = reference_week.points(expected, age)
    assert ours.points_measurable == measurable
    assert (ours.points or 0.0) == pytest.approx(reached, abs=1e-9)
    assert ours.at_least == (reference_week.lower_bound(days, today=today) and measurable > 0)


# --- all of it -----------------------------------------------------------------------------------


def reported(rows: Sequence[dict[str, Any]], person: PersonFacts, practice: Practice) -> WeekReport:
    return week_report(
        frame(rows),
        person=person,
        week=WEEK,
        now=AFTER,
        excused=(),
        protocol=PROTOCOL,
        practice=practice,
    )


SETS = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(8, 20), st.integers(1, 30), st.sampled_from([None, 40.0])
    ),
    max_size=5,
    unique_by=lambda each: each[0],
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(BLOCKS, max_size=10), SETS, st.sets(st.integers(0, 6)), ZONES)
def test_sensors_and_practice_make_the_same_report(
    blocks: list[tuple[int, int, int, float, bool]],
    squats: list[tuple[int, int, int, float | None]],
    balanced: set[int],
    zone: str,
) -> None:
    person = replace(ANNA, zone=zone, birth_year=1950, masses=((dt.date(2000, 1, 1), 75.0),))
    local = ZoneInfo(zone)
    noon = [at(day, 12).replace(tzinfo=local) for day in range(7)]
    practice = Practice(
        sets=tuple(
            TrainingSet(
                start=noon[day], exercise="squat", repetitions=count, load_kg=load, timed=False
            )
            for day, _, count, load in squats
        ),
        balance=tuple(BalanceSession(start=noon[day], minutes=10) for day in sorted(balanced)),
        logs_strength=True,
        logs_balance=True,
    )
    rows = list(leg_rows(blocks).values())
    report = reported(rows, person, practice)
    days = reference_merge.days_of(
        reference_merge.minutes_of(rows, heart_of(person)), MONDAY, 7, local
    )
    walked = any(day.dose is not None for day in days)
    for day, _, count, load in squats:
        extra = plain.loaded_leg_dose(count * plain.on_both_legs(load or 0.0, 75.0))
        before = days[day]
        days[day] = replace(
            before,
            recorded=True,
            dose=(before.dose or 0.0) + extra,
            repetitions=count,
            exercises=1,
        )
    days = [
        replace(day, balance=number in balanced, recorded=day.recorded or number in balanced)
        for number, day in enumerate(days)
    ]
    assert report.status.value == reference_week.status(days)
    if report.status is Status.NO_DATA:
        return
    expected = reference_week.components(
        days, person.age_on(MONDAY), logs_strength=True, logs_balance=True
    )
    if not walked:  # logged sets alone are no day's dose
        expected |= dict.fromkeys(("lld", "lld_days"), reference_week.NOT_MEASURED)
    agree(report.components, expected)
    reached, measurable = reference_week.points(expected, person.age_on(MONDAY))
    assert report.points_measurable == measurable
    assert math.isclose(report.points or 0.0, reached, abs_tol=1e-4)
