"""Loaded-Leg Dose (LLD), its daily credit, and the osteogenic index.

    CL   = mean over the two legs of the sum of peak forces      [BW per leg]
    LLD  = 2 CL / 1.1                                            [step-eq]
    OI   = sum_i F_(i) ln((i + 1) / i), F in descending order    [one session]

Summing peak force per step is published (Diniz-Sousa 2021; Veras 2022); the divisor, the daily cap
and the target are design. The osteogenic index (Turner & Robling 2003; Santos-Rocha 2006) is
shown and never scored: it is a bone-loading model from animal bone.
"""

from __future__ import annotations

import polars as pl

STEP_BW = 1.1
"""Peak force of one ordinary walking step, so that such a step is 1 step-eq (design)."""

SESSION_GAP_MIN = 60.0
"""A rest at least this long ends a session of the osteogenic index (design)."""

RECOVERY_H = 6.0
"""Time constant of recovering bone sensitivity (unverified)."""


def cumulative_load(left_bw: pl.Expr, right_bw: pl.Expr) -> pl.Expr:
    """CL in BW per leg from the sums of peak force of the left and of the right leg."""
    return (left_bw + right_bw) / 2.0


def step_equivalents(load_bw: pl.Expr) -> pl.Expr:
    """LLD in step-eq from CL in BW per leg."""
    return 2.0 * load_bw / STEP_BW


def credit(lld: pl.Expr, *, target: float) -> pl.Expr:
    """Credit 0..1 of one day: min(1, LLD / target), target in step-eq a day."""
    return (lld / target).clip(upper_bound=1.0)


def osteogenic_days(cycles: pl.LazyFrame) -> pl.LazyFrame:
    """Osteogenic index of each day, one row a date, ordered.

    cycles: `date`, `minute` (instant a minute starts), `force_bw` (peak force of its cycles) and
    `cycles` (loading cycles on each leg in that minute), walked, pedalled or squatted: a minute may
    have several rows. Rows without cycles are left out, so a day without any has no row. A session
    that crosses midnight is split there.
    """
    sessions = _with_sessions(cycles).sort(
        "date", "session", "force_bw", descending=[False, False, True]
    )
    done = pl.col("cycles").cum_sum().over("date", "session")
    share = pl.col("force_bw") * ((done + 1.0) / (done - pl.col("cycles") + 1.0)).log()
    each = (
        sessions.with_columns(share.alias("share"))
        .group_by("date", "session")
        .agg(
            pl.col("share").sum().alias("index"),
            pl.col("minute").min().alias("start"),
            (pl.col("minute").max() + pl.duration(minutes=1)).alias("end"),
        )
        .sort("date", "session")
    )
    rest_h = (pl.col("start") - pl.col("end").shift(1).over("date")).dt.total_seconds() / 3600.0
    recovered = (1.0 - (-rest_h / RECOVERY_H).exp()).fill_null(1.0)
    return (
        each.with_columns(recovered.alias("recovered"))
        .group_by("date")
        .agg((pl.col("index") * pl.col("recovered")).sum().alias("osteogenic_index"))
        .sort("date")
    )


def _with_sessions(cycles: pl.LazyFrame) -> pl.LazyFrame:
    """Minutes with cycles, numbered by session: no rest of SESSION_GAP_MIN inside one."""
    rest = (pl.col("minute") - pl.col("minute").shift(1)).over("date") - pl.duration(minutes=1)
    new = rest >= pl.duration(minutes=int(SESSION_GAP_MIN))
    return (
        cycles.filter(pl.col("cycles") > 0)
        .sort("date", "minute")
        .with_columns(new.fill_null(value=False).cum_sum().over("date").alias("session"))
    )
