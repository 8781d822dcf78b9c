"""The sensors of one person merged to `Minutes`: best evidence, no leg summed twice.

Load. Whoever turns a machine that is no treadmill has the machine's load in that minute: sensors
on the body felt the machine, and what they say of steps, force and effort is left out. In other
minutes a machine speaks only where nothing on the body and no treadmill does. Of what is left,
those that observed at least 80 % of what the longest observed qualify; the one whose force is
known with the higher confidence wins, then the one that observed longer, then one worn for
sessions (a foot pod) over one worn all day, then the first by name.

Sums. A phone tells steps as sums over minutes. Of those only what no better sensor counted in
between is left, see `told.unshared`.

Legs. Where sensors on both legs qualify, the best of each leg is taken, and the minute is their
mean: each counts both feet, and gives the force of its own. A sensor on one leg stands for both,
and the minute says so. So does the one that counts more where the other counts less than half as
much: that one was blind to the minute.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import dataframely as dy
import polars as pl

from analytics import intensity, symmetry
from analytics.force import CONFIDENCES
from analytics.frames import Minutes
from analytics.machines import MACHINES
from analytics.person import PersonFacts
from analytics.practice import NONE, Practice, TrainingSet
from analytics.protocol import Protocol
from analytics.told import unshared
from devices.profile import LEG_PLACEMENTS

NEARLY_AS_LONG = 0.8
"""Share of the longest observation that a better confidence may fall short of (design)."""

MACHINE_CYCLES = 10.0
"""Cycles of each leg from which a machine has a minute for itself (design: 10 s at 60 rpm)."""

BLIND = 2.0
"""Cycles of one leg that are more than so many times those of the other show that the sensor on
the other is blind (design: each counts both feet, so that they should be equal)."""

TREADMILL = "treadmill"
"""The machine on which one walks, so that sensors on the body see what they see elsewhere."""

_LEGS = [placement.value for placement in LEG_PLACEMENTS]
_CYCLES = ("cycles", "assisted_cycles")
_LOADS = ("force_bw", "assisted_bw")
_SEATS = [machine.key for machine in MACHINES if not machine.weight_bearing]
_MINUTE = dt.timedelta(minutes=1)


def merge_minutes(
    sensor_minutes: pl.LazyFrame,
    *,
    person: PersonFacts,
    date: dt.date,
    protocol: Protocol,
    practice: Practice = NONE,
) -> dy.LazyFrame[Minutes]:
    """One row a minute in which any sensor of the person observed anything, or a set was done;
    ordered by minute.

    sensor_minutes: SensorMinutes, any order, other people's left out. date: the day as of which
    the person's age counts. practice: of the same person over the same time.
    A minute is loaded where the feet made enough steps or cycles, or in a set: for as long as it
    is known to have lasted, and the minute it starts in where it has no end (design). A set of
    which only the day is known loads no minute.
    """
    own = unshared(sensor_minutes.filter(pl.col("person") == person.key))
    told = _told(own)
    minutes = _worn(own).join(_set_minutes(practice), on="minute", how="full", coalesce=True)
    for part in (
        _best_load(told),
        intensity.best_mets(told),
        intensity.best_heart_rate(own),
        symmetry.contact_pairs(told),
        _unknown_load(told),
    ):
        minutes = minutes.join(part, on="minute", how="left")
    spread = pl.col("spread").fill_null(value=False)
    stepping = pl.when(~spread).then(2.0 * pl.col("cycles") >= protocol.intensity.loaded_spm)
    cadence_spm = pl.when(~spread).then(pl.col("steps"))
    return Minutes.cast(
        minutes.with_columns(
            pl.lit(person.key).alias("person"),
            pl.col("minute").dt.convert_time_zone(person.time_zone.key).dt.date().alias("date"),
            pl.col("leg_observed_s").fill_null(0.0),
            _load_needs().alias("load_needs"),
            pl.when(pl.col("in_set")).then(pl.lit(value=True)).otherwise(stepping).alias("loaded"),
            pl.coalesce("told_mets", intensity.cadence_mets(cadence_spm)).alias("mets"),
            *intensity.judged(person, date, protocol.intensity),
        ).sort("minute")
    )


def _worn(own: pl.LazyFrame) -> pl.LazyFrame:
    """Every minute, whether a continuously worn leg sensor was on (any yes, else any no), and how
    many of its seconds one saw that it was."""
    leg = pl.col("continuous") & pl.col("placement").is_in(_LEGS)
    seen_s = pl.when("worn").then("observed_s").when(~pl.col("worn")).then(0.0)
    return own.group_by("minute").agg(
        pl.col("worn").filter(leg).max(), seen_s.filter(leg).max().alias("worn_s")
    )


def _told(own: pl.LazyFrame) -> pl.LazyFrame:
    """Rows that may speak of legs: what was worn, and only the machine where one was turned.

    With `apart` (a machine other than a treadmill) and `turned` (it was, in that minute).
    Steps without cycles make one cycle of each leg in two.
    """
    apart = (pl.col("machine") != TREADMILL).fill_null(value=False)
    turned = pl.col("apart") & (pl.sum_horizontal(_CYCLES) >= MACHINE_CYCLES)
    return (
        own.filter(pl.col("worn").fill_null(value=True))
        .with_columns(apart.alias("apart"), pl.coalesce("cycles", pl.col("steps") / 2.0))
        .with_columns(turned.alias("turned"))
        .filter(pl.col("apart") | ~pl.col("turned").any().over("minute"))
    )


def _best_load(told: pl.LazyFrame) -> pl.LazyFrame:
    """The chosen load of each minute that has one, of one sensor or of one on each leg."""
    ranked = _ranked(_qualified(told))
    first = ranked.unique(["minute", "side"], keep="first", maintain_order=True)
    on_leg = pl.col("side").is_not_null()
    best = pl.int_range(pl.len()).over("minute") == 0
    chosen = _seeing(
        first.filter(pl.when(on_leg.sum().over("minute") == 2).then(on_leg).otherwise(best))
    )
    names = dict(enumerate(CONFIDENCES))
    trust = pl.col("rank").min().replace_strict(names, default=None, return_dtype=pl.String)
    seen_s = pl.col("observed_s").filter(pl.col("steps").is_not_null()).mean()
    return (
        chosen.sort("side")
        .group_by("minute")
        .agg(
            pl.col("steps", *_CYCLES, *_LOADS).mean(),
            trust.alias("confidence"),
            seen_s.alias("leg_observed_s"),
            pl.col("sensor").str.join(" + ").alias("steps_sensor"),
            (pl.col("side").drop_nulls().len() == 1).alias("other_leg_assumed"),
            pl.col("blind_sensor").first(),
            pl.col("told_over_s").is_not_null().any().alias("spread"),
        )
    )


def _seeing(chosen: pl.LazyFrame) -> pl.LazyFrame:
    """The rows without one on a leg that counted too little; `blind_sensor` is that one."""
    blind = pl.col("cycles") * BLIND < pl.col("cycles").max().over("minute")
    name = pl.when("blind").then("sensor").max().over("minute")
    return (
        chosen.with_columns(blind.fill_null(value=False).alias("blind"))
        .with_columns(name.alias("blind_sensor"))
        .filter(~pl.col("blind"))
    )


def _unknown_load(told: pl.LazyFrame) -> pl.LazyFrame:
    """Minutes in which a machine was used whose load it does not know: `minute`, and what that
    needs, `seat_needs` and `feet_needs`."""
    used = (pl.sum_horizontal(_CYCLES) > 0) | (pl.col("active_s") > 0)
    unknown = pl.all_horizontal(pl.col(*_LOADS).is_null())
    seat = pl.col("machine").is_in(_SEATS)
    needs = (
        pl.when(~seat)
        .then(pl.lit("steps"))
        .when(pl.col("power_w").is_null())
        .then(pl.lit("power"))
        .when(pl.all_horizontal(pl.col(*_CYCLES).is_null()))
        .then(pl.lit("crank cadence"))
        .otherwise(pl.lit("body mass"))
    )
    return (
        told.filter(pl.col("machine").is_not_null() & used & unknown)
        .group_by("minute")
        .agg(
            needs.filter(seat).min().alias("seat_needs"),
            needs.filter(~seat).min().alias("feet_needs"),
        )
    )


def _load_needs() -> pl.Expr:
    """What the load of a minute needs, unless another sensor knew it."""
    seat = pl.when(pl.col("assisted_bw").is_null()).then("seat_needs")
    feet = pl.when(pl.col("force_bw").is_null()).then("feet_needs")
    return pl.coalesce(seat, feet)


def _qualified(told: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with cycles: of the machine that was turned, else of the body or a treadmill, else of
    any machine; of those, the ones that observed nearly as long as the longest."""
    loads = told.filter(pl.any_horizontal(pl.col(*_CYCLES).is_not_null()))
    turned = pl.col("turned").any().over("minute")
    only = pl.col("apart").all().over("minute")
    may = loads.filter(pl.when(turned).then(pl.col("turned")).otherwise(~pl.col("apart") | only))
    return may.filter(
        pl.col("observed_s") >= NEARLY_AS_LONG * pl.col("observed_s").max().over("minute")
    )


