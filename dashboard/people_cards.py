"""Everybody at a glance: one card each, whoever needs a look first."""

from __future__ import annotations

import datetime as dt
import enum
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from analytics.calendar import day_start
from analytics.errors import AnalyticsError
from analytics.week import Day, Notice, Status, WeekReport
from dashboard.errors import DashboardError
from dashboard.persons import find_person, local_zone, shown_name
from ingest.entries import Person, PersonSet, Registry
from ingest.store import Store
from language.spoken import _

LONGEST_NAME = 80
"""Letters of a name that is typed (design)."""
_URGENCY = ("warn", "remind", "info")


class Look(enum.IntEnum):
    """Why somebody stands where they do; the first needs a look most (the order is design)."""

    READ = 0
    NOTHING = 1
    REMIND = 2
    FINE = 3
    EXCUSED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """One person's current week. report: null where it cannot be scored, and problem says why.

    coverage: share 0..1 of the hours begun and not excused that were observed, null where there is
    none; seen: when the store last heard of a sensor of theirs.
    """

    key: str
    name: str
    report: WeekReport | None
    coverage: float | None
    seen: dt.datetime | None
    problem: str = ""

    @property
    def look(self) -> Look:
        """How much this needs a look."""
        if self.report is None:
            return Look.READ
        if self.report.status is Status.EXCUSED:
            return Look.EXCUSED
        levels = {note.level for note in self.report.notices}
        if "warn" in levels:
            return Look.READ
        if self.report.status is Status.NO_DATA:
            return Look.NOTHING
        return Look.REMIND if "remind" in levels else Look.FINE

    @property
    def first_notice(self) -> Notice | None:
        """The most important one."""
        notices = self.report.notices if self.report else ()
        return min(notices, key=lambda note: _URGENCY.index(note.level), default=None)


def cards(
    persons: Collection[Person],
    week: Callable[[str], WeekReport],
    seen: Mapping[str, dt.datetime],
    now: dt.datetime,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[PersonCard, ...]:
    """Everybody's card, whoever needs a look first, else by name.

    week: a person's current week by key; seen: by person; now: aware; progress: told (done, of).
    """
    made = []
    for done, person in enumerate(persons):
        if progress:
            progress(done, len(persons))
        made.append(_card(person, week, seen.get(person.key), now))
    return tuple(sorted(made, key=lambda card: (card.look, *name_order(card.name))))


def name_order(name: str) -> tuple[str, str]:
    """For sorting: accents and capitals do not count unless nothing else differs."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char)), name


def _card(
    person: Person,
    week: Callable[[str], WeekReport],
    seen: dt.datetime | None,
    now: dt.datetime,
) -> PersonCard:
    try:
        report, problem = week(person.key), ""
    except (AnalyticsError, DashboardError) as error:
        report, problem = None, str(error)
    return PersonCard(
        key=person.key,
        name=shown_name(person.key, person.name),
        report=report,
        coverage=coverage(report, now) if report else None,
        seen=seen,
        problem=problem,
    )


def coverage(report: WeekReport, now: dt.datetime) -> float | None:
    """Share of the hours of a week that have begun and are not excused that was observed."""
    begun = [(day, _begun_h(day, report, now)) for day in report.days if not day.excused]
    hours = sum(length for _day, length in begun)
    if hours <= 0:
        return None
    return min(1.0, sum(day.observed_h or 0.0 for day, length in begun if length) / hours)


def _begun_h(day: Day, report: WeekReport, now: dt.datetime) -> float:
    since = (now - day_start(day.date, ZoneInfo(report.zone))).total_seconds() / 3600
    return min(day.hours, max(0.0, since))


def last_seen(store: Store, registry: Registry) -> dict[str, dt.datetime]:
    """When a sensor that each person wears was last heard, by person."""
    found: dict[str, dt.datetime] = {}
    for sensor in registry.active:
        person = sensor.current.person if sensor.current else None
        if person and (at := store.last_time(sensor.key)):
            found[person] = max(at, found.get(person, at))
    return found


def new_person(name: str, persons: Mapping[str, Person], *, now: dt.datetime) -> PersonSet:
    """The entry of somebody who is not known yet, with a key that nobody has.

    Raises:
        DashboardError: it cannot be a name, or somebody has it.
    """
    called = " ".join(name.split())
    slug = "-".join("".join(c if c.isalnum() else " " for c in called.casefold()).split())
    if not slug or not name.strip().isprintable() or len(called) > LONGEST_NAME:
        raise DashboardError(
            _("That cannot be a name."),
            _("Use up to {count} letters, on one line.", count=LONGEST_NAME),
        )
    if find_person(persons, called) is not None:
        raise DashboardError(
            _("There is somebody called {name} already.", name=called),
            _("Add a surname or a number."),
        )
    keys = (slug, *(f"{slug}-{number}" for number in range(2, len(persons) + 3)))
    key = next(key for key in keys if key not in persons)
    return PersonSet(at=now, person=key, name=called, zone=local_zone())
