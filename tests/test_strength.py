"""Strength and balance: what a set loads, which sets count, and what a week of them is worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import dose, force, strength
from analytics.frames import METHOD
from analytics.person import PersonFacts
from analytics.practice import (
    DETECTED,
    NONE,
    SAME_SESSION,
    BalanceSession,
    Practice,
    TrainingSet,
    detected_sets,
    set_rows,
)
from analytics.protocol import default_protocol
from analytics.score import week_report
from analytics.week import Component, Status, WeekReport
from devices.profile import Placement
from ingest.store import open_store
from tests.synthetic_minutes import AFTER, ANNA, MONDAY, WEEK, at, frame, worn_day

ROME = ZoneInfo("Europe/Rome")
SIX = at(2, 17)  # Wednesday, 18:00 in Rome
OLD = PersonFacts(
    key="anna",
    name="Anna",
    zone="Europe/Rome",
    birth_year=1955,
    masses=((dt.date(2000, 1, 1), 75.0),),
)


def logged(exercise: str = "squat", start: dt.datetime = SIX, **facts: Any) -> TrainingSet:
    return TrainingSet(**{"start": start, "exercise": exercise, "repetitions": 10, **facts})


def seen(exercise: str = "squat", start: dt.datetime = SIX, **facts: Any) -> TrainingSet:
    """A detected set of half a minute."""
    known = {"end": start + dt.timedelta(seconds=30), "sensor": "shank", "quality": 0.8}
    return logged(exercise, start, **{"source": DETECTED, **known, **facts})


def day_of(*sets: TrainingSet, mass_kg: float | None = 75.0, **facts: Any) -> dict[str, Any]:
    """The only day of some practice."""
    (day,) = strength.daily(Practice(sets=sets, **facts), ROME, mass_kg).to_dicts()
    return day


def forces(*sets: TrainingSet, mass_kg: strength.Mass = 75.0) -> list[float | None]:
    frame = strength.set_forces(sets, zone=ROME, mass_kg=mass_kg)
    return frame["force_bw"].to_list()


# --- the load of a set --------------------------------------------------------------------------


def test_five_sets_of_five_squats_with_60_kg_load_as_pinned() -> None:
    practice = Practice(sets=(logged(repetitions=5, load_kg=60.0),) * 5)
    (day,) = strength.daily(practice, ROME, 75.0).to_dicts()
    cycles = strength.cycles(practice, ROME, 75.0)
    assert cycles["force_bw"].unique().to_list() == [pytest.approx(1.125)]
    assert day["force_bw"] == pytest.approx(28.125)
    lld = pl.select(dose.step_equivalents(pl.lit(day["force_bw"]))).item()
    assert lld == pytest.approx(51.1, abs=0.05)
    index = dose.osteogenic_days(cycles.lazy()).collect()["osteogenic_index"].item()
    assert index == pytest.approx(3.6654, abs=5e-5)


@pytest.mark.parametrize(
    ("exercise", "facts", "bw"),
    [
        ("squat", {}, 0.625),
        ("deadlift", {"load_kg": 60.0}, 1.125),
        ("squat", {"leg": "left"}, 1.25),
        ("lunge", {"load_kg": 15.0}, 1.5),
        ("step-up", {"leg": "right", "load_kg": 15.0}, 1.5),
        ("sit-to-stand", {"load_kg": 10.0}, 0.575),
        ("leg-press", {"load_kg": 150.0, "angle_deg": 30.0}, 0.575),
        ("leg-press", {"load_kg": 150.0, "angle_deg": 30.0, "leg": "left"}, 1.15),
        ("leg-press", {"load_kg": 150.0}, None),
        ("leg-press", {"angle_deg": 30.0}, None),
        ("calf-raise", {"load_kg": 20.0}, None),
    ],
)
def test_every_exercise_has_the_force_of_its_case_or_none(
    exercise: str, facts: dict[str, Any], bw: float | None
) -> None:
    assert forces(logged(exercise, **facts)) == [None if bw is None else pytest.approx(bw)]


def test_without_a_body_mass_what_is_lifted_is_left_out_and_marked() -> None:
    sets = [
        logged(),
        logged(load_kg=60.0),
        logged("lunge", load_kg=60.0),
        logged("leg-press", load_kg=60.0, angle_deg=45.0),
    ]
    frame = strength.set_forces(sets, zone=ROME, mass_kg=None)
    assert frame["force_bw"].to_list() == [0.625, 0.625, 1.25, None]
    assert frame["lower_bound"].to_list() == [False, True, True, False]


def test_the_body_mass_is_that_of_the_day() -> None:
    later = logged(start=SIX + dt.timedelta(days=7), load_kg=60.0)
    masses = {SIX.date(): 60.0}
    assert forces(logged(load_kg=60.0), later, mass_kg=masses.get) == [1.25, 0.625]


def test_ten_lunges_of_one_leg_load_half_of_ten_of_both() -> None:
    one, both = day_of(logged("lunge", leg="left")), day_of(logged("lunge"))
    assert one["force_bw"] == pytest.approx(10 * 1.25 / 2)
    assert both["force_bw"] == pytest.approx(10 * 1.25)
    assert (one["repetitions"], both["repetitions"]) == (10, 20)
    assert both == day_of(logged("lunge", leg="left"), logged("lunge", leg="right"))


def test_a_day_whose_forces_are_unknown_has_repetitions_and_no_load() -> None:
    day = day_of(logged("calf-raise", repetitions=20))
    assert (day["repetitions"], day["force_bw"]) == (20, None)
    assert strength.cycles(Practice(sets=(logged("calf-raise"),)), ROME, 75.0).is_empty()


def test_every_exercise_names_a_force_case_and_a_source() -> None:
    assert len(strength.BY_KEY) == len(strength.EXERCISES)
    for exercise in strength.EXERCISES:
        assert exercise.source
        assert exercise.force is None or exercise.force in force.BY_KEY
        assert exercise.key == exercise.title.casefold().replace(" ", "-")


# --- strength days ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sets", "strong"),
    [
        ([logged(repetitions=29)], False),
        ([logged(repetitions=30)], True),
        ([logged(repetitions=15)] * 2, True),
        ([logged(repetitions=1), logged("calf-raise", repetitions=1)], True),
        ([logged(repetitions=1), logged("sit-up", repetitions=500)], False),
    ],
)
def test_two_leg_exercises_or_thirty_repetitions_make_a_strength_day(
    sets: Sequence[TrainingSet], strong: bool
) -> None:
    assert day_of(*sets)["strength"] is strong


def test_what_the_person_says_of_a_day_goes_before_its_sets() -> None:
    date = SIX.date()
    assert day_of(logged(), confirmed=((date, True),))["strength"] is True
    assert day_of(logged(repetitions=99), confirmed=((date, False),))["strength"] is False
    only = day_of(confirmed=((date, True),))
    assert (only["strength"], only["repetitions"], only["force_bw"]) == (True, None, None)


def test_nothing_is_known_of_a_day_without_practice() -> None:
    assert strength.daily(NONE, ROME, 75.0).is_empty()
    day = day_of(
        balance=(BalanceSession(start=SIX, minutes=10), BalanceSession(start=SIX, minutes=5))
    )
    assert (day["balance_min"], day["strength"], day["repetitions"]) == (15, None, None)


def test_a_set_belongs_to_the_local_day() -> None:
    late = dt.datetime(2026, 11, 18, 23, 30, tzinfo=dt.UTC)
    assert day_of(logged(start=late))["date"] == dt.date(2026, 11, 19)


@given(
    st.permutations([logged(), logged("lunge", leg="left"), seen("deadlift"), seen(quality=0.5)])
)
def test_the_order_in_which_sets_come_changes_nothing(sets: list[TrainingSet]) -> None:
    practice = Practice(sets=tuple(sets))
    known = Practice(sets=(logged(), logged("lunge", leg="left"), seen("deadlift")))
    assert strength.daily(practice, ROME, 75.0).equals(strength.daily(known, ROME, 75.0))


# --- logged and detected ------------------------------------------------------------------------


def counted(*sets: TrainingSet) -> list[tuple[str, str | None]]:
    """Exercise and sensor of the sets that count."""
    found = strength.sets_counted(Practice(sets=sets), ROME)
    return [(one.exercise, one.sensor) for one in found]


def some_sets() -> st.SearchStrategy[list[TrainingSet]]:
    """Squats, logged and seen by two sensors, at different minutes of two days."""
    minutes = st.integers(0, 2000).map(after)
    ways = st.sampled_from([logged, seen, lambda **facts: seen(sensor="other", **facts)])
    one = st.builds(lambda way, start: way(start=start), ways, minutes)
    return st.lists(one, max_size=12, unique_by=lambda one: one.start)


def after(minutes: float) -> dt.datetime:
    return SIX + dt.timedelta(minutes=minutes)


def test_a_set_that_was_logged_and_seen_counts_once_as_logged() -> None:
    assert counted(logged(), seen(start=after(3))) == [("squat", None)]
    assert counted(logged(), seen(start=after(-10))) == [("squat", None)]


def test_a_set_that_was_seen_at_another_time_counts_too() -> None:
    beyond = SIX + SAME_SESSION + dt.timedelta(seconds=1)
    assert counted(logged(), seen(start=beyond)) == [("squat", None), ("squat", "shank")]
    assert counted(logged(), seen(start=beyond - dt.timedelta(seconds=1))) == [("squat", None)]


def test_the_later_sets_of_a_session_are_meant_by_its_log_too() -> None:
    sets = [seen(start=after(4 * number)) for number in range(8)]
    assert counted(*[logged()] * 8, *sets) == [("squat", None)] * 8


def test_a_set_logged_for_a_day_means_one_of_that_day_and_no_other() -> None:
    noon = dt.datetime(2026, 11, 18, 11, tzinfo=dt.UTC)
    day = logged(start=noon, timed=False)
    assert counted(day, seen(), seen("lunge", after(5)), seen(start=after(24 * 60))) == [
        ("squat", None),
        ("lunge", "shank"),
        ("squat", "shank"),
    ]


def test_one_set_seen_by_two_sensors_counts_once_and_lunges_count_on_each_leg() -> None:
    other = seen(sensor="other", quality=0.9)
    assert counted(seen(), other) == [("squat", "other")]
    sure = seen("sit-to-stand", sensor="other", quality=0.9)
    assert counted(seen(), sure) == [("sit-to-stand", "other")]
    left, right = seen("lunge", leg="left"), seen("lunge", leg="right", sensor="other")
    assert counted(left, right) == [("lunge", "shank"), ("lunge", "other")]


def test_a_logged_set_leaves_the_other_detected_sets_of_its_session() -> None:
    morning = [seen(start=after(4 * number)) for number in range(8)]
    kept = strength.sets_counted(Practice(sets=(logged(start=after(8.4)), *morning)), ROME)
    assert [one.start for one in kept if one.source == DETECTED] == [
        after(4 * number) for number in (0, 1, 3, 4, 5, 6, 7)
    ]
    day = logged(timed=False)
    assert counted(*[day] * 3, *morning) == [("squat", None)] * 3 + [("squat", "shank")] * 5


def test_a_logged_set_is_the_one_seen_then_whatever_the_sensor_took_it_for() -> None:
    assert counted(logged(), seen("sit-to-stand", after(2))) == [("squat", None)]
    assert counted(logged(start=after(0.4)), seen("lunge")) == [("squat", None)]
    later = seen("lunge", after(2.1))
    assert counted(logged(), later) == [("squat", None), ("lunge", "shank")]


def test_lunges_logged_for_both_legs_are_those_that_each_leg_s_sensor_saw() -> None:
    left = [seen("lunge", after(4 * n), leg="left") for n in range(3)]
    right = [seen("lunge", after(4 * n + 1), leg="right", sensor="other") for n in range(3)]
    assert counted(*[logged("lunge")] * 3, *left, *right) == [("lunge", None)] * 3
    assert len(counted(logged("lunge", leg="left"), *left, *right)) == 1 + 2 + 3


@given(some_sets(), st.integers(0, 2000), st.booleans())
def test_logging_one_more_set_never_makes_fewer_sets_count(
    sets: list[TrainingSet], minutes: int, timed: bool
) -> None:
    more = logged(start=after(minutes), timed=timed)
    before = strength.sets_counted(Practice(sets=tuple(sets)), ROME)
    found = strength.sets_counted(Practice(sets=(*sets, more)), ROME)
    assert 0 <= len(found) - len(before) <= 1
    said = [one for one in [*sets, more] if one.source != DETECTED]
    assert sorted([one for one in found if one.source != DETECTED], key=repr) == sorted(
        said, key=repr
    )


@given(some_sets(), st.integers(0, 2000))
def test_another_logged_set_never_takes_from_the_load_of_a_day_without_detected_ones(
    sets: list[TrainingSet], minutes: int
) -> None:
    said = tuple(one for one in sets if one.source != DETECTED)
    more = (*said, logged(start=after(minutes)))
    load = [
        float(strength.daily(Practice(sets=some), ROME, 75.0)["force_bw"].sum())
        for some in (said, more)
    ]
    assert load[1] == pytest.approx(load[0] + 6.25)


def test_only_leg_exercises_that_a_leg_sensor_saw_become_sets() -> None:
    rows = pl.DataFrame(
        {
            "start_s": [1000.0, 0.0, 2000.0, 3000.0, 4000.0],
            "end_s": [1020.0, 25.0, 2020.0, 3020.0, 4020.0],
            "kind": ["squat", "lunge", "sit-up", "repetition", "calf raise"],
            "repetitions": [5, 8, 20, 9, 12],
            "quality": [0.9, 0.8, 0.9, 0.9, 0.7],
        }
    )
    found = strength.as_sets(rows, placement=Placement.LEFT_SHANK, sensor="shank")
    assert [(one.exercise, one.repetitions, one.leg) for one in found] == [
        ("lunge", 8, "left"),
        ("squat", 5, None),
        ("calf-raise", 12, None),
    ]
    assert found[0].start == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert all(one.source == DETECTED and one.sensor == "shank" for one in found)
    assert strength.as_sets(rows, placement=Placement.WAIST, sensor="belt") == ()


# --- the store ----------------------------------------------------------------------------------


def test_detected_sets_are_stored_replaced_by_range_and_read_back(tmp_path: Path) -> None:
    first, second = seen(), seen("lunge", start=after(60), leg="left")
    day = (SIX - dt.timedelta(hours=6), SIX + dt.timedelta(hours=6))
    with open_store(tmp_path, read_only=False) as store:
        before = store.version()
        rows = set_rows([first, second], person="anna", method=METHOD)
        store.replace_sets("shank", *day, rows)
        assert store.version() > before
        assert detected_sets(store.training_sets("anna", *day)) == (first, second)
        assert store.training_sets("ben", *day).is_empty()
        again = seen(repetitions=9)
        rows = set_rows([again], person="anna", method=METHOD)
        store.replace_sets("shank", day[0], after(30), rows)
        assert detected_sets(store.training_sets("anna", *day)) == (again, second)
        store.replace_sets("other", *day, set_rows([], person="anna", method=METHOD))
        assert len(store.training_sets("anna", *day)) == 2


def test_sets_outside_of_the_range_or_of_another_sensor_are_refused(tmp_path: Path) -> None:
    rows = set_rows([seen()], person="anna", method=METHOD)
    with open_store(tmp_path, read_only=False) as store:
        for sensor, start in (("other", SIX), ("shank", after(1))):
            with pytest.raises(ValueError, match="sets outside of"):
                store.replace_sets(sensor, start, after(60), rows)
        assert store.training_sets("anna", SIX, after(60)).is_empty()


# --- the week -----------------------------------------------------------------------------------


def report_of(
    practice: Practice,
    *,
    worn: int = 7,
    person: PersonFacts = OLD,
    now: dt.datetime = AFTER,
    excused: set[dt.date] | None = None,
) -> WeekReport:
    rows = [row for day in range(worn) for row in worn_day(day, walk=40)]
    return week_report(
        frame(rows),
        person=person,
        week=WEEK,
        now=now,
        excused=excused or set(),
        protocol=default_protocol(),
        practice=practice,
    )


def line(report: WeekReport, key: str) -> Component:
    return next(component for component in report.components if component.key == key)


def squats(*days: int) -> Practice:
    return Practice(sets=tuple(logged(start=at(day, 17), repetitions=30) for day in days))


@pytest.mark.parametrize(("days", "credit"), [((1,), 0.5), ((1, 3), 1.0), ((1, 2, 3), 1.0)])
def test_each_of_two_strength_days_is_worth_half(days: tuple[int, ...], credit: float) -> None:
    component = line(report_of(squats(*days)), "strength_days")
    assert (component.value, component.credit) == (len(days), credit)
    assert component.points == pytest.approx(20 * credit)
    assert (component.low, component.high, component.coverage) == (None, None, 1.0)


def test_strength_is_not_measured_until_anything_is_known_and_the_note_says_so() -> None:
    component = line(report_of(NONE), "strength_days")
    assert (component.value, component.points) == (None, None)
    assert component.note == "Not measured: nothing tells whether there were strength sets."


@pytest.mark.parametrize(("weeks", "value"), [(1, 0), (3, 0), (4, None)])
def test_a_week_without_sets_is_a_zero_for_three_weeks_after_one_was_logged(
    weeks: int, value: int | None
) -> None:
    component = line(report_of(squats(1 - 7 * weeks)), "strength_days")
    assert component.value == value


def test_weeks_before_the_first_log_stay_unknown() -> None:
    assert line(report_of(squats(8)), "strength_days").value is None


def test_someone_who_logs_all_of_it_had_none_where_none_was_logged() -> None:
    report = report_of(Practice(logs_strength=True, logs_balance=True))
    assert [line(report, key).value for key in ("strength_days", "balance_days")] == [0, 0]
    assert [day.strength for day in report.days] == [False] * 7
    assert [day.balance_min for day in report.days] == [0.0] * 7


def test_detected_sets_say_nothing_of_days_on_which_the_sensor_was_not_worn() -> None:
    practice = Practice(sets=(seen(start=at(1, 17), repetitions=30),))
    report = report_of(practice, worn=5)
    component = line(report, "strength_days")
    assert [day.strength for day in report.days] == [False, True, False, False, False, None, None]
    assert (component.value, component.low, component.high) == (1, 1, 3)
    assert component.coverage == pytest.approx(5 / 7)


def test_a_week_of_logs_alone_is_a_lower_bound_of_strength_and_no_dose() -> None:
    report = report_of(squats(1, 3), worn=0)
    assert report.status is Status.AT_LEAST
    assert (line(report, "strength_days").value, line(report, "strength_days").at_least) == (
        2,
        True,
    )
    assert line(report, "lld").credit is None
    assert line(report, "lld_days").credit is None
    assert report.points_measurable == 20


def test_nothing_recorded_or_logged_is_no_data_even_of_someone_who_logs() -> None:
    report = report_of(Practice(logs_strength=True), worn=0)
    assert report.status is Status.NO_DATA
    assert report.points is None


def test_today_counts_only_upward() -> None:
    monday_noon = at(0, 12)
    without = report_of(squats(-7), worn=1, now=monday_noon)
    with_one = report_of(squats(-7, 0), worn=1, now=at(0, 20))
    assert line(without, "strength_days").value == 0
    assert line(with_one, "strength_days").value == 1
    assert [day.strength for day in without.days[1:]] == [None] * 6
    all_of_it = report_of(Practice(logs_strength=True, logs_balance=True), worn=1, now=monday_noon)
    assert [day.strength for day in all_of_it.days] == [False, *[None] * 6]
    assert [day.balance_min for day in all_of_it.days] == [0.0, *[None] * 6]


def test_a_set_on_an_excused_day_counts_in_the_total_of_the_week() -> None:
    report = report_of(squats(1, 3), excused={MONDAY + dt.timedelta(days=1)})
    assert line(report, "strength_days").value == 2


def test_balance_counts_days_from_65_on() -> None:
    sessions = tuple(BalanceSession(start=at(day, 9), minutes=10) for day in (0, 0, 2))
    report = report_of(Practice(balance=sessions))
    component = line(report, "balance_days")
    assert component.value == 2
    assert component.points == pytest.approx(15 * 2 / 3)
    assert report.balance == sessions
    young = line(report_of(Practice(balance=sessions), person=ANNA), "balance_days")
    assert (young.value, young.note) == (None, "Counts from age 65 on.")


def test_the_report_shows_the_sets_of_its_week_each_once() -> None:
    practice = Practice(sets=(seen(start=at(1, 17.1)), *squats(8, 1, -6).sets))
    assert report_of(practice).sets == squats(1).sets
