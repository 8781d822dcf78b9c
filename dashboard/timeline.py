"""One session as pictures (Altair), one beneath the other on the person's clock.

The horizontal axis counts seconds from the start of the session, and only its labels are clock
times: an hour that comes twice or not at all, where the clocks change, is drawn as it passed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import altair as alt
import polars as pl

from analytics import dose
from dashboard import pattern
from dashboard.drawn import LABEL_PX, config, inline
from dashboard.theme import Palette
from dashboard.wording import sessions as wording
from language.formats import time
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.history import Timeline

Picture: TypeAlias = alt.LayerChart

TICK_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)
TICKS = 7
HEIGHT, LANE_PX, MARGIN_PX = 200, 44, 66
FEW_POINTS = 60
"""Below so many values each is marked by a point (design)."""
STRIPES = "#ffffffb0"
DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3])
SHAPES = ("circle", "triangle-up")
TRACES = (
    (mark("Cadence"), mark("steps/min"), ("cadence", "step rate")),
    (mark("Heart rate"), mark("beats/min"), ("heart rate",)),
    (mark("Battery"), mark("%"), ("battery",)),
)
"""Title, unit, and the channels as `ingest.live_labels` calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture with its title, which is also how it is called where nobody sees it.

    key: a mark's class in the style sheet, and what it stands for; aside: for whoever asks, as what
    it shows is said in words already.
    """

    title: str
    chart: Picture
    key: tuple[tuple[str, str], ...] = ()
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What all panels of a session share: when, where, and in which colours."""

    timeline: Timeline
    zone: dt.tzinfo
    colours: Palette

    @property
    def start(self) -> dt.datetime:
        """Of the horizontal axis."""
        return self.timeline.line.start

    @property
    def length_s(self) -> float:
        """Of the horizontal axis; never nothing."""
        return max(60.0, (self.timeline.line.end - self.start).total_seconds())

    def x(self) -> dict[str, Any]:
        """Scale and axis of the horizontal channel."""
        labels = ticks(self.start, self.length_s, self.zone)
        axis = alt.Axis(
            values=list(labels),
            labelExpr=f"{json.dumps(labels)}[datum.value]",
            title=None,
            grid=True,
            labelOverlap=True,
        )
        return {"scale": alt.Scale(domain=[0, self.length_s], nice=False), "axis": axis}

    def placed(self, frame: pl.DataFrame, instant: str, name: str = "x") -> pl.DataFrame:
        """With seconds from the start, and the clock time as words."""
        local = pl.col(instant).dt.convert_time_zone(str(self.zone))
        seconds = (pl.col(instant) - self.start).dt.total_milliseconds() / 1000
        return frame.with_columns(seconds.alias(name), local.dt.strftime("%H:%M").alias("clock"))


def ticks(start: dt.datetime, length_s: float, zone: dt.tzinfo) -> dict[int, str]:
    """Seconds from the start at which a round time begins, and that time on the clock."""
    most = length_s / 60 / TICKS
    step = next((minutes for minutes in TICK_MIN if minutes >= most), TICK_MIN[-1])
    local = start.astimezone(zone)
    passed_s = (local.hour * 60 + local.minute) % step * 60 + local.second
    first = -passed_s % (step * 60)
    instants = range(first, int(length_s) + 1, step * 60)
    return {at: time((start + dt.timedelta(seconds=at)).astimezone(zone)) for at in instants}


def by_leg(legs: pl.DataFrame) -> pl.DataFrame:
    """Legs with `leg_steps`, half of the steps of both feet, and `step_bw`, mean peak force of one
    of them in body weights; null where there was none."""
    own = pl.col("steps") / 2
    return legs.with_columns(
        own.alias("leg_steps"), (pl.col("force_bw") / pl.when(own > 0).then(own)).alias("step_bw")
    )


def panels(timeline: Timeline, zone: dt.tzinfo, colours: Palette) -> list[Panel]:
    """Every picture for which there is anything to show, the sensors last."""
    look = Look(timeline=timeline, zone=zone, colours=colours)
    cadence, *others = (_trace(look, *one) for one in TRACES)
    found = [cadence, _load(look), _legs(look), *others, _sensors(look)]
    return [panel for panel in found if panel is not None]


# --- what sensors said --------------------------------------------------------------------------


