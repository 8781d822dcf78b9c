"""How far a stride goes and climbs, from rest to rest of the foot, and whether that is stairs.

Between two rests of a foot its velocity comes back to zero, so its mean acceleration over a stride
is gravity alone: the gyroscope turns the accelerations into one frame, their mean is up, and what
is left integrates to the way. Zero-velocity updates: Rebula 2013, PMC4284057; with them Roth 2021,
doi:10.3390/s21196559, tells stairs from level strides (abstracts read). We deviate: no filter, and
up comes from the whole stride instead of from one instant of rest, so that a shank, which never
rests, needs only to be as fast after a stride as before. Everything happens on the grid of 25
cells a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.gait.contacts import THIGHS
from analytics.gait.grid import GRID_HZ, Stretch, to_grid
from analytics.gait.lobes import Bools, Floats, Ints
from analytics.motion import check_arrays, check_unit, placed
from devices.profile import Placement

GRAVITY_MPS2 = 9.80665
REACH = round(1.2 * GRID_HZ)
"""Cells on either side of a swing in which its foot must come to rest (design)."""

CLIMBS = {
    "stride_s": pl.Float64,
    "length_m": pl.Float64,
    "rise_m": pl.Float64,
    "climb": pl.String,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbMethod:
    """The constants of climbing; docs/contacts.md says where each comes from."""

    near: float = 0.25  # no rest nearer to a swing than this share of a stride,
    far: float = 0.75  # nor farther than this one
    slow_s: float = 1.6  # strides longer than this count as this long for `near`
    gravity_g: tuple[float, float] = (0.9, 1.1)  # mean acceleration of a stride that saw it all
    rise_m: float = 0.12  # a stride that climbs no riser climbs less
    slope: float = 0.3  # rise by length: stairs from here, hills below
    pause_s: float = 3.0  # strides farther apart are not neighbours
    batch: int = 4096  # strides at once


METHOD = ClimbMethod()


def find_climbs(
    time_s: Floats,
    acc_g: NDArray[np.floating],
    gyro_dps: NDArray[np.floating] | None,
    *,
    rate_hz: float,
    placement: Placement | str,
    strides_s: Floats,
    method: ClimbMethod = METHOD,
) -> pl.DataFrame:
    """Way of each stride of a foot, ankle or shank, one row each; joins others by `stride_s`.

    Arrays as in `detect_steps`; strides_s: (n,) its increasing instants, s. Gives `length_m`
    (level distance, too short at a shank by what it moves while the foot stands) and `rise_m` (up
    is positive), null where samples are lost or gravity is not in the acceleration; and `climb`:
    `up` or `down` where three of the five strides around climb stairs, else `level` where three
    are known, else null. All null at a thigh or a trunk and without gyroscope. Nothing changes
    more than three strides later. Errors as of `detect_steps`, but for the rate.
    """
    placement = placed(placement)
    check_arrays(time_s, acc_g, gyro_dps)
    check_unit(acc_g)
    strides_s = np.asarray(strides_s, np.float64)
    rows = {name: np.full(len(strides_s), np.nan) for name in ("length_m", "rise_m")}
    if len(strides_s) and gyro_dps is not None and sees_climbs(placement):
        for stretch in to_grid(np.asarray(time_s, np.float64), [acc_g, gyro_dps], rate_hz):
            ends = np.array([stretch.first, stretch.first + len(stretch.values)]) / GRID_HZ
            first, last = np.searchsorted(strides_s, ends).tolist()
            for part in _batches(first, last, method.batch):
                columns = _ways(stretch, strides_s[part], _gaps(strides_s, part), method)
                for name, values in columns.items():
                    rows[name][part] = values
    found = pl.DataFrame({"stride_s": strides_s, **rows}).fill_nan(None)
    return found.with_columns(_climb(method)).select(
        pl.col(name).cast(kind) for name, kind in CLIMBS.items()
    )


def sees_climbs(placement: Placement) -> bool:
    """Whether the foot's way can be told from this placement: foot, ankle or shank."""
    return placement.leg is not None and placement not in THIGHS


def _batches(first: int, last: int, size: int) -> Iterator[slice]:
    """Strides first to last, `size` at a time, so that memory stays small."""
    return (slice(start, min(start + size, last)) for start in range(first, last, size))


def _gaps(strides_s: Floats, part: slice) -> Floats:
    """(n, 2) time to the stride before and to the one after, s; infinite where there is none."""
    gap = np.concatenate([[np.inf], np.diff(strides_s), [np.inf]])
    return np.stack([gap[:-1][part], gap[1:][part]], axis=1)


def _ways(
    stretch: Stretch, strides_s: Floats, gaps: Floats, method: ClimbMethod
) -> dict[str, Floats]:
    """Length and rise (n,) of strides of one stretch, m; NaN where not known."""
    cells, inside, known = _between_rests(stretch, strides_s, gaps, method)
    values = np.where(inside[..., None], stretch.values[cells], 0.0)
    acc = _in_one_frame(values[..., :3], np.deg2rad(values[..., 3:]))
    mean = acc.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)[:, None]
    size = np.linalg.norm(mean, axis=1)
    known &= (size >= method.gravity_g[0]) & (size <= method.gravity_g[1])
    way = _way(np.where(inside[..., None], acc - mean[:, None], 0.0))
    rise = np.einsum("ni,ni->n", way, mean) / np.maximum(size, 1e-9)
    length = np.sqrt(np.maximum(np.sum(way**2, axis=1) - rise**2, 0.0))
    return {"length_m": np.where(known, length, np.nan), "rise_m": np.where(known, rise, np.nan)}


