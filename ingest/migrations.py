"""Named steps from one shape of the store to the next, each applied once and whole."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources

import duckdb

from ingest.clock import Clock
from ingest.database import StoreError
from language.spoken import mark

log = logging.getLogger(__name__)


def migrations() -> dict[str, str]:
    """Every migration by name, in order."""
    files = (resources.files("ingest") / "schema").iterdir()
    found = {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".sql")}
    return dict(sorted(found.items()))


def pending(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Migrations that a store still lacks.

    Raises:
        StoreError: it has one that this version does not know.
    """
    try:
        applied = {name for (name,) in connection.execute("SELECT name FROM migration").fetchall()}
    except duckdb.CatalogException:
        applied = set()
    if unknown := applied - set(migrations()):
        raise StoreError(
            mark("The store was written by a newer version (it knows {migration})."),
            mark("Update legload."),
            migration=min(unknown),
        )
    return [name for name in migrations() if name not in applied]


def migrate(connection: duckdb.DuckDBPyConnection, clock: Clock) -> None:
    """Apply what is pending, each migration whole or not at all."""
    for name in pending(connection):
        with transaction(connection):
            connection.execute(
                "CREATE TABLE IF NOT EXISTS migration (name VARCHAR, applied_at TIMESTAMP)"
            )
            connection.execute(migrations()[name])
            applied = [name, clock.utc_ns() // 1000]
            connection.execute("INSERT INTO migration VALUES (?, make_timestamp(?))", applied)
            # Begins with the clock, so that a store built anew never repeats an old version.
            connection.execute(
                "UPDATE data_version SET version = greatest(version + 1, ?)",
                [clock.utc_ns() // 1_000_000],
            )


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        _rollback(connection)
        raise
    connection.commit()


def _rollback(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.rollback()
    except duckdb.Error as error:  # the error that led here matters, not this one
        log.debug("rollback: %s", error)
