"""A report by e-mail, where somebody set that up; asked before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views import jobs
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data

JOB, ASKED = "job-mail", "mail-asked"


def block(data: Data, person: str, week: str, key: str, *, named: bool) -> None:
    """Tucked away; open while something of it goes on."""
    try:
        to = data.reporting.recipients()
    except DashboardError as error:
        to, problem = (), str(error)
    else:
        problem = ""
    with st.expander(_("Send by e-mail"), expanded=JOB in st.session_state):
        if problem:
            st.error(wording.plain(problem))
        elif not to:
            text = _(
                "Nothing is set up, so nothing can be sent. Whoever runs this computer enters a "
                "mail server of their own with: legload mail"
            )
            st.html(scorecard.page(el("p", text, cls="muted")))
        elif (job := jobs.over(data, JOB, _("Sending …"))) is not None:
            if job.result is not None:
                st.success(_("It was sent."))
            jobs.done(data, JOB)
        elif not jobs.busy(data, JOB):
            _ask(data, (person, week, key, named), to)


def _ask(data: Data, what: tuple[str, str, str, bool], to: tuple[str, ...]) -> None:
    """What would go to whom; nothing goes at the first click."""
    person, week, key, named = what
    text = _(
        "{week} as {format}, and its words in the e-mail itself, to {addresses}.",
        week=wording.week_name(week),
        format=key.upper(),
        addresses=", ".join(to),
    )
    st.html(scorecard.page(el("p", text)))
    if st.session_state.get(ASKED) != what:
        if st.button(_("Send …"), key=f"mail-ask-{person}"):
            st.session_state[ASKED] = what
            st.rerun()
        return
    st.warning(_("It leaves this computer. Whoever runs the mail servers can read it."))
    with st.container(horizontal=True):
        if st.button(_("Send it now"), type="primary", key=f"mail-send-{person}"):
            del st.session_state[ASKED]
            jobs.begin(JOB, lambda: data.keeping.send_report(person, week, key, named=named))
        if st.button(_("Do not send"), key=f"mail-not-{person}"):
            del st.session_state[ASKED]
            st.rerun()