def _trace(look: Look, title: str, unit: str, channels: Sequence[str]) -> Panel | None:
    """One line a sensor, each with its own dashes; what was lost shaded behind."""
    told = look.timeline.traces.filter(pl.col("channel").is_in(channels))
    if told["mean"].drop_nulls().is_empty():
        return None
    names = wording.sensor_names(look.timeline.line)
    keys = sorted(told["sensor"].unique().to_list())
    frame = look.placed(told, "time").with_columns(pl.col("sensor").replace(names).alias("name"))
    shown = [names.get(key, key) for key in keys]
    base = alt.Chart(inline(frame)).encode(
        x=alt.X("x:Q", **look.x()),
        detail=["sensor:N", "channel:N"],
        color=alt.Color("name:N", scale=_tints(shown, look.colours), legend=None),
    )
    y: Any = {"scale": alt.Scale(zero=channels[0] == "battery"), "axis": _axis(_(unit))}
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", **y), y2="high:Q")
    few = frame.height < FEW_POINTS  # a value that stands alone is no line
    lines = base.mark_line(strokeWidth=2.2, point=few).encode(
        y=alt.Y("mean:Q", **y),
        strokeDash=alt.StrokeDash("name:N", scale=_cycled(shown, DASHES), legend=None),
        tooltip=[*_tips(), alt.Tooltip("mean:Q", title=_(unit), format=",.0f")],
    )
    layers = [*_lost(look, keys), band, lines]
    return Panel(
        title=_(title),
        chart=_layered(look, layers, HEIGHT),
        key=_key("rule", shown),
        aside=channels[0] == "battery",
    )


def _tips() -> list[alt.Tooltip]:
    return [alt.Tooltip("clock:N", title=_("Time")), alt.Tooltip("name:N", title=_("Sensor"))]


def _lost(look: Look, keys: Sequence[str]) -> list[alt.Chart]:
    """The gaps of these sensors, grey between dashed edges from top to bottom."""
    frame = _gaps(look, keys)
    if frame.is_empty():
        return []
    shade: Any = {"fill": look.colours.unknown, "fillOpacity": 0.3, "strokeDash": [3, 3]}
    chart = alt.Chart(inline(frame)).mark_rect(stroke=look.colours.muted, **shade)
    return [
        chart.encode(
            x=alt.X("x:Q", **look.x()), x2="end:Q", tooltip=alt.Tooltip("said:N", title=_("Gap"))
        )
    ]


