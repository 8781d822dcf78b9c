"""Minutes to local days: what was observed, worn and done, and what the day cannot say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import dataframely as dy
import polars as pl
from polars import selectors as cs

from analytics import calendar, dose
from analytics.expressions import known_count, known_sum
from analytics.frames import Days
from analytics.person import PersonFacts
from analytics.protocol import DayRules, Protocol

DECIMALS = 6
"""Sums come in no fixed order; rounding makes the same minutes the same day to the last digit."""

PEAK_MIN = 30
"""Minutes of peak-30 cadence: the day's best, not necessarily consecutive."""


def day_frame(
    minutes: pl.LazyFrame,
    *,
    person: PersonFacts,
    start: dt.date,
    count: int,
    excused: Collection[dt.date],
    protocol: Protocol,
    target_lld: float,
) -> dy.LazyFrame[Days]:
    """Exactly `count` rows, one a local day from `start` on, ordered; a week is seven.

    minutes: Minutes of one person, any order. A day without minutes is there, unknown: null.
    """
    calendar_days = _calendar(person, calendar.dates_from(start, count), excused)
    sums = minutes.group_by("date").agg(
        known_count(_waking_wear(person, protocol.days)).alias("worn_min"),
        known_sum(pl.col("leg_observed_s").filter(pl.col("steps").is_not_null())).alias("leg_s"),
        known_sum(pl.col("steps")).alias("steps"),
        dose.step_equivalents(known_sum(pl.col("force_bw"))).alias("lld"),
        _low_share().alias("low_share"),
        known_count(pl.col("loaded")).alias("loaded_min"),
        known_count(pl.col("intensity") == "moderate").alias("moderate_min"),
        known_count(pl.col("intensity") == "vigorous").alias("vigorous_min"),
        _peak().alias("peak30_spm"),
        pl.lit(value=True).alias("recorded"),
    )
    joined = calendar_days.join(sums, on="date", how="left").join(
        dose.osteogenic_days(_cycles(minutes)), on="date", how="left"
    )
    judged = _judged(joined, protocol.days, target_lld)
    return Days.cast(judged.with_columns(cs.float().round(DECIMALS)).sort("date"))


def _calendar(
    person: PersonFacts, dates: list[dt.date], excused: Collection[dt.date]
) -> pl.LazyFrame:
    zone = person.time_zone
    return pl.LazyFrame(
        {
            "person": [person.key] * len(dates),
            "date": dates,
            "hours": [calendar.day_hours(date, zone) for date in dates],
            "excused": [date in excused for date in dates],
        },
        schema_overrides={"date": pl.Date},
    )


def _waking_wear(person: PersonFacts, rules: DayRules) -> pl.Expr:
    """Whether a minute is worn in the hours in which wear counts as waking (design)."""
    local = pl.col("minute").dt.convert_time_zone(person.time_zone.key)
    hour = local.dt.hour().cast(pl.Float64) + local.dt.minute() / 60.0
    waking = (hour >= rules.waking_from_h) & (hour < rules.waking_to_h)
    return pl.when(pl.col("worn").is_not_null()).then(pl.col("worn") & waking)


def _peak() -> pl.Expr:
    """Mean of the 30 highest step counts of a day's observed minutes; null with fewer."""
    steps = pl.col("steps").drop_nulls()
    return pl.when(steps.len() >= PEAK_MIN).then(steps.top_k(PEAK_MIN).mean())


def _low_share() -> pl.Expr:
    """Share of the load whose force is known with low confidence only."""
    low = pl.col("force_bw").filter(pl.col("confidence").str.starts_with("low")).sum()
    total = pl.col("force_bw").sum()
    return pl.when(total > 0).then(low / total)


def _cycles(minutes: pl.LazyFrame) -> pl.LazyFrame:
    """Loading cycles on each leg for the osteogenic index: a minute is one force level."""
    cycles = pl.col("steps") / 2.0
    return minutes.filter(pl.col("steps") > 0).select(
        "date",
        "minute",
        (pl.col("force_bw") / cycles).alias("force_bw"),
        cycles.alias("cycles"),
    )


def _judged(days: pl.LazyFrame, rules: DayRules, target_lld: float) -> pl.LazyFrame:
    """Coverage, validity, credit, and whether the day was unloaded."""
    worn_h = pl.col("worn_min") / 60.0
    lively = (pl.col("lld") >= rules.unloaded_lld) | (
        pl.col("loaded_min") >= rules.unloaded_loaded_min
    )
    sure = ~pl.col("excused") & (pl.col("valid") | lively)
    return days.with_columns(
        pl.col("recorded").fill_null(value=False),
        worn_h.alias("wear_h"),
        (worn_h >= rules.valid_wear_h).fill_null(value=False).alias("valid"),
        (pl.col("leg_s") / 3600.0).alias("observed_h"),
        dose.credit(pl.col("lld"), target=target_lld).alias("credit"),
        pl.when(pl.col("steps").is_not_null())
        .then(pl.col("osteogenic_index").fill_null(0.0))
        .alias("osteogenic_index"),
    ).with_columns(pl.when(sure).then(~lively).alias("unloaded"))
