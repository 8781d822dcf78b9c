"""The contract of every report format, over the table: what it holds, and what it never says."""

from __future__ import annotations

import csv
import hashlib
import html.parser
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader

from analytics.week import WeekReport
from dashboard import wording
from dashboard.reports import FORMATS, Format, report_name
from dashboard.reports.identity import unnamed
from language.spoken import speaking
from tests import golden_weeks, sample_week

CODE = "P-7F3A"
NOTE = "Level ground only until the check-up on 3 December, please."
WEEKS: dict[str, Callable[[], WeekReport]] = {
    **sample_week.WEEKS,
    **{name: lambda build=build: build().report() for name, build in golden_weeks.PEOPLE.items()},  # type: ignore[misc]
}
TOLD = ("pdf", "html", "csv", "parquet", "json")
"""Formats that tell a whole week; the others tell what their standards have places for."""
every_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
every_telling = pytest.mark.parametrize("form", [FORMATS[key] for key in TOLD], ids=TOLD)
every_week = pytest.mark.parametrize("build", WEEKS.values(), ids=WEEKS)


class _Texts(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def flat(text: str) -> str:
    """Without any space: lines break where they like, and a link stands apart."""
    return "".join(text.replace("\N{SOFT HYPHEN}", "").replace("\u2060", "").split())


def strings(value: Any) -> Iterator[str]:
    """Every text and number of a JSON document."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    else:
        yield str(value)


def opened(form: Format, content: bytes) -> str:
    """All letters of a file, read by something that did not write it."""
    if form.mime == "application/pdf":
        return flat(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    if form.mime == "text/html":
        parser = _Texts()
        parser.feed(content.decode())
        return flat(" ".join(parser.texts))
    if form.mime == "text/csv":
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return flat(" ".join(cell for row in rows for cell in row))
    if form.key == "parquet":
        frame = pl.read_parquet(io.BytesIO(content))
        return flat(" ".join(str(cell) for row in frame.rows() for cell in row))
    return flat(" ".join(strings(json.loads(content))))


# --- the table ----------------------------------------------------------------------------------


def test_every_format_says_for_whom_it_is_and_by_what_it_was_checked() -> None:
    for key, form in FORMATS.items():
        assert form.key == key
        assert form.title
        assert form.audience.endswith(".")
        assert form.validated.endswith(".")
    assert len({form.suffix for form in FORMATS.values()}) == len(FORMATS)


def test_an_unnamed_report_is_named_by_its_code() -> None:
    report = unnamed(sample_week.complete(), CODE)
    assert report_name(report, FORMATS["pdf"]) == "legload-p-7f3a-2026-W47.pdf"


# --- the same bytes -----------------------------------------------------------------------------

HASHES = """
import hashlib, json, sys
from dashboard.reports import FORMATS
from language.spoken import speaking
from tests import sample_week
with speaking(sys.argv[1]):
    report = sample_week.trained()
    said = {key: hashlib.sha256(form.write(report)).hexdigest() for key, form in FORMATS.items()}
print(json.dumps(said))
"""


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_same_week_is_the_same_bytes_in_another_process_with_another_hash_seed(
    language: str,
) -> None:
    with speaking(language):
        report = sample_week.trained()
        here = {
            key: hashlib.sha256(form.write(report)).hexdigest() for key, form in FORMATS.items()
        }
    for seed in ("1", "4711"):
        there = subprocess.run(
            [sys.executable, "-c", HASHES, language],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"},
            check=True,
            capture_output=True,
            timeout=120,
        )
        assert json.loads(there.stdout) == here


# --- what it holds ------------------------------------------------------------------------------


@every_telling
@every_week
def test_a_file_opens_and_holds_its_week_from_the_headline_to_the_hash(
    form: Format, build: Callable[[], WeekReport]
) -> None:
    report = build()
    text = opened(form, form.write(report))
    assert flat(wording.headline(report)) in text
    assert flat(report.method[:80]) in text
    assert flat(report.protocol) in text
    assert report.data_hash[:16] in text
    assert flat(report.disclaimer[:60]) in text


@every_telling
@pytest.mark.parametrize("name", [name for name in WEEKS if name != "crowded"])
def test_each_component_has_its_value_or_says_that_it_is_unknown_and_its_proof(
    form: Format, name: str
) -> None:
    report = WEEKS[name]()
    text = opened(form, form.write(report))
    for line in wording.card(report):
        assert flat(line.title) in text
        assert flat(line.source) in text
        if form.key in {"pdf", "html"}:
            assert flat(wording.value_text(line)) in text
            assert flat(wording.evidence_text(line.evidence)) in text
            if line.measured:
                assert flat(wording.basis_text(line, report)) in text
        else:
            assert flat(line.target_text) in text
            assert flat(line.unit) in text


@pytest.mark.parametrize("key", ["csv", "parquet", "json"])
def test_numbers_are_the_ones_of_the_report_and_null_stays_null(key: str) -> None:
    for name in ("at least", "no data", "complete"):
        report = WEEKS[name]()
        found = components(FORMATS[key], report)
        for line in report.components:
            row = found[line.key]
            for column in ("value", "credit", "points", "coverage", "low", "high"):
                kept = getattr(line, column)
                if kept is None:
                    assert row[column] in (None, "")
                else:
                    assert float(row[column]) == pytest.approx(kept, abs=0.05)


def components(form: Format, report: WeekReport) -> dict[str, dict[str, Any]]:
    content = form.write(report)
    if form.key == "json":
        return {line["key"]: line for line in json.loads(content)["components"]}
    if form.key == "csv":
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = pl.read_parquet(io.BytesIO(content)).to_dicts()
    return {row["key"]: row for row in rows if row["section"] == "component"}


@every_telling
def test_a_demo_says_demo_and_a_person_is_none(form: Format) -> None:
    demo, person = (
        opened(form, form.write(replace(sample_week.so_far(), demo=demo))) for demo in (True, False)
    )
    assert demo != person
    if form.key in {"pdf", "html"}:
        assert "DEMO" in demo
        assert "DEMO" not in person


@every_telling
def test_the_note_of_whoever_hands_it_over_is_on_it(form: Format) -> None:
    report = replace(sample_week.trained(), note=NOTE)
    assert flat(NOTE) in opened(form, form.write(report))


# --- what it never says -------------------------------------------------------------------------


@every_format
@pytest.mark.parametrize("name", ["trained", "at least", "no data", "demo", "three_sensors"])
def test_an_unnamed_report_holds_no_name_and_no_key_of_a_person_or_sensor(
    form: Format, name: str
) -> None:
    report = replace(
        WEEKS[name](),
        person="anna-key",
        person_name="Anna Schröder",
        note="Dear Anna, see SCHRÖDER. Hi",
    )
    content = form.write(unnamed(report, CODE))
    text = opened(form, content)
    secret = ("anna-key", "Anna", "Schröder", "SCHRÖDER", *(use.sensor for use in report.sensors))
    held = [word for word in secret if word in text or word.encode() in content]
    assert held == []
    if form.key in TOLD:
        assert CODE in text


@every_telling
def test_a_report_tells_nobody_to_use_this_program(form: Format) -> None:
    for build in (sample_week.at_least, sample_week.no_data, *golden_reports()):
        text = opened(form, form.write(build()))
        for told in ("My data", "on Live", "legload log", "legload person", "This week or"):
            assert flat(told) not in text


def golden_reports() -> list[Callable[[], WeekReport]]:
    return [lambda build=build: build().report() for build in golden_weeks.PEOPLE.values()]  # type: ignore[misc]
