"""Minutes and practice to local days: what was observed, worn and done, and what the day cannot
say.

The dose of a day is the sum of what is known of its three parts: the feet carried the body, a seat
did, and strength sets. Cycles whose force nobody knows (a bike that tells no power) add nothing,
nor does a weight lifted without a body mass; the dose is then a lower bound and says so, and such a
day is never called unloaded for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import dataframely as dy
import polars as pl
from polars import selectors as cs

from analytics import calendar, dose, strength, symmetry
from analytics.expressions import known_count, known_sum
from analytics.frames import Days
from analytics.person import PersonFacts
from analytics.practice import NONE, Practice
from analytics.protocol import DayRules, Protocol
from analytics.week import BODY_MASS

DECIMALS = 6
"""Sums come in no fixed order; rounding makes the same minutes the same day to the last digit."""

PEAK_MIN = 30
"""Minutes of peak-30 cadence: the day's best, not necessarily consecutive."""

_LOADS = (("force_bw", "cycles"), ("assisted_bw", "assisted_cycles"))
_PARTS = ("weight_bearing_lld", "assisted_lld", "sets_lld")


def day_frame(
    minutes: pl.LazyFrame,
    *,
    person: PersonFacts,
    start: dt.date,
    count: int,
    excused: Collection[dt.date],
    protocol: Protocol,
    target_lld: float,
    practice: Practice = NONE,
) -> dy.LazyFrame[Days]:
    """Exactly `count` rows, one a local day from `start` on, ordered; a week is seven.

    minutes: Minutes of one person, any order. A day without minutes is there, unknown: null.
    practice: of the same person; a day without any has none known.
    """
    days = _calendar(person, calendar.dates_from(start, count), excused)
    waking = _waking_wear(person, protocol.days)
    facts = practice, person.time_zone, person.mass_on
    enough = protocol.strength
    for part in (
        _sums(minutes, waking),
        _longest_idle(minutes, waking),
        symmetry.day_symmetry(minutes, rules=protocol.symmetry),
        strength.daily(*facts, repetitions=enough.repetitions, exercises=enough.exercises).lazy(),
        _osteogenic(minutes, strength.cycles(*facts).lazy()),
    ):
        days = days.join(part, on="date", how="left")
    judged = _judged(_dosed(days), protocol.days, target_lld)
    return Days.cast(judged.with_columns(cs.float().round(DECIMALS)).sort("date"))


def _sums(minutes: pl.LazyFrame, waking: pl.Expr) -> pl.LazyFrame:
    """What the minutes of each date come to; loads in step-eq.

    Wear is what was seen of it: a sensor that delivers a tenth of every minute shows a tenth.
    """
    worn_s = pl.when(waking).then("worn_s").when(~waking).then(0.0)
    needs = pl.col("load_needs").drop_nulls().unique().sort().str.join(" and ")
    assumed = pl.col("force_bw").filter(pl.col("other_leg_assumed")) / 2.0
    return minutes.group_by("date").agg(
        (known_sum(worn_s) / 3600.0).alias("wear_h"),
        known_sum(pl.col("leg_observed_s").filter(pl.col("steps").is_not_null())).alias("leg_s"),
        known_sum(pl.col("steps")).alias("steps"),
        dose.step_equivalents(known_sum(pl.col("force_bw"))).alias("weight_bearing_lld"),
        dose.step_equivalents(known_sum(pl.col("assisted_bw"))).alias("assisted_lld"),
        dose.step_equivalents(_low_bw().sum()).alias("low_lld"),
        dose.step_equivalents(assumed.sum()).alias("assumed_lld"),
        needs.alias("load_needs"),
        known_count(pl.col("loaded")).alias("loaded_min"),
        known_count(pl.col("intensity") == "moderate").alias("moderate_min"),
        known_count(pl.col("intensity") == "vigorous").alias("vigorous_min"),
        _peak().alias("peak30_spm"),
        pl.lit(value=True).alias("recorded"),
    )


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
    """Whether a minute is worn in the hours in which wear counts as waking: those that the person
    says, which may cross midnight, else the protocol's (design)."""
    local = pl.col("minute").dt.convert_time_zone(person.time_zone.key)
    hour = local.dt.hour().cast(pl.Float64) + local.dt.minute() / 60.0
    wakes = rules.waking_from_h if person.wakes is None else _hour(person.wakes)
    sleeps = rules.waking_to_h if person.sleeps is None else _hour(person.sleeps)
    up, not_yet = hour >= wakes, hour < sleeps
    waking = up & not_yet if wakes < sleeps else up | not_yet
    return pl.when(pl.col("worn").is_not_null()).then(pl.col("worn") & waking)


def _hour(clock: dt.time) -> float:
    return clock.hour + clock.minute / 60.0


def _peak() -> pl.Expr:
    """Mean of the 30 highest step counts of a day's observed minutes; null with fewer. Those of a
    longer while, spread over it, are none."""
    known = pl.col("steps").is_not_null() & ~pl.col("spread").fill_null(value=False)
    steps = pl.col("steps").filter(known)
    return pl.when(steps.len() >= PEAK_MIN).then(steps.top_k(PEAK_MIN).mean())


