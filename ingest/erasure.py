"""What an erasure takes, looked at before anything is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from ingest.cutting import cut
from ingest.entries import Entries, Registry
from ingest.header import RecordingError, read_header, recording_paths
from ingest.preferred import names_left
from ingest.shedding import counts, loaded
from ingest.stretches import EVER, Scope, Stretches, gone_sensors, stretches, weeks_of
from ingest.unsaying import lines_of, unsaid
from ingest.written import BACKUP, EXPORT, REPORT, Written, unchanged, written
from language.spoken import _

SETTLED_NS = 24 * 3600 * 10**9
"""What a recording holds beyond its last sample is this near to it (design)."""

SHORTEST_WORD = 3
"""Shorter words would strike too much out of a log (design)."""

Progress = Callable[[int, int], None]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure took, or would take (`done` false).

    recordings: whole ones; shortened: those of which a part went; bytes: of recordings; rows: of
    them; entries: lines of what was typed; sensors: that are no longer known; left: what could not
    be erased, a sentence each. No names but in `left`, of files that are still there.
    """

    at: dt.datetime
    done: bool
    what: str  # person, days, everything
    start: dt.date | None = None
    end: dt.date | None = None
    recordings: int = 0
    shortened: int = 0
    bytes: int = 0
    rows: int = 0
    minutes: int = 0
    sets: int = 0
    weeks: int = 0
    entries: int = 0
    sensors: int = 0
    reports: int = 0
    exports: int = 0
    backups: int = 0
    logs: int = 0
    left: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure does, as it is kept in the journal.

    recordings: ids of those that go or are cut; gone: sensors that go altogether; words: that name
    whoever goes, for logs; names: of the person, for settings; files: that were written outside;
    resumes: a collector recorded, and goes on with it once this is done.
    """

    scope: Scope
    zone: str
    receipt: Receipt
    spans: Stretches = {}
    recordings: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    weeks: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    files: tuple[Written, ...] = ()
    resumes: bool = False


def preview(home: Path, scope: Scope, *, zone: str, progress: Progress | None = None) -> Plan:
    """What an erasure would take; nothing is changed.

    zone: IANA name, for days of recordings that are nobody's.

    Raises:
        IngestError: the entries or the store cannot be read.
    """
    registry, around = Entries(home).registry(), ZoneInfo(zone)
    known = loaded(home)
    found = _recordings(home)
    sensors = {sensor for _, sensor in found if sensor is not None}
    spans = stretches(registry, scope, sensors, around)
    whole = sensors if scope.everything else gone_sensors(registry, scope)
    weeks = weeks_of(scope)
    took = _Took(home, known, spans, whole, every=scope.everything)
    for number, (path, sensor) in enumerate(found, 1):
        took.look(path, sensor)
        if progress is not None:
            progress(number, len(found))
    lines = lines_of(home)
    words = _words(registry, scope, whole, took.ids)
    kept = unsaid(lines, scope, around, [word.encode() for word in words])
    same = [(one, unchanged(one)) for one in concerned(home, scope)]
    files = [one for one, is_same in same if is_same]
    took.left += [not_ours(one, is_same) for one, is_same in same if not is_same]
    names = _names(registry, scope)
    took.left += names_left(home, names)
    rows = counts(home, scope, spans, weeks)
    receipt = Receipt(
        at=dt.datetime.now(dt.UTC),
        done=False,
        what="everything" if scope.everything else "person" if scope.days is None else "days",
        start=scope.start,
        end=scope.end,
        recordings=took.recordings,
        shortened=took.shortened,
        bytes=took.bytes,
        rows=took.rows,
        minutes=rows["minute"],
        sets=rows["training_set"],
        weeks=rows["week"],
        entries=max(0, len(lines) - len(kept)),
        sensors=len(registry.sensors) if scope.everything else len(whole),
        **by_kind(files),
        logs=len(logs_naming(home, words, every=scope.everything)),
        left=tuple(took.left),
    )
    return Plan(
        scope=scope,
        zone=zone,
        receipt=receipt,
        spans=spans,
        recordings=tuple(took.ids),
        gone=tuple(sorted(whole)),
        weeks=weeks,
        words=words,
        names=names,
        files=tuple(files),
    )


def by_kind(files: Iterable[Written]) -> dict[str, int]:
    """How many there are of each kind, by the receipt's field."""
    kinds = [one.kind for one in files]
    return {f"{kind}s": kinds.count(kind) for kind in (REPORT, EXPORT, BACKUP)}


