"""A report every Monday: what will be installed, whether it is, and what it did last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.preview import proposed_folder
from dashboard.reports import FORMATS
from dashboard.schedule.schedules import EVERYONE, Wanted
from dashboard.views import planned
from dashboard.views.planned import AT
from language.formats import time as clock
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data

ASKED = "schedule-asked"
"""What somebody wants to see before it is installed."""
TOLD = "schedule-told"


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
        installed = [one for key in (person, EVERYONE) if (one := data.schedule.installed(key))]
        for one in installed:
            _installed(data, one)
        if not any(one.person == person for one in installed):
            _offer(data, person)
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
    named, mail = _ways(data, person)

    def wanted() -> Wanted:
        return data.schedule.wanted(person, out, formats, named=named, mail=mail)

    if st.button(_("Show what will be installed"), key=f"schedule-show-{person}"):
        st.session_state[ASKED] = wanted()
    asked: Wanted | None = st.session_state.get(ASKED)
    if asked is None or not formats or asked != wanted():
        return  # only what was seen is installed
    plan = data.schedule.plan(data.schedule.job(asked))
    planned.offer(
        plan,
        f"schedule-{person}",
        lambda: _install(data, asked),
        lambda: st.session_state.pop(ASKED),
    )


def _ways(data: Data, person: str) -> tuple[bool, bool]:
    """With the name or not; by e-mail too, where that was set up."""
    named = st.checkbox(_("Put the name on each"), key=f"schedule-named-{person}")
    if not (to := data.reporting.recipients()):
        return named, False
    mail = st.checkbox(_("Send each by e-mail too"), key=f"schedule-mail-{person}")
    words = _("To {addresses}.", addresses=", ".join(to))
    st.html(scorecard.page(el("p", words, cls="muted small")))  # a label would link them
    return named, mail


def _install(data: Data, asked: Wanted) -> None:
    data.introduce(asked.person)  # a job names its person
    data.schedule.install_report(asked)
    del st.session_state[ASKED]
    st.session_state[TOLD] = _("Installed.")
    st.rerun()


def _installed(data: Data, installed: Wanted) -> None:
    active = data.schedule.active(installed)
    last = data.schedule.last_run(installed.person)
    st.html(scorecard.page(*planned.state(_what(installed), last, active=active)))
    with st.expander(_("What is installed")):
        planned.shown(data.schedule.plan(data.schedule.job(installed)))
    if st.button(_("Remove"), key=f"schedule-remove-{installed.person}"):
        data.schedule.remove_report(installed.person)
        st.session_state[TOLD] = _("Removed. Reports that were written stay.")
        st.rerun()


def _what(installed: Wanted) -> str:
    """In words: what, when, where, and how it differs from the usual."""
    text = _(
        "{formats}, every Monday at {hour}, into {folder}",
        formats=", ".join(key.upper() for key in installed.formats),
        hour=clock(AT),
        folder=str(Path(installed.out)),
    )
    more = {
        _("of everyone"): installed.person == EVERYONE,
        _("with the name on it"): installed.named,
        _("sent by e-mail"): installed.mail,
        _("with a letter to send"): installed.eml,
    }
    return "; ".join([text, *(words for words, so in more.items() if so)])
