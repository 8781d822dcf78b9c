"""When one foot leaves the ground and comes back: terminal and initial contact of every stride.

With a gyroscope both are features of the rotation about the leg's main axis: the foot's push-off
peak is the terminal contact, the end of its forward swing the initial contact (in running the
landing peak that follows: Falbriard 2018, doi:10.3389/fphys.2018.00610, abstract read); at an ankle
or shank the peaks before and after the swing (Aminian 2002, doi:10.1016/S0021-9290(02)00008-8,
abstract read; Salarian 2004, doi:10.1109/TBME.2004.827933, not read). Without a gyroscope the
shaking before and after a swing stands in. Everything happens on the grid of 25 cells a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.gait.evenness import at_most_even, evenness, smoothness
from analytics.gait.grid import GRID_HZ, Stretch
from analytics.gait.instants import at, fall, inside, passing, rise, top
from analytics.gait.lobes import (
    AHEAD,
    PAST,
    REACH,
    Bools,
    Floats,
    Ints,
    Swings,
    Windows,
    swings,
    windows,
)
from analytics.gait.movement import shake
from analytics.gait.rhythm import spread
from analytics.gait.steps import to_stretches
from analytics.motion import check_unit, placed
from devices.profile import Placement

FEET = frozenset({Placement.LEFT_FOOT, Placement.RIGHT_FOOT})
THIGHS = frozenset({Placement.LEFT_THIGH, Placement.RIGHT_THIGH})

BEFORE, AFTER = 2 * PAST + 2, 2 * AHEAD + 2
"""Strides before and after one that its axis and the votes on it need."""
VOTERS = 4
"""Strides whose evenness may count in one median of five, on either side of one of them."""
NEARLY = 0.05
"""How far a bound of evenness may err by the cells at a window's ends (design)."""

