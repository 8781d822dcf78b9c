"""The tables of an export as views of the store, in a DuckDB that can do nothing but read them.

The store is attached read-only to a database in memory, which is then locked: no file, no network,
no extension, no setting can be reached from a query any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from ingest.database import explained, store_path
from ingest.entries import Entries, Registry
from ingest.queries import Store
from ingest.tables import GAPS, TABLES, gaps_of
from ingest.tables_said import SAID, SaidTable, said_frame

MEMORY = "1GB"
SPILL = "4GB"
THREADS = 2
"""What a query may use of memory, of the disk beside the store, and of processors (design)."""

_STORE = "store"
_TABLE = re.compile(r"\b(FROM|JOIN) (?=[a-z])")
_LOCK = (
    "SET TimeZone = 'UTC'",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What may be asked: its name, what a row is, what each column means."""

    key: str
    what: str
    columns: Mapping[str, str]


VIEWS: Mapping[str, View] = {
    one.key: one
    for one in (
        *(View(key=t.key, what=t.what, columns=t.columns) for t in (*TABLES, GAPS)),
        *(
            View(
                key=t.key,
                what=t.what,
                columns={name: said for name, (_, said) in t.columns.items()},
            )
            for t in SAID
        ),
    )
}
"""All of them, in the order in which an export has them."""

_QUERIES = {table.key: table.query for table in TABLES}
_SAID = {table.key: table for table in SAID}


@contextmanager
def locked(home: Path, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with no view yet, attached to the store of a home, of which nobody may write now.

    spill: a folder for what does not fit in memory.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_directory": str(spill),
        "max_temp_directory_size": SPILL,
        "memory_limit": MEMORY,
        "threads": THREADS,
    }
    with explained(), closing(duckdb.connect(":memory:", config=config)) as connection:
        path = str(store_path(home)).replace("'", "''")
        connection.execute(f"ATTACH '{path}' AS {_STORE} (READ_ONLY)")
        for setting in _LOCK:
            connection.execute(setting)
        yield connection


def show(connection: duckdb.DuckDBPyConnection, home: Path, store: Store, key: str) -> None:
    """Have a view in a locked database. What was typed and what the store finds out are copied."""
    if key in _QUERIES:
        connection.execute(f'CREATE VIEW "{key}" AS {_view(key)}')
        return
    frame = gaps_of(store) if key == GAPS.key else _typed(_SAID[key], Entries(home).registry())
    connection.register("incoming", frame.to_arrow())
    connection.execute(f'CREATE TABLE "{key}" AS FROM incoming')
    connection.unregister("incoming")


def _view(key: str) -> str:
    """The query of a table for everybody and all days, against the attached store."""
    query = _QUERIES[key].format(within="TRUE", in_minute="TRUE", in_week="TRUE")
    columns = ", ".join(f'"{column}"' for column in VIEWS[key].columns)
    inner = _TABLE.sub(rf"\1 {_STORE}.", query.replace("$who", "NULL"))
    return f"SELECT {columns} FROM ({inner})"  # noqa: S608 - names of ours


def _typed(table: SaidTable, registry: Registry) -> pl.DataFrame:
    """A table of entries; of what tells a sensor from all others in the world only the end."""
    frame = said_frame(table, registry)
    telling = [name for name in ("identity", "address") if name in frame.columns]
    return frame.with_columns(
        pl.when(pl.col(name) == "").then(name).otherwise(pl.lit("…") + pl.col(name).str.tail(5))
        for name in telling
    )
