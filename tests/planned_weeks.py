"""Whole weeks of one leg sensor for properties: days of wear, walks in them, and their report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from analytics.person import PersonFacts
from analytics.practice import NONE, Practice
from analytics.protocol import default_protocol
from analytics.score import week_report
from analytics.week import Component, WeekReport
from tests.synthetic_minutes import AFTER, ANNA, MONDAY, WEEK, at, bout, frame

PROTOCOL = default_protocol()
PERSON = replace(ANNA, zone="UTC", masses=((dt.date(2000, 1, 1), 70.0),))
Rows = list[dict[str, Any]]
thoroughly = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


def reported(
    rows: Sequence[dict[str, Any]],
    *,
    person: PersonFacts = PERSON,
    now: dt.datetime = AFTER,
    excused: Collection[dt.date] = (),
    practice: Practice = NONE,
) -> WeekReport:
    return week_report(
        frame(rows),
        person=person,
        week=WEEK,
        now=now,
        excused=excused,
        protocol=PROTOCOL,
        practice=practice,
    )


def lines_of(report: WeekReport) -> dict[str, Component]:
    return {line.key: line for line in report.components}


def credits_of(report: WeekReport) -> dict[str, float | None]:
    return {line.key: line.credit for line in report.components}


def date_of(day: int) -> dt.date:
    return MONDAY + dt.timedelta(days=day)


# --- weeks ---------------------------------------------------------------------------------------

WALKS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(1, 59), st.sampled_from([20.0, 90.0, 110.0, 135.0])),
    max_size=3,
)
DAYS = st.none() | st.tuples(st.sampled_from([3, 9, 10, 12, 15]), WALKS)
WEEKS = st.lists(DAYS, min_size=7, max_size=7)
WORN = st.tuples(st.just(15), WALKS)
WORN_WEEKS = st.lists(WORN, min_size=7, max_size=7)
Plan = list[tuple[int, list[tuple[int, int, float]]] | None]


def day_rows(day: int, hours: int, walks: Sequence[tuple[int, int, float]]) -> Rows:
    """Hours of wear from 07:00, walked for some minutes from some of its hours on."""
    rows = {row["minute"]: row for row in bout(at(day, 7), 60 * hours)}
    for hour, minutes, spm in walks:
        walked = bout(at(day, 7 + min(hour, hours - 1)), minutes, steps=spm)
        rows |= {row["minute"]: row for row in walked}
    return list(rows.values())


def rows_of(plan: Plan) -> Rows:
    """A week of a leg sensor; None is a day on which it lay on the table."""
    return [
        row
        for day, worn in enumerate(plan)
        if worn is not None
        for row in day_rows(day, worn[0], worn[1])
    ]
