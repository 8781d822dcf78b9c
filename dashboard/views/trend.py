"""The last weeks: pictures, words and a table; and what is shown and never scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.week import WeekReport
from dashboard import charts, scorecard, theme, wording
from dashboard.drawn import Spec, drawn
from dashboard.markup import el
from dashboard.views.tucked import tucked
from language.spoken import _, language

if TYPE_CHECKING:
    from dashboard.data import Data

CHART_PX = 440


def render(data: Data, report: WeekReport, version: int) -> None:
    """Four weeks, and one's own usual."""
    texts = (
        wording.trend_text(report),
        wording.baseline_text(report),
        wording.trend_note(report),
    )
    words = [el("p", text, cls="muted") for text in texts if text]
    st.html(scorecard.page(el("h2", _("Last four weeks")), *words))
    told = (
        (_("Points, of the points that could be measured"), wording.trend_text(report)),
        (_("Loaded-Leg Dose a day; dashed line: target"), wording.trend_dose_text(report)),
    )
    of = (str(data.home), report.person, report.week)
    kind, large = str(st.context.theme.type), data.display(report.person).large_type
    pictures = _pictures(version, language(), of, kind, large=large, _report=report)
    with st.container(horizontal=True):
        for (title, text), picture in zip(told, pictures, strict=True):
            with st.container(width=CHART_PX):
                st.html(scorecard.page(el("b", title)))
                st.vega_lite_chart(picture, height=picture["height"], alt=text)
    tucked(_("The same as a table"), "weeks-table", lambda: _table(wording.trend_table(report)))


@st.cache_data(ttl="10m", max_entries=64, show_spinner=False)
def _pictures(
    version: int, spoken: str, of: tuple[str, ...], kind: str, *, large: bool, _report: WeekReport
) -> list[Spec]:
    """Made once for each data version, language, theme and type: most of what a page costs."""
    colours = theme.palette(kind)
    made = (charts.trend_points, charts.trend_dose)
    return [drawn(chart(_report, colours), large=large) for chart in made]


def beside(report: WeekReport) -> None:
    """The table of what earns no points, day by day."""
    tucked(_("The same day by day"), "beside-table", lambda: _table(wording.beside_table(report)))


def _table(rows: list[dict[str, str]]) -> None:
    st.html(scorecard.page(scorecard.table(rows)))
