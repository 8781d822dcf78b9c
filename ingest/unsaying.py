"""Taking entries out of `entries.jsonl`: the only place where a line of it is ever removed."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from filelock import FileLock

from ingest.entries import (
    AnyEntry,
    Assigned,
    AssignmentRemoved,
    BalanceLogged,
    BodyMassSet,
    Excused,
    OfPerson,
    PracticeRemoved,
    ReportNote,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
    SetLogged,
    StrengthDay,
    fold,
    local_day,
    week_days,
)
from ingest.errors import IngestError
from ingest.private import create_whole
from ingest.stretches import Scope, gone_sensors, zone_of
from language.spoken import mark

Lines = list[tuple[bytes, AnyEntry | None]]
"""Each line as it stands, and its entry unless it is damaged."""

_DECODER: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)
_OF_SENSOR = (SensorPaired, SensorNamed, SensorForgotten, Assigned, AssignmentRemoved)


def lines_of(home: Path) -> Lines:
    """Every line of the entries."""
    try:
        lines = (home / "entries.jsonl").read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [(line, _entry(line)) for line in lines if line]


def unsaid(lines: Lines, scope: Scope, zone: dt.tzinfo, words: Iterable[bytes]) -> list[bytes]:
    """The lines that stay.

    Of a person all goes, of days what is told of them: practice, strength days, excused days, notes
    on the weeks they lie in. What
    holds from a day on (facts, body mass, where a sensor sits) stays. words: a damaged line with
    one of them goes. A sensor that somebody else wore too, but not last, is forgotten.
    """
    if scope.everything:
        return []
    if scope.days is not None:
        return [kept for line in lines for kept in _on_other_days(line, lines, scope, zone)]
    registry = fold(entry for _, entry in lines if entry is not None)
    sensors = gone_sensors(registry, scope)
    since = {(e.sensor, e.since) for _, e in lines if isinstance(e, Assigned) and _whose(e, scope)}
    stays = [line for line, e in lines if not _of_person(line, e, scope, sensors, since, words)]
    now = dt.datetime.now(dt.UTC)
    return stays + [
        _line(SensorForgotten(at=now, sensor=key))
        for key, sensor in registry.sensors.items()
        if key not in sensors and sensor.current and _is(sensor.current.person, scope)
        if not sensor.forgotten
    ]


def take_back(home: Path, meant: Callable[[AnyEntry], bool]) -> int:
    """Remove the entries that are meant; how many there were.

    Raises:
        IngestError: the disk refuses; nothing was changed.
    """
    return rewrite(home, lambda lines: [line for line, e in lines if e is None or not meant(e)])


def rewrite(home: Path, keep: Callable[[Lines], list[bytes]]) -> int:
    """Put the lines that stay in place of all, whole or not at all; how many fewer there are.

    Raises:
        IngestError: the disk refuses; nothing was changed.
    """
    path = home / "entries.jsonl"
    try:
        with FileLock(home / "entries.lock", timeout=10, mode=0o600):
            lines = lines_of(home)
            kept = keep(lines)
            if kept != [line for line, _ in lines]:
                create_whole(path, b"".join(line + b"\n" for line in kept))
    except OSError as error:
        raise IngestError(
            mark("Could not write {name}: {reason}."),
            mark("Nothing was changed. Free some space or check the folder's permissions."),
            name=path.name,
            reason=error.strerror or error,
        ) from error
    return len(lines) - len(kept)


def mass_of(person: str, date: dt.date) -> Callable[[AnyEntry], bool]:
    """Whether an entry says a person's body mass from that date on."""
    return lambda e: isinstance(e, BodyMassSet) and (e.person, e.date) == (person, date)


def _entry(line: bytes) -> AnyEntry | None:
    checksum, _, text = line.partition(b" ")
    try:
        return _DECODER.decode(text) if int(checksum, 16) == zlib.crc32(text) else None
    except (ValueError, msgspec.DecodeError, RecursionError):
        return None


def _line(entry: AnyEntry) -> bytes:
    text = msgspec.json.encode(entry)
    return b"%08x %s" % (zlib.crc32(text), text)


def _is(person: str, scope: Scope) -> bool:
    return person == scope.person


def _whose(entry: AnyEntry, scope: Scope) -> bool:
    return isinstance(entry, Assigned | OfPerson) and _is(entry.person, scope)


def _of_person(
    line: bytes,
    entry: AnyEntry | None,
    scope: Scope,
    sensors: set[str],
    since: set[tuple[str, dt.datetime]],
    words: Iterable[bytes],
) -> bool:
    """Whether a line is about the person, or about a sensor that only they wore."""
    if entry is None:
        return any(word in line for word in words)
    if isinstance(entry, AssignmentRemoved) and (entry.sensor, entry.since) in since:
        return True
    return _whose(entry, scope) or (isinstance(entry, _OF_SENSOR) and entry.sensor in sensors)


def _on_other_days(
    one: tuple[bytes, AnyEntry | None], lines: Lines, scope: Scope, zone: dt.tzinfo
) -> list[bytes]:
    """What stays of a line when days go."""
    line, entry = one
    if not isinstance(entry, OfPerson) or not scope.concerns(entry.person):
        return [line]
    match entry:
        case Excused():
            parts = _parts(entry, scope)
            return [line] if parts == [entry] else [_line(part) for part in parts]
        case StrengthDay():
            return [] if scope.covers(entry.date) else [line]
        case ReportNote():
            return [] if _touches(entry.week, scope) else [line]
        case SetLogged() | BalanceLogged() | PracticeRemoved():
            whole = fold(entry for _, entry in lines if entry is not None)
            theirs = zone_of(whole, entry.person, zone)
            day = entry.start.astimezone(theirs).date()
            if not isinstance(entry, PracticeRemoved):
                day = local_day(entry, theirs)
            return [] if scope.covers(day) else [line]
    return [line]


def _touches(week: str, scope: Scope) -> bool:
    """Whether any day of an ISO week is among those that go; what is no week goes with any."""
    found, (first, last) = week_days(week), scope.days or (dt.date.min, dt.date.max)
    return found is None or (found[0] <= last and found[1] >= first)


def _parts(entry: Excused, scope: Scope) -> list[Excused]:
    """Excused days without those that go: none, one or two runs of them."""
    first, last = scope.days or (dt.date.min, dt.date.max)
    if entry.end < first or entry.start > last:
        return [entry]
    day = dt.timedelta(days=1)
    spans = []
    if entry.start < first:
        spans.append((entry.start, first - day))
    if entry.end > last:
        spans.append((last + day, entry.end))
    return [msgspec.structs.replace(entry, start=a, end=b) for a, b in spans]


def said_only(lines: Lines, scope: Scope, zone: dt.tzinfo) -> list[bytes]:
    """The lines about whoever is meant, on the days meant; all of them where everything is.

    A damaged line is nobody's.
    """
    registry = fold(entry for _, entry in lines if entry is not None)
    for other in registry.persons if scope.person is not None else ():
        if other != scope.person:
            lines = parsed(unsaid(lines, Scope(person=other), zone, [b""]))
    day = dt.timedelta(days=1)
    if scope.start is not None and scope.start > dt.date.min:
        before = Scope(start=dt.date.min, end=scope.start - day)
        lines = parsed(unsaid(lines, before, zone, ()))
    if scope.end is not None and scope.end < dt.date.max:
        lines = parsed(unsaid(lines, Scope(start=scope.end + day, end=dt.date.max), zone, ()))
    return [line for line, _ in lines]


def parsed(lines: Iterable[bytes]) -> Lines:
    """Each line with its entry."""
    return [(line, _entry(line)) for line in lines]
