"""The week at a glance: done, left, unknown; then day by day, line by line, week by week."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import streamlit as st

from analytics.week import WeekReport
from dashboard import scorecard, tiles, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.reports import FORMATS, report_name
from dashboard.views import days, practice, trend

if TYPE_CHECKING:
    from dashboard.data import Data

LIVE_S = 1.0
LOOK_S = 2.0


def render(data: Data, person: str) -> None:
    """The page of one person."""
    version = data.version()
    weeks = data.weeks(person)
    week = _chosen(person, weeks, first=1 if data.demo and len(weeks) > 1 else 0)
    report = _report(version, str(data.home), person, week, _data=data)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        st.html(scorecard.head(report, current=week == weeks[0]))
    _picker(person, weeks, week)
    st.html(scorecard.hero(report))
    _live(data)
    if report.notices:
        st.html(scorecard.notices(report.notices))
    days.render(data, report, version)
    st.html(scorecard.page(el("h2", "Against the targets")))
    st.html(scorecard.lines(report))
    practice.render(data, report)
    trend.render(report)
    trend.beside(report)
    st.html(scorecard.record(report))
    st.divider()
    st.html(scorecard.foot(report))
    with right:
        _downloads(version, report)
    _watch(data, version, itertools.count())


@st.cache_data(ttl="10m", max_entries=64, show_spinner="Adding up the week …")
def _report(version: int, home: str, person: str, week: str, *, _data: Data) -> WeekReport:
    """Scored once for each data version."""
    return _data.week(person, week)


@st.cache_data(ttl="10m", max_entries=32, show_spinner=False)
def _written(version: int, report: WeekReport, key: str) -> bytes:
    return FORMATS[key].write(report)


def _downloads(version: int, report: WeekReport) -> None:
    with st.container(horizontal=True, horizontal_alignment="right"):
        for form in FORMATS.values():
            st.download_button(
                f"Download {form.key.upper()}",
                _written(version, report, form.key),
                file_name=report_name(report, form),
                mime=form.mime,
                on_click="ignore",
                type="primary" if form.key == "pdf" else "secondary",
                help=form.title,
                key=f"download-{form.key}",
            )


# --- which week ---------------------------------------------------------------------------------


def _chosen(person: str, weeks: list[str], *, first: int) -> str:
    """The week in the picker; `first` where none, or one that is gone, was chosen.

    That is the newest one; in the demo the last full one, which has more to show.
    """
    key = f"week-{person}"
    if st.session_state.get(key) not in weeks:
        st.session_state[key] = weeks[first]
    return str(st.session_state[key])


def _picker(person: str, weeks: list[str], week: str) -> None:
    at = weeks.index(week)
    with st.container(horizontal=True):
        _step("← Earlier", person, weeks, at + 1)
        st.selectbox(
            "Week",
            weeks,
            key=f"week-{person}",
            format_func=lambda w: wording.week_name(w) + (" (now)" if w == weeks[0] else ""),
            label_visibility="collapsed",
            width=260,
        )
        _step("Later →", person, weeks, at - 1)


def _step(label: str, person: str, weeks: list[str], to: int) -> None:
    def go() -> None:
        st.session_state[f"week-{person}"] = weeks[to]

    st.button(label, on_click=go, disabled=not 0 <= to < len(weeks))


# --- live ---------------------------------------------------------------------------------------


@st.fragment(run_every=LIVE_S)
def _live(data: Data) -> None:
    """The newest values, each second; nothing else on the page is run again."""
    status = data.status()
    st.html(tiles.tiles(status))
    if not status.sensors:
        st.info("No sensor is paired yet. Open Sensors on the left and choose Scan.")
    elif not status.running and st.button("Start recording", type="primary", key="start"):
        try:
            data.start_collector()
        except DashboardError as error:
            st.error(wording.plain(str(error)))


@st.fragment(run_every=LOOK_S)
def _watch(data: Data, version: int, looks: Iterator[int]) -> None:
    """Run the page again when there is new data.

    The first look is part of drawing the page and only counts: while weeks are loading there is
    new data all the time, and a page that starts again at once never gets to its end.
    """
    if next(looks) == 0:
        return
    with contextlib.suppress(DashboardError):  # busy just now: look again in a moment
        if data.version() != version:
            st.rerun()