CONTACTS = {
    "stride_s": pl.Float64,
    "lift_s": pl.Float64,
    "tc_s": pl.Float64,
    "time_s": pl.Float64,
    "flat_s": pl.Float64,
    "even": pl.Float64,
    "smooth": pl.Float64,
    "shock_g": pl.Float64,
    "stretch": pl.Int64,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMethod:
    """The constants of contact detection; docs/contacts.md says where each comes from."""

    push_s: float = 0.4  # how long before the swing a push-off may peak
    land_s: float = 0.3  # how long after it a landing may peak
    clear_dps: float = 30.0  # a peak lower than this is no peak
    clear_share: float = 0.1  # nor one lower than this share of the swing's
    lift_share: float = 0.4  # the heel lifts where this share of the push-off is reached
    flat_dps: float = 40.0  # the foot is flat where it turns slower
    run_spm: float = 140.0
    gravity_sigma_s: float = 0.2
    before_s: float = 0.7  # without a gyroscope: the foot leaves this long before at most,
    after_s: float = 0.45  # comes back this long after at most,
    shock_share: float = 0.3  # and leaves when it shakes this share of its hardest before
    batch: int = 4096  # strides at once


METHOD = ContactMethod()


def find_contacts(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    steps: pl.DataFrame,
    method: ContactMethod = METHOD,
) -> pl.DataFrame:
    """Contacts of the strides that `detect_steps` found in the same arrays, one row each.

    Gives, in s of the same origin: `stride_s` (the event of detect_steps), `lift_s` (the foot
    starts to turn), `tc_s`, `time_s` (initial contact) and `flat_s` (it has come to rest); `even`,
    how much of the turning one sine a stride explains; `shock_g`, the hardest shake of the swing;
    `stretch`, number of the unbroken run of samples. Null where nothing is clear, and everywhere
    for a thigh, a trunk, and an ankle or shank without gyroscope.
    """
    placement = placed(placement)
    stretches = to_stretches(time_s, acc_g, gyro_dps, rate_hz=rate_hz, placement=placement)
    check_unit(acc_g)
    gyroscope = gyro_dps is not None
    return contacts_on(stretches, steps, gyroscope=gyroscope, placement=placement, method=method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which strides (n,) of all need contacts; besides them, those that may be as even as `even`.

    The others stay null, their `even` is then no less than it would be, and below `even`."""

    strides: Bools
    even: float


def contacts_on(
    stretches: list[Stretch],
    steps: pl.DataFrame,
    *,
    gyroscope: bool,
    placement: Placement,
    method: ContactMethod = METHOD,
    wanted: Wanted | None = None,
) -> pl.DataFrame:
    """Rows of `find_contacts` from what `to_stretches` gives; wanted: None for all."""
    found = steps["time_s"].to_numpy().astype(np.float64)
    if not len(found) or not sees_contacts(placement, gyroscope=gyroscope):
        return _nothing(found)
    fast = steps["cadence_spm"].fill_null(0.0).to_numpy() >= method.run_spm
    rows = {name: np.full(len(found), np.nan) for name in CONTACTS} | {"stride_s": found}
    late = fast | (placement not in FEET)
    unbroken = itertools.chain.from_iterable(stretch.unbroken() for stretch in stretches)
    for number, stretch in enumerate(unbroken):
        ends = np.array([stretch.first, stretch.first + len(stretch.values)]) / GRID_HZ
        own = np.arange(*np.searchsorted(found, ends).tolist())
        rows["stretch"][own] = number
        if wanted is not None:
            rows["even"][own] = even = _at_most_even(stretch, found[own])
            needed = wanted.strides[own] | spread(even >= wanted.even - NEARLY, VOTERS, VOTERS)
            own = own[spread(needed, BEFORE, AFTER)]
        for part, around in _batches(0, len(own), method.batch):
            here = slice(part.start - around.start, part.stop - around.start)
            columns = _contacts(
                stretch, found[own[around]], late[own[around]], method, shocks=wanted is None
            )
            for name, values in columns.items():
                rows[name][own[part]] = values[here]
    return pl.DataFrame(rows).fill_nan(None).cast(dict(CONTACTS))  # type: ignore[arg-type]


def _at_most_even(stretch: Stretch, strides_s: Floats) -> Floats:
    """Bounds of `even`; NaN where it would be null."""
    turns = stretch.values.shape[1] > 3
    return at_most_even(stretch, strides_s) if turns else np.full(len(strides_s), np.nan)


def sees_contacts(placement: Placement, *, gyroscope: bool) -> bool:
    """Whether contacts can be told from this placement: a foot, or a lower leg that turns."""
    lower = placement.leg is not None and placement not in THIGHS
    return placement in FEET or (lower and gyroscope)


def _nothing(found: Floats) -> pl.DataFrame:
    """Rows without contacts."""
    return pl.DataFrame({"stride_s": found}, schema={"stride_s": pl.Float64}).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in CONTACTS.items() if name != "stride_s"
    )


def _batches(first: int, last: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Strides first to last in batches, each with the neighbours that its own and their axes and
    votes need, so that memory stays small and a batch leaves no trace."""
    for start in range(first, last, size):
        stop = min(start + size, last)
        around = slice(max(first, start - BEFORE), min(last, stop + AFTER))
        yield slice(start, stop), around


def _contacts(
    stretch: Stretch, strides_s: Floats, late: Bools, method: ContactMethod, *, shocks: bool
) -> dict[str, Floats]:
    """Columns of some strides of one stretch; late: the landing peak is the contact; shocks:
    whether the shake is asked for where contacts do not need it."""
    part = _around(stretch, strides_s)
    acc, gyro = part.values[:, :3], part.values[:, 3:]
    found: dict[str, Floats] = {}
    if shocks or not gyro.shape[1]:
        shaking = shake(acc, part.seen, method.gravity_sigma_s)
        felt = windows(replace(part, values=shaking[:, None]), strides_s)
        found = {"shock_g": felt.values[..., 0].max(axis=1)}
    if gyro.shape[1]:
        felt = windows(replace(part, values=acc), strides_s)
        found["smooth"] = smoothness(felt, felt.values, strides_s)
        seen = windows(replace(part, values=gyro), strides_s)
        return found | _from_rotation(seen, seen.values, strides_s, late, method)
    return found | _from_shocks(felt, felt.values[..., 0], strides_s, method)


def _around(stretch: Stretch, strides_s: Floats) -> Stretch:
    """The cells from 3 s before the first stride to 3 s after the last: more than is looked at."""
    margin = 3 * REACH
    first = max(int(strides_s[0] * GRID_HZ) - margin - stretch.first, 0)
    return stretch.part(first, int(strides_s[-1] * GRID_HZ) + margin - stretch.first)


def _from_rotation(
    seen: Windows, rotation: Floats, strides_s: Floats, late: Bools, method: ContactMethod
) -> dict[str, Floats]:
    """Contacts from the lobes of the rotation."""
    swing = swings(strides_s, rotation)
    turn, cell = swing.turn_dps, np.arange(swing.turn_dps.shape[1])
    speed = np.linalg.norm(rotation, axis=2)
    push = _push(swing, cell, method)
    land = _landing(swing, cell, method)
    least = np.maximum(method.clear_dps, method.clear_share * turn.max(axis=1))
    pushes, lands = at(-turn, push) >= least, at(-turn, land) >= least
    end = np.where(
        late, top(seen, -turn, land), passing(seen, turn, swing.last + 1, np.zeros(len(turn)))
    )
    return {
        "tc_s": np.where(pushes & inside(seen, push), top(seen, -turn, push), np.nan),
        "time_s": np.where((lands | ~late) & inside(seen, swing.last), end, np.nan),
        "lift_s": np.where(pushes, rise(seen, -turn, push, method.lift_share), np.nan),
        "flat_s": fall(seen, speed, np.where(lands, land, swing.last), method.flat_dps),
        "even": evenness(seen, swing.turn_dps, speed, strides_s),
    }


def _push(swing: Swings, cell: Ints, method: ContactMethod) -> Ints:
    """Cell of the fastest turning the other way shortly before the swing."""
    reach = round(method.push_s * GRID_HZ)
    before = (cell < swing.first[:, None]) & (cell >= swing.first[:, None] - reach)
    return np.asarray(np.argmin(np.where(before, swing.turn_dps, np.inf), axis=1), np.intp)


def _landing(swing: Swings, cell: Ints, method: ContactMethod) -> Ints:
    """Cell of the first valley after the swing that is not followed at once by a deeper one."""
    turn, reach = swing.turn_dps, round(method.land_s * GRID_HZ)
    after = (cell > swing.last[:, None]) & (cell <= swing.last[:, None] + reach)
    valley = np.zeros_like(after)
    valley[:, 1:-1] = (turn[:, 1:-1] <= turn[:, :-2]) & (turn[:, 1:-1] < turn[:, 2:])
    least = np.maximum(method.clear_dps, method.clear_share * turn.max(axis=1))[:, None]
    return np.asarray(np.argmax(valley & after & (-turn >= least), axis=1), np.intp)


def _from_shocks(
    seen: Windows, shocks: Floats, strides_s: Floats, method: ContactMethod
) -> dict[str, Floats]:
    """Contacts from shaking alone: where it begins before the swing, and its top after it."""
    lag = seen.time_s - strides_s[:, None]
    before = np.where((lag < 0.0) & (lag >= -method.before_s), shocks, -1.0)
    after = np.where((lag > 0.0) & (lag <= method.after_s), shocks, -1.0)
    level = method.shock_share * before.max(axis=1)
    leaves, comes = np.argmax(before >= level[:, None], axis=1), np.argmax(after, axis=1)
    tc_s, ic_s = passing(seen, shocks, leaves, level), top(seen, shocks, comes)
    return {
        "tc_s": np.where(inside(seen, leaves), tc_s, np.nan),
        "time_s": np.where(inside(seen, comes), ic_s, np.nan),
    }
