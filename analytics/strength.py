"""Leg exercises: how hard a set loads the legs, and what a day of practice comes to.

A set of n repetitions loads each leg that works n times with the force of `analytics.force`. The
load of a day is the mean over the two legs, as for steps (CL), so ten lunges of the left leg alone
count half of ten of both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analytics import calendar, force
from analytics.expressions import known_sum
from analytics.practice import DETECTED, LOGGED, Practice, TrainingSet, counted
from analytics.week import Day
from devices.profile import Placement
from language.spoken import mark

Mass = float | None | Callable[[dt.date], float | None]
"""Body mass in kg: one for all days, or as of a local date; None is unknown."""

REPETITIONS = 30
"""Repetitions of leg exercises in a day that make it a strength day (design)."""

EXERCISES_A_DAY = 2
"""Or so many different leg exercises (design)."""

KNOWN_WEEKS = 4
"""Weeks, the one in question the last, in which practice must be known for its absence to be a
zero (design)."""

_NO_FORCE = mark("no published force per repetition on file; repetitions count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One leg exercise: its force is that of a case of `force.CASES`, or not known (null).

    unilateral: one leg works at a time, so a set of both legs has twice the movements.
    """

    key: str
    title: str
    unilateral: bool
    force: str | None
    source: str


def _exercise(
    key: str, title: str, case: str | None = None, *, unilateral: bool = False, note: str = ""
) -> Exercise:
    source = force.BY_KEY[case].source if case else _NO_FORCE
    return Exercise(
        key=key, title=title, unilateral=unilateral, force=case, source=f"{source}{note}"
    )


EXERCISES: tuple[Exercise, ...] = (
    _exercise("squat", mark("Squat"), "squat"),
    _exercise("deadlift", mark("Deadlift"), "squat"),
    _exercise("lunge", mark("Lunge"), "lunge", unilateral=True),
    _exercise("step-up", mark("Step-up"), "lunge", unilateral=True),
    _exercise(
        "sit-to-stand",
        mark("Sit-to-stand"),
        "sit-to-stand",
        note=mark("; a weight held is left out"),
    ),
    _exercise("leg-press", mark("Leg press"), "leg-press"),
    _exercise("calf-raise", mark("Calf raise")),
    _exercise("leg-extension", mark("Leg extension")),
    _exercise("leg-curl", mark("Leg curl")),
    _exercise("hip-thrust", mark("Hip thrust")),
    _exercise("hip-abduction", mark("Hip abduction")),
)
"""Every exercise that can be logged or detected; `docs/method.md` prints this table."""

BY_KEY: dict[str, Exercise] = {one.key: one for one in EXERCISES}


def sets_counted(practice: Practice, zone: dt.tzinfo) -> tuple[TrainingSet, ...]:
    """The sets of known leg exercises, by start, each done set once (`practice.counted`)."""
    return counted((one for one in practice.sets if one.exercise in BY_KEY), zone)


def set_forces(sets: Sequence[TrainingSet], *, zone: dt.tzinfo, mass_kg: Mass) -> pl.DataFrame:
    """One row a set, in the order given: how often and how hard it loads the legs.

    date (local), minute (UTC, in which it starts), timed, exercise; repetitions: movements, so
    both legs' of a lunge; cycles: loadings of a leg, mean over both; force_bw: peak force of one on
    the leg that works, BW, null where it is not known; lower_bound: the load was left out, because
    the body mass is unknown. A bilateral exercise on one leg gives that leg twice the force
    (design).
    """
    columns: dict[str, pl.DataType | type[pl.DataType]] = {
        "date": pl.Date,
        "minute": pl.Datetime("us", "UTC"),
        "timed": pl.Boolean,
        "exercise": pl.String,
        "case": pl.String,
        "repetitions": pl.Float64,
        "cycles": pl.Float64,
        "legs": pl.Float64,
        "load": pl.Float64,
        "angle": pl.Float64,
        "mass": pl.Float64,
    }
    rows = pl.DataFrame([_row(one, zone, mass_kg) for one in sets], columns, orient="row")
    unweighed = pl.col("mass").is_null()
    return rows.select(
        "date",
        "minute",
        "timed",
        "exercise",
        "repetitions",
        "cycles",
        (_force() * pl.col("legs")).alias("force_bw"),
        (unweighed & (pl.col("load") > 0) & pl.col("case").is_in(["squat", "lunge"]))
        .fill_null(value=False)
        .alias("lower_bound"),
    )


def _row(one: TrainingSet, zone: dt.tzinfo, mass_kg: Mass) -> tuple[object, ...]:
    exercise, date = BY_KEY[one.exercise], one.start.astimezone(zone).date()
    alone = one.leg is not None
    return (
        date,
        one.start.astimezone(dt.UTC).replace(second=0, microsecond=0),
        one.timed,
        one.exercise,
        exercise.force,
        one.repetitions * (2.0 if exercise.unilateral and not alone else 1.0),
        one.repetitions * (0.5 if alone else 1.0),
        2.0 if alone and not exercise.unilateral else 1.0,
        one.load_kg,
        one.angle_deg,
        mass_kg(date) if callable(mass_kg) else mass_kg,
    )


def _force() -> pl.Expr:
    """F of each row's case; without a body mass that of a squat or lunge without load."""
    case, mass, load = pl.col("case"), pl.col("mass"), pl.col("load")
    lifted = pl.when(mass.is_not_null()).then(load.fill_null(0.0)).otherwise(0.0)
    body = mass.fill_null(1.0)  # cancels where nothing is lifted
    return (
        pl.when(case == "squat")
        .then(force.squat(lifted, mass_kg=body))
        .when(case == "lunge")
        .then(force.lunge(lifted, mass_kg=body))
        .when(case == "sit-to-stand")
        .then(force.SIT_TO_STAND_BW)
        .when(case == "leg-press")
        .then(force.leg_press(load, angle_deg=pl.col("angle"), mass_kg=mass))
    )


