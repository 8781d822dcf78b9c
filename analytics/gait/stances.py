"""One row a stride, at the trunk a step: contacts, contact time, whether it runs, peak force."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics import force
from analytics.gait.contacts import Wanted, contacts_on
from analytics.gait.lobes import Floats
from analytics.gait.rhythm import spread
from analytics.gait.steps import RUNNING_SPM, steps_on, to_stretches
from analytics.motion import check_unit, placed
from devices.profile import Placement

PAUSE_S = 3.0
"""A stride whose successor comes later than this has no known contact time (design)."""
STANCE_SHARE = (0.3, 0.85)
"""Share of a stride that a walking foot plausibly spends on the ground (design)."""
RUN_STANCE_SHARE = (0.15, 0.5)
"""The same in running; half is where flight begins (design)."""
CONTACT_SHARE = 0.895
"""Contact time of running read from a foot sensor, as a share of the true one: -10.5 % (Falbriard
2017, ISBS Proceedings 35:504, abstract read; for other features than ours, not measured here)."""

FLIGHT_SPM = 120.0
"""Below this cadence flight is disbelieved (design: on walks a missed push-off looks like it)."""
EVEN = 0.6
"""Evenness from which a lower leg pedals: halfway between real walks (at most 0.50, median of five)
and made-up pedalling (mostly 0.73 and more); no real pedalling was at hand (docs/contacts.md)."""

SMOOTH = 0.8
"""Smoothness from which it pedals, besides: between real walks (95 % of their strides at most 0.46)
and made-up pedalling (0.95); made-up running on a shank turns evenly (0.7) but reaches 0.64."""

STANCES = {
    "time_s": pl.Float64,
    "steps": pl.Float64,
    "stride_s": pl.Float64,
    "tc_s": pl.Float64,
    "lift_s": pl.Float64,
    "flat_s": pl.Float64,
    "swing_s": pl.Float64,
    "contact_s": pl.Float64,
    "cadence_spm": pl.Float64,
    "running": pl.Boolean,
    "cycling": pl.Boolean,
    "force_bw": pl.Float64,
    "confidence": pl.String,
    "quality": pl.String,
    "even": pl.Float64,
    "smooth": pl.Float64,
    "shock_g": pl.Float64,
}


def find_stances(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    contact_share: float = CONTACT_SHARE,
    sparing: bool = False,
) -> pl.DataFrame:
    """Rows of `detect_steps`, a stride of a leg or a step at the trunk, with contacts and force.

    Arguments and errors as there; contact_share: see CONTACT_SHARE, 1 to switch it off. `time_s` is
    the initial contact, or the event itself where no contact is clear; `contact_s` the time on the
    ground from then to the next terminal contact, as read; `swing_s` the time off the ground before
    it; `force_bw` its peak force in body weights, with the `confidence` of the force table. Where a
    lower leg with a gyroscope pedals, `cycling` is true (null where that cannot be seen), nothing
    is running and the force is null: that takes a power meter. `quality` is `clear`, `doubtful`, or
    null where contacts cannot be seen (thigh, trunk).

    sparing: contacts only where `running`, `cycling`, `force_bw` or `confidence` may depend on
    them; these are the same, the other columns of the rest are not looked for.
    """
    placement = placed(placement)
    stretches = to_stretches(time_s, acc_g, gyro_dps, rate_hz=rate_hz, placement=placement)
    if not sparing:  # of what was recorded, the scale was judged before it was stored
        check_unit(acc_g)
    gyroscope = gyro_dps is not None
    steps = steps_on(stretches, gyroscope=gyroscope, placement=placement)
    wanted = _decisive(steps) if sparing else None
    contacts = contacts_on(
        stretches, steps, gyroscope=gyroscope, placement=placement, wanted=wanted
    )
    rows = pl.concat([steps.drop("time_s"), contacts], how="horizontal")
    timed = rows.with_columns(_contact_s(), swing_s=pl.col("time_s") - pl.col("tc_s"))
    judged = timed.with_columns(_quality(seen=contacts["stretch"].is_not_null().any()))
    moved = judged.with_columns(_cycling()).with_columns(_running())
    loaded = moved.with_columns(_force(contact_share))
    return loaded.with_columns(
        pl.coalesce("time_s", "stride_s").alias("time_s"), _confidence()
    ).select(pl.col(name).cast(kind) for name, kind in STANCES.items())


def _decisive(steps: pl.DataFrame) -> Wanted:
    """Strides whose contacts may tell a run: those fast enough for flight, the two on either side
    that vote with them, and one more whose terminal contact ends the last one's contact time."""
    fast = steps["cadence_spm"].fill_null(0.0).to_numpy() >= FLIGHT_SPM
    return Wanted(strides=spread(fast, 2, 3), even=EVEN)


