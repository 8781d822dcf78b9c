"""Left against right: |L - R| / mean of contact time in walking. Shown, never scored.

It takes sensors on the same part of both legs: a foot and a shank do not time a contact alike.
Level walking is ordinarily 3-5 % apart, stairs 5-15 % (Stacoff 2005). No sensor here tells every
level stride from every sloping one, so a day says nothing before it has many clear walking strides
of each leg; how many, and from where on it is worth a look, stands in the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analytics.protocol import SymmetryRules
from analytics.week import Day, Symmetry, unmeasured
from devices.profile import LEG_PLACEMENTS
from language.formats import decimal
from language.spoken import _

_SIDES = {placement.value: placement.leg for placement in LEG_PLACEMENTS}
_PARTS = {placement.value: placement.value.partition("-")[2] for placement in LEG_PLACEMENTS}


def side_of(placement: pl.Expr) -> pl.Expr:
    """`left` or `right`; null where a placement is not on one leg."""
    return placement.replace_strict(_SIDES, default=None, return_dtype=pl.String)


def asymmetry_percent(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """|L - R| / mean of both, in percent."""
    return (left - right).abs() / ((left + right) / 2.0) * 100.0


def contact_pairs(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Minutes in which both legs walked and were seen on the same part: `minute`,
    `contact_left_s`, `contact_right_s`, `contact_strides` (of the leg with fewer).

    rows: SensorMinutes. Of several sensors on one spot the one with the most strides counts, of
    several pairs the one with the most, then the first by name.
    """
    part = pl.col("placement").replace_strict(_PARTS, default=None, return_dtype=pl.String)
    strides = pl.col("contact_strides")
    times = [
        pl.col("contact_s").filter(pl.col("side") == side).first().alias(f"contact_{side}_s")
        for side in ("left", "right")
    ]
    return (
        rows.with_columns(side_of(pl.col("placement")).alias("side"), part.alias("part"))
        .filter(pl.col("side").is_not_null() & (pl.col("contact_s") > 0) & (strides > 0))
        .sort(strides, "sensor", descending=[True, False])
        .unique(["minute", "part", "side"], keep="first", maintain_order=True)
        .group_by("minute", "part")
        .agg(*times, strides.min())
        .drop_nulls(["contact_left_s", "contact_right_s"])
        .sort("minute", "contact_strides", "part", descending=[False, True, False])
        .unique("minute", keep="first", maintain_order=True)
        .drop("part")
    )


def day_symmetry(minutes: pl.LazyFrame, *, rules: SymmetryRules) -> pl.LazyFrame:
    """One row a day with enough strides of both legs: `date`, `contact_left_s`,
    `contact_right_s` (means weighted by the strides of the leg with fewer), `asymmetry_percent`.

    minutes: Minutes of one person.
    """
    strides = pl.col("contact_strides")
    means = [
        ((pl.col(name) * strides).sum() / strides.sum()).alias(name)
        for name in ("contact_left_s", "contact_right_s")
    ]
    share = asymmetry_percent(pl.col("contact_left_s"), pl.col("contact_right_s"))
    return (
        minutes.filter(strides.is_not_null())
        .group_by("date")
        .agg(*means, strides.sum())
        .filter(strides >= rules.strides)
        .select("date", "contact_left_s", "contact_right_s", share.alias("asymmetry_percent"))
    )


def week_symmetry(days: Sequence[Day], *, minutes: pl.LazyFrame, rules: SymmetryRules) -> Symmetry:
    """The symmetry of some days, such as the seven of a week.

    minutes: Minutes of the person over those days; more does no harm. `longer` names the leg in
    contact longer on every one of the days that count; legs that take turns have none.
    """
    dates = [day.date for day in days]
    own = minutes.filter(pl.col("date").is_in(dates))
    seen = day_symmetry(own, rules=rules).collect()
    if seen.is_empty():
        return Symmetry(
            percent=None,
            longer=None,
            days=0,
            note=unmeasured(
                _(
                    "it takes a sensor on the same part of each leg, and on one day "
                    "{strides} clear walking strides of both.",
                    strides=decimal(rules.strides),
                )
            ),
        )
    sides = {_longer(*pair) for pair in seen.select("contact_left_s", "contact_right_s").rows()}
    return Symmetry(
        percent=float(seen.select(pl.col("asymmetry_percent").mean()).item()),
        longer=next(iter(sides)) if len(sides) == 1 else None,
        days=len(seen),
        note=_("It was not the same leg on every day.") if len(sides) > 1 else "",
    )


def worth_a_look(days: Sequence[Day], *, rules: SymmetryRules) -> bool:
    """Whether enough of some days are further apart than ordinary to say so."""
    percents = [day.asymmetry_percent for day in days if day.asymmetry_percent is not None]
    return sum(percent > rules.look_percent for percent in percents) >= rules.look_days


def _longer(left_s: float, right_s: float) -> str | None:
    if left_s == right_s:
        return None
    return "left" if left_s > right_s else "right"
