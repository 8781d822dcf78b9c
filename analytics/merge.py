"""The sensors of one person merged to `Minutes`: best evidence, never summed.

Steps and force of a minute come from one sensor. Of those that observed at least 80 % of what the
best observed, the one whose force is known with the higher confidence wins, then the one that
observed longer, then one worn for sessions (a foot pod) over one worn all day, then the first by
name. A sensor on one leg stands for both. Heart rate comes from the sensor that observed longest.
"""

from __future__ import annotations

import datetime as dt

import dataframely as dy
import polars as pl

from analytics import intensity
from analytics.force import CONFIDENCES
from analytics.frames import Minutes
from analytics.person import PersonFacts
from analytics.protocol import Intensity, Protocol
from devices.profile import LEG_PLACEMENTS

NEARLY_AS_LONG = 0.8
"""Share of the longest observation that a better confidence may fall short of (design)."""

HALF_MINUTE_S = 30.0
"""Heart rate and speed speak for a minute from here on (design: rounds bouts to whole minutes)."""

HALF_MINUTE_STEPS = 50.0
"""Steps of half a minute at 100 steps/min, for the same purpose (design)."""

_LEGS = [placement.value for placement in LEG_PLACEMENTS]


def merge_minutes(
    sensor_minutes: pl.LazyFrame, *, person: PersonFacts, date: dt.date, protocol: Protocol
) -> dy.LazyFrame[Minutes]:
    """One row a minute in which any sensor of the person observed anything; ordered by minute.

    sensor_minutes: SensorMinutes, any order, other people's left out. date: the day as of which
    the person's age counts.
    """
    own = sensor_minutes.filter(pl.col("person") == person.key)
    minutes = _worn(own)
    for part in (_best_steps(own), _best_heart_rate(own)):
        minutes = minutes.join(part, on="minute", how="left")
    rules = protocol.intensity
    return Minutes.cast(
        minutes.with_columns(
            pl.lit(person.key).alias("person"),
            pl.col("minute").dt.convert_time_zone(person.time_zone.key).dt.date().alias("date"),
            pl.col("leg_observed_s").fill_null(0.0),
            (pl.col("steps") >= rules.loaded_spm).alias("loaded"),
            pl.coalesce(_speed_mets(), intensity.cadence_mets(pl.col("steps"))).alias("mets"),
        )
        .with_columns(_intensity(person, date, rules))
        .sort("minute")
    )


def _worn(own: pl.LazyFrame) -> pl.LazyFrame:
    """Every minute, and whether a continuously worn leg sensor was on: any yes, else any no."""
    telling = pl.col("worn").filter(pl.col("continuous") & pl.col("placement").is_in(_LEGS))
    return own.group_by("minute").agg(telling.max().alias("worn"))


def _best_steps(own: pl.LazyFrame) -> pl.LazyFrame:
    """The chosen step source of each minute that has one."""
    steps = own.filter(pl.col("steps").is_not_null() & pl.col("worn").fill_null(value=True))
    longest = pl.col("observed_s").max().over("minute")
    rank = pl.col("confidence").replace_strict(
        list(CONFIDENCES), range(len(CONFIDENCES)), default=-1, return_dtype=pl.Int8
    )
    return (
        steps.filter(pl.col("observed_s") >= NEARLY_AS_LONG * longest)
        .with_columns(rank.alias("rank"))
        .sort(
            "minute",
            "rank",
            "observed_s",
            "continuous",
            "sensor",
            descending=[False, True, True, False, False],
        )
        .unique("minute", keep="first", maintain_order=True)
        .select(
            "minute",
            "steps",
            "force_bw",
            "confidence",
            "run_share",
            "speed_mps",
            pl.col("observed_s").alias("leg_observed_s"),
            pl.col("sensor").alias("steps_sensor"),
        )
    )


def _best_heart_rate(own: pl.LazyFrame) -> pl.LazyFrame:
    """The chosen heart rate of each minute that has one."""
    return (
        own.filter(pl.col("heart_rate_bpm").is_not_null())
        .sort("minute", "observed_s", "sensor", descending=[False, True, False])
        .unique("minute", keep="first", maintain_order=True)
        .select("minute", "heart_rate_bpm", pl.col("observed_s").alias("heart_s"))
    )


def _speed_mets() -> pl.Expr:
    """METs by speed, where the legs moved for about half of the minute or more."""
    metres = pl.col("speed_mps") * 60.0
    running = (pl.col("run_share") > 0.5).fill_null(value=False)
    mets = pl.when(running).then(intensity.run_mets(metres)).otherwise(intensity.walk_mets(metres))
    return pl.when(pl.col("steps") >= HALF_MINUTE_STEPS).then(mets)


def _intensity(person: PersonFacts, date: dt.date, rules: Intensity) -> list[pl.Expr]:
    """`intensity` and `intensity_by`: heart rate first, then speed, then cadence."""
    hr_max = person.hr_max_on(date) if person.use_heart_rate else None
    heart_rate = pl.when(pl.col("heart_s") >= HALF_MINUTE_S).then(pl.col("heart_rate_bpm"))
    levels = {
        "heart rate": intensity.by_heart_rate(
            heart_rate, hr_max=hr_max, hr_rest=person.hr_rest, rules=rules
        ),
        "speed": intensity.level(
            _speed_mets(), moderate=rules.moderate_mets, vigorous=rules.vigorous_mets
        ),
        "cadence": intensity.level(
            pl.col("steps"), moderate=rules.moderate_spm, vigorous=rules.vigorous_spm
        ),
    }
    names = [
        pl.when(level.is_not_null()).then(pl.lit(name, pl.String)) for name, level in levels.items()
    ]
    return [
        pl.coalesce(*levels.values()).alias("intensity"),
        pl.coalesce(*names).alias("intensity_by"),
    ]
