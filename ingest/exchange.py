"""Export and restore: everything that a home holds, as files that any program can read."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from ingest.archive import (
    CHUNK,
    FORMAT,
    MANIFEST,
    SPARE_BYTES,
    ArchiveError,
    File,
    Manifest,
    Sink,
    Source,
    sink_for,
)
from ingest.cutting import cut
from ingest.entries import Entries
from ingest.gaps import without
from ingest.header import RecordingError, read_header, recording_path, recording_paths
from ingest.private import open_private, private_folder, sync_folder
from ingest.stretches import EVER, Scope, Stretches, stretches
from ingest.tables import GAPS, TABLES, write_gaps, write_table
from ingest.tables_said import SAID, readme, said_table
from ingest.unsaying import lines_of, said_only
from language.spoken import mark

RESTORING = "restoring"
VERIFIED = "verified"
_INSIDE = "home/"
_ENTRIES = f"{_INSIDE}entries.jsonl"
_RECORDINGS = f"{_INSIDE}recordings/"

Progress = Callable[[int, int], None]


def export(
    home: Path,
    out: Path,
    *,
    scope: Scope | None = None,
    zone: str = "UTC",
    tables: bool = True,
    progress: Progress | None = None,
) -> Manifest:
    """Write a home to a zip (`.zip`) or a folder: recordings and entries as they are, and tables.

    scope: of one person, or of days; their stretches of recordings are cut out. zone: as of
    `preview`. tables: without them it is a backup, which can be restored all the same.

    Raises:
        ArchiveError: something is there already, or the disk refuses; nothing is left behind.
        StoreError: the store cannot be read.
    """
    sink = sink_for(out)
    try:
        found = _Export(home, sink, scope or Scope(), zone).write(tables=tables, progress=progress)
        sink.finish()
    except OSError as error:
        sink.drop()
        raise ArchiveError(
            mark("Could not write {path}: {why}."),
            mark("Free some space, or choose another place."),
            path=str(out),
            why=error.strerror or str(error),
        ) from error
    except BaseException:
        sink.drop()
        raise
    return found


class _Export:
    """One export in the making."""

    def __init__(self, home: Path, sink: Sink, scope: Scope, zone: str) -> None:
        self._home, self._sink, self._scope, self._zone = home, sink, scope, ZoneInfo(zone)
        self._files: list[File] = []
        self._paths = recording_paths(home)
        self._steps = len(self._paths) + len(TABLES) + len(SAID)

    def write(self, *, tables: bool, progress: Progress | None) -> Manifest:
        self._progress = progress or (lambda _done, _all: None)
        lines = lines_of(self._home)
        kept = [line for line, _ in lines]
        if self._scope.everything:
            self._copy("entries.jsonl")
        else:
            kept = said_only(lines, self._scope, self._zone)
            self._put("home/entries.jsonl", iter([b"".join(line + b"\n" for line in kept)]))
        for path in sorted((self._home / "protocols").glob("*.toml")):
            self._copy(f"protocols/{path.name}")
        self._copy("DEMO")
        recordings = self._recordings()
        if tables:
            self._tables()
        self._put("README.md", iter([readme(tables=tables).encode()]))
        found = self._manifest({"recordings": recordings, "entries": len(kept)})
        self._sink.put(MANIFEST, iter([msgspec.json.format(msgspec.json.encode(found), indent=1)]))
        return found

    def _manifest(self, counts: dict[str, int]) -> Manifest:
        return Manifest(
            format=FORMAT,
            made_by=f"legload {version('legload')}",
            at=dt.datetime.now(dt.UTC),
            demo=(self._home / "DEMO").exists(),
            person=self._scope.person,
            start=self._scope.start,
            end=self._scope.end,
            counts=counts,
            files=tuple(self._files),
        )

    def _put(self, name: str, chunks: Iterator[bytes], rows: int | None = None) -> None:
        file = self._sink.put(name, chunks)
        self._files.append(msgspec.structs.replace(file, rows=rows))

    def _copy(self, name: str) -> None:
        path = self._home / name
        if path.exists():
            self._put(_INSIDE + name, _whole(path))

    def _recordings(self) -> int:
        """Recordings as they are, or what of them is wanted; how many."""
        spans = None if self._scope.everything else self._spans()
        before = len(self._files)
        for number, path in enumerate(self._paths, 1):
            if spans is None:
                self._put(_name(path), _whole(path))
            else:
                self._part(path, spans)
            self._progress(number, self._steps)
        return len(self._files) - before

    def _part(self, path: Path, spans: Stretches) -> None:
        with suppress(RecordingError):  # nobody knows whose it is
            others = without([EVER], spans.get(read_header(path).sensor, []))
            done = cut(path, others)
            if done is None:
                self._put(_name(path), _whole(path))
            elif done.content is not None:
                target = recording_path(self._home, done.header)
                self._put(_name(target), iter([done.content]))

    def _spans(self) -> Stretches:
        registry = Entries(self._home).registry()
        sensors = set()
        for path in self._paths:
            with suppress(RecordingError):
                sensors.add(read_header(path).sensor)
        return stretches(registry, self._scope, sensors, self._zone)

    def _tables(self) -> None:
        """Each table by way of a file beside the store, so that memory stays small."""
        spans = {} if self._scope.everything else self._spans()
        spool = self._home / "spool"
        private_folder(spool)
        done = len(self._paths)
        with tempfile.TemporaryDirectory(dir=spool, prefix=f"tables-{os.getpid()}-") as folder:
            for table in TABLES:
                path = Path(folder) / f"{table.key}.parquet"
                rows = write_table(self._home, table, path, self._scope, spans)
                if rows is not None:
                    self._put(f"tables/{path.name}", _whole(path), rows)
                    path.unlink()
                self._progress(done := done + 1, self._steps)
            path = Path(folder) / f"{GAPS.key}.parquet"
            if (rows := write_gaps(self._home, path, self._scope, spans)) is not None:
                self._put(f"tables/{path.name}", _whole(path), rows)
            for said in SAID:
                path = Path(folder) / f"{said.key}.parquet"
                rows = said_table(self._home, said, path, self._scope, self._zone)
                for one in (path, path.with_suffix(".json")):
                    self._put(f"tables/{one.name}", _whole(one), rows)
                    one.unlink()
                self._progress(done := done + 1, self._steps)


def _name(path: Path) -> str:
    return f"{_INSIDE}{'/'.join(path.parts[-4:])}"


def _whole(path: Path) -> Iterator[bytes]:
    """The bytes of a file as long as it is now: a recording may grow meanwhile."""
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def check(path: Path, *, progress: Progress | None = None) -> Manifest:
    """Read an export or backup back, every byte of it; its list, with what was counted.

    Raises:
        ArchiveError: it is damaged, or none.
    """
    with Source(path) as source:
        entries = b""
        for number, file in enumerate(source.manifest.files, 1):
            for chunk in source.chunks(file):
                entries += chunk if file.path == _ENTRIES else b""
            if progress is not None:
                progress(number, len(source.manifest.files))
        return _counted(source, entries)


def _counted(source: Source, entries: bytes) -> Manifest:
    """The list with what there is, whatever it says; entries: lines that can be read or not.

    Raises:
        ArchiveError: an entry is nested so deep that it was made to stop whoever reads it.
    """
    lines = [line for line in entries.splitlines() if line]
    for line in lines:
        try:
            msgspec.json.decode(line.partition(b" ")[2])
        except RecursionError as error:
            raise source.refused(mark("{path} is damaged"), path=_ENTRIES) from error
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # a damaged line comes back as it is
    found = source.manifest
    names = [file.path for file in found.files]
    recordings = sum(name.startswith(_RECORDINGS) for name in names)
    counts = {"recordings": recordings, "entries": len(lines)}
    return msgspec.structs.replace(found, counts=counts)


def restore(home: Path, path: Path, *, progress: Progress | None = None) -> Manifest:
    """Put an export or backup into a home that is empty. The store is built by the next load.

    Nothing is put in its place before every checksum was found right.

    Raises:
        ArchiveError: the home is not empty, the archive cannot be believed, or the disk refuses;
            nothing was changed.
    """
    _settle(home)
    _refuse_full(home)
    staging = home / RESTORING
    made = not home.exists()
    try:
        with Source(path) as source:
            _unpack(source, staging, progress)
            said = staging / "entries.jsonl"
            found = _counted(source, said.read_bytes() if said.exists() else b"")
        (staging / VERIFIED).touch(mode=0o600)
        sync_folder(staging)
    except BaseException as error:
        shutil.rmtree(staging, ignore_errors=True)
        if made:
            shutil.rmtree(home, ignore_errors=True)
        if isinstance(error, OSError):
            raise ArchiveError(
                mark("Could not restore {name}: {why}."),
                mark("Nothing was changed. Free some space, then try again."),
                name=path.name,
                why=error.strerror or str(error),
            ) from error
        raise
    _settle(home)
    return found


def _refuse_full(home: Path) -> None:
    if recording_paths(home) or Entries(home).size():
        raise ArchiveError(
            mark("{home} is not empty, and what is there must not be mixed."),
            mark("Restore into another folder: --home DIR"),
            home=str(home),
        )


def _unpack(source: Source, staging: Path, progress: Progress | None) -> None:
    files = source.manifest.files
    private_folder(staging)
    wanted = sum(file.bytes for file in files if file.path.startswith(_INSIDE))
    if wanted + SPARE_BYTES > shutil.disk_usage(staging).free:
        raise ArchiveError(
            mark("{name} does not fit: it needs {size} MB."),
            mark("Nothing was changed. Free some space, then try again."),
            name=source.path.name,
            size=wanted // 1_000_000,
        )
    for number, file in enumerate(files, 1):
        if file.path.startswith(_INSIDE):
            _take(source, file, staging / file.path.removeprefix(_INSIDE))
        else:
            for _ in source.chunks(file):
                pass
        if progress is not None:
            progress(number, len(files))


def _take(source: Source, file: File, target: Path) -> None:
    private_folder(target.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(open_private(target, flags), "wb") as out:
        for chunk in source.chunks(file):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _settle(home: Path) -> None:
    """Put in place what was checked; what was not is dropped. Safe to be stopped."""
    staging = home / RESTORING
    if (staging / VERIFIED).exists():
        for path in sorted(staging.rglob("*")):
            target = home / path.relative_to(staging)
            if path.is_dir():
                private_folder(target)
            elif path.name != VERIFIED:
                path.replace(target)
        for folder in (home, *(p for p in (home / "recordings").rglob("*") if p.is_dir())):
            sync_folder(folder)
    if staging.exists():
        shutil.rmtree(staging)
