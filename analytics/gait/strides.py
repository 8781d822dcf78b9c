"""Strides of one instrumented leg: humps of its swing, weighed against the rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.gait.grid import GRID_HZ, Stretch
from analytics.gait.movement import mean_of_seen, shake, shaking, swing_rate
from analytics.gait.peaks import Hump, hump_middles
from analytics.gait.rhythm import Rhythm, Weighing, in_rhythm, local_interval, outweigh

Floats = NDArray[np.float64]


SWING = Hump(height=10.0, rise=10.0, within_s=5.0, apart_s=0.4)
WEIGHING = Weighing(rise=28.0, clear=36.0, rounds=2)
STRIDES = Rhythm(at_least=4, pause_s=3.0, steady=3, low=0.6, high=1.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMethod:
    """The constants of the leg branch; docs/steps.md says where each comes from."""

    sigma_s: float = 0.14
    gravity_sigma_s: float = 0.2
    across: float = 0.4
    axis_past: int = 8  # blocks of 1 s
    axis_ahead: int = 1
    dps_per_g: float = 500.0
    gap_s: float = 2.5
    hidden: float = 0.5
    twice: tuple[float, float] = (1.6, 2.4)
    hump: Hump = SWING
    weighing: Weighing = WEIGHING
    rhythm: Rhythm = STRIDES


LEG = LegMethod()


def stride_times(stretches: Sequence[Stretch], method: LegMethod) -> Floats:
    """Strides (s): swings in rhythm, and between them those that lost samples hide."""
    swings = [swing_times(stretch, method) for stretch in stretches]
    times, rise = np.concatenate([np.empty((2, 0)), *swings], axis=1)
    times = times[outweigh(times, rise, method.rhythm.pause_s, method.weighing)]
    if len(times):
        times = times[in_rhythm(times, method.rhythm)]
    return np.sort(np.concatenate([times, hidden_times(times, stretches, method)]))


def hidden_times(times: Floats, stretches: Sequence[Stretch], method: LegMethod) -> Floats:
    """Middles (s) of the intervals that are `twice` as long as those around them, where at least
    the share `hidden` of the half stride about the middle was not seen."""
    if len(times) < 2 or all(np.all(stretch.seen == 1.0) for stretch in stretches):
        return np.empty(0)
    around = local_interval(times, method.rhythm.pause_s)
    stride = np.fmin(around[:-1], around[1:])
    middle = 0.5 * (times[:-1] + times[1:])
    length = np.diff(times) / stride
    hidden = (length >= method.twice[0]) & (length <= method.twice[1])
    hidden &= _unseen(middle, 0.25 * stride, stretches) >= method.hidden * 0.5 * stride
    return np.asarray(middle[hidden], np.float64)


def _unseen(middle: Floats, reach: Floats, stretches: Sequence[Stretch]) -> Floats:
    """Seconds in holes within `reach` of each instant."""
    cells = np.concatenate([stretch.time_s for stretch in stretches])
    holes = np.concatenate([1.0 - stretch.seen for stretch in stretches])
    until = np.cumsum(holes) / GRID_HZ
    half = 0.5 / GRID_HZ
    return np.asarray(
        np.interp(middle + reach - half, cells, until)
        - np.interp(middle - reach - half, cells, until),
        np.float64,
    )


def swing_times(stretch: Stretch, method: LegMethod) -> tuple[Floats, Floats]:
    """Candidate swings of a stretch of acceleration (g) and, if there, rotation (deg/s): their
    instants (s) and how far they rise (deg/s)."""
    movement = leg_movement(stretch, method)
    return hump_middles(movement, stretch.first, method.hump)


def leg_movement(stretch: Stretch, method: LegMethod) -> Floats:
    """Geometric mean of smoothed turning and shaking, deg/s; shaking alone without gyroscope."""
    mean = mean_of_seen(stretch.seen, method.sigma_s)
    alone = stretch.values.shape[1] == 3
    felt = (shaking if alone else shake)(
        stretch.values[:, :3], stretch.seen, method.gravity_sigma_s
    )
    shakes = method.dps_per_g * mean(felt)
    if alone:
        return shakes
    rate = swing_rate(
        stretch.values[:, 3:],
        stretch.first,
        past=method.axis_past,
        ahead=method.axis_ahead,
        across=method.across,
    )
    return np.asarray(np.sqrt(mean(rate) * shakes), np.float64)
