"""Nothing that a person reads of a week goes past the catalogue, whoever's week it is."""

from __future__ import annotations

import datetime as dt
import html.parser
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from babel import Locale

from analytics import notices
from analytics.frames import Minutes
from analytics.metrics import CITATIONS
from analytics.week import Gap, SensorUse, Status, WeekReport
from dashboard import charts, livechart, scorecard, strip, theme, tiles, wording
from dashboard.daychart import day_chart
from dashboard.reports import pdf, spreadsheet
from language.spoken import _, speaking
from tests import fake_data, golden_weeks, sample_week
from tests.pseudo import pseudo

CITED = (*CITATIONS.values(), notices.CAST_AND_BED_REST, notices.STEP_REDUCTION)
KEPT = (
    *CITED,
    *(part.strip(" ;,") for text in CITED for part, _link in wording.citation_parts(text)),
    "DEMO",
    "Europe/Rome",
    "Anna Schröder",
    "dBm",
)
"""What no language changes: citations, names of zones and people."""

_ITALIAN = Locale("it")
DATES = {
    name.lower()
    for kind in ("abbreviated", "wide")
    for table in (_ITALIAN.days["format"][kind], _ITALIAN.months["format"][kind])
    for name in table.values()
}
"""Names of days and months, which come with the language and not with the catalogue."""

_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+")
_EVIDENCE = {"A", "B", "C", "D"}


class _Said(html.parser.HTMLParser):
    """Text of HTML, and what a screen reader or a pointer is told."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        told = ("aria-label", "title", "alt")
        self.texts += [value for name, value in attrs if name in told and value]


def of_html(*pieces: str) -> list[str]:
    said = _Said()
    said.feed(" ".join(pieces))
    return said.texts


def of_table(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return [text for row in rows for pair in row.items() for text in pair]


def unsaid(texts: Iterable[str], kept: Iterable[str]) -> set[str]:
    """Words that went past the catalogue."""
    found = set()
    for text in texts:
        rest = text
        for known in sorted((*KEPT, *kept), key=len, reverse=True):
            rest = rest.replace(known, " ") if known else rest
        words = set(_PLAIN.findall(rest)) - _EVIDENCE
        found |= {word for word in words if word.lower() not in DATES}
    return found


def in_pseudo(report: WeekReport) -> WeekReport:
    """With what the other rooms tell in words: sensors and gaps."""
    at = dt.datetime.combine(report.start, dt.time(10), dt.UTC)
    sensors = (
        *report.sensors,
        SensorUse(
            sensor="pod-1",
            title="",
            placement="left-foot",
            observed_h=7.2,
            continuous=False,
            battery_percent=11.0,
            malformed=3,
            load_h=2.5,
        ),
    )
    gap = Gap(sensor="pod-1", start=at, end=at + dt.timedelta(minutes=95), reason="")
    later = Gap(sensor="pod-1", start=at, end=at + dt.timedelta(days=1), reason="")
    return replace(report, sensors=sensors, gaps=(gap, later))


def names_of(report: WeekReport) -> tuple[str, ...]:
    """Names, keys and versions of a week."""
    titles = [use.title for use in report.sensors] + [use.sensor for use in report.sensors]
    versions = (report.method, report.protocol, report.data_hash[:16], report.data_hash)
    return (report.person_name, report.zone, report.week, report.person, *versions, *titles)


def of_page(report: WeekReport) -> list[str]:
    """Every word of a week's page."""
    return of_html(
        scorecard.head(report, current=False),
        scorecard.head(report, current=True),
        scorecard.demo_badge(),
        scorecard.hero(report),
        scorecard.notices(report.notices),
        strip.strip(report),
        scorecard.lines(report),
        scorecard.practice(report),
        scorecard.beside(report),
        scorecard.record(report),
        scorecard.foot(report),
    )


def of_words(report: WeekReport) -> list[str]:
    """What stands beside pictures, and the tables."""
    return [
        wording.shares_text(report),
        wording.strip_text(report),
        wording.parts_text(report),
        wording.trend_text(report),
        wording.trend_dose_text(report),
        wording.trend_note(report),
        wording.baseline_text(report),
        wording.scored_on(report),
        *(word for one in wording.beside(report) for word in (one.text, one.why)),
        *of_table(wording.day_table(report)),
        *of_table(wording.trend_table(report)),
        *of_table(wording.beside_table(report)),
        *of_table(wording.practice_table(report)),
    ]


def of_sheet(value: Any) -> Iterator[str]:
    """Texts of the PDF, without keys, colours and what the template looks up."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"colours", "lang", "key", "state", "parts", "sources", "keywords"}:
                yield from of_sheet(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from of_sheet(inner)


def of_csv(report: WeekReport) -> Iterator[str]:
    """Titles, notes and sentences of the table; its other columns are for programs."""
    for row in spreadsheet.rows(report):
        section = row["section"]
        if section not in {"trend", "notice", "gap", "sensor"}:
            yield str(row["title"])
        if section not in {"set", "gap"}:
            yield str(row.get("note") or "")
        if section in {"component", "notice", "sensor", "symmetry"}:
            yield str(row.get("text") or "")


def of_chart(picture: Any) -> Iterator[str]:
    """Titles of axes, legends and tooltips."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("title"), str):
                yield value["title"]
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(picture.to_dict())


