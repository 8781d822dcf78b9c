"""What `legload export` or `legload backup` wrote, of one person: taken in beside what is here.

Unlike `legload restore`, which puts a whole home into an empty folder, this adds one person's
recordings, and what was said of them, to a person who is known here.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingest.archive import MANIFEST, SPARE_BYTES, File, Source
from ingest.entries import (
    AnyEntry,
    Assigned,
    Entries,
    Registry,
    Sensor,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
    fold,
)
from ingest.errors import IngestError
from ingest.header import Header, read_header
from ingest.importers import recording
from ingest.importers.imported import Imported, Into, Skipped, Taken
from ingest.importers.own_said import introduced, told_of
from ingest.importers.telling import sentence
from ingest.private import open_private, private_folder
from ingest.recording import RecordingError
from ingest.spool import SPOOL
from ingest.unsaying import parsed
from language.spoken import _, mark

KEY = "own"
SUFFIXES = (".zip",)
MOST_ENTRIES_BYTES = 64 << 20
"""More than anybody says in a life (design)."""

_ENTRIES, _RECORDINGS = "home/entries.jsonl", "home/recordings/"
_RECORDING = re.compile(r"home/recordings/\d{4}/\d{2}/[^/]+\.legrec")


def fits(names: Sequence[str]) -> bool:
    """Whether a zip or folder of such names is one."""
    return MANIFEST in names and any(
        _RECORDING.fullmatch(name) or name == _ENTRIES for name in names
    )


def take(file: Path, into: Into) -> Imported:
    """Take in an export or backup of one person; what is here already stays as it is.

    Raises:
        ArchiveError: it is none, or damaged; nothing was changed.
        IngestError: it is of several persons, a sensor is another one here, or the disk refuses.
    """
    spool = into.home / SPOOL
    private_folder(spool)
    folder = Path(tempfile.mkdtemp(dir=spool, prefix="taking-"))
    try:
        with Source(file) as source:
            unpacked = _unpacked(source, folder, into)
            person = source.manifest.person
        return _Merging(file, into, person, unpacked).merged()
    except OSError as error:
        raise IngestError(
            mark("Could not write {file}: {why}."),
            mark("Nothing was imported. Free some space, then try again."),
            file=error.filename or file.name,
            why=error.strerror or error,
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unpacked:
    """Of an archive, with every checksum found right. said: entries, in order."""

    recordings: tuple[tuple[Path, Header], ...]
    said: tuple[AnyEntry, ...]


def _unpacked(source: Source, folder: Path, into: Into) -> _Unpacked:
    files = [one for one in source.manifest.files if _wanted(one)]
    whole = sum(one.bytes for one in files)
    if whole + SPARE_BYTES > shutil.disk_usage(folder).free:
        raise IngestError(
            mark("{name} does not fit: it needs {size} MB."),
            mark("Nothing was imported. Free some space, then try again."),
            name=source.path.name,
            size=whole // 1_000_000,
        )
    found: list[tuple[Path, Header]] = []
    done, said = 0, b""
    for one in files:
        if one.path == _ENTRIES:
            if one.bytes > MOST_ENTRIES_BYTES:
                raise source.refused(mark("{path} is damaged"), path=one.path)
            said = b"".join(source.chunks(one))
        else:
            path = folder / str(len(found)) / PurePosixPath(one.path).name
            _write(source, one, path)
            found.append((path, read_header(path)))
        into.progress(done := done + one.bytes, whole)
    entries = (entry for _line, entry in parsed(filter(None, said.splitlines())))
    return _Unpacked(recordings=tuple(found), said=tuple(one for one in entries if one))


def _wanted(file: File) -> bool:
    return file.path == _ENTRIES or _RECORDING.fullmatch(file.path) is not None


def _write(source: Source, file: File, path: Path) -> None:
    private_folder(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(open_private(path, flags), "wb") as out:
        for chunk in source.chunks(file):
            out.write(chunk)


@dataclass(slots=True)
class _Merging:
    """One archive and what is here. whose: the person that it is of, None: not told."""

    file: Path
    into: Into
    whose: str | None
    unpacked: _Unpacked
    skipped: dict[tuple[str, str], int] = field(default_factory=dict)

    def merged(self) -> Imported:
        """Say what is new of what was said, then put every recording in its place."""
        theirs, here = fold(self.unpacked.said), Entries(self.into.home).registry()
        whose = self._person(theirs)
        recordings = self._recordings(here)
        sensors = {header.sensor for _, header in recordings}
        entries = [
            *self._sensors(theirs, here, sensors),
            *(told_of(theirs.persons.get(whose), here, self.into) if whose else ()),
        ]
        if not recordings and not self.unpacked.recordings and not entries:
            raise IngestError(
                mark("{file} holds nothing that is not here."),
                mark("Nothing was imported."),
                file=self.file.name,
            )
        if entries:
            Entries(self.into.home).append(*entries)
        done = [one for path, _ in recordings if (one := self._taken(path)) is not None]
        said = sum(not isinstance(one, _OF_SENSOR) for one in entries)
        return self._told(done, said)

    def _person(self, theirs: Registry) -> str | None:
        persons = {self.whose} if self.whose else set(theirs.persons)
        if len(persons) > 1:
            raise IngestError(
                mark("{file} is of several persons ({names})."),
                mark(
                    "Nothing was imported. Export one of them with 'legload export OUT --person "
                    "NAME', or restore all into an empty folder."
                ),
                file=self.file.name,
                names=", ".join(one.name for one in theirs.persons.values()),
            )
        return next(iter(persons), None)

    def _recordings(self, here: Registry) -> list[tuple[Path, Header]]:
        """Those that are not of somebody else here."""
        kept = []
        for path, header in self.unpacked.recordings:
            sensor = here.sensors.get(header.sensor)
            if sensor is None or _wearer(sensor, header) == self.into.person:
                kept.append((path, header))
            else:
                self._skip(_("recordings"), _("somebody else wore that sensor here at that time"))
        return kept

    def _sensors(self, theirs: Registry, here: Registry, keys: set[str]) -> list[AnyEntry]:
        """What makes their sensors known, as worn by this person and no longer listened to."""
        entries: list[AnyEntry] = []
        for key, sensor in theirs.sensors.items():
            known = here.sensors.get(key)
            if known is not None and known.identity != sensor.identity and key in keys:
                raise IngestError(
                    mark("{file}: its sensor {name} is not the one that has that name here."),
                    mark("Nothing was imported. Restore it into another folder instead."),
                    file=self.file.name,
                    name=key,
                )
            if known is None and key in keys:
                entries += introduced(sensor, self.into)
        return entries

    def _taken(self, path: Path) -> Imported | None:
        try:
            return recording.take(path, self.into)
        except RecordingError:
            self._skip(_("recordings"), _("they differ from those here, or are damaged"))
            return None

    def _skip(self, what: str, why: str) -> None:
        self.skipped[what, why] = self.skipped.get((what, why), 0) + 1

    def _told(self, done: Sequence[Imported], said: int) -> Imported:
        rows, here = (sum(getattr(one, name) for one in done) for name in ("rows", "here"))
        start = min((one.start for one in done if one.start), default=None)
        end = max((one.end for one in done if one.end), default=None)
        new = sum(one.rows > 0 for one in done)
        taken = [Taken(count=new, what=_("recordings")), Taken(count=said, what=_("entries"))]
        return Imported(
            file=self.file.name,
            rows=rows + said,
            text=sentence(rows + said, here, start, end, self.into.zone),
            kind=KEY,
            here=here,
            taken=tuple(one for one in taken if one.count),
            skipped=tuple(
                Skipped(count=count, what=what, why=why)
                for (what, why), count in self.skipped.items()
            ),
            sensors=tuple(dict.fromkeys(key for one in done for key in one.sensors)),
            start=start,
            end=end,
        )


_OF_SENSOR = (SensorPaired, Assigned, SensorNamed, SensorForgotten)


def _wearer(sensor: Sensor, header: Header) -> str | None:
    """Who wore a sensor here when a recording began; the first assignment also holds before."""
    began = dt.datetime.fromtimestamp(header.started_utc_ns / 1e9, dt.UTC)
    held = [one for one in sensor.assignments if one.since <= began] or sensor.assignments[:1]
    return held[-1].person if held else None
