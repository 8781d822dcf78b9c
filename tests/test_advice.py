"""What to do about what is unknown: said for a page on pages, as a command in a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.measures import NEEDS_BALANCE, NEEDS_STRENGTH
from analytics.week import Component, Status, WeekReport, unmeasured
from dashboard import scorecard, wording
from dashboard.commands.weeks import _not_measured
from dashboard.reports.pdf import write
from dashboard.wording.advice import IN_A_TERMINAL, ON_A_PAGE, line_advice
from tests import sample_week
from tests.test_pseudo import of_html

NEEDS = {"strength_days": NEEDS_STRENGTH, "balance_days": NEEDS_BALANCE}


def unknown(key: str) -> tuple[Component, WeekReport]:
    """A week of which nothing tells whether something was practised, and its line."""
    week = sample_week.complete()
    first = week.components[0]
    line = replace(
        first, key=key, value=None, credit=None, points=None, note=unmeasured(NEEDS[key])
    )
    return line, replace(week, components=(line, *week.components[1:]))


@pytest.mark.parametrize("key", NEEDS)
def test_pages_point_to_pages_and_the_terminal_to_commands(key: str) -> None:
    line, week = unknown(key)
    on_page, in_terminal = wording.details(line, week)[0], _not_measured(line, week)
    assert ON_A_PAGE[key] in on_page
    assert "legload " not in on_page
    assert IN_A_TERMINAL[key] in in_terminal
    assert "My data" not in in_terminal
    assert "legload log" not in " ".join(of_html(scorecard.lines(week)))
    assert write(week)


@pytest.mark.parametrize("key", NEEDS)
def test_who_is_not_scored_is_not_told_what_to_do_for_points(key: str) -> None:
    line, week = unknown(key)
    assert line_advice(line, replace(week, points=None)) == ""
    assert line_advice(line, replace(week, status=Status.EXCUSED)) == ""


def test_a_line_that_is_unknown_for_another_reason_gets_no_advice() -> None:
    line, week = unknown("strength_days")
    assert line_advice(replace(line, note="Counts from age 65 on."), week) == ""
    assert line_advice(replace(line, key="lld"), week) == ""


def test_every_advice_has_a_page_and_a_command() -> None:
    assert ON_A_PAGE.keys() == IN_A_TERMINAL.keys()
    assert not [text for text in ON_A_PAGE.values() if "legload" in text]
    assert all("legload " in text for text in IN_A_TERMINAL.values())
