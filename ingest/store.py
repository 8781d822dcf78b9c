"""The store: what recordings and entries say, decoded and queryable. All of it can be rebuilt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, overload

import duckdb

from ingest.clock import Clock, SystemClock
from ingest.database import (
    Sleep,
    StoreBusy,
    StoreDamaged,
    StoreError,
    connect,
    explain,
    explained,
    store_path,
    writing_lock,
)
from ingest.frames import Reader
from ingest.migrations import pending
from ingest.queries import Battery, Stale, Store
from ingest.salvage import writer
from ingest.writes import StoreWriter

__all__ = [
    "Battery",
    "Reader",
    "Stale",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreWriter",
    "open_store",
    "store_path",
]

PATIENCE_S = 10.0


@overload
def open_store(
    home: Path,
    read_only: Literal[True] = True,
    *,
    patience_s: float = PATIENCE_S,
    sleep: Sleep = time.sleep,
    clock: Clock | None = None,
) -> AbstractContextManager[Reader]: ...
@overload
def open_store(
    home: Path,
    read_only: Literal[False],
    *,
    patience_s: float = PATIENCE_S,
    sleep: Sleep = time.sleep,
    clock: Clock | None = None,
) -> AbstractContextManager[StoreWriter]: ...
def open_store(
    home: Path,
    read_only: bool = True,
    *,
    patience_s: float = PATIENCE_S,
    sleep: Sleep = time.sleep,
    clock: Clock | None = None,
) -> AbstractContextManager[Store]:
    """The store of a home folder, made, brought up to date or salvaged where that is needed.

    Open it for as short as possible: a writer shuts everybody out, and a reader the writer.

    Raises:
        StoreBusy: another process holds it for longer than `patience_s`.
        StoreDamaged: its contents turn out to be damaged; 'legload repair' rebuilds it.
        StoreError: written by a newer version, or the disk or folder does not permit it.
    """
    clock = clock or SystemClock()
    if read_only:
        return _reading(home, patience_s, sleep, clock)
    return _writing(home, patience_s, sleep, clock)


@contextmanager
def _reading(home: Path, patience_s: float, sleep: Sleep, clock: Clock) -> Iterator[Reader]:
    with (
        explained(),
        closing(_reader(home, patience_s, sleep, clock)) as connection,
        closing(Reader(connection, home)) as reader,
    ):
        yield reader


@contextmanager
def _writing(home: Path, patience_s: float, sleep: Sleep, clock: Clock) -> Iterator[StoreWriter]:
    with writing_lock(home, patience_s), writer(home, patience_s, sleep, clock) as store:
        yield store


def _reader(home: Path, patience_s: float, sleep: Sleep, clock: Clock) -> duckdb.DuckDBPyConnection:
    for _ in range(2):
        connection = try_reader(home, patience_s, sleep)
        if connection is not None:
            return connection
        with writing_lock(home, patience_s), writer(home, patience_s, sleep, clock):
            pass  # makes, migrates or salvages it
    return connect(store_path(home), read_only=True, patience_s=patience_s, sleep=sleep)


def try_reader(home: Path, patience_s: float, sleep: Sleep) -> duckdb.DuckDBPyConnection | None:
    """A reading connection to a store that is up to date; None where a writer must see to it."""
    path = store_path(home)
    if not path.exists():
        return None
    try:
        with ExitStack() as opened:
            connection = opened.enter_context(
                closing(connect(path, read_only=True, patience_s=patience_s, sleep=sleep))
            )
            if pending(connection):
                return None
            opened.pop_all()
            return connection
    except duckdb.Error as error:
        if not isinstance(reason := explain(error, opening=True), StoreDamaged):
            raise reason from error
        return None
