"""A store that will not open is salvaged, else set aside and begun anew."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from ingest.clock import Clock
from ingest.database import Sleep, StoreDamaged, connect, explain, explained, first_line, store_path
from ingest.migrations import migrate
from ingest.writes import StoreWriter

log = logging.getLogger(__name__)

_SALVAGE_TRIES = 5


@contextmanager
def writer(home: Path, patience_s: float, sleep: Sleep, clock: Clock) -> Iterator[StoreWriter]:
    """The store open for writing, for those who hold `writing_lock`.

    Raises:
        StoreError: see `open_store`.
    """
    connection = open_for_writing(home, clock=clock, patience_s=patience_s, sleep=sleep)
    with explained(), closing(connection):
        yield StoreWriter(connection)


def open_for_writing(
    home: Path, *, clock: Clock, patience_s: float, sleep: Sleep
) -> duckdb.DuckDBPyConnection:
    """A connection to a store that is there, whole and up to date. Hold `writing_lock`.

    Raises:
        StoreError: busy, written by a newer version, or the folder does not permit it.
    """
    path = store_path(home)

    def attempt() -> duckdb.DuckDBPyConnection:
        connection = connect(path, read_only=False, patience_s=patience_s, sleep=sleep)
        try:
            migrate(connection, clock)
        except BaseException as error:
            connection.close()
            if isinstance(error, duckdb.Error) and not _is_damage(error):
                raise explain(error) from error  # a store that opens is never set aside
            raise
        return connection

    try:
        return attempt()
    except duckdb.Error as error:
        if not isinstance(reason := explain(error, opening=True), StoreDamaged):
            raise reason from error
        return _salvage(path, error, attempt, _stamp(clock))


def _is_damage(error: duckdb.Error) -> bool:
    return isinstance(explain(error), StoreDamaged)


def _salvage(
    path: Path, error: duckdb.Error, attempt: Callable[[], duckdb.DuckDBPyConnection], stamp: str
) -> duckdb.DuckDBPyConnection:
    """Cut the write-ahead log where it is damaged, at worst all of it; else begin anew."""
    log.warning("The store would not open (%s).", first_line(error))
    for _ in range(_SALVAGE_TRIES):
        if not _cut_log(path, error, stamp):
            break
        try:
            connection = attempt()
        except duckdb.Error as again:
            error = again
        else:
            log.warning("The store was salvaged; what is missing is loaded again.")
            return connection
    set_aside(path, stamp)
    try:
        return attempt()
    except duckdb.Error as again:
        raise explain(again) from again


def _cut_log(path: Path, error: duckdb.Error, stamp: str) -> bool:
    """Whether there was a write-ahead log to cut; a copy of it is kept."""
    wal = path.with_name(path.name + ".wal")
    if not wal.exists():
        return False
    copy = wal.with_name(f"{wal.name}.damaged-{stamp}")
    if not copy.exists():
        shutil.copy2(wal, copy)
    position = re.search(r"at byte position (\d+)", str(error))
    keep = int(position[1]) if position else 0
    if 0 < keep < wal.stat().st_size:
        os.truncate(wal, keep)
    else:
        wal.unlink()
    return True


def set_aside(path: Path, stamp: str) -> None:
    """Rename a store and what belongs to it, so that a new one can begin."""
    for part in path.parent.glob(f"{path.name}*"):
        if ".damaged-" not in part.name:
            part.rename(part.with_name(f"{part.name}.damaged-{stamp}"))
            log.warning("%s was set aside; a new store is built from the recordings.", part.name)


def discard(home: Path, clock: Clock) -> None:
    """Set a damaged store aside. Hold `writing_lock`."""
    set_aside(store_path(home), _stamp(clock))


def _stamp(clock: Clock) -> str:
    now = dt.datetime.fromtimestamp(clock.utc_ns() / 1e9, dt.UTC)
    return f"{now:%Y%m%dT%H%M%S%f}"
