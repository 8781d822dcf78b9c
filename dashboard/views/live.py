"""Live: what each sensor says now and said in the last minute, recording, and a quick log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import livechart, scorecard, wording
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.views import practice
from dashboard.views.sensors import ASK_TO_PAIR
from dashboard.wording import live
from language.spoken import _, n_

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.shown import CollectorStatus, SensorView
    from dashboard.traces import Trace

LOOK_S = 1.0
REFUSED = "live-refused"
"""Why the last click on the button did nothing."""


def render(data: Data, person: str) -> None:
    """The page of one person."""
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", _("Live"))))
    _now(data, person, data.display(person).units)
    st.html(scorecard.page(el("h2", _("Log what no sensor counts"))))
    practice.quick(data, person)


@st.fragment(run_every=LOOK_S)
def _now(data: Data, person: str, units: str) -> None:
    """The sensors, each second; nothing else on the page is run again."""
    status = data.status()
    mine = [one for one in status.sensors if one.person in (person, "") and one.state != "off"]
    traces = data.live.traces(mine)
    st.html(livechart.headline(status))
    if not status.sensors:
        st.info(no_sensor(data))
    elif not data.limited:
        _button(data, status)
    tiles = (livechart.tile(one, traces[one.key], units) for one in mine)
    others = _others(len([one for one in status.sensors if one.person not in (person, "")]))
    words = [el("p", others, cls="muted")] if others else []
    st.html(scorecard.page(el("div", *tiles, cls="ll-tiles"), *words))
    if mine and st.toggle(_("The same as a table"), key="live-table"):
        _table(mine, traces, units)


def no_sensor(data: Data) -> str:
    """What to do where none is paired, for whoever may do it."""
    if data.limited:
        return _(ASK_TO_PAIR)
    return _("No sensor is paired yet. Open Sensors on the left and choose Scan.")


def _others(count: int) -> str:
    if not count:
        return ""
    return n_(
        "{count} more sensor belongs to somebody else.",
        "{count} more sensors belong to somebody else.",
        count,
    )


def _table(sensors: list[SensorView], traces: dict[str, Trace], units: str) -> None:
    rows = [
        live.trace_row(f"{_(one.title)} ({one.name})", traces[one.key], units) for one in sensors
    ]
    st.html(scorecard.page(scorecard.table(rows)))


def _button(data: Data, status: CollectorStatus) -> None:
    """The one button that changes whether anything is recorded."""
    on = status.running and status.recording
    with st.container(key="recording"):
        st.button(
            _("Stop recording") if on else _("Start recording"),
            type="secondary" if on else "primary",
            key="record",
            on_click=_switch,
            args=(data, on, status.running),
        )
    if said := st.session_state.get(REFUSED):
        st.error(wording.plain(said))


def _switch(data: Data, on: bool, running: bool) -> None:
    """Acts before the next look; a refusal stays in sight until the next click."""
    st.session_state.pop(REFUSED, None)
    try:
        if running:
            data.set_recording(not on)
        else:
            data.start_collector()
    except DashboardError as error:
        st.session_state[REFUSED] = str(error)
