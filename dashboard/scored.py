"""A person's week from the store, scored; by pages, reports and whoever keeps old scores."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl

from analytics.calendar import day_start, week_of, week_start
from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.score import report_range, week_report
from analytics.strength import KNOWN_WEEKS
from analytics.week import Gap, SensorUse, WeekReport
from dashboard.errors import DashboardError
from dashboard.persons import DEFAULT_NAME, DEFAULT_PERSON, local_zone
from dashboard.practice import practice_of
from dashboard.shown import recorded_gaps, sensor_uses
from dashboard.targets import load_targets
from ingest.entries import Registry
from ingest.store import Store
from ingest.weighing import weighed
from language.spoken import _

WEEK = dt.timedelta(days=7)
Fed = tuple[tuple[SensorUse, ...], tuple[Gap, ...]]


def scored_week(
    home: Path,
    store: Store,
    registry: Registry,
    *,
    person: str,
    week: str,
    now: dt.datetime,
    demo: bool = False,
    fed: Fed | None = None,
) -> WeekReport:
    """One ISO week of a person. store: open for reading; now: aware instant; fed: what `fed_by`
    tells, where it is known already.

    Raises:
        DashboardError: nobody is called that, or the chosen target set is not there.
        AnalyticsError: no such week, or the target set cannot be used.
    """
    registry = weighed(store, registry)
    facts, known = person_facts(registry, person), registry.persons.get(person)
    start, end = report_range(week, person=facts)
    before = start - KNOWN_WEEKS * WEEK
    sensors, gaps = fed or fed_by(store, registry, person=person, week=week)
    report = week_report(
        store.minutes(person, start, end).lazy(),
        person=facts,
        week=week,
        now=now,
        excused={day for day, _ in known.excused} if known else set(),
        protocol=load_targets(home, known.targets if known else None),
        sensors=sensors,
        gaps=gaps,
        demo=demo,
        practice=practice_of(known, store.training_sets(person, before, end), before, end),
    )
    return replace(report, note=note_on(registry, person, week))


def note_on(registry: Registry, person: str, week: str) -> str:
    """What was written on the report of a person's ISO week; "": nothing."""
    known = registry.persons.get(person)
    return dict(known.notes).get(week, "") if known else ""


def fed_by(store: Store, registry: Registry, *, person: str, week: str) -> Fed:
    """The sensors that fed an ISO week of a person, and their gaps in it.

    Raises:
        DashboardError: nobody is called that.
        AnalyticsError: no such week.
    """
    _, end = report_range(week, person=person_facts(registry, person))
    sensors = tuple(sensor_uses(store, registry, person, end - WEEK, end))
    return sensors, recorded_gaps(store, [use.sensor for use in sensors], end - WEEK, end)


def day_minutes(
    home: Path, store: Store, registry: Registry, *, person: str, day: dt.date
) -> pl.DataFrame:
    """The merged Minutes of one local day of a person, by minute. store: open for reading.

    Raises:
        DashboardError: nobody is called that, or the chosen target set is not there.
        AnalyticsError: the target set cannot be used.
    """
    registry = weighed(store, registry)
    facts, known = person_facts(registry, person), registry.persons.get(person)
    start, end = (day_start(date, facts.time_zone) for date in (day, day + dt.timedelta(days=1)))
    return merge_minutes(
        store.minutes(person, start, end).lazy(),
        person=facts,
        date=week_start(week_of(day)),
        protocol=load_targets(home, known.targets if known else None),
        practice=practice_of(known, store.training_sets(person, start, end), start, end),
    ).collect()


def person_facts(registry: Registry, key: str) -> PersonFacts:
    """What scoring needs to know of a person, as of now.

    Raises:
        DashboardError: nobody has that key, and it is not whoever is there before anybody is named.
    """
    person = registry.persons.get(key)
    if person is None:
        if key != DEFAULT_PERSON:
            raise DashboardError(
                _("There is no person '{key}'.", key=key), _("See: legload person")
            )
        return PersonFacts(key=key, name=DEFAULT_NAME, zone=local_zone())
    return PersonFacts(
        key=person.key,
        name=person.name,
        zone=person.zone or local_zone(),
        birth_year=person.birth_year,
        sex=person.sex,
        masses=person.masses,
        hr_max=person.hr_max,
        hr_rest=person.hr_rest,
        use_heart_rate=person.use_heart_rate,
        no_score=person.no_score,
        wakes=_clock(person.wakes),
        sleeps=_clock(person.sleeps),
    )


def _clock(text: str | None) -> dt.time | None:
    return None if text is None else dt.time.fromisoformat(text)
