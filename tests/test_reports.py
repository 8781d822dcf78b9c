"""Every report format over weeks of every status."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from analytics.week import WeekReport
from dashboard import wording
from dashboard.reports import FORMATS, pdf, report_name, spreadsheet
from tests import sample_week

WEEKS = list(sample_week.WEEKS.values())
NAMES = list(sample_week.WEEKS)
A4_PT = (595, 842)
every_week = pytest.mark.parametrize("build", WEEKS, ids=NAMES)


def read(report: WeekReport) -> PdfReader:
    return PdfReader(io.BytesIO(pdf.write(report)))


def page_text(report: WeekReport) -> str:
    return flat(read(report).pages[0].extract_text())


def flat(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\u2060", "").split())


def rows(report: WeekReport) -> list[dict[str, str]]:
    text = spreadsheet.write(report).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def pick(report: WeekReport, section: str, key: str, date: str = "") -> dict[str, str]:
    found = [
        row
        for row in rows(report)
        if (row["section"], row["key"], row["date"]) == (section, key, date)
    ]
    assert len(found) == 1
    return found[0]


# --- every format -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@every_week
def test_the_same_week_is_the_same_bytes(form: object, build: Callable[[], WeekReport]) -> None:
    write = next(f.write for f in FORMATS.values() if f is form)
    assert write(build()) == write(build())


def test_a_report_is_named_after_program_person_and_week() -> None:
    report = replace(sample_week.complete(), person_name="Anna")
    assert report_name(report, FORMATS["pdf"]) == "legload-anna-2026-W47.pdf"
    assert report_name(replace(report, demo=True), FORMATS["csv"]) == (
        "legload-demo-anna-2026-W47.csv"
    )


@given(name=st.text(max_size=300))
def test_any_name_gives_a_safe_file_name(name: str) -> None:
    written = report_name(replace(sample_week.complete(), person_name=name), FORMATS["pdf"])
    assert written.isascii()
    assert len(written) < 80
    assert set(written) <= set("abcdefghijklmnopqrstuvwxyz0123456789-W.")
    assert written.endswith("-2026-W47.pdf")


# --- PDF ----------------------------------------------------------------------------------------


@every_week
def test_a_pdf_is_one_tagged_a4_page_for_screen_readers_and_archives(
    build: Callable[[], WeekReport],
) -> None:
    report = build()
    found = read(report)
    assert len(found.pages) == 1
    box = found.pages[0].mediabox
    assert (round(box.width), round(box.height)) == A4_PT
    root: Any = found.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1<" in metadata
    assert "<pdfaid:part>2<" in metadata
    assert found.metadata is not None
    assert report.week.partition("-W")[2] in str(found.metadata.title)


@every_week
def test_a_pdf_says_what_the_page_says(build: Callable[[], WeekReport]) -> None:
    report = build()
    text = page_text(report)
    for words in (
        wording.headline(report),
        wording.status_title(report),
        wording.status_sentence(report),
        wording.strip_text(report),
        report.data_hash[:16],
        sample_week.DISCLAIMER[:60],
    ):
        assert flat(words) in text
    for line in wording.card(report):
        assert flat(wording.points_text(line)) in text
        assert flat(wording.value_text(line)) in text


def test_a_pdf_prints_every_source_once_with_its_doi() -> None:
    text = page_text(sample_week.complete())
    for source in (sample_week.WHO, sample_week.DEL_POZO, sample_week.KROGH):
        assert text.count(source) == 1


def test_a_pdf_keeps_unknown_apart_from_zero() -> None:
    text = page_text(sample_week.at_least())
    assert text.count("not recorded") >= 4
    assert "not measured" in text
    assert "at least 3,100" in text


def test_a_demo_is_marked_and_a_person_is_not() -> None:
    assert "DEMO" in page_text(sample_week.demo())
    assert "DEMO" not in page_text(sample_week.so_far())


def test_a_crowded_week_still_ends_on_one_page_and_says_how_much_more_there_is() -> None:
    text = page_text(sample_week.crowded())
    assert "+ 22 more" in text  # notices
    assert "+ 57 more" in text  # gaps
    assert "+ 12 more" in text  # sensors
    assert "data ffffffffffffffff" in text  # the last line has not been cut off


def test_text_is_printed_and_never_run() -> None:
    name = '#panic("x") $x^2$ *b* _i_ \\ `c` <l> @r "q" [c]'
    assert name in page_text(replace(sample_week.complete(), person_name=name))


@pytest.mark.parametrize("name", ["李雷", "علي", "Zoë 🏃", "\x00\x07", "a\u202eb", "ﷺ", "Ωμέγα"])
def test_a_name_in_any_script_still_gives_a_page(name: str) -> None:
    assert len(read(replace(sample_week.complete(), person_name=name)).pages) == 1


def test_the_bundled_font_has_every_character_that_the_fallback_keeps() -> None:
    kept = "".join(chr(i) for first, last in pdf._BUNDLED for i in range(first, last + 1))
    report = sample_week.complete()
    pieces = [kept[i : i + 60] for i in range(0, len(kept), 60)]
    for piece in pieces:
        note = replace(report.notices[0], text=f"李 {piece}")
        assert len(read(replace(report, notices=(note,))).pages) == 1


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=200))
def test_any_notice_still_gives_one_page(text: str) -> None:
    report = sample_week.complete()
    note = replace(report.notices[0], text=text)
    assert len(read(replace(report, notices=(note,) * 3)).pages) == 1


def test_the_sheet_of_a_week_is_plain_data() -> None:
    sheet = pdf.sheet_of(sample_week.partial())
    assert json.loads(json.dumps(sheet)) == sheet


# --- CSV ----------------------------------------------------------------------------------------


@every_week
def test_a_csv_is_a_full_table_with_its_header(build: Callable[[], WeekReport]) -> None:
    content = spreadsheet.write(build())
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(lines[0]) == spreadsheet.COLUMNS
    assert {len(line) for line in lines} == {len(spreadsheet.COLUMNS)}
    assert content.startswith(b"\xef\xbb\xbf")


@every_week
def test_numbers_come_back_from_a_csv_exactly(build: Callable[[], WeekReport]) -> None:
    report = build()
    for line in report.components:
        found = pick(report, "component", line.key)
        for column in ("value", "credit", "points", "coverage", "low", "high"):
            kept = getattr(line, column)
            assert found[column] == "" if kept is None else float(found[column]) == kept
    for day in report.days:
        found = pick(report, "day", "lld", day.date.isoformat())
        assert found["value"] == "" if day.lld is None else float(found["value"]) == day.lld


def test_the_unknown_is_an_empty_field_and_never_a_zero() -> None:
    report = sample_week.no_data()
    assert pick(report, "week", "points")["value"] == ""
    for row in rows(report):
        if row["section"] == "component":
            assert (row["value"], row["credit"], row["points"]) == ("", "", "")


def test_a_lower_bound_is_marked_in_the_csv() -> None:
    report = sample_week.at_least()
    assert pick(report, "component", "lld")["at_least"] == "true"
    assert pick(report, "week", "points")["at_least"] == "true"
    assert pick(sample_week.complete(), "component", "lld")["at_least"] == "false"


def test_every_row_of_a_demo_says_so() -> None:
    assert {row["demo"] for row in rows(sample_week.demo())} == {"true"}


@given(text=st.text(min_size=1, max_size=60))
def test_no_text_is_run_as_a_formula(text: str) -> None:
    report = replace(sample_week.complete(), person_name=text)
    for row in rows(report):
        assert not row["person"].lstrip(" \N{NO-BREAK SPACE}").startswith(tuple("=+-@\t\r\n"))
        assert row["person"].removeprefix("'") == text.removeprefix("'")


def test_every_column_is_documented() -> None:
    documented = Path(__file__).parents[1].joinpath("docs/report.md").read_text(encoding="utf-8")
    for column in spreadsheet.COLUMNS:
        assert f"| `{column}` |" in documented


# --- wording ------------------------------------------------------------------------------------


@every_week
def test_done_left_and_unknown_add_up_to_all_points(build: Callable[[], WeekReport]) -> None:
    report = build()
    parts = wording.shares(report)
    assert all(part >= 0 for part in parts)
    assert sum(parts) == pytest.approx(wording.points_total(report))


@pytest.mark.parametrize(
    ("value", "written"),
    [(6210.4, "6,210"), (48.5, "48.5"), (2.0, "2"), (0.0, "0"), (100.0, "100"), (99.96, "100")],
)
def test_a_number_has_about_three_figures(value: float, written: str) -> None:
    assert wording.number(value) == written


def test_a_week_over_a_year_end_names_both_years() -> None:
    report = sample_week.complete()
    start = report.start.replace(month=12, day=28)
    over = replace(report, start=start, end=start.replace(year=2027, month=1, day=4))
    assert wording.date_range(over) == "28 December 2026 – 3 January 2027"


def test_every_evidence_mark_is_spelled_out() -> None:
    assert wording.evidence_text("B to D") == "B to D: cohort to our design"
    assert wording.evidence_text("A/D") == "A/D: guideline / our design"


def test_each_doi_of_a_citation_is_a_link_and_no_text_is_lost() -> None:
    source = f"{sample_week.PALUCH}; Ding 2025, doi:10.1016/S2468-2667(25)00164-1; cap is design"
    parts = wording.citation_parts(source)
    assert "".join(text for text, _ in parts) == source
    assert [link for _, link in parts if link] == [
        "https://doi.org/10.1016/S2468-2667(21)00302-9",
        "https://doi.org/10.1016/S2468-2667(25)00164-1",
    ]


@given(text=st.text(max_size=120))
def test_any_citation_keeps_its_text(text: str) -> None:
    assert "".join(part for part, _ in wording.citation_parts(f"{text} doi:10.1000/x.")) == (
        f"{text} doi:10.1000/x."
    )
