"""The minutes of one day (Altair): load of each minute by its part, and under it whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

import altair as alt
import polars as pl

from analytics import dose
from dashboard.drawn import config
from dashboard.theme import Palette
from language.spoken import _, mark

Picture: TypeAlias = alt.VConcatChart
FEET, SEAT = mark("weight-bearing"), mark("assisted")
WIDTH = 660
LANE_PX = 26
NOBODY = mark("no load told")


def day_chart(
    minutes: pl.DataFrame,
    *,
    day: dt.date,
    zone: str,
    names: Mapping[str, str],
    colours: Palette,
    large: bool = False,
) -> Picture:
    """Bars of step-eq a minute; a lane for each sensor shows the minutes whose load it told.

    minutes: Minutes of the local day, in `zone`; names: of sensors, by key.
    """
    told = _local(minutes, zone)
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    span = alt.Scale(type="utc", domain=[_ms(start), _ms(start + dt.timedelta(days=1))])
    axis = alt.Axis(format="%H:%M", title=None, tickCount=12, grid=True)
    loads = _loads(told)
    tints = {_(FEET): colours.done, _(SEAT): colours.seat}
    parts = [part for part in tints if part in loads["part"]] or [_(FEET)]
    bars = (
        alt.Chart(loads, height=170, width=WIDTH)
        .mark_rect(opacity=1)
        .encode(
            x=alt.X("time:T", scale=span, axis=axis),
            x2="end:T",
            y=alt.Y("from:Q", title=_("step-eq a minute")),
            y2="to:Q",
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=parts, range=[tints[part] for part in parts]),
                legend=alt.Legend(title=None, orient="top"),
            ),
        )
    )
    lanes = (
        alt.Chart(_lanes(told, names), height=alt.Step(LANE_PX), width=WIDTH)
        .mark_bar(color=colours.muted, opacity=1)
        .encode(
            x=alt.X("time:T", scale=span, axis=axis),
            x2="end:T",
            y=alt.Y(
                "sensor:N",
                title=None,
                axis=alt.Axis(labelLimit=230),
                scale=alt.Scale(paddingInner=0.35, paddingOuter=0.2),
            ),
        )
    )
    return alt.VConcatChart(vconcat=[bars, lanes], config=config(colours, large=large))


def _ms(instant: dt.datetime) -> float:
    return instant.timestamp() * 1000


def _local(minutes: pl.DataFrame, zone: str) -> pl.DataFrame:
    """With `time` and `end`: the minute on the person's clock, written as if it were UTC."""
    place = ZoneInfo(zone).key
    wall = pl.col("minute").dt.convert_time_zone(place).dt.replace_time_zone(None)
    time = wall.dt.replace_time_zone("UTC")
    return minutes.sort("minute").with_columns(
        time.alias("time"), (time + pl.duration(minutes=1)).alias("end")
    )


def _loads(told: pl.DataFrame) -> pl.DataFrame:
    """One row a minute and part: from, to in step-eq, the seat's on top of the feet's."""
    feet = dose.step_equivalents(pl.col("force_bw")).fill_null(0.0)
    seat = dose.step_equivalents(pl.col("assisted_bw")).fill_null(0.0)
    parts = [
        told.select(
            "time", "end", low.alias("from"), (low + high).alias("to"), pl.lit(name).alias("part")
        ).filter(pl.col("to") > pl.col("from"))
        for name, low, high in ((_(FEET), pl.lit(0.0), feet), (_(SEAT), feet, seat))
    ]
    return pl.concat(parts)


def _lanes(told: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """One row a minute and sensor that told its load; runs of minutes are one row."""
    key = pl.col("steps_sensor").fill_null(_(NOBODY)).str.split(" + ")
    known = told.select("time", "end", key.alias("sensor")).explode("sensor")
    follows = pl.col("time") == pl.col("end").shift(1)
    return (
        known.sort("sensor", "time")
        .with_columns((~follows.over("sensor").fill_null(value=False)).cum_sum().alias("run"))
        .group_by("sensor", "run")
        .agg(pl.col("time").min(), pl.col("end").max())
        .sort("sensor", "time")
        .with_columns(pl.col("sensor").replace(dict(names)))
        .select("sensor", "time", "end")
    )
