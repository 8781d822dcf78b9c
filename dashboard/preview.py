"""How a report will look, before it is downloaded: a page as a picture or as itself, a table as its
first rows, a document as its first lines.

Also of a scheduled report: where its folder is proposed to be.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

from analytics.week import WeekReport
from dashboard.markup import Markup
from dashboard.reports import Format, pdf, webpage
from language.spoken import _

ROWS, LINES = 20, 60
"""Rows of a table and lines of a document that are shown (design)."""
PICTURE_PPI = 110.0
"""About 910 pixels for the width of A4: sharp on a tablet (design)."""

Shown: TypeAlias = bytes | Markup | str | list[dict[str, Any]] | None
"""A picture, a page, lines of text, rows of a table, or nothing."""


def picture(report: WeekReport) -> bytes:
    """The page of the PDF as a PNG, from the same template and the same words."""
    import typst

    sheet = json.dumps(pdf.sheet_of(report), ensure_ascii=True, sort_keys=True)
    source = resources.files("dashboard.reports").joinpath("week.typ").read_bytes()
    made = typst.compile(source, sys_inputs={"sheet": sheet}, format="png", ppi=PICTURE_PPI)
    return made if isinstance(made, bytes) else made[0]


def first_rows(content: bytes) -> list[dict[str, Any]]:
    """The first rows of a table in CSV, by column."""
    table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return list(itertools.islice(table, ROWS))


def first_typed_rows(content: bytes) -> list[dict[str, Any]]:
    """The same of a table in Parquet."""
    import polars as pl

    return pl.read_parquet(io.BytesIO(content), n_rows=ROWS).to_dicts()


def first_lines(content: bytes) -> str:
    """The first lines of a document in JSON, indented."""
    lines = json.dumps(json.loads(content), ensure_ascii=False, indent=2).split("\n")
    return "\n".join(lines[:LINES] + ["…"] * (len(lines) > LINES))


def preview(report: WeekReport, form: Format, content: bytes) -> Shown:
    """A picture (PNG), a page's own HTML, the first lines, the first rows, or None where a format
    shows none of them."""
    if form.mime == "application/pdf":
        return picture(report)
    if form.mime == "text/html":
        return webpage.page(report)
    if form.mime == "application/vnd.apache.parquet":
        return first_typed_rows(content)
    if form.mime.endswith("json"):
        return first_lines(content)
    return first_rows(content) if form.mime == "text/csv" else None


def proposed_folder() -> Path:
    """Where weekly reports go unless somebody says otherwise."""
    return Path.home() / _("legload reports")
