"""What foot pods, bikes and fitness machines say of the legs, as sums a minute.

A cycle is one push of one leg: a pedal turn, a stroke, a step of that foot. Where no power is
pushed, a turning crank loads no leg and counts none. A bike's force needs power, crank cadence and
body mass; its cycles need no mass. A part of a minute in which something is not known is left out
of its sums, and a minute in which it is never known has null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics import force, intensity
from analytics.held import BRIDGED_S, held, mean, total
from analytics.machines import COUNTED, MACHINES, Machine
from devices.cycling_power import MOST_POWER_W
from devices.profile import Channel
from devices.revolutions import MOST_CRANK_RPM

PLAUSIBLE: dict[str, tuple[float, float]] = {
    Channel.CRANK_CADENCE: (0.0, MOST_CRANK_RPM),
    Channel.POWER: (-MOST_POWER_W, MOST_POWER_W),
    Channel.STEP_CADENCE: (0.0, 400.0),
    Channel.STROKE_CADENCE: (0.0, 100.0),
    Channel.SPEED: (0.0, 12.5),
    Channel.INCLINE: (-50.0, 50.0),
    Channel.CONTACT_TIME: (0.05, 2.0),
}
"""What a sensor says outside of these is unknown (design: beyond sprinters and any belt)."""

MOST_COUNTED = 25.0
"""More steps between two counts than this were not stepped (design: 5 a second for 5 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Whose legs: mass and carried load in kg; sex `male`, `female` or None."""

    mass_kg: float | None
    load_kg: float = 0.0
    sex: str | None = None

    @property
    def weighed(self) -> bool:
        """Whether what the feet carry is known in body weights."""
        return self.load_kg <= 0 or self.mass_kg is not None


def cycle_minutes(
    samples: pl.LazyFrame, *, machines: Sequence[Machine], body: Body
) -> pl.LazyFrame:
    """The columns of SensorMinutes that tell of the legs; one row a minute, in no order.

    samples: SlowSamples with the cadence of a foot pod as STEP_CADENCE; machines: what the sensor
    is. Where it is several, a minute is of the first that says whether the legs moved.
    """
    plausible = samples.filter(_plausible())
    said = pl.concat([plausible, counted(plausible)])
    frames = [
        _minutes(said, machine=machine, body=body).with_columns(pl.lit(order).alias("order"))
        for order, machine in enumerate(machines)
    ]
    return (
        pl.concat(frames)
        .sort("minute", pl.col("active_s").is_null(), "order")
        .unique("minute", keep="first", maintain_order=True)
        .drop("order")
    )


def counted(samples: pl.LazyFrame) -> pl.LazyFrame:
    """A step count as samples of COUNTED in steps/min, each until the next count.

    NaN, so unknown, where the next one is more than 5 s away or tells more steps than can be. A
    count that falls has begun again at zero.
    """
    counts = (
        samples.filter(pl.col("channel") == Channel.STEP_COUNT.value)
        .group_by("time")
        .agg(pl.col("value").max())
        .sort("time")
    )
    more = pl.col("value").shift(-1) - pl.col("value")
    steps = pl.when(more < 0).then(pl.col("value").shift(-1)).otherwise(more)
    gap_s = (pl.col("time").shift(-1) - pl.col("time")).dt.total_nanoseconds() / 1e9
    known = (gap_s <= BRIDGED_S) & (steps <= MOST_COUNTED)
    rate = pl.when(known).then(steps / gap_s * 60.0).otherwise(float("nan"))
    return counts.select("time", pl.lit(COUNTED).alias("channel"), rate.alias("value"))


def _plausible() -> pl.Expr:
    bounds = zip(*PLAUSIBLE.values(), strict=True)
    least, most = (
        pl.col("channel").replace_strict(
            [str(channel) for channel in PLAUSIBLE], list(bound), default=None
        )
        for bound in bounds
    )
    outside = (pl.col("value") < least) | (pl.col("value") > most)
    return ~outside.fill_null(value=False)


def _minutes(samples: pl.LazyFrame, *, machine: Machine, body: Body) -> pl.LazyFrame:
    """Minutes of a sensor as one kind of machine."""
    own, by = pl.col("own_mets"), pl.lit(machine.mets_by, pl.String)
    word = pl.when(pl.col("said_mets").is_not_null()).then(pl.lit("machine"))
    return (
        _reckoned(held(samples, machine.channels), machine, body)
        .group_by("minute")
        .agg(*_load(machine, body), *_effort(machine))
        .with_columns(
            pl.lit(machine.key if machine in MACHINES else None, pl.String).alias("machine"),
            pl.coalesce(own, "said_mets").alias("mets"),
            pl.when(own.is_not_null()).then(by).otherwise(word).alias("mets_by"),
        )
        .drop("own_mets", "said_mets")
    )


def _load(machine: Machine, body: Body) -> list[pl.Expr]:
    """Sums of a minute: cycles and their force, of feet that carry the body or on a seat."""
    force_bw = total(pl.col("bw"), active=pl.col("active"))
    cycles = total(pl.col("cycles"), active=pl.col("active"))
    none = pl.lit(None, pl.Float64)
    feet, seat = (cycles, force_bw), (none, none)
    if not machine.weight_bearing:
        feet, seat = seat, feet
    return [
        (cycles * 2.0 if machine.walked else none).alias("steps"),
        feet[0].alias("cycles"),
        feet[1].alias("force_bw"),
        seat[0].alias("assisted_cycles"),
        seat[1].alias("assisted_bw"),
        pl.when(force_bw.is_not_null()).then(_confidence(machine, body)).alias("confidence"),
        (_run_share() if machine.walked else none).alias("run_share"),
    ]


def _effort(machine: Machine) -> list[pl.Expr]:
    """Means of a minute, and the seconds that they speak for."""
    active = pl.when("active")
    known = pl.col("active").is_not_null().any()
    return [
        pl.col("hold_s").sum().alias("cycles_s"),
        mean(active.then("speed")).alias("speed_mps"),
        mean(_of(machine, Channel.POWER).clip(lower_bound=0.0)).alias("power_w"),
        mean(active.then("own_mets")).alias("own_mets"),
        mean(active.then("said_mets")).alias("said_mets"),
        pl.when(known).then(pl.col("hold_s").filter("active").sum()).alias("active_s"),
    ]


def _reckoned(stretches: pl.LazyFrame, machine: Machine, body: Body) -> pl.LazyFrame:
    """Each stretch with its cycles and force of a leg, and what its seconds cost."""
    cadence = pl.coalesce(machine.cadence, _of(machine, COUNTED))
    if machine.force == "bike":
        cadence = pl.when(pl.col(Channel.POWER) <= 0).then(0.0).otherwise(cadence)
    moving = cadence if machine.moving is None else pl.max_horizontal(cadence, machine.moving)
    pace = pl.col(Channel.SPEED) if machine.walked else pl.lit(None, pl.Float64)
    running = _of(machine, Channel.RUNNING) > 0
    return (
        stretches.with_columns(
            (cadence * machine.per_count * pl.col("hold_s") / 60.0).alias("cycles"),
            (moving > 0).alias("active"),
            pl.when(pace > 0).then(pace).alias("speed"),
            _of(machine, Channel.METABOLIC_EQUIVALENT).alias("said_mets"),
        )
        .with_columns(
            force.runs(running=running, speed_mps=pl.col("speed"), cadence_spm=cadence).alias("run")
        )
        .with_columns(_timed(machine, cadence).alias("timed_bw"))
        .with_columns(
            pl.when(pl.col("cycles") == 0.0)
            .then(0.0)
            .otherwise(pl.col("cycles") * _force(machine, body))
            .alias("bw"),
            _mets(machine, body).alias("own_mets"),
        )
    )


def _of(machine: Machine, channel: str) -> pl.Expr:
    return pl.col(channel) if channel in machine.channels else pl.lit(None, pl.Float64)


def _force(machine: Machine, body: Body) -> pl.Expr:
    """Peak force of one cycle of one leg, BW."""
    if machine.force == "bike":
        mass_kg = pl.lit(body.mass_kg, pl.Float64)
        return force.bike(pl.col(Channel.POWER), rpm=pl.col(Channel.CRANK_CADENCE), mass_kg=mass_kg)
    if not machine.weight_bearing:
        return pl.lit(force.MACHINE_BW[machine.force])
    carried = force.carried(load_kg=body.load_kg, mass_kg=body.mass_kg)
    if not machine.walked:
        return pl.lit(force.MACHINE_BW[machine.force] * carried)
    speed = pl.col("speed")
    run = pl.coalesce("timed_bw", force.run_at_speed(speed, sex=body.sex))
    return pl.when("run").then(run).otherwise(force.walk(speed)) * carried


def _timed(machine: Machine, cadence: pl.Expr) -> pl.Expr:
    """Force of a running step by its contact time, BW; null where that is unknown, or so long that
    there was no flight (design)."""
    contact_s = _of(machine, Channel.CONTACT_TIME)
    flies = pl.col("run") & (contact_s < 60.0 / cadence)
    return pl.when(flies).then(force.run_at_contact(contact_s, cadence_spm=cadence))


def _mets(machine: Machine, body: Body) -> pl.Expr:
    """METs by the formula of the machine, null where it has none or lacks what that needs.

    A belt that tells no incline in a minute is level there: a lower bound (design). Downhill the
    formulas do not hold.
    """
    if machine.mets_by == "power":
        power = pl.col(Channel.POWER)
        cost = intensity.cycle_mets(power, mass_kg=pl.lit(body.mass_kg, pl.Float64))
        return pl.when(power > 0).then(cost)
    if machine.mets_by is None:
        return pl.lit(None, pl.Float64)
    incline = _of(machine, Channel.INCLINE)
    flat = incline.is_null().all().over("minute")
    grade = pl.when(flat).then(0.0).otherwise(incline / 100.0)
    speed_m_min = pl.col("speed") * 60.0
    run = intensity.run_mets(speed_m_min, grade=grade)
    walk = intensity.walk_mets(speed_m_min, grade=grade)
    return pl.when(grade >= 0.0).then(pl.when("run").then(run).otherwise(walk))


def _confidence(machine: Machine, body: Body) -> pl.Expr:
    """As the force case says; low where a walker's speed or what the feet carry is not known."""
    known, blind = force.BY_KEY[machine.force].confidence, force.BY_KEY["walk"].confidence
    if machine.weight_bearing and not body.weighed:
        return pl.lit(blind)
    if not machine.walked:
        return pl.lit(known)
    stepped, timed = pl.col("cycles") > 0, pl.col("timed_bw").is_not_null()
    unsure = (stepped & pl.col("speed").is_null() & ~timed).any()
    best = force.BY_KEY["carried" if body.load_kg > 0 else "run-contact"].confidence
    return (
        pl.when(unsure)
        .then(pl.lit(blind))
        .when(stepped.any() & (timed | ~stepped).all())
        .then(pl.lit(best))
        .otherwise(pl.lit(known))
    )


def _run_share() -> pl.Expr:
    cycles = pl.col("cycles").sum()
    running = pl.col("cycles").filter("run").sum()
    return pl.when(cycles > 0).then((running / cycles).clip(0.0, 1.0))
