"""What a person types, kept as an append-only file that is the truth beside the recordings.

One line an entry: `crc32 json`. A line is on the disk before it takes effect; the store's tables
of persons, sensors and assignments are a projection of `fold(entries)` and are rebuilt from it.
"""

from __future__ import annotations

import datetime as dt
import errno
import logging
import os
import re
import stat
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import replace as _replace
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from filelock import FileLock
from msgspec import UNSET, UnsetType

from devices.profile import Placement
from ingest.errors import IngestError
from language.spoken import _, mark, n_

log = logging.getLogger(__name__)

MOST_EXCUSED_DAYS = 366  # in one entry
MOST_LOAD_KG = 200.0  # carried (design)
MOST_LIFTED_KG = 500.0  # in a set: bar or sled (design)
MOST_REPETITIONS = 1000  # of a set (design)
MOST_SETS = 50  # said at once (design)
LEAST_BALANCE_MIN, MOST_BALANCE_MIN = 1.0, 600.0  # said at once (design)
RESTING_BPM = (20, 150)  # heart rate at rest (design)
LONGEST_NAME = 200  # characters (design)
LONGEST_NOTE = 1000  # characters of a note on a week's report (design)
BALANCE = "balance"  # what a removal calls balance practice
AHEAD = dt.timedelta(days=1)  # practice may be so far ahead of when it was said: clocks differ
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")  # a local time of day
ISO_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
YEARS = range(1900, 2200)  # what a date or instant in an entry may be of

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Small = Annotated[int, msgspec.Meta(ge=0, le=9999)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """Something a person said, and when (UTC)."""

    at: Instant


class PersonSet(Entry, frozen=True, kw_only=True, tag="person"):
    """Facts about a person; an unset field leaves what was said before."""

    person: str
    name: str | UnsetType = UNSET
    birth_year: Small | UnsetType | None = UNSET
    sex: str | UnsetType | None = UNSET  # female, male
    zone: str | UnsetType = UNSET  # IANA
    hr_max: Small | UnsetType | None = UNSET
    hr_rest: Small | UnsetType | None = UNSET
    use_heart_rate: bool | UnsetType = UNSET
    no_score: bool | UnsetType = UNSET
    logs_strength: bool | UnsetType = UNSET  # all of it, so a day without an entry had none
    logs_balance: bool | UnsetType = UNSET
    targets: str | UnsetType | None = UNSET  # key of a target set; None: the default
    wakes: str | UnsetType | None = UNSET  # usual local time, "HH:MM"; None: as the target set says
    sleeps: str | UnsetType | None = UNSET
    language: str | UnsetType | None = UNSET  # a code; None: as the browser or the system says
    units: str | UnsetType = UNSET  # metric, imperial
    large_type: bool | UnsetType = UNSET


class BodyMassSet(Entry, frozen=True, kw_only=True, tag="body_mass"):
    """Body mass in kg from a date on."""

    person: str
    date: dt.date
    kg: float


class SensorPaired(Entry, frozen=True, kw_only=True, tag="paired"):
    """A sensor was paired: `identity` is its serial number, or its address where it has none."""

    sensor: str
    identity: str
    address: str
    name: str
    profiles: tuple[str, ...]


class Assigned(Entry, frozen=True, kw_only=True, tag="assigned"):
    """From `since` on, a sensor sits there, on that person. A later entry corrects an earlier."""

    sensor: str
    person: str
    placement: Placement
    since: Instant
    load_kg: float = 0.0
    counts: str | None = None  # strides, steps; None: as the profile says


class SensorForgotten(Entry, frozen=True, kw_only=True, tag="forgotten"):
    """A sensor is no longer listened to; what it recorded stays."""

    sensor: str


class AssignmentRemoved(Entry, frozen=True, kw_only=True, tag="assignment_removed"):
    """The assignment that began at `since` was never so; the one before it holds on."""

    sensor: str
    since: Instant


class SensorNamed(Entry, frozen=True, kw_only=True, tag="named"):
    """What a person calls a sensor, whatever it calls itself; empty: as it calls itself."""

    sensor: str
    name: str


class Excused(Entry, frozen=True, kw_only=True, tag="excused"):
    """Days (both inclusive, local) that leave every mean and end every run; why=None: not so."""

    person: str
    start: dt.date
    end: dt.date
    why: str | None


class SetLogged(Entry, frozen=True, kw_only=True, tag="set"):
    """Sets of one leg exercise, one after another.

    repetitions: of each set, on each leg that works; timed: false where only the local day is
    known, and start is its noon then; date: that day, wherever the person lives later.
    """

    person: str
    start: Instant
    exercise: str  # a key of the table of exercises
    repetitions: int
    sets: int = 1
    load_kg: float | None = None
    angle_deg: float | None = None  # of a leg press's sled to the floor
    leg: str | None = None  # left, right; None: both
    timed: bool = True
    date: dt.date | None = None


class BalanceLogged(Entry, frozen=True, kw_only=True, tag="balance"):
    """Balance or multicomponent practice; timed and date as of a set."""

    person: str
    start: Instant
    minutes: float
    timed: bool = True
    date: dt.date | None = None


class PracticeRemoved(Entry, frozen=True, kw_only=True, tag="practice_removed"):
    """What was said last of that exercise (or of `BALANCE`) at that instant was never so."""

    person: str
    start: Instant
    exercise: str


class StrengthDay(Entry, frozen=True, kw_only=True, tag="strength_day"):
    """Whether a local day counts as a strength day, whatever is known; None: as is known."""

    person: str
    date: dt.date
    counts: bool | None


class ReportNote(Entry, frozen=True, kw_only=True, tag="note"):
    """What a clinician, or whoever hands it over, wrote on a week's report; "": none any more."""

    person: str
    week: str  # ISO, such as 2026-W47
    text: str


AnyEntry = (
    PersonSet
    | BodyMassSet
    | SensorPaired
    | Assigned
    | AssignmentRemoved
    | SensorForgotten
    | SensorNamed
    | Excused
    | SetLogged
    | BalanceLogged
    | PracticeRemoved
    | StrengthDay
    | ReportNote
)
Logged = SetLogged | BalanceLogged
OfPerson = (
    PersonSet
    | BodyMassSet
    | Excused
    | SetLogged
    | BalanceLogged
    | PracticeRemoved
    | StrengthDay
    | ReportNote
)

_DECODER: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as of now; None is unknown.

    logged: practice in the order in which it was said; strength_days: local dates that count as
    strength days, or do not, whatever is known; targets: key of a target set, None the default;
    wakes, sleeps: usual local times, "HH:MM"; notes: ISO weeks and what was written on their
    reports.
    """

    key: str
    name: str
    birth_year: int | None = None
    sex: str | None = None
    zone: str | None = None
    hr_max: int | None = None
    hr_rest: int | None = None
    use_heart_rate: bool = True
    no_score: bool = False
    logs_strength: bool = False
    logs_balance: bool = False
    targets: str | None = None
    wakes: str | None = None
    sleeps: str | None = None
    language: str | None = None
    units: str = "metric"
    large_type: bool = False
    masses: tuple[tuple[dt.date, float], ...] = ()
    excused: tuple[tuple[dt.date, str], ...] = ()
    logged: tuple[Logged, ...] = ()
    strength_days: tuple[tuple[dt.date, bool], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def mass_on(self, date: dt.date) -> float | None:
        """Body mass in kg as of a date: the latest said for that date or before, else the first."""
        before = [kg for day, kg in self.masses if day <= date]
        return before[-1] if before else (self.masses[0][1] if self.masses else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where a sensor sits from `since` until the next assignment of the same sensor."""

    since: dt.datetime
    person: str
    placement: Placement
    load_kg: float
    counts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A sensor that was paired; `forgotten` ones are kept for what they recorded.

    name: what the sensor calls itself; given: what a person calls it (empty: nothing yet).
    """

    key: str
    identity: str
    address: str
    name: str
    profiles: tuple[str, ...]
    forgotten: bool = False
    assignments: tuple[Assignment, ...] = ()
    given: str = ""

    @property
    def called(self) -> str:
        """The name to show: the given one, else its own."""
        return self.given or self.name

    @property
    def current(self) -> Assignment | None:
        """The latest assignment."""
        return self.assignments[-1] if self.assignments else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything the entries say, folded: persons and sensors by key, in the order first named."""

    persons: dict[str, Person] = field(default_factory=dict)
    sensors: dict[str, Sensor] = field(default_factory=dict)
    entries: int = 0

    @property
    def active(self) -> list[Sensor]:
        """Sensors that are listened to."""
        return [sensor for sensor in self.sensors.values() if not sensor.forgotten]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The entries folded, and what about them a person must know: a sentence each."""

    registry: Registry
    problems: tuple[str, ...] = ()


class Entries:
    """The entries of one home folder."""

    def __init__(self, home: Path) -> None:
        self.path = home / "entries.jsonl"
        self._lock = FileLock(home / "entries.lock", timeout=10, mode=0o600)

    def append(self, *entries: AnyEntry) -> None:
        """Write entries through to the disk.

        Raises:
            IngestError: the disk refuses (full, read-only), or an entry could not be read back;
                nothing was changed.
        """
        text = b"".join(_line(entry) for entry in entries)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock:
                self._write(text)
        except OSError as error:
            raise IngestError(
                mark("Could not write {file}: {why}."),
                mark(
                    "Nothing was changed. Free some space or check the folder's permissions, "
                    "then try again."
                ),
                file=self.path.name,
                why=error.strerror or error,
            ) from error

    def _write(self, text: bytes) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
            if size and os.read(descriptor, 1) != b"\n":
                text = b"\n" + text  # a torn last line stays visible as a damaged one
            written = os.write(descriptor, text)
            if written != len(text):
                os.ftruncate(descriptor, size)
                raise OSError(28, "no space left on the disk")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[AnyEntry]:
        """Every entry in the order written; damaged lines are left out and logged.

        Raises:
            IngestError: the file cannot be read.
        """
        parsed = self._parsed()
        for number, entry in parsed:
            if entry is None:
                log.warning("%s, line %d is damaged and was left out", self.path.name, number)
        return [entry for _number, entry in parsed if entry is not None]

    def damaged(self) -> int:
        """How many lines are damaged and left out.

        Raises:
            IngestError: the file cannot be read.
        """
        return sum(entry is None for _number, entry in self._parsed())

    def _parsed(self) -> list[tuple[int, AnyEntry | None]]:
        """Each line that is not empty: its number, and its entry unless it is damaged."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error) from error
        return [(number, _parse(line)) for number, line in enumerate(lines, 1) if line]

    def size(self) -> int:
        """Bytes written so far: changes exactly when an entry was added.

        Raises:
            IngestError: the file cannot be read.
        """
        try:
            found = self.path.stat()
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise self._unreadable(error) from error
        return found.st_size

    def _unreadable(self, error: OSError) -> IngestError:
        return IngestError(
            mark("Could not read {file}: {why}."),
            mark("Check that {path} is a file and that you may read it; nothing was changed."),
            file=self.path.name,
            path=self.path,
            why=error.strerror or error,
        )

    def registry(self) -> Registry:
        """What the entries say, folded.

        Raises:
            IngestError: the file cannot be read.
        """
        return fold(self.read())

    def reading(self) -> Reading:
        """What the entries say, folded, and what of the file could not be used.

        Raises:
            IngestError: the file cannot be read.
        """
        entries = self.read()
        problems = []
        if damaged := self.damaged():
            problems.append(
                n_(
                    "{count} line of {file} is damaged and was left out. "
                    "Restore {file} from a backup, or pair the sensors again.",
                    "{count} lines of {file} are damaged and were left out. "
                    "Restore {file} from a backup, or pair the sensors again.",
                    damaged,
                    file=self.path.name,
                )
            )
        problems += dict.fromkeys(
            _("An entry was left out: {why}. Say it again with other dates.", why=reason)
            for entry in entries
            if (reason := unusable(entry))
        )
        return Reading(registry=fold(entries), problems=tuple(problems))


def _parse(line: bytes) -> AnyEntry | None:
    checksum, _space, text = line.partition(b" ")
    try:
        if int(checksum, 16) == zlib.crc32(text):
            return _DECODER.decode(text)
    except (ValueError, msgspec.DecodeError, RecursionError):
        pass
    return None


def _line(entry: AnyEntry) -> bytes:
    """An entry as a line that reads back.

    Raises:
        IngestError: a value is of the wrong type, or out of range.
    """
    try:
        text = msgspec.json.encode(entry)
        _DECODER.decode(text)  # checked as given below: JSON makes null of not-a-number
        reason = unusable(entry) or _unfit(entry)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
        reason = str(error)
    if reason:
        kind = type(entry).__struct_config__.tag
        raise IngestError(
            mark("The entry ({kind}) could not be saved: {why}."),
            mark("Nothing was changed. Correct the value, then try again."),
            kind=kind,
            why=reason,
        )
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _unfit(entry: AnyEntry) -> str | None:
    """Why an entry is not written; one that was written earlier is read all the same."""
    if isinstance(entry, BalanceLogged) and entry.minutes < LEAST_BALANCE_MIN:
        return _balance_lasts()
    names = [getattr(entry, key, "") for key in ("person", "sensor", "name", "exercise", "targets")]
    if any(isinstance(name, str) and len(name) > LONGEST_NAME for name in names):
        return _("a name of more than {most} characters", most=LONGEST_NAME)
    if any(isinstance(name, str) and not name.isprintable() for name in names):
        return _("a name with control characters")
    if isinstance(entry, ReportNote) and len(entry.text) > LONGEST_NOTE:
        return _("a note of more than {most} characters", most=LONGEST_NOTE)
    if isinstance(entry, ReportNote) and not entry.text.isprintable():
        return _("a note with control characters")
    return None


def one_line(text: str) -> str:
    """Text without control characters, each stretch of blanks and line breaks as one space."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def week_days(week: str) -> tuple[dt.date, dt.date] | None:
    """Monday and Sunday of an ISO week such as 2026-W47; None: there is no such week."""
    if (match := ISO_WEEK.fullmatch(week)) is None:
        return None
    year, number = map(int, match.groups())
    try:
        return dt.date.fromisocalendar(year, number, 1), dt.date.fromisocalendar(year, number, 7)
    except ValueError:
        return None


def _balance_lasts() -> str:
    least, most = round(LEAST_BALANCE_MIN), round(MOST_BALANCE_MIN)
    return _("balance practice lasts {least} to {most} minutes", least=least, most=most)


def unusable(entry: AnyEntry) -> str | None:
    """Why an entry that reads well still cannot be used; None where it can."""
    values = [getattr(entry, name) for name in entry.__struct_fields__]
    for value in values:
        if isinstance(value, dt.date) and value.year not in YEARS:
            return _(
                "the year {year} is not between {first} and {last}",
                year=value.year,
                first=YEARS[0],
                last=YEARS[-1],
            )
    if reason := _out_of_bounds(entry):
        return reason
    if isinstance(entry, Excused) and (entry.end - entry.start).days >= MOST_EXCUSED_DAYS:
        return _("more than {most} days are excused at once", most=MOST_EXCUSED_DAYS)
    return None


def _out_of_bounds(entry: AnyEntry) -> str | None:
    """Why a load, count or time cannot be meant."""
    match entry:
        case Assigned() if entry.counts not in (None, "strides", "steps"):
            return _("a cadence counts strides or steps")
        case Assigned() if not 0 <= entry.load_kg <= MOST_LOAD_KG:
            return _("a load is 0 to {most} kg", most=round(MOST_LOAD_KG))
        case PersonSet(hr_rest=int(rest)) if not RESTING_BPM[0] <= rest <= RESTING_BPM[1]:
            least, most = RESTING_BPM
            return _("a heart rate at rest is {least} to {most}", least=least, most=most)
        case PersonSet() if not all(map(_is_clock, (entry.wakes, entry.sleeps))):
            return _("a time of waking or sleeping is written as 07:00")
        case SetLogged() | BalanceLogged() if entry.start > entry.at + AHEAD:
            return _("practice is told that is yet to come")
        case StrengthDay() if entry.date > (entry.at + AHEAD).date():
            return _("practice is told that is yet to come")
        case BalanceLogged() if not 0 < entry.minutes <= MOST_BALANCE_MIN:
            return _balance_lasts()
        case SetLogged():
            return _no_set(entry)
        case ReportNote() if week_days(entry.week) is None:
            return _("a week is written as 2026-W47")
    return None


def _is_clock(said: object) -> bool:
    return not isinstance(said, str) or CLOCK.fullmatch(said) is not None


def _no_set(entry: SetLogged) -> str | None:
    """Why nobody can have done such a set."""
    if not 1 <= entry.repetitions <= MOST_REPETITIONS:
        return _("a set has 1 to {most} repetitions", most=MOST_REPETITIONS)
    if not 1 <= entry.sets <= MOST_SETS:
        return _("1 to {most} sets are told at once", most=MOST_SETS)
    if entry.load_kg is not None and not 0 <= entry.load_kg <= MOST_LIFTED_KG:
        return _("a set has a load of 0 to {most} kg", most=round(MOST_LIFTED_KG))
    if entry.angle_deg is not None and not 0 < entry.angle_deg <= 90:
        return _("a sled's angle to the floor is more than 0 and up to 90 degrees")
    if entry.leg not in (None, "left", "right"):
        return _("a leg is left or right")
    return None


def fold(entries: Iterable[AnyEntry]) -> Registry:
    """Apply entries in order. Pure; an entry about someone never named makes that person.

    What is `unusable` is left out.
    """
    persons: dict[str, Person] = {}
    sensors: dict[str, Sensor] = {}
    count = 0
    for entry in entries:
        count += 1
        if reason := unusable(entry):
            log.warning("an entry was left out: %s", reason)
            continue
        match entry:
            case _ if isinstance(entry, OfPerson):
                person = persons.get(entry.person, Person(key=entry.person, name=entry.person))
                persons[entry.person] = _with_entry(person, entry)
            case SensorPaired():
                known = sensors.get(entry.sensor)
                sensors[entry.sensor] = Sensor(
                    key=entry.sensor,
                    identity=entry.identity,
                    address=entry.address,
                    name=entry.name,
                    profiles=entry.profiles,
                    assignments=known.assignments if known else (),
                    given=known.given if known else "",
                )
            case Assigned() if entry.sensor in sensors:
                persons.setdefault(entry.person, Person(key=entry.person, name=entry.person))
                sensors[entry.sensor] = _assigned(sensors[entry.sensor], entry)
            case AssignmentRemoved() | SensorForgotten() | SensorNamed() if entry.sensor in sensors:
                sensors[entry.sensor] = _told(sensors[entry.sensor], entry)
            case _:
                log.warning("an entry about an unknown sensor was left out")
    return Registry(persons=persons, sensors=sensors, entries=count)


def _with_entry(person: Person, entry: OfPerson) -> Person:
    match entry:
        case PersonSet():
            facts = {
                name: value
                for name in entry.__struct_fields__
                if name not in ("at", "person") and (value := getattr(entry, name)) is not UNSET
            }
            return _replace(person, **facts)
        case BodyMassSet():
            masses = {**dict(person.masses), entry.date: entry.kg}
            return _replace(person, masses=tuple(sorted(masses.items())))
        case Excused():
            return _with_excuse(person, entry)
        case ReportNote():
            notes = {**dict(person.notes), entry.week: entry.text}
            kept = sorted((week, text) for week, text in notes.items() if text)
            return _replace(person, notes=tuple(kept))
        case _:
            return _with_practice(person, entry)


def _with_excuse(person: Person, entry: Excused) -> Person:
    days = dict(person.excused)
    for offset in range((entry.end - entry.start).days + 1):
        day = entry.start + dt.timedelta(days=offset)
        days.pop(day, None)
        if entry.why is not None:
            days[day] = entry.why
    return _replace(person, excused=tuple(sorted(days.items())))


def _with_practice(
    person: Person, entry: SetLogged | BalanceLogged | PracticeRemoved | StrengthDay
) -> Person:
    match entry:
        case SetLogged() | BalanceLogged():
            return _replace(person, logged=(*person.logged, _dated(entry, person.zone)))
        case StrengthDay():
            days: dict[dt.date, bool | None] = {
                **dict(person.strength_days),
                entry.date: entry.counts,
            }
            said = sorted((day, counts) for day, counts in days.items() if counts is not None)
            return _replace(person, strength_days=tuple(said))
        case PracticeRemoved():
            meant = (entry.start, entry.exercise)
            found = [at for at, one in enumerate(person.logged) if (one.start, what(one)) == meant]
            kept = (one for at, one in enumerate(person.logged) if at not in found[-1:])
            return _replace(person, logged=tuple(kept))


def _dated(entry: Logged, zone: str | None) -> Logged:
    """With the day that was meant, where only that is known: its noon was that of the zone then."""
    if entry.timed or entry.date is not None or zone is None:
        return entry
    try:
        date = entry.start.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return entry
    return msgspec.structs.replace(entry, date=date)


def local_day(one: Logged, zone: dt.tzinfo) -> dt.date:
    """The local day on which something was done; zone: the person's."""
    said = None if one.timed else one.date
    return said or one.start.astimezone(zone).date()


def what(one: Logged) -> str:
    """The exercise of a set, `BALANCE` of balance practice."""
    return one.exercise if isinstance(one, SetLogged) else BALANCE


def _told(sensor: Sensor, entry: AssignmentRemoved | SensorForgotten | SensorNamed) -> Sensor:
    match entry:
        case AssignmentRemoved():
            kept = tuple(one for one in sensor.assignments if one.since != entry.since)
            return _replace(sensor, assignments=kept)
        case SensorForgotten():
            return _replace(sensor, forgotten=True)
        case SensorNamed():
            return _replace(sensor, given=entry.name)


def _assigned(sensor: Sensor, entry: Assigned) -> Sensor:
    new = Assignment(
        since=entry.since,
        person=entry.person,
        placement=entry.placement,
        load_kg=entry.load_kg,
        counts=entry.counts,
    )
    kept = [old for old in sensor.assignments if old.since != entry.since]
    return _replace(sensor, assignments=tuple(sorted([*kept, new], key=lambda a: a.since)))
