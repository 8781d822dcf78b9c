"""How hard a minute was: ACSM oxygen cost, speed, cadence and heart rate.

METs = VO2 / 3.5, VO2 in mL/kg/min. Cut-points for acceleration (MAD, ENMO) are for hip and wrist
and are not used on a leg.
"""

from __future__ import annotations

import polars as pl

from analytics.expressions import Number, as_expr
from analytics.protocol import Intensity

RESTING_VO2 = 3.5
LEVELS = ("light", "moderate", "vigorous")


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
