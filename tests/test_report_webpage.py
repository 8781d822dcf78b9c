"""The short web page of a week and its plain text: two answers first, nothing from elsewhere."""

from __future__ import annotations

import html.parser
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.week import Baseline, Day, Status, WeekReport
from dashboard.reports import webpage
from dashboard.reports.answers import answers, moving_answer, plan_answer
from dashboard.reports.identity import unnamed
from dashboard.reports.plaintext import WIDTH, to_text
from language.spoken import speaking
from tests import golden_weeks, sample_week
from tests.pseudo import pseudo
from tests.test_pseudo import in_pseudo, names_of, of_html, unsaid

CLIPPED = 102_000
"""Bytes of HTML after which Gmail shows the rest only when asked."""
VOID = {"meta", "br"}
every_week = pytest.mark.parametrize(
    "build", sample_week.WEEKS.values(), ids=list(sample_week.WEEKS)
)


class Page(html.parser.HTMLParser):
    """Tags, addresses and texts; every element that opens is closed in its turn."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title"} and data.strip():
            self.texts.append(data)


# --- the page -----------------------------------------------------------------------------------


@every_week
@pytest.mark.parametrize("language", ["en", "it"])
def test_the_first_two_lines_are_the_answers_and_mail_programs_show_all(
    build: Callable[[], WeekReport], language: str
) -> None:
    with speaking(language):
        report = replace(build(), note="A line of a note. " * 55)
        content = webpage.write(report)
        page = Page(content)
        assert tuple(page.texts[:2]) == answers(report)
        assert tuple(to_text(report).splitlines()[:2]) == answers(report)
    assert page.open == []
    assert ("lang", language) in page.attributes
    assert len(content) < CLIPPED


@every_week
def test_nothing_is_loaded_and_nothing_runs(build: Callable[[], WeekReport]) -> None:
    page = Page(webpage.write(build()))
    assert not {"script", "link", "img", "iframe", "form", "object", "svg"} & set(page.tags)
    names = {name for name, _value in page.attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "background"}}
    links = [value for name, value in page.attributes if name == "href"]
    assert all(link.startswith("https://doi.org/10.") for link in links)
    styles = " ".join(value for name, value in page.attributes if name == "style")
    assert "url(" not in styles
    assert "@import" not in webpage.write(build()).decode()


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=80), note=st.text(max_size=300))
def test_no_name_and_no_note_is_ever_markup(text: str, note: str) -> None:
    report = replace(sample_week.complete(), person_name=text, note=f"<b onclick=x>{note}</b>")
    page = Page(webpage.write(report))
    assert page.open == []
    assert "b" not in page.tags
    assert "onclick" not in dict(page.attributes)
    assert to_text(report)


def test_small_print_stands_under_its_row_over_the_whole_width() -> None:
    page = Page(webpage.write(sample_week.at_least()))
    assert ("colspan", "4") in page.attributes
    assert any("recorded total spread over all 7 days" in text for text in page.texts)


def test_a_bar_is_hidden_from_screen_readers_and_stands_beside_its_number() -> None:
    report = sample_week.complete()
    page = Page(webpage.write(report))
    bars = page.attributes.count(("aria-hidden", "true"))
    scored = len(report.components) + sum(day.recorded for day in report.days)
    assert bars == scored + sum(week.points is not None for week in report.trend)
    assert Page(webpage.write(sample_week.no_data())).attributes.count(("aria-hidden", "true")) == 2


@pytest.mark.skipif(
    "VNU_JAR" not in os.environ or shutil.which("java") is None,
    reason="VNU_JAR names no vnu.jar of the Nu Html Checker (npm: vnu-jar), or there is no Java",
)
def test_the_nu_html_checker_finds_nothing(tmp_path: Path) -> None:
    for name, build in sample_week.WEEKS.items():
        (tmp_path / f"{name}.html").write_bytes(webpage.write(build()))
    paths = [str(path) for path in sorted(tmp_path.iterdir())]
    jar = os.environ["VNU_JAR"]
    found = subprocess.run(["java", "-jar", jar, *paths], capture_output=True, timeout=180)
    assert found.stderr == b""
    assert found.returncode == 0


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
def test_every_word_is_in_the_catalogue(name: str) -> None:
    with pseudo():
        report = unnamed(in_pseudo(golden_weeks.PEOPLE[name]().report()), "P-7F3A")
        texts = [*of_html(webpage.page(report)), to_text(report)]
        assert unsaid(texts, (*names_of(report), "P-7F3A")) == set()


# --- its plain text -----------------------------------------------------------------------------


@every_week
def test_lines_of_the_text_after_the_answers_are_short(build: Callable[[], WeekReport]) -> None:
    words = [line for line in to_text(build()).splitlines()[4:] if " " in line.strip("- ")]
    assert max(map(len, words)) <= WIDTH + len("=")


def test_the_text_holds_every_component_day_and_source() -> None:
    report = sample_week.trained()
    text = " ".join(to_text(report).split())
    for line in report.components:
        assert line.title in text
        assert line.source in text
    assert report.data_hash in text
    assert "- Tue 17. Dose, step-eq: 8,600." in text


def test_an_unnamed_page_says_what_stands_for_the_name() -> None:
    text = to_text(unnamed(sample_week.complete(), "P-7F3A"))
    assert "P-7F3A, Week 47, 2026" in text
    assert "Written without a name" in text
    assert "Anna" not in text


# --- as planned? --------------------------------------------------------------------------------


def test_a_complete_week_tells_what_was_reached_and_what_was_not() -> None:
    assert plan_answer(sample_week.complete()) == (
        "3 of 7 targets were reached; not reached: 4; not measured: 0. 81 of 100 points."
    )
    lines = tuple(replace(line, credit=1.0) for line in sample_week.components())
    whole = replace(sample_week.complete(), components=lines)
    assert plan_answer(whole).startswith("Yes: all 7 targets are reached.")


def test_a_lower_bound_says_at_least_and_the_current_week_so_far() -> None:
    assert plan_answer(sample_week.at_least()).startswith("At least 3 of 7 targets were reached;")
    assert "not seen to be reached: 1; not measured: 3" in plan_answer(sample_week.at_least())
    so_far = plan_answer(sample_week.so_far())
    assert so_far.startswith("So far 3 of 7 targets are reached; left to do: 1;")
    assert so_far.endswith("At least 55 of 60 points.")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no data", "Unknown. Nothing recorded this week."),
        ("excused", "Excused week."),
        ("no score", "No points: switched off for this person."),
    ],
)
def test_a_week_without_points_says_why(name: str, said: str) -> None:
    assert plan_answer(sample_week.WEEKS[name]()) == said


def test_a_demo_says_so_before_anything() -> None:
    assert answers(sample_week.demo())[0].startswith("DEMO – simulated data. As planned? ")


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
def test_yes_to_the_plan_is_said_of_measured_targets_alone(name: str) -> None:
    report = golden_weeks.PEOPLE[name]().report()
    said = plan_answer(report)
    reached = all(line.credit is not None and line.credit >= 1 for line in report.components)
    assert said.startswith("Yes") is (reached and report.points is not None)
    if report.status is not Status.COMPLETE:
        assert "; not reached" not in said


# --- moving? ------------------------------------------------------------------------------------


def week(*unloaded: bool | None) -> WeekReport:
    """A week whose days are known to be unloaded, or not, or unknown."""
    days = zip(sample_week.full_days(), unloaded, strict=True)
    return replace(
        sample_week.complete(), days=tuple(replace(day, unloaded=value) for day, value in days)
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((False,) * 7, "Yes, on all 7 days that are known."),
        ((True,) * 7, "Little: all 7 days that are known carried little on the legs."),
        (
            (False, True, None, False, False, True, False),
            "Yes, on 4 of 6 days that are known; days with little on the legs: 2.",
        ),
        ((None,) * 7, "Yes, as far as it was recorded: on 7 of 7 days."),
    ],
)
def test_moving_is_told_by_the_days_that_are_known(days: tuple[bool | None], said: str) -> None:
    assert moving_answer(week(*days)).startswith(said)


def test_sessions_alone_never_say_that_nobody_moved() -> None:
    def still(day: Day) -> Day:
        return replace(day, lld=0.0) if day.recorded else day

    report = sample_week.at_least()
    quiet = replace(report, days=tuple(map(still, report.days)))
    assert moving_answer(quiet).startswith("Unknown: recorded on 3 of 7 days.")
    assert moving_answer(sample_week.no_data()) == "Unknown: nothing was recorded."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (12.2, "That is 12 % more than usual (the 4 weeks before)."),
        (-40.0, "That is 40 % less than usual (the 4 weeks before)."),
        (0.2, "That is as usual (the 4 weeks before)."),
        (None, "A day's load on the legs: that of 6,210 walking steps."),
    ],
)
def test_the_dose_is_told_in_steps_and_against_the_weeks_before(
    change: float | None, said: str
) -> None:
    usual = Baseline(lld=5240.0, weeks=4, change_percent=change)
    told = moving_answer(replace(sample_week.complete(), baseline=usual))
    assert told.replace("\N{NO-BREAK SPACE}", " ").endswith(said)


def test_a_lower_bound_of_the_dose_is_one_here_too() -> None:
    assert "at least that of 6,210 walking steps" in moving_answer(sample_week.at_least())