def test_a_word_that_went_past_the_catalogue_is_found_inside_of_a_message_too() -> None:
    with pseudo():
        texts = ["12 steps", _("Worn by {person}", person="nobody yet"), _("No sensor."), "lunedì"]
    assert unsaid(texts, ()) == {"steps", "nobody", "yet"}


@pytest.mark.parametrize("build", golden_weeks.PEOPLE.values(), ids=golden_weeks.PEOPLE)
def test_every_word_of_a_golden_week_is_in_the_catalogue(build: Any) -> None:
    with pseudo():
        report = in_pseudo(build().report())
        sheet = pdf.sheet_of(report)
        texts = [*of_page(report), *of_words(report), *of_sheet(sheet)]
        texts += [part["title"] for part in sheet["parts"]]
        assert unsaid([*texts, *of_csv(report)], names_of(report)) == set()


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_words_in_the_catalogue(status: Status) -> None:
    with pseudo():
        report = golden_weeks.PEOPLE["runner"]().report()
        points = None if status in (Status.EXCUSED, Status.NO_DATA) else report.points
        report = replace(report, status=status, points=points, day_of_week=3, demo=True)
        report = replace(report, at_least=status is Status.AT_LEAST)
        texts = [report.headline, *of_page(report), *of_sheet(pdf.sheet_of(report))]
        assert unsaid(texts, names_of(report)) == set()


def test_pictures_are_labelled_in_the_language() -> None:
    report, colours = sample_week.partial(), theme.palette("light")
    with pseudo():
        for picture in (charts.trend_points(report, colours), charts.trend_dose(report, colours)):
            assert unsaid(of_chart(picture), ()) == set()


def test_minutes_are_told_in_the_language() -> None:
    day = dt.date(2026, 11, 18)
    with pseudo():
        minutes = told_minutes(day)
        table = wording.minute_table(minutes, "Europe/Rome", {"pod": "", "strap": ""})
        texts = [*table.columns, *(str(cell) for row in table.rows() for cell in row)]
        texts.append(wording.minutes_text(minutes, day, {"pod": "", "strap": ""}))
        texts.append(wording.minutes_text(Minutes.create_empty(), day, {}))
        picture = day_chart(
            minutes, day=day, zone="Europe/Rome", names={}, colours=theme.palette("light")
        )
        assert unsaid([*texts, *of_chart(picture)], ()) == set()


def told_minutes(day: dt.date) -> pl.DataFrame:
    """Minutes with every intensity and whatever it was judged by."""
    start = dt.datetime.combine(day, dt.time(9), dt.UTC)
    judges = ("heart rate", "power", "speed", "machine", "cadence", None)
    levels = ("light", "moderate", "vigorous", "light", "moderate", None)
    columns = {
        "minute": [start + dt.timedelta(minutes=n) for n in range(len(judges))],
        "intensity": levels,
        "intensity_by": judges,
        "steps": [60.0] * len(judges),
        "force_bw": [66.0] * len(judges),
        "steps_sensor": ["pod", "strap", "pod", None, "pod", "strap"],
        "other_leg_assumed": [True, False, None, True, None, False],
        "loaded": [True, False, None, True, True, False],
        "worn": [True, False, None, True, True, False],
    }
    empty = Minutes.create_empty()
    return pl.DataFrame(columns, schema_overrides={n: empty.schema[n] for n in columns}).join(
        empty.select("minute", pl.exclude(*columns)), on="minute", how="left"
    )


def test_live_sensors_are_told_in_the_language() -> None:
    sensors = [replace(one, title="", name="x", detail="") for one in fake_data.three_sensors()]
    with pseudo():
        texts = of_html(*(tiles.card(one, "") for one in sensors))
        texts += [tiles.state_word(key) for key in tiles.STATES]
        texts += [wording.signal_text(dbm) for dbm in (-50, -70, -80, -95)]
        texts += [wording.battery_left(days) for days in (None, 0.5, 1.0, 9.0)]
        texts += [wording.others_text(1), wording.others_text(4), wording.battery_low(9.0)]
        assert unsaid(texts, ["x"]) == set()


def test_every_block_of_the_week_says_its_language_where_that_is_not_english() -> None:
    week, (pod, *_rest) = sample_week.complete(), fake_data.three_sensors()
    status = fake_data.FakeData({}, sensors=(pod,)).status()

    def blocks() -> list[str]:
        return [
            scorecard.head(week, current=True),
            scorecard.hero(week),
            scorecard.notices(week.notices),
            scorecard.lines(week),
            scorecard.beside(week),
            tiles.card(pod, "Anna"),
            livechart.headline(status),
        ]

    assert not [block for block in blocks() if " lang=" in block.partition(">")[0]]
    with speaking("it"):
        assert all(' lang="it"' in block.partition(">")[0] for block in blocks())
