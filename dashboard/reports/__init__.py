"""The formats a week can be written in: one module each, with `write(report) -> bytes`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from analytics.week import WeekReport
from dashboard.reports import pdf, spreadsheet
from language.spoken import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: what it is called (translated where it is shown) and how it is written."""

    key: str
    title: str
    suffix: str
    mime: str
    write: Callable[[WeekReport], bytes]


FORMATS: dict[str, Format] = {
    form.key: form
    for form in (
        Format(
            key="pdf",
            title=mark("PDF, one page"),
            suffix=".pdf",
            mime="application/pdf",
            write=pdf.write,
        ),
        Format(
            key="csv",
            title=mark("CSV, one number a row"),
            suffix=".csv",
            mime="text/csv",
            write=spreadsheet.write,
        ),
    )
}


def report_name(report: WeekReport, form: Format) -> str:
    """`legload-anna-2026-W47.pdf`; safe as a file name whatever the person is called."""
    ascii_name = unicodedata.normalize("NFKD", report.person_name).encode("ascii", "ignore")
    name = re.sub(r"[^a-z0-9]+", "-", ascii_name.decode().lower()).strip("-")[:40].strip("-")
    demo = "demo-" if report.demo else ""
    return f"legload-{demo}{name or 'person'}-{report.week}{form.suffix}"