def daily(
    practice: Practice,
    zone: dt.tzinfo,
    mass_kg: Mass,
    *,
    repetitions: int = REPETITIONS,
    exercises: int = EXERCISES_A_DAY,
) -> pl.DataFrame:
    """One row a local date with any practice, ordered; nothing is known of other dates.

    date; repetitions and exercises (different ones): null without sets; force_bw: CL of the sets
    in BW per leg, null where no set's force is known; strength: as the person says, else whether
    it reaches `repetitions` or `exercises`, null without sets; unweighed: a weight lifted was left
    out of the force, because the body mass is unknown; balance_min: null without any.
    """
    sets = set_forces(sets_counted(practice, zone), zone=zone, mass_kg=mass_kg)
    trained = sets.group_by("date").agg(
        pl.col("repetitions").sum(),
        pl.col("exercise").n_unique().cast(pl.Float64).alias("exercises"),
        known_sum(pl.col("force_bw") * pl.col("cycles")).alias("force_bw"),
        pl.col("lower_bound").any().alias("unweighed"),
    )
    balanced = _dated(
        [(one.start.astimezone(zone).date(), one.minutes) for one in practice.balance],
        "balance_min",
        pl.Float64(),
    )
    said = _dated(list(dict(practice.confirmed).items()), "said", pl.Boolean())
    enough = (pl.col("repetitions") >= repetitions) | (pl.col("exercises") >= exercises)
    return (
        trained.join(said, on="date", how="full", coalesce=True)
        .join(balanced.group_by("date").sum(), on="date", how="full", coalesce=True)
        .select(
            "date",
            "repetitions",
            "exercises",
            "force_bw",
            "unweighed",
            pl.coalesce("said", enough).alias("strength"),
            "balance_min",
        )
        .sort("date")
    )


def _dated(rows: list[tuple[dt.date, float]], name: str, kind: pl.DataType) -> pl.DataFrame:
    return pl.DataFrame(rows, {"date": pl.Date(), name: kind}, orient="row")


def cycles(practice: Practice, zone: dt.tzinfo, mass_kg: Mass) -> pl.DataFrame:
    """What the osteogenic index needs of the sets: date, minute, timed, force_bw, cycles of a leg.

    One row a set whose force is known, ordered; all of its cycles stand in the minute it starts,
    which of one that is not timed is the noon of its day.
    """
    sets = set_forces(sets_counted(practice, zone), zone=zone, mass_kg=mass_kg)
    known = sets.filter(pl.col("force_bw").is_not_null())
    columns = ("date", "minute", "timed", "force_bw", "cycles")
    return known.select(columns).sort("minute", "force_bw", "cycles")


def as_sets(rows: pl.DataFrame, *, placement: Placement, sensor: str) -> tuple[TrainingSet, ...]:
    """Sets that a motion sensor saw; none but of a leg sensor and of a known leg exercise.

    rows: one a set: start_s, end_s (UTC, s since 1970), kind, repetitions, quality. A unilateral
    exercise counts on the sensor's own leg.
    """
    if placement.leg is None:
        return ()
    return tuple(
        TrainingSet(
            start=dt.datetime.fromtimestamp(row["start_s"], dt.UTC),
            end=dt.datetime.fromtimestamp(row["end_s"], dt.UTC),
            exercise=key,
            repetitions=int(row["repetitions"]),
            leg=placement.leg if BY_KEY[key].unilateral else None,
            source=DETECTED,
            sensor=sensor,
            quality=row["quality"],
        )
        for row in rows.sort("start_s").iter_rows(named=True)
        if (key := (row["kind"] or "").replace(" ", "-")) in BY_KEY
    )


def with_zeros(
    days: Sequence[Day], practice: Practice, *, zone: dt.tzinfo, today: dt.date
) -> list[Day]:
    """The days with zeros where nothing was practised, as far as that is known.

    Days that have begun: all of them where the person logs all of it, or logged any in that ISO
    week or the KNOWN_WEEKS - 1 before it (so practice should reach as far back); where sets were
    only detected, valid days. A day with practice counts as recorded.
    """
    logged = _weeks([one.start for one in practice.sets if one.source == LOGGED], zone)
    logged |= {calendar.week_of(date) for date, _ in practice.confirmed}
    detected = _weeks([one.start for one in practice.sets if one.source == DETECTED], zone)
    balanced = _weeks([one.start for one in practice.balance], zone)

    def known(day: Day, weeks: set[str]) -> bool:
        back = range(KNOWN_WEEKS) if weeks and day.date <= today else ()
        return any(calendar.week_of(day.date - dt.timedelta(weeks=one)) in weeks for one in back)

    filled = []
    for day in days:
        begun = day.date <= today
        sets = begun and (practice.logs_strength or known(day, logged))
        sets = sets or (day.valid and known(day, detected))
        balance = begun and (practice.logs_balance or known(day, balanced))
        filled.append(_filled(day, sets=sets, balance=balance))
    return filled


def _weeks(starts: Sequence[dt.datetime], zone: dt.tzinfo) -> set[str]:
    return {calendar.week_of(start.astimezone(zone).date()) for start in starts}


def _filled(day: Day, *, sets: bool, balance: bool) -> Day:
    done = bool(day.repetitions or day.strength or day.balance_min)
    if sets and day.strength is None:
        day = replace(day, strength=False, repetitions=0.0, exercises=0.0)
    if balance and day.balance_min is None:
        day = replace(day, balance_min=0.0)
    return replace(day, recorded=day.recorded or done)
