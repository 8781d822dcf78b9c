"""Sensors: what is paired and how it is doing; pairing in three clicks: scan, choose, save."""

from __future__ import annotations

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
    from dashboard.shown import CollectorStatus, SensorView

LIVE_S = 1.0


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
    columns = st.columns(2)
    for index, sensor in enumerate(status.sensors):
        with columns[index % 2]:
            _live_card(data, sensor.key)
            _actions(data, sensor)


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
def _live_card(data: Data, key: str) -> None:
    """One sensor, refreshed each second; gone when it was forgotten elsewhere."""
    found = next((sensor for sensor in data.status().sensors if sensor.key == key), None)
    if found is None:
        st.rerun()
    else:
        names = {person.key: person.name for person in data.persons()}
        st.html(tiles.card(found, names.get(found.person, found.person)))


def _actions(data: Data, sensor: SensorView) -> None:
    """Change where it sits; forget it, after a second click."""
    doubt = f"doubt-{sensor.key}"
    if st.session_state.get(doubt):
        _confirm(data, sensor, doubt)
        return
    with st.container(horizontal=True):
        with st.popover("Change"):
            _assignment(data, sensor)
        if st.button("Forget", key=f"forget-{sensor.key}"):
            st.session_state[doubt] = True
            st.rerun()


def _assignment(data: Data, sensor: SensorView) -> None:
    with st.form(f"assign-{sensor.key}", border=False):
        placement = pairing.placement_choice([p.value for p in Placement], sensor.placement)
        person = pairing.person_choice(data, sensor.person)
        load = pairing.load_choice(sensor.load_kg)
        counts = pairing.counts_choice(sensor.counts)
        if st.form_submit_button("Save", type="primary"):
            attempt(
                lambda: data.assign(
                    sensor.key, placement=placement, person=person, load_kg=load, counts=counts
                ),
                f"{sensor.title}: {wording.placement_text(placement)}.",
            )


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
