"""Sessions: what was recorded, month by month, and each session along its own time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from dashboard import scorecard, theme, wording
from dashboard import timeline as picture
from dashboard.drawn import Spec, drawn
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.views.trends import marks, open_page
from dashboard.views.tucked import tucked
from dashboard.wording import plain
from dashboard.wording import sessions as words
from language.spoken import _, language, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.history import SessionLine, Timeline

Drawn: TypeAlias = tuple[str, Spec, tuple[tuple[str, str], ...], bool]
"""A panel: title, chart, key, and whether it stands aside."""

NONE = mark(
    "No session is recorded yet. Pair a sensor and start recording; what it records is listed here."
)
LIST_PX = 330
FEW = 4
"""So many sessions stand without a list that scrolls (design)."""


def render(data: Data, person: str) -> None:
    """The page of one person."""
    version, zone = data.version(), data.zone_of(person)
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", _("Sessions"))))
    months = _months(version, str(data.home), person, _data=data)
    if not months:
        st.html(scorecard.page(el("p", _(NONE))))
        if st.button(_("Open Sensors"), type="primary", key="open-sensors"):
            open_page("sensors")
        return
    month = _month(person, months)
    with st.spinner(_("Looking for sessions …")):
        lines = _lines(version, str(data.home), person, month, language(), _data=data)
    chosen = _chosen(person, month, lines, zone)
    tucked(
        _("All sessions of the month as a table"),
        "sessions-table",
        lambda: st.html(_wide(words.session_table(lines, zone))),
    )
    if chosen is not None:
        _session(data, person, chosen, version)


@st.cache_data(ttl="10m", max_entries=16, show_spinner=False)
def _months(version: int, home: str, person: str, *, _data: Data) -> list[dt.date]:
    return _data.history.months(person)


@st.cache_data(ttl="1m", max_entries=32, show_spinner=False)
def _lines(
    version: int, home: str, person: str, month: dt.date, spoken: str, *, _data: Data
) -> tuple[SessionLine, ...]:
    return _data.history.sessions(person, month)


@st.cache_data(ttl="10m", max_entries=16, show_spinner=False)
def _timeline(
    version: int, home: str, person: str, key: str, spoken: str, *, _data: Data
) -> Timeline:
    return _data.history.timeline(person, key)


@st.cache_data(ttl="10m", max_entries=16, show_spinner=False)
def _pictures(
    shown: tuple[int, str, str, str],
    spoken: str,
    kind: str | None,
    *,
    large: bool,
    _told: Timeline,
    _zone: dt.tzinfo,
) -> list[Drawn]:
    """Drawn once for each version of a session, in the same words, colours and size of type."""
    panels = picture.panels(_told, _zone, theme.palette(kind))
    return [
        (panel.title, drawn(panel.chart, large=large), panel.key, panel.aside) for panel in panels
    ]


def _month(person: str, months: Sequence[dt.date]) -> dt.date:
    """The newest unless another is chosen; a month that is gone is forgotten."""
    key = f"month-{person}"
    if st.session_state.get(key) not in months:
        st.session_state[key] = months[0]
    return st.selectbox(_("Month"), months, format_func=words.month_name, key=key, width=260)


def _chosen(
    person: str, month: dt.date, lines: Sequence[SessionLine], zone: dt.tzinfo
) -> SessionLine | None:
    """The sessions of the month, newest first, one below the other; the first unless another."""
    if not lines:
        st.html(scorecard.page(el("p", _("No session began in this month."), cls="muted")))
        return None
    by_key = {line.key: line for line in lines}
    many = len(lines) > FEW
    with st.container(height=LIST_PX if many else "content", border=many):
        key = st.radio(
            _("Session"),
            list(by_key),
            format_func=lambda one: plain(words.session_name(by_key[one], zone)),
            captions=[plain(words.session_caption(line)) for line in lines],
            key=f"session-{person}-{month}",
        )
    return by_key.get(key or "")


def _session(data: Data, person: str, line: SessionLine, version: int) -> None:
    """One session in words, pictures and tables."""
    try:
        with st.spinner(_("Looking at the session …")):
            told = _timeline(version, str(data.home), person, line.key, language(), _data=data)
    except DashboardError as error:
        st.error(plain(str(error)))
        return
    zone = data.zone_of(person)
    legs = picture.by_leg(told.legs)
    summary = words.timeline_text(told)
    texts = [summary, words.legs_text(legs)]
    lost = [el("li", text) for text in (*words.gap_lines(told, zone), *words.damage_lines(line))]
    st.html(
        scorecard.page(
            el("h2", words.session_name(line, zone)),
            *(el("p", text, cls="muted") for text in texts),
            el("ul", *lost) if lost else Markup(),
        )
    )
    name = words.session_name(line, zone)
    key = (version, str(data.home), person, line.key)
    kind, large = st.context.theme.type, data.display(person).large_type
    pictures = _pictures(key, language(), kind, large=large, _told=told, _zone=zone)
    said = f"{name}. {summary}"
    _drawn([one for one in pictures if not one[-1]], said)
    if aside := [one for one in pictures if one[-1]]:
        label = _("Batteries, what recorded and what was lost")
        tucked(label, "session-aside", lambda: _drawn(aside, said))
    tucked(_("The same as a table"), "session-tables", lambda: _tables(told, zone))


def _drawn(pictures: Sequence[Drawn], said: str) -> None:
    """One below the other; said: what all of them show."""
    for title, spec, used, _aside in pictures:
        st.html(scorecard.page(el("b", title), marks(used) if used else Markup()))
        st.vega_lite_chart(spec, height=spec["height"], alt=f"{title}; {said}")


def _tables(told: Timeline, zone: dt.tzinfo) -> None:
    """The same as tables: sensors, minutes, legs."""
    names = words.sensor_names(told.line)
    if told.line.sensors:
        st.html(_wide(words.sensor_table(told.line, zone)))
    if not told.minutes.is_empty():
        minutes = wording.minute_table(told.minutes, str(zone), names)
        st.dataframe(minutes, hide_index=True, height=320, alt=_("The minutes of the session"))
    if not told.legs.is_empty():
        legs = words.legs_table(picture.by_leg(told.legs), zone)
        st.dataframe(legs, hide_index=True, height=320, alt=_("Left and right by minute"))


def _wide(rows: Sequence[dict[str, str]]) -> Markup:
    """A table that scrolls to the side where there is little room."""
    return scorecard.page(
        el("div", scorecard.table(rows) if rows else Markup(), cls="ll-wide", tabindex="0")
    )
