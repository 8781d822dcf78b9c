"""The tidy table as CSV and Parquet, one week or many, and the dictionary beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from pyarrow.parquet import ParquetFile

from analytics.week import WeekReport
from dashboard.reports import FORMATS, spreadsheet, table
from dashboard.reports.dictionary import DICTIONARY, as_markdown, dictionary
from tests import golden_weeks, sample_week

DOCS = Path(__file__).parents[1] / "docs" / "report.md"
every_week = pytest.mark.parametrize(
    "build", sample_week.WEEKS.values(), ids=list(sample_week.WEEKS)
)


def frame(report: WeekReport) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(table.write(report)))


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def same(written: str, kept: object) -> bool:
    """Whether a field of the CSV says what the typed column holds."""
    if kept is None:
        return written == ""
    if isinstance(kept, bool):
        return written == ("true" if kept else "false")
    if isinstance(kept, float):
        return {"true": 1.0, "false": 0.0}.get(written) == kept or float(written) == kept
    return written.removeprefix("'") == str(kept)


@every_week
def test_parquet_has_the_rows_of_the_csv_with_types(build: Callable[[], WeekReport]) -> None:
    report = build()
    typed, texts = frame(report), lines(spreadsheet.write(report))
    assert dict(typed.schema) == table.COLUMNS
    for row, text in zip(typed.to_dicts(), texts, strict=True):
        assert all(same(text[name], kept) for name, kept in row.items()), (row, text)


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
def test_polars_duckdb_and_pyarrow_read_the_same_rows(name: str, tmp_path: Path) -> None:
    report = golden_weeks.PEOPLE[name]().report()
    path = tmp_path / "week.parquet"
    path.write_bytes(table.write(report))
    by_polars = pl.read_parquet(path).rows()
    with duckdb.connect() as database:
        by_duckdb = database.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    assert by_duckdb == by_polars
    assert ParquetFile(path).metadata.num_rows == len(by_polars)  # type: ignore[no-untyped-call]


def test_what_is_not_known_is_null_and_a_state_is_one_or_nothing() -> None:
    week = frame(sample_week.no_data()).filter(pl.col("section") == "component")
    assert week["value"].null_count() == len(week)
    states = frame(sample_week.trained()).filter(pl.col("unit") == spreadsheet.STATE)
    assert set(states["value"].unique()) == {None, 0.0, 1.0}


def test_many_weeks_are_one_table_with_one_header_in_the_order_given() -> None:
    weeks = [sample_week.complete(), replace(sample_week.partial(), week="2026-W48")]
    for key in ("csv", "parquet"):
        write_many = FORMATS[key].write_many
        assert write_many is not None
        out = io.BytesIO()
        write_many(iter(weeks), out)
        content = out.getvalue()
        found = (
            [row["week"] for row in lines(content)]
            if key == "csv"
            else pl.read_parquet(io.BytesIO(content))["week"].to_list()
        )
        counts = [len(list(spreadsheet.rows(week))) for week in weeks]
        assert found == ["2026-W47"] * counts[0] + ["2026-W48"] * counts[1]


def test_no_weeks_are_a_table_without_rows() -> None:
    for module in (spreadsheet, table):
        out = io.BytesIO()
        module.write_many([], out)
        assert out.getvalue()
    assert lines(b"".join([spreadsheet.write(sample_week.complete())]))  # and out is still open


def test_the_file_says_what_each_column_holds() -> None:
    file = ParquetFile(io.BytesIO(table.write(sample_week.complete())))  # type: ignore[no-untyped-call]
    schema = file.schema_arrow
    for column in DICTIONARY:
        described = schema.field(column.name).metadata[b"description"].decode()
        assert described == column.holds.replace("`", "")
    assert schema.metadata[b"legload.missing"] == b"null is unknown, never zero"


def test_the_dictionary_is_the_table_of_the_documentation() -> None:
    assert as_markdown() in DOCS.read_text(encoding="utf-8")
    rows = lines(dictionary())
    assert [row["column"] for row in rows] == list(spreadsheet.COLUMNS)
    assert all(row["type"] and row["holds"] for row in rows)


def test_the_headline_and_the_note_are_rows_of_the_week() -> None:
    report = replace(sample_week.complete(), note="=SUM(A1)")
    found = {row["key"]: row["text"] for row in lines(spreadsheet.write(report))}
    assert found["headline"] == "81 of 100 points"
    assert found["note"] == "'=SUM(A1)"
    typed = dict(frame(report).select("key", "text").rows())
    assert typed["note"] == "=SUM(A1)"
