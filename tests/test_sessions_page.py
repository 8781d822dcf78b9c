"""Sessions: the list of a month, one session along its own time, and nights with another hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import theme
from dashboard import timeline as picture
from dashboard.history import Timeline
from dashboard.wording import sessions as words
from tests import fake_data, fake_history, sample_week
from tests.fake_data import FakeData
from tests.fake_history import FakeHistory

SCRIPT_S = 30.0
ROME = ZoneInfo("Europe/Rome")


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
        from dashboard.views import sessions
        from tests.fake_data import data

        sessions.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": of}).run()


def said(shown: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in shown.get("html"))


# --- the page -----------------------------------------------------------------------------------


def test_the_sessions_of_a_month_are_listed_and_the_newest_is_open() -> None:
    shown = page(fake())
    assert not shown.exception
    names = [words.session_name(line, dt.UTC) for line in fake_history.sessions()]
    assert len(shown.radio[0].options) == 3
    assert f"<h2>{names[0]}</h2>" in said(shown)
    assert "still being recorded" in names[0]
    assert "2 gaps, 3 min in all." in said(shown)


def test_another_session_is_shown_when_it_is_chosen() -> None:
    shown = page(fake())
    shown.radio[0].set_value("one").run()
    assert f"<h2>{words.session_name(fake_history.session(), dt.UTC)}</h2>" in said(shown)


def test_each_picture_says_what_it_shows_where_nobody_sees_it() -> None:
    shown = page(fake())
    pictures = shown.get("arrow_vega_lite_chart") or shown.get("vega_lite_chart")
    assert len(pictures) == 4
    shown.session_state["session-aside"] = True
    pictures = shown.run().get("arrow_vega_lite_chart") or shown.get("vega_lite_chart")
    assert len(pictures) == 6
    assert all("4,100 steps" in one.proto.alt for one in pictures)
    shown.session_state["session-tables"] = True
    assert len(shown.run().dataframe) == 2


def test_a_session_of_which_nothing_is_known_is_no_error_and_has_no_zeros() -> None:
    shown = page(fake())
    shown.radio[0].set_value("bare").run()
    assert not shown.exception
    assert "nothing that it told is known" in said(shown)
    (row,) = words.session_table([fake_history.sessions()[-1]], dt.UTC)
    assert row["Steps"] == row["Heart rate"] == row["Lost"] == row["Battery"] == "unknown"


def test_somebody_without_a_session_is_told_what_to_do_next() -> None:
    shown = page(fake(history=FakeHistory(lines=())))
    assert "No session is recorded yet." in said(shown)
    assert [button.label for button in shown.button] == ["Open Sensors"]


def test_another_month_has_its_own_sessions() -> None:
    old = fake_history.session("old", fake_history.START - dt.timedelta(days=40))
    shown = page(fake(history=FakeHistory(lines=(*fake_history.sessions(), old))))
    shown.selectbox(key="month-anna").select(dt.date(2026, 10, 1)).run()
    assert len(shown.radio[0].options) == 1
    assert "Fri 9 Oct" in said(shown)


def test_a_session_that_is_gone_is_said_in_one_sentence() -> None:
    class Gone(FakeHistory):
        def timeline(self, person: str, key: str) -> Timeline:
            return super().timeline(person, "gone")

    shown = page(fake(history=Gone()))
    assert not shown.exception
    assert "There is no such session" in shown.error[0].value


# --- words --------------------------------------------------------------------------------------


def test_a_session_is_told_with_units_and_with_what_was_lost() -> None:
    line = fake_history.session()
    assert words.session_name(line, dt.UTC) == "Wed 18 Nov, 09:10–09:50 (40 min)"
    caption = words.session_caption(line)
    for text in ("Foot pod (right foot)", "4,100 steps", "112 steps/min", "104 beats/min"):
        assert text in caption
    assert words.lost_share(line) == pytest.approx(180 / (3 * 2400))
    (row,) = words.session_table([line], dt.UTC)
    assert row["Battery"].startswith("82")


def test_a_gap_is_named_by_its_sensor_its_time_and_its_reason() -> None:
    told = fake_history.timeline(fake_history.session())
    first, _second = words.gap_lines(told, ROME)
    assert first == "Foot pod (right foot), 10:20–10:21 (2 min): the link was lost"


def test_left_and_right_are_only_compared_where_both_were_seen() -> None:
    legs = picture.by_leg(fake_history.timeline(fake_history.session()).legs)
    assert words.legs_text(legs).startswith(
        "Left against right, in the 38 min in which both were seen to step: left 2,128 steps, 1.10"
    )
    assert "cannot be compared" in words.legs_text(legs.filter(pl.col("side") == "left"))
    assert "cannot be compared" in words.legs_text(legs.clear())


def test_the_force_of_a_step_is_unknown_without_a_step() -> None:
    legs = picture.by_leg(pl.DataFrame({"side": ["left"], "steps": [0.0], "force_bw": [0.0]}))
    assert legs["step_bw"].to_list() == [None]


# --- pictures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK])
def test_a_panel_is_drawn_for_everything_that_is_known_and_only_for_that(
    colours: theme.Palette,
) -> None:
    known, running, bare = fake_history.sessions()
    for line in (known, running):
        panels = picture.panels(fake_history.timeline(line), dt.UTC, colours)
        assert [panel.title.partition(":")[0] for panel in panels] == [
            "Cadence",
            "Load",
            "Force of a step",
            "Heart rate",
            "Battery",
            "What recorded, and what was lost",
        ]
        assert all(panel.chart.to_dict()["layer"] for panel in panels)
    assert picture.panels(fake_history.timeline(bare), dt.UTC, colours) == []


def test_a_sensor_that_is_in_no_line_of_the_session_is_drawn_by_its_key() -> None:
    told = fake_history.timeline(fake_history.session())
    stranger = replace(told, line=replace(told.line, sensors=told.line.sensors[:1]))
    panels = picture.panels(stranger, dt.UTC, theme.LIGHT)
    assert '"pad"' in panels[0].chart.to_json()


def test_clock_times_stand_where_round_minutes_begin() -> None:
    start = dt.datetime(2026, 11, 18, 9, 7, 30, tzinfo=dt.UTC)
    assert picture.ticks(start, 40 * 60, dt.UTC) == {
        150: "09:10",
        750: "09:20",
        1350: "09:30",
        1950: "09:40",
    }


def test_an_hour_that_comes_twice_is_drawn_twice() -> None:
    start = dt.datetime(2026, 10, 25, 0, 0, tzinfo=dt.UTC)  # 02:00, an hour before it is put back
    told = picture.ticks(start, 2 * 3600, ROME)
    assert list(told.values()) == ["02:00", "02:30", "02:00", "02:30", "03:00"]
    assert list(told) == [0, 1800, 3600, 5400, 7200]


def test_an_hour_that_does_not_come_leaves_no_hole() -> None:
    start = dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC)  # 01:00, and 02:00 never comes
    told = picture.ticks(start, 2 * 3600, ROME)
    assert list(told.values()) == ["01:00", "01:30", "03:00", "03:30", "04:00"]


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_a_long_session_has_few_ticks_in_any_zone(zone: str) -> None:
    start = dt.datetime(2026, 11, 18, 21, 13, 42, tzinfo=dt.UTC)
    for hours in (0.01, 1, 7, 25):
        told = picture.ticks(start, hours * 3600, ZoneInfo(zone))
        assert len(told) <= picture.TICKS + 1
        assert all(text.endswith(("0", "5")) for text in told.values() if hours > 1)
