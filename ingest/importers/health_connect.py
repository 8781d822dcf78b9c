"""What Android's Health Connect exports: `Health Connect.zip` with `health_connect_export.db`.

Android publishes no description of the file, but the program that writes it is open: AOSP,
packages/modules/HealthFitness, `BackupExport` and `storage/datatypehelpers`
(`StepsRecordHelper`, `HeartRateRecordHelper`, `WeightRecordHelper`, `DeviceInfoHelper`). Tables as
people found them in their own exports too, user_version 23 (the README of Health Connect Explorer
and others): times are ms since 1970 UTC, masses grams, a heart rate series hangs on its record by
`parent_key`. Columns that are not there are not asked for.

Several apps tell of the same steps, some of them copied from another: each app and device is a
source of its own, so that a minute is of one of them. Where one app tells of a time twice, such as
by the quarter of an hour and by the day, it counts once.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from devices.profile import Channel, Floats, Int64s
from ingest.errors import IngestError
from ingest.importers.apple_columns import once
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import LONGEST_INTERVAL_S, Source, Taking
from ingest.importers.unpacking import copy_member, members
from ingest.private import private_folder
from ingest.spool import PID, SPOOL
from language.spoken import _, mark

KEY = "health_connect"
SUFFIXES = (".zip", ".db")
DATABASE = "health_connect_export.db"

MAGIC = b"SQLite format 3\0"
MOST_BYTES = 4 << 30
BATCH_ROWS = 100_000
MOST_ROWS = 20_000_000
MOST_STEPS_OF_WORK = 4_000
"""Millions of SQLite's own steps (design: ten years of a heart rate a second need 3,000)."""

TYPED = 3
"""`recording_method` of what was typed in (Health Connect: RECORDING_METHOD_MANUAL_ENTRY)."""

_LAST_MS = 9_000_000_000_000
_STEPS = ("steps_record_table", ("start_time", "end_time", "count"))
_HEART = ("heart_rate_record_series_table", ("parent_key", "epoch_millis", "beats_per_minute"))
_MASS = ("weight_record_table", ("time", "weight"))
_OF = ("app_info_id", "device_info_id", "recording_method")


def fits(head: bytes, names: tuple[str, ...]) -> bool:
    """Whether a file is such a database, or a zip that holds one."""
    if head.startswith(MAGIC):
        return True
    return any(name.rpartition("/")[2] == DATABASE for name in names)


def take(file: Path, into: Into) -> Imported:
    """Take steps, heart rate and body mass of a Health Connect export in.

    Raises:
        IngestError: it is damaged, or holds nothing that is used.
    """
    with _unpacked(file, into) as path, Taking(file, into, KEY) as taking:
        try:
            with closing(_connection(path)) as connection:
                _Export(connection, taking, into).take()
        except (sqlite3.Error, OverflowError, MemoryError, UnicodeError) as error:
            raise IngestError(
                mark("{file} is damaged or was not written by Health Connect."),
                mark("Nothing was imported. Export it again, then copy it whole."),
                file=file.name,
            ) from error
        return taking.finish()


@contextmanager
def _unpacked(file: Path, into: Into) -> Iterator[Path]:
    """A private copy of the database; it is large only for as long as it is read."""
    spool = into.home / SPOOL
    private_folder(spool)
    folder = Path(tempfile.mkdtemp(dir=spool, prefix="connect-"))
    try:
        (folder / PID).write_text(str(os.getpid()))
        target = folder / DATABASE
        with file.open("rb") as opened:
            bare = opened.read(len(MAGIC)) == MAGIC
        if bare:
            yield file
            return
        copy_member(file, _name_in(file), target, MOST_BYTES)
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _name_in(file: Path) -> str:
    return next(one.name for one in members(file) if one.name.rpartition("/")[2] == DATABASE)


