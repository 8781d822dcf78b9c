"""How much higher a repetition ends than it began, and how hard the sensor is jolted in it.

What exceeds gravity in the size of the acceleration is, between two postures at rest, almost all
vertical. Added up twice between two instants without vertical speed it is a height; a constant
error of the sensor drops out (the zero-velocity update of foot-mounted sensors, here at the trunk).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.exercise.posture import CELL_HZ, Posture
from analytics.motion import measured

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

GRAVITY_MPS2 = 9.80665
HEIGHTS_HZ = 15.0
"""Below this a cell of 0.1 s is not measured anew each time: no heights (design)."""
JOLTS_HZ = 20.0
"""Below this a cell does not hold two measurements: no jolts (design)."""
BESIDE = 3
"""Cells beside a repetition that belong to its height: at its edges the tilt is within 15 % of
rest and the body still moves (design)."""
LONGEST = 4 * CELL_HZ
"""Over more cells the error of a height exceeds a seat (design: 0.02 g over 4 s)."""
LANDING_S = 0.5
"""A foot that steps back lands up to this much after the tilt has come to rest (design)."""


def rises_m(part: Posture, start: Floats, end: Floats, valleys: Ints) -> Floats:
    """(n,) height gained between these rows of a stretch, m; NaN where unknown.

    valleys: (n - 1,) rows of rest between the repetitions, beyond which none of them reaches.
    """
    low = np.maximum(np.floor(start).astype(np.intp) - BESIDE, 0)
    high = np.minimum(np.ceil(end).astype(np.intp) + BESIDE, len(part.size_g))
    if part.update_hz(int(low[0]), int(high[-1])) < HEIGHTS_HZ:
        return np.full(len(start), np.nan)
    low[1:], high[:-1] = np.maximum(low[1:], valleys), np.minimum(high[:-1], valleys + 1)
    size_g = part.size_g[low[0] : high[-1]]
    low, high = low - low[0], high - low[0]
    excess = (size_g - np.median(size_g)) * GRAVITY_MPS2 / CELL_HZ
    speed = np.concatenate([[0.0], np.cumsum(excess)])
    height = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]))]) / CELL_HZ
    drift = 0.5 * (speed[high] + speed[low]) * (high - low) / CELL_HZ
    known = high - low <= LONGEST
    return np.where(known, height[high] - height[low] - drift, np.nan)


def jolts_g(
    time_s: Floats, acc_g: NDArray[np.floating], start_s: Floats, turn_s: Floats, end_s: Floats
) -> Floats:
    """(n,) largest change of the size of the acceleration within 0.1 s, g: of the way out and the
    way back the smaller one, so a step must strike in both; NaN where nothing was sampled."""
    inside = slice(*np.searchsorted(time_s, [start_s[0], end_s[-1] + LANDING_S]))
    whole = measured(acc_g[inside]).all(axis=1)
    size = np.linalg.norm(acc_g[inside][whole].astype(np.float64), axis=1)
    at_s = time_s[inside][whole]
    cell = np.floor(at_s * CELL_HZ).astype(np.int64)
    first = np.flatnonzero(np.diff(cell, prepend=cell[:1] - 1))
    if not len(first):
        return np.full(len(turn_s), np.nan)
    change = np.maximum.reduceat(size, first) - np.minimum.reduceat(size, first)
    out = _most(at_s[first], change, start_s, turn_s)
    return np.minimum(out, _most(at_s[first], change, turn_s, end_s + LANDING_S))


def _most(at_s: Floats, value: Floats, low_s: Floats, high_s: Floats) -> Floats:
    """(n,) largest value between each two instants, NaN where there is none."""
    low, high = np.searchsorted(at_s, low_s), np.searchsorted(at_s, high_s)
    most = [value[a:b].max() if b > a else np.nan for a, b in zip(low, high, strict=True)]
    return np.array(most, np.float64)
