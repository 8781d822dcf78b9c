"""Samples and events of one sensor to `SensorMinutes`: sums of what was observed, never scaled up.

How long a slow sample holds is told in `held.py`, what it says of the legs in `cycles.py`.
"""

from __future__ import annotations

from collections.abc import Collection

import dataframely as dy
import polars as pl
from polars import selectors as cs

from analytics import force
from analytics.cycles import Body, cycle_minutes
from analytics.frames import METHOD, SensorMinutes
from analytics.held import MARGIN_S as MARGIN_S
from analytics.held import held, mean
from analytics.machines import FOOT_POD, machines_of
from analytics.told import told_minutes
from devices.profile import Channel, Placement

HEART_RATES_BPM = (25.0, 250.0)
"""Rates outside are a strap's noise or its zero for no contact (design)."""

DECIMALS = 9
"""Sums come in no fixed order; rounded, the same samples are the same minute to the last digit."""


def slow_minutes(
    samples: pl.LazyFrame,
    *,
    sensor: str,
    person: str,
    placement: Placement,
    continuous: bool,
    counts: str | None,
    mass_kg: float | None,
    load_kg: float,
    sex: str | None,
    profiles: Collection[str] = (),
) -> dy.LazyFrame[SensorMinutes]:
    """Minutes of a foot pod, a bike, a machine, a heart rate sensor, or several of them in one.

    One row a minute, ordered. samples: SlowSamples of one sensor and one assignment, any order.
    profiles: keys of what it is; one that sits on no bike or machine is a foot pod. counts: what a
    foot pod's cadence counts, `strides` or `steps`. A sensor without a running flag has no such
    samples: then speed or cadence decides. Steps and force stand for both feet: the other leg is
    assumed equal.
    """
    body = Body(mass_kg=mass_kg, load_kg=load_kg, sex=sex)
    machines = machines_of(profiles, placement) or (FOOT_POD,)
    sent = _as_steps(samples, per_sent=2.0 if counts == "strides" else 1.0)
    moved = cycle_minutes(sent, machines=machines, body=body)
    if machines == (FOOT_POD,):
        moved = _with_told(moved, samples, body)
    both = moved.join(_heart_minutes(samples), on="minute", how="full", coalesce=True)
    observed = pl.coalesce("cycles_s", "heart_s").clip(upper_bound=60.0)
    return _stamped(
        both.with_columns(
            observed.alias("observed_s"),
            pl.col("heart_s").clip(upper_bound=60.0),
            pl.lit(None, pl.Boolean).alias("worn"),
        ),
        sensor=sensor,
        person=person,
        placement=placement,
        continuous=continuous,
    )


def motion_minutes(
    steps: pl.LazyFrame,
    observed: pl.LazyFrame,
    *,
    sensor: str,
    person: str,
    placement: Placement,
    continuous: bool,
    mass_kg: float | None,
    load_kg: float,
) -> dy.LazyFrame[SensorMinutes]:
    """Minutes of a motion sensor from its steps; ordered by minute.

    steps: rows of `find_stances`, `stride_s` in s since 1970 UTC: that instant is final before
    those of the contacts. observed: one row a minute: `minute`, `observed_s`, `worn` (nullable), as
    `wear.worn_minutes` gives it. An observed minute without steps has zero of them; one in which
    the sensor was not worn has none known. Pedalling is no step and no force here. A minute's
    confidence is the worst of its steps', and no better than what is known of a carried load.
    Contact times are those of clear walking strides.
    """
    factor = force.carried(load_kg=load_kg, mass_kg=mass_kg)
    cycling, running = (pl.col(name).fill_null(value=False) for name in ("cycling", "running"))
    clear = pl.col("quality").eq_missing(pl.lit("clear")) & ~running
    contact_s = pl.col("contact_s").filter(clear)
    sums = (
        steps.filter(~cycling)
        .with_columns(_minute_of_seconds(pl.col("stride_s")).alias("minute"))
        .group_by("minute")
        .agg(
            pl.col("steps").sum(),
            (pl.col("steps") / 2.0 * pl.col("force_bw") * factor).sum().alias("force_bw"),
            (pl.col("steps") * running).sum().alias("run_steps"),
            _worst(_best_confidence(load_kg=load_kg, mass_kg=mass_kg)).alias("trust"),
            contact_s.mean().alias("contact_s"),
            contact_s.count().cast(pl.Float64).alias("contact_strides"),
        )
    )
    known = pl.col("worn").fill_null(value=True)
    joined = observed.join(sums, on="minute", how="left").with_columns(
        pl.when(known).then(pl.col("steps", "force_bw", "run_steps").fill_null(0.0))
    )
    return _stamped(
        joined.with_columns(
            pl.when(known).then(pl.col("trust").fill_null("low")).alias("confidence"),
            (pl.col("run_steps") / pl.col("steps")).fill_nan(None).alias("run_share"),
            (pl.col("steps") / 2.0).alias("cycles"),
            pl.col("observed_s").clip(0.0, 60.0),
        ),
        sensor=sensor,
        person=person,
        placement=placement,
        continuous=continuous,
    )


