"""Sensors: what is paired and how it is doing; pairing in three clicks: scan, choose, save."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import scorecard, tiles, wording
from dashboard.display import DAY_FIRST
from dashboard.errors import DashboardError
from dashboard.markup import el
from dashboard.shown import kind_placements
from dashboard.sources import is_imported
from dashboard.views import pairing
from dashboard.wording import plain
from devices import PROFILES
from devices.profile import Placement
from language.spoken import _, mark

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from dashboard.data import Data
    from dashboard.shown import CollectorStatus, Seen, SensorNotes, SensorView
    from ingest.entries import Assignment

LIVE_S = 1.0
ASKED = "sensor-asked"
"""What the open dialog is about: what to do, a sensor's key, and which assignment."""
ASK_TO_PAIR = mark("No sensor is paired yet. Whoever runs this computer can pair one.")
"""What somebody reads who may not pair one."""
NOW = mark("From now on")
FROM = mark("From a day on")
WRONG = mark("It was wrong from the start: correct it")
TITLES = {
    "change": mark("Change {sensor}"),
    "rename": mark("Rename {sensor}"),
    "replace": mark("Replace {sensor}"),
    "correct": mark("Correct {sensor}"),
}
"""Of the dialogs, by what is asked."""

Notes = dict[str, "SensorNotes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places on the page that are drawn anew each second, cards by sensor."""

    headline: DeltaGenerator
    units: str
    cards: dict[str, DeltaGenerator]


def render(data: Data, person: str) -> None:
    """The page; person is who wears the next sensor unless another is chosen."""
    status = data.status()
    badge = [scorecard.demo_badge()] if data.demo else []
    st.html(scorecard.page(*badge, el("h1", _("Sensors"))))
    places = Places(headline=st.empty(), units=pairing.reader_units(data), cards={})
    places.headline.html(scorecard.page(tiles.recording(status)))
    _collector(data, status)
    pairing.render(data, person)
    st.html(scorecard.page(el("h2", _("Paired sensors"))))
    if not status.sensors:
        none = _(ASK_TO_PAIR) if data.limited else _("None yet. Choose Scan to find one.")
        st.html(scorecard.page(el("p", none, cls="muted")))
    notes = data.notes()
    _cards(data, status, places, notes)
    _live(data, status, places, notes, itertools.count())
    _forgotten(data, notes)
    _dialog(data, [*status.sensors, *data.forgotten()], notes)


def _cards(data: Data, status: CollectorStatus, places: Places, notes: Notes) -> None:
    """All of each sensor, by name; the places of the live cards are noted."""
    names = _names(data)
    with st.container(key="cards"):
        for sensor in sorted(status.sensors, key=lambda one: (one.name.casefold(), one.key)):
            with st.container(key=f"card-{sensor.key}"):
                places.cards[sensor.key] = st.empty()
                _card(sensor, names, places, notes)
                _doubt(data, sensor, notes.get(sensor.key))
                _actions(data, sensor)
                _history(data, sensor, notes.get(sensor.key))


def _card(sensor: SensorView, names: dict[str, str], places: Places, notes: Notes) -> None:
    wearer = names.get(sensor.person, sensor.person)
    told = tiles.card(sensor, wearer, notes.get(sensor.key), units=places.units)
    places.cards[sensor.key].html(told)


def _names(data: Data) -> dict[str, str]:
    return {person.key: person.name for person in data.persons()}


@st.fragment(run_every=LIVE_S)
def _live(
    data: Data, drawn: CollectorStatus, places: Places, notes: Notes, looks: Iterator[int]
) -> None:
    """The headline and every card, each second, all as they were at the same moment.

    The first look is part of drawing the page and shows again what was drawn in its turn: what
    comes late pushes away a button that somebody is about to click, and where a fragment has not
    written while the page was drawn, Streamlit lets it write no more.
    """
    status = drawn if next(looks) == 0 else data.status()
    if _layout(status) != _layout(drawn):  # other buttons or other sensors: the whole page anew
        st.rerun()
    places.headline.html(scorecard.page(tiles.recording(status)))
    names = _names(data)
    for sensor in status.sensors:
        _card(sensor, names, places, notes)


def _layout(status: CollectorStatus) -> tuple[bool, bool, frozenset[tuple[str, str]]]:
    sensors = frozenset((sensor.key, sensor.name) for sensor in status.sensors)
    return status.running, status.recording, sensors


def attempt(action: Callable[[], object], done: str) -> None:
    """Do it and say so, or say in one sentence what is wrong and what to do."""
    try:
        action()
    except DashboardError as error:
        st.error(plain(str(error)))
    else:
        st.session_state.pop(ASKED, None)
        st.toast(plain(done))
        st.rerun()


def _collector(data: Data, status: CollectorStatus) -> None:
    """The one button that changes whether anything listens, for whoever may."""
    if data.limited:
        return
    if not status.running:
        if st.button(_("Start listening"), type="primary", key="start"):
            attempt(data.start_collector, _("Listening to your sensors."))
    elif status.recording:
        if st.button(_("Stop recording"), key="record"):
            attempt(lambda: data.set_recording(False), _("Recording stopped."))
    elif st.button(_("Start recording"), type="primary", key="record"):
        attempt(lambda: data.set_recording(True), _("Recording started."))


def _doubt(data: Data, sensor: SensorView, notes: SensorNotes | None) -> None:
    """A foot pod that seems to count otherwise than it is set, and the one click that mends it."""
    doubt = notes.doubt if notes else None
    if doubt is None or doubt.counts is None:
        return
    counts = doubt.counts
    counted, now = pairing.counted(counts), pairing.counted(sensor.counts or "")
    said = _(
        "This pod seems to count {counts}, but is set to {now}. {reason}",
        counts=counted,
        now=now,
        reason=doubt.reason,
    )
    st.html(scorecard.page(el("div", said, cls="ll-notice warn")))
    if not data.limited and st.button(
        _("Change it to {counts}", counts=counted), key=f"counts-{sensor.key}"
    ):
        attempt(
            lambda: data.recount(sensor.key, counts),
            _(
                "{sensor} counts {counts}. What it recorded is scored again.",
                sensor=sensor.title,
                counts=counted,
            ),
        )


def _actions(data: Data, sensor: SensorView) -> None:
    """Change where it sits, its name, or the sensor itself; forget it, after a second click."""
    if data.limited:
        return
    doubt = f"doubt-{sensor.key}"
    if st.session_state.get(doubt):
        _confirm(data, sensor, doubt)
        return
    with st.container(horizontal=True, key=f"acts-{sensor.key}"):
        for label, what in (
            (_("Change"), "change"),
            (_("Rename"), "rename"),
            (_("Replace"), "replace"),
        ):
            st.button(label, key=f"{what}-{sensor.key}", on_click=_ask, args=(what, sensor.key))
        if st.button(_("Forget"), key=f"forget-{sensor.key}"):
            st.session_state[doubt] = True
            st.rerun()


# --- dialogs: what a click asks for, with its button always in reach ----------------------------


def _ask(what: str, key: str, began: dt.datetime | None = None) -> None:
    st.session_state[ASKED] = (what, key, began)


def _close() -> None:
    st.session_state.pop(ASKED, None)


def _dialog(data: Data, sensors: Sequence[SensorView], notes: Notes) -> None:
    """The dialog that was asked for, open until something is saved or it is closed."""
    what, key, began = st.session_state.get(ASKED, ("", "", None))
    sensor = next((sensor for sensor in sensors if sensor.key == key), None)
    if sensor is None:
        return
    known = notes[key].assignments if key in notes else ()

    def form() -> None:
        if what == "change":
            _assignment(data, sensor, known)
        elif what == "rename":
            _name(data, sensor)
        elif what == "replace":
            _replacement(data, sensor)
        for one in known:
            if what == "correct" and one.since == began:
                _correction(data, sensor, one, known)

    title = _(TITLES[what], sensor=sensor.name or sensor.title)
    st.dialog(plain(title), on_dismiss=_close)(form)()


def _placements(sensor: SensorView) -> tuple[str, ...]:
    """Where such a sensor may sit; anywhere, where nobody knows what it is."""
    return kind_placements(sensor.profiles) or tuple(place.value for place in Placement)


def _assignment(data: Data, sensor: SensorView, known: Sequence[Assignment]) -> None:
    """Say anew where it sits: from now on, from a day on, or as a correction."""
    places, key = _placements(sensor), f"change-{sensor.key}"
    placement = pairing.placement_choice(places, sensor.placement, key=key)
    person = pairing.person_choice(data, places, sensor.person, key=key)
    units = pairing.reader_units(data)
    load = pairing.load_choice(places, sensor.load_kg, key=key, units=units)
    counts = pairing.counts_choice(sensor.counts, key=key)
    when = st.radio(_("Since when?"), [NOW, FROM, WRONG], format_func=_, key=f"when-{sensor.key}")
    day = _day(data, sensor, known, person) if when == FROM else None
    if st.button(_("Save"), type="primary", key=f"save-{sensor.key}"):
        attempt(
            lambda: data.assign(
                sensor.key,
                placement=placement,
                person=person,
                load_kg=load,
                counts=counts,
                since=dt.datetime.now(dt.UTC) if when == NOW else day,
            ),
            _(
                "{sensor}: {place}. What it recorded is scored again.",
                sensor=sensor.name or sensor.title,
                place=wording.placement_text(placement),
            ),
        )


def _day(data: Data, sensor: SensorView, known: Sequence[Assignment], person: str) -> dt.date:
    """The day, and what of the history it replaces."""
    today = dt.datetime.now(data.zone_of(person)).date()
    day = st.date_input(
        _("From this day on"), today, max_value=today, key=f"from-{sensor.key}", format=DAY_FIRST
    )
    _gives_way(data, known, day, person)
    return day


def _gives_way(
    data: Data,
    known: Sequence[Assignment],
    day: dt.date,
    person: str,
    but: dt.datetime | None = None,
) -> None:
    """Say which rows of the history a change from this local day on replaces."""
    zone = data.zone_of(person)
    names, units = _names(data), pairing.reader_units(data)
    rows = [
        wording.assignment_text(
            one, names.get(one.person, one.person), data.zone_of(one.person), units
        )
        for one in known
        if one.since != but and one.since.astimezone(zone).date() == day
    ]
    if rows:
        said = _("It holds for all of {day} and replaces:", day=wording.date_long(day))
        items = el("ul", *(el("li", row) for row in rows))
        st.html(scorecard.page(el("div", said, items, cls="ll-notice warn", role="status")))


def _name(data: Data, sensor: SensorView) -> None:
    with st.form(f"name-{sensor.key}", border=False):
        name = st.text_input(_("What do you call it?"), sensor.name, max_chars=40)
        st.caption(_("Empty: as the sensor calls itself."))
        if st.form_submit_button(_("Save name"), type="primary"):
            attempt(lambda: data.rename(sensor.key, name), _("Name saved."))


def _replacement(data: Data, sensor: SensorView) -> None:
    """Another sensor of the same kind takes its place from now on."""
    said = _(
        "Another sensor takes over where this one sits, from now on. What this one recorded stays."
    )
    st.html(scorecard.page(el("p", said, cls="small")))
    if st.button(_("Scan for it"), key=f"look-{sensor.key}"):
        pairing.look(data)
    profiles = sensor.profiles
    found = {one.address: one for one in pairing.around() if _same_kind(one, profiles)}
    if not found:
        text = _("Wake the new sensor, then choose Scan for it.")
        if pairing.SEEN in st.session_state:
            none = _("The last scan found no other {sensor}.", sensor=sensor.title)
            text = f"{none} {text}"
        st.html(scorecard.page(el("p", text)))
        return
    address = st.selectbox(
        _("By which sensor?"),
        list(found),
        index=None,
        placeholder=_("Choose one"),
        format_func=lambda one: _(
            "{sensor}: {signal}",
            sensor=_called(found[one]),
            signal=wording.signal_text(found[one].rssi),
        ),
        key=f"by-{sensor.key}",
    )
    if address is None:
        return
    old, new = sensor.name or sensor.title, _called(found[address])
    label = plain(_("Put '{new}' in the place of {old}", new=new, old=old))
    if st.button(label, type="primary", key=f"replace-now-{sensor.key}"):
        attempt(
            lambda: data.replace(sensor.key, address),
            _("The new sensor takes over {old}.", old=old),
        )


def _same_kind(seen: Seen, profiles: Sequence[str]) -> bool:
    """Whether it is one of these; anything may be, where nobody knows what these are."""
    main = {key for key in profiles if key in PROFILES and not PROFILES[key].companion}
    return not main or bool(main.intersection(seen.profiles))


def _called(seen: Seen) -> str:
    return f"{seen.name or seen.title} {seen.short}"


# --- where it sat, and since when ---------------------------------------------------------------


def _history(data: Data, sensor: SensorView, notes: SensorNotes | None) -> None:
    """Every assignment, newest first; each can be corrected, and all but one removed."""
    assignments = notes.assignments if notes else ()
    if not assignments:
        return
    names, units = _names(data), pairing.reader_units(data)
    with st.expander(_("Where it sat, and since when")):
        for number, one in enumerate(reversed(assignments)):
            zone = data.zone_of(one.person)
            text = wording.assignment_text(one, names.get(one.person, one.person), zone, units)
            st.html(scorecard.page(el("p", text)))
            if data.limited:
                continue
            with st.container(horizontal=True):
                st.button(
                    _("Correct"),
                    key=f"correct-{sensor.key}-{number}",
                    on_click=_ask,
                    args=("correct", sensor.key, one.since),
                )
                if len(assignments) > 1:
                    _removal(data, sensor, one, number)


def _correction(
    data: Data, sensor: SensorView, one: Assignment, known: Sequence[Assignment]
) -> None:
    places, key = _placements(sensor), f"correct-{sensor.key}-{one.since.timestamp()}"
    placement = pairing.placement_choice(places, one.placement.value, key=key)
    person = pairing.person_choice(data, places, one.person, key=key)
    units = pairing.reader_units(data)
    load = pairing.load_choice(places, one.load_kg, key=key, units=units)
    counts = pairing.counts_choice(one.counts or sensor.counts, key=key)
    began = one.since.astimezone(data.zone_of(one.person)).date()
    day = st.date_input(_("It began on"), began, key=f"began-{sensor.key}", format=DAY_FIRST)
    since = None if day == began else day
    if since is not None:
        _gives_way(data, known, since, person, but=one.since)
    if st.button(_("Save correction"), type="primary", key=f"save-{key}"):
        attempt(
            lambda: data.assign(
                sensor.key,
                placement=placement,
                person=person,
                load_kg=load,
                counts=counts,
                since=since,
                correct=one.since,
            ),
            _("Corrected. What it recorded is scored again."),
        )


def _removal(data: Data, sensor: SensorView, one: Assignment, number: int) -> None:
    """Remove an assignment, after a second click."""
    sure = f"sure-{sensor.key}"
    if st.session_state.get(sure) != one.since:
        if st.button(_("Remove"), key=f"remove-{sensor.key}-{number}"):
            st.session_state[sure] = one.since
            st.rerun()
        return
    if st.button(_("Yes, it was never so"), type="primary", key=f"removed-{sensor.key}-{number}"):
        del st.session_state[sure]
        attempt(
            lambda: data.unassign(sensor.key, one.since),
            _("Removed. What it recorded is scored again."),
        )
    if st.button(_("Keep it"), key=f"kept-{sensor.key}-{number}"):
        del st.session_state[sure]
        st.rerun()


def _forgotten(data: Data, notes: dict[str, SensorNotes]) -> None:
    """Sensors that nobody listens to: their history can still be put right."""
    every = data.forgotten()
    _sources(data, [one for one in every if is_imported(one.profiles)], notes)
    gone = [one for one in every if not is_imported(one.profiles)]
    if not gone:
        return
    st.html(scorecard.page(el("h2", _("No longer listened to"))))
    text = _("What they recorded counts all the same. To listen to one again, pair it again.")
    st.html(scorecard.page(el("p", text, cls="muted")))
    for sensor in gone:
        st.html(scorecard.page(el("p", el("b", sensor.title), f" {sensor.name}")))
        _doubt(data, sensor, notes.get(sensor.key))
        _history(data, sensor, notes.get(sensor.key))


def _sources(data: Data, sources: Sequence[SensorView], notes: Notes) -> None:
    """What measured imported files: nobody can listen to these, but put right where they sat."""
    if not sources:
        return
    st.html(scorecard.page(el("h2", wording.sources_text(len(sources)))))
    for one in sources:
        name, zone = one.name or one.title, data.zone_of(one.person)
        text = "" if one.last_seen is None else wording.source_end(one.last_seen, zone)
        words = (el("b", name), f" {one.title}. {text}")
        st.html(scorecard.page(el("p", *words)))
        _history(data, one, notes.get(one.key))


def _confirm(data: Data, sensor: SensorView, doubt: str) -> None:
    asked = _(
        "Forget the {sensor} {name}? What it recorded stays.",
        sensor=sensor.title,
        name=sensor.name,
    )
    st.warning(plain(asked))
    with st.container(horizontal=True):
        yes = st.button(_("Forget it"), type="primary", key=f"yes-{sensor.key}")
        no = st.button(_("Keep it"), key=f"no-{sensor.key}")
    if yes or no:
        del st.session_state[doubt]
    if yes:
        attempt(lambda: data.forget(sensor.key), _("{sensor} forgotten.", sensor=sensor.title))
    elif no:
        st.rerun()
