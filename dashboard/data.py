"""`Data`: all that a page, a report or a command may ask for."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl

from analytics.calendar import week_of
from analytics.errors import AnalyticsError
from analytics.person import PersonFacts
from analytics.practice import Practice
from analytics.week import Status, WeekReport
from dashboard import processes, reach
from dashboard.assignments import Said, assigned_anew, assignment_of, counted_anew, replaced
from dashboard.demo import MARKER, Progress, progress
from dashboard.display import Display, display_of, refuse
from dashboard.errors import DashboardError
from dashboard.explained import Explained, explained
from dashboard.facts import Facts, facts_entry, facts_of, mass_entry
from dashboard.freshening import Freshener
from dashboard.history import History
from dashboard.keeping import Keeping
from dashboard.kept import KeptWeeks
from dashboard.people_cards import PersonCard, cards, last_seen, new_person
from dashboard.persons import DEFAULT_NAME, DEFAULT_PERSON, local_zone, pick_person, shown_name
from dashboard.practice import PAGES, force_note, logged_text, practice_of, when
from dashboard.schedule.schedules import Schedules
from dashboard.scored import day_minutes, person_facts
from dashboard.shown import (
    Around,
    CollectorStatus,
    LastKnown,
    PersonView,
    Preview,
    Seen,
    SensorNotes,
    SensorView,
    find_sensor,
    kind_counts,
    kind_placements,
    kind_title,
    last_known,
    preview_of,
    sensor_notes,
    sensor_view,
)
from dashboard.targets import load_targets, target_sets
from dashboard.traces import Live
from devices.profile import Placement
from ingest.collector import CollectorState
from ingest.control import NotRunning, ask
from ingest.entries import (
    AnyEntry,
    Assignment,
    AssignmentRemoved,
    BalanceLogged,
    Entries,
    Excused,
    Person,
    PersonSet,
    PracticeRemoved,
    Registry,
    Sensor,
    SensorForgotten,
    SensorNamed,
    SetLogged,
    StrengthDay,
    what,
)
from ingest.errors import IngestError
from ingest.header import SUFFIX
from ingest.link import Seen as InTheAir
from ingest.link import short_address
from ingest.pairing import refuse_misfit
from ingest.session import State
from ingest.shake import Shaking
from ingest.store import Store, open_store
from ingest.weighing import weighed
from language.spoken import _, n_

T = TypeVar("T")
STATUS_S = 2.0
START_S = 20.0
POLL_S = 0.2
LONGEST_NAME = 40
NOTES_S = 1.0


def open_data(home: Path, *, radio: str = "auto") -> Data:
    """The facade of one home folder."""
    return Data(home, radio=radio)


def _told(call: Callable[[], T]) -> T:
    """The result of a call into another room, its errors as this room's."""
    try:
        return call()
    except (IngestError, AnalyticsError) as error:
        raise DashboardError(error.problem, error.advice) from error


