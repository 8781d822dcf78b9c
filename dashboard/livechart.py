"""A sensor while it is worn: its state, its newest value, and the last minute as a picture.

The picture is HTML and no Altair chart: up to eight of them are drawn anew each second on a
tablet, and replacing a chart blinks. It starts at zero, and where nothing is known it is hatched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard import tiles, wording
from dashboard.display import METRIC
from dashboard.markup import Markup, el
from dashboard.scorecard import spoken_tag
from dashboard.traces import SPAN_S, Run, Trace
from dashboard.wording import live
from language.formats import decimal
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.shown import CollectorStatus, SensorView

LEAST_S = 0.6
"""A value that stands alone is drawn as wide as this, to be seen (design)."""
TOPS = {
    "steps/min": 160.0,
    "beats/min": 160.0,
    "turns/min": 100.0,
    "W": 200.0,
    "m/s": 3.0,
    "°/s": 200.0,
    "g": 2.0,
}
"""The picture reaches at least so high, so that small changes look small (design)."""
BAD = frozenset({"stale", "lost"})


def tile(sensor: SensorView, trace: Trace, units: str = METRIC) -> Markup:
    """One sensor. The state is a shape and a word, an old value is paler and says its age."""
    known = tiles.STATES.get(sensor.state)
    title = _(sensor.title)
    place = wording.placement_text(sensor.placement)
    return el(
        "div",
        tiles.state(sensor.state),
        el("div", _("{sensor}, {place}", sensor=title, place=place), cls="muted"),
        _newest(sensor, trace, units),
        picture(trace, units),
        _others(sensor, trace, units),
        *_detail(sensor),
        cls=f"ll-sensor {sensor.state}",
        role="group",
        aria_label=_("{sensor}: {state}", sensor=title, state=_(known) if known else sensor.state),
    )


def _newest(sensor: SensorView, trace: Trace, units: str) -> Markup:
    """The value that the sensor is there for, big."""
    value = live.main_value(sensor, trace)
    if value is None or value.value is None:
        name = live.channel_name(trace)
        return el("div", el("b", _("unknown")), el("span", name, cls="small"), cls="ll-now old")
    old = value.age_s > live.FRESH_S or sensor.state in BAD
    said = _("{channel}, {age}", channel=live.channel_name(trace).lower(), age=live.age_said(value))
    return el(
        "div",
        el("b", wording.live_number(value, units)),
        el("span", wording.live_unit(value, units)),
        el("div", said, cls="small"),
        cls="ll-now old" if old else "ll-now",
    )


def picture(trace: Trace, units: str = METRIC) -> Markup:
    """The last minute from left to right, zero at the bottom."""
    top = max([TOPS.get(trace.unit, 0.0), *trace.values]) or 1.0
    drawn = el(
        "div",
        *(_run(run, top) for run in trace.runs),
        cls="ll-trace",
        role="img",
        aria_label=live.trace_text(trace, units),
    )
    height = _("0 to {top}", top=live.amount_of(top, trace, units))
    ends = (_("{span} s ago", span=decimal(SPAN_S)), height, _("now"))
    return Markup(drawn + el("div", *(el("span", end) for end in ends), cls="ll-ends small"))


def _run(run: Run, top: float) -> Markup:
    """One stretch without a gap, as an area."""
    first, last = run[0][0], run[-1][0]
    wide = max(LEAST_S, first - last)
    start = min(SPAN_S - first, SPAN_S - wide)
    line = [(100 * (first - ago) / wide, 100 * (1 - max(0.0, v) / top)) for ago, v in run]
    line = line if first - last >= LEAST_S else [(0.0, line[-1][1]), (100.0, line[-1][1])]
    corners = [(line[0][0], 100.0), *line, (line[-1][0], 100.0)]
    shape = ",".join(f"{x:.1f}% {y:.1f}%" for x, y in corners)
    at = f"left:{100 * start / SPAN_S:.2f}%;width:{100 * wide / SPAN_S:.2f}%"
    return el("span", el("i", style=f"clip-path:polygon({shape})"), style=at)


def _others(sensor: SensorView, trace: Trace, units: str) -> Markup:
    """Everything else that it says, in one line."""
    others = (value for value in sensor.live if value.label not in (trace.label, "battery"))
    rest = [wording.live_text(value, units) for value in others]
    battery = sensor.battery_percent
    if battery is not None:
        rest.append(_("battery {percent}", percent=wording.percent(battery / 100)))
    return el("div", "; ".join(rest), cls="small") if rest else Markup()


def _detail(sensor: SensorView) -> tuple[Markup, ...]:
    """What to know and do, where not all is well."""
    low = wording.battery_low(sensor.battery_percent)
    said = "" if sensor.state == "streaming" else wording.state_detail(sensor.state, sensor.detail)
    return (
        el("div", said, cls="small") if said else Markup(),
        el("div", low, cls="ll-notice warn") if low else Markup(),
    )


def headline(status: CollectorStatus) -> Markup:
    """Whether anything is recorded: the first thing to see."""
    key = "recording" if status.running and status.recording else "off"
    said = el("span", el("i"), status.message, cls=f"ll-state {key}")
    notice = el("div", status.notice, cls="ll-notice warn") if status.notice else Markup()
    return el(
        "div",
        el("div", said, cls="ll-recording", role="status"),
        notice,
        cls="ll",
        lang=spoken_tag(),
    )


def line(status: CollectorStatus) -> Markup:
    """Everything in one line: whether it is recorded, and who is not well."""
    ill = [
        _("{sensor}: {state}", sensor=_(one.title), state=_(tiles.STATES[one.state]).lower())
        for one in status.sensors
        if one.state in BAD
    ]
    key = "recording" if status.running and status.recording else "off"
    said = el("span", el("i"), status.message, cls=f"ll-state {key}")
    notice = el("div", status.notice, cls="ll-notice warn") if status.notice else Markup()
    words = el("span", "; ".join(ill), cls="muted") if ill else Markup()
    return el("div", el("p", said, " ", words), notice, cls="ll", lang=spoken_tag())
