"""Trends: how somebody has been doing, over twelve weeks and over a year of days."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import calendargrid, scorecard, theme, trendchart, wording
from dashboard.drawn import Spec, drawn
from dashboard.markup import Markup, el, join
from dashboard.views.tucked import tucked
from dashboard.wording import history as words
from language.spoken import _, language, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.history import Trends

Rows = list[dict[str, str]]
PATIENCE_S = 0.5
"""A shorter wait is not worth telling how far it is (design)."""

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
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", _("Trends"))))
    trends = _trends(data, person)
    if words.nothing_yet(trends):
        st.html(scorecard.page(el("p", _(words.NOTHING))))
        if st.button(_("Open Sensors"), type="primary", key="open-sensors"):
            open_page("sensors")
        return
    st.html(scorecard.page(el("p", words.headline(trends), cls="ll-lead")))
    kind, large = st.context.theme.type, data.display(person).large_type
    shown = hash(tuple(replace(week, coverage=None) for week in trends.weeks))
    pictures = _pictures(shown, language(), kind, large=large, _trends=trends)
    _weeks(trends, pictures)
    _open(data, person, trends)
    _calendar(trends)


def _trends(data: Data, person: str) -> Trends:
    """The past as the facade keeps it; where it has to be added up anew, how far that is."""
    place = st.empty()

    def progress(done: int, total: int) -> None:
        if total and time.monotonic() - began > PATIENCE_S:
            text = _("Adding up week {done} of {total} …", done=done, total=total)
            place.progress(done / total, text=text)

    began = time.monotonic()
    found = data.history.trends(person, progress=progress)
    place.empty()
    return found


@st.cache_data(ttl="1h", max_entries=16, show_spinner=False)
def _pictures(
    shown: int, spoken: str, kind: str | None, *, large: bool, _trends: Trends
) -> dict[str, list[Spec]]:
    """Drawn once for the same past in the same words, colours and type.

    shown: hash of the weeks but for their coverage, which is not drawn and grows with the clock.
    """
    weeks, colours = _trends.weeks, theme.palette(kind)
    return {
        "points": [drawn(trendchart.points_chart(weeks, colours), large=large)],
        "load": [drawn(trendchart.load_chart(weeks, colours), large=large)],
        "parts": [drawn(trendchart.parts_chart(weeks, colours), large=large)],
    }


def _weeks(trends: Trends, pictures: dict[str, list[Spec]]) -> None:
    """The weeks three times: points, load against one's own usual, and what it was made of."""
    weeks = trends.weeks
    _block(
        _("Points of the last {count} weeks", count=len(weeks)),
        words.points_summary(weeks),
        POINTS_KEY,
        pictures["points"],
        lambda: words.points_table(weeks),
    )
    _block(
        _("Load over four weeks, in step-eq a day"),
        words.load_summary(weeks),
        LOAD_KEY,
        pictures["load"],
        lambda: words.load_table(weeks),
    )
    _block(
        _("What carried the load"),
        words.parts_summary(weeks),
        PARTS_KEY,
        pictures["parts"],
        lambda: words.parts_table(weeks),
    )


def _calendar(trends: Trends) -> None:
    title, days = _("Day by day over a year"), trends.days
    st.html(
        scorecard.page(
            _head(title, words.calendar_summary(days), CALENDAR_KEY), calendargrid.grid(days)
        )
    )
    _as_table(title, lambda: words.calendar_table(days))


def _block(
    title: str,
    summary: str,
    key: Sequence[tuple[str, str]],
    charts: Sequence[Spec],
    table: Callable[[], Rows],
) -> None:
    """A title, what the pictures show in words, what their marks mean, and the same as a table."""
    st.html(scorecard.page(_head(title, summary, key)))
    for chart in charts:
        st.vega_lite_chart(chart, height=chart["height"], alt=f"{title}. {summary}")
    _as_table(title, table)


def _head(title: str, summary: str, key: Sequence[tuple[str, str]]) -> Markup:
    said = el("p", summary, cls="muted")
    return join(el("h2", title), said, marks([(cls, _(text)) for cls, text in key]))


def _as_table(title: str, table: Callable[[], Rows]) -> None:
    """Built when it is opened: a year of rows takes as long as all the pictures."""

    def build() -> None:
        st.html(scorecard.page(el("div", scorecard.table(table()), cls="ll-wide", tabindex="0")))

    tucked(_("The same as a table"), f"table-{title}", build)


def marks(key: Sequence[tuple[str, str]]) -> Markup:
    """What each mark of a chart means: its class in the style sheet, and words."""
    return el("div", *(el("span", el("i", cls=cls), text) for cls, text in key), cls="ll-key")


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
