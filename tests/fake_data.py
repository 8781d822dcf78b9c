"""`Data` without a store or a collector: what a page asks for, and a log of what it did."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import polars as pl

from analytics.frames import Minutes
from analytics.person import PersonFacts
from analytics.protocol import default_protocol
from analytics.week import WeekReport
from dashboard import taking_in
from dashboard.data import Data
from dashboard.demo import Progress
from dashboard.display import Display
from dashboard.errors import DashboardError
from dashboard.explained import Explained, explained
from dashboard.facts import Facts, facts_of
from dashboard.keeping import Job
from dashboard.people_cards import PersonCard
from dashboard.reporting import Reporting
from dashboard.reports.identity import unnamed
from dashboard.schedule.backups import Backups
from dashboard.schedule.plan import Host, Ran
from dashboard.schedule.schedules import Schedules
from dashboard.shown import (
    Around,
    CollectorStatus,
    PersonView,
    Preview,
    Seen,
    SensorNotes,
    SensorView,
)
from dashboard.traces import Trace
from devices import PROFILES
from devices.rsc_counts import Counted
from ingest.entries import Person
from ingest.erasing import Receipt
from ingest.importers.imported import Imported, Told
from ingest.importers.looking import Look
from ingest.live import LiveValue
from ingest.shake import Shaking
from ingest.stretches import Scope
from tests import sample_week
from tests.fake_history import FakeHistory

_HOMES = itertools.count()
NOWHERE = Path("/nonexistent/legload")
NO_COMPUTER = Host(folder=NOWHERE, platform="linux", environment={}, run=lambda _: Ran(code=1))
NOON = dt.datetime(2026, 11, 19, 12, 0, tzinfo=dt.UTC)


def cadence(value: float | None, age_s: float) -> LiveValue:
    return LiveValue(label="cadence", value=value, unit="steps/min", age_s=age_s)


def sensor(key: str, title: str, placement: str, state: str) -> SensorView:
    """A paired sensor in one state."""
    return SensorView(
        key=key,
        profiles=tuple(k for k, one in PROFILES.items() if title in (one.title, one.family)),
        title=title,
        name=f"{title.upper()}-{key}",
        person="anna",
        placement=placement,
        load_kg=0.0,
        counts="strides" if title == "Foot pod" else None,
        state=state,
        detail="" if state == "streaming" else "No packet for 20 s. Move closer to the computer.",
        battery_percent=82.0,
        battery_at=NOON,
        last_seen=NOON,
        since=NOON,
        notifications=1234,
        malformed=3,
        live=(
            cadence(112.0, 0.4 if state == "streaming" else 20.0),
            LiveValue(label="speed", value=1.4, unit="m/s", age_s=0.4),
            LiveValue(label="battery", value=82.0, unit="%", age_s=0.4),
        ),
    )


def seen(address: str, title: str, name: str, rssi: int, counts: str | None) -> Seen:
    """A sensor in the air."""
    placements = ("right-foot", "left-foot") if counts else ("chest",)
    return Seen(
        address=address,
        short=f"…{address[-5:]}",
        name=name,
        profiles=("rsc",) if counts else ("heart_rate",),
        title=title,
        rssi=rssi,
        paired_as=None,
        placements=placements,
        counts=counts,
    )


AIR = (
    seen("C0:FF:EE:00:00:01", "Foot pod", "StridePod 4F", -58, "strides"),
    seen("C0:FF:EE:00:00:02", "Heart rate strap", "![x](http://example.org/x.png)<b>", -83, None),
)


class FakeLive:
    """A minute of every sensor that is told, with a gap of 20 s in the middle."""

    def traces(self, sensors: Sequence[SensorView]) -> dict[str, Trace]:
        first = tuple((60.0 - second, 100.0 + second % 7) for second in range(20))
        last = tuple((20.0 - second, 110.0 + second % 5) for second in range(20))
        return {
            one.key: Trace(label="cadence", unit="steps/min", runs=(first, last)) for one in sensors
        }


@dataclass
class FakeKeeping:
    """Jobs that are over at once, or run for ever; `done` is what pages asked for."""

    done: list[tuple[object, ...]]
    result: Mapping[str, Any] | None = None
    running: bool = False
    error: str = ""
    stopped: bool = False
    is_big: bool = False

    def preview(self, scope: Scope) -> Receipt:
        self.done.append(("preview", scope))
        return Receipt(
            at=NOON, done=False, what="person", recordings=3, bytes=4_200_000, minutes=90
        )

    def erase(self, scope: Scope) -> str:
        self.done.append(("erase", scope))
        return "job"

    def unfinished(self) -> bool:
        return self.stopped

    def finish(self) -> str:
        self.done.append(("finish",))
        return "job"

    def receipt(self, job: Job) -> Receipt | None:
        return Receipt(at=NOON, done=True, what="person", recordings=3) if job.result else None

    def take_back_mass(self, person: str, date: dt.date) -> None:
        self.done.append(("take back", person, date))

    def kinds(self) -> list[str]:
        return [".legrec", ".csv"]

    def take_in(
        self, person: str, files: Iterable[tuple[str, bytes]], told: Told | None = None
    ) -> str:
        self.done.append(("import", person, [name for name, _ in files], told))
        return "job"

    def take_in_path(self, person: str, path: str, told: Told | None = None) -> str:
        self.done.append(("import path", person, path, told))
        return "job"

    def look(self, person: str, name: str, content: bytes, told: Told) -> Look:
        return taking_in.looked_at(Path("/nowhere"), person, name, content, told)

    def meanings(self) -> dict[str, str]:
        return taking_in.meanings()

    def imported(self, job: Job) -> tuple[Imported, ...]:
        return taking_in.imported(job.result)

    def big(self) -> bool:
        return self.is_big

    def export(self, person: str | None, out: Path | None) -> str:
        self.done.append(("export", person, out))
        return "job"

    def exported(self, job: str) -> bytes | None:
        return None if self.is_big else b"zip"

    def backup(self, folder: Path, keep: int) -> str:
        self.done.append(("backup", folder, keep))
        return "job"

    def last_backup(self) -> dt.datetime | None:
        return None

    def make_reports(
        self,
        whose: str | None,
        weeks: tuple[str, str],
        formats: Iterable[str],
        *,
        named: bool,
        one_table: bool,
    ) -> str:
        self.done.append(("reports", whose, weeks, tuple(formats), named, one_table))
        return "report-1"

    def send_report(self, person: str, week: str, key: str, *, named: bool) -> str:
        self.done.append(("send", person, week, key, named))
        return "report-2"

    def job(self, name: str) -> Job:
        if self.running:
            return Job(running=True, share=0.4)
        return Job(running=False, result=self.result, error=self.error)

    def drop(self, name: str) -> None:
        self.done.append(("drop", name))


@dataclass
class FakeReporting:
    """Reports of the fake's weeks; to: who gets them by e-mail."""

    week: Callable[[str, str], WeekReport]
    to: tuple[str, ...] = ()
    error: DashboardError | None = None

    def code(self, person: str) -> str:
        return f"P-{person.upper()}"

    def report(self, person: str, week: str, *, named: bool) -> WeekReport:
        found = self.week(person, week)
        return found if named else unnamed(found, self.code(person))

    def recipients(self) -> tuple[str, ...]:
        if self.error is not None:
            raise self.error
        return self.to

    def between(self, first: str, last: str) -> tuple[str, ...]:
        return Reporting(cast("Data", None)).between(first, last)


