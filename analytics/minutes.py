"""Samples and events of one sensor to `SensorMinutes`: sums of what was observed, never scaled up.

A slow sample holds until the next one of its kind where that comes within 5 s; a longer gap is
left out, and the sample before it speaks for one second. What a sample holds across the end of a
minute is counted in the next, so a minute depends only on samples up to `MARGIN_S` around it.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from analytics import force
from analytics.frames import METHOD, SensorMinutes
from devices.profile import Channel, Placement

BRIDGED_S = 5.0
"""Longest gap inside a session that is bridged."""

ALONE_S = 1.0
"""What a sample speaks for when no other follows in time: one period at 1 Hz (design)."""

MARGIN_S = 5.0
"""Samples to hand over on both sides of the minutes wanted, then cut away."""

HEART_RATES_BPM = (25.0, 250.0)
"""Rates outside are a strap's noise or its zero for no contact (design)."""

_FOOT = (Channel.CADENCE_SENT, Channel.SPEED, Channel.RUNNING)
_HEART = (Channel.HEART_RATE, Channel.SKIN_CONTACT)


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
) -> dy.LazyFrame[SensorMinutes]:
    """Minutes of a foot pod, a heart rate sensor, or one that is both; ordered by minute.

    samples: SlowSamples of one sensor and one assignment, any order. counts: what its cadence
    counts, `strides` or `steps`. A sensor without a running flag has no such samples: then speed
    or cadence decides.
    Steps and force stand for both feet: the other leg is assumed equal.
    """
    per_step = 2.0 if counts == "strides" else 1.0
    foot = _foot_minutes(
        samples,
        per_sent=per_step,
        factor=force.carried(load_kg=load_kg, mass_kg=mass_kg),
        weighed=load_kg <= 0 or mass_kg is not None,
        sex=sex,
    )
    both = foot.join(_heart_minutes(samples), on="minute", how="full", coalesce=True)
    observed = pl.coalesce("foot_s", "heart_s").clip(upper_bound=60.0)
    return _stamped(
        both.with_columns(observed.alias("observed_s"), pl.lit(None, pl.Boolean).alias("worn")),
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
    """
    factor = force.carried(load_kg=load_kg, mass_kg=mass_kg)
    cycling, running = (pl.col(name).fill_null(value=False) for name in ("cycling", "running"))
    sums = (
        steps.filter(~cycling)
        .with_columns(_minute_of_seconds(pl.col("stride_s")).alias("minute"))
        .group_by("minute")
        .agg(
            pl.col("steps").sum(),
            (pl.col("steps") / 2.0 * pl.col("force_bw") * factor).sum().alias("force_bw"),
            (pl.col("steps") * running).sum().alias("run_steps"),
            _worst(_best_confidence(load_kg=load_kg, mass_kg=mass_kg)).alias("trust"),
        )
    )
    known = pl.col("worn").fill_null(value=True)
    joined = observed.join(sums, on="minute", how="left").with_columns(
        pl.when(known).then(pl.col("steps", "force_bw", "run_steps").fill_null(0.0))
    )
    none = pl.lit(None, pl.Float64)
    return _stamped(
        joined.with_columns(
            pl.when(known).then(pl.col("trust").fill_null("low")).alias("confidence"),
            (pl.col("run_steps") / pl.col("steps")).fill_nan(None).alias("run_share"),
            none.alias("speed_mps"),
            none.alias("heart_rate_bpm"),
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
    beats = slow.select("minute", pl.col("heart_rate_bpm").alias("beats"))
    both = motion.join(beats, on="minute", how="left").with_columns(
        pl.coalesce("beats", "heart_rate_bpm").alias("heart_rate_bpm")
    )
    alone = slow.join(motion, on="minute", how="anti")
    return SensorMinutes.cast(pl.concat([both.drop("beats"), alone]).sort("minute"))


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


def _foot_minutes(
    samples: pl.LazyFrame,
    *,
    per_sent: float,
    factor: float,
    weighed: bool,
    sex: str | None,
) -> pl.LazyFrame:
    """Per minute: foot_s, steps, force_bw, confidence, run_share, speed_mps."""
    wide = _wide(samples, _FOOT)
    cadence = pl.col(Channel.CADENCE_SENT) * per_sent
    flag = pl.col(Channel.RUNNING) > 0
    speed = pl.when(pl.col(Channel.SPEED) > 0).then(pl.col(Channel.SPEED))
    each = _held(wide.filter(pl.col(Channel.CADENCE_SENT).is_not_null())).select(
        "minute",
        "hold_s",
        (cadence * pl.col("hold_s") / 60.0).alias("steps"),
        speed.alias("speed"),
        force.runs(running=flag, speed_mps=speed, cadence_spm=cadence).alias("run"),
    )
    run, walk = force.run_at_speed(pl.col("speed"), sex=sex), force.walk(pl.col("speed"))
    per_step = pl.when("run").then(run).otherwise(walk) * factor
    moving = pl.col("steps") > 0
    return (
        each.with_columns((pl.col("steps") / 2.0 * per_step).alias("force_bw"))
        .group_by("minute")
        .agg(
            pl.col("hold_s").sum().alias("foot_s"),
            pl.col("steps", "force_bw").sum(),
            _confidence(moving, weighed=weighed).alias("confidence"),
            _share(pl.col("steps").filter("run").sum()).alias("run_share"),
            _mean(pl.col("speed").filter(moving), pl.col("hold_s").filter(moving)).alias(
                "speed_mps"
            ),
        )
    )


def _confidence(moving: pl.Expr, *, weighed: bool) -> pl.Expr:
    """Medium where the speed of every moving sample is known, else low."""
    if not weighed:
        return pl.lit("low")
    blind = (moving & pl.col("speed").is_null()).any()
    return pl.when(blind).then(pl.lit("low")).otherwise(pl.lit("medium"))


def _share(part: pl.Expr) -> pl.Expr:
    total = pl.col("steps").sum()
    return pl.when(total > 0).then((part / total).clip(0.0, 1.0))


def _mean(value: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """Mean weighted by hold, over the rows where the value is known; null where none is."""
    known = weight.filter(value.is_not_null()).sum()
    return pl.when(known > 0).then((value * weight).sum() / known)


def _heart_minutes(samples: pl.LazyFrame) -> pl.LazyFrame:
    """Per minute: heart_s and heart_rate_bpm, samples weighted by what they hold."""
    touching = pl.col(Channel.SKIN_CONTACT).fill_null(1.0) > 0
    plausible = pl.col(Channel.HEART_RATE).is_between(*HEART_RATES_BPM)
    rows = _held(_wide(samples, _HEART).filter(plausible & touching))
    return rows.group_by("minute").agg(
        pl.col("hold_s").sum().alias("heart_s"),
        _mean(pl.col(Channel.HEART_RATE), pl.col("hold_s")).alias("heart_rate_bpm"),
    )


def _wide(samples: pl.LazyFrame, channels: tuple[Channel, ...]) -> pl.LazyFrame:
    """One row an instant, one column a channel; of two values at an instant the larger."""
    wanted = samples.filter(pl.col("channel").is_in([channel.value for channel in channels]))
    columns = [
        pl.col("value").filter(pl.col("channel") == channel.value).max().alias(channel)
        for channel in channels
    ]
    return wanted.group_by("time").agg(columns)


def _held(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Each sample with `minute` and the seconds it holds in it, cut at the minute's end."""
    gap_s = (pl.col("time").shift(-1) - pl.col("time")).dt.total_nanoseconds() / 1e9
    hold_s = pl.when(gap_s <= BRIDGED_S).then(gap_s).otherwise(ALONE_S)
    minute = pl.col("time").dt.truncate("1m")
    left_s = 60.0 - (pl.col("time") - minute).dt.total_nanoseconds() / 1e9
    timed = rows.sort("time").with_columns(
        minute.cast(pl.Datetime("us", "UTC")).alias("minute"), hold_s.alias("hold_s")
    )
    here = timed.with_columns(pl.min_horizontal("hold_s", left_s).alias("hold_s"))
    rest = timed.with_columns(
        (pl.col("hold_s") - left_s).alias("hold_s"),
        pl.col("minute") + pl.duration(minutes=1),
    ).filter(pl.col("hold_s") > 0)
    return pl.concat([here, rest])


def _stamped(
    minutes: pl.LazyFrame, *, sensor: str, person: str, placement: Placement, continuous: bool
) -> dy.LazyFrame[SensorMinutes]:
    """As SensorMinutes, ordered by minute."""
    return SensorMinutes.cast(
        minutes.with_columns(
            pl.lit(sensor).alias("sensor"),
            pl.lit(person).alias("person"),
            pl.lit(placement.value).alias("placement"),
            pl.lit(continuous).alias("continuous"),
            pl.lit(METHOD).alias("method"),
        ).sort("minute")
    )
