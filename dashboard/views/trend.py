"""The last weeks: pictures, words and a table; and what is shown and never scored."""

from __future__ import annotations

import streamlit as st

from analytics.week import WeekReport
from dashboard import charts, scorecard, theme, wording
from dashboard.markup import el

CHART_PX = 440


def render(report: WeekReport) -> None:
    """Four weeks, and one's own usual."""
    texts = (
        wording.trend_text(report),
        wording.baseline_text(report),
        wording.trend_note(report),
    )
    words = [el("p", text, cls="muted") for text in texts if text]
    st.html(scorecard.page(el("h2", "Last four weeks"), *words))
    colours = theme.palette(st.context.theme.type)
    with st.container(horizontal=True):
        with st.container(width=CHART_PX):
            st.html(scorecard.page(el("b", "Points, of the points that could be measured")))
            st.altair_chart(charts.trend_points(report, colours), alt=wording.trend_text(report))
        with st.container(width=CHART_PX):
            st.html(scorecard.page(el("b", "Loaded-Leg Dose a day; dashed line: target")))
            st.altair_chart(charts.trend_dose(report, colours), alt=wording.trend_dose_text(report))
    with st.expander("The same as a table"):
        table = wording.trend_table(report)
        st.dataframe(table, hide_index=True, alt="The last weeks as a table")


def beside(report: WeekReport) -> None:
    """What earns no points, of the week and day by day."""
    st.html(scorecard.beside(report))
    with st.expander("The same day by day"):
        table = wording.beside_table(report)
        st.dataframe(table, hide_index=True, alt="What is not scored, day by day")
