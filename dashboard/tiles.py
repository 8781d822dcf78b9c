"""Live sensors as HTML tiles: state in words and shape, values with their age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dashboard import wording
from dashboard.display import METRIC
from dashboard.markup import Markup, el
from dashboard.scorecard import spoken_tag
from dashboard.shown import worn_at
from dashboard.wording.sensors import messages_text
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.shown import CollectorStatus, SensorNotes, SensorView
    from ingest.live import LiveValue

STATES = {
    "off": mark("Off"),
    "searching": mark("Searching"),
    "connecting": mark("Connecting"),
    "streaming": mark("Streaming"),
    "stale": mark("Stale: no new values"),
    "lost": mark("Lost: trying again"),
}
"""Translated where they are used."""

FRESH_S = 3.0
"""A value older than this is shown with its age and in a paler type (design)."""
AGED_S = 60.0
"""From this age on a date is shown with its age too (design)."""


def state(key: str) -> Markup:
    """The state as a shape and a word."""
    return el("span", el("i"), state_word(key), cls=f"ll-state {key}")


def state_word(key: str) -> str:
    """A state of a sensor in words."""
    return _(STATES.get(key, key))


def values(live: Sequence[LiveValue], *, stale: bool = False, units: str = METRIC) -> Markup:
    """The newest values; an old one says how old it is."""
    if not live:
        return el("div", _("No values yet."), cls="muted")
    return el("div", *(_value(value, stale, units) for value in live), cls="values")


def _value(value: LiveValue, stale: bool, units: str) -> Markup:
    old = stale or value.age_s > FRESH_S or value.value is None
    label = _(value.label)
    if old and value.value is not None:
        label = _("{label}, {age} ago", label=label, age=wording.age_text(value.age_s))
    return el(
        "div",
        el("b", wording.live_number(value, units)),
        wording.live_unit(value, units),
        el("div", label, cls="small"),
        cls="old" if old else "",
    )


def recording(status: CollectorStatus) -> Markup:
    """Whether anything is being recorded, in one line."""
    key = "recording" if status.running and status.recording else "off"
    line = el("p", el("span", el("i"), status.message, cls=f"ll-state {key}"))
    notice = el("div", status.notice, cls="ll-notice warn") if status.notice else Markup()
    return Markup(line + notice)


def card(
    sensor: SensorView,
    wearer: str,
    notes: SensorNotes | None = None,
    *,
    now: dt.datetime | None = None,
    units: str = METRIC,
) -> Markup:
    """A paired sensor with everything that is known about it; now (None: the clock's) dates it."""
    at = now or dt.datetime.now(dt.UTC)
    stale = sensor.state in {"stale", "lost"}
    facts = [
        _wearer(sensor, wearer, units),
        _battery(sensor, at, notes),
        _seen(sensor, at),
        _messages(sensor),
        *([wording.gaps_today(notes.gaps)] if notes and notes.gaps is not None else []),
    ]
    live = [value for value in sensor.live if value.label != "battery"]  # it is one of the facts
    return el(
        "div",
        *_heading(sensor),
        el("div", state(sensor.state)),
        _detail(sensor),
        _low(sensor),
        values(live, stale=stale, units=units) if live or sensor.state != "off" else Markup(),
        *(el("div", fact, cls="small") for fact in facts),
        cls=f"ll ll-sensor {sensor.state}",
        lang=spoken_tag(),
    )


def _wearer(sensor: SensorView, wearer: str, units: str) -> str:
    """`Worn by Anna, left foot, carrying 5 kg`."""
    who = wearer or _("nobody yet")
    worn = worn_at([sensor.placement] if sensor.placement else [])
    parts = [
        _("Worn by {person}", person=who) if worn else _("Used by {person}", person=who),
        wording.placement_text(sensor.placement) or _("no place yet"),
    ]
    if sensor.load_kg:
        parts.append(_("carrying {mass}", mass=wording.mass_text(sensor.load_kg, units)))
    return ", ".join(parts)


def _heading(sensor: SensorView) -> list[Markup]:
    """What a person calls it, and beneath what it is; said once where that is the same."""
    name = sensor.name.strip() or sensor.title
    same = name.casefold() == sensor.title.casefold()
    return [el("h2", name), *([] if same else [el("div", sensor.title, cls="small")])]


def _detail(sensor: SensorView) -> Markup:
    return el("div", wording.state_detail(sensor.state, sensor.detail), cls="small")


def _low(sensor: SensorView) -> Markup:
    """A battery that is low, in words and with a frame."""
    low = wording.battery_low(sensor.battery_percent)
    return el("div", low, cls="ll-notice warn") if low else Markup()


def _battery(sensor: SensorView, now: dt.datetime, notes: SensorNotes | None) -> str:
    if sensor.battery_percent is None:
        return _("Battery unknown")
    said = _("Battery {level}", level=wording.percent(sensor.battery_percent / 100))
    if sensor.battery_at is not None:
        said = f"{said} ({_dated(sensor.battery_at, now)})"
    asked = notes is not None and notes.gaps is not None
    return f"{said}; {wording.battery_left(notes.days_left)}" if notes and asked else said


def _seen(sensor: SensorView, now: dt.datetime) -> str:
    if sensor.last_seen is None:
        return _("Not seen yet")
    return _("Last seen {when}", when=_dated(sensor.last_seen, now))


def _dated(instant: dt.datetime, now: dt.datetime) -> str:
    """An instant, and from a minute on how long ago it was."""
    age_s, clock = (now - instant).total_seconds(), wording.clock_text(instant)
    if age_s < AGED_S:
        return clock
    return _("{when}, {age} ago", when=clock, age=wording.age_text(age_s))


def _messages(sensor: SensorView) -> str:
    """What was counted, if anybody counted."""
    if sensor.notifications is None:
        return _("Not listening")
    return messages_text(sensor.notifications, sensor.malformed)
