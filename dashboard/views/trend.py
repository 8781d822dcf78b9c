"""The last weeks: pictures, words and a table; and what is shown and never scored."""

from __future__ import annotations

import streamlit as st

from analytics.week import WeekReport
from dashboard import charts, scorecard, theme, wording
from dashboard.markup import el
from dashboard.views.tucked import tucked
from language.spoken import _

CHART_PX = 440


def render(report: WeekReport) -> None:
    """Four weeks, and one's own usual."""
    texts = (
        wording.trend_text(report),
        wording.baseline_text(report),
        wording.trend_note(report),
    )
    words = [el("p", text, cls="muted") for text in texts if text]
    st.html(scorecard.page(el("h2", _("Last four weeks")), *words))
    colours = theme.palette(st.context.theme.type)
    with st.container(horizontal=True):
        with st.container(width=CHART_PX):
            st.html(scorecard.page(el("b", _("Points, of the points that could be measured"))))
            st.altair_chart(charts.trend_points(report, colours), alt=wording.trend_text(report))
        with st.container(width=CHART_PX):
            st.html(scorecard.page(el("b", _("Loaded-Leg Dose a day; dashed line: target"))))
            st.altair_chart(charts.trend_dose(report, colours), alt=wording.trend_dose_text(report))
    tucked(_("The same as a table"), "weeks-table", lambda: _table(wording.trend_table(report)))


def beside(report: WeekReport) -> None:
    """The table of what earns no points, day by day."""
    tucked(_("The same day by day"), "beside-table", lambda: _table(wording.beside_table(report)))


def _table(rows: list[dict[str, str]]) -> None:
    st.html(scorecard.page(scorecard.table(rows)))
