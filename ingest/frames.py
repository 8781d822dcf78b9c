"""The store for whoever computes: its tables as Polars frames, and questions in SQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import duckdb
import polars as pl

from ingest.answers import TIMEOUT_S, Answer, beside, plainly, put_aside, within
from ingest.queries import Store
from ingest.vetting import vetted
from ingest.views import VIEWS, locked, show

T = TypeVar("T")
LONG_S = 600.0
"""For a whole table (design)."""


class Reader(Store):
    """A store open for reading, whose tables have the names and columns of an export."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home: Path) -> None:
        super().__init__(connection)
        self._home = home
        self._opened = ExitStack()
        self._asked: duckdb.DuckDBPyConnection | None = None
        self._shown: set[str] = set()

    def close(self) -> None:
        """Let go of what questions needed."""
        self._opened.close()

    def query(self, query: str, *, timeout_s: float = TIMEOUT_S) -> pl.DataFrame:
        """What a SELECT over the tables gives. Instants are UTC, and no zone is said.

        Raises:
            QueryRefused: it is not one SELECT, names what is not there, or wants more than that.
            TookTooLong: it did.
            StoreError: it needs more memory or disk than it may use.
        """
        return self._answered(query, _collected, timeout_s)

    def frame(self, table: str) -> pl.DataFrame:
        """A whole table. Motion and samples may not fit in memory: `scan` them.

        Raises:
            QueryRefused: there is no such table.
        """
        return self._answered(_whole(table), _collected, LONG_S)

    def scan(self, table: str) -> pl.LazyFrame:
        """A table of which only what is needed is read, as long as the store is open.

        Raises:
            QueryRefused: there is no such table.
        """
        return self._answered(_whole(table), _lazy, LONG_S)

    def answer(
        self, query: str, *, timeout_s: float = TIMEOUT_S, most: int | None = None
    ) -> Answer:
        """As `query`, its first rows put aside on the disk, to be read when the store is closed."""
        return self._answered(query, lambda found: put_aside(found, self._home, most), timeout_s)

    def _answered(
        self, query: str, take: Callable[[duckdb.DuckDBPyRelation], T], timeout_s: float
    ) -> T:
        if self._asked is None:
            spill = self._opened.enter_context(beside(self._home))
            self._asked = self._opened.enter_context(locked(self._home, spill))
        connection = self._asked
        asked = vetted(connection, query, VIEWS)
        for key in sorted(asked.tables - self._shown):
            show(connection, self._home, self, key)
            self._shown.add(key)
        return within(connection, lambda: take(plainly(connection, asked)), timeout_s)


def _whole(table: str) -> str:
    return 'FROM "' + table.replace('"', '""') + '"'


def _collected(found: duckdb.DuckDBPyRelation) -> pl.DataFrame:
    frame: pl.DataFrame = found.pl()
    return frame


def _lazy(found: duckdb.DuckDBPyRelation) -> pl.LazyFrame:
    frame: pl.LazyFrame = found.pl(lazy=True)
    return frame
