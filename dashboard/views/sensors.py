"""Sensors: what is paired and how it is doing; pairing in three clicks: scan, choose, save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, tiles, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views import pairing
from dashboard.wording import plain
from devices.profile import Placement

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.shown import CollectorStatus, SensorNotes, SensorView
    from ingest.entries import Assignment

LIVE_S = 1.0
WRONG, FROM = "It was wrong from the start: correct it", "It changed: from this day on"


def render(data: Data, person: str) -> None:
    """The page; person is who wears the next sensor unless another is chosen."""
    status = data.status()
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", "Sensors")))
    _collector(data, status)
    pairing.render(data, person)
    st.html(scorecard.page(el("h2", "Paired sensors")))
    if not status.sensors:
        st.html(scorecard.page(el("p", "None yet. Choose Scan to find one.", cls="muted")))
    notes = data.notes()
    columns = st.columns(2)
    for index, sensor in enumerate(status.sensors):
        with columns[index % 2]:
            mine = notes.get(sensor.key)
            _live_card(data, sensor.key, mine)
            _doubt(data, sensor, mine)
            _actions(data, sensor)
            _history(data, sensor, mine)
    _forgotten(data, notes)


def attempt(action: Callable[[], object], done: str) -> None:
    """Do it and say so, or say in one sentence what is wrong and what to do."""
    try:
        action()
    except DashboardError as error:
        st.error(plain(str(error)))
    else:
        st.toast(plain(done))
        st.rerun()


def _collector(data: Data, status: CollectorStatus) -> None:
    """Whether anything listens, and the one button that changes it."""
    st.html(scorecard.page(tiles.recording(status)))
    if not status.running:
        if st.button("Start listening", type="primary", key="start"):
            attempt(data.start_collector, "Listening to your sensors.")
    elif status.recording:
        if st.button("Stop recording", key="record"):
            attempt(lambda: data.set_recording(False), "Recording stopped.")
    elif st.button("Start recording", type="primary", key="record"):
        attempt(lambda: data.set_recording(True), "Recording started.")


@st.fragment(run_every=LIVE_S)
def _live_card(data: Data, key: str, notes: SensorNotes | None) -> None:
    """One sensor, refreshed each second; gone when it was forgotten elsewhere."""
    found = next((sensor for sensor in data.status().sensors if sensor.key == key), None)
    if found is None:
        st.rerun()
    else:
        names = {person.key: person.name for person in data.persons()}
        st.html(tiles.card(found, names.get(found.person, found.person), notes))


def _doubt(data: Data, sensor: SensorView, notes: SensorNotes | None) -> None:
    """A foot pod that seems to count otherwise than it is set, and the one click that mends it."""
    doubt = notes.doubt if notes else None
    if doubt is None or doubt.counts is None:
        return
    counts = doubt.counts
    said = f"This pod seems to count {counts}, but is set to {sensor.counts}. {doubt.reason}"
    st.html(scorecard.page(el("div", said, cls="ll-notice warn")))
    if st.button(f"Change it to {counts}", key=f"counts-{sensor.key}"):
        attempt(
            lambda: data.recount(sensor.key, counts),
            f"{sensor.title} counts {counts}. What it recorded is scored again.",
        )


def _actions(data: Data, sensor: SensorView) -> None:
    """Change where it sits, its name, or the sensor itself; forget it, after a second click."""
    doubt = f"doubt-{sensor.key}"
    if st.session_state.get(doubt):
        _confirm(data, sensor, doubt)
        return
    with st.container(horizontal=True):
        with st.popover("Change"):
            _assignment(data, sensor)
        with st.popover("Rename"):
            _name(data, sensor)
        with st.popover("Replace"):
            _replacement(data, sensor)
        if st.button("Forget", key=f"forget-{sensor.key}"):
            st.session_state[doubt] = True
            st.rerun()


def _assignment(data: Data, sensor: SensorView) -> None:
    """Say anew where it sits: a correction, or a change from a day on."""
    today = dt.datetime.now(data.zone_of(sensor.person)).date()
    with st.form(f"assign-{sensor.key}", border=False):
        placement = pairing.placement_choice([p.value for p in Placement], sensor.placement)
        person = pairing.person_choice(data, sensor.person)
        load = pairing.load_choice(sensor.load_kg)
        counts = pairing.counts_choice(sensor.counts)
        when = st.radio("Since when?", [WRONG, FROM], key=f"when-{sensor.key}")
        day = st.date_input("From this day on", today, max_value=today, key=f"from-{sensor.key}")
        if st.form_submit_button("Save", type="primary"):
            since = day if when == FROM else None
            attempt(
                lambda: data.assign(
                    sensor.key,
                    placement=placement,
                    person=person,
                    load_kg=load,
                    counts=counts,
                    since=since,
                ),
                f"{sensor.title}: {wording.placement_text(placement)}. "
                "What it recorded is scored again.",
            )


def _name(data: Data, sensor: SensorView) -> None:
    with st.form(f"name-{sensor.key}", border=False):
        name = st.text_input("What do you call it?", sensor.name, max_chars=40)
        st.caption("Empty: as the sensor calls itself.")
        if st.form_submit_button("Save name", type="primary"):
            attempt(lambda: data.rename(sensor.key, name), "Name saved.")


def _replacement(data: Data, sensor: SensorView) -> None:
    """Another sensor takes its place from now on."""
    st.html(
        scorecard.page(
            el(
                "p",
                "Another sensor takes over where this one sits, from now on. "
                "What this one recorded stays.",
                cls="small",
            )
        )
    )
    found = {seen.address: seen for seen in pairing.around()}
    if not found:
        st.html(scorecard.page(el("p", "Choose Scan above first, with the new sensor awake.")))
        return
    address = st.selectbox(
        "By which sensor?",
        list(found),
        format_func=lambda key: f"{found[key].title}: {found[key].name} {found[key].short}",
        key=f"by-{sensor.key}",
    )
    if st.button("Replace it", type="primary", key=f"replace-{sensor.key}"):
        attempt(
            lambda: data.replace(sensor.key, address), f"The new sensor takes over {sensor.name}."
        )


# --- where it sat, and since when ---------------------------------------------------------------


def _history(data: Data, sensor: SensorView, notes: SensorNotes | None) -> None:
    """Every assignment, newest first; each can be corrected, and all but one removed."""
    assignments = notes.assignments if notes else ()
    if not assignments:
        return
    names = {person.key: person.name for person in data.persons()}
    with st.expander("Where it sat, and since when"):
        for number, one in enumerate(reversed(assignments)):
            zone = data.zone_of(one.person)
            text = wording.assignment_text(one, names.get(one.person, one.person), zone)
            st.html(scorecard.page(el("p", text)))
            with st.container(horizontal=True):
                with st.popover("Correct", key=f"correct-{sensor.key}-{number}"):
                    _correction(data, sensor, one, number)
                if len(assignments) > 1:
                    _removal(data, sensor, one, number)


def _correction(data: Data, sensor: SensorView, one: Assignment, number: int) -> None:
    began = one.since.astimezone(data.zone_of(one.person)).date()
    with st.form(f"correct-form-{sensor.key}-{number}", border=False):
        placement = pairing.placement_choice([p.value for p in Placement], one.placement.value)
        person = pairing.person_choice(data, one.person)
        load = pairing.load_choice(one.load_kg)
        counts = pairing.counts_choice(one.counts or sensor.counts)
        day = st.date_input("It began on", began, key=f"began-{sensor.key}-{number}")
        if st.form_submit_button("Save correction", type="primary"):
            attempt(
                lambda: data.assign(
                    sensor.key,
                    placement=placement,
                    person=person,
                    load_kg=load,
                    counts=counts,
                    since=None if day == began else day,
                    correct=one.since,
                ),
                "Corrected. What it recorded is scored again.",
            )


def _removal(data: Data, sensor: SensorView, one: Assignment, number: int) -> None:
    """Remove an assignment, after a second click."""
    sure = f"sure-{sensor.key}"
    if st.session_state.get(sure) != one.since:
        if st.button("Remove", key=f"remove-{sensor.key}-{number}"):
            st.session_state[sure] = one.since
            st.rerun()
        return
    if st.button("Yes, it was never so", type="primary", key=f"removed-{sensor.key}-{number}"):
        del st.session_state[sure]
        attempt(
            lambda: data.unassign(sensor.key, one.since),
            "Removed. What it recorded is scored again.",
        )
    if st.button("Keep it", key=f"kept-{sensor.key}-{number}"):
        del st.session_state[sure]
        st.rerun()


def _forgotten(data: Data, notes: dict[str, SensorNotes]) -> None:
    """Sensors that nobody listens to: their history can still be put right."""
    gone = data.forgotten()
    if not gone:
        return
    st.html(scorecard.page(el("h2", "No longer listened to")))
    text = "What they recorded counts all the same. To listen to one again, pair it again."
    st.html(scorecard.page(el("p", text, cls="muted")))
    for sensor in gone:
        st.html(scorecard.page(el("p", el("b", sensor.title), f" {sensor.name}")))
        _doubt(data, sensor, notes.get(sensor.key))
        _history(data, sensor, notes.get(sensor.key))


def _confirm(data: Data, sensor: SensorView, doubt: str) -> None:
    st.warning(plain(f"Forget the {sensor.title} {sensor.name}? What it recorded stays."))
    with st.container(horizontal=True):
        yes = st.button("Forget it", type="primary", key=f"yes-{sensor.key}")
        no = st.button("Keep it", key=f"no-{sensor.key}")
    if yes or no:
        del st.session_state[doubt]
    if yes:
        attempt(lambda: data.forget(sensor.key), f"{sensor.title} forgotten.")
    elif no:
        st.rerun()
