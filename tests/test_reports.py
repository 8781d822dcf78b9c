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

from analytics.measures import NEEDS_WEAR
from analytics.week import WeekReport
from dashboard import wording
from dashboard.reports import FORMATS, pdf, report_name, spreadsheet
from ingest.live import LiveValue
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


def test_a_pdf_marks_lower_bounds_in_the_last_weeks() -> None:
    text = page_text(sample_week.at_least())
    assert "≥ 55 of 60" in text
    assert "≥ 6,210" in text
    assert "a lower bound, what was recorded spread over all days" in text
    assert "≥" not in page_text(sample_week.complete())


def test_a_pdf_of_an_empty_week_says_no_gaps_of_nothing() -> None:
    text = page_text(sample_week.no_data())
    assert "No gaps" not in text
    assert "no data no data" not in text


def test_the_notes_of_the_scorecard_are_printed_in_full() -> None:
    report = sample_week.at_least()
    lines = tuple(
        replace(line, note=NEEDS_WEAR) if line.value is None else line for line in report.components
    )
    text = page_text(replace(report, components=lines))
    assert text.count("cannot show what happened outside them.") == 3


def test_a_demo_is_marked_and_a_person_is_not() -> None:
    assert "DEMO" in page_text(sample_week.demo())
    assert "DEMO" not in page_text(sample_week.so_far())


def test_a_crowded_week_still_ends_on_one_page_and_says_how_much_more_there_is() -> None:
    text = page_text(sample_week.crowded())
    assert "+ 22 more" in text  # notices
    assert "+ 57 more" in text  # gaps
    assert "+ 12 more" in text  # sensors
    assert "data ffffffffffffffff" in text  # the last line has not been cut off


def test_a_pdf_tells_practice_the_parts_of_the_dose_and_what_is_not_scored() -> None:
    report = sample_week.trained()
    text = page_text(report)
    for one in wording.practice_done(report):
        assert flat(one.text) in text
    for part in wording.part_lines(report.days[1]):
        assert part in text
    for title in ("Strength and balance", "Shown, never scored", "Where the minutes came from"):
        assert title in text
    assert flat(wording.baseline_text(report)) in text
    assert all(flat(one.text) in text for one in wording.beside(report))
    assert "load taken from 95 h" in text


@pytest.mark.parametrize("name", ["trained", "complete", "at least", "so far"])
def test_an_ordinary_week_needs_no_small_type(name: str) -> None:
    def size(text: str, cm: object, tm: object, font: object, size_pt: float) -> None:
        if "Against the targets" in text:
            sizes.append(size_pt)

    sizes: list[float] = []
    read(sample_week.WEEKS[name]()).pages[0].extract_text(visitor_text=size)
    assert sizes
    assert sizes[0] / 1.12 >= 8.5


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


@settings(max_examples=25)
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
def test_numbers_come_back_from_a_csv_as_far_as_they_can_be_known(
    build: Callable[[], WeekReport],
) -> None:
    report = build()
    for line in report.components:
        found = pick(report, "component", line.key)
        for column in ("value", "credit", "points", "coverage", "low", "high"):
            kept = getattr(line, column)
            assert found[column] == "" if kept is None else close(found[column], kept)
    for day in report.days:
        found = pick(report, "day", "lld", day.date.isoformat())
        assert found["value"] == "" if day.lld is None else close(found["value"], day.lld)


def close(written: str, kept: float) -> bool:
    return float(written) == pytest.approx(kept, abs=0.05) and len(written.partition(".")[2]) <= 3


def test_a_csv_has_no_more_digits_than_a_number_deserves() -> None:
    report = sample_week.complete()
    dose = replace(report.components[2], value=0.07058784392857143, credit=0.7058784392857143)
    found = pick(replace(report, components=(dose,)), "component", "lld")
    assert (found["value"], found["credit"], found["points"]) == ("0.1", "0.706", "14.8")
    short = replace(report.days[0], observed_h=77 / 3600, lld=7400.0)
    day = replace(report, days=(short,))
    assert pick(day, "day", "observed_h", "2026-11-16")["value"] == "0.021"
    assert pick(day, "day", "lld", "2026-11-16")["value"] == "7400"


def test_the_rows_of_a_day_have_titles_for_people() -> None:
    report = sample_week.complete()
    assert pick(report, "day", "peak30_spm", "2026-11-16")["title"] == "Peak-30 cadence"
    assert pick(report, "day", "wear_h", "2026-11-16")["title"] == "Worn"


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


def test_weeks_and_days_that_are_lower_bounds_are_marked_in_the_csv() -> None:
    report = sample_week.at_least()
    trend = {
        (row["title"], row["key"]): row["at_least"]
        for row in rows(report)
        if row["section"] == "trend"
    }
    assert trend["2026-W47", "points"] == trend["2026-W47", "lld"] == "true"
    assert trend["2026-W46", "points"] == trend["2026-W46", "lld"] == "false"
    assert trend["2026-W45", "points"] == trend["2026-W45", "lld"] == ""
    assert pick(report, "day", "lld", "2026-11-16")["at_least"] == "true"
    assert pick(report, "day", "lld", "2026-11-17")["at_least"] == ""


