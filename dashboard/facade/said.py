"""The part of the facade that takes what a person says: facts, practice, excused days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from dashboard.display import Display, display_of, refuse
from dashboard.errors import DashboardError
from dashboard.facade.base import LONGEST_NAME, Home, told
from dashboard.facts import Facts, facts_entry, facts_of, mass_entry
from dashboard.persons import local_zone
from dashboard.practice import PAGES, force_note, logged_text, when
from dashboard.targets import target_sets
from ingest.entries import (
    LONGEST_NOTE,
    BalanceLogged,
    Excused,
    Person,
    PersonSet,
    PracticeRemoved,
    Registry,
    ReportNote,
    SetLogged,
    StrengthDay,
    one_line,
    week_days,
    what,
)
from ingest.store import open_store
from ingest.weighing import weighed
from language.spoken import _


class Saying(Home):
    """What is said of a person, and saying it."""

    def known(self, person: str) -> Person:
        """What is said of a person, and the body masses that a paired scale measured too."""
        registry = self._registry()

        def read() -> Registry:
            with open_store(self.home) as store:
                return weighed(store, registry)

        found = told(lambda: self._kept.unchanged("weighed", read)).persons.get(person)
        return found or Person(key=person, name=self._facts(person).name, zone=local_zone())

    def target_sets(self) -> list[str]:
        """Keys of the target sets that can be chosen, the default first."""
        return list(target_sets(self.home))

    def set_facts(self, person: str, facts: Facts) -> bool:
        """Say what scoring needs to know of a person; whether anything changed.

        Raises:
            DashboardError: a fact that cannot be.
        """
        entry = facts_entry(self.known(person), facts, now=dt.datetime.now(dt.UTC))
        if entry is not None:
            self._say(person, entry)
        return entry is not None

    def facts(self, person: str) -> Facts:
        """What is said of a person, as `set_facts` takes it."""
        return facts_of(self.known(person))

    def display(self, person: str) -> Display:
        """How a person wants to read."""
        known = self._registry().persons.get(person)
        return display_of(known) if known else Display()

    def set_display(self, person: str, display: Display) -> None:
        """Say how a person wants to read.

        Raises:
            DashboardError: a language or units that are not there.
        """
        refuse(display)
        said = PersonSet(at=dt.datetime.now(dt.UTC), person=person, **asdict(display))
        self._say(person, said)

    def set_name(self, person: str, name: str) -> None:
        """Say what a person is called.

        Raises:
            DashboardError: it cannot be a name.
        """
        word = " ".join(name.split())
        if not word or len(word) > LONGEST_NAME or not word.isprintable():
            raise DashboardError(
                _("'{name}' cannot be a name.", name=name[:LONGEST_NAME]),
                _("Use up to {count} letters, digits and spaces.", count=LONGEST_NAME),
            )
        self._say(person, PersonSet(at=dt.datetime.now(dt.UTC), person=person, name=word))

    def set_mass(self, person: str, kg: float, since: dt.date) -> None:
        """Say a body mass, from a local day on."""
        self._say(person, mass_entry(person, kg, since, now=dt.datetime.now(dt.UTC)))

    def log_set(
        self,
        person: str,
        exercise: str,
        repetitions: int,
        *,
        sets: int = 1,
        load_kg: float | None = None,
        angle_deg: float | None = None,
        leg: str | None = None,
        on: dt.date | None = None,
        at: str | None = None,
    ) -> str:
        """Log sets of one exercise; what was logged, and what a person could still say of it.

        on: a local day, None today; at: `18:00` on the person's clock, None where only the day is
        known.

        Raises:
            DashboardError: nobody can have done it, or it is yet to come.
        """
        zone, now = self.zone_of(person), dt.datetime.now(dt.UTC)
        start, timed, note = when(on, at, zone=zone, now=now, ways=PAGES)
        entry = SetLogged(
            at=now,
            person=person,
            start=start,
            timed=timed,
            exercise=exercise,
            repetitions=repetitions,
            sets=sets,
            load_kg=load_kg,
            angle_deg=angle_deg,
            leg=leg,
        )
        self._say(person, entry)
        force = force_note(entry, self._registry().persons.get(person), zone, PAGES)
        said = _("Logged: {practice}.", practice=logged_text(entry, zone))
        return f"{said} {note} {force}".strip()

    def log_balance(
        self, person: str, minutes: float, *, on: dt.date | None = None, at: str | None = None
    ) -> str:
        """Log balance practice; what was logged. on and at: as of `log_set`."""
        zone, now = self.zone_of(person), dt.datetime.now(dt.UTC)
        start, timed, note = when(on, at, zone=zone, now=now, ways=PAGES)
        entry = BalanceLogged(at=now, person=person, start=start, timed=timed, minutes=minutes)
        self._say(person, entry)
        said = _("Logged: {practice}.", practice=logged_text(entry, zone))
        return f"{said} {note}".strip()

    def confirm_strength(self, person: str, day: dt.date, counts: bool | None) -> None:
        """Say whether a local day counts as a strength day; None: as its sets say."""
        now = dt.datetime.now(dt.UTC)
        if day > self._today(person):
            raise DashboardError(
                _("{date} is yet to come.", date=day), _("Confirm it when it is done.")
            )
        self._say(person, StrengthDay(at=now, person=person, date=day, counts=counts))

    def undo_logged(self, person: str) -> str:
        """Take back what was logged last; what that was.

        Raises:
            DashboardError: nothing was logged.
        """
        logged = self.known(person).logged
        if not logged:
            raise DashboardError(_("Nothing was logged that could be taken back."))
        last, now = logged[-1], dt.datetime.now(dt.UTC)
        entry = PracticeRemoved(at=now, person=person, start=last.start, exercise=what(last))
        self._say(person, entry)
        return _("Taken back: {practice}.", practice=logged_text(last, self.zone_of(person)))

    def set_note(self, person: str, week: str, text: str) -> str:
        """Write on the report of an ISO week; "" takes it back. What is written there now.

        Line breaks become spaces, control characters go.

        Raises:
            DashboardError: no such week, or it is too long.
        """
        found = one_line(text)
        if week_days(week) is None:
            raise DashboardError(
                _("“{week}” is not an ISO week.", week=week), _("Write it as 2026-W47.")
            )
        if len(found) > LONGEST_NOTE:
            raise DashboardError(
                _("The note has {count} characters.", count=len(found)),
                _("Shorten it to {most}; nothing was changed.", most=LONGEST_NOTE),
            )
        now = dt.datetime.now(dt.UTC)
        self._say(person, ReportNote(at=now, person=person, week=week, text=found))
        return found

    def excuse(self, person: str, days: Sequence[dt.date], why: str | None) -> None:
        """Mark local days as excused, for a reason; None: they count again."""
        now = dt.datetime.now(dt.UTC)
        said = (Excused(at=now, person=person, start=day, end=day, why=why) for day in days)
        self._say(person, *said)
