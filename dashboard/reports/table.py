"""The tidy table of the CSV as Parquet: the same rows, with types, null as null.

Identical reports give identical bytes with one release of pyarrow, whose name the file holds. What
each column holds stands in the file's own metadata (docs/report.md).
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

import polars as pl

from analytics.week import WeekReport
from dashboard.reports.dictionary import DICTIONARY, Column
from dashboard.reports.spreadsheet import Cell, Row, table_rows
from language.spoken import _

TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "number": pl.Float64(),
    "whole": pl.Int32(),
    "truth": pl.Boolean(),
    "date": pl.Date(),
}
COLUMNS = {column.name: TYPES[column.kind] for column in DICTIONARY}


def write(report: WeekReport) -> bytes:
    """One week as Parquet."""
    out = io.BytesIO()
    write_many([report], out)
    return out.getvalue()


def write_many(reports: Iterable[WeekReport], out: BinaryIO) -> None:
    """Several weeks as one table, each a row group, in the order given; out stays open."""
    from pyarrow.parquet import ParquetWriter

    schema = _schema()
    with ParquetWriter(out, schema, compression="zstd") as writer:  # type: ignore[no-untyped-call]
        for report in reports:
            rows = [_typed(row) for row in table_rows(report)]
            writer.write_table(pl.DataFrame(rows, schema=COLUMNS).to_arrow().cast(schema))


def _schema() -> Any:
    """Columns with their types, and what each holds, as pyarrow has it."""
    holds = {column.name: _(column.holds).replace("`", "") for column in DICTIONARY}
    schema = pl.DataFrame(schema=COLUMNS).to_arrow().schema
    for index, name in enumerate(COLUMNS):
        told = schema.field(index).with_metadata({"description": holds[name]})
        schema = schema.set(index, told)
    dictionary = json.dumps(holds, ensure_ascii=False, sort_keys=True)
    missing = "null is unknown, never zero"
    return schema.with_metadata({"legload.dictionary": dictionary, "legload.missing": missing})


def _typed(row: Row) -> dict[str, Any]:
    """A row with a null where the CSV has nothing, and a state as 1 or 0."""
    return {column.name: _value(column, row.get(column.name)) for column in DICTIONARY}


def _value(column: Column, cell: Cell) -> object:
    if cell is None or cell == "":
        return None
    if column.kind == "date":
        return dt.date.fromisoformat(str(cell))
    return float(cell) if column.kind == "number" else cell