def _ranked(rows: pl.LazyFrame) -> pl.LazyFrame:
    """With `rank` (of the confidence in a force that is known) and `side`; the best row first."""
    rank = pl.col("confidence").replace_strict(
        list(CONFIDENCES), range(len(CONFIDENCES)), default=-1, return_dtype=pl.Int8
    )
    known = pl.any_horizontal(pl.col(*_LOADS).is_not_null())
    return rows.with_columns(
        pl.when(known).then(rank).otherwise(-1).alias("rank"),
        symmetry.side_of(pl.col("placement")).alias("side"),
    ).sort(
        "minute",
        "rank",
        pl.col("told_over_s").is_not_null(),
        "observed_s",
        "continuous",
        "sensor",
        descending=[False, True, False, True, False, False],
    )


def _set_minutes(practice: Practice) -> pl.LazyFrame:
    """Every minute in which a set was done, once."""
    timed = [each for each in practice.sets if each.timed]
    minutes = sorted({minute for each in timed for minute in _minutes_of(each)})
    return pl.LazyFrame(
        {"minute": minutes, "in_set": [True] * len(minutes)},
        schema={"minute": pl.Datetime("us", "UTC"), "in_set": pl.Boolean},
    )


def _minutes_of(each: TrainingSet) -> Iterator[dt.datetime]:
    """The UTC minutes that a set overlaps, the one it starts in first."""
    minute = each.start.astimezone(dt.UTC).replace(second=0, microsecond=0)
    yield minute
    while each.end is not None and (minute := minute + _MINUTE) < each.end:
        yield minute