def test_the_parts_of_a_dose_and_what_is_not_scored_are_in_the_csv() -> None:
    report = sample_week.trained()
    values = {
        key: pick(report, "day", key, "2026-11-17")["value"]
        for key in ("weight_bearing_lld", "assisted_lld", "sets_lld", "repetitions", "strength")
    }
    assert list(values.values()) == ["5000", "3400", "200", "34", "true"]
    label = pick(report, "day", "osteogenic_index", "2026-11-17")["title"]
    assert "not a brain or health measure" in label
    assert pick(report, "day", "lld", "2026-11-19")["at_least"] == "true"  # valid, and a bike
    assert pick(report, "baseline", "change_percent")["value"] == "12.2"
    assert pick(report, "symmetry", "percent")["text"] == "left leg stood longer"
    assert [row["value"] for row in rows(report) if row["key"] == "load_h"] == ["95", "3.5"]


def test_each_set_and_balance_practice_is_a_row_that_says_how_it_is_known() -> None:
    found = [row for row in rows(sample_week.trained()) if row["section"] == "set"]
    assert [(row["key"], row["value"], row["note"]) for row in found] == [
        ("squat", "12", "logged"),
        ("squat", "12", "logged"),
        ("calf-raise", "10", "detected"),
    ]
    assert found[0]["text"] == "2026-11-17T17:00:00Z, 60 kg"
    assert found[2]["source"] == "c0ffee-1"
    balance = pick(sample_week.trained(), "balance", "minutes")
    assert balance["text"].endswith("(only the day is known)")


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


def test_the_current_week_rests_on_the_days_that_have_begun() -> None:
    report = sample_week.so_far()
    line = report.components[0]
    assert wording.basis_text(line, report) == "from 3 of 3 days so far, confidence high"
    assert "from 3 of 3 days so far" in page_text(report)
    first = replace(report, days=(report.days[0], *map(sample_week.future, report.days[1:])))
    assert wording.basis_text(line, first).startswith("from 1 of 1 day so far")


def test_a_lower_bound_of_a_daily_mean_says_that_it_is_spread_over_the_week() -> None:
    report = sample_week.at_least()
    clause = "recorded total spread over all 7 days"
    found = {line.key: wording.details(line, report) for line in report.components}
    assert clause in found["lld"]
    assert clause not in found["aerobic_min"]
    assert "mean over all 7 days, the unseen as 0" in found["peak30_spm"]
    assert clause in page_text(report)
    assert "spread over 6 days not excused" in page_text(sample_week.so_far())
    assert "spread" not in page_text(sample_week.complete())


@pytest.mark.parametrize(
    ("key", "value", "credit", "said"),
    [
        ("lld", 8448.0, 0.74, True),
        ("lld", 6210.0, 0.74, False),
        ("lld", 8448.0, 1.0, False),
        ("lld", 8448.0, None, False),
        ("loaded_min", 60.0, 0.9, True),
        ("lld_days", 6.0, 0.9, False),
    ],
)
def test_a_mean_above_its_target_that_loses_points_says_why(
    key: str, value: float, credit: float | None, said: bool
) -> None:
    report = sample_week.complete()
    line = next(line for line in report.components if line.key == key)
    line = replace(line, value=value, credit=credit)
    assert ("each day counts up to its target" in wording.details(line, report)) is said


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0 h"),
        (0.01, "< 1 min"),
        (77 / 3600, "1 min"),
        (4 / 60, "4 min"),
        (0.999, "1 h"),
        (14.2, "14.2 h"),
    ],
)
def test_a_short_time_is_never_zero_hours(value: float, written: str) -> None:
    assert flat(wording.hours(value)) == written


def test_a_day_recorded_for_minutes_outside_waking_hours_says_the_minutes() -> None:
    day = sample_week.day(0, 20.0, wear_h=0.0, observed_h=4 / 60)
    assert flat(wording.coverage_text(day)) == "4 min recorded"
    assert flat(wording.coverage_text(replace(day, observed_h=9.0))) == "worn 0 h"


def test_a_day_that_is_a_lower_bound_has_only_lower_bounds_in_its_table() -> None:
    row = wording.day_table(sample_week.at_least())[0]
    for column in ("Dose, step-eq", "Target reached", "Steps", "Loaded min", "Aerobic min"):
        assert row[column].startswith("at least ")


@pytest.mark.parametrize(
    ("label", "value", "unit", "written"),
    [
        ("speed", 1.4711, "m/s", "speed 1.47 m/s"),
        ("stride length", 1.4, "m", "stride length 1.40 m"),
        ("cadence", 112.0, "steps/min", "cadence 112 steps/min"),
        ("speed", None, "m/s", "speed unknown"),
    ],
)
def test_a_live_value_in_words(label: str, value: float | None, unit: str, written: str) -> None:
    live = LiveValue(label=label, value=value, unit=unit, age_s=0.0)
    assert wording.live_text(live) == written


@pytest.mark.parametrize(
    ("seconds", "written"), [(4, "4 s"), (720, "12 min"), (10800, "3 h"), (432000, "5 days")]
)
def test_an_age_is_rough(seconds: float, written: str) -> None:
    assert wording.age_text(seconds) == written


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
