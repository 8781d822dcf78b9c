"""Left against right: only what both legs showed, and never on too few strides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.days import day_frame
from analytics.frames import Minutes
from analytics.merge import merge_minutes
from analytics.protocol import default_protocol
from analytics.symmetry import asymmetry_percent, week_symmetry, worth_a_look
from analytics.week import Day, Symmetry
from tests.synthetic_minutes import ANNA, MONDAY, at, bout, frame, minute

NINE = at(0, 9)
RULES = default_protocol().symmetry
BIKE = {"machine": "bike", "assisted_cycles": 90.0, "steps": None, "continuous": False}
Row = dict[str, Any]


def leg(placement: str, contact_s: float | None, strides: float | None = 50.0) -> Row:
    """What a sensor of that placement sees in a minute of walking."""
    return {
        "sensor": placement,
        "placement": placement,
        "steps": 100.0,
        "contact_s": contact_s,
        "contact_strides": strides,
    }


def both(
    left_s: float, right_s: float, *, part: str = "foot", strides: float = 50.0
) -> tuple[Row, Row]:
    return leg(f"left-{part}", left_s, strides), leg(f"right-{part}", right_s, strides)


def minutes_of(rows: Sequence[Row]) -> pl.LazyFrame:
    made = merge_minutes(frame(rows), person=ANNA, date=MONDAY, protocol=default_protocol())
    return Minutes.validate(made.collect()).lazy()


def pair(*rows: Row) -> tuple[float | None, float | None, float | None]:
    (row,) = minutes_of([minute(NINE, **one) for one in rows]).collect().to_dicts()
    return row["contact_left_s"], row["contact_right_s"], row["contact_strides"]


def days_of(rows: Sequence[Row]) -> list[Day]:
    """The seven days of the week, as pages show them."""
    frame = day_frame(
        minutes_of(rows),
        person=ANNA,
        start=MONDAY,
        count=7,
        excused=(),
        protocol=default_protocol(),
        target_lld=8000.0,
    )
    names = {field.name for field in fields(Day)}
    return [
        Day(
            **{name: value for name, value in row.items() if name in names},
            future=False,
            aerobic_min=None,
        )
        for row in frame.collect().to_dicts()
    ]


def week_of(rows: Sequence[Row]) -> Symmetry:
    return week_symmetry(days_of(rows), minutes=minutes_of(rows), rules=RULES)


def walk(day: int, *legs: Row, minutes: int = 2) -> list[Row]:
    return [row for one in legs for row in bout(at(day, 9), minutes, **one)]


def test_asymmetry_is_the_difference_over_the_mean() -> None:
    for left, right in ((0.66, 0.60), (0.60, 0.66)):
        made = pl.select(asymmetry_percent(pl.lit(left), pl.lit(right))).item()
        assert made == pytest.approx(0.06 / 0.63 * 100)


def test_a_minute_seen_on_both_feet_has_both_contact_times() -> None:
    left, right = both(0.65, 0.60)
    assert pair(left, {**right, "contact_strides": 40.0}) == (0.65, 0.60, 40.0)


@pytest.mark.parametrize(
    "other",
    [
        leg("right-ankle", 0.6),
        leg("left-ankle", 0.6),
        leg("right-foot", None, None),
        leg("right-foot", 0.6, 0.0),
        {**leg("right-foot", 0.6), "worn": False},
        leg("waist", 0.6),
    ],
)
def test_what_is_not_the_same_part_of_the_other_leg_makes_no_pair(other: Row) -> None:
    assert pair(leg("left-foot", 0.65), other) == (None, None, None)


def test_of_several_sensors_and_pairs_those_with_most_strides_are_compared() -> None:
    feet, shanks = both(0.65, 0.60), both(0.70, 0.68, part="shank", strides=55.0)
    spare = {**leg("left-shank", 0.9, 20.0), "sensor": "spare"}
    assert pair(*feet, spare, *shanks) == (0.70, 0.68, 55.0)


def test_legs_on_a_bike_make_no_pair() -> None:
    bike = {**BIKE, "sensor": "bike", "placement": "bike", "worn": None}
    assert pair(*both(0.65, 0.60), bike) == (None, None, None)


def test_a_day_weighs_its_minutes_by_the_strides_of_the_leg_with_fewer() -> None:
    rows = [*walk(0, *both(0.66, 0.60), minutes=3)]
    later = both(0.60, 0.60, strides=150.0)
    rows += [minute(at(0, 12), **one) for one in later]
    day, *_ = days_of(rows)
    assert day.asymmetry_percent == pytest.approx(0.03 / 0.615 * 100, abs=1e-5)


def test_a_day_with_99_strides_says_nothing_and_with_100_it_does() -> None:
    feet = both(0.65, 0.60)
    few = [*walk(0, *feet), *walk(1, feet[0], {**feet[1], "contact_strides": 49.5})]
    enough, short, nothing, *_ = days_of(few)
    assert enough.asymmetry_percent == pytest.approx(8.0)
    assert short.asymmetry_percent is nothing.asymmetry_percent is None


def test_a_week_is_the_mean_of_its_days_and_names_the_leg_that_stood_longer() -> None:
    rows = [*walk(0, *both(0.66, 0.60)), *walk(2, *both(0.63, 0.60))]
    week = week_of(rows)
    expected = (0.06 / 0.63 + 0.03 / 0.615) / 2 * 100
    assert week.percent == pytest.approx(expected)
    assert (week.longer, week.days, week.note) == ("left", 2, "")


def test_legs_that_take_turns_are_not_named() -> None:
    week = week_of([*walk(0, *both(0.66, 0.60)), *walk(2, *both(0.60, 0.66))])
    assert week.percent == pytest.approx(0.06 / 0.63 * 100)
    assert (week.longer, week.days) == (None, 2)
    assert "same leg" in week.note


def test_equal_legs_are_zero_apart_and_neither_is_longer() -> None:
    assert week_of(walk(0, *both(0.6, 0.6))) == Symmetry(percent=0.0, longer=None, days=1)


def test_one_leg_alone_is_not_measured_and_the_note_says_what_it_takes() -> None:
    week = week_of(walk(0, leg("left-foot", 0.65)))
    assert (week.percent, week.longer, week.days) == (None, None, 0)
    assert "each leg" in week.note
    assert "100" in week.note


def test_days_of_another_week_do_not_count() -> None:
    rows = walk(-3, *both(0.66, 0.60))
    assert week_of(rows).percent is None


def test_three_days_above_ten_percent_are_worth_a_look() -> None:
    apart, ordinary = both(0.69, 0.60), both(0.62, 0.60)
    two = [*walk(0, *apart), *walk(1, *apart), *walk(2, *ordinary), *walk(3, *ordinary)]
    assert not worth_a_look(days_of(two), rules=RULES)
    assert worth_a_look(days_of([*two, *walk(4, *apart)]), rules=RULES)
    at_ten = [replace(day, asymmetry_percent=10.0) for day in days_of([])]
    assert not worth_a_look(at_ten, rules=RULES)


times = st.floats(0.3, 1.2).map(lambda value: round(value, 4))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(times, times, st.integers(1, 60)), min_size=1, max_size=8))
def test_swapping_the_legs_swaps_the_side_and_nothing_else(
    seen: list[tuple[float, float, int]],
) -> None:
    def week(*, swapped: bool) -> Symmetry:
        rows = []
        for number, (left_s, right_s, strides) in enumerate(seen):
            feet = both(*((right_s, left_s) if swapped else (left_s, right_s)), strides=strides)
            when = NINE + dt.timedelta(minutes=number)
            rows += [minute(when, **one) for one in feet]
        return week_of(rows)

    one, other = week(swapped=False), week(swapped=True)
    assert one.percent == pytest.approx(other.percent)
    assert one.days == other.days
    assert {one.longer, other.longer} in ({"left", "right"}, {None})