def _gaps(look: Look, keys: Sequence[str]) -> pl.DataFrame:
    said = wording.gap_lines(look.timeline, look.zone)
    rows = [
        (gap.sensor, *(_seconds(look, at) for at in (gap.start, gap.end)), text)
        for gap, text in zip(look.timeline.gaps, said, strict=True)
        if gap.sensor in keys
    ]
    schema = {"sensor": pl.String, "x": pl.Float64, "end": pl.Float64, "said": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _seconds(look: Look, at: dt.datetime) -> float:
    return min(look.length_s, max(0.0, (at - look.start).total_seconds()))


# --- what it means ------------------------------------------------------------------------------


def _load(look: Look) -> Panel | None:
    """Step-eq a minute: weight-bearing plain, assisted striped across and on top."""
    feet, seat = (
        dose.step_equivalents(pl.col(name)).fill_null(0.0) for name in ("force_bw", "assisted_bw")
    )
    told = look.placed(look.timeline.minutes, "minute").with_columns(
        pl.col("x").clip(0, look.length_s),
        (pl.col("x") + 60).clip(0, look.length_s).alias("end"),
        pl.lit(0.0).alias("none"),
        feet.alias("feet"),
        (feet + seat).alias("both"),
    )
    if not told["both"].sum():
        return None
    bars = [
        _bars(look, told.filter(pl.col("feet") > 0), "none", "feet", look.colours.done),
        _bars(
            look,
            told.filter(pl.col("both") > pl.col("feet")),
            "feet",
            "both",
            pattern.across(look.colours.seat, STRIPES),
        ),
    ]
    title = _("Load: plain where the feet carry the body, striped where a seat does")
    return Panel(title=title, chart=_layered(look, bars, HEIGHT))


def _bars(look: Look, frame: pl.DataFrame, low: str, high: str, fill: Any) -> alt.Chart:
    span = pl.col(high) - pl.col(low)
    told = frame.select("x", "end", "clock", low, high, span.alias("value"))
    tips = [
        alt.Tooltip("clock:N", title=_("Time")),
        alt.Tooltip("value:Q", title=_("step-eq a minute"), format=",.0f"),
    ]
    bars: alt.Chart = (
        alt.Chart(inline(told))
        .mark_rect(fill=fill)
        .encode(
            x=alt.X("x:Q", **look.x()),
            x2="end:Q",
            y=alt.Y(f"{low}:Q", axis=_axis(_("step-eq a minute"))),
            y2=f"{high}:Q",
            tooltip=tips,
        )
    )
    return bars


def _legs(look: Look) -> Panel | None:
    """Mean force of a step, left circles and right triangles; one leg where only one was seen."""
    told = by_leg(look.timeline.legs).filter(pl.col("step_bw").is_not_null())
    if told.is_empty():
        return None
    sides = sorted(told["side"].unique().to_list())
    names = {side: wording.side_word(side) for side in sides}
    frame = look.placed(told, "minute").with_columns(pl.col("side").replace(names).alias("name"))
    shown = list(names.values())
    tint = alt.Color("name:N", scale=_tints(shown, look.colours), legend=None)
    tips = [
        alt.Tooltip("clock:N", title=_("Time")),
        alt.Tooltip("name:N", title=_("Leg")),
        alt.Tooltip("step_bw:Q", title=_("body weights"), format=".2f"),
    ]
    base = alt.Chart(inline(frame)).encode(
        x=alt.X("x:Q", **look.x()),
        y=alt.Y("step_bw:Q", scale=alt.Scale(zero=False), axis=_axis(_("body weights"))),
        color=tint,
        tooltip=tips,
    )
    shape = alt.Shape("name:N", scale=_cycled(shown, SHAPES), legend=None)
    points = base.mark_point(filled=True, size=48, opacity=1).encode(shape=shape)
    chart = _layered(look, [points], HEIGHT)
    return Panel(title=_("Force of a step"), chart=chart, key=_key("mark", shown))


def _sensors(look: Look) -> Panel | None:
    """When each sensor recorded; its gaps are empty between dashed edges."""
    sensors = look.timeline.line.sensors
    if not sensors:
        return None
    names = wording.sensor_names(look.timeline.line)
    rows = [(one.sensor, _seconds(look, one.start), _seconds(look, one.end)) for one in sensors]
    frame = pl.DataFrame(rows, schema=["sensor", "x", "end"], orient="row")
    lost = _gaps(look, list(names)).with_columns(pl.col("sensor").replace(names).alias("name"))
    bars = (
        alt.Chart(inline(frame.with_columns(pl.col("sensor").replace(names).alias("name"))))
        .mark_bar(color=look.colours.done, height=14)
        .encode(x=alt.X("x:Q", **look.x()), x2="end:Q", y=_lane())
    )
    gap: Any = {"fill": look.colours.paper, "stroke": look.colours.muted, "strokeDash": [3, 3]}
    gaps = (
        alt.Chart(inline(lost))
        .mark_bar(height=16, **gap)
        .encode(
            x=alt.X("x:Q", **look.x()),
            x2="end:Q",
            y=_lane(),
            tooltip=alt.Tooltip("said:N", title=_("Gap")),
        )
    )
    texts = (
        alt.Chart(inline(frame.with_columns(pl.col("sensor").replace(names).alias("name"))))
        .mark_text(align="left", dx=2, dy=-15, fontSize=LABEL_PX, color=look.colours.ink)
        .encode(x=alt.value(0), y=_lane(), text="name:N")
    )
    chart = _layered(look, [bars, gaps, texts], LANE_PX * (len(set(names.values())) + 1))
    return Panel(title=_("What recorded, and what was lost"), chart=chart, aside=True)


def _lane() -> alt.Y:
    axis = _axis(" ", labels=False, ticks=False, domain=False, grid=False)
    return alt.Y("name:N", axis=axis, scale=alt.Scale(paddingInner=0.3))


# --- the same for all ---------------------------------------------------------------------------


def _axis(title: str, **more: Any) -> alt.Axis:
    """Of one width, so that the same moment stands at the same place in every panel."""
    return alt.Axis(
        title=title,
        minExtent=MARGIN_PX,
        maxExtent=MARGIN_PX,
        tickCount=4,
        **more,
    )


def _tints(names: Sequence[str], colours: Palette) -> alt.Scale:
    return _cycled(names, (colours.done, colours.ink, colours.muted, colours.seen))


def _cycled(names: Sequence[str], looks: Sequence[Any]) -> alt.Scale:
    """Of each name its own, from the start again where there are more names."""
    return alt.Scale(domain=list(names), range=[looks[n % len(looks)] for n in range(len(names))])


def _key(kind: str, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{kind} n{number % len(DASHES)}", name) for number, name in enumerate(names))


def _layered(look: Look, layers: Sequence[alt.Chart], height: int) -> Picture:
    return alt.LayerChart(layer=list(layers), height=height, config=config(look.colours))