def _low_bw() -> pl.Expr:
    """Load of the minutes whose force is known with low confidence only, BW a leg."""
    low = pl.col("confidence").str.starts_with("low")
    return pl.sum_horizontal("force_bw", "assisted_bw").filter(low)


def _longest_idle(minutes: pl.LazyFrame, waking: pl.Expr) -> pl.LazyFrame:
    """`date`, `longest_idle_min`: minutes in a row, worn and waking, and none of them loaded.

    A minute that nobody knows of, or in which the sensor was off, ends the run.
    """
    seen = minutes.filter(waking & pl.col("loaded").is_not_null()).sort("minute")
    follows = pl.col("minute").diff() == pl.duration(minutes=1)
    starts = pl.col("loaded") | ~follows.fill_null(value=False)
    return (
        seen.with_columns(starts.cum_sum().alias("run"))
        .group_by("date", "run")
        .agg((~pl.col("loaded")).sum().cast(pl.Float64).alias("longest_idle_min"))
        .group_by("date")
        .agg(pl.col("longest_idle_min").max())
    )


def _osteogenic(minutes: pl.LazyFrame, sets: pl.LazyFrame) -> pl.LazyFrame:
    """`date`, `osteogenic_index`. Sets of which only the day is known are a session of their own,
    which neither waits for recovery nor makes another wait (design)."""
    timed, untimed = sets.filter("timed"), sets.filter(~pl.col("timed"))
    parts = [
        dose.osteogenic_days(_cycles(minutes, timed)),
        dose.osteogenic_days(_cycles(minutes.clear(), untimed)),
    ]
    return pl.concat(parts).group_by("date").agg(pl.col("osteogenic_index").sum())


def _cycles(minutes: pl.LazyFrame, sets: pl.LazyFrame) -> pl.LazyFrame:
    """Loading cycles on each leg for the osteogenic index: a minute is one force level of each
    kind. Those of unknown force are left out."""
    parts = [
        minutes.filter(pl.col(cycles) > 0).select(
            "date",
            "minute",
            (pl.col(load) / pl.col(cycles)).alias("force_bw"),
            pl.col(cycles).alias("cycles"),
        )
        for load, cycles in _LOADS
    ]
    done = sets.select("date", "minute", "force_bw", "cycles")
    return pl.concat([*parts, done], how="vertical_relaxed").drop_nulls("force_bw")


def _dosed(days: pl.LazyFrame) -> pl.LazyFrame:
    """The dose, its parts, and how much of it is known badly or of a leg that nobody saw.

    Every force of a set is known with low confidence.
    """
    known = pl.any_horizontal(pl.col(*_PARTS).is_not_null())
    loaded = pl.col("lld") > 0
    low = pl.sum_horizontal("low_lld", "sets_lld")
    assumed = pl.col("assumed_lld").fill_null(0.0)
    return (
        days.with_columns(dose.step_equivalents(pl.col("force_bw")).alias("sets_lld"))
        .with_columns(pl.when(known).then(pl.sum_horizontal(_PARTS)).alias("lld"))
        .with_columns(
            pl.when(loaded).then(low / pl.col("lld")).alias("low_share"),
            pl.when(loaded).then(assumed / pl.col("lld")).alias("assumed_share"),
        )
    )


def _needs() -> pl.Expr:
    """What load that is left out needs to be known, of minutes and of sets; null: nothing."""
    told = pl.col("load_needs").replace("", None)
    mass = pl.col("unweighed").fill_null(value=False)
    return (
        pl.when(mass & told.is_null())
        .then(pl.lit(BODY_MASS))
        .when(mass & ~told.str.contains(BODY_MASS, literal=True))
        .then(pl.concat_str(pl.lit(f"{BODY_MASS} and "), told))
        .otherwise(told)
    )


def _judged(days: pl.LazyFrame, rules: DayRules, target_lld: float) -> pl.LazyFrame:
    """Coverage, validity, credit, and whether the day was unloaded."""
    lively = (
        (pl.col("lld") >= rules.unloaded_lld)
        | (pl.col("loaded_min") >= rules.unloaded_loaded_min)
        | (pl.col("repetitions") > 0).fill_null(value=False)
        | pl.col("strength").fill_null(value=False)
    )
    sure = ~pl.col("excused") & ((pl.col("valid") & ~pl.col("lld_at_least")) | lively)
    needs = _needs()
    return days.with_columns(
        pl.col("recorded").fill_null(value=False),
        (pl.col("wear_h") >= rules.valid_wear_h).fill_null(value=False).alias("valid"),
        needs.alias("load_needs"),
        needs.is_not_null().alias("lld_at_least"),
        (pl.col("leg_s") / 3600.0).alias("observed_h"),
        dose.credit(pl.col("lld"), target=target_lld).alias("credit"),
        pl.when(pl.col("lld").is_not_null())
        .then(pl.col("osteogenic_index").fill_null(0.0))
        .alias("osteogenic_index"),
    ).with_columns(pl.when(sure).then(~lively).alias("unloaded"))
