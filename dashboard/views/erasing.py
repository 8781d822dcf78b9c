"""My data, erasing: choose, see what would go, type the name, and keep the receipt."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.display import DAY_FIRST
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views import jobs
from dashboard.wording import erased
from ingest.stretches import Scope
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from ingest.erasing import Receipt

ERASE, LOOKED = "job-erase", "erase-looked"
PERSON, DAYS, EVERYTHING = "person", "days", "everything"
ABOUT = mark(
    "What is erased cannot be brought back. A recording that runs is paused for it. First you see "
    "what would go."
)


def section(data: Data, person: str, name: str) -> None:
    """Erase a person, some of their days, or everything."""
    st.html(scorecard.page(el("h2", _("Erase")), el("p", _(ABOUT), cls="muted")))
    if (job := jobs.over(data, ERASE, _("Erasing …"))) is not None:
        if (receipt := data.keeping.receipt(job)) is not None:
            _show(receipt)
            _download(receipt)
        jobs.done(data, ERASE)
        return
    if jobs.busy(data, ERASE):
        return
    if data.keeping.unfinished():
        st.warning(_("An erasure was stopped before it was done."))
        if st.button(_("Finish erasing"), type="primary", key="erase-finish"):
            jobs.begin(ERASE, data.keeping.finish)
        return
    scope = _chosen(data, person, name)
    if st.button(_("Show what would go"), key=f"erase-look-{person}"):
        _look(data, scope)
    kept = st.session_state.get(LOOKED)
    if kept is not None and kept[0] == scope:
        _confirm(data, person, scope, kept[1], _("everything") if scope.everything else name)


def _chosen(data: Data, person: str, name: str) -> Scope:
    named = wording.plain(name)
    what = {
        PERSON: _("All of {name}", name=named),
        DAYS: _("Some days of {name}", name=named),
        EVERYTHING: _("Everything of everyone"),
    }
    chosen = st.radio(
        _("What to erase"),
        list(what),
        format_func=lambda one: what[one],
        key=f"erase-what-{person}",
    )
    if chosen == EVERYTHING:
        return Scope()
    if chosen == PERSON:
        return Scope(person=person)
    today = dt.datetime.now(data.zone_of(person)).date()
    with st.container(horizontal=True):
        first = st.date_input(
            _("Erase from"), today, key=f"erase-from-{person}", width=180, format=DAY_FIRST
        )
        last = st.date_input(
            _("Erase to"), today, key=f"erase-to-{person}", width=180, format=DAY_FIRST
        )
    return Scope(person=person, start=min(first, last), end=max(first, last))


def _look(data: Data, scope: Scope) -> None:
    try:
        with st.spinner(_("Looking …")):
            st.session_state[LOOKED] = (scope, data.keeping.preview(scope))
    except DashboardError as error:
        st.error(wording.plain(str(error)))


def _confirm(data: Data, person: str, scope: Scope, receipt: Receipt, word: str) -> None:
    """What would go, and the name to type before it does."""
    _show(receipt)
    asked = _("Type {name} to confirm", name=wording.plain(word))
    typed = st.text_input(asked, key=f"erase-name-{person}-{scope.person}", autocomplete="off")
    if st.button(_("Erase now"), type="primary", key=f"erase-now-{person}-{scope}"):
        if typed.strip().casefold() != word.casefold():
            st.error(_("That is not the name; nothing was erased."))
            return
        del st.session_state[LOOKED]
        jobs.begin(ERASE, lambda: data.keeping.erase(scope))


def _show(receipt: Receipt) -> None:
    rows = [{_("what"): what, _("how much"): much} for what, much in erased.rows(receipt)]
    sentences = [el("p", sentence, cls="muted") for sentence in erased.left(receipt)]
    head = el("h3", erased.head(receipt))
    if receipt.backups and receipt.what != "everything" and not receipt.done:
        sentences.append(el("p", _(erased.SHARED)))
    st.html(scorecard.page(head, scorecard.table(rows), *sentences))


def _download(receipt: Receipt) -> None:
    st.download_button(
        _("Download the receipt"),
        erased.text(receipt).encode(),
        f"legload-erased-{receipt.at:%Y-%m-%d}.txt",
        "text/plain",
        key="download-receipt",
    )
