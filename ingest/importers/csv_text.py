"""A table in a text file, row by row: its encoding, its delimiter and its head found by rule.

Quotes are those of RFC 4180. Encoding: what a byte order mark says, else UTF-8, else
windows-1252, as browsers read a page that says nothing (WHATWG Encoding Standard, section 4.2).
Delimiter: of `, ; tab |` the one that parts the first lines into the most fields, equally many in
each. Nothing is kept of a file but the rows that are asked for.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ingest.errors import IngestError
from ingest.importers.imported import Progress, silent
from language.spoken import mark

LONGEST_LINE = 1 << 18
"""Characters; what has none of its lines shorter is no table (design)."""

MOST_COLUMNS = 2_000
"""More than any program writes that this one knows (design)."""

BATCH_ROWS = 50_000
HEAD_LINES = 40
HEAD_BYTES = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
_VALUE = re.compile(r"[-+]?\d[\d.,:/TtZ+ -]*|nan|inf", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a text file is a table. names: of its columns, `1`, `2` ... where it has no head;
    above: lines before the first row of values."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows, by column; ragged: how many rows were left out since they have more fields than
    there are columns, so that nobody knows which is which."""

    columns: tuple[tuple[str, ...], ...]
    ragged: int


def layout_of(file: Path) -> Layout:
    """What kind of table a file is.

    Raises:
        IngestError: it cannot be read, is empty, or is no text with columns.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
    except OSError as error:
        raise unreadable(file, error) from error
    return layout_in(head, file.name)


def layout_in(head: bytes, name: str) -> Layout:
    """The same of the first bytes of a file.

    Raises:
        IngestError: as `layout_of`.
    """
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if "\0" in text:
        raise no_table(name)
    lines = text.splitlines()
    if len(lines) > 1 and len(head) >= HEAD_BYTES:
        lines.pop()  # torn
    above = _preamble(lines)
    shown = [line for line in lines[above : above + HEAD_LINES] if line.strip()]
    if not shown or max(map(len, shown)) > LONGEST_LINE:
        raise no_table(name)
    delimiter = _delimiter(shown)
    first = _fields(shown[0], delimiter)
    if len(first) > MOST_COLUMNS:
        raise no_table(name)
    headed = not any(_VALUE.fullmatch(field.strip()) for field in first)
    names = first if headed else [str(number) for number in range(1, len(first) + 1)]
    return Layout(
        encoding=encoding,
        delimiter=delimiter,
        names=_apart(names),
        above=above + headed,
    )


def batches(file: Path, layout: Layout, progress: Progress = silent) -> Iterator[Batch]:
    """The rows of a table, some at a time; progress in bytes.

    Raises:
        IngestError: it cannot be read, or stops being a table; the text says in which line.
    """
    width = len(layout.names)
    try:
        whole = file.stat().st_size
        with file.open("rb") as binary:
            text = io.TextIOWrapper(binary, layout.encoding, errors="replace", newline="")
            lines = _lines(text, file.name)
            rows = csv.reader(itertools.islice(lines, layout.above, None), _dialect(layout))
            while chunk := list(itertools.islice(rows, BATCH_ROWS)):
                yield _batch(chunk, width)
                progress(min(binary.tell(), whole), whole)
    except csv.Error as error:
        raise no_table(file.name) from error
    except OSError as error:
        raise unreadable(file, error) from error


def no_table(name: str) -> IngestError:
    """What is said of a file that is text at most."""
    return IngestError(
        mark("{file} is not a table of rows and columns."),
        mark("Nothing was imported. Export it again as CSV, with a line for each row."),
        file=name,
    )


def unreadable(file: Path, error: OSError) -> IngestError:
    """What is said where the disk refuses."""
    return IngestError(
        mark("Could not read {file}: {why}."),
        mark("Check that you may read it; nothing was imported."),
        file=file.name,
        why=error.strerror or error,
    )


def _encoding(head: bytes) -> str:
    for begins, name in _MARKS:
        if head.startswith(begins):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _preamble(lines: list[str]) -> int:
    """Lines that stand above the table: remarks, and what Excel reads the delimiter from."""
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith("#") and not line.lower().startswith("sep="):
            return number
    return len(lines)


def _delimiter(lines: list[str]) -> str:
    def parted(delimiter: str) -> tuple[float, int]:
        counts = Counter(len(_fields(line, delimiter)) for line in lines)
        fields, often = counts.most_common(1)[0]
        return (often / len(lines) if fields > 1 else 0.0, fields)

    return max(_DELIMITERS, key=parted)


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [""])


def _apart(names: list[str]) -> tuple[str, ...]:
    """Names that are all different: the second `HR` is `HR (2)`."""
    seen: Counter[str] = Counter()
    apart = []
    for number, name in enumerate(names, 1):
        plain = " ".join(name.replace("\ufeff", "").split()) or str(number)
        seen[plain] += 1
        apart.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(apart)


def _dialect(layout: Layout) -> type[csv.Dialect]:
    class Found(csv.excel):
        delimiter = layout.delimiter
        skipinitialspace = True

    return Found


def _lines(text: TextIO, name: str) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE or "\0" in line:
            raise no_table(name)
        yield line


def _batch(chunk: list[list[str]], width: int) -> Batch:
    ragged, rows = 0, []
    for row in chunk:
        if len(row) > width:
            if any(field.strip() for field in row[width:]):
                ragged += 1
                continue
            row = row[:width]
        if row:
            rows.append(row)
    columns = tuple(itertools.zip_longest(*rows, fillvalue="")) if rows else ()
    short = width - len(columns)
    return Batch(columns=(*columns, *(("",) * len(rows) for _ in range(short))), ragged=ragged)
