"""How hard a minute was: ACSM oxygen cost, speed, power, cadence and heart rate.

METs = VO2 / 3.5, VO2 in mL/kg/min. Cut-points for acceleration (MAD, ENMO) are for hip and wrist
and are not used on a leg.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from analytics.expressions import Number, as_expr
from analytics.person import PersonFacts
from analytics.protocol import Intensity

RESTING_VO2 = 3.5
LEVELS = ("light", "moderate", "vigorous")

HALF_MINUTE_S = 30.0
"""Heart rate, speed and power speak for a minute from here on (design: rounds bouts to whole
minutes)."""

METS_BY = ("power", "speed", "machine")
"""What METs of a minute may rest on, best first: measured work, speed, the machine's own word
(design)."""


def walk_mets(speed_m_min: Number, *, grade: Number = 0.0) -> pl.Expr:
    """METs of walking at a speed in m/min up a grade (0.05 = 5 %); ACSM."""
    speed = as_expr(speed_m_min)
    return (3.5 + 0.1 * speed + 1.8 * speed * as_expr(grade)) / RESTING_VO2


def run_mets(speed_m_min: Number, *, grade: Number = 0.0) -> pl.Expr:
    """METs of running at a speed in m/min up a grade; ACSM."""
    speed = as_expr(speed_m_min)
    return (3.5 + 0.2 * speed + 0.9 * speed * as_expr(grade)) / RESTING_VO2


def cycle_mets(power_w: Number, *, mass_kg: Number) -> pl.Expr:
    """METs of leg cycling at a power in W, 50-200 W; ACSM."""
    return (7.0 + 10.8 * as_expr(power_w) / as_expr(mass_kg)) / RESTING_VO2


def stepping_mets(steps_min: Number, *, height_m: Number) -> pl.Expr:
    """METs of stepping up and down a step of height_m, steps_min times a minute; ACSM."""
    steps = as_expr(steps_min)
    return (3.5 + 0.2 * steps + 1.33 * 1.8 * steps * as_expr(height_m)) / RESTING_VO2


def cadence_mets(cadence_spm: Number) -> pl.Expr:
    """METs of walking by cadence alone: 3 at 100 to 6 at 130 steps/min, null below 100.

    The line is our own (design) through CADENCE-Adults' thresholds; held at 6 above 130.
    """
    cadence = as_expr(cadence_spm)
    return pl.when(cadence >= 100).then(3.0 + (cadence.clip(upper_bound=130.0) - 100.0) / 10.0)


def level(value: pl.Expr, *, moderate: float, vigorous: float) -> pl.Expr:
    """`light`, `moderate` or `vigorous` by two lower bounds; null where the value is null."""
    return (
        pl.when(value >= vigorous)
        .then(pl.lit("vigorous"))
        .when(value >= moderate)
        .then(pl.lit("moderate"))
        .when(value.is_not_null())
        .then(pl.lit("light"))
    )


def by_heart_rate(
    heart_rate_bpm: pl.Expr, *, hr_max: float | None, hr_rest: float | None, rules: Intensity
) -> pl.Expr:
    """Level by heart rate: share of reserve where the resting rate is known, else of HRmax.

    Null everywhere without an HRmax: heart rate alone then says nothing.
    """
    if hr_max is None:
        return pl.lit(None, pl.String)
    if hr_rest is not None and hr_rest < hr_max:
        reserve = (heart_rate_bpm - hr_rest) / (hr_max - hr_rest)
        return level(
            reserve, moderate=rules.moderate_hr_reserve, vigorous=rules.vigorous_hr_reserve
        )
    share = heart_rate_bpm / hr_max
    return level(share, moderate=rules.moderate_hr_max, vigorous=rules.vigorous_hr_max)


def best_mets(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The METs of each minute that has any: `minute`, `told_mets`, `told_by`.

    rows: SensorMinutes. Those that speak for less than half of the minute are left out; of the
    others power goes before speed and speed before a machine's own word, then a treadmill's speed
    before one that knows no grade, then the longer active one, then the first by name.
    """
    order = pl.col("mets_by").replace_strict(
        list(METS_BY), range(len(METS_BY)), default=len(METS_BY), return_dtype=pl.Int8
    )
    return (
        rows.filter(pl.col("mets").is_not_null() & (pl.col("active_s") >= HALF_MINUTE_S))
        .with_columns(order.alias("order"), pl.col("machine").is_null().alias("gradeless"))
        .sort(
            "minute",
            "order",
            "gradeless",
            "active_s",
            "sensor",
            descending=[False, False, False, True, False],
        )
        .unique("minute", keep="first", maintain_order=True)
        .select("minute", pl.col("mets").alias("told_mets"), pl.col("mets_by").alias("told_by"))
    )


def best_heart_rate(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The heart rate of each minute that has one, of the sensor that felt it longest: `minute`,
    `heart_rate_bpm`, `heart_s`."""
    return (
        rows.filter(pl.col("heart_rate_bpm").is_not_null())
        .sort("minute", "heart_s", "sensor", descending=[False, True, False], nulls_last=True)
        .unique("minute", keep="first", maintain_order=True)
        .select("minute", "heart_rate_bpm", "heart_s")
    )


def judged(person: PersonFacts, date: dt.date, rules: Intensity) -> list[pl.Expr]:
    """`intensity` and `intensity_by`: heart rate first, then METs that were told, then cadence.

    Of columns `heart_rate_bpm`, `heart_s`, `told_mets`, `told_by`, `steps` and `spread`: steps of
    a longer while are no cadence.
    """
    hr_max = person.hr_max_on(date) if person.use_heart_rate else None
    heart_rate = pl.when(pl.col("heart_s") >= HALF_MINUTE_S).then(pl.col("heart_rate_bpm"))
    beats = by_heart_rate(heart_rate, hr_max=hr_max, hr_rest=person.hr_rest, rules=rules)
    told = level(pl.col("told_mets"), moderate=rules.moderate_mets, vigorous=rules.vigorous_mets)
    brisk = pl.when(~pl.col("spread").fill_null(value=False)).then("steps")
    cadence = level(brisk, moderate=rules.moderate_spm, vigorous=rules.vigorous_spm)
    return [
        pl.coalesce(beats, told, cadence).alias("intensity"),
        pl.coalesce(
            pl.when(beats.is_not_null()).then(pl.lit("heart rate")),
            pl.when(told.is_not_null()).then(pl.col("told_by")),
            pl.when(cadence.is_not_null()).then(pl.lit("cadence")),
        ).alias("intensity_by"),
    ]
