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
from dashboard.views.tucked import tucked
from language.formats import date
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

WHYS = {
    "illness": mark("illness"),
    "surgery": mark("surgery"),
    "travel": mark("travel"),
    "other": mark("other"),
}
EXCUSE_HELP = mark(
    "Days of illness, surgery or travel leave every daily mean and end every run. A week with four "
    "or more of them has no points."
)


def render(data: Data, report: WeekReport, version: int) -> None:
    """Everything that is told day by day."""
    texts = (wording.strip_text(report), wording.parts_text(report))
    words = [el("p", text, cls="muted") for text in texts if text]
    st.html(scorecard.page(el("h2", _("Day by day")), *words, strip(report)))
    tucked(_("The same as a table"), "days-table", lambda: _table(report))
    tucked(_("Minute by minute"), "minutes", lambda: _one_day(data, report, version))
    tucked(_("Excuse days"), "excuses", lambda: _excuse(data, report))


def _table(report: WeekReport) -> None:
    st.html(scorecard.page(scorecard.table(wording.day_table(report))))


def _one_day(data: Data, report: WeekReport, version: int) -> None:
    """The minutes of the day that is chosen, and which sensor each came from."""
    begun = [day.date for day in report.days if not day.future]
    day = st.segmented_control(
        _("Minute by minute: choose a day"),
        begun,
        format_func=_named,
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
    large = data.display(report.person).large_type
    picture = day_chart(
        minutes, day=day, zone=report.zone, names=names, colours=colours, large=large
    )
    st.altair_chart(picture, alt=text, width="content")
    table = wording.minute_table(minutes, report.zone, names)
    st.dataframe(table, hide_index=True, height=320, alt=_("The minutes of the day as a table"))


def _named(day: dt.date) -> str:
    """`Mon 16`."""
    return date(day, "EEE d")


@st.cache_data(ttl="10m", max_entries=32, show_spinner=False)
def _minutes(version: int, home: str, person: str, day: dt.date, *, _data: Data) -> pl.DataFrame:
    """Merged once for each data version."""
    return _data.minutes(person, day)


def _excuse(data: Data, report: WeekReport) -> None:
    """Mark days, or let them count again."""
    before = [day.date for day in report.days if day.excused]
    st.html(scorecard.page(el("p", _(EXCUSE_HELP), cls="muted")))
    chosen = st.pills(
        _("Excused days of this week"),
        [day.date for day in report.days],
        selection_mode="multi",
        default=before,
        format_func=_named,
        key=f"excused-{report.person}-{report.week}-{[day.day for day in before]}",
    )
    why = st.selectbox(
        _("Why"), list(WHYS), format_func=lambda key: _(WHYS[key]), key="why-excused", width=260
    )
    added = [day for day in chosen if day not in before]
    gone = [day for day in before if day not in chosen]
    if not st.button(
        _("Save excused days"),
        key=f"excuse-{report.person}-{report.week}",
        disabled=not (added or gone),
    ):
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