def _next(name: str) -> pl.Expr:
    """A column of the next stride, unless samples were lost or the foot paused in between."""
    same = (pl.col("stretch") == pl.col("stretch").shift(-1)) & (_stride_s() <= PAUSE_S)
    return pl.when(same).then(pl.col(name).shift(-1))


def _stride_s() -> pl.Expr:
    """From this stride to the next, s."""
    return pl.col("stride_s").shift(-1) - pl.col("stride_s")


def _contact_s() -> pl.Expr:
    """From this initial contact to the terminal contact that ends it, s."""
    contact = _next("tc_s") - pl.col("time_s")
    return pl.when(contact > 0.0).then(contact).alias("contact_s")


def _quality(*, seen: bool) -> pl.Expr:
    """Whether both contacts and the contact time are there and plausible together."""
    if not seen:
        return pl.lit(None, pl.String).alias("quality")
    share = pl.col("contact_s") / _stride_s()
    clear = pl.col("swing_s").is_not_null() & (
        share.is_between(*STANCE_SHARE)
        | (share.is_between(*RUN_STANCE_SHARE) & (pl.col("cadence_spm") >= RUNNING_SPM))
    )
    return (
        pl.when(clear.fill_null(value=False))
        .then(pl.lit("clear"))
        .otherwise(pl.lit("doubtful"))
        .alias("quality")
    )


def _running() -> pl.Expr:
    """Flight, contact shorter than a step at a cadence that can be a run, in most of three
    neighbouring strides whose contacts are clear; else the cadence rule of detect_steps."""
    clear = pl.col("quality").eq_missing(pl.lit("clear"))
    flight = pl.when(clear).then(_flight())
    near = pl.concat_list(flight.shift(1), flight, flight.shift(-1)).list.drop_nulls()
    agreed = pl.when(near.list.len() >= 2).then(near.list.eval(pl.element().cast(pl.Float64)))
    runs = pl.coalesce(agreed.list.mean() > 0.5, "running")
    return (runs & ~pl.col("cycling").fill_null(value=False)).alias("running")


def _cycling() -> pl.Expr:
    """Whether most of the five strides around, none over 3 s away from the next, turn evenly and
    are not knocked."""
    run = (pl.col("stride_s").diff().fill_null(0.0) > PAUSE_S).cum_sum()
    even, smooth = (
        pl.col(name).rolling_median(5, center=True, min_samples=3).over(run)
        for name in ("even", "smooth")
    )
    pedals = ((even >= EVEN) & (smooth >= SMOOTH)).fill_null(value=False)
    return pl.when(pl.col("even").is_not_null()).then(pedals).alias("cycling")


def _flight() -> pl.Expr:
    """Whether the foot is down for less than a step, so that for a while no foot is."""
    short = pl.col("contact_s") < 60.0 / pl.col("cadence_spm")
    return short & (pl.col("cadence_spm") >= FLIGHT_SPM)


def _by_contact() -> pl.Expr:
    """Whether the force comes from the contact time: a clear running stride with flight."""
    clear = pl.col("quality").eq_missing(pl.lit("clear"))
    return (pl.col("running") & clear & _flight()).fill_null(value=False)


def _force(contact_share: float) -> pl.Expr:
    """Peak force, BW: running by contact time where it is clear; speeds are unknown here."""
    contact = force.run_at_contact(
        pl.col("contact_s") / contact_share, cadence_spm=pl.col("cadence_spm")
    )
    return (
        pl.when(pl.col("cycling").fill_null(value=False))
        .then(None)
        .when(_by_contact())
        .then(contact)
        .when(pl.col("running").fill_null(value=False))
        .then(pl.lit(force.RUN_BW))
        .otherwise(pl.lit(force.WALK_BW))
        .alias("force_bw")
    )


def _confidence() -> pl.Expr:
    """Confidence of the row of the force table that was used."""
    trust = {key: force.BY_KEY[key].confidence for key in ("run-contact", "run", "walk")}
    return (
        pl.when(pl.col("force_bw").is_null())
        .then(None)
        .when(_by_contact())
        .then(pl.lit(trust["run-contact"]))
        .when(pl.col("running").fill_null(value=False))
        .then(pl.lit(trust["run"]))
        .otherwise(pl.lit(trust["walk"]))
        .alias("confidence")
    )
