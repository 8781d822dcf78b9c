"""The last weeks as pictures (Altair): points, the four-week load, and what the load is made of.

A lower bound is paler, an excused week dotted, an unknown one dashed with a question mark: nothing
is told by colour alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import polars as pl

from analytics.week import Status
from dashboard import pattern
from dashboard.drawn import LABEL_PX, config, inline
from dashboard.theme import Palette
from dashboard.wording import history as wording
from dashboard.wording.week import week_short
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.history import TrendLine

HEIGHT = 280
BAR = 0.66
DASHED, DOTTED = [6, 4], [1, 4]
PALE = 0.55
FULL = 100.0
"""Points if everything is measured: how high an unknown week is drawn."""
STRIPES = "#ffffffb0"


def kind(week: TrendLine, value: float | None) -> str:
    """How a bar is drawn: known, least, excused or unknown."""
    if week.status is Status.EXCUSED:
        return "excused"
    if value is None:
        return "unknown"
    return "least" if week.at_least else "known"


def points_chart(weeks: Sequence[TrendLine], colours: Palette) -> alt.LayerChart:
    """Points earned inside the points that could be measured."""
    frame = _frame(weeks, [week.points for week in weeks])
    known, open_ = _parted(frame)
    axis = alt.Axis(values=[0, 25, 50, 75, 100], title=_("points"), grid=True)
    scale = alt.Scale(domain=[0, 112])
    most = alt.Y("measurable:Q", scale=scale, axis=axis)
    return _sized(
        colours,
        _base(known, weeks)
        .mark_bar(fill=colours.left, stroke=colours.muted, strokeWidth=1)
        .encode(y=most),
        _base(known, weeks)
        .mark_bar()
        .encode(y=alt.Y("value:Q", scale=scale), color=_tint(colours)),
        *_empty(open_, weeks, colours, FULL),
        _base(known, weeks).mark_text(dy=-9, **_label(colours)).encode(y=most, text="short:N"),
    )


def load_chart(weeks: Sequence[TrendLine], colours: Palette) -> alt.LayerChart:
    """The mean of four weeks as a line; one's own usual dotted, the target dashed."""
    usual = [week.baseline.lld if week.baseline else None for week in weeks]
    frame = _frame(weeks, [week.lld_4w for week in weeks]).with_columns(
        pl.Series("usual", usual, dtype=pl.Float64),
        pl.Series("target", [week.target_lld for week in weeks], dtype=pl.Float64),
    )
    tops = [week.target_lld for week in weeks] + [week.lld_4w or 0.0 for week in weeks]
    top = max([*tops, *(one or 0.0 for one in usual)]) * 1.15
    scale = alt.Scale(domain=[0, top])
    base = _base(frame, weeks)
    target = alt.Y("target:Q", scale=scale, title=_("step-eq a day"))
    load = alt.Y("value:Q", scale=scale)
    point = alt.OverlayMarkDef(filled=True, size=70)
    return _sized(
        colours,
        base.mark_line(color=colours.ink, strokeDash=DASHED, strokeWidth=2).encode(y=target),
        base.mark_line(
            color=colours.muted, strokeDash=[2, 4], strokeWidth=3, interpolate="step"
        ).encode(y=alt.Y("usual:Q", scale=scale)),
        base.mark_line(color=colours.done, strokeWidth=3, point=point).encode(y=load),
        base.mark_text(text="?", color=colours.muted, fontSize=18, fontWeight="bold", dy=-12)
        .transform_filter("datum.value === null")
        .encode(y=alt.datum(0)),
    )


def parts_chart(weeks: Sequence[TrendLine], colours: Palette) -> alt.LayerChart:
    """Weight-bearing, assisted and sets on top of each other, striped as in This week."""
    counted = [week for week in weeks if kind(week, week.lld) in ("known", "least")]
    values = [week.lld if week in counted else None for week in weeks]
    known, open_ = _parted(_frame(weeks, values))
    top = max([1.0, *(week.lld or 0.0 for week in counted)]) * 1.15
    scale = alt.Scale(domain=[0, top])
    fills: dict[str, Any] = {
        "weight_bearing_lld": colours.done,
        "assisted_lld": pattern.across(colours.seat, STRIPES),
        "sets_lld": pattern.upright(colours.sets, STRIPES),
    }
    stacked = _stacked(counted)
    bars = [
        _base(stacked.filter(pl.col("part") == field), weeks)
        .mark_bar(color=fill, stroke=colours.paper, strokeWidth=1)
        .encode(
            y=alt.Y("from:Q", scale=scale, title=_("step-eq a day")),
            y2="to:Q",
            opacity=alt.when("datum.kind === 'known'")
            .then(alt.value(1))
            .otherwise(alt.value(PALE)),
        )
        for field, fill in fills.items()
    ]
    return _sized(
        colours,
        *bars,
        *_empty(open_, weeks, colours, top / 1.15),
        _base(known.filter(pl.col("kind") == "least"), weeks)
        .mark_text(dy=-9, **_label(colours))
        .encode(y=alt.Y("value:Q", scale=scale), text=alt.value("≥")),
    )


