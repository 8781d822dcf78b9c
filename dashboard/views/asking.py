"""What a table does not say by itself, asked on a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import wording
from dashboard.wording.sensors import PLACES
from devices.profile import Placement
from ingest.importers.imported import Told
from language.spoken import _, mark, p_

if TYPE_CHECKING:
    from dashboard.data import Data
    from ingest.importers.looking import Look

MOST_ASKED = 24
"""Columns that are asked about; a table with more unknown ones is for the command (design)."""

KINDS = {
    "walk": mark("walking"),
    "run": mark("running"),
    "bike": mark("a bike"),
    "row": mark("a rowing machine"),
    "elliptical": mark("an elliptical trainer"),
}
ORDERS = {True: mark("3 April 2026"), False: mark("4 March 2026")}
NOT_SAID = ""
WIDTH = 300


def told_of(data: Data, found: Look, person: str, again: Callable[[Told], Look]) -> Told | None:
    """What somebody says of a table; None while they say nothing.

    found: as it seems alone; again: as it seems with what is told.
    """
    title = _("What the table does not say") if found.problem else _("Say more about the table")
    with st.expander(title, expanded=bool(found.problem)):
        place = st.empty()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            columns = _columns(data, found, person)
            moves = found.kind == "motion" or _moves(columns)
            told = (_motion if moves else _table)(found, columns, data, person)
        if problem := again(told).problem:
            place.warning(wording.plain(problem))
        elif told != Told():
            place.success(_("It can be imported."))
    return None if told == Told() else told


def _moves(columns: dict[str, str]) -> bool:
    return any(key[:2] in ("ax", "ay", "az") for key in columns)


def _columns(data: Data, found: Look, person: str) -> dict[str, str]:
    """Columns by what somebody says they hold."""
    meanings = {NOT_SAID: _("not used"), **data.keeping.meanings()}
    chosen = {}
    for number, name in enumerate(found.unknown[:MOST_ASKED]):
        key = st.selectbox(
            _("What {column} holds", column=wording.plain(name)),
            list(meanings),
            format_func=meanings.__getitem__,
            key=f"import-column-{person}-{number}-{name}",
            width=WIDTH,
        )
        if key:
            chosen[key] = name
    return chosen


def _table(found: Look, columns: dict[str, str], data: Data, person: str) -> Told:
    del found
    kinds = {NOT_SAID: p_("of a table's kind", "not said"), **{k: _(v) for k, v in KINDS.items()}}
    kind = st.selectbox(
        _("What it is of"),
        list(kinds),
        format_func=kinds.__getitem__,
        key=f"import-kind-{person}",
        width=WIDTH,
    )
    orders: dict[bool | None, str] = {None: p_("of a date", "not said")}
    orders |= {first: _(example) for first, example in ORDERS.items()}
    order = st.selectbox(
        _("In it, 03/04/2026 is"),
        list(orders),
        format_func=orders.__getitem__,
        key=f"import-order-{person}",
        width=WIDTH,
    )
    return Told(columns=columns, kind=kind or None, day_first=order, start=_start(data, person))


def _motion(found: Look, columns: dict[str, str], data: Data, person: str) -> Told:
    places: dict[Placement | None, str] = {None: p_("of a place", "not said")}
    places |= {p: _(PLACES[p]) for p in Placement if p is not Placement.FLOOR}
    place = st.selectbox(
        _("Where the sensor sat"),
        list(places),
        format_func=places.__getitem__,
        key=f"import-place-{person}",
        width=WIDTH,
    )
    rate = st.number_input(
        _("Samples a second"),
        1.0,
        1_000.0,
        None,
        1.0,
        format="%g",
        key=f"import-rate-{person}",
        width=WIDTH,
    )
    recording = NOT_SAID
    if "rec" in found.columns:
        recording = st.text_input(
            _("Which recording"), key=f"import-recording-{person}", width=WIDTH
        )
    return Told(
        columns=columns,
        placement=place,
        rate_hz=rate,
        recording=recording.strip() or None,
        start=_start(data, person),
    )


def _start(data: Data, person: str) -> dt.datetime | None:
    """When it began, in the person's zone."""
    date = st.date_input(_("Day on which it began"), None, key=f"import-day-{person}", width=WIDTH)
    time = st.time_input(
        _("Time at which it began"), None, step=60, key=f"import-time-{person}", width=WIDTH
    )
    if not isinstance(date, dt.date) or time is None:
        return None
    return dt.datetime.combine(date, time, data.zone_of(person))
