"""Steps that a phone or another program tells as a sum over a while, not second by second.

Importers cut such a sum where minutes begin, spread evenly: what is known is how many steps there
were, not when. So they make steps and dose. A sum over longer than `CADENCE_S` tells no cadence:
whether a minute was loaded, and how brisk it was, stays unknown, for 600 steps in ten minutes may
have been ten minutes at 60 or five at 120.
"""

from __future__ import annotations

import polars as pl

from analytics import force
from devices.profile import Channel

CADENCE_S = 90.0
"""Longest sum that still tells the cadence of the minutes it lies in (design: one minute, and the
half that its edges may cut off)."""

_PARTS = (Channel.STEPS, Channel.PART, Channel.INTERVAL, Channel.SINCE)
_NAMES = [str(channel) for channel in _PARTS]


def told_minutes(
    samples: pl.LazyFrame, *, sex: str | None, carried: float, weighed: bool
) -> pl.LazyFrame:
    """One row a minute in which steps were told: `minute`, steps, cycles of each leg, force_bw,
    confidence, run_share, speed_mps, `cycles_s` (seconds spoken for), and `told_from` and
    `told_over_s` of the longest sum (null where all are short).

    samples: SlowSamples. carried: factor of a carried load; weighed: whether that is known. They
    run where the mean speed told in the minute, or the cadence of short sums, is that of running.
    """
    steps, part_s, length_s, since_s = (pl.col(name) for name in _NAMES)
    known = pl.all_horizontal(pl.col(_NAMES).is_not_null())
    summed = (
        samples.filter(pl.col("channel").is_in(_NAMES))
        .group_by("time")
        .agg(
            *(
                pl.col("value").filter(pl.col("channel") == name).max().alias(name)
                for name in _NAMES
            )
        )
        .filter(known & (part_s > 0))
        .with_columns((pl.col("time") - pl.duration(microseconds=since_s * 1e6)).alias("from"))
        .group_by(_minute("time").alias("minute"))
        .agg(
            steps.sum().alias("steps"),
            part_s.sum().alias("cycles_s"),
            length_s.max(),
            pl.col("from").sort_by(length_s, descending=True).first(),
        )
    )
    short = length_s <= CADENCE_S
    cadence_spm = pl.when(short).then(pl.col("steps") / pl.col("cycles_s") * 60.0)
    runs = force.runs(
        running=pl.lit(None, pl.Boolean), speed_mps=pl.col("speed_mps"), cadence_spm=cadence_spm
    )
    peak_bw = (
        pl.when("run")
        .then(force.run_at_speed(pl.col("speed_mps"), sex=sex))
        .otherwise(force.walk(pl.col("speed_mps")))
    )
    return (
        summed.join(_speeds(samples), on="minute", how="left")
        .with_columns(runs.alias("run"))
        .select(
            "minute",
            "steps",
            (pl.col("steps") / 2.0).alias("cycles"),
            (pl.col("steps") / 2.0 * peak_bw * carried).alias("force_bw"),
            _confidence(weighed=weighed).alias("confidence"),
            pl.when(pl.col("steps") > 0).then(pl.col("run").cast(pl.Float64)).alias("run_share"),
            "speed_mps",
            pl.col("cycles_s").clip(upper_bound=60.0),
            pl.when(~short).then(pl.col("from").dt.cast_time_unit("us")).alias("told_from"),
            pl.when(~short).then(length_s).alias("told_over_s"),
        )
    )


def _minute(name: str) -> pl.Expr:
    return pl.col(name).dt.truncate("1m").dt.cast_time_unit("us")


def _speeds(samples: pl.LazyFrame) -> pl.LazyFrame:
    """Mean of the speeds told in a minute, while moving."""
    moving = (pl.col("channel") == Channel.SPEED.value) & pl.col("value").is_between(
        0.0, 12.5, closed="right"
    )
    return (
        samples.filter(moving)
        .group_by(_minute("time").alias("minute"))
        .agg(pl.col("value").mean().alias("speed_mps"))
    )


def _confidence(*, weighed: bool) -> pl.Expr:
    """As of steps without a speed, unless one was told and what is carried is known."""
    blind, fast = force.BY_KEY["walk"].confidence, force.BY_KEY["walk-speed"].confidence
    if not weighed:
        return pl.lit(blind)
    return pl.when(pl.col("speed_mps").is_not_null()).then(pl.lit(fast)).otherwise(pl.lit(blind))


def unshared(rows: pl.LazyFrame) -> pl.LazyFrame:
    """SensorMinutes in which no step is told twice: by a sum, and by what was counted in between.

    Of a minute, what was counted second by second goes before a sum, a shorter sum before a longer
    one, then the first by name. What goes before says how many steps of a sum were made in its
    minutes; only the rest of the sum is left, in the minutes that nothing else tells of. So a phone
    and a watch on one person, or a foot pod beside a phone, are not added up. Looks at once whether
    there is any sum: most weeks have none, and shall not pay for it.
    """
    if not rows.select(pl.col("told_over_s").is_not_null().any()).collect().item():
        return rows
    summed = pl.col("told_over_s").is_not_null()
    tells = pl.col("steps").is_not_null()
    order = [pl.col("told_over_s").fill_null(0.0), pl.col("sensor")]
    first = pl.col("steps").filter(tells).sort_by(*(one.filter(tells) for one in order)).first()
    leads = pl.col("sensor").filter(tells).sort_by(*(one.filter(tells) for one in order)).first()
    one_sum = ["sensor", "told_from"]
    return (
        rows.with_columns(
            first.over("minute").alias("better"),
            (summed & (leads.over("minute") != pl.col("sensor"))).alias("covered"),
        )
        .with_columns(
            _of_sum(pl.col("steps"), one_sum).alias("total"),
            _of_sum(pl.col("better").filter("covered"), one_sum).alias("elsewhere"),
            _of_sum(pl.col("steps").filter(~pl.col("covered")), one_sum).alias("free"),
        )
        .with_columns(
            pl.when(~summed)
            .then(1.0)
            .when(pl.col("covered"))
            .then(None)
            .when(pl.col("free") > 0)
            .then((pl.col("total") - pl.col("elsewhere")).clip(lower_bound=0.0) / pl.col("free"))
            .otherwise(1.0)
            .alias("share")
        )
        .with_columns(pl.col("steps", "cycles", "force_bw") * pl.col("share"))
        .drop("better", "covered", "total", "elsewhere", "free", "share")
    )


def _of_sum(value: pl.Expr, which: list[str]) -> pl.Expr:
    return value.sum().over(which)