def _between_rests(
    stretch: Stretch, strides_s: Floats, gaps: Floats, method: ClimbMethod
) -> tuple[Ints, Bools, Bools]:
    """Cells (n, k) around each swing, which of them lie between its rests, and whether both rests
    are there with nothing lost between them (n,)."""
    lag = np.arange(-REACH, REACH + 1)
    cells = np.floor(strides_s * GRID_HZ).astype(np.intp)[:, None] - stretch.first + lag
    there = (cells >= 0) & (cells < len(stretch.values))
    cells = np.clip(cells, 0, len(stretch.values) - 1)
    speed = np.where(there, _speed(stretch)[cells], np.inf)
    start, before = _rest(speed, -lag / GRID_HZ, gaps[:, 0], method)
    end, after = _rest(speed, lag / GRID_HZ, gaps[:, 1], method)
    column = np.arange(len(lag))
    inside = (column >= start[:, None]) & (column < end[:, None])
    seen = np.all(stretch.seen[cells] == 1.0, axis=1, where=inside)
    return cells, inside, before & after & seen


def _speed(stretch: Stretch) -> Floats:
    """(m,) turning in deg/s, the mean of three cells."""
    speed = np.linalg.norm(stretch.values[:, 3:], axis=1)
    return np.asarray(np.convolve(np.pad(speed, 1, mode="edge"), np.ones(3) / 3.0, "valid"))


def _rest(speed: Floats, away_s: Floats, gap_s: Floats, method: ClimbMethod) -> tuple[Ints, Bools]:
    """Column (n,) in which the foot turns slowest between this swing and the next one that way,
    and whether there is one; away_s: (k,) time from the swing, positive that way."""
    near = method.near * np.minimum(gap_s, method.slow_s)
    allowed = (away_s >= near[:, None]) & (away_s <= method.far * gap_s[:, None])
    slow = np.where(allowed, speed, np.inf)
    return np.argmin(slow, axis=1), np.isfinite(slow.min(axis=1))


def _way(acc_g: Floats) -> Floats:
    """(n, 3) way in m from standing to standing, of accelerations (n, k, 3) whose mean is zero."""
    speed = np.cumsum(acc_g, axis=1) - 0.5 * acc_g
    return np.asarray(speed.sum(axis=1) * (GRAVITY_MPS2 / GRID_HZ**2), np.float64)


def _in_one_frame(acc: Floats, turn: Floats) -> Floats:
    """Accelerations (n, k, 3) in the frame of the first cell; turn: (n, k, 3) rad/s, likewise."""
    half = _quaternion(turn * (0.5 / GRID_HZ))
    pose = np.zeros((len(acc), 4))
    pose[:, 0] = 1.0
    turned = np.empty_like(acc)
    for k in range(acc.shape[1]):  # as many turns as cells, each for all strides at once
        pose = _product(pose, half[:, k])
        turned[:, k] = _turned(pose, acc[:, k])
        pose = _product(pose, half[:, k])
    return turned


def _quaternion(angle: Floats) -> Floats:
    """(..., 4) of rotation vectors (..., 3), rad."""
    size = np.linalg.norm(angle, axis=-1, keepdims=True)
    return np.concatenate([np.cos(0.5 * size), 0.5 * np.sinc(size / (2.0 * np.pi)) * angle], -1)


def _product(left: Floats, right: Floats) -> Floats:
    """(n, 4) of quaternions: first `right`, then `left`."""
    a, b, u, v = left[:, :1], right[:, :1], left[:, 1:], right[:, 1:]
    real = a * b - np.sum(u * v, axis=1, keepdims=True)
    return np.concatenate([real, a * v + b * u + np.cross(u, v)], axis=1)


def _turned(pose: Floats, vector: Floats) -> Floats:
    """(n, 3) vectors turned by quaternions."""
    twice = 2.0 * np.cross(pose[:, 1:], vector)
    return np.asarray(vector + pose[:, :1] * twice + np.cross(pose[:, 1:], twice), np.float64)


def _climb(method: ClimbMethod) -> pl.Expr:
    """What three of the five strides around do; a stride climbs by its rise and by its slope."""
    rise, run = pl.col("rise_m"), (pl.col("stride_s").diff().fill_null(0.0) > method.pause_s)
    steep = (rise.abs() >= method.rise_m) & (rise.abs() >= method.slope * pl.col("length_m"))

    def most(which: pl.Expr) -> pl.Expr:
        count = which.fill_null(value=False).cast(pl.Float64)
        return count.rolling_sum(5, center=True, min_samples=1).over(run.cum_sum()) >= 3.0

    return (
        pl.when(most(steep & (rise > 0.0)))
        .then(pl.lit("up"))
        .when(most(steep & (rise < 0.0)))
        .then(pl.lit("down"))
        .when(most(rise.is_not_null()))
        .then(pl.lit("level"))
        .alias("climb")
    )
