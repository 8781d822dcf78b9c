"""Several weeks, several people, several formats: one zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.calendar import week_back
from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.reporting import left_out_text
from dashboard.reports import FORMATS
from dashboard.views import jobs
from language.spoken import _, n_

if TYPE_CHECKING:
    from dashboard.data import Data

JOB = "job-reports"
PRESET = 4
"""Weeks that are over (design)."""


def block(data: Data, person: str, weeks: list[str], *, named: bool) -> None:
    """Tucked away; open while something of it goes on. weeks: newest first."""
    with st.expander(_("Several weeks or people"), expanded=JOB in st.session_state):
        if (job := jobs.over(data, JOB, _("Writing the reports …"))) is not None:
            content = data.keeping.exported(st.session_state[JOB])
            if content is not None and job.result is not None:
                _take(content, job.result.get("weeks", ()), job.result.get("left_out", 0))
            jobs.done(data, JOB)
        elif not jobs.busy(data, JOB):
            _ask(data, person, weeks, named=named)


def _take(content: bytes, weeks: list[str], left_out: int) -> None:
    if left_out:
        st.html(scorecard.page(el("p", left_out_text(left_out), cls="muted")))
    name = f"legload-{weeks[0]}-to-{weeks[-1]}.zip" if weeks else "legload.zip"
    st.download_button(
        _("Download the zip"),
        content,
        name,
        "application/zip",
        on_click="ignore",
        type="primary",
        key="download-reports",
    )


def _ask(data: Data, person: str, weeks: list[str], *, named: bool) -> None:
    start, end = _recent(weeks)
    left, right = st.columns(2)
    with left:
        first = _week(_("From"), weeks, weeks.index(start), f"many-from-{person}")
    with right:
        last = _week(_("To, included"), weeks, weeks.index(end), f"many-to-{person}")
    st.html(scorecard.page(el("p", _("Weeks that hold nothing are left out."), cls="muted small")))
    formats = st.multiselect(
        _("Formats"),
        list(FORMATS),
        ["pdf"],
        format_func=lambda key: _(FORMATS[key].title),
        key=f"many-formats-{person}",
        placeholder=_("None"),
    )
    for key in formats:
        form = FORMATS[key]
        words = el("b", _(form.title)), " ", _(form.audience), " ", _(form.validated)
        st.html(scorecard.page(el("p", *words, cls="muted small")))
    tables = [key for key in formats if FORMATS[key].write_many]
    one_table = bool(tables) and st.checkbox(
        _("All weeks of a person in one table"), key=f"many-table-{person}"
    )
    whose = _whose(data, person)
    try:
        count = len(data.reporting.between(first, last))
    except DashboardError as error:
        st.error(wording.plain(str(error)))
        return
    label = n_("Make the files of {count} week", "Make the files of {count} weeks", count)
    if st.button(label, key=f"many-{person}", disabled=not formats):
        jobs.begin(
            JOB,
            lambda: data.keeping.make_reports(
                whose, (first, last), formats, named=named, one_table=one_table
            ),
        )


def _recent(weeks: list[str]) -> tuple[str, str]:
    """The first and the last to choose from of the four weeks before the current one; where there
    is none, the last that is over."""
    first = week_back(weeks[0], PRESET)
    recent = [week for week in weeks[1:] if week >= first] or weeks[1:2] or weeks
    return recent[-1], recent[0]


def _week(label: str, weeks: list[str], index: int, key: str) -> str:
    return st.selectbox(label, weeks, index, format_func=wording.week_name, key=key)


def _whose(data: Data, person: str) -> str | None:
    """A person, or None: everyone."""
    people = data.persons()
    if len(people) < 2:
        return person
    name = next((one.name for one in people if one.key == person), person)
    of = {True: _("Only {name}", name=wording.plain(name)), False: _("Everyone")}
    only = st.radio(
        _("Whose data"),
        list(of),
        format_func=lambda one: of[one],
        key=f"many-of-{person}",
        horizontal=True,
    )
    return person if only else None
