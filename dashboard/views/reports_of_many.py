"""Several weeks, several people, several formats: one zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.reports import FORMATS
from dashboard.views import jobs
from language.spoken import _, n_

if TYPE_CHECKING:
    from dashboard.data import Data

JOB = "job-reports"


def block(data: Data, person: str, weeks: list[str], *, named: bool) -> None:
    """Tucked away; open while something of it goes on. weeks: newest first."""
    with st.expander(_("Several weeks or people"), expanded=JOB in st.session_state):
        if (job := jobs.over(data, JOB, _("Writing the reports …"))) is not None:
            content = data.keeping.exported(st.session_state[JOB])
            if content is not None and job.result is not None:
                _take(content, job.result.get("weeks", ()))
            jobs.done(data, JOB)
        elif not jobs.busy(data, JOB):
            _ask(data, person, weeks, named=named)


def _take(content: bytes, weeks: list[str]) -> None:
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
    left, right = st.columns(2)
    with left:
        first = _week(_("From"), weeks, min(4, len(weeks) - 1), f"many-from-{person}")
    with right:
        last = _week(_("To, included"), weeks, min(1, len(weeks) - 1), f"many-to-{person}")
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
