"""The week at a glance: done, left, unknown; then day by day, line by line, week by week."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import streamlit as st

from analytics.week import WeekReport
from dashboard import livechart, scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.reports import FORMATS, report_name
from dashboard.reports.identity import unnamed
from dashboard.sources import is_imported
from dashboard.views import days, live, practice, trend, welcome
from language.spoken import _, language, mark, speaking

if TYPE_CHECKING:
    from dashboard.data import Data

LOOK_S = 2.0
AT_HAND = ("pdf", "csv")
"""Formats that are one click away."""
FROM_FILES = mark("No sensor is paired: what stands here was imported.")
REFUSED = "start-refused"
"""Why recording did not start."""


def render(data: Data, person: str) -> None:
    """The page of one person; for whoever is being welcomed, the next step of that."""
    if welcome.under_way() and not data.limited:
        return welcome.render(data, person)
    version = data.version()
    weeks = data.weeks(person)
    week = _chosen(person, weeks, first=1 if data.demo and len(weeks) > 1 else 0)
    with st.spinner(_("Adding up the week …"), show_time=False):
        report = _report(version, language(), str(data.home), person, week, _data=data)
    st.html(scorecard.head(report, current=week == weeks[0]))
    with st.container(horizontal=True, vertical_alignment="center", key="week-bar"):
        _picker(person, weeks, week)
        _downloads(unnamed(report, data.reporting.code(person)))
    notices = scorecard.notices(report.notices) if report.notices else Markup()
    st.html(scorecard.page(scorecard.hero(report), notices))
    imported = any(is_imported(one.profiles) for one in data.forgotten() if one.person == person)
    _now(data, version, itertools.count(), imported=imported)
    days.render(data, report, version)
    targets = el("h2", _("Against the targets"))
    st.html(scorecard.page(targets, scorecard.lines(report), scorecard.practice(report)))
    practice.render(data, report)
    trend.render(data, report, version)
    st.html(scorecard.beside(report))
    trend.beside(report)
    rule = el("hr")
    st.html(scorecard.page(scorecard.record(report), rule, scorecard.foot(report)))
    return None


@st.cache_data(ttl="10m", max_entries=64, show_spinner=False)
def _report(
    version: int, spoken: str, home: str, person: str, week: str, *, _data: Data
) -> WeekReport:
    """Scored once for each data version and language."""
    return _data.week(person, week)


def _downloads(report: WeekReport) -> None:
    """Each is only written when somebody asks for it; more of them, and names, are on Reports."""
    spoken = language()

    def written(key: str) -> bytes:
        with speaking(spoken):  # it is asked for in another thread
            return FORMATS[key].write(report)

    for form in map(FORMATS.__getitem__, AT_HAND):
        st.download_button(
            _("Download {format}", format=form.key.upper()),
            lambda key=form.key: written(key),  # type: ignore[misc]
            file_name=report_name(report, form),
            mime=form.mime,
            on_click="ignore",
            type="primary" if form.key == "pdf" else "secondary",
            help=_(form.title),
            key=f"download-{form.key}-{report.person}",
        )


# --- which week ---------------------------------------------------------------------------------


def _chosen(person: str, weeks: list[str], *, first: int) -> str:
    """The week in the picker, or of the address `?week=`; `first` where none, or one that is gone,
    was chosen.

    That is the newest one; in the demo the last full one, which has more to show.
    """
    key = f"week-{person}"
    if asked := st.query_params.get("week"):
        del st.query_params["week"]  # asked once: from now on the picker says
        st.session_state[key] = asked
    if st.session_state.get(key) not in weeks:
        st.session_state[key] = weeks[first]
    return str(st.session_state[key])


def _picker(person: str, weeks: list[str], week: str) -> None:
    at = weeks.index(week)
    _step(_("← Earlier"), person, weeks, at + 1)
    st.selectbox(
        _("Week"),
        weeks,
        key=f"week-{person}",
        format_func=lambda one: _title(one, newest=weeks[0]),
        label_visibility="collapsed",
        width=240,
    )
    _step(_("Later →"), person, weeks, at - 1)


def _title(week: str, *, newest: str) -> str:
    name = wording.week_name(week)
    return _("{week} (now)", week=name) if week == newest else name


def _step(label: str, person: str, weeks: list[str], to: int) -> None:
    def go() -> None:
        st.session_state[f"week-{person}"] = weeks[to]

    st.button(label, on_click=go, disabled=not 0 <= to < len(weeks))


# --- now ----------------------------------------------------------------------------------------


@st.fragment(run_every=LOOK_S)
def _now(data: Data, version: int, looks: Iterator[int], *, imported: bool) -> None:
    """The sensors in one line; nothing else on the page is run again, unless there is new data.

    The first look is part of drawing the page and only counts: while weeks are loading there is
    new data all the time, and a page that starts again at once never gets to its end.
    """
    status = data.status()
    with st.container(horizontal=True, vertical_alignment="center", key="now-line"):
        if not status.sensors and imported:
            st.html(scorecard.page(el("p", _(FROM_FILES), cls="muted")))
        elif not status.sensors:
            st.info(live.no_sensor(data))
        else:
            st.html(livechart.line(status))
            if not status.running and not data.limited:
                st.button(
                    _("Start recording"), type="primary", key="start", on_click=_start, args=(data,)
                )
            st.page_link(st.Page(_nowhere, title=_("Live"), url_path="live"), label=_("Open Live"))
    if said := st.session_state.get(REFUSED):
        st.error(wording.plain(said))
    if next(looks) == 0:
        return
    with contextlib.suppress(DashboardError):  # busy just now: look again in a moment
        if data.version() != version:
            st.rerun()


def _nowhere() -> None:
    """Streamlit knows a page by its address alone."""


def _start(data: Data) -> None:
    st.session_state.pop(REFUSED, None)
    try:
        data.start_collector()
    except DashboardError as error:
        st.session_state[REFUSED] = str(error)
