"""The tidy table of the CSV as Parquet: the same rows, with types, null as null.

Identical reports give identical bytes with one release of pyarrow, whose name the file holds. What
each column holds stands in the file's own metadata (docs/report.md).
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, BinaryIO

from analytics.week import WeekReport
from dashboard.reports.dictionary import DICTIONARY, Column
from dashboard.reports.spreadsheet import Cell, Row, table_rows
from language.spoken import _

if TYPE_CHECKING:
    import pyarrow as pa


def write(report: WeekReport) -> bytes:
    """One week as Parquet."""
    out = io.BytesIO()
    write_many([report], out)
    return out.getvalue()


def write_many(reports: Iterable[WeekReport], out: BinaryIO) -> None:
    """Several weeks as one table, each a row group, in the order given; out stays open."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema()
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for report in reports:
            rows = [_typed(row) for row in table_rows(report)]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _schema() -> pa.Schema:
    """Columns with their types, and what each holds."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "number": pa.float64(),
        "whole": pa.int32(),
        "truth": pa.bool_(),
        "date": pa.date32(),
    }
    holds = {column.name: _(column.holds).replace("`", "") for column in DICTIONARY}
    fields = [
        pa.field(column.name, types[column.kind], metadata={"description": holds[column.name]})
        for column in DICTIONARY
    ]
    whole = {"legload.dictionary": json.dumps(holds, ensure_ascii=False, sort_keys=True)}
    return pa.schema(fields, metadata={**whole, "legload.missing": "null is unknown, never zero"})


def _typed(row: Row) -> dict[str, Any]:
    """A row with a null where the CSV has nothing, and a state as 1 or 0."""
    return {column.name: _value(column, row.get(column.name)) for column in DICTIONARY}


def _value(column: Column, cell: Cell) -> object:
    if cell is None or cell == "":
        return None
    if column.kind == "date":
        return dt.date.fromisoformat(str(cell))
    return float(cell) if column.kind == "number" else cell