def with_heart_rate(motion: pl.LazyFrame, slow: pl.LazyFrame) -> dy.LazyFrame[SensorMinutes]:
    """Minutes of a sensor that tells motion and heart rate at once; ordered by minute.

    motion, slow: its SensorMinutes of either kind. Steps and wear are those of the motion, also
    where it counts none: a minute has one row a sensor. A minute without motion is the slow one.
    """
    beats = slow.select("minute", "heart_rate_bpm", "heart_s")
    both = motion.drop("heart_rate_bpm", "heart_s").join(beats, on="minute", how="left")
    alone = slow.join(motion, on="minute", how="anti")
    both = both.select(SensorMinutes.column_names())
    return SensorMinutes.cast(pl.concat([both, alone]).sort("minute"))


def _best_confidence(*, load_kg: float, mass_kg: float | None) -> str:
    """The highest that a carried load leaves to a force."""
    if load_kg <= 0:
        return force.CONFIDENCES[-1]
    return "low" if mass_kg is None else force.BY_KEY["carried"].confidence


def _worst(best: str) -> pl.Expr:
    """The lowest confidence of a group, at most `best`."""
    rank = {name: number for number, name in enumerate(force.CONFIDENCES)}
    worst = pl.col("confidence").replace_strict(rank, return_dtype=pl.Int8).min()
    return worst.clip(upper_bound=rank[best]).replace_strict(
        {number: name for name, number in rank.items()}, return_dtype=pl.String
    )


def _minute_of_seconds(time_s: pl.Expr) -> pl.Expr:
    minute_us = (time_s / 60.0).floor().cast(pl.Int64) * 60_000_000
    return minute_us.cast(pl.Datetime("us", "UTC"))


def _with_told(moved: pl.LazyFrame, samples: pl.LazyFrame, body: Body) -> pl.LazyFrame:
    """With the minutes of steps told as a sum, in which there is no cadence."""
    carried = force.carried(load_kg=body.load_kg, mass_kg=body.mass_kg)
    told = told_minutes(samples, sex=body.sex, carried=carried, weighed=body.weighed)
    counted = moved.filter(pl.col("cycles").is_not_null())
    new = told.join(counted, on="minute", how="anti")
    kept = moved.join(new, on="minute", how="anti")
    return pl.concat([kept, new], how="diagonal")


def _as_steps(samples: pl.LazyFrame, *, per_sent: float) -> pl.LazyFrame:
    """What a foot pod sends as steps per minute, like the cadence of a machine."""
    sent = pl.col("channel") == Channel.CADENCE_SENT.value
    return samples.with_columns(
        pl.when(sent)
        .then(pl.lit(Channel.STEP_CADENCE.value))
        .otherwise("channel")
        .alias("channel"),
        pl.when(sent).then(pl.col("value") * per_sent).otherwise("value").alias("value"),
    )


def _heart_minutes(samples: pl.LazyFrame) -> pl.LazyFrame:
    """Per minute: heart_s and heart_rate_bpm, samples weighted by what they hold."""
    rate = Channel.HEART_RATE.value
    contact = samples.filter(pl.col("channel") == Channel.SKIN_CONTACT.value)
    off = contact.group_by("time").agg(pl.col("value").max()).filter(pl.col("value") <= 0)
    felt = samples.filter(
        (pl.col("channel") == rate) & pl.col("value").is_between(*HEART_RATES_BPM)
    ).join(off, on="time", how="anti")
    return (
        held(felt, (rate,))
        .group_by("minute")
        .agg(pl.col("hold_s").sum().alias("heart_s"), mean(pl.col(rate)).alias("heart_rate_bpm"))
    )


def _stamped(
    minutes: pl.LazyFrame, *, sensor: str, person: str, placement: Placement, continuous: bool
) -> dy.LazyFrame[SensorMinutes]:
    """As SensorMinutes, ordered by minute; null in every column that `minutes` lacks."""
    stamped = minutes.with_columns(
        pl.lit(sensor).alias("sensor"),
        pl.lit(person).alias("person"),
        pl.lit(placement.value).alias("placement"),
        pl.lit(continuous).alias("continuous"),
        pl.lit(METHOD).alias("method"),
    )
    columns = SensorMinutes.create_empty().lazy()
    minutes = pl.concat([columns, stamped], how="diagonal").sort("minute")
    return SensorMinutes.cast(minutes.with_columns(cs.float().round(DECIMALS)))
