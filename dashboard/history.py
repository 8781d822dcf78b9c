"""What was, over months: the trend of weeks, a calendar of days, sessions and their timelines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from analytics.calendar import week_back, week_of
from analytics.errors import AnalyticsError
from analytics.person import PersonFacts
from analytics.protocol import Protocol
from dashboard.errors import DashboardError
from dashboard.kept import KeptWeeks, Progress
from dashboard.past import (
    CalendarDay,
    SessionLine,
    SessionSensor,
    Timeline,
    TrendLine,
    Trends,
)
from dashboard.past_sessions import Session, session_lines, sessions_of
from dashboard.past_timeline import timeline
from dashboard.past_weeks import days_wanted, weeks_of
from dashboard.scored import person_facts
from dashboard.targets import load_targets
from ingest.entries import Sensor
from ingest.errors import IngestError
from ingest.store import Store, open_store
from ingest.weighing import weighed
from language.spoken import _

__all__ = [
    "CalendarDay",
    "History",
    "SessionLine",
    "SessionSensor",
    "Timeline",
    "TrendLine",
    "Trends",
]

T = TypeVar("T")


class History:
    """Reads the past of one home folder; `Data.history`."""

    def __init__(self, home: Path, kept: KeptWeeks | None = None) -> None:
        self.home = home
        self._kept = kept or KeptWeeks(home)

    def trends(
        self, person: str, *, weeks: int = 12, days: int = 371, progress: Progress | None = None
    ) -> Trends:
        """The last ISO weeks up to the current one, and the last days up to today.

        Raises:
            DashboardError: nobody is called that, or the store cannot be read.
        """
        now = dt.datetime.now(dt.UTC)
        with _told():
            facts = self._kept.basis(person).facts
            today = now.astimezone(facts.time_zone).date()
            first = today - dt.timedelta(days=days - 1)
            shown = [week_back(week_of(today), back) for back in range(weeks - 1, -1, -1)]
            every = sorted({*shown, *weeks_of(first, today)})
            lines = self._kept.lines(person, every, now=now, progress=progress)
        return Trends(
            person=person,
            zone=facts.zone,
            weeks=tuple(lines[week].line for week in shown),
            days=tuple(days_wanted([lines[week] for week in every], first, today)),
        )

    def months(self, person: str) -> list[dt.date]:
        """The first of each local month in which a session began, newest first."""
        zone = person_facts(self._kept.registry(), person).time_zone
        starts = {one.start.astimezone(zone).date() for one in self._sessions(person)}
        return sorted({date.replace(day=1) for date in starts}, reverse=True)

    def sessions(self, person: str, month: dt.date) -> tuple[SessionLine, ...]:
        """The sessions that began in a local month, newest first."""
        zone = person_facts(self._kept.registry(), person).time_zone
        wanted = (month.year, month.month)
        mine = []
        for one in reversed(self._sessions(person)):
            date = one.start.astimezone(zone).date()
            if (date.year, date.month) == wanted:
                mine.append(one)
        known = self._kept.registry().sensors
        return tuple(self._with_rules(person, lambda *rules: _lines(mine, known, *rules)))

    def timeline(self, person: str, key: str) -> Timeline:
        """One session.

        Raises:
            DashboardError: there is none.
        """
        found = next((one for one in self._sessions(person) if one.key == key), None)
        if found is None:
            raise DashboardError(_("There is no such session."), _("Choose one from the list."))
        one = found

        def read(store: Store, facts: PersonFacts, protocol: Protocol) -> Timeline:
            known = self._kept.registry().sensors
            (line,) = _lines([one], known, store, facts, protocol)
            return timeline(store, one, line, person=facts, protocol=protocol)

        return self._with_rules(person, read)

    def _sessions(self, person: str) -> list[Session]:
        """Every session of a person, oldest first."""

        def read() -> list[Session]:
            with open_store(self.home) as store:
                return sessions_of(store.recordings(), self._kept.registry(), person)

        with _told():
            return self._kept.unchanged(f"sessions {person}", read)

    def _with_rules(self, person: str, query: Callable[[Store, PersonFacts, Protocol], T]) -> T:
        """What a query gives that takes the store, the person and the targets."""
        registry = self._kept.registry()
        known = registry.persons.get(person)
        with _told(), open_store(self.home) as store:
            facts = person_facts(weighed(store, registry), person)
            return query(store, facts, load_targets(self.home, known.targets if known else None))


def _lines(
    sessions: Sequence[Session],
    known: Mapping[str, Sensor],
    store: Store,
    facts: PersonFacts,
    protocol: Protocol,
) -> list[SessionLine]:
    now = dt.datetime.now(dt.UTC)
    return session_lines(store, sessions, person=facts, protocol=protocol, now=now, known=known)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of other rooms as this room's."""
    try:
        yield
    except (IngestError, AnalyticsError) as error:
        raise DashboardError(error.problem, error.advice) from error
