"""Live sensors as HTML tiles: state in words and shape, values with their age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dashboard import wording
from dashboard.markup import Markup, el

if TYPE_CHECKING:
    from dashboard.shown import CollectorStatus, SensorView
    from ingest.live import LiveValue

STATES = {
    "off": "Off",
    "searching": "Searching",
    "connecting": "Connecting",
    "streaming": "Streaming",
    "stale": "Stale: no new values",
    "lost": "Lost: trying again",
}
FRESH_S = 3.0
"""A value older than this is shown with its age and in a paler type (design)."""


def state(key: str) -> Markup:
    """The state as a shape and a word."""
    return el("span", el("i"), STATES.get(key, key), cls=f"ll-state {key}")


def values(live: Sequence[LiveValue], *, stale: bool = False) -> Markup:
    """The newest values; an old one says how old it is."""
    if not live:
        return el("div", "No values yet.", cls="muted")
    return el("div", *(_value(value, stale) for value in live), cls="values")


def _value(value: LiveValue, stale: bool) -> Markup:
    old = stale or value.age_s > FRESH_S or value.value is None
    number = "unknown" if value.value is None else wording.number(value.value, 2)
    unit = "" if value.value is None else f" {value.unit}"
    age = f", {wording.age_text(value.age_s)} ago" if old and value.value is not None else ""
    return el(
        "div",
        el("b", number),
        unit,
        el("div", f"{value.label}{age}", cls="small"),
        cls="old" if old else "",
    )


def tile(sensor: SensorView) -> Markup:
    """One sensor while it is worn."""
    return el(
        "div",
        state(sensor.state),
        el("div", f"{sensor.title}, {wording.placement_text(sensor.placement)}", cls="muted"),
        values(sensor.live, stale=sensor.state in {"stale", "lost"}),
        el("div", sensor.detail, cls="small") if sensor.detail else Markup(),
        cls=f"ll-sensor {sensor.state}",
        role="group",
        aria_label=f"{sensor.title}: {STATES.get(sensor.state, sensor.state)}",
    )


def tiles(status: CollectorStatus) -> Markup:
    """Every paired sensor that is not switched off."""
    shown = [sensor for sensor in status.sensors if sensor.state != "off"]
    grid = el("div", *(tile(sensor) for sensor in shown), cls="ll-live")
    return el("div", recording(status), grid, cls="ll")


def recording(status: CollectorStatus) -> Markup:
    """Whether anything is being recorded, in one line."""
    key = "recording" if status.running and status.recording else "off"
    return el("p", el("span", el("i"), status.message, cls=f"ll-state {key}"))


def card(sensor: SensorView, wearer: str) -> Markup:
    """A paired sensor with everything that is known about it."""
    load = f", carrying {wording.number(sensor.load_kg)} kg" if sensor.load_kg else ""
    where = wording.placement_text(sensor.placement) or "no place yet"
    facts = [
        f"Worn by {wearer or 'nobody yet'}, {where}{load}",
        _battery(sensor),
        _seen(sensor),
        f"{sensor.notifications:,} packets, {sensor.malformed:,} malformed",
    ]
    return el(
        "div",
        el("h2", sensor.title),
        el("div", sensor.name, cls="small"),
        el("div", state(sensor.state)),
        el("div", sensor.detail, cls="small") if sensor.detail else Markup(),
        values(sensor.live, stale=sensor.state in {"stale", "lost"}),
        *(el("div", fact, cls="small") for fact in facts),
        cls=f"ll ll-sensor {sensor.state}",
    )


def _battery(sensor: SensorView) -> str:
    if sensor.battery_percent is None:
        return "Battery unknown"
    when = "" if sensor.battery_at is None else f" ({wording.clock_text(sensor.battery_at)})"
    return f"Battery {wording.percent(sensor.battery_percent / 100)}{when}"


def _seen(sensor: SensorView) -> str:
    if sensor.last_seen is None:
        return "Not seen yet"
    return f"Last seen {wording.clock_text(sensor.last_seen)}"
