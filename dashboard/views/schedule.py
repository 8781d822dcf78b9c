"""A report every Monday: what will be installed, whether it is, and what it did last."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.preview import proposed_folder
from dashboard.reports import FORMATS
from dashboard.schedule.plan import HOUR, Plan
from dashboard.schedule.schedules import Wanted
from language.formats import time as clock
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

ASKED = "schedule-asked"
"""What somebody wants to see before it is installed."""
TOLD = "schedule-told"
AT = dt.time(HOUR)
DONE, FAILED = mark("Last run, {when}: {text}"), mark("The last run failed, {when}: {text}")


def block(data: Data, person: str) -> None:
    """Under the report of a person; an error is one sentence, here."""
    name = next((one.name for one in data.persons() if one.key == person), person)
    intro = _(
        "This computer can write the report of the week before into a folder, every Monday at "
        "{hour}, with nobody there. It is for {person}; another person is chosen on the left.",
        hour=clock(AT),
        person=name,
    )
    st.divider()
    st.html(scorecard.page(el("h2", _("Every Monday")), el("p", intro, cls="muted")))
    if told := st.session_state.pop(TOLD, ""):
        st.success(wording.plain(told))
    try:
        installed = data.schedule.installed(person)
        if installed is None:
            _offer(data, person)
        else:
            _installed(data, installed)
    except DashboardError as error:
        st.error(wording.plain(str(error)))


def _offer(data: Data, person: str) -> None:
    """Choose, look, install."""
    left, right = st.columns(2)
    with left:
        formats = st.multiselect(
            _("Formats"),
            list(FORMATS),
            ["pdf"],
            format_func=lambda key: _(FORMATS[key].title),
            key=f"schedule-formats-{person}",
            placeholder=_("None"),
        )
    with right:
        out = st.text_input(_("Folder"), str(proposed_folder()), key=f"schedule-out-{person}")
    if st.button(_("Show what will be installed"), key=f"schedule-show-{person}"):
        st.session_state[ASKED] = data.schedule.wanted(person, out, formats)
    asked: Wanted | None = st.session_state.get(ASKED)
    if asked is None or not formats or asked != data.schedule.wanted(person, out, formats):
        return  # only what was seen is installed
    plan = data.schedule.plan(data.schedule.job(asked))
    _shown(plan)
    if plan.by_hand:
        return
    with st.container(horizontal=True):
        if st.button(_("Install"), type="primary", key=f"schedule-install-{person}"):
            _install(data, asked)
        if st.button(_("Do not install"), key=f"schedule-cancel-{person}"):
            del st.session_state[ASKED]
            st.rerun()


def _shown(plan: Plan) -> None:
    """The exact text."""
    st.html(scorecard.page(el("p", el("b", plan.system)), el("p", plan.missed, cls="muted")))
    if plan.by_hand:
        st.code(plan.by_hand, language=None, wrap_lines=True)
    for file in plan.files:
        st.html(scorecard.page(el("p", _("File: {name}", name=str(file.path)), cls="file")))
        st.code(file.text, language=None, wrap_lines=True)
    if plan.install:
        st.html(scorecard.page(el("p", _("Then this is run:"))))
        st.code("\n".join(map(" ".join, plan.install)), language=None, wrap_lines=True)


def _install(data: Data, asked: Wanted) -> None:
    data.introduce(asked.person)  # a job names its person
    data.schedule.install_report(asked)
    del st.session_state[ASKED]
    st.session_state[TOLD] = _("Installed.")
    st.rerun()


def _installed(data: Data, installed: Wanted) -> None:
    active = data.schedule.active(installed)
    st.html(scorecard.page(*_state(data, installed, active=active)))
    with st.expander(_("What is installed")):
        _shown(data.schedule.plan(data.schedule.job(installed)))
    if st.button(_("Remove"), key=f"schedule-remove-{installed.person}"):
        data.schedule.remove_report(installed.person)
        st.session_state[TOLD] = _("Removed. Reports that were written stay.")
        st.rerun()


def _state(data: Data, installed: Wanted, *, active: bool) -> list[Markup]:
    """Installed or lost, and what the last run said."""
    title = (
        _("Installed")
        if active
        else _("Installed once, but this computer does not run it. Remove it and install it again.")
    )
    names = ", ".join(key.upper() for key in installed.formats)
    what = _(
        "{formats}, every Monday at {hour}, into {folder}",
        formats=names,
        hour=clock(AT),
        folder=str(Path(installed.out)),
    )
    last = data.schedule.last_run(installed.person)
    if last is None:
        said = _("It has not run yet.")
    else:
        when = wording.clock_text(last.at)
        told = DONE if last.done else FAILED
        said = _(told, when=when, text=last.text)
    kind = "info" if active and (last is None or last.done) else "warn"
    lines = el("b", title), el("div", what), el("div", said, cls="small")
    return [el("div", *lines, cls=f"ll-notice {kind}", role="note")]
