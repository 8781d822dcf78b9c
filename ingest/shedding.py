"""Taking what is erased out of the store, down to the bytes of its file."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

from ingest.clock import SystemClock
from ingest.database import connect, explained, store_path
from ingest.entries import Registry
from ingest.migrations import transaction
from ingest.private import open_private, owner_only, sync_folder
from ingest.salvage import open_for_writing
from ingest.stretches import EVER, Scope, Stretches
from ingest.weighing import weighed
from ingest.writes import LONG_NS, StoreWriter

PATIENCE_S = 60.0
AROUND_NS = 4 * 3600 * 10**9
"""Minutes this near to what went are computed anew: wear looks at three hours around (design)."""

_FRESH = ".erasing"
_HANDLED = frozenset({"minute", "training_set", "week", "stale", "sensor_info", "recording"})
_PROJECTED = frozenset({"person", "body_mass", "excuse", "sensor", "assignment", "projection"})
_OVERLAPS = """EXISTS (FROM stretch s WHERE s.sensor = one.sensor
    AND epoch_ns(one.{start}) < s.stop AND epoch_ns(one.{start}) + {length} > s.start)"""
_WHOSE = "($who IS NULL OR one.person = $who) AND ($ever OR {overlaps})"
_WHICH = {
    "minute": _WHOSE.format(overlaps=_OVERLAPS.format(start="minute", length=60_000_000_000)),
    "training_set": _WHOSE.format(overlaps=_OVERLAPS.format(start="start", length=1)),
    "week": _WHOSE.format(overlaps="list_contains($weeks, one.week)"),
}
"""Derived rows that go, by table."""
_TOLD = """EXISTS (FROM stretch s WHERE s.sensor = one.sensor
    AND epoch_ns(one.time) >= s.start AND epoch_ns(one.time) < s.stop)"""
_TOLD_LAST = f"""
    INSERT INTO cut SELECT id FROM recording
    WHERE id NOT IN (FROM cut) AND sensor IN (SELECT sensor FROM sensor_info one WHERE {_TOLD})
    QUALIFY row_number() OVER (PARTITION BY sensor ORDER BY started DESC) = 1
    """  # noqa: S608
"""The last recording that stays, of sensors whose word about themselves goes: it says it again."""


def counts(home: Path, scope: Scope, spans: Stretches, weeks: Sequence[str]) -> dict[str, int]:
    """How many minutes, sets and kept weeks of the store would go, by table.

    weeks: ISO weeks that the days lie in.
    """
    if not store_path(home).exists():
        return dict.fromkeys(_WHICH, 0)
    with explained(), closing(_reader(home)) as connection:
        _register(connection, spans)
        return {table: _count(connection, table, scope, weeks) for table in _WHICH}


def _count(
    connection: duckdb.DuckDBPyConnection, table: str, scope: Scope, weeks: Sequence[str]
) -> int:
    query = f"SELECT count(*) FROM {table} one WHERE {_WHICH[table]}"  # noqa: S608
    ((found,),) = connection.execute(query, _given(_WHICH[table], scope, weeks)).fetchall()
    return int(found)


def loaded(home: Path) -> dict[str, tuple[int, int, int]]:
    """By id of a recording: its size, rows and last sample (UTC ns), as far as it is loaded."""
    if not store_path(home).exists():
        return {}
    with explained(), closing(_reader(home)) as connection:
        rows = connection.execute(
            "SELECT id, size, rows, coalesce(epoch_ns(last_time), ?) FROM recording", [EVER[1]]
        ).fetchall()
    return {id_: (size, count, last) for id_, size, count, last in rows}


def shed(
    home: Path,
    scope: Scope,
    spans: Stretches,
    *,
    recordings: Sequence[str],
    weeks: Sequence[str],
    registry: Registry,
) -> None:
    """Take erased rows out of the store and write what is left into a new file in its place.

    Hold `writing_lock`. recordings: ids that were cut or went, to be loaded again as they are now;
    registry: what the entries say afterwards. Minutes around what went are stale. Set-aside stores
    go as well: they hold copies. Safe to do again after it was stopped.
    """
    path = store_path(home)
    fresh = path.with_name(path.name + _FRESH)
    for left in (*home.glob(f"{path.name}*.damaged-*"), *home.glob(f"{fresh.name}*")):
        left.unlink()
    if not path.exists():
        return
    with owner_only():
        connection = open_for_writing(
            home, clock=SystemClock(), patience_s=PATIENCE_S, sleep=time.sleep
        )
        with explained(), closing(connection):
            _delete(connection, scope, spans, recordings, weeks, registry)
            store = StoreWriter(connection)
            store.project(weighed(store, registry))
            _copy(connection, fresh)
    _sync(fresh)
    fresh.replace(path)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    sync_folder(home)


def _reader(home: Path) -> duckdb.DuckDBPyConnection:
    return connect(store_path(home), read_only=True, patience_s=PATIENCE_S, sleep=time.sleep)


def _given(which: str, scope: Scope, weeks: Sequence[str]) -> dict[str, object]:
    given: dict[str, object] = {"who": scope.person, "ever": scope.days is None}
    return {**given, "weeks": list(weeks)} if "$weeks" in which else given


def _register(connection: duckdb.DuckDBPyConnection, spans: Stretches) -> None:
    rows = [(sensor, *span) for sensor, found in spans.items() for span in found]
    schema = {"sensor": pl.String, "start": pl.Int64, "stop": pl.Int64}
    connection.register("stretch", pl.DataFrame(rows, schema, orient="row").to_arrow())


def _delete(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope,
    spans: Stretches,
    recordings: Sequence[str],
    weeks: Sequence[str],
    registry: Registry,
) -> None:
    _register(connection, spans)
    schema = {"id": pl.String}
    ids = pl.DataFrame({"id": list(recordings)}, schema).to_arrow()
    connection.register("ids", ids)
    connection.execute("CREATE TEMP TABLE cut AS FROM ids")
    with transaction(connection):
        connection.execute(_TOLD_LAST)
        _mark(connection, registry)
        for table, which in _WHICH.items():
            given = _given(which, scope, weeks)
            connection.execute(f"DELETE FROM {table} one WHERE {which}", given)  # noqa: S608
        connection.execute(f"DELETE FROM sensor_info one WHERE {_TOLD}")  # noqa: S608
        _delete_others(connection, scope)
        connection.execute("DELETE FROM recording WHERE id IN (FROM cut)")
        connection.execute("UPDATE data_version SET version = version + 1")
    connection.execute("DROP TABLE cut")
    connection.unregister("stretch")
    connection.unregister("ids")


def _delete_others(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """What else hangs on a recording, person or sensor: computed again from what is left."""
    of_column = {
        "recording": "IN (SELECT number FROM recording WHERE id IN (FROM cut))",
        "sensor": "IN (SELECT sensor FROM stretch)",
        "person": "= coalesce($who, person)",
    }
    columns = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE NOT internal"
        " AND database_name = current_database() GROUP BY table_name"
    ).fetchall()
    for table, names in columns:
        column = next((name for name in of_column if name in names), None)
        if column and table not in _HANDLED | _PROJECTED:
            given = {"who": scope.person} if column == "person" else {}
            connection.execute(f'DELETE FROM "{table}" WHERE {column} {of_column[column]}', given)  # noqa: S608


def _mark(connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
    """Minutes around recordings that are no longer what they were are stale."""
    connection.execute(
        """
        INSERT INTO stale
        SELECT sensor, make_timestamp_ns(greatest(epoch_ns(first_time) - $around, 0)),
            make_timestamp_ns(epoch_ns(last_time) + $around), (SELECT version + 1 FROM data_version)
        FROM recording WHERE id IN (FROM cut) AND sensor IN $known
            AND epoch_ns(last_time) - epoch_ns(first_time) <= $long
        """,
        {"around": AROUND_NS, "long": LONG_NS, "known": list(registry.sensors)},
    )


def _copy(connection: duckdb.DuckDBPyConnection, fresh: Path) -> None:
    """Everything that is left into a new file: DuckDB leaves deleted bytes where they were."""
    name = str(fresh).replace("'", "''")
    ((own,),) = connection.execute("SELECT current_database()").fetchall()
    connection.execute(f"ATTACH '{name}' AS fresh (STORAGE_VERSION 'v1.5.0')")
    connection.execute(f'COPY FROM DATABASE "{own}" TO fresh')
    connection.execute("CHECKPOINT fresh")
    connection.execute("DETACH fresh")


def _sync(path: Path) -> None:
    descriptor = open_private(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
