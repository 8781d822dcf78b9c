"""Excused days: from a day to a day with a reason, a list of them, and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard
from dashboard.display import DAY_FIRST
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views.saying import save
from dashboard.wording import plain
from ingest.entries import LONGEST_NAME, MOST_EXCUSED_DAYS
from language.formats import date
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.data import Data

Run = tuple[dt.date, dt.date, str]
"""First day, last day, why."""
DAY = dt.timedelta(days=1)
SHOWN = 12
WHY = mark(
    "Days of illness, surgery or travel leave every mean and end every run: they count neither for "
    "you nor against you."
)


def section(data: Data, person: str) -> None:
    """What is excused, and a form to say more."""
    st.html(scorecard.page(el("h2", _("Excused days")), el("p", _(WHY), cls="muted")))
    for first, last, why in reversed(runs(data.known(person).excused)[-SHOWN:]):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(scorecard.page(el("p", _text(first, last, why))))
            key = f"counts-{person}-{first}-{last}"
            if st.button(_("Let count again"), key=key, help=plain(_text(first, last, why))):
                save(lambda a=first, b=last: _set(data, person, a, b, None))  # type: ignore[misc]
    today = dt.datetime.now(data.zone_of(person)).date()
    with st.form(f"excuse-{person}"), st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.date_input(
            _("First day"), today, key=f"excuse-from-{person}", width=180, format=DAY_FIRST
        )
        last = st.date_input(
            _("Last day"), today, key=f"excuse-to-{person}", width=180, format=DAY_FIRST
        )
        usual = _("surgery")
        why = st.text_input(
            _("Reason"),
            key=f"excuse-why-{person}",
            max_chars=LONGEST_NAME,
            placeholder=usual,
            width=240,
        )
        if st.form_submit_button(
            _("Excuse these days"), type="primary", key=f"save-excuse-{person}"
        ):
            save(lambda: _set(data, person, first, last, why.strip() or _("excused")))


def runs(excused: Sequence[tuple[dt.date, str]]) -> list[Run]:
    """Days one after the other with one reason as one, in order."""
    found: list[Run] = []
    for day, why in excused:
        if found and found[-1][1] + DAY == day and found[-1][2] == why:
            found[-1] = (found[-1][0], day, why)
        else:
            found.append((day, day, why))
    return found


def _text(first: dt.date, last: dt.date, why: str) -> str:
    if first == last:
        return _("{day}: {why}", day=date(first, "d MMMM y"), why=why)
    start, end = date(first, "d MMMM y"), date(last, "d MMMM y")
    return _("{first} to {last}: {why}", first=start, last=end, why=why)


def _set(data: Data, person: str, first: dt.date, last: dt.date, why: str | None) -> str:
    count = (last - first).days + 1
    if count < 1:
        raise DashboardError(_("The last day is before the first."), _("Give the first day first."))
    if count > MOST_EXCUSED_DAYS:
        raise DashboardError(
            _("These are more than {count} days.", count=MOST_EXCUSED_DAYS),
            _("Excuse a year at most at once."),
        )
    data.excuse(person, [first + DAY * number for number in range(count)], why)
    if why is None:
        return n_("{count} day counts again.", "{count} days count again.", count)
    return n_("{count} day is excused.", "{count} days are excused.", count)
