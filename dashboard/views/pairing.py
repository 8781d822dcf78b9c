"""Pair a sensor: scan or shake it, choose it, see its live values, save."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, tiles, wording
from dashboard.display import METRIC
from dashboard.errors import DashboardError
from dashboard.markup import Markup, el
from dashboard.shown import worn_at
from dashboard.wording import plain
from dashboard.wording.units import mass_kg, mass_shown, mass_unit, unit_text
from devices.profile import Placement
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.shown import Around, Preview, Seen

SEEN, CHOSEN, LIVE, SHAKEN = "pair-seen", "pair-chosen", "pair-live", "pair-shaken"
READ_AT = "pair-read-at"
SHAKE_POLL_S = 0.5
AGE_S = 1.0
HEAVIEST_KG = 100.0
LIKE_DB = 10
"""Signals closer than this count as equally strong, so that a list does not jump (design)."""
COUNTS = {
    "strides": mark("strides of this foot (the standard)"),
    "steps": mark("steps of both feet"),
}
COUNTED = {"strides": mark("strides"), "steps": mark("steps")}


def render(data: Data, person: str) -> None:
    """The pairing block: one step at a time; nothing where pairing is refused."""
    if data.limited:
        return
    with st.container(border=True):
        st.html(scorecard.page(el("h2", _("Pair a sensor"))))
        chosen: Seen | None = st.session_state.get(CHOSEN)
        if chosen is None:
            _scan(data)
        else:
            _save(data, chosen, person)


# --- click one: scan ----------------------------------------------------------------------------


def _scan(data: Data) -> None:
    wake = _("Wake the sensor: move it, or put it on.")
    st.html(scorecard.page(el("p", wake, cls="muted")))
    with st.container(horizontal=True):
        if st.button(_("Scan"), type="primary", key="scan"):
            look(data)
        if st.button(_("Shake it to find it"), key="shake"):
            _begin_shake(data)
    shaken: bool | str = st.session_state.get(SHAKEN, False)
    if isinstance(shaken, str):
        st.html(scorecard.page(el("div", shaken, cls="ll-notice", role="status")))
    elif shaken:
        _shaking(data)
    seen: Around | None = st.session_state.get(SEEN)
    if seen is not None:
        _list(data, seen)


def _list(data: Data, seen: Around) -> None:
    if not seen.sensors:
        st.info(
            _(
                "No new sensor found. Move it closer, wake it, make sure that no phone or watch "
                "holds it, and scan again. Sensors that stream already do not show up here."
            )
        )
    place = st.empty()
    with place.container():
        chosen = [found for found in seen.sensors if _found(found)]
        if others := wording.others_text(seen.others):
            st.html(scorecard.page(el("p", others, cls="small")))
    for found in chosen:
        place.empty()  # else the list stays for a moment, and then the button beneath it moves up
        st.session_state[CHOSEN] = found
        _preview(data, found)
        st.rerun()


def around() -> tuple[Seen, ...]:
    """What the last scan found and is not paired yet."""
    seen: Around | None = st.session_state.get(SEEN)
    return tuple(found for found in seen.sensors if not found.paired_as) if seen else ()


def _begin_shake(data: Data) -> None:
    try:
        with st.spinner(_("Starting …")):
            data.shake()
    except DashboardError as error:
        st.error(plain(str(error)))
    else:
        st.session_state.pop(SEEN, None)
        st.session_state[SHAKEN] = True


@st.fragment(run_every=SHAKE_POLL_S)
def _shaking(data: Data) -> None:
    """What to do now; the sensor that moved is chosen as soon as it is known."""
    try:
        asked = data.shaking()
    except DashboardError as error:
        st.session_state[SHAKEN] = str(error)
        st.rerun()
    if asked is None:
        return
    now, found = asked
    if found is not None:
        st.session_state[SHAKEN] = False
        st.session_state[CHOSEN] = found
        _preview(data, found)
        st.rerun()
    if now.done:
        st.session_state[SHAKEN] = now.text  # it stays, and nothing is asked any more
        st.rerun()
    st.html(scorecard.page(el("div", el("b", now.text), cls="ll-notice", role="status")))


def look(data: Data) -> None:
    """Scan, and keep what was found; or say why that failed."""
    st.session_state[SHAKEN] = False
    try:
        with st.spinner(_("Looking for sensors …")):
            if not data.status().running:
                data.start_collector()
            seen = data.scan()
    except DashboardError as error:
        st.session_state.pop(SEEN, None)
        st.error(plain(str(error)))
    else:
        st.session_state[SEEN] = replace(seen, sensors=tuple(sorted(seen.sensors, key=_order)))


def _order(found: Seen) -> tuple[str, int, str]:
    """By kind, then signal; the address settles the rest, the same in every scan."""
    return found.title.casefold(), -(found.rssi // LIKE_DB), found.address


def _found(found: Seen) -> bool:
    """One row of the list; whether it was chosen."""
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.html(scorecard.page(_about(found)))
    label = _("Pair again") if found.paired_as else _("Choose this one")
    return button.button(label, key=f"choose-{found.address}", width="stretch")


def _about(found: Seen) -> Markup:
    values = {
        "sensor": f"{found.name} {found.short}",
        "signal": wording.signal_text(found.rssi),
    }
    small = _("{sensor}: {signal}", **values)
    if found.paired_as:
        small = _("{sensor}: {signal}; already paired as {name}", name=found.paired_as, **values)
    return el("div", el("b", found.title), el("div", small, cls="small"))


# --- click two: choose; its live value is shown before anything is saved ------------------------


def _preview(data: Data, found: Seen) -> None:
    """Keep its live values, or the sentence that says why there are none."""
    try:
        with st.spinner(_("Reading its live values …")):
            st.session_state[LIVE] = data.preview(found.address)
    except DashboardError as error:
        st.session_state[LIVE] = str(error)
    st.session_state[READ_AT] = time.monotonic()


# --- click three: save --------------------------------------------------------------------------


def _save(data: Data, found: Seen, person: str) -> None:
    st.html(scorecard.page(_about(found), _live(found, reader_units(data))))
    _read()
    seen = st.session_state.get(LIVE)
    preview: Preview | None = None if isinstance(seen, str) else seen
    placements = preview.placements if preview else found.placements
    key = f"new-{found.address}"
    where, who = st.columns(2)
    with where:
        placement = placement_choice(placements, key=key)
        load = load_choice(placements, key=key, units=reader_units(data))
    with who:
        wearer = person_choice(data, placements, person, key=key)
        counts = _counts(found, preview, key)
    with st.container(horizontal=True):
        saved = st.button(_("Save"), type="primary", key="save")
        again = st.button(_("Read again"), key="again")
        back = st.button(_("Back"), key="back")
    if again:
        _preview(data, found)
        st.rerun()
    if back:
        _forget_choice()
        st.rerun()
    if saved:
        _pair(data, found, placement=placement, person=wearer, load_kg=load, counts=counts)


def _counts(found: Seen, preview: Preview | None, key: str) -> str | None:
    """What a foot pod counts: what it seems to, with the reason, until somebody knows better."""
    told = preview.counts if preview else None
    default = preview.default_counts if preview else found.counts
    counts = counts_choice((told.counts if told else None) or default, key=key)
    if counts is not None and told is not None:
        st.html(scorecard.page(el("p", told.reason, cls="small")))
    return counts


def _live(found: Seen, units: str) -> Markup:
    """What was read, or why nothing was; of a scale that says nothing, what to do."""
    seen: Preview | str | None = st.session_state.get(LIVE)
    if isinstance(seen, str):
        return el("div", seen, cls="ll-notice warn")
    live = seen.live if seen else ()
    floor = Placement.FLOOR.value in (seen.placements if seen else found.placements)
    weighed = any(one.value is not None and one.label != "battery" for one in live)
    wanted = floor and not weighed
    hint = _("Step on it to see a weight, then choose Read again.") if wanted else ""
    values = tiles.values(live, units=units) if live or not hint else Markup()
    return el("div", values, el("div", hint), cls="ll-sensor")


@st.fragment(run_every=AGE_S)
def _read() -> None:
    """How long ago that was. To read anew is to connect anew, so only a click does it.

    Only this line changes by itself: nothing moves under a finger that is about to save.
    """
    if isinstance(st.session_state.get(LIVE), str):
        return
    passed_s = time.monotonic() - st.session_state.get(READ_AT, time.monotonic())
    age = wording.age_text(passed_s)
    text = _("Read {age} ago. Choose Read again for newer values.", age=age)
    st.html(scorecard.page(el("div", text, cls="small")))


def _pair(
    data: Data, found: Seen, *, placement: str, person: str, load_kg: float, counts: str | None
) -> None:
    try:
        data.pair(found.address, placement=placement, person=person, load_kg=load_kg, counts=counts)
    except DashboardError as error:
        st.error(plain(str(error)))
        return
    st.toast(plain(_("{sensor} saved. It is listened to from now on.", sensor=found.title)))
    _forget_choice()
    st.session_state.pop(SEEN, None)
    st.rerun()


def _forget_choice() -> None:
    for key in (CHOSEN, LIVE, READ_AT):
        st.session_state.pop(key, None)


# --- fields that the change form shares ---------------------------------------------------------


def placement_choice(placements: Sequence[str], current: str = "", *, key: str) -> str:
    """Where it sits; the best place first, or where it sits now."""
    options = list(dict.fromkeys([*([current] if current else []), *placements]))
    label = _("Where is it worn?") if worn_at(placements) else _("Where is it?")
    return st.selectbox(label, options, format_func=wording.placement_text, key=f"place-{key}")


def person_choice(data: Data, placements: Sequence[str], current: str, *, key: str) -> str:
    """Who wears it, or whose it is."""
    persons = {person.key: person.name for person in data.persons()}
    keys = list(persons)
    at = keys.index(current) if current in keys else 0
    label = _("Who wears it?") if worn_at(placements) else _("Whose is it?")
    return st.selectbox(
        label, keys, index=at, format_func=lambda one: persons[one], key=f"person-{key}"
    )


def reader_units(data: Data) -> str:
    """The units of whoever is looked at: metric or imperial."""
    return data.display(st.session_state.get("person", "")).units


def load_choice(
    placements: Sequence[str], current: float = 0.0, *, key: str, units: str = METRIC
) -> float:
    """Load carried on the body in kg, such as a vest; none where nothing is worn."""
    if not worn_at(placements):
        return 0.0
    shown = round(mass_shown(current, units), 1)
    load = st.number_input(
        _("Load carried, {unit}", unit=unit_text(mass_unit(units))),
        min_value=0.0,
        max_value=mass_shown(HEAVIEST_KG, units),
        value=shown,
        step=0.5,
        format="%.1f",
        key=f"load-{key}",
    )
    return current if load == shown else mass_kg(load, units)


def counted(counts: str) -> str:
    """`strides` or `steps`, as the reader calls them."""
    return _(COUNTED[counts]) if counts in COUNTED else counts


def counts_choice(current: str | None, *, key: str) -> str | None:
    """What a foot pod counts; nothing to choose for other sensors."""
    if current is None:
        return None
    options = list(COUNTS)
    at = options.index(current) if current in options else 0
    return st.selectbox(
        _("It counts"),
        options,
        index=at,
        format_func=lambda one: _(COUNTS[one]),
        key=f"counted-{key}-{current}",  # a new proposal is shown, and not what was chosen before
    )
