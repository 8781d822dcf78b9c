"""Trends: how somebody has been doing, over twelve weeks and over a year of days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import altair as alt
import streamlit as st

from dashboard import calendarchart, scorecard, theme, trendchart, wording
from dashboard.markup import Markup, el
from dashboard.wording import history as words
from language.spoken import _, language, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.history import Trends

Rows = list[dict[str, str]]

POINTS_KEY = (
    ("done", mark("done")),
    ("left", mark("could be measured")),
    ("seen", mark("≥ paler: a lower bound")),
    ("dash", mark("? unknown")),
    ("dots", mark("excused")),
)
LOAD_KEY = (
    ("rule solid", mark("mean of four weeks")),
    ("rule usual", mark("your usual")),
    ("rule target", mark("target")),
)
PARTS_KEY = (
    ("feet", mark("weight-bearing: the feet carry the body")),
    ("seat", mark("assisted: a seat carries it (bike, rower)")),
    ("sets", mark("strength sets of known force")),
    ("dash", mark("? unknown")),
    ("dots", mark("excused")),
    ("pale", mark("≥ paler: a lower bound")),
)
CALENDAR_KEY = (
    ("credit none", mark("nothing done")),
    ("credit some", mark("part of the target: the stronger, the more")),
    ("credit all", mark("✓ target reached")),
    ("credit least", mark("smaller: a lower bound")),
    ("unknown", mark("not recorded")),
    ("excused", mark("excused")),
    ("observed", mark("Seen: share of the time observed")),
)


def render(data: Data, person: str) -> None:
    """The page of one person."""
    version = data.version()
    trends = _trends(version, str(data.home), person, language(), _data=data)
    badge = [scorecard.demo_badge()] if data.demo else []
    title = el("h1", _("Trends"))
    if words.nothing_yet(trends):
        st.html(scorecard.page(*badge, title, el("p", _(words.NOTHING))))
        if st.button(_("Open Sensors"), type="primary", key="open-sensors"):
            open_page("sensors")
        return
    st.html(scorecard.page(*badge, title, el("p", words.headline(trends), cls="ll-lead")))
    _weeks(trends)
    _open(data, person, trends)
    _calendar(trends)


@st.cache_data(ttl="10m", max_entries=16, show_spinner="Looking back …")
def _trends(version: int, home: str, person: str, spoken: str, *, _data: Data) -> Trends:
    """Read once for each data version and language."""
    return _data.history.trends(person)


def _weeks(trends: Trends) -> None:
    """The weeks three times: points, load against one's own usual, and what it was made of."""
    weeks, colours = trends.weeks, theme.palette(st.context.theme.type)
    _block(
        _("Points of the last {count} weeks", count=len(weeks)),
        words.points_summary(weeks),
        POINTS_KEY,
        [trendchart.points_chart(weeks, colours)],
        lambda: words.points_table(weeks),
    )
    _block(
        _("Load over four weeks, in step-eq a day"),
        words.load_summary(weeks),
        LOAD_KEY,
        [trendchart.load_chart(weeks, colours)],
        lambda: words.load_table(weeks),
    )
    _block(
        _("What carried the load"),
        words.parts_summary(weeks),
        PARTS_KEY,
        [trendchart.parts_chart(weeks, colours)],
        lambda: words.parts_table(weeks),
    )


def _calendar(trends: Trends) -> None:
    if not trends.days:
        return
    colours = theme.palette(st.context.theme.type)
    halves = calendarchart.halves(trends.days)
    _block(
        _("Day by day over a year"),
        words.calendar_summary(trends.days),
        CALENDAR_KEY,
        [calendarchart.calendar_chart(half, colours) for half in halves],
        lambda: words.calendar_table(trends.days),
    )


def _block(
    title: str,
    summary: str,
    key: Sequence[tuple[str, str]],
    charts: Sequence[alt.LayerChart],
    table: Callable[[], Rows],
) -> None:
    """A title, what the pictures show in words, what their marks mean, and the same as a table."""
    said = el("p", summary, cls="muted")
    st.html(scorecard.page(el("h2", title), said, _key(key)))
    for chart in charts:
        st.altair_chart(chart, alt=f"{title}. {summary}")
    with st.expander(_("The same as a table")):
        st.html(scorecard.page(el("div", scorecard.table(table()), cls="ll-wide")))


def _key(marks: Sequence[tuple[str, str]]) -> Markup:
    """What each mark means, as the charts draw them."""
    return el("div", *(el("span", el("i", cls=cls), _(text)) for cls, text in marks), cls="ll-key")


# --- to another page ----------------------------------------------------------------------------


def _open(data: Data, person: str, trends: Trends) -> None:
    """Any week of which something is known can be looked at as This week shows it."""
    shown = {line.week for line in trends.weeks}
    weeks = [week for week in data.weeks(person) if week <= max(shown)]
    if not weeks:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        week = st.selectbox(
            _("Look at one week"),
            weeks,
            format_func=wording.week_name,
            key=f"trend-week-{person}",
            width=260,
        )
        if st.button(_("Open this week"), key="open-week"):
            open_week(person, week)


def open_week(person: str, week: str) -> None:
    """Turn to This week at an ISO week such as `2026-W47`."""
    st.session_state[f"week-{person}"] = week
    open_page("week")


def open_page(key: str) -> None:
    """Turn to another page of `shell.PAGES`; pages are told apart by their address alone."""
    st.switch_page(st.Page(_nowhere, title=key, url_path=key))


def _nowhere() -> None:
    """Stands for the page at an address: Streamlit runs the one that the shell has there."""