@dataclass
class FakeData:
    """Weeks by name; sensors and errors as the test sets them; `done` is what pages asked for."""

    weeks_by_name: dict[str, WeekReport]
    demo: bool = False
    limited: bool = False
    running: bool = True
    recording: bool = False
    sensors: tuple[SensorView, ...] = ()
    loading: Progress | None = None
    error: DashboardError | None = None
    done: list[tuple[object, ...]] = field(default_factory=list)
    count: int = 1
    loads: bool = False  # something new each time somebody looks
    others: int = 0
    search: tuple[Shaking, Seen | None] | None = None
    counted: Counted | None = None
    notes_by_key: dict[str, SensorNotes] = field(default_factory=dict)
    gone: tuple[SensorView, ...] = ()
    said: Facts = field(default_factory=lambda: facts_of(Person(key="anna", name="Anna")))
    masses: tuple[tuple[dt.date, float], ...] = ()
    told: pl.DataFrame = field(default_factory=Minutes.create_empty)
    cards: tuple[PersonCard, ...] = ()
    home: str = field(default_factory=lambda: f"home-{next(_HOMES)}")
    live: FakeLive = field(default_factory=FakeLive)
    fresh: bool = False  # nobody was named yet
    reads: Display = field(default_factory=Display)
    schedule: Schedules = field(default_factory=lambda: Schedules(NOWHERE, NO_COMPUTER))
    history: FakeHistory = field(default_factory=FakeHistory)

    backups: Backups = field(default_factory=lambda: Backups(NOWHERE, NO_COMPUTER))
    notes_by_week: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def reporting(self) -> FakeReporting:
        return FakeReporting(self.week)

    @functools.cached_property
    def keeping(self) -> FakeKeeping:
        return FakeKeeping(self.done)

    def persons(self) -> list[PersonView]:
        return [PersonView(key="anna", name="Anna Schröder"), PersonView(key="bo", name="Bo")]

    def people(self, progress: Callable[[int, int], None] | None = None) -> tuple[PersonCard, ...]:
        self._fail()
        if progress:
            progress(0, len(self.cards))
        self.done.append(("people",))
        return self.cards

    def introduce(self, person: str) -> None:
        self.done.append(("introduce", person))
        self.fresh = False

    def add_person(self, name: str) -> str:
        self._fail()
        self.done.append(("add", name))
        return name.casefold()

    def method_of(self, person: str) -> Explained:
        self._fail()
        facts = PersonFacts(key=person, name="Anna", zone="UTC", birth_year=self.said.birth_year)
        return explained(facts, default_protocol(), NOON.date())

    def weeks(self, person: str) -> list[str]:
        return list(self.weeks_by_name)

    def week(self, person: str, week: str) -> WeekReport:
        self._fail()
        self.done.append(("week", person, week))
        return replace(self.weeks_by_name[week], demo=self.demo)

    def minutes(self, person: str, day: dt.date) -> pl.DataFrame:
        self.done.append(("minutes", person, day))
        return self.told

    def known(self, person: str) -> Person:
        notes = tuple(self.notes_by_week.items())
        return Person(key=person, name="Anna", masses=self.masses, notes=notes)

    def set_note(self, person: str, week: str, text: str) -> str:
        self._fail()
        self.done.append(("note", person, week, text))
        self.notes_by_week[week] = text
        return text

    def facts(self, person: str) -> Facts:
        return self.said

    def first_run(self) -> bool:
        return self.fresh

    def display(self, person: str) -> Display:
        return self.reads

    def set_display(self, person: str, display: Display) -> None:
        self.done.append(("display", person, display))
        self.reads = display

    def set_name(self, person: str, name: str) -> None:
        self._fail()
        self.done.append(("name", person, name))

    def target_sets(self) -> list[str]:
        return ["default", "clinic"]

    def set_facts(self, person: str, facts: Facts) -> bool:
        self._fail()
        changed, self.said = facts != self.said, facts
        self.done.append(("facts", person))
        return changed

    def set_mass(self, person: str, kg: float, since: dt.date) -> None:
        self._fail()
        self.done.append(("mass", person, kg))

    def log_set(self, person: str, exercise: str, repetitions: int, **more: object) -> str:
        self._fail()
        self.done.append(("set", person, exercise, repetitions, more))
        return "Logged: squat."

    def log_balance(self, person: str, minutes: float, **more: object) -> str:
        self._fail()
        self.done.append(("balance", person, minutes, more))
        return "Logged: balance."

    def confirm_strength(self, person: str, day: dt.date, counts: bool | None) -> None:
        self._fail()
        self.done.append(("strength", person, day, counts))

    def undo_logged(self, person: str) -> str:
        self._fail()
        self.done.append(("undo", person))
        return "Taken back: squat."

    def excuse(self, person: str, days: Sequence[dt.date], why: str | None) -> None:
        self._fail()
        self.done.append(("excuse", person, tuple(days), why))

    def version(self) -> int:
        self.count += self.loads
        return self.count

    def status(self) -> CollectorStatus:
        doing = "Recording 3 sensors" if self.recording else "Recording is paused"
        return CollectorStatus(
            running=self.running,
            radio="virtual",
            recording=self.recording,
            message=f"{doing}, over virtual." if self.running else "Nothing is being recorded.",
            sensors=self.sensors,
        )

    def start_collector(self) -> None:
        self.done.append(("start",))
        self.running = True

    def set_recording(self, on: bool) -> None:
        self._fail()
        self.done.append(("record", on))
        self.recording = on

    def scan(self, seconds: float = 4.0) -> Around:
        self._fail()
        self.done.append(("scan",))
        return Around(sensors=AIR, others=self.others)

    def shake(self) -> None:
        self._fail()
        self.done.append(("shake",))

    def shaking(self) -> tuple[Shaking, Seen | None] | None:
        return self.search

    def preview(self, address: str, seconds: float = 4.0) -> Preview:
        self._fail()
        self.done.append(("preview", address))
        found = next(seen for seen in AIR if seen.address == address)
        return Preview(
            title=found.title,
            placements=found.placements,
            default_counts=found.counts,
            live=(cadence(96.0, 0.2),),
            battery_percent=87.0,
            counts=self.counted,
        )

    def pair(
        self,
        address: str,
        *,
        placement: str,
        person: str,
        load_kg: float = 0.0,
        counts: str | None = None,
    ) -> str:
        self._fail()
        self.done.append(("pair", address, placement, person, load_kg, counts))
        added = sensor("new", "Foot pod", placement, "streaming")
        self.sensors = (*self.sensors, added)
        return added.key

    def forget(self, sensor: str) -> None:
        self.done.append(("forget", sensor))
        self.sensors = tuple(s for s in self.sensors if s.key != sensor)

    def assign(self, sensor: str, **said: object) -> None:
        self.done.append(("assign", sensor, said))

    def recount(self, sensor: str, counts: str) -> None:
        self.done.append(("recount", sensor, counts))

    def unassign(self, sensor: str, began: dt.datetime) -> None:
        self.done.append(("unassign", sensor, began))

    def rename(self, sensor: str, name: str) -> None:
        self.done.append(("rename", sensor, name))

    def replace(self, sensor: str, address: str) -> str:
        self.done.append(("replace", sensor, address))
        return "new"

    def notes(self) -> dict[str, SensorNotes]:
        return self.notes_by_key

    def forgotten(self) -> list[SensorView]:
        return list(self.gone)

    def zone_of(self, person: str) -> dt.tzinfo:
        return dt.UTC

    def freshen(self) -> None:
        self.done.append(("freshen",))

    def progress(self) -> Progress | None:
        return self.loading

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


def data(fake: object) -> Data:
    """The fake where a page asks for `Data`."""
    return cast("Data", fake)


def history(newest: Callable[[], WeekReport]) -> dict[str, WeekReport]:
    """The week to look at as the current one, and two before it."""
    names = ("2026-W47", "2026-W46", "2026-W45")
    weeks = (newest(), sample_week.complete(), sample_week.no_data())
    return {
        name: replace(
            report,
            week=name,
            start=report.start - dt.timedelta(weeks=index),
            end=report.end - dt.timedelta(weeks=index),
        )
        for index, (name, report) in enumerate(zip(names, weeks, strict=True))
    }


def three_sensors() -> tuple[SensorView, ...]:
    """One that streams, one that is stale, one that is lost."""
    return (
        sensor("pod", "Foot pod", "right-foot", "streaming"),
        sensor("leg", "Motion sensor", "left-shank", "stale"),
        sensor("hr", "Heart rate strap", "chest", "lost"),
    )
