"""The seven days: the strip, a day minute by minute, and the days that are excused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analytics.week import WeekReport
from dashboard import scorecard, theme, wording
from dashboard.daychart import day_chart
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.strip import strip

if TYPE_CHECKING:
    from dashboard.data import Data

WHYS = ("illness", "surgery", "travel", "other")
EXCUSE_HELP = (
    "Days of illness, surgery or travel leave every daily mean and end every run. A week with four "
    "or more of them has no points."
)


def render(data: Data, report: WeekReport, version: int) -> None:
    """Everything that is told day by day."""
    texts = (wording.strip_text(report), wording.parts_text(report))
    words = [el("p", text, cls="muted") for text in texts if text]
    st.html(scorecard.page(el("h2", "Day by day"), *words))
    st.html(scorecard.page(strip(report)))
    with st.expander("The same as a table"):
        st.dataframe(wording.day_table(report), hide_index=True, alt="The seven days as a table")
    _one_day(data, report, version)
    with st.expander("Excuse days"):
        _excuse(data, report)


def _one_day(data: Data, report: WeekReport, version: int) -> None:
    """The minutes of the day that is chosen, and which sensor each came from."""
    begun = [day.date for day in report.days if not day.future]
    day = st.segmented_control(
        "Minute by minute: choose a day",
        begun,
        format_func=lambda date: f"{date:%a} {date.day}",
        key=f"day-{report.person}-{report.week}",
    )
    if day is None:
        return
    names = wording.sensor_names(report)
    minutes = _minutes(version, str(data.home), report.person, day, _data=data)
    text = wording.minutes_text(minutes, day, names)
    st.html(scorecard.page(el("p", text, cls="muted")))
    if minutes.is_empty():
        return
    colours = theme.palette(st.context.theme.type)
    picture = day_chart(minutes, day=day, zone=report.zone, names=names, colours=colours)
    st.altair_chart(picture, alt=text, width="content")
    table = wording.minute_table(minutes, report.zone, names)
    st.dataframe(table, hide_index=True, height=320, alt="The minutes of the day as a table")


@st.cache_data(ttl="10m", max_entries=32, show_spinner="Looking at the day …")
def _minutes(version: int, home: str, person: str, day: dt.date, *, _data: Data) -> pl.DataFrame:
    """Merged once for each data version."""
    return _data.minutes(person, day)


@st.fragment
def _excuse(data: Data, report: WeekReport) -> None:
    """Mark days, or let them count again."""
    before = [day.date for day in report.days if day.excused]
    st.html(scorecard.page(el("p", EXCUSE_HELP, cls="muted")))
    chosen = st.pills(
        "Excused days of this week",
        [day.date for day in report.days],
        selection_mode="multi",
        default=before,
        format_func=lambda date: f"{date:%a} {date.day}",
        key=f"excused-{report.person}-{report.week}-{[date.day for date in before]}",
    )
    why = st.selectbox("Why", WHYS, key="why-excused", width=260)
    added = [date for date in chosen if date not in before]
    gone = [date for date in before if date not in chosen]
    if not st.button("Save excused days", key="excuse", disabled=not (added or gone)):
        return
    try:
        if added:
            data.excuse(report.person, added, why)
        if gone:
            data.excuse(report.person, gone, None)
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.rerun()
