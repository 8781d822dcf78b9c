"""The answer to a query as text, CSV, JSON or Parquet. What stands in it is shown as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import msgspec
import polars as pl
import pyarrow.parquet as pq
from polars import selectors

from dashboard import console
from dashboard.errors import DashboardError
from ingest.answers import Answer
from ingest.private import open_private
from language.spoken import _

WIDEST = 40
"""Letters of a cell, beyond which it is cut (design)."""
BETWEEN = 2


def frames(answer: Answer, most: int | None = None) -> Iterator[pl.DataFrame]:
    """Its rows, some at a time; at least one frame, so that its columns are told."""
    left = sys.maxsize if most is None else most
    yield _frame(answer.schema.empty_table())
    for batch in answer.batches():
        if left:
            yield _frame(batch.slice(0, left))
        left -= min(left, batch.num_rows)


def _frame(rows: Any) -> pl.DataFrame:
    found = pl.from_arrow(rows)
    assert isinstance(found, pl.DataFrame)
    return found


def write_csv(answer: Answer) -> None:
    """CSV on stdout: a line of names, then the rows. Null is an empty cell; lists are JSON."""
    for number, frame in enumerate(frames(answer)):
        sys.stdout.write(_flat(_iso(frame)).write_csv(include_header=number == 0))


def write_json(answer: Answer) -> None:
    """One JSON document on stdout: a list with an object a row. Not a number is null."""
    sys.stdout.write("[")
    end = "\n"
    for frame in frames(answer):
        for line in _iso(frame).write_ndjson().splitlines():
            sys.stdout.write(end + line)
            end = ",\n"
    sys.stdout.write("\n]\n")


def write_parquet(answer: Answer, path: Path) -> None:
    """A Parquet file for its owner alone, there as a whole or not at all.

    Raises:
        DashboardError: something is there already, or the disk refuses.
    """
    if path.exists():
        raise DashboardError(_("{path} is there already.", path=path), _("Choose another name."))
    part = path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")
    try:
        with os.fdopen(open_private(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            with _parquet(file, answer) as writer:
                for batch in answer.batches():
                    writer.write_batch(batch)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise DashboardError(
            _("Could not write {path}: {why}.", path=path, why=error.strerror or error),
            _("Free some space, or choose another place."),
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _parquet(file: IO[bytes], answer: Answer) -> Any:
    return pq.ParquetWriter(file, answer.schema, compression="zstd")  # type: ignore[no-untyped-call]


def _iso(frame: pl.DataFrame) -> pl.DataFrame:
    """Instants as ISO 8601; Z where they say that they are UTC."""
    zoned = selectors.datetime(time_zone="*")
    return frame.with_columns(
        zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"),
        (selectors.datetime() - zoned).dt.strftime("%Y-%m-%dT%H:%M:%S%.f"),
    )


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    return frame.with_columns(
        pl.Series(name, [_json(one) for one in frame[name].to_list()], pl.String) for name in nested
    )


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def show_table(answer: Answer, most: int, width: int) -> None:
    """As many rows and columns as there is room for; what is not shown is said."""
    shown = pl.concat(frames(answer, most), how="vertical")
    names = [_printable(name) for name in shown.columns]
    rows = [[None if one is None else _cell(one) for one in row] for row in shown.iter_rows()]
    fit = _fit(names, rows, width)
    if len(rows) == 1 and fit < len(names):
        console.table((_("column"), _("value")), zip(names, rows[0], strict=True))
        return
    console.table(names[:fit], (row[:fit] for row in rows), whole=names[:fit])
    if hidden := names[fit:]:
        console.note(_("Not shown for lack of room: {columns}.", columns=", ".join(hidden)))
    if answer.rows > len(rows):
        said = {"rows": f"{answer.rows:,}", "shown": f"{len(rows):,}"}
        console.note(_("… {rows} rows, the first {shown} shown.", **said))


def _fit(names: Sequence[str], rows: Sequence[Sequence[str | None]], width: int) -> int:
    """How many columns fit side by side; at least one."""
    lengths = [
        max(len(name), *(len(row[at] or "—") for row in rows), 0) for at, name in enumerate(names)
    ]
    used, fit = 0, 0
    for length in lengths:
        used += length + (BETWEEN if fit else 0)
        if used > width:
            break
        fit += 1
    return max(1, fit)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return format(value, ".10g")
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else str(value)
    return _printable(text if len(text) <= WIDEST else text[: WIDEST - 1] + "…")


def _printable(text: str) -> str:
    """What would steer a terminal is written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
