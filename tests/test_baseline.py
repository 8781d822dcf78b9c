"""The person's own last weeks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.baseline import compare
from analytics.protocol import default_protocol
from analytics.week import Status, TrendWeek

RULES = default_protocol().baseline


def week(lld: float | None, status: Status = Status.COMPLETE, *, least: bool = False) -> TrendWeek:
    return TrendWeek(
        week="2026-W47",
        status=status,
        points=None,
        points_measurable=0,
        lld=lld,
        valid_days=7,
        at_least=least,
    )


def test_a_week_is_compared_with_the_mean_of_the_four_before_it() -> None:
    found = compare([week(4000.0), week(6000.0), week(5000.0), week(5000.0), week(6000.0)], RULES)
    assert (found.lld, found.weeks) == (5000.0, 4)
    assert found.change_percent == pytest.approx(20.0)


def test_lower_bounds_excused_and_empty_weeks_make_no_baseline() -> None:
    before = [
        week(100.0, Status.AT_LEAST, least=True),
        week(100.0, Status.EXCUSED),
        week(None, Status.NO_DATA),
        week(5000.0),
    ]
    found = compare([*before, week(5000.0)], RULES)
    assert (found.lld, found.change_percent) == (None, None)
    assert found.note == (
        "Not known: it needs 2 of the 4 weeks before with enough worn days; there is 1."
    )


def test_a_week_that_is_a_lower_bound_is_compared_with_nothing() -> None:
    usual = [week(5000.0)] * 4
    found = compare([*usual, week(1000.0, Status.AT_LEAST, least=True)], RULES)
    assert (found.lld, found.change_percent) == (5000.0, None)
    assert "cannot be compared" in found.note


def test_a_week_whose_load_is_not_known_is_not_said_to_be_worn_too_little() -> None:
    found = compare([*[week(5000.0)] * 4, week(4000.0, least=True)], RULES)
    assert (found.lld, found.change_percent) == (5000.0, None)
    assert found.note == "This week cannot be compared: a part of its load is not known."
    running = compare([*[week(5000.0)] * 4, week(4000.0, Status.SO_FAR, least=True)], RULES)
    assert running.note == "This week cannot be compared: so far its dose is a lower bound."
    unknown = [week(5000.0, Status.PARTIAL, least=True)] * 4
    assert compare([*unknown, week(5000.0)], RULES).note == (
        "Not known: it needs 2 of the 4 weeks before with enough worn days and all of the load "
        "known; there are 0."
    )


def test_a_usual_of_nothing_is_not_blamed_on_the_wear() -> None:
    found = compare([*[week(0.0)] * 4, week(4000.0)], RULES)
    assert (found.lld, found.change_percent) == (0.0, None)
    assert found.note == "This week cannot be compared: nothing is a percentage of 0."


@given(st.lists(st.floats(1.0, 1e5), min_size=5, max_size=5))
def test_a_change_is_measured_against_the_baseline_it_names(doses: list[float]) -> None:
    found = compare([week(dose) for dose in doses], RULES)
    assert found.lld is not None
    assert found.change_percent is not None
    assert found.lld * (1.0 + found.change_percent / 100.0) == pytest.approx(doses[-1])