class _Took:
    """What recordings give up, summed up as they are looked at."""

    def __init__(
        self,
        home: Path,
        known: dict[str, tuple[int, int, int]],
        spans: Stretches,
        whole: set[str],
        *,
        every: bool,
    ) -> None:
        self._home, self._known, self._spans = home, known, spans
        self._whole, self._every = whole, every
        self.recordings = self.shortened = self.bytes = self.rows = 0
        self.ids: list[str] = []
        self.left: list[str] = []

    def look(self, path: Path, sensor: str | None) -> None:
        """Count one recording."""
        size = path.stat().st_size
        known_size, rows, last_ns = self._known.get(path.stem, (0, 0, EVER[1]))
        if self._every or sensor in self._whole:
            self.recordings, self.rows = self.recordings + 1, self.rows + rows
            self.bytes += size
            self.ids.append(path.stem)
        elif sensor is None:
            self.left.append(_unread(path))
        elif (spans := self._spans.get(sensor)) and (
            known_size != size or last_ns + SETTLED_NS >= spans[0][0]
        ):
            self._cut(path, size, spans)

    def _cut(self, path: Path, size: int, spans: list[tuple[int, int]]) -> None:
        try:
            done = cut(path, spans)
        except RecordingError:
            return self.left.append(_unread(path))
        if done is None:
            return None
        stays = done.content is not None
        self.recordings, self.shortened = self.recordings + (not stays), self.shortened + stays
        self.bytes += size - len(done.content or b"")
        self.rows += done.rows
        return self.ids.append(path.stem)


def _unread(path: Path) -> str:
    return _(
        "{name} cannot be read, so nobody knows whose it is; it was left. "
        "Delete it by hand if it is to go.",
        name=path.name,
    )


def _recordings(home: Path) -> list[tuple[Path, str | None]]:
    """Each recording and its sensor; None where that cannot be read."""
    found: list[tuple[Path, str | None]] = []
    for path in recording_paths(home):
        try:
            found.append((path, read_header(path).sensor))
        except RecordingError:
            found.append((path, None))
    return found


def _names(registry: Registry, scope: Scope) -> tuple[str, ...]:
    """What settings call a person who goes altogether."""
    person = registry.persons.get(scope.person or "")
    return (person.key, person.name) if person and scope.days is None else ()


def _words(
    registry: Registry, scope: Scope, sensors: set[str], recordings: list[str]
) -> tuple[str, ...]:
    """What names whoever goes, in logs: names, sensors, addresses, recordings."""
    gone = [registry.sensors[key] for key in sensors if key in registry.sensors]
    of_sensors = [w for s in gone for w in (s.key, s.address, s.identity, s.given)]
    words = dict.fromkeys((*_names(registry, scope), *of_sensors, *recordings))
    return tuple(word for word in words if len(word) >= SHORTEST_WORD)


def _concerns(one: Written, scope: Scope, weeks: tuple[str, ...]) -> bool:
    """Whether a file that was written holds something of what goes."""
    if scope.person is not None and one.whose and scope.person not in one.whose:
        return False
    told = one.of_weeks
    return not told or scope.days is None or not weeks or not told.isdisjoint(weeks)


def concerned(home: Path, scope: Scope) -> list[Written]:
    """Files that were written and hold something of what goes."""
    weeks = weeks_of(scope)
    return [one for one in written(home) if _concerns(one, scope, weeks)]


def not_ours(one: Written, same: bool | None) -> str:
    """Why a file that was written is not deleted."""
    if same is None:
        return _(
            "{path} was moved or deleted since it was written; a copy may exist.", path=one.path
        )
    return _("{path} was changed since it was written; it was not deleted.", path=one.path)


def logs_naming(home: Path, words: Iterable[str], *, every: bool) -> list[Path]:
    """Logs that name whoever goes."""
    found = sorted((home / "logs").glob("*.log*"))
    sought = [word.encode() for word in words]
    return [p for p in found if every or any(word in p.read_bytes() for word in sought)]
