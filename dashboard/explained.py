"""How a person is scored: their target set at their age, and worked examples of the dose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from analytics import dose, force
from analytics.calendar import WEEK_DAYS
from analytics.frames import METHOD
from analytics.machines import FOOT_POD, MACHINES
from analytics.person import PersonFacts
from analytics.protocol import Protocol
from analytics.scorecard import score_week
from analytics.week import Component, Day

FORCES_BW = {
    "walk": force.WALK_BW,
    "run": force.RUN_BW,
    "sit-to-stand": force.SIT_TO_STAND_BW,
    **force.MACHINE_BW,
}
"""Peak force of one cycle by key of its case, where it is one number that is in use."""

COUNTS = {"sit-to-stand": 10}
USUAL_COUNT = 1000
"""How often an example is done (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """So many steps, strokes or stands, and the dose they make.

    cycles: on each leg; load_bw: the sum of peak forces, mean of both legs; step_eq: the dose.
    """

    key: str
    count: int
    force_bw: float
    cycles: float
    load_bw: float
    step_eq: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The rules that hold for one person. components: without a week's values; age in years."""

    method: str
    protocol: Protocol
    age: int | None
    scored: bool
    components: tuple[Component, ...]
    examples: tuple[Example, ...]


def explained(person: PersonFacts, protocol: Protocol, today: dt.date) -> Explained:
    """What holds for a person today; the lines are those of a week without a recording."""
    monday = today - dt.timedelta(days=today.weekday())
    days = [_empty(monday + dt.timedelta(days=count)) for count in range(WEEK_DAYS)]
    card = score_week(days, person=person, protocol=protocol, today=today)
    return Explained(
        method=METHOD,
        protocol=protocol,
        age=person.age_on(monday),
        scored=not person.no_score,
        components=card.components,
        examples=tuple(example(key) for key in FORCES_BW),
    )


def example(key: str) -> Example:
    """The worked example of one case of the force table."""
    count, force_bw = COUNTS.get(key, USUAL_COUNT), FORCES_BW[key]
    cycles = count * _cycles_per_count(key)
    each_leg = pl.lit(cycles * force_bw)
    load = dose.cumulative_load(each_leg, each_leg)
    row = pl.select(load.alias("load"), dose.step_equivalents(load).alias("step_eq"))
    return Example(
        key=key,
        count=count,
        force_bw=force_bw,
        cycles=cycles,
        load_bw=row["load"].item(),
        step_eq=row["step_eq"].item(),
    )


def _cycles_per_count(key: str) -> float:
    """Cycles on each leg for one count: half of the steps, all of what both legs do at once."""
    if key in ("walk", "run"):
        return FOOT_POD.per_count
    return next((machine.per_count for machine in MACHINES if machine.force == key), 1.0)


def _empty(date: dt.date) -> Day:
    return Day(
        date=date,
        hours=24.0,
        recorded=False,
        excused=False,
        valid=False,
        future=False,
        wear_h=None,
        observed_h=None,
        steps=None,
        lld=None,
        credit=None,
        loaded_min=None,
        aerobic_min=None,
        peak30_spm=None,
    )