class Data:
    """Reads the store briefly, speaks to the collector, appends entries. Nothing is held open."""

    limited = False
    """Whether whoever asks may see some persons alone; see `dashboard.share.limited`."""

    def __init__(self, home: Path, *, radio: str) -> None:
        self.home = home
        self._radio = radio
        self._entries = Entries(home)
        self._kept = KeptWeeks(home)
        self._freshener = Freshener(home)
        self.history = History(home, self._kept)
        self.keeping = Keeping(home)
        self.live = Live(home)
        self.schedule = Schedules(home)

    @property
    def demo(self) -> bool:
        """Whether what this folder holds is simulated."""
        return (self.home / MARKER).exists()

    # Persons and weeks --------------------------------------------------------------------

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
        _told(lambda: self._entries.append(said))
        return said.person

    def method_of(self, person: str) -> Explained:
        """The rules that hold for a person today, and worked examples of the dose.

        Raises:
            DashboardError: nobody is called that, or the chosen target set cannot be used.
        """
        known = self._registry().persons.get(person)
        protocol = _told(lambda: load_targets(self.home, known.targets if known else None))
        return explained(self._facts(person), protocol, self._today(person))

    def pick(self, wanted: str | None) -> str:
        """The person meant: the one named, else the only one.

        Raises:
            DashboardError: unknown, or several and none was named.
        """
        return pick_person(self._registry().persons, wanted)

    def weeks(self, person: str) -> list[str]:
        """ISO weeks of which the person has minutes or logged practice, and the current one; newest
        first."""
        on, known = _told(lambda: self._kept.basis(person)), self._registry().persons.get(person)
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
        found = _told(lambda: self._kept.week(person, week, now=now, demo=self.demo))
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
        lines = _told(lambda: self._kept.lines(person, past[:4], now=now, progress=None))
        for week, found in lines.items():
            if found.line.status in (Status.COMPLETE, Status.PARTIAL):
                return week
        return past[0] if past else weeks[0]

    def version(self) -> int:
        """Changes whenever something that a week shows may have changed."""
        return _told(self._kept.version) * 1_000_000 + self._entries.size()

    def _facts(self, key: str) -> PersonFacts:
        return person_facts(self._registry(), key)

    def _today(self, person: str) -> dt.date:
        return dt.datetime.now(self._facts(person).time_zone).date()

    def _read(self, query: Callable[[Store], T]) -> T:
        def read() -> T:
            with open_store(self.home) as store:
                return query(store)

        return _told(read)

    def _registry(self) -> Registry:
        return self._kept.registry()

    def first_run(self) -> bool:
        """Whether nobody was named, nothing was paired and nothing was ever recorded."""
        known = self._registry()
        if known.persons or known.sensors or self.progress() is not None:
            return False
        return next((self.home / "recordings").glob(f"*/*/*{SUFFIX}"), None) is None

    # What a person says -----------------------------------------------------------------------

    def known(self, person: str) -> Person:
        """What is said of a person, and the body masses that a paired scale measured too."""
        registry = self._registry()

        def read() -> Registry:
            with open_store(self.home) as store:
                return weighed(store, registry)

        found = _told(lambda: self._kept.unchanged("weighed", read)).persons.get(person)
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

    def excuse(self, person: str, days: Sequence[dt.date], why: str | None) -> None:
        """Mark local days as excused, for a reason; None: they count again."""
        now = dt.datetime.now(dt.UTC)
        said = (Excused(at=now, person=person, start=day, end=day, why=why) for day in days)
        self._say(person, *said)

    def _say(self, person: str, *entries: AnyEntry) -> None:
        self.introduce(person)
        _told(lambda: self._entries.append(*entries))

    # Sensors and the collector --------------------------------------------------------------

    def status(self) -> CollectorStatus:
        """The collector, running or not, and every paired sensor. Never raises."""
        try:
            state = msgspec.convert(ask(self.home, "status", timeout_s=STATUS_S), CollectorState)
        except NotRunning:
            message = _("Nothing is being recorded: the collector is not running.")
            return self._status(None, message)
        except IngestError as error:
            return self._status(None, str(error))
        return self._status(state, _message(state))

    def _status(self, state: CollectorState | None, message: str) -> CollectorStatus:
        known = {status.sensor: status for status in state.sensors} if state else {}
        active = self._registry().active
        last = self._last(active) if len(known) < len(active) else {}
        sensors = tuple(sensor_view(s, known.get(s.key), last.get(s.key)) for s in active)
        return CollectorStatus(
            running=state is not None,
            radio=state.radio if state else self._radio,
            recording=state.recording if state else False,
            message=message,
            sensors=sensors,
            notice=state.notice if state else "",
        )

    def _last(self, sensors: Sequence[Sensor]) -> dict[str, LastKnown]:
        """What the store knows of sensors that nobody listens to now; nothing while it is busy."""

        def read() -> dict[str, LastKnown]:
            with open_store(self.home, patience_s=0.0) as store:
                return {key: last_known(store, key) for key in keys}

        keys = [sensor.key for sensor in sensors]
        try:
            return self._kept.unchanged(f"last {keys}", read)
        except IngestError:
            return {}

    def start_collector(self) -> None:
        """Start a collector in a process of its own, unless one runs, and wait until it answers.

        Raises:
            DashboardError: it does not start.
        """
        if self.status().running:
            return
        words = processes.command(self.home, "record", radio=self._radio)
        log = self.home / "logs" / "record.log"
        child = processes.spawn(words, log)
        for _try in range(round(START_S / POLL_S)):
            if self.status().running:
                return
            if child.poll() is not None:
                break
            time.sleep(POLL_S)
        raise DashboardError(
            _("The collector did not start. {reason}", reason=processes.last_line(log)),
            _("Run 'legload doctor' to see what stands in the way."),
        )

    def freshen(self) -> None:
        """Have the store catch up soon, in another process; `version` tells when it has."""
        self._freshener.soon()

    def set_recording(self, on: bool) -> None:
        """Start or stop recording every paired sensor."""
        _told(lambda: ask(self.home, "record", on=on))

    def scan(self, seconds: float = 4.0) -> Around:
        """What is in the air; the collector looks, and is started if need be."""
        self.start_collector()
        found = _told(lambda: reach.sweep(self.home, None, seconds))
        return Around(sensors=tuple(map(self._seen, found.sensors)), others=found.others)

    def _seen(self, seen: InTheAir) -> Seen:
        paired = {s.address: s.called or s.key for s in self._registry().active}
        return Seen(
            address=seen.address,
            short=short_address(seen.address),
            name=seen.name,
            profiles=seen.profiles,
            title=kind_title(seen.profiles),
            rssi=seen.rssi,
            paired_as=paired.get(seen.address),
            placements=kind_placements(seen.profiles),
            counts=kind_counts(seen.profiles),
        )

    def shake(self) -> None:
        """Begin to look for the sensor that somebody shakes; `shaking` tells how far that is."""
        self.start_collector()
        _told(lambda: reach.begin_shake(self.home))

    def shaking(self) -> tuple[Shaking, Seen | None] | None:
        """How far the search is, and the sensor once it was found; None: nobody asked for it."""
        now = _told(lambda: reach.shake_progress(self.home))
        if now is None:
            return None
        return now, self._seen(now.found) if now.found else None

    def preview(self, address: str, seconds: float = 6.0) -> Preview:
        """What a sensor says right now, before it is saved."""
        self.start_collector()
        return preview_of(_told(lambda: reach.preview(self.home, None, address, seconds)))

    def pair(
        self,
        address: str,
        *,
        placement: str,
        person: str,
        load_kg: float = 0.0,
        counts: str | None = None,
    ) -> str:
        """Save a sensor and where it sits; its key."""
        self.start_collector()
        place = Placement(placement)
        self.introduce(person)
        return _told(
            lambda: reach.pair(
                self.home,
                None,
                address,
                placement=place,
                person=person,
                load_kg=load_kg,
                counts=counts,
            )
        )

    def introduce(self, person: str) -> None:
        """Enter the person who is there before anybody was named."""
        if person == DEFAULT_PERSON and person not in self._registry().persons:
            now = dt.datetime.now(dt.UTC)
            entry = PersonSet(at=now, person=person, name=DEFAULT_NAME, zone=local_zone())
            _told(lambda: self._entries.append(entry))

    def forget(self, sensor: str) -> None:
        """Stop listening to a sensor; what it recorded stays."""
        sensor = self._sensor(sensor).key
        now = dt.datetime.now(dt.UTC)
        _told(lambda: self._entries.append(SensorForgotten(at=now, sensor=sensor)))

    def rename(self, sensor: str, name: str) -> None:
        """Call a sensor by another name, which stays its own however it is paired; "": as before.

        Raises:
            DashboardError: it cannot be a name, or another sensor that is paired has it.
        """
        word = " ".join(name.split())
        if len(word) > LONGEST_NAME or not word.isprintable():
            raise DashboardError(
                _("'{name}' cannot be a name.", name=name[:LONGEST_NAME]),
                _("Use up to {most} letters, digits and spaces.", most=LONGEST_NAME),
            )
        found, now = self._sensor(sensor), dt.datetime.now(dt.UTC)
        for other in self._registry().active if word else ():
            taken = other.key != found.key and word.casefold() in (
                other.called.casefold(),
                other.key,
            )
            if taken:
                raise DashboardError(
                    _("{key} is called {name!r} already.", key=other.key, name=word),
                    _("Choose another name, or rename that one first."),
                )
        _told(lambda: self._entries.append(SensorNamed(at=now, sensor=found.key, name=word)))

    def replace(self, sensor: str, address: str) -> str:
        """Have another sensor take the place of a paired one from now on; the new one's key."""
        self.start_collector()
        old = self._sensor(sensor)
        return _told(lambda: reach.put_in_place(self.home, None, old, address))

    def assign(
        self,
        sensor: str,
        *,
        placement: str | None = None,
        person: str | None = None,
        load_kg: float | None = None,
        counts: str | None = None,
        since: dt.date | None = None,
        correct: dt.datetime | None = None,
    ) -> tuple[Assignment, ...]:
        """Say anew where a sensor sits; None keeps what was said. Stored minutes are scored again.

        since: it holds from that local day on, or from that instant. correct: when the assignment
        began that is meant, which then begins at `since`, or when it did. Neither: the one in force
        is corrected. Returned are the assignments that were replaced.

        Raises:
            DashboardError: unknown sensor, person or assignment, a place where it cannot sit, or a
                day that is yet to come.
        """
        found = self._sensor(sensor)
        place = Placement(placement) if placement else None
        before = found.current.counts if found.current else None
        new = None if counts == before else counts
        _told(lambda: refuse_misfit(found.profiles, placement=place, load_kg=load_kg, counts=new))
        wanted = Said(
            placement=placement,
            person=self.pick(person) if person else None,
            load_kg=load_kg,
            counts=counts,
        )
        zone = self.zone_of(wanted.person or (found.current.person if found.current else None))
        now = dt.datetime.now(dt.UTC)
        said = assigned_anew(
            found, wanted, now=now, zone=zone, alone=self.pick, since=since, correct=correct
        )
        _told(lambda: self._entries.append(*said))
        return replaced(found, said)

    def recount(self, sensor: str, counts: str) -> None:
        """Say what a foot pod's cadence counts, and counted ever since it was paired."""
        found = self._sensor(sensor)
        _told(lambda: refuse_misfit(found.profiles, counts=counts))
        said = counted_anew(found, counts, now=dt.datetime.now(dt.UTC))
        _told(lambda: self._entries.append(*said))

    def unassign(self, sensor: str, began: dt.date) -> None:
        """Remove an assignment that was never so; the one before it holds on.

        began: the instant it did (aware, or on its wearer's clock), or the day.

        Raises:
            DashboardError: there is none, there are several, or it is the only one.
        """
        found = self._sensor(sensor)
        one = assignment_of(found, began, self.zone_of)
        entry = AssignmentRemoved(at=dt.datetime.now(dt.UTC), sensor=found.key, since=one.since)
        _told(lambda: self._entries.append(entry))

    def zone_of(self, person: str | None) -> dt.tzinfo:
        """The time zone that a person's days are told in; this computer's where nobody is."""
        registry = self._registry()
        return person_facts(
            registry, person if person in registry.persons else DEFAULT_PERSON
        ).time_zone

    def notes(self) -> dict[str, SensorNotes]:
        """What is known of each sensor ever paired, by key; little while the store is busy."""
        sensors = self._registry().sensors.values()

        def read() -> dict[str, SensorNotes]:
            with open_store(self.home, patience_s=NOTES_S) as store:
                return {s.key: sensor_notes(store, s, self._midnight(s)) for s in sensors}

        today = [str(self._midnight(sensor)) for sensor in sensors]
        try:
            return self._kept.unchanged(f"notes {today}", read)
        except IngestError:
            return {s.key: SensorNotes(assignments=s.assignments) for s in sensors}

    def _midnight(self, sensor: Sensor) -> dt.datetime:
        zone = self.zone_of(sensor.current.person if sensor.current else None)
        today = dt.datetime.now(zone).date()
        return dt.datetime.combine(today, dt.time(), zone).astimezone(dt.UTC)

    def sensor(self, wanted: str) -> SensorView:
        """One sensor, paired or forgotten: by key, name or address.

        Raises:
            DashboardError: none is meant, or several are.
        """
        found = self._sensor(wanted)
        active = (view for view in self.status().sensors if view.key == found.key)
        return next(active, None) or sensor_view(found, None, self._last([found]).get(found.key))

    def forgotten(self) -> list[SensorView]:
        """Sensors that nobody listens to any more; what they recorded counts all the same."""
        sensors = self._registry().sensors.values()
        return [sensor_view(sensor, None, None) for sensor in sensors if sensor.forgotten]

    def progress(self) -> Progress | None:
        """How far the demo's history is, or None."""
        return progress(self.home) if self.demo else None

    def _sensor(self, key: str) -> Sensor:
        return find_sensor(self._registry(), key)


def _message(state: CollectorState) -> str:
    """What the collector is doing, in one sentence."""
    if not state.recording:
        return _("Recording is paused.")
    if not state.sensors:
        return _("Ready over {radio}; no sensor is paired yet.", radio=state.radio)
    streaming = sum(sensor.state is State.STREAMING for sensor in state.sensors)
    return n_(
        "Recording {streaming} of {count} sensor, over {radio}.",
        "Recording {streaming} of {count} sensors, over {radio}.",
        len(state.sensors),
        streaming=streaming,
        radio=state.radio,
    )
