"""`Data`: all that a page, a report or a command may ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from analytics.calendar import week_of
from analytics.practice import Practice
from analytics.week import Status, WeekReport
from dashboard.demo import Progress, progress
from dashboard.explained import Explained, explained
from dashboard.facade.base import told
from dashboard.facade.said import Saying
from dashboard.facade.sensors import Sensing
from dashboard.freshening import Freshener
from dashboard.history import History
from dashboard.keeping import Keeping
from dashboard.people_cards import PersonCard, cards, last_seen, new_person
from dashboard.persons import DEFAULT_NAME, DEFAULT_PERSON, shown_name
from dashboard.practice import practice_of
from dashboard.reporting import Reporting
from dashboard.schedule.backups import Backups
from dashboard.schedule.schedules import Schedules
from dashboard.scored import day_minutes
from dashboard.shown import (
    PersonView,
)
from dashboard.targets import load_targets
from dashboard.traces import Live
from ingest.header import SUFFIX


def open_data(home: Path, *, radio: str = "auto") -> Data:
    """The facade of one home folder."""
    return Data(home, radio=radio)


class Data(Saying, Sensing):
    """Reads the store briefly, speaks to the collector, appends entries. Nothing is held open."""

    limited = False
    """Whether whoever asks may see some persons alone; see `dashboard.share.limited`."""

    def __init__(self, home: Path, *, radio: str) -> None:
        super().__init__(home, radio=radio)
        self._freshener = Freshener(home)
        self.history = History(home, self._kept)
        self.keeping = Keeping(home)
        self.live = Live(home)
        self.reporting = Reporting(self)
        self.schedule = Schedules(home)
        self.backups = Backups(home)

    def persons(self) -> list[PersonView]:
        """Everybody known, or the one who will be."""
        known = {p.key: p.name for p in self._registry().persons.values()}
        named = known or {DEFAULT_PERSON: DEFAULT_NAME}
        return [PersonView(key=key, name=shown_name(key, name)) for key, name in named.items()]

    def people(self, progress: Callable[[int, int], None] | None = None) -> tuple[PersonCard, ...]:
        """Everybody who was named, with their current week; whoever needs a look first.

        progress: told how many are done, of how many.

        Raises:
            DashboardError: the store cannot be read.
        """
        registry, now = self._registry(), dt.datetime.now(dt.UTC)
        seen = self._read(lambda store: last_seen(store, registry))
        persons = registry.persons.values()

        def week(key: str) -> WeekReport:
            return self.week(key, week_of(self._today(key)))

        return cards(persons, week, seen, now, progress)

    def add_person(self, name: str) -> str:
        """Enter somebody by name alone; their key.

        Raises:
            DashboardError: it cannot be a name, or somebody has it.
        """
        said = new_person(name, self._registry().persons, now=dt.datetime.now(dt.UTC))
        told(lambda: self._entries.append(said))
        return said.person

    def method_of(self, person: str) -> Explained:
        """The rules that hold for a person today, and worked examples of the dose.

        Raises:
            DashboardError: nobody is called that, or the chosen target set cannot be used.
        """
        known = self._registry().persons.get(person)
        protocol = told(lambda: load_targets(self.home, known.targets if known else None))
        return explained(self._facts(person), protocol, self._today(person))

    def weeks(self, person: str) -> list[str]:
        """ISO weeks of which the person has minutes or logged practice, and the current one; newest
        first."""
        on, known = told(lambda: self._kept.basis(person)), self._registry().persons.get(person)
        facts = on.facts
        ends = (end for *_, first, last in on.days for end in (first, last) if end is not None)
        found = {week_of(end.astimezone(facts.time_zone).date()) for end in ends}
        logged = known.logged if known else ()
        found |= {week_of(one.start.astimezone(facts.time_zone).date()) for one in logged}
        current = week_of(self._today(person))
        past = {week for week in found if week < current}  # none of a clock that was ahead
        return sorted(past | {current}, reverse=True)

    def week(self, person: str, week: str) -> WeekReport:
        """One ISO week, scored.

        Raises:
            DashboardError: no such week, or the store cannot be read.
        """
        now = dt.datetime.now(dt.UTC)
        found = told(lambda: self._kept.week(person, week, now=now, demo=self.demo))
        name = shown_name(person, found.person_name)
        return found if name == found.person_name else replace(found, person_name=name)

    def practice(self, person: str, start: dt.datetime, end: dt.datetime) -> Practice:
        """What the person logged, and what sensors saw, that begins in [start, end).

        Raises:
            DashboardError: the store cannot be read.
        """
        detected = self._read(lambda store: store.training_sets(person, start, end))
        return practice_of(self._registry().persons.get(person), detected, start, end)

    def minutes(self, person: str, day: dt.date) -> pl.DataFrame:
        """The merged Minutes of one local day, by minute: which sensor each one came from.

        Raises:
            DashboardError: the store cannot be read.
        """
        registry = self._registry()
        return self._read(
            lambda store: day_minutes(self.home, store, registry, person=person, day=day)
        )

    def last_full_week(self, person: str) -> str:
        """The newest week before the current one that is at least partly valid, else the newest."""
        weeks = self.weeks(person)
        past, now = weeks[1:], dt.datetime.now(dt.UTC)
        lines = told(lambda: self._kept.lines(person, past[:4], now=now, progress=None))
        for week, found in lines.items():
            if found.line.status in (Status.COMPLETE, Status.PARTIAL):
                return week
        return past[0] if past else weeks[0]

    def first_run(self) -> bool:
        """Whether nobody was named, nothing was paired and nothing was ever recorded."""
        known = self._registry()
        if known.persons or known.sensors or self.progress() is not None:
            return False
        return next((self.home / "recordings").glob(f"*/*/*{SUFFIX}"), None) is None

    def freshen(self) -> None:
        """Have the store catch up soon, in another process; `version` tells when it has."""
        self._freshener.soon()

    def progress(self) -> Progress | None:
        """How far the demo's history is, or None."""
        return progress(self.home) if self.demo else None
