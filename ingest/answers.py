"""A query run in bounded time, its answer in plain types, put aside so that the store is let go."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import duckdb
import pyarrow.ipc as ipc

from ingest.database import StoreError
from ingest.private import private_folder
from ingest.vetting import QueryRefused, Vetted, unreadable
from language.spoken import mark

TIMEOUT_S = 60.0
BATCH = 50_000
AGAIN_S = 0.05
SPARE_BYTES = 1 << 30
"""What an answer leaves free on the disk, for recordings (design)."""

_PLAIN = re.compile(
    r"(BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|VARCHAR|DATE|TIME|UUID|JSON"
    r"|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE)(\[\d*\])*"
)
_CALENDAR = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE")
"""What can hold years that no calendar has, over which Polars panics."""
_BEYOND = "it holds a date beyond the years 1 to 9999"
_WHOLE = ("HUGEINT", "UHUGEINT")
_NESTED = re.compile(r"STRUCT|MAP|UNION|\[")
_ASKED_WRONGLY = (
    *("Parser", "Binder", "Catalog", "Conversion", "Invalid Input", "Out of Range"),
    *("Not implemented", "Syntax", "Mismatch Type", "Invalid Type", "Invalid", "Permission"),
    *("Sequence", "Dependency", "Constraint", "Parameter Not Resolved"),
)

T = TypeVar("T")


class TookTooLong(StoreError):  # noqa: N818 - says what is the case
    """A query was stopped after its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            mark("The query was stopped after {seconds:g} s."),
            mark("Ask for fewer days or rows, or give it longer: --timeout"),
            seconds=seconds,
        )


@contextmanager
def beside(home: Path) -> Iterator[Path]:
    """A folder beside the store, of whoever asks alone, that is gone afterwards."""
    spool = home / "spool"
    private_folder(spool)
    with tempfile.TemporaryDirectory(dir=spool, prefix="asked-") as folder:
        yield Path(folder)


def within(connection: duckdb.DuckDBPyConnection, work: Callable[[], T], seconds: float) -> T:
    """What `work` gives, which uses the connection; stopped by the time or by Ctrl-C.

    Raises:
        TookTooLong: it did.
        QueryRefused: the query cannot be answered, ever.
        StoreError: it could not be now.
    """
    found = _run(connection, work, seconds)
    if isinstance(found, (duckdb.Error, OSError)):
        raise meant(found)
    if isinstance(found, BaseException):
        raise found
    return found


def _run(
    connection: duckdb.DuckDBPyConnection, work: Callable[[], T], seconds: float
) -> T | BaseException:
    """What it gives or what it raised, without its traceback: the unread rest of an answer that
    hangs there would hold the store."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            wait([running], seconds)
            late = not running.done()
        finally:
            _stop(connection, running)
    error = TookTooLong(seconds) if late else running.exception()
    if error is None:
        return running.result()
    error.__context__ = None
    return error.with_traceback(None)


def _stop(connection: duckdb.DuckDBPyConnection, running: Future[T]) -> None:
    """Again and again: what has not begun yet does not notice."""
    while not running.done():
        connection.interrupt()
        wait([running], AGAIN_S)


def meant(error: duckdb.Error | OSError) -> QueryRefused | StoreError:
    """What an error of DuckDB, which may come by way of Arrow, means to whoever asked."""
    text = str(error)
    if text.startswith("Out of Memory") or isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            mark("The query needs more memory or disk than it may use."),
            mark("Ask for fewer days, columns or groups."),
        )
    kind = text.partition(" Error:")[0]
    if kind in _ASKED_WRONGLY:
        return unreadable(text)
    return StoreError(
        mark("The query could not be answered: {why}."),
        mark("Free some space, or run 'legload doctor'."),
        why=text.splitlines()[0].rstrip(".") if text else type(error).__name__,
    )


def plainly(connection: duckdb.DuckDBPyConnection, query: Vetted) -> duckdb.DuckDBPyRelation:
    """A query whose columns have names of their own and types that every program knows.

    Whole numbers beyond 64 bits are refused as they come, decimals are doubles; what has no
    everyday type is text: JSON where it is nested.
    """
    asked = connection.sql(query.text)
    if query.explains:
        return asked
    names = _distinct(asked.columns)
    types = [str(kind) for kind in asked.types]
    plain = all(_PLAIN.fullmatch(kind) and kind not in _CALENDAR for kind in types)
    if names == asked.columns and plain:
        return asked
    inner = [f"c{number}" for number in range(len(names))]
    shown = ", ".join(
        f"{_as_plain(column, kind)} AS {_quoted(name)}"
        for column, kind, name in zip(inner, types, names, strict=True)
    )
    return connection.sql(
        f"SELECT {shown} FROM (\n{query.text}\n) AS asked({', '.join(inner)})"  # noqa: S608 - vetted
    )


def _as_plain(column: str, kind: str) -> str:
    if kind in _CALENDAR:
        first, last = ("'0001-01-01'", "'9999-12-31'")
        within = f"{column} BETWEEN {first}::{kind} AND {last}::{kind}"
        return f"CASE WHEN {within} OR {column} IS NULL THEN {column} ELSE error('{_BEYOND}') END"
    if _PLAIN.fullmatch(kind):
        return column
    if kind in _WHOLE:
        return f"{column}::BIGINT"
    if kind.startswith("DECIMAL") and not kind.endswith("]"):
        return f"{column}::DOUBLE"
    return f"to_json({column})::VARCHAR" if _NESTED.search(kind) else f"{column}::VARCHAR"


def _distinct(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        again, number = name, 1
        while again in found:
            again, number = f"{name}_{number}", number + 1
        found.append(again)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Answer:
    """Rows that were put aside, to be read in order and let go of.

    schema: Arrow's. rows: how many there were in all.
    """

    def __init__(self, file: IO[bytes], schema: Any, rows: int) -> None:
        self.schema, self.rows = schema, rows
        self._file = file

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def batches(self) -> Iterator[Any]:
        """The rows, some at a time, as Arrow record batches."""
        self._file.seek(0)
        with ipc.open_stream(self._file) as reader:  # type: ignore[no-untyped-call]
            yield from reader


def put_aside(relation: duckdb.DuckDBPyRelation, home: Path, most: int | None) -> Answer:
    """Its rows, or the first `most` of them, in a file without a name beside the store.

    Raises:
        StoreError: the disk has no room for it.
    """
    folder = home / "spool"
    private_folder(folder)
    with ExitStack() as opened:
        file = opened.enter_context(tempfile.TemporaryFile(dir=folder))
        reader = relation.to_arrow_reader(BATCH)
        rows = 0
        with ipc.new_stream(file, reader.schema) as writer:  # type: ignore[no-untyped-call]
            for batch in reader:
                if kept := batch.slice(0, None if most is None else max(0, most - rows)):
                    _refuse_full(folder, kept.nbytes)
                    writer.write_batch(kept)
                rows += batch.num_rows
        opened.pop_all()
    return Answer(file, reader.schema, rows)


def _refuse_full(folder: Path, wanted: int) -> None:
    if shutil.disk_usage(folder).free < wanted + SPARE_BYTES:
        raise StoreError(
            mark("The answer does not fit on the disk."),
            mark("Ask for fewer days, columns or rows."),
        )
