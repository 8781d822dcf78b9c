"""What is live, in words: a sensor's last minute, and all sensors in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.display import METRIC
from dashboard.traces import SPAN_S
from dashboard.wording.text import age_text
from dashboard.wording.values import live_number, live_unit
from ingest.live import LiveValue
from language.formats import decimal
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.shown import SensorView
    from dashboard.traces import Trace

FRESH_S = 3.0
"""A value that is no older than this is said to be of now (design)."""


def main_value(sensor: SensorView, trace: Trace) -> LiveValue | None:
    """The newest value of what a sensor is there for; None while it told none.

    After a lost link the collector knows none, and the recording does.
    """
    told = next((one for one in sensor.live if one.label == trace.label), None)
    if told is not None or not trace.runs:
        return told
    age_s, value = trace.runs[-1][-1]
    return LiveValue(label=trace.label, value=value, unit=trace.unit, age_s=age_s)


def age_said(value: LiveValue) -> str:
    """How old a value is."""
    if value.age_s <= FRESH_S:
        return _("just now")
    return _("{age} ago", age=age_text(value.age_s))


def trace_text(trace: Trace, units: str = METRIC) -> str:
    """`Cadence over the last 60 s: 96 to 112 steps/min; 12 s of it unknown.`"""
    span = decimal(SPAN_S)
    name = channel_name(trace)
    values = trace.values
    if not values:
        return _("{channel}: nothing known of the last {span} s.", channel=name, span=span)
    told = {
        "channel": name,
        "span": span,
        "low": number_of(min(values), trace, units),
        "high": amount_of(max(values), trace, units),
        "unknown": decimal(unknown_s(trace)),
    }
    if unknown_s(trace) < 1:
        return _("{channel} over the last {span} s: {low} to {high}.", **told)
    return _(
        "{channel} over the last {span} s: {low} to {high}; {unknown} s of it unknown.", **told
    )


def channel_name(trace: Trace) -> str:
    """`Cadence`."""
    label = _(trace.label)
    return label[:1].upper() + label[1:]


def unknown_s(trace: Trace) -> float:
    """Seconds of the last minute of which nothing is known."""
    return max(0.0, SPAN_S - trace.seen_s)


def number_of(value: float, trace: Trace, units: str = METRIC) -> str:
    """As the sensor's newest value is written."""
    return live_number(_value(value, trace), units)


def amount_of(value: float, trace: Trace, units: str = METRIC) -> str:
    """`112 steps/min`."""
    return number_of(value, trace, units) + live_unit(_value(value, trace), units)


def _value(value: float, trace: Trace) -> LiveValue:
    return LiveValue(label=trace.label, value=value, unit=trace.unit, age_s=0.0)


def trace_row(name: str, trace: Trace, units: str = METRIC) -> dict[str, str]:
    """A row of the table that says the same as the pictures."""
    values = trace.values
    known = {
        _("Lowest"): min(values, default=None),
        _("Mean"): sum(values) / len(values) if values else None,
        _("Highest"): max(values, default=None),
        _("Last"): values[-1] if values else None,
    }
    return {
        _("Sensor"): name,
        _("What"): channel_name(trace),
        **{title: _known(value, trace, units) for title, value in known.items()},
        _("Unknown"): _("{seconds} s", seconds=decimal(unknown_s(trace))),
    }


def _known(value: float | None, trace: Trace, units: str) -> str:
    return _("unknown") if value is None else amount_of(value, trace, units)
