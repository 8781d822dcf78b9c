"""Reports: a week as a file, seen before it is downloaded; more of them, sent, and every Monday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.week import WeekReport
from dashboard import scorecard, wording
from dashboard.markup import Markup, el
from dashboard.preview import LINES, ROWS, Shown, preview
from dashboard.reports import FORMATS, report_name
from dashboard.views import report_note, report_sent, reports_of_many, schedule
from language.spoken import _, language

if TYPE_CHECKING:
    from dashboard.data import Data


def render(data: Data, person: str) -> None:
    """The page of one person."""
    badge = [scorecard.demo_badge()] if data.demo else []
    intro = _(
        "A week as a file, for yourself or for whoever treats you. It stays on this computer."
    )
    st.html(scorecard.page(*badge, el("h1", _("Reports")), el("p", intro, cls="muted")))
    version, weeks = data.version(), data.weeks(person)
    week, key = _choice(person, weeks)
    place = st.container()  # the button stands above what decides on its file
    named = _named(data, person)
    with st.spinner(_("Writing the report …")):
        report = _report(version, language(), str(data.home), person, week, named, _data=data)
        content = _written(version, language(), report, key)
    with place:
        _download(report, key, content, person)
    report_note.block(data, person, week)
    if not data.limited:
        report_sent.block(data, person, week, key, named=named)
        reports_of_many.block(data, person, weeks, named=named)
    _preview(version, report, key, content)
    if not data.limited:
        schedule.block(data, person)


@st.cache_data(ttl="10m", max_entries=64, show_spinner=False)
def _report(
    version: int, spoken: str, home: str, person: str, week: str, named: bool, *, _data: Data
) -> WeekReport:
    """Scored once for each data version."""
    return _data.reporting.report(person, week, named=named)


@st.cache_data(ttl="10m", max_entries=32, show_spinner=False)
def _written(version: int, spoken: str, report: WeekReport, key: str) -> bytes:
    return FORMATS[key].write(report)


@st.cache_data(ttl="10m", max_entries=16, show_spinner=False)
def _previewed(version: int, spoken: str, report: WeekReport, key: str, content: bytes) -> Shown:
    return preview(report, FORMATS[key], content)


def _choice(person: str, weeks: list[str]) -> tuple[str, str]:
    """The week, the last one that is over unless another is chosen, and the format."""
    kept = f"report-week-{person}"
    if st.session_state.get(kept) not in weeks:
        st.session_state[kept] = weeks[min(1, len(weeks) - 1)]
    left, right = st.columns(2)
    with left:
        week = st.selectbox(
            _("Week"), weeks, key=kept, format_func=lambda one: week_name(one, weeks[0])
        )
    with right:
        key = st.selectbox(
            _("Format"),
            list(FORMATS),
            key="report-format",
            format_func=lambda one: _(FORMATS[one].title),
        )
    return week, key


def week_name(week: str, current: str) -> str:
    """`Week 47, 2026`, and whether it is the current one."""
    name = wording.week_name(week)
    return _("{week} (now)", week=name) if week == current else name


def _named(data: Data, person: str) -> bool:
    """Whether the name goes on it, and what stands there otherwise."""
    named = st.checkbox(_("Put the name on it"), key=f"report-named-{person}")
    if named:
        text = _("The name is in the file and in its name. Birth year and address never are.")
    else:
        text = _(
            "Instead of the name it says {code}, the same in every report. Dates, all numbers and "
            "the note are in it.",
            code=data.reporting.code(person),
        )
    st.html(scorecard.page(el("p", text, cls="muted small")))
    if not named:
        mind = _(
            "Read the note before you hand it over: the person's name is replaced in it; nicknames "
            "and other people's names cannot be known."
        )
        st.html(scorecard.page(el("p", mind, cls="muted small")))
    return named


def _download(report: WeekReport, key: str, content: bytes, person: str) -> None:
    form, name = FORMATS[key], report_name(report, FORMATS[key])
    st.download_button(
        _("Download {format}", format=form.key.upper()),
        content,
        file_name=name,
        mime=form.mime,
        on_click="ignore",
        type="primary",
        key=f"download-report-{person}",
    )
    st.html(
        scorecard.page(
            el("p", _("File: {name}", name=name), cls="muted file"),
            el("p", _(form.audience), cls="muted small"),
        )
    )


def _preview(version: int, report: WeekReport, key: str, content: bytes) -> None:
    st.html(scorecard.page(el("h2", _("Preview"))))
    shown = _previewed(version, language(), report, key, content)
    if isinstance(shown, bytes):
        alt = _(
            "The page: {person}, {week}. {words}",
            person=report.person_name,
            week=wording.week_name(report.week),
            words=wording.shares_text(report),
        )
        with st.container(border=True, width=920):
            st.image(shown, width="stretch", alt=alt)
        st.html(scorecard.page(el("p", wording.shares_text(report), cls="small")))
    elif isinstance(shown, Markup):
        with st.container(border=True, width=720):
            st.html(shown)
    elif isinstance(shown, str):
        st.code(shown, language="json", height=480)
        words = _("The first {count} lines.", count=LINES)
        st.html(scorecard.page(el("p", words, cls="small")))
    elif shown is None:
        st.html(scorecard.page(el("p", _("This format has no preview."), cls="muted")))
    else:
        st.dataframe(shown, hide_index=True, width="stretch")
        words = _("The first {count} rows; an empty field is unknown, never zero.", count=ROWS)
        st.html(scorecard.page(el("p", words, cls="small")))
