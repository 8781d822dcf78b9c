"""Trends: what the page says, what the pictures hold, and where its buttons lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from analytics.week import Baseline, Status
from dashboard import calendargrid, pattern, theme, trendchart
from dashboard.errors import DashboardError
from dashboard.wording import history as words
from tests import fake_data, fake_history, sample_week
from tests.fake_data import FakeData
from tests.fake_history import FakeHistory, trend_line

SCRIPT_S = 30.0


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def fake(**more: object) -> FakeData:
    found = FakeData(fake_data.history(sample_week.so_far))
    for key, value in more.items():
        setattr(found, key, value)
    return found


def page(of: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import trends
        from tests.fake_data import data

        trends.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": of}).run()


def said(shown: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in shown.get("html"))


# --- the page -----------------------------------------------------------------------------------


def test_the_page_says_in_one_sentence_how_somebody_has_been_doing() -> None:
    shown = page(fake())
    assert not shown.exception
    known = fake_history.trends()
    text = said(shown)
    assert "<h1>Trends</h1>" in text
    assert words.headline(known) in text
    for summary in (
        words.points_summary(known.weeks),
        words.load_summary(known.weeks),
        words.parts_summary(known.weeks),
        words.calendar_summary(known.days),
    ):
        assert summary in text


TABLES = (
    "Points of the last 12 weeks",
    "Load over four weeks, in step-eq a day",
    "What carried the load",
    "Day by day over a year",
)


def test_every_picture_is_said_in_words_and_given_as_a_table() -> None:
    shown = page(fake())
    pictures = shown.get("arrow_vega_lite_chart") or shown.get("vega_lite_chart")
    assert len(pictures) == 3
    assert all(picture.proto.alt for picture in pictures)
    assert said(shown).count('role="img"') == 1  # the year
    assert len(shown.expander) == 4
    assert "<table" not in said(shown)  # until somebody opens it
    for line in TABLES:
        shown.session_state[f"table-{line}"] = True
    assert said(shown.run()).count("<table") == 4


def test_somebody_without_a_past_is_told_what_to_do_next() -> None:
    shown = page(fake(history=FakeHistory(told=fake_history.nothing())))
    assert "Nothing is recorded yet." in said(shown)
    assert [button.label for button in shown.button] == ["Open Sensors"]
    assert not shown.expander


def test_simulated_data_is_marked_on_the_page() -> None:
    assert "DEMO" in said(page(fake(demo=True)))


def test_a_week_can_be_chosen_and_is_opened_as_this_week() -> None:
    shown = page(fake())
    shown.selectbox(key="trend-week-anna").select("2026-W46").run()
    shown.button(key="open-week").click().run()
    assert shown.session_state["week-anna"] == "2026-W46"
    assert not shown.exception


def test_a_store_that_cannot_be_read_is_one_sentence_of_the_shell() -> None:
    error = DashboardError("The store is busy.", "Try again.")
    shown = page(fake(history=FakeHistory(error=error)))
    assert [one.message for one in shown.exception] == ["The store is busy. Try again."]


# --- words --------------------------------------------------------------------------------------


def test_a_week_like_the_usual_one_is_called_as_much_as_usual() -> None:
    last = replace(
        trend_line("2026-W47", 4510.0, Status.SO_FAR),
        baseline=Baseline(lld=4500.0, weeks=4, change_percent=0.2),
    )
    known = replace(fake_history.trends(), weeks=(*fake_history.twelve_weeks()[:-1], last))
    assert words.headline(known).startswith("This week so far you do as much as usual: 4,510")


def test_a_lower_bound_is_not_compared_with_the_usual() -> None:
    last = trend_line("2026-W47", 900.0, Status.AT_LEAST)
    known = replace(fake_history.trends(), weeks=(*fake_history.twelve_weeks()[:-1], last))
    assert "at least 900 step-eq a day; your usual is 4,500." in words.headline(known)
    assert "less" not in words.headline(known).split(".")[0]


def test_too_few_known_weeks_have_no_direction() -> None:
    empty = [trend_line(f"2026-W{number}", None, Status.NO_DATA) for number in range(36, 44)]
    known = [trend_line(f"2026-W{number}", 5000.0) for number in range(44, 48)]
    assert words.change_percent([*empty, *known]) is None
    everything = replace(fake_history.trends(), weeks=(*empty, *known))
    assert "cannot be said" in words.headline(everything)


def test_lower_bounds_excused_weeks_and_the_week_that_runs_do_not_make_a_direction() -> None:
    plain = [trend_line(f"2026-W{number}", 4000.0) for number in range(36, 46)]
    odd = [
        trend_line("2026-W46", 100.0, Status.AT_LEAST),
        trend_line("2026-W47", 100.0, Status.EXCUSED),
        trend_line("2026-W48", 100.0, Status.SO_FAR),
    ]
    assert words.change_percent([*plain, *odd]) == pytest.approx(0.0)


def test_an_unknown_week_is_a_question_mark_and_never_zero() -> None:
    week = trend_line("2026-W40", None, Status.NO_DATA)
    assert words.points_short(week) == "?"
    assert words.points_of(week) == words.dose_of(week.lld, week) == "unknown"


def test_the_calendar_names_each_day_that_it_shows() -> None:
    monday = dt.date(2026, 11, 16)
    day = fake_history.calendar_day
    space = "\N{NO-BREAK SPACE}"
    assert words.day_tip(day(monday, "unknown", None)) == "Monday 16 November: not recorded"
    assert words.day_tip(day(monday, "excused", None)) == "Monday 16 November: excused"
    assert f"at least 40{space}% of the target" in words.day_tip(day(monday, "part", 0.4))
    assert "at least" not in words.day_tip(day(monday, "part", 1.0))
    (row,) = words.calendar_table([day(monday, "part", 0.4)])
    assert row["Mon"] == f"≥{space}40{space}%"
    assert row["Tue"] == ""


# --- pictures -----------------------------------------------------------------------------------


def test_bars_tell_known_weeks_from_bounds_excused_and_unknown_ones() -> None:
    kinds = [trendchart.kind(week, week.points) for week in fake_history.twelve_weeks()]
    assert kinds[2] == "unknown"
    assert kinds[4] == "excused"
    assert kinds[6] == "least"
    assert set(kinds) == {"known", "least", "excused", "unknown"}


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_every_picture_of_weeks_can_be_drawn(colours: theme.Palette) -> None:
    weeks = fake_history.twelve_weeks()
    draw = (trendchart.points_chart, trendchart.load_chart, trendchart.parts_chart)
    for weeks_shown in (weeks, fake_history.nothing().weeks, weeks[-1:]):
        for chart in draw:
            assert chart(weeks_shown, colours).to_dict()["layer"]


def test_a_year_is_two_rows_of_whole_weeks_with_every_day_in_one() -> None:
    days = fake_history.year()
    older, newer = calendargrid.halves(days)
    assert (*older, *newer) == days
    assert newer[0].date.weekday() == 0
    assert calendargrid.halves(days[-20:]) == [days[-20:]]
    assert calendargrid.halves(()) == []


def test_a_day_to_come_is_not_drawn() -> None:
    monday = dt.date(2026, 11, 16)
    days = [
        fake_history.calendar_day(monday, "valid", 0.5),
        fake_history.calendar_day(monday + dt.timedelta(days=1), "future", None),
    ]
    drawn = calendargrid.grid(days)
    assert "Monday 16 November" in drawn
    assert "Tuesday 17 November" not in drawn


@given(some.floats(0, 2))
def test_more_credit_is_never_a_smaller_step(credit: float) -> None:
    assert 0 <= calendargrid.step(credit) <= calendargrid.step(credit + 0.1) <= 5
    assert (calendargrid.step(credit) == 5) == (credit >= 1)
    assert (calendargrid.step(credit) == 0) == (credit == 0)


def test_stripes_begin_and_end_with_the_figure_and_have_hard_edges() -> None:
    stops = pattern.upright("#000000", "#ffffff").to_dict()["stops"]
    offsets = [stop["offset"] for stop in stops]
    assert offsets == sorted(offsets)
    assert (offsets[0], offsets[-1]) == (0.0, 1.0)
    assert {stop["color"] for stop in stops} == {"#000000", "#ffffff"}


def test_turning_to_a_page_that_the_shell_has_shows_it() -> None:
    def script() -> None:
        import streamlit as st

        from dashboard.views import trends

        def first() -> None:
            if st.button("go"):
                trends.open_page("sensors")

        def second() -> None:
            st.write("arrived")

        st.navigation(
            [
                st.Page(first, title="a", url_path="week", default=True),
                st.Page(second, title="b", url_path="sensors"),
            ]
        ).run()

    shown = AppTest.from_function(script, default_timeout=SCRIPT_S).run()
    shown.button[0].click().run()
    assert [one.value for one in shown.markdown] == ["arrived"]
