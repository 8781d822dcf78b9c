"""What every part of the facade `Data` stands on: a home, read briefly, and who is meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from analytics.errors import AnalyticsError
from analytics.person import PersonFacts
from dashboard.demo import MARKER
from dashboard.errors import DashboardError
from dashboard.kept import KeptWeeks
from dashboard.persons import DEFAULT_NAME, DEFAULT_PERSON, local_zone, pick_person
from dashboard.scored import person_facts
from ingest.entries import (
    AnyEntry,
    Entries,
    PersonSet,
    Registry,
)
from ingest.errors import IngestError
from ingest.store import Store, open_store

T = TypeVar("T")
LONGEST_NAME = 40
"""Letters of a name that is given on a page (design)."""


def told(call: Callable[[], T]) -> T:
    """The result of a call into another room, its errors as this room's."""
    try:
        return call()
    except (IngestError, AnalyticsError) as error:
        raise DashboardError(error.problem, error.advice) from error


class Home:
    """Reads the store briefly and appends entries. Nothing is held open."""

    def __init__(self, home: Path, *, radio: str) -> None:
        self.home = home
        self._radio = radio
        self._entries = Entries(home)
        self._kept = KeptWeeks(home)

    @property
    def demo(self) -> bool:
        """Whether what this folder holds is simulated."""
        return (self.home / MARKER).exists()

    def pick(self, wanted: str | None) -> str:
        """The person meant: the one named, else the only one.

        Raises:
            DashboardError: unknown, or several and none was named.
        """
        return pick_person(self._registry().persons, wanted)

    def zone_of(self, person: str | None) -> dt.tzinfo:
        """The time zone that a person's days are told in; this computer's where nobody is."""
        registry = self._registry()
        return person_facts(
            registry, person if person in registry.persons else DEFAULT_PERSON
        ).time_zone

    def introduce(self, person: str) -> None:
        """Enter the person who is there before anybody was named."""
        if person == DEFAULT_PERSON and person not in self._registry().persons:
            now = dt.datetime.now(dt.UTC)
            entry = PersonSet(at=now, person=person, name=DEFAULT_NAME, zone=local_zone())
            told(lambda: self._entries.append(entry))

    def version(self) -> int:
        """Changes whenever something that a week shows may have changed."""
        return told(self._kept.seen)

    def _facts(self, key: str) -> PersonFacts:
        return person_facts(self._registry(), key)

    def _today(self, person: str) -> dt.date:
        return dt.datetime.now(self._facts(person).time_zone).date()

    def _read(self, query: Callable[[Store], T]) -> T:
        def read() -> T:
            with open_store(self.home) as store:
                return query(store)

        return told(read)

    def _registry(self) -> Registry:
        return told(self._kept.registry)

    def _say(self, person: str, *entries: AnyEntry) -> None:
        self.introduce(person)
        told(lambda: self._entries.append(*entries))
