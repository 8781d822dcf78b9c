"""Values of this moment in words: as many decimals as a unit deserves, in the units chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.display import IMPERIAL, METRIC
from dashboard.wording.text import number
from dashboard.wording.units import Turned, turned, unit_text
from ingest.live_labels import YES_NO
from language.formats import decimal
from language.spoken import _

if TYPE_CHECKING:
    from ingest.live import LiveValue

DECIMALS = {
    "steps/min": 0,
    "turns/min": 0,
    "strokes/min": 0,
    "beats/min": 0,
    "samples/s": 0,
    "m/s": 2,
    "m": 2,
    "g": 2,
    "s": 2,
    "kg": 1,
    "METs": 1,
    "%": 0,
    "W": 0,
    "N": 0,
    "kJ": 0,
    "°/s": 0,
    "steps": 0,
    "strides": 0,
    "strokes": 0,
    "floors": 0,
    "mph": 1,
    "mi": 2,
    "ft": 2,
    "lb": 1,
}
"""Of live values by unit, so that a value that changes stays in its place (design)."""


def live_number(live: LiveValue, units: str = METRIC) -> str:
    """`1.40` metres a second, `112` steps a minute: as many decimals for a unit; or `unknown`."""
    if live.value is None:
        return _("unknown")
    if live.unit == YES_NO:
        return _("yes") if live.value else _("no")
    if live.label == "time":  # whole seconds, unlike the time between beats
        return decimal(live.value)
    shown = _shown(live, live.value, units)
    digits = DECIMALS.get(shown.unit)
    return number(shown.value, 2) if digits is None else decimal(shown.value, digits)


def live_unit(live: LiveValue, units: str = METRIC) -> str:
    """` m/s`; nothing after `unknown`, `yes` and `no`."""
    if live.value is None or live.unit == YES_NO:
        return ""
    return f" {unit_text(_shown(live, live.value, units).unit)}"


def _shown(live: LiveValue, value: float, units: str) -> Turned:
    """Of a distance far longer than a step, miles instead of feet."""
    if units == IMPERIAL and live.label == "distance":
        return turned(value / 1000, "km", units)
    return turned(value, live.unit, units)


def live_text(value: LiveValue, units: str = METRIC) -> str:
    """`speed 1.47 m/s`."""
    return f"{_(value.label)} {live_number(value, units)}{live_unit(value, units)}"