def _stacked(weeks: Sequence[TrendLine]) -> pl.DataFrame:
    """One row a week and part: from and to, one on top of the other."""
    rows: list[tuple[str, str, str, str, float, float]] = []
    for week in weeks:
        low = 0.0
        for field, word in wording.PARTS:
            high = low + (getattr(week, field) or 0.0)
            if high > low:
                said = f"{_(word)}: {wording.dose_of(high - low, week)}"
                rows.append((week.week, field, said, kind(week, week.lld), low, high))
            low = high
    schema = {"week": pl.String, "part": pl.String, "said": pl.String, "kind": pl.String}
    numbers = {"from": pl.Float64, "to": pl.Float64}
    frame = pl.DataFrame(rows, schema={**schema, **numbers}, orient="row")
    names = {week.week: wording.week_tip(week) for week in weeks}
    status = {week.week: wording.status_of(week) for week in weeks}
    return frame.with_columns(
        pl.col("week").replace(names).alias("tip"), pl.col("week").replace(status).alias("status")
    )


def _frame(weeks: Sequence[TrendLine], values: Sequence[float | None]) -> pl.DataFrame:
    """One row a week: the value, how it is drawn, and its words."""
    return pl.DataFrame(
        {
            "week": [week.week for week in weeks],
            "value": pl.Series(values, dtype=pl.Float64),
            "measurable": [float(week.points_measurable) for week in weeks],
            "kind": [kind(week, value) for week, value in zip(weeks, values, strict=True)],
            "short": [wording.points_short(week) for week in weeks],
            "tip": [wording.week_tip(week) for week in weeks],
            "said": [_said(week, value) for week, value in zip(weeks, values, strict=True)],
            "status": [wording.status_of(week) for week in weeks],
        }
    )


def _said(week: TrendLine, value: float | None) -> str:
    if value is week.points:
        return wording.points_of(week)
    return wording.dose_of(value, week)


def _parted(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The weeks with a value, and those without one."""
    known = pl.col("value").is_not_null()
    return frame.filter(known), frame.filter(~known)


def _empty(
    frame: pl.DataFrame, weeks: Sequence[TrendLine], colours: Palette, height: float
) -> list[alt.Chart]:
    """Weeks without a value: dashed with a question mark, or dotted and called excused."""
    frame = frame.with_columns(pl.lit(height).alias("height"), pl.lit(height / 2).alias("middle"))
    drawn: list[alt.Chart] = []
    for name, dash, text in (
        ("unknown", DASHED, {"text": "?", "fontSize": 22, "fontWeight": "bold"}),
        ("excused", DOTTED, {"text": _("excused"), "fontSize": 15, "angle": 270}),
    ):
        base = _base(frame.filter(pl.col("kind") == name), weeks)
        frame_of: Any = {"fill": "transparent", "stroke": colours.muted, "strokeDash": dash}
        words: Any = {"color": colours.muted, **text}
        drawn.append(base.mark_bar(strokeWidth=2, **frame_of).encode(y="height:Q"))
        drawn.append(base.mark_text(**words).encode(y="middle:Q"))
    return drawn


def _tint(colours: Palette) -> Any:
    """A lower bound is paler."""
    least = alt.when("datum.kind === 'least'")
    return least.then(alt.value(colours.seen)).otherwise(alt.value(colours.done))


def _label(colours: Palette) -> Any:
    return {"color": colours.ink, "fontSize": LABEL_PX, "fontWeight": "bold"}


def _base(frame: pl.DataFrame, weeks: Sequence[TrendLine]) -> alt.Chart:
    """Weeks from left to right; the one that is not over says so under its name."""
    names: dict[str, str | list[str]] = {week.week: week_short(week.week) for week in weeks}
    if weeks[-1].status is Status.SO_FAR:
        names[weeks[-1].week] = [week_short(weeks[-1].week), wording.status_of(weeks[-1])]
    axis = alt.Axis(
        title=None,
        labelAngle=0,
        labelExpr=f"{json.dumps(names)}[datum.value]",
        labelOverlap=True,
    )
    band = alt.Scale(domain=list(names), paddingInner=1 - BAR, paddingOuter=0.2)
    tips = [
        alt.Tooltip("tip:N", title=_("Week")),
        alt.Tooltip("said:N", title=_("Value")),
        alt.Tooltip("status:N", title=_("Status")),
    ]
    return alt.Chart(inline(frame)).encode(x=alt.X("week:N", axis=axis, scale=band), tooltip=tips)


def _sized(colours: Palette, *layers: alt.Chart) -> alt.LayerChart:
    return alt.LayerChart(layer=list(layers), height=HEIGHT, config=config(colours))
