"""Rows of a table of motion, from CSV or Parquet, some at a time; never more than fit in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from ingest.errors import IngestError
from ingest.importers.csv_text import batches, layout_of, unreadable
from ingest.importers.imported import Progress
from ingest.importers.table_numbers import decimal_comma, given, numbers
from language.spoken import mark

MOST_ROWS = 10_000_000
"""In one file: 27 hours at 100 samples a second, at some 110 bytes a row in memory (measured)."""

SLICE_ROWS = 500_000
LONGEST_TEXT = 200
"""Characters of a name or time that are looked at (design)."""

PARQUET = ".parquet"
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


def names_in(file: Path) -> tuple[str, ...]:
    """The columns of a table.

    Raises:
        IngestError: it is none.
    """
    if file.suffix.casefold() != PARQUET:
        return layout_of(file).names
    return tuple(schema_of(file))


def schema_of(file: Path) -> pl.Schema:
    """The columns of a Parquet file and their types.

    Raises:
        IngestError: it is none, or holds too much.
    """
    try:
        schema = pl.scan_parquet(file, glob=False).collect_schema()
        rows = int(pl.scan_parquet(file, glob=False).select(pl.len()).collect().item())
    except OSError as error:
        raise unreadable(file, error) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        raise no_parquet(file) from error
    if rows > MOST_ROWS:
        raise too_long(file)
    return schema


def rows_of(
    file: Path, columns: Sequence[str], texts: Sequence[str], progress: Progress
) -> Iterator[pl.DataFrame]:
    """The rows of some columns, some at a time: numbers as Float64, `texts` as they stand.

    Raises:
        IngestError: the file is damaged, holds too much, or a column holds no numbers.
    """
    if file.suffix.casefold() == PARQUET:
        yield from _of_parquet(file, columns, texts, progress)
    else:
        yield from _of_csv(file, columns, texts, progress)


def _of_parquet(
    file: Path, columns: Sequence[str], texts: Sequence[str], progress: Progress
) -> Iterator[pl.DataFrame]:
    schema = schema_of(file)
    wrong = [name for name in columns if name not in texts and not schema[name].is_numeric()]
    if wrong:
        raise no_numbers(file, wrong[0])
    shown = [
        pl.col(name).cast(pl.String).str.head(LONGEST_TEXT)
        if schema[name] in _TEXTS
        else pl.col(name)
        for name in columns
    ]
    table = pl.scan_parquet(file, glob=False).select(shown)
    at = 0
    try:
        whole = int(table.select(pl.len()).collect().item())
        while len(part := table.slice(at, SLICE_ROWS).collect()):
            yield part.with_columns(
                pl.col(name).cast(pl.Float64, strict=False) for name in columns if name not in texts
            )
            at += len(part)
            progress(at, whole)
    except OSError as error:
        raise unreadable(file, error) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise no_parquet(file) from error


def _of_csv(
    file: Path, columns: Sequence[str], texts: Sequence[str], progress: Progress
) -> Iterator[pl.DataFrame]:
    layout = layout_of(file)
    at = {name: layout.names.index(name) for name in columns}
    rows, comma = 0, None
    for number, batch in enumerate(batches(file, layout, progress)):
        found = {name: given(batch.columns[column]) for name, column in at.items()}
        if number == 0:
            comma = decimal_comma(found[name] for name in columns if name not in texts)
        rows += len(batch.columns[0])
        if rows > MOST_ROWS:
            raise too_long(file)
        yield pl.DataFrame(
            {
                name: text if name in texts else numbers(text, comma=comma)
                for name, text in found.items()
            }
        )


def no_parquet(file: Path) -> IngestError:
    """What is said of a Parquet file that is none."""
    return IngestError(
        mark("{file} cannot be read as Parquet."),
        mark("Nothing was imported. Copy or export it again."),
        file=file.name,
    )


def no_numbers(file: Path, column: str) -> IngestError:
    """What is said of a column of the wrong type."""
    return IngestError(
        mark("{file}: the column {column} holds no numbers."),
        mark("Nothing was imported. Export it again with numbers there."),
        file=file.name,
        column=column,
    )


def too_long(file: Path) -> IngestError:
    """What is said of more rows than fit in memory."""
    return IngestError(
        mark("{file} has more than {most} million rows."),
        mark("Nothing was imported. Cut it into days, then import each."),
        file=file.name,
        most=MOST_ROWS // 1_000_000,
    )
