"""Body mass, each from a date on; the last one can be taken back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, wording
from dashboard.display import DAY_FIRST
from dashboard.errors import DashboardError
from dashboard.facts import MASS_KG
from dashboard.markup import el
from dashboard.views.saying import key_of, save
from dashboard.wording.units import MASS_STEP, mass_kg, mass_shown, mass_text, mass_unit, unit_text
from language.formats import date
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data

MASSES_SHOWN = 12
WHY = mark(
    "Needed for the force of a bike, of weights lifted and of loads carried. Each holds "
    "from its date on; what a paired scale measured is listed too."
)


def section(data: Data, person: str) -> None:
    """What was said, and a field to say more."""
    masses, units = data.known(person).masses, data.display(person).units
    rows = [
        {_("From"): date(day, "EEE d MMMM y"), _("Body mass"): mass_text(kg, units)}
        for day, kg in reversed(masses[-MASSES_SHOWN:])
    ]
    shown = scorecard.table(rows) if rows else el("p", _("Not said yet."), cls="muted")
    st.html(scorecard.page(el("h2", _("Body mass")), el("p", _(WHY), cls="muted"), shown))
    today = dt.datetime.now(data.zone_of(person)).date()
    last = masses[-1][1] if masses else None
    with st.form(f"mass-{person}"), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(
            _("Body mass, {unit}", unit=unit_text(mass_unit(units))),
            mass_shown(MASS_KG[0], units),
            mass_shown(MASS_KG[1], units),
            None if last is None else mass_shown(last, units),
            MASS_STEP[units],
            key=key_of("mass", last),
            width=180,
        )
        since = st.date_input(
            _("From"),
            today,
            max_value=today,
            key=f"mass-since-{person}",
            width=180,
            format=DAY_FIRST,
        )
        if st.form_submit_button(_("Save body mass"), type="primary", key=f"save-mass-{person}"):
            save(lambda: _said(data, person, typed, since, units))
    if masses:
        _undo(data, person, *masses[-1], units)


def _said(data: Data, person: str, typed: float | None, since: dt.date, units: str) -> str:
    if typed is None:
        raise DashboardError(
            _("No body mass was given."), _("Type it in {unit}.", unit=unit_text(mass_unit(units)))
        )
    kg = mass_kg(typed, units)
    data.set_mass(person, kg, since)
    return _(
        "Saved: {mass} from {day} on.", mass=mass_text(kg, units), day=wording.date_long(since)
    )


def _undo(data: Data, person: str, day: dt.date, kg: float, units: str) -> None:
    mass, since = mass_text(kg, units), date(day, "d MMMM y")
    label = _("Take back {mass} from {day}", mass=mass, day=since)
    if st.button(label, key=f"undo-mass-{person}-{day}-{kg}"):
        save(lambda: _taken_back(data, person, day))


def _taken_back(data: Data, person: str, day: dt.date) -> str:
    data.keeping.take_back_mass(person, day)
    return _("Taken back. What was said before holds on.")