def _connection(path: Path) -> sqlite3.Connection:
    """A database that is only read, whose own code is not trusted and whose work is bounded."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    work = iter(range(MOST_STEPS_OF_WORK))
    connection.set_progress_handler(lambda: int(next(work, None) is None), 1_000_000)
    return connection


class _Export:
    """One database, handed over."""

    def __init__(self, connection: sqlite3.Connection, taking: Taking, into: Into) -> None:
        self._connection, self._taking, self._into = connection, taking, into
        self._tables = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        self._apps = self._names("application_info_table", ("app_name", "package_name"), both=False)
        self._devices = self._names("device_info_table", ("manufacturer", "model"), both=True)
        self._sources: dict[tuple[object, object], Source] = {}

    def take(self) -> None:
        self._steps()
        self._heart()
        self._mass()

    def _steps(self) -> None:
        table, columns = _STEPS
        parts: dict[Source, list[tuple[Int64s, Int64s, Floats]]] = {}
        for rows in self._rows(table, columns):
            for source, part in self._by_source(rows):
                typed = part[:, 5] == TYPED
                self._taking.skip(_("stretches of steps"), int(typed.sum()), _("typed by hand"))
                start_ns, end_ns = _ns(part[~typed, 0]), _ns(part[~typed, 1])
                parts.setdefault(source, []).append((start_ns, end_ns, part[~typed, 2]))
        for source, told in parts.items():
            start_ns, end_ns, steps = (np.concatenate(column) for column in zip(*told, strict=True))
            odd = ~((end_ns > start_ns) & (end_ns - start_ns <= LONGEST_INTERVAL_S * 1e9))
            self._taking.add_steps(source, start_ns[odd], end_ns[odd], steps[odd])
            start_ns, end_ns, steps, cut = once(start_ns[~odd], end_ns[~odd], steps[~odd])
            self._taking.skip(
                _("stretches of steps"), cut, _("the same app told of that time already")
            )
            self._taking.add_steps(source, start_ns, end_ns, steps)

    def _heart(self) -> None:
        table, columns = _HEART
        parents = "heart_rate_record_table"
        if self._has(table, columns) and self._has(parents, ("row_id",)):
            of = ", ".join(self._column(parents, name, "r") for name in _OF)
            query = (
                f"SELECT s.epoch_millis, s.beats_per_minute, 0, {of} FROM {table} AS s "  # noqa: S608
                f"JOIN {parents} AS r ON s.parent_key = r.row_id"
            )
            for rows in self._batches(query):
                for source, part in self._by_source(rows):
                    known = part[:, 1] > 0
                    self._taking.add(
                        source, Channel.HEART_RATE, _ns(part[known, 0]), part[known, 1]
                    )

    def _mass(self) -> None:
        table, columns = _MASS
        zone = ZoneInfo(self._into.zone)
        for rows in self._rows(table, (*columns, "zone_offset")):
            for time_ms, grams, offset_s, *_of in sorted(rows):
                if not (0 < time_ms < _LAST_MS and np.isfinite(grams)):
                    continue
                told = np.isfinite(offset_s) and abs(offset_s) < 86_400
                where = dt.timezone(dt.timedelta(seconds=int(offset_s))) if told else zone
                with suppress(OverflowError, ValueError, OSError):
                    local = dt.datetime.fromtimestamp(time_ms / 1000, where)
                    self._taking.add_mass(local.date(), grams / 1000.0)

    def _rows(self, table: str, columns: tuple[str, ...]) -> Iterator[list[tuple[float, ...]]]:
        """Three columns and whose they are; a third that is not there is NaN."""
        if self._has(table, columns[:2]):
            wanted = ", ".join(self._column(table, name, "t") for name in (*columns, *_OF))
            yield from self._batches(f"SELECT {wanted} FROM {table} AS t")  # noqa: S608

    def _batches(self, query: str) -> Iterator[list[tuple[float, ...]]]:
        done = 0
        cursor = self._connection.execute(query)
        while rows := cursor.fetchmany(BATCH_ROWS):
            done += len(rows)
            if done > MOST_ROWS:
                raise sqlite3.DataError("more rows than any export")
            self._into.progress(done, max(done, MOST_ROWS // 10))
            yield [tuple(map(_number, row)) for row in rows]

    def _by_source(self, rows: list[tuple[float, ...]]) -> Iterator[tuple[Source, Floats]]:
        """Rows by app and device."""
        told = np.array(rows, np.float64)
        whose, at = np.unique(np.nan_to_num(told[:, 3:5], nan=-1.0), axis=0, return_inverse=True)
        for number, (app, device) in enumerate(whose.tolist()):
            yield self._source(app, device), told[at.reshape(-1) == number]

    def _source(self, app: float, device: float) -> Source:
        name = self._apps.get(int(app), "")
        made = self._devices.get(int(device), "")
        shown = " · ".join(part for part in (name, made) if part)
        placed = self._into.told.placement
        source = Source(identity=f"health connect {name} {made}", name=shown or "Health Connect")
        return source if placed is None else replace(source, placement=placed)

    def _names(self, table: str, columns: tuple[str, str], *, both: bool) -> dict[int, str]:
        """What rows of a table are called: by the first that is told, or by both."""
        if not self._has(table, ("row_id",)):
            return {}
        wanted = ", ".join(self._column(table, name, "t", "TEXT") for name in columns)
        rows = self._connection.execute(
            f"SELECT CAST(t.row_id AS INTEGER), {wanted} FROM {table} AS t LIMIT 10000"  # noqa: S608
        )
        named = {}
        for row_id, *words in rows:
            told = [str(word).strip() for word in words if word]
            named[int(row_id or 0)] = " ".join(told if both else told[:1])[:60]
        return named

    def _has(self, table: str, columns: tuple[str, ...]) -> bool:
        return table in self._tables and set(columns) <= self._columns(table)

    def _columns(self, table: str) -> set[str]:
        rows = self._connection.execute(f"PRAGMA table_xinfo({table})")
        return {str(row[1]) for row in rows}

    def _column(self, table: str, name: str, of: str, kind: str = "REAL") -> str:
        return f"CAST({of}.{name} AS {kind})" if name in self._columns(table) else "NULL"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _ns(time_ms: Floats) -> Int64s:
    """ns of ms, within what a number can hold; what is none is 1970, which nobody measured."""
    whole = np.clip(np.nan_to_num(time_ms, nan=0.0), 0, _LAST_MS)
    return whole.astype(np.int64) * 1_000_000
