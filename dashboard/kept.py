"""Scored weeks that are still right, kept in memory and in the store: see `week_key`.

What is kept is only ever shown where computing it anew would give the same. The store's file is
opened when its size or time changed, and not otherwise: opening it costs as much as drawing half a
page.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from analytics.calendar import week_start
from analytics.person import PersonFacts
from analytics.week import WeekReport
from dashboard.past_weeks import WeekLine, silent_line, week_line
from dashboard.scored import WEEK, fed_by, note_on, scored_week
from dashboard.targets import FOLDER
from dashboard.week_key import Basis, basis
from ingest.entries import Entries, Registry
from ingest.store import open_store, store_path
from language.spoken import language

T = TypeVar("T")
Stamp = tuple[int, int, int]
Progress = Callable[[int, int], None]
"""(weeks done, weeks to do)"""

SETTLED_NS = 100_000_000
"""A file that changed this recently may change again without its time telling (design: above the
tick of any file system's clock but FAT's, where the size tells)."""

MOST_NOTED = 512
"""Reports and other things in memory (design: some 10 kB each)."""

MOST_AT_ONCE = 12
"""Weeks computed by one load: some seconds, while pages wait for the next one (design)."""
LINES = msgspec.msgpack.Decoder(WeekLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """A value read while files were as `stamp` says; settled: any change since would show."""

    stamp: tuple[Stamp, ...]
    settled: bool
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scored:
    """A report and what it was computed from; beside: which sensors fed it, its gaps, and
    the note on it."""

    key: str
    beside: str
    facts: PersonFacts
    report: WeekReport


class KeptWeeks:
    """The weeks of one home; of any thread."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._entries = Entries(home)
        self._lock = threading.Lock()
        self._noted: OrderedDict[str, _Noted] = OrderedDict()
        self._lines: dict[tuple[str, str, str], tuple[str, WeekLine]] = {}

    def registry(self) -> Registry:
        """What the entries say, read again when they changed.

        Raises:
            IngestError: the file cannot be read.
        """
        return self._note("registry", [self._entries.path], self._entries.registry)

    def version(self) -> int:
        """The store's version.

        Raises:
            IngestError: the store cannot be read.
        """
        return self._note("version", self._store_files(), self._version)

    def seen(self) -> int:
        """Of the store and the entries as they are: another number whenever either changed, and
        none that was before, not even where the entries were cut to what they were.

        Raises:
            IngestError: one of them cannot be read.
        """
        self._entries.size()  # refuses what is no file
        found = repr((self.version(), _stamp(self._entries.path)))
        return int.from_bytes(hashlib.blake2b(found.encode(), digest_size=8).digest(), "big")

    def unchanged(self, name: str, read: Callable[[], T]) -> T:
        """What was read under that name from the store and the entries, while they did not change;
        an error is raised again and nothing kept."""
        return self._note(name, self._files(), read)

    def basis(self, person: str) -> Basis:
        """What a person's weeks are computed from.

        Raises:
            DashboardError, AnalyticsError, IngestError: see `week_key.basis`, `open_store`.
        """

        def read() -> Basis:
            with open_store(self._home) as store:
                return basis(self._home, store, self.registry(), person)

        return self._note(f"basis {person}", self._files(), read)

    def week(self, person: str, week: str, *, now: dt.datetime, demo: bool) -> WeekReport:
        """One ISO week, scored; now: aware instant.

        Raises:
            DashboardError, AnalyticsError, IngestError: see `scored_week`, `open_store`.
        """
        return self._scored(person, week, now, demo).report

    def lines(
        self, person: str, weeks: Sequence[str], *, now: dt.datetime, progress: Progress | None
    ) -> dict[str, WeekLine]:
        """What the trends show of some weeks up to the current one."""
        found = self.kept_lines(person, weeks, now=now)
        for done, week in enumerate(weeks, 1):
            if week not in found:
                found[week] = self._computed(person, week, now)
            if progress is not None:
                progress(done, len(weeks))
        return found

    def fill(
        self, person: str, weeks: Sequence[str], *, now: dt.datetime, most: int = MOST_AT_ONCE
    ) -> int:
        """Keep lines of weeks that have ended in the store, for pages that are opened later; how
        many had to be computed.

        At most `most`, the last of `weeks` first.
        """
        ended = [week for week in weeks if week_start(week) + WEEK <= self._today(person, now)]
        known = self.kept_lines(person, ended, now=now)
        missing = [week for week in reversed(ended) if week not in known][:most]
        rows = []
        for week in missing:
            self._computed(person, week, now)
            with self._lock:
                key, line = self._lines[person, week, language()]
            rows.append((person, week, language(), key, msgspec.msgpack.encode(line)))
        if rows:
            with open_store(self._home, read_only=False) as store:
                store.keep_lines(rows)
        return len(rows)

    def kept_lines(
        self, person: str, weeks: Iterable[str], *, now: dt.datetime
    ) -> dict[str, WeekLine]:
        """Of some weeks those whose line is known without computing it."""
        on = self.basis(person)
        ended = [week for week in weeks if week_start(week) + WEEK <= self._today(person, now)]
        found = {week: silent_line(week, on) for week in ended if on.silent(week)}
        keys = {week: on.key(week) for week in ended if week not in found}
        with self._lock:
            known = {week: self._lines.get((person, week, language())) for week in keys}
        if any(old is None or old[0] != keys[week] for week, old in known.items()):
            known |= self._stored(person, keys)
        for week, old in known.items():
            if old is not None and old[0] == keys[week]:
                found[week] = old[1]
        return found

    def _stored(self, person: str, keys: dict[str, str]) -> dict[str, tuple[str, WeekLine]]:
        """Lines in the store that are still right, from now on in memory."""
        with open_store(self._home) as store:
            rows = store.week_lines(person, language())
        right = {
            week: (key, LINES.decode(line))
            for week, (key, line) in rows.items()
            if keys.get(week) == key
        }
        with self._lock:
            for week, line in right.items():
                self._lines[person, week, language()] = line
        return right

    def _computed(self, person: str, week: str, now: dt.datetime) -> WeekLine:
        scored = self._scored(person, week, now, False)
        line = week_line(scored.report, person=scored.facts, now=now)
        with self._lock:
            self._lines[person, week, language()] = (scored.key, line)
        return line

    # Reports ----------------------------------------------------------------------------------

    def _scored(self, person: str, week: str, now: dt.datetime, demo: bool) -> _Scored:
        """Not read again while no file changed; not computed again while nothing of it did."""
        name = f"week {person} {week} {language()} {demo} {self._moment(person, week, now)}"
        return self._note(name, self._files(), lambda: self._anew(name, person, week, now, demo))

    def _moment(self, person: str, week: str, now: dt.datetime) -> str:
        """What a week that has not ended depends on of the time: the day, unless practice or
        minutes are ahead of the clock."""
        on, today = self.basis(person), self._today(person, now)
        if week_start(week) + WEEK <= today:
            return ""
        return str(now) if on.ahead(now) else str(today)

    def _today(self, person: str, now: dt.datetime) -> dt.date:
        return now.astimezone(self.basis(person).facts.time_zone).date()

    def _anew(self, name: str, person: str, week: str, now: dt.datetime, demo: bool) -> _Scored:
        registry = self.registry()
        with self._lock:
            old = self._noted.get(name)
        with open_store(self._home) as store:
            on = basis(self._home, store, registry, person)
            fed = fed_by(store, registry, person=person, week=week)
            key, beside = on.key(week), repr((fed, note_on(registry, person, week)))
            if old is not None and (old.value.key, old.value.beside) == (key, beside):
                known: _Scored = old.value
                return known
            report = scored_week(
                self._home, store, registry, person=person, week=week, now=now, demo=demo, fed=fed
            )
        return _Scored(key=key, beside=beside, facts=on.facts, report=report)

    # Files ------------------------------------------------------------------------------------

    def _version(self) -> int:
        with open_store(self._home) as store:
            return store.version()

    def _store_files(self) -> list[Path]:
        path = store_path(self._home)
        return [path, path.with_name(f"{path.name}.wal")]

    def _files(self) -> list[Path]:
        """Whatever a week depends on: store, entries, target sets."""
        own = sorted((self._home / FOLDER).glob("*.toml"))
        return [*self._store_files(), self._entries.path, *own]

    def _note(self, name: str, files: Sequence[Path], read: Callable[[], T]) -> T:
        """What was read under that name, while the files are as they were; else it is read now."""
        stamp = tuple(map(_stamp, files))
        settled = all(time.time_ns() - changed > SETTLED_NS for _, changed, _ in stamp)
        with self._lock:
            noted = self._noted.get(name)
        if noted is not None and noted.settled and noted.stamp == stamp:
            found: T = noted.value
            return found
        value = read()
        with self._lock:
            self._noted[name] = _Noted(stamp=stamp, settled=settled, value=value)
            self._noted.move_to_end(name)
            while len(self._noted) > MOST_NOTED:
                self._noted.popitem(last=False)
        return value


def _stamp(path: Path) -> Stamp:
    """Which file it is, when it changed (ns since 1970) and its size; zeros where there is none."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
