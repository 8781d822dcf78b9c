"""Standing, sitting or lying from the direction of gravity, second by second.

Needs gravity in the acceleration and, because a sensor may be mounted any way, the direction that
is upright: that of the mean acceleration while the person walked. Nothing is guessed without it.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.motion import check_arrays, check_unit, checked_upright, measured, placed
from devices.profile import Placement

Floats = NDArray[np.float64]

GRAVITY_G = (0.8, 1.2)
"""Size of a second's mean acceleration that is gravity and little else, g (design)."""
STILL_G = 0.1
"""A second whose spread (rms about its mean) is greater has movement in it, g (design)."""
COVERED = 0.5
"""Share of a second's samples that must have arrived (design)."""
WAIST_DEG = 20.0
"""Tilt of the waist from which a person sits or lies (tuned on daily_waist, where leaving one of
seven people out gave 16 to 23)."""
THIGH_DEG = 45.0
"""Tilt of the thigh from which a person no longer stands (design: halfway to level)."""
LYING_DEG = 60.0
"""Tilt of the trunk or shank from which a person lies (design)."""
WALKED = 8
"""Fewer steps than this tell nothing about upright (design; as many as a bout at the waist)."""

POSTURES = {"start_s": pl.Float64, "tilt_deg": pl.Float64, "posture": pl.String}
THIGHS = frozenset({Placement.LEFT_THIGH, Placement.RIGHT_THIGH})
SHANKS = frozenset({Placement.LEFT_SHANK, Placement.RIGHT_SHANK})


def upright(time_s: Floats, acc_g: NDArray[np.floating], steps: pl.DataFrame) -> Floats | None:
    """Unit vector (3,) of the mean acceleration from the first to the last step of each run of
    steps no more than 3 s apart; None with fewer than 8 steps or without gravity."""
    at = steps["time_s"].to_numpy()
    if len(at) < WALKED:
        return None
    index = np.searchsorted(at, time_s, side="right")
    ends = np.pad(at, 1, constant_values=(-np.inf, np.inf))
    walking = (ends[index + 1] - ends[index] <= 3.0) & measured(acc_g).all(axis=1)
    if not walking.any():
        return None
    mean = np.asarray(acc_g[walking].mean(axis=0), np.float64)
    size = float(np.linalg.norm(mean))
    return mean / size if size >= GRAVITY_G[0] else None


def find_postures(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    *,
    rate_hz: float,
    placement: Placement | str,
    upright_g: Floats | None,
) -> pl.DataFrame:
    """Every whole second that was sampled: `start_s`, `tilt_deg` from upright, `posture`.

    acc_g is (n, 3) in g with gravity; upright_g from `upright`, or None. `unknown`: a moving
    second, no gravity, no upright, or a place that cannot tell. The waist says `lie`, `sit`, or
    `upright`, for one may stand or sit straight; the chest `lie` or `upright`; a thigh, level in
    sitting and lying, `sit` or `stand`; a shank, upright in sitting too, only `lie`; a foot
    nothing. Errors as of `detect_steps`, but for the rate.
    """
    placement = placed(placement)
    check_arrays(time_s, acc_g)
    check_unit(acc_g)
    seconds, mean, spread = _seconds(time_s, acc_g, rate_hz)
    size = np.linalg.norm(mean, axis=1)
    known = (size >= GRAVITY_G[0]) & (size <= GRAVITY_G[1]) & (spread <= STILL_G)
    if upright_g is None:
        tilt, known = np.full(len(size), np.nan), np.zeros(len(size), np.bool_)
    else:
        share = mean @ checked_upright(upright_g) / np.maximum(size, 1e-9)
        tilt = np.degrees(np.arccos(np.clip(share, -1.0, 1.0)))
    posture = np.where(known, _named(tilt, placement), "unknown")
    return pl.DataFrame(
        {"start_s": seconds, "tilt_deg": tilt, "posture": posture}, schema=POSTURES
    ).with_columns(pl.col("tilt_deg").fill_nan(None))


def _named(tilt: Floats, placement: Placement) -> NDArray[np.str_]:
    """The posture that each tilt means at this place."""
    if placement in THIGHS:
        return np.where(tilt >= THIGH_DEG, "sit", "stand")
    if placement in SHANKS:
        return np.where(tilt >= LYING_DEG, "lie", "unknown")
    if placement not in (Placement.WAIST, Placement.CHEST):
        return np.full(len(tilt), "unknown")
    seated = (placement is Placement.WAIST) & (tilt >= WAIST_DEG)
    return np.where(tilt >= LYING_DEG, "lie", np.where(seated, "sit", "upright"))


def _seconds(
    time_s: Floats, acc_g: NDArray[np.floating], rate_hz: float
) -> tuple[Floats, Floats, Floats]:
    """Start (k,), mean (k, 3) and spread (k,) of every second that was covered well enough."""
    whole = measured(acc_g).all(axis=1)
    acc = np.asarray(acc_g[whole], np.float64)
    starts, first, count = np.unique(np.floor(time_s[whole]), return_index=True, return_counts=True)
    if not len(starts):
        return np.empty(0), np.empty((0, 3)), np.empty(0)
    mean = np.add.reduceat(acc, first, axis=0) / count[:, None]
    square = np.add.reduceat((acc**2).sum(axis=1), first) / count
    spread = np.sqrt(np.maximum(square - (mean**2).sum(axis=1), 0.0))
    enough = count >= COVERED * rate_hz
    return starts[enough].astype(np.float64), mean[enough], spread[enough]
