"""Ten people's weeks: as kept, and as the second, plain method finds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.practice import TrainingSet
from analytics.week import Status, WeekReport
from tests import reference_dose as plain
from tests import reference_merge as merging
from tests import reference_week as weeks
from tests.golden_weeks import GOLDEN, PEOPLE, GoldenWeek, outcome, written
from tests.reference_week import ReferenceDay


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[GoldenWeek, WeekReport]]:
    """Every week and its report; they are dear, so once."""
    built = {name: build() for name, build in PEOPLE.items()}
    return {name: (week, week.report()) for name, week in built.items()}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_golden_week_comes_to_what_is_kept(
    name: str, told: dict[str, tuple[GoldenWeek, WeekReport]]
) -> None:
    kept = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert written(outcome(told[name][1])) == kept, "see python -m tests.golden_weeks"


def test_every_kept_week_has_its_person() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(PEOPLE)


# --- the second method ---------------------------------------------------------------------------


def set_force(one: TrainingSet, mass_kg: float) -> float | None:
    """Peak force of a repetition on a leg; None where nobody published one."""
    load = one.load_kg or 0.0
    forces = {
        "squat": plain.on_both_legs(load, mass_kg),
        "lunge": plain.on_one_leg(load, mass_kg),
        "sit-to-stand": plain.ALWAYS_BW["sit_to_stand"],
    }
    return forces.get(one.exercise)


def trained(day: ReferenceDay, sets: Sequence[TrainingSet], mass_kg: float) -> ReferenceDay:
    """The day with the sets of its date."""
    forces = [(set_force(one, mass_kg), one.repetitions) for one in sets]
    loads = [force * count for force, count in forces if force is not None]
    extra = plain.loaded_leg_dose(sum(loads)) if loads else None
    return replace(
        day,
        dose=day.dose if extra is None else (day.dose or 0.0) + extra,
        repetitions=sum(one.repetitions for one in sets),
        exercises=len({one.exercise for one in sets}),
    )


def reference_days(week: GoldenWeek, report: WeekReport) -> list[ReferenceDay]:
    """The seven days by the second method; which sets were done is taken from the report."""
    person, zone = week.person, ZoneInfo(week.person.zone)
    heart = merging.Heart(hr_max=person.hr_max_on(report.start), hr_rest=person.hr_rest)
    minutes = merging.minutes_of(week.rows, heart)
    timed = [(one.start, one.end) for one in report.sets]
    found = merging.days_of(merging.with_sets(minutes, timed), report.start, 7, zone)
    days = []
    for number, day in enumerate(found):
        date = report.start + dt.timedelta(days=number)
        sets = [one for one in report.sets if one.start.astimezone(zone).date() == date]
        steady = any(one.start.astimezone(zone).date() == date for one in report.balance)
        day = replace(day, excused=number in week.excused, balance=steady)
        days.append(trained(day, sets, person.mass_on(date) or 75.0) if sets else day)
    return days


def close(expected: float | None) -> Any:
    return None if expected is None else pytest.approx(expected, rel=1e-9, abs=2e-6)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_golden_week_is_what_the_second_method_finds(
    name: str, told: dict[str, tuple[GoldenWeek, WeekReport]]
) -> None:
    week, report = told[name]
    days, age = reference_days(week, report), week.person.age_on(report.start)
    today = None if report.day_of_week is None else report.day_of_week - 1
    assert report.status.value == weeks.status(days, current=today is not None)
    assert report.at_least == (
        weeks.lower_bound(days, today=today) and report.points_measurable > 0
    )
    expected = weeks.components(days, age, today=today, logs_strength=week.practice.logs_strength)
    for line in report.components:
        theirs = expected[line.key]
        assert (line.key, line.value) == (line.key, close(theirs.value))
        if not week.person.no_score:
            assert (line.key, line.credit) == (line.key, close(theirs.credit))
    if not week.person.no_score:
        reached, measurable = weeks.points(expected, age)
        assert (report.points, report.points_measurable) == (close(reached), measurable)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_golden_week_has_the_osteogenic_index_of_the_second_method(
    name: str, told: dict[str, tuple[GoldenWeek, WeekReport]]
) -> None:
    week, report = told[name]
    zone = ZoneInfo(week.person.zone)
    minutes = merging.minutes_of(week.rows, merging.Heart())
    for day in report.days:
        if day.osteogenic_index is None:
            continue
        events: list[plain.Session] = [
            (minute.start, minute.start + merging.MINUTE, minute.blocks)
            for minute in minutes
            if minute.start.astimezone(zone).date() == day.date
        ]
        for one in report.sets:
            force = set_force(one, week.person.mass_on(day.date) or 75.0)
            start = one.start.replace(second=0, microsecond=0)
            if one.start.astimezone(zone).date() == day.date and force is not None:
                block = (force, float(one.repetitions))
                events.append((start, start + merging.MINUTE, [block]))
        assert day.osteogenic_index == close(plain.day_index(events))


# --- what each week is there for, by hand --------------------------------------------------------


def value(report: WeekReport, key: str) -> float | None:
    return next(line.value for line in report.components if line.key == key)


def test_what_a_crank_did_to_an_ankle_sensor_is_no_walking(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, cyclist = told["cyclist"]
    assert {day.steps for day in cyclist.days} == {3000.0}
    ridden = [day.assisted_lld for day in cyclist.days if day.assisted_lld is not None]
    assert ridden == pytest.approx([2579.5] * 3, abs=0.05)


def test_a_night_of_work_is_kept_on_both_of_its_dates(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, night = told["night_shift_worker"]
    assert {day.steps for day in night.days} == {8 * 20 * 60.0}
    assert night.status is Status.AT_LEAST  # worn 17 h a day, of which 9 h from 07:00 to 23:00


def test_an_hour_that_comes_twice_is_walked_twice(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, traveller = told["traveller"]
    sunday = traveller.days[-1]
    assert (sunday.hours, sunday.steps) == (25.0, 45 * 110.0 + 120 * 50.0)


def test_excused_days_end_a_run_and_give_no_notice_of_their_own(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, knee = told["after_knee_surgery"]
    assert [notice.key for notice in knee.notices] == ["unloaded-2"]
    assert knee.excused_days == 3


def test_two_legs_are_averaged_and_a_leg_is_never_summed(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, three = told["three_sensors"]
    left, right = 52 * 1.18, 50 * 1.1
    assert value(three, "lld") == pytest.approx(40 * (left + right) / 1.1)
    assert three.symmetry is not None
    assert three.symmetry.percent == pytest.approx(100 * 0.08 / 0.66)
    assert (three.symmetry.longer, three.symmetry.days) == ("left", 3)


def test_no_leg_sensor_and_no_score_leave_the_minutes_of_the_heart(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, wheels = told["wheelchair_user"]
    assert (wheels.points, value(wheels, "aerobic_min"), value(wheels, "lld")) == (None, 120, None)


def test_a_set_that_was_logged_and_detected_is_one_set(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    _, broken = told["broken_sensor"]
    assert [(one.source, one.repetitions) for one in broken.sets] == [
        ("logged", 10),
        ("logged", 10),
        ("detected", 12),
    ]
    assert {"coverage-pod", "counts-pod", "battery-pod"} < {one.key for one in broken.notices}


@pytest.mark.parametrize("name", PEOPLE)
def test_a_range_holds_the_value_it_is_printed_beside(
    name: str, told: dict[str, tuple[GoldenWeek, WeekReport]]
) -> None:
    for line in told[name][1].components:
        if line.value is not None and line.low is not None and line.high is not None:
            assert line.low <= line.value <= line.high, line.key


def test_a_week_that_is_not_scored_says_why_in_its_headline(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    assert told["wheelchair_user"][1].headline != "Not scored: at least"


def test_a_night_worker_who_says_when_nights_are_has_valid_days(
    told: dict[str, tuple[GoldenWeek, WeekReport]],
) -> None:
    week, report = told["night_shift_worker"]
    worker = replace(week.person, wakes=dt.time(15), sleeps=dt.time(8))
    shifted = replace(week, person=worker).report()
    assert (report.valid_days, shifted.valid_days) == (0, 7)
    assert {day.steps for day in shifted.days} == {day.steps for day in report.days}
