"""How a report will look, before it is downloaded: a page as a picture, a table as its first rows.

Also of a scheduled report: where its folder is proposed to be.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from importlib import resources
from pathlib import Path

from analytics.week import WeekReport
from dashboard.reports import Format, pdf
from language.spoken import _

ROWS = 20
"""Rows of a table that are shown (design)."""
PICTURE_PPI = 110.0
"""About 910 pixels for the width of A4: sharp on a tablet (design)."""


def picture(report: WeekReport) -> bytes:
    """The page of the PDF as a PNG, from the same template and the same words."""
    import typst

    sheet = json.dumps(pdf.sheet_of(report), ensure_ascii=True, sort_keys=True)
    source = resources.files("dashboard.reports").joinpath("week.typ").read_bytes()
    made = typst.compile(source, sys_inputs={"sheet": sheet}, format="png", ppi=PICTURE_PPI)
    return made if isinstance(made, bytes) else made[0]


def first_rows(content: bytes) -> list[dict[str, str]]:
    """The first rows of a table in CSV, by column."""
    table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return list(itertools.islice(table, ROWS))


def preview(
    report: WeekReport, form: Format, content: bytes
) -> bytes | list[dict[str, str]] | None:
    """A picture (PNG), the first rows, or None where a format shows neither."""
    if form.mime == "application/pdf":
        return picture(report)
    return first_rows(content) if form.mime == "text/csv" else None


def proposed_folder() -> Path:
    """Where weekly reports go unless somebody says otherwise."""
    return Path.home() / _("legload reports")
