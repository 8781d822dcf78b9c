"""What a scored week was computed from, as a key: with the same key it is still right.

A key holds the method, the language of the words, the targets, what is known of the person as far
as it reaches into the week or the weeks before it that count, and the versions of the days of
minutes and detected sets there. What belongs to no person's minutes (which sensors fed the week,
its gaps) is not in it.
"""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from analytics.frames import METHOD
from analytics.person import PersonFacts
from analytics.practice import SET_ROWS, Practice
from analytics.protocol import Protocol
from analytics.score import report_range
from analytics.strength import KNOWN_WEEKS
from dashboard.practice import practice_of
from dashboard.scored import WEEK, person_facts
from dashboard.targets import load_targets
from ingest.entries import Registry
from ingest.store import Store
from ingest.weighing import weighed
from language.spoken import language

FORMAT = 1
"""Of what is kept by a key; another number makes all of it be computed anew."""

EVER = (dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, tzinfo=dt.UTC))
PersonDay = tuple[dt.date, int, dt.datetime | None, dt.datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All that a person's weeks are computed from, but for the minutes themselves.

    excused: local dates; practice: that was logged, ever; days: as `Store.person_days` gives them.
    """

    facts: PersonFacts
    protocol: Protocol
    rules: str
    excused: tuple[dt.date, ...]
    practice: Practice
    days: Sequence[PersonDay]

    def key(self, week: str) -> str:
        """What that ISO week is computed from; meaningful once the week has ended."""
        first, last = self._reach(week)
        start, end = report_range(week, person=self.facts)
        before = start - KNOWN_WEEKS * WEEK
        practice = self.practice.within(before, end)
        said = tuple(one for one in practice.confirmed if one[0] <= last)
        parts = (
            *(FORMAT, METHOD, language(), self.rules, week),
            replace(self.facts, masses=self._masses(last)),
            tuple(day for day in self.excused if first <= day <= last),
            replace(practice, confirmed=said),
            [(day, version) for day, version, *_ in self._within(first, last)],
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def silent(self, week: str) -> bool:
        """Whether nothing at all is known of that week and of the weeks before that count."""
        first, last = self._reach(week)
        start, end = report_range(week, person=self.facts)
        practice = self.practice.within(start - KNOWN_WEEKS * WEEK, end)
        logs = practice.logs_strength or practice.logs_balance
        said = any(first <= day <= last for day, _ in practice.confirmed)
        known = practice.sets or practice.balance or self._within(first, last)
        return not (logs or said or known)

    def ahead(self, now: dt.datetime) -> bool:
        """Whether anything is dated after now, so that a running week changes as time passes."""
        later = any(last is not None and last > now for *_, last in self.days[-3:])
        sets, balance = self.practice.sets, self.practice.balance
        started = [(one.timed, one.start) for one in sets]
        started += [(one.timed, one.start) for one in balance]
        return later or any(timed and start > now for timed, start in started)

    def _reach(self, week: str) -> tuple[dt.date, dt.date]:
        """The first and last date, in UTC or on the person's calendar, that can matter."""
        start, end = report_range(week, person=self.facts)
        inside = end - dt.timedelta(microseconds=1)
        last = max(inside.date(), inside.astimezone(self.facts.time_zone).date())
        return (start - KNOWN_WEEKS * WEEK).date(), last

    def _within(self, first: dt.date, last: dt.date) -> Sequence[PersonDay]:
        at = bisect.bisect_left(self.days, first, key=lambda one: one[0])
        return self.days[at : bisect.bisect_right(self.days, last, key=lambda one: one[0])]

    def _masses(self, last: dt.date) -> tuple[tuple[dt.date, float], ...]:
        """Those that hold up to the last day: a later one does only where there is no other."""
        masses = self.facts.masses
        return tuple(one for one in masses if one[0] <= last) or tuple(masses[:1])


def basis(home: Path, store: Store, registry: Registry, person: str) -> Basis:
    """What a person's weeks are computed from now. store: open for reading.

    Raises:
        DashboardError: nobody is called that, or the chosen target set is not there.
        AnalyticsError: the target set cannot be used.
    """
    known = registry.persons.get(person)
    protocol = load_targets(home, known.targets if known else None)
    return Basis(
        facts=person_facts(weighed(store, registry), person),
        protocol=protocol,
        rules=repr(protocol),
        excused=tuple(day for day, _ in known.excused) if known else (),
        practice=practice_of(known, pl.DataFrame(schema=SET_ROWS), *EVER),
        days=store.person_days(person),
    )
