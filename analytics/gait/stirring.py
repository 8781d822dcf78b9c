"""Leaves out what is too still to hold a stride, before the work of looking for one is done."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analytics.gait.grid import Stretch
from analytics.gait.movement import BLOCK, OVERSHOOT
from analytics.gait.rhythm import spread
from analytics.gait.strides import LegMethod

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MEAN_S, SHAKE_S = 1.0, 2.0
"""How far a mean, and a mean of what is less its mean, look on either side, s: more than thrice
the sigmas of `LegMethod`, in whole blocks."""


def stirring(stretch: Stretch, method: LegMethod) -> list[Stretch]:
    """The parts of a stretch whose strides are all of its strides, in order.

    A second is still where the movement of the leg cannot reach the height of a hump: a mean is no
    larger than the largest it averages, what differs from a mean no larger than the range, and
    leaving out the fastest part makes neither more than `OVERSHOOT` times as large. So
    much is kept around the others that what is found in them stays the same.
    """
    offset = stretch.first % BLOCK
    starts = np.append(
        0, np.arange(BLOCK - offset if offset else BLOCK, len(stretch.values), BLOCK)
    )
    needed = math.ceil(0.5 * method.hump.within_s + SHAKE_S)
    moving = spread(
        _may_move(stretch, starts, method),
        needed + method.axis_past + 1,
        needed + method.axis_ahead + 1,
    )
    ends = np.append(starts, len(stretch.values))
    turns = np.flatnonzero(np.diff(moving, prepend=False, append=False))
    return [stretch.part(first, last) for first, last in ends[turns].reshape(-1, 2).tolist()]


def _may_move(stretch: Stretch, starts: NDArray[np.intp], method: LegMethod) -> Bools:
    """Whether movement may reach a hump in each block, or samples were lost in or near it."""
    acc, gyro = stretch.values[:, :3].T, stretch.values[:, 3:]
    most = np.stack([np.maximum.reduceat(column, starts) for column in acc], axis=1)
    least = np.stack([np.minimum.reduceat(column, starts) for column in acc], axis=1)
    ranges = _around(most, round(SHAKE_S)) + _around(-least, round(SHAKE_S))
    bound = OVERSHOOT * method.dps_per_g * np.sqrt(np.einsum("bi,bi->b", ranges, ranges))
    if gyro.shape[1]:
        turning = np.maximum.reduceat(np.einsum("mi,mi->m", gyro, gyro), starts)
        bound = np.sqrt(bound * OVERSHOOT * np.sqrt(_around(turning, round(MEAN_S))))
    lost = np.minimum.reduceat(stretch.seen, starts) < 1.0
    return np.asarray(
        (bound >= method.hump.height) | spread(lost, round(SHAKE_S), round(SHAKE_S)), np.bool_
    )


def _around(rows: Floats, reach: int) -> Floats:
    """Largest of each row and those up to `reach` rows away."""
    padded = np.pad(rows, [(reach, reach), *[(0, 0)] * (rows.ndim - 1)], mode="edge")
    shifted = (padded[shift : shift + len(rows)] for shift in range(2 * reach + 1))
    return np.asarray(np.maximum.reduce(list(shifted)), np.float64)
