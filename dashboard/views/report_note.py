"""What whoever hands a report over writes on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from ingest.entries import LONGEST_NOTE
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.data import Data

TOLD = "report-note-told"


def block(data: Data, person: str, week: str) -> None:
    """A text and a button; what is there is shown open."""
    before = dict(data.known(person).notes).get(week, "")
    told = st.session_state.pop(TOLD, "")
    with st.expander(_("Note on this week"), expanded=bool(before or told)):
        about = _(
            "A few words that stand on every report of this week, such as what was agreed on. "
            "They change no number."
        )
        st.html(scorecard.page(el("p", about, cls="muted")))
        if told:
            st.success(wording.plain(told))
        text = st.text_area(
            _("Note"), before, max_chars=LONGEST_NOTE, key=f"note-{person}-{week}-{before}"
        )
        if st.button(_("Save the note"), key=f"save-note-{person}"):
            _save(data, person, week, text)


def _save(data: Data, person: str, week: str, text: str) -> None:
    try:
        kept = data.set_note(person, week, text)
    except DashboardError as error:
        st.error(wording.plain(str(error)))
    else:
        st.session_state[TOLD] = _("Saved.") if kept else _("There is no note now.")
        st.rerun()
