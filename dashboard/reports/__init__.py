"""The formats a week can be written in: one module each, with `write(report) -> bytes`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from analytics.week import WeekReport
from dashboard.reports import document, fhir, omh, pdf, spreadsheet, table, webpage
from language.spoken import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: what it is called, for whom it is and by what it was checked (all translated
    where they are shown), and how it is written.

    write_many: several weeks as one file, where the format is a table; the data dictionary
    (`dictionary.dictionary()`) then belongs beside it, under the name `dictionary.NAME`.
    """

    key: str
    title: str
    audience: str
    validated: str
    suffix: str
    mime: str
    write: Callable[[WeekReport], bytes]
    write_many: Callable[[Iterable[WeekReport], BinaryIO], None] | None = None


FORMATS: dict[str, Format] = {
    form.key: form
    for form in (
        Format(
            key="pdf",
            title=mark("PDF, one page"),
            audience=mark("For a physiotherapist or doctor, and to print."),
            validated=mark(
                "Checked for PDF/UA-1 and PDF/A-2a by the program that writes it, and its "
                "structure by the tests; not checked with veraPDF."
            ),
            suffix=".pdf",
            mime="application/pdf",
            write=pdf.write,
        ),
        Format(
            key="html",
            title=mark("Web page, short"),
            audience=mark("For yourself and for e-mail: what was planned, and whether you moved."),
            validated=mark("Checked with the Nu Html Checker; nothing is loaded from elsewhere."),
            suffix=".html",
            mime="text/html",
            write=webpage.write,
        ),
        Format(
            key="csv",
            title=mark("CSV, one number a row"),
            audience=mark("For a spreadsheet."),
            validated=mark("Read back by three independent programs in the tests."),
            suffix=".csv",
            mime="text/csv",
            write=spreadsheet.write,
            write_many=spreadsheet.write_many,
        ),
        Format(
            key="parquet",
            title=mark("Parquet, the same table with types"),
            audience=mark("For analysis with Python, R or SQL."),
            validated=mark("Read back by three independent programs in the tests."),
            suffix=".parquet",
            mime="application/vnd.apache.parquet",
            write=table.write,
            write_many=table.write_many,
        ),
        Format(
            key="json",
            title=mark("JSON, everything"),
            audience=mark("For programs."),
            validated=mark("Valid by its published JSON Schema."),
            suffix=".json",
            mime="application/json",
            write=document.write,
        ),
        Format(
            key="fhir",
            title=mark("FHIR, for a clinic's computer"),
            audience=mark("For the records of a clinic or practice (HL7 FHIR R4)."),
            validated=mark(
                "Valid by HL7's own JSON Schema of FHIR R4 in the tests, and by four other "
                "checkers; not checked with HL7's Java validator, and no profile is claimed."
            ),
            suffix=".fhir.json",
            mime="application/fhir+json",
            write=fhir.write,
        ),
        Format(
            key="omh",
            title=mark("Open mHealth, for research"),
            audience=mark("For research platforms that read IEEE 1752.1 data points."),
            validated=mark(
                "Valid by the schemas of IEEE 1752.1 (1.0.2) in the tests; what they have no "
                "words for is valid by our own published schemas."
            ),
            suffix=".omh.json",
            mime="application/json",
            write=omh.write,
        ),
    )
}


def report_name(report: WeekReport, form: Format) -> str:
    """`legload-anna-2026-W47.pdf`; safe as a file name whatever the person is called."""
    ascii_name = unicodedata.normalize("NFKD", report.person_name).encode("ascii", "ignore")
    name = re.sub(r"[^a-z0-9]+", "-", ascii_name.decode().lower()).strip("-")[:40].strip("-")
    demo = "demo-" if report.demo else ""
    return f"legload-{demo}{name or 'person'}-{report.week}{form.suffix}"
